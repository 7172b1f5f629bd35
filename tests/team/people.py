"""People in their browsers, before a portal that has them sign in."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.portal_server import PortalServer

PASSWORD = "correct horse battery"
EVERY_BROWSER: list[Browser] = []
_numbers = itertools.count(1)


class Browser(httpx.Client):
    """A browser: keeps cookies, wants pages, sends forms with the token their page has."""

    def __init__(self, portal: PortalServer) -> None:
        # Plain HTTP: no certificates to read, which would take longer than all the rest.
        super().__init__(base_url=portal.url, trust_env=False, timeout=30, verify=False, headers={"Accept": "text/html"})
        self.portal = portal
        self.handle = ""
        EVERY_BROWSER.append(self)

    def send_form(self, address: str, **fields: str) -> httpx.Response:
        token = self.get("/runs/token").json().get("token") if self.handle else None
        if token is None:
            token = re.search(r'csrfmiddlewaretoken" value="(\w+)', self.get("/sign-in/").text)[1]  # type: ignore[index]
        return self.post(address, data={"csrfmiddlewaretoken": token, **fields})

    def sign_in(self, handle: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return self.send_form("/sign-in/", handle=handle, password=password, next="/", **more)

    def order(self, *, model: str = "far:1b", method: str = "POST", path: str = "/api/chat", **more: Any) -> httpx.Response:
        body = {"model": model} | ({"messages": []} if path == "/api/chat" else {}) | more
        message = {"ref": str(uuid.uuid4()), "request": {"upstream": "local", "method": method, "path": path, "body": body}}
        token = self.get("/runs/token").json().get("token", "")
        return self.post("/runs/", json=message, headers={"X-CSRFToken": token, "Accept": "*/*"})

    @contextmanager
    def socket(self) -> Iterator[ClientConnection]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies} if cookies else {}
        origin = Origin(self.portal.origin)
        with connect(self.portal.socket_url, origin=origin, proxy=None, additional_headers=headers) as opened:
            yield opened


def set_up(portal: PortalServer) -> Browser:
    """The first administrator."""
    ada = Browser(portal)
    answer = ada.send_form(setup_link(portal), handle="ada", name="Ada", password=PASSWORD)
    assert answer.status_code == 303, answer.text
    ada.handle = "ada"
    return ada


def setup_link(portal: PortalServer) -> str:
    found = re.search(r"http\S+(/setup/\S+/)", portal.log)
    assert found is not None, portal.log
    return found[1]


def invite(admin: Browser, role: str) -> str:
    page = admin.send_form("/people/invite", role=role, note="")
    found = re.search(r'value="http[^"]+(/invitation/[^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def newcomer(admin: Browser, role: str) -> Browser:
    """Somebody who was invited and has joined."""
    someone = Browser(admin.portal)
    handle = f"{role}-{next(_numbers)}"
    answer = someone.send_form(invite(admin, role), handle=handle, name=handle.title(), password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/")
    someone.handle = handle
    return someone


def say(opened: ClientConnection, **message: Any) -> None:
    opened.send(json.dumps(message))


def hear(opened: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(opened.recv(timeout=20))
    return message


def start(opened: ClientConnection, **body: Any) -> dict[str, Any]:
    """Start a chat; the answer to that."""
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []} | body}
    say(opened, type="start", ref=str(uuid.uuid4()), request=request)
    return hear(opened)


def written(portal: PortalServer, query: str, *values: object) -> list[Any]:
    """What the portal's database has, or, with a change, what it has from now on."""
    with closing(sqlite3.connect(portal.data / "portal.sqlite3", timeout=20)) as database, database:
        return database.execute(query, values).fetchall()
