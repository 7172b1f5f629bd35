"""Everybody is held to what each route and message declares of itself; one that declares nothing fails here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.urls import URLPattern, get_resolver

from portal.runs.consumers import AUDIENCES
from portal.team.audiences import Audience, audience_of, is_declared
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer
from tests.team.people import Browser, hear, newcomer, say, set_up, start

ROUTES = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]
WHO = ("anonymous", "suspended", "guest", "share holder", "member", "other member", "maintainer", "administrator")
NOBODIES = {"anonymous", "suspended"}
FILLED = {"year": "2026", "month": "11", "token": "x" * 43, "handle": "nobody.here"} | dict.fromkeys(
    ("invitation", "grant", "identity", "passkey", "saved", "comment"), "999999"
)


def admitted(who: str, audience: Audience, *, members_only: bool) -> bool:
    """What the roles of the docs come to, written once more and apart from the code."""
    if audience is Audience.ANYBODY or (audience is Audience.READERS and not members_only):
        return True
    return who == "administrator" if audience in (Audience.ADMINISTRATORS, Audience.OPERATORS) else who not in NOBODIES


def address(route: URLPattern, run: str, token: str) -> str:
    known = FILLED | {"run_id": run, "path": "portal"}
    if str(route.pattern).startswith("shared/"):
        known["token"] = token
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], "none"), str(route.pattern))


def was_admitted(answer: httpx.Response) -> bool:
    to_sign_in = answer.headers.get("location", "").startswith("/sign-in/?next=")
    return not to_sign_in and answer.status_code not in (401, 403)


def test_every_route_and_every_message_says_for_whom_it_is() -> None:
    assert [str(route.pattern) for route in ROUTES if not is_declared(route.callback)] == []
    source = (Path(__file__).parents[2] / "portal/runs/consumers.py").read_text()
    assert set(re.findall(r'"(\w+)": self\._\1', source)) == set(AUDIENCES)
    assert audience_of(lambda request: None) is Audience.ADMINISTRATORS, "what says nothing is for administrators"


@pytest.fixture(scope="module", params=["public", "members"])
def people(request: pytest.FixtureRequest, upstream: FarEnd) -> Iterator[tuple[dict[str, Browser], str, str, bool]]:
    """Everybody of the matrix, a run of the member's, and the link under which they share it."""
    upstream.script = stream(chat(["a"]))
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_READ=request.param, PORTAL_SHARE_WITH="anybody") as portal:
        ada = set_up(portal)
        roles = {"suspended": "member", "guest": "guest", "share holder": "guest", "member": "member", "other member": "member",
                 "maintainer": "maintainer"}  # fmt: skip
        everybody = {who: newcomer(ada, role) for who, role in roles.items()}
        everybody |= {"anonymous": Browser(portal), "administrator": ada}
        ada.send_form(f"/people/{everybody['suspended'].handle}/suspend")
        member = everybody["member"]
        run = member.order().json()["run"]
        member.get(f"/runs/{run}/events")  # which lasts as long as the run
        token = _shared(member, run).split("/")[2]
        yield everybody, run, token, request.param == "members"
        assert "Traceback" not in portal.log


def _shared(member: Browser, run: str) -> str:
    member.send_form(f"/runs/{run}/share", audience="anybody")
    found = re.search(r"/shared/[\w-]+/", member.get(f"/runs/{run}/").text)
    return found[0] if found else ""


@pytest.mark.parametrize("who", WHO)
def test_every_address_is_for_whom_it_says(people: tuple[dict[str, Browser], str, str, bool], who: str) -> None:
    everybody, run, token, members_only = people
    wrong = []
    for route in ROUTES:
        asked = address(route, run, token)
        answer = everybody[who].head(asked)
        expected = admitted(who, audience_of(route.callback), members_only=members_only)
        if was_admitted(answer) is not expected or answer.status_code >= 500:
            wrong.append(f"{who}: {asked} answered {answer.status_code}")
        if expected and re.match(r"/runs/[\w-]{16}/$", asked) and (answer.status_code == 200) is not (who == "member"):
            wrong.append(f"{who} met {answer.status_code} at another's run")
        if expected and asked == f"/shared/{token}/" and answer.status_code != 200:
            wrong.append(f"{who} met {answer.status_code} at a run that is shared")
    assert len(ROUTES) > 60
    assert wrong == []
    if members_only and who in NOBODIES:
        unknown = everybody[who].get("/no/such/address/")
        assert unknown.headers["location"] == "/sign-in/?next=/no/such/address/", "strangers are not told which addresses there are"
        assert everybody[who].get("/endpoints/", headers={"Accept": "application/json"}).json()["error"]["code"] == "sign_in"


@pytest.mark.parametrize("who", WHO)
def test_every_message_is_for_whom_it_says(people: tuple[dict[str, Browser], str, str, bool], who: str) -> None:
    everybody, run, _, _ = people
    with everybody[who].socket() as opened:
        for kind, audience in AUDIENCES.items():
            if kind == "start":
                answer = start(opened)
                if answer["type"] == "accepted":
                    while hear(opened)["type"] != "end":
                        pass
            else:
                say(opened, type=kind, run=run, after=0, ref=str(uuid.uuid4()))
                if kind in ("cancel", "detach") and who == "member":
                    continue  # says nothing where it is done
                answer = hear(opened)
                while answer.get("run") == run and answer["type"] not in ("end", "error"):
                    answer = hear(opened)
            if not admitted(who, audience, members_only=False):
                assert answer["code"] == "sign_in"
            elif kind == "start":
                assert answer.get("code") == ("not_allowed" if who in ("guest", "share holder") else None)
            elif kind != "ping":
                assert answer.get("code") == (None if who == "member" else "no_such_run")


def test_a_page_that_is_kept_is_for_members_and_the_same_for_each(people: tuple[dict[str, Browser], str, str, bool]) -> None:
    everybody, _, _, members_only = people
    pages = [everybody[who].get("/docs/portal/team/") for who in ("administrator", "guest", "member") for _ in range(2)]
    assert {page.status_code for page in pages} == {200}
    assert len({page.text for page in pages}) == 1, "nothing of one reader in what another is given"
    assert "Ada" not in pages[0].text
    stranger = everybody["anonymous"].get("/docs/portal/team/")
    assert stranger.status_code == (302 if members_only else 200)
    assert ("private" in pages[0].headers["cache-control"]) is members_only
    assert everybody["suspended"].get("/docs/portal/team/").status_code == stranger.status_code
