"""Three workers on PostgreSQL and Redis are one portal: who is let in, what is granted and what is taken back is the same on each."""

from __future__ import annotations

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.farend import FarEnd, Held, chat, silence, stream
from tests.portal_server import PortalServer
from tests.runs.aftermath import ALL
from tests.runs.recording import crash, wait_until
from tests.runs.stores import Stores
from tests.team.people import PASSWORD, Browser, hear, newcomer, say, set_up, setup_link, start

RACE = {"model": "far:1b", "messages": [{"role": "user", "content": "the race"}]}


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

        # Whichever worker is asked, it tells what all of them run.
        wait_until(lambda: [admin.get("/live/").text.count(f"<strong>{member.handle.title()}</strong>") for _ in range(6)] == [5] * 6)

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
        upstream.script = Held(chat(["a"])[:1], [])
        theirs = [opened.enter_context(other.socket()) for _ in range(9)]
        assert start(theirs[0])["type"] == "accepted"
        while hear(theirs[0])["type"] != "data":
            pass
        assert admin.send_form(f"/people/{other.handle}/role", role="guest").status_code == 303
        while (end := hear(theirs[0]))["type"] != "end":
            pass
        assert (end["outcome"], end["error"]["code"]) == ("cancelled", "revoked")
        for socket in theirs:
            # Each worker knows it within a second or so; what one of them still starts it stops then.
            while "run" in (answer := start(socket)):
                while (end := hear(socket))["type"] != "end":
                    pass
                assert end["error"]["code"] == "revoked"
            assert answer["code"] == "not_allowed"
        assert "Traceback" not in portal.log


# Workers that sleep for longer than their lease take their time: under `make faults`.
if ALL:

    def test_what_runs_of_dead_and_sleeping_workers_took_is_counted_and_is_seen_from_every_worker(shared: Stores, upstream: FarEnd) -> None:
        upstream.script = Held(chat(["a", "b", "c"])[:3], [], [])
        team = {"PORTAL_ACCESS": "team", "PORTAL_PERSON_AT_ONCE": "2"}
        with shared.postgres.connect() as connection:
            connection.execute("drop schema public cascade; create schema public")
        with ExitStack() as opened:
            dying = opened.enter_context(shared.worker(upstream, **team))
            member = newcomer(set_up(dying), "member")
            sleeping, third = (opened.enter_context(shared.worker(upstream, **team)) for _ in range(2))
            runs = []
            for portal in (dying, sleeping):
                upstream.script = Held(chat(["a", "b", "c"])[:3], [], [])
                socket = opened.enter_context(at(portal, member).socket())
                runs.append(start(socket)["run"])
                while hear(socket)["type"] != "data":
                    pass
            here = at(third, member)
            wait_until(lambda: all(run in here.get("/live/").text for run in runs))
            assert here.get("/live/").text.count("streaming · ") == 2
            assert all(tokens > 1000 for tokens, _ in uses(shared, member)), "reserved"
            crash(dying)
            sleeping.process.send_signal(signal.SIGSTOP)
            wait_until(lambda: all(outcome for _, outcome in uses(shared, member)))
            sleeping.process.send_signal(signal.SIGCONT)
            prompt = len(json.dumps({"model": "far:1b", "messages": []}, separators=(",", ":"))) // 4
            assert uses(shared, member) == [(3 + prompt, "interrupted")] * 2
            upstream.script = stream(chat(["a"], prompt_eval_count=1, eval_count=1))
            with at(third, member).socket() as theirs:
                assert start(theirs)["type"] == "accepted", "their places are free again"
                while hear(theirs)["type"] != "end":
                    pass
            wait_until(lambda: "was taken over by another worker" in sleeping.log)
            wait_until(lambda: uses(shared, member) == [(3 + prompt, "interrupted")] * 2 + [(2, "done")])
            assert "Traceback" not in dying.log + sleeping.log + third.log


def at(portal: PortalServer, member: Browser) -> Browser:
    """The same person's browser before another worker."""
    there = Browser(portal)
    there.cookies.update(dict(member.cookies))
    there.handle = member.handle
    return there


def uses(shared: Stores, member: Browser) -> list[tuple[int, str]]:
    with shared.postgres.connect() as connection:
        return connection.execute("select tokens, outcome from team_use where handle = %s order by id", [member.handle]).fetchall()
