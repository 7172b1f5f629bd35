"""Three workers on PostgreSQL and Redis are one portal: who is let in, what is granted and what is taken back is the same on each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.farend import FarEnd, chat, silence, stream
from tests.runs.stores import Stores, stores
from tests.team.people import PASSWORD, Browser, hear, newcomer, say, setup_link, start

RACE = {"model": "far:1b", "messages": [{"role": "user", "content": "the race"}]}


@pytest.fixture
def shared() -> Iterator[Stores]:
    with stores() as running:
        yield running


def test_on_three_workers_one_is_let_in_the_share_is_exact_and_suspending_reaches_every_socket(
    shared: Stores, upstream: FarEnd, tmp_path: Path
) -> None:
    upstream.script = silence
    with (
        shared.worker(upstream, tmp_path, workers=3, PORTAL_ACCESS="team", PORTAL_PERSON_AT_ONCE="5") as portal,
        ThreadPoolExecutor(30) as pool,
        ExitStack() as opened,
    ):
        link, crowd = setup_link(portal), [Browser(portal) for _ in range(30)]

        def come_in(number: int) -> int:
            return crowd[number].send_form(link, handle=f"p{number}", name="P", password=PASSWORD).status_code

        answers = list(pool.map(come_in, range(30)))
        assert sorted(answers) == [303] + [404] * 29
        admin = crowd[answers.index(303)]
        admin.handle = f"p{answers.index(303)}"

        member = newcomer(admin, "member")
        token = member.get("/runs/token").json()["token"]
        cookies = dict(member.cookies)

        def order(number: int) -> int:
            browser = Browser(portal)
            browser.cookies.update(cookies)
            request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": RACE}
            message = {"ref": f"race-{number:04}", "request": request}
            return browser.post("/runs/", json=message, headers={"X-CSRFToken": token}).status_code

        assert sorted(pool.map(order, range(200))) == [201] * 5 + [429] * 195
        while len(sent := [asked for asked in upstream.asked if b"the race" in asked.body]) < 5:
            time.sleep(0.01)  # they are on the wire

        sockets = [opened.enter_context(member.socket()) for _ in range(9)]
        for socket in sockets:
            say(socket, type="ping")
            assert hear(socket)["type"] == "pong"
        assert admin.send_form(f"/people/{member.handle}/suspend").status_code == 303
        for socket in sockets:
            with pytest.raises(ConnectionClosed) as closed:
                hear(socket)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401
        for asked in sent:
            assert asked.hung_up.wait(20), "each worker stops what it runs"

        other = newcomer(admin, "member")
        upstream.script = stream(chat(["a"]))
        with other.socket() as theirs:
            assert start(theirs)["type"] == "accepted"
        assert "Traceback" not in portal.log
