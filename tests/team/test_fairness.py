"""Everybody has a share: so many runs at once, an hour, and tokens a day; counted once, whatever races or dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from tests.farend import FarEnd, Held, chat, silence, stream
from tests.portal_server import ROOT, PortalServer
from tests.team.people import Browser, hear, newcomer, set_up, start, written

# What each of three workers does: 67 wishes of one person, one after the other as its desk has them.
WORKER = """
import sys, django
django.setup()
from portal.team.fairness import Planned, Share, reserve
from portal.team.refusals import Refused
handle, owner, server = sys.argv[1:4]
share = Share(*map(int, sys.argv[4:7]))
print("ready", flush=True)
sys.stdin.readline()
taken = 0
for number in range(67):
    try:
        taken += reserve(Planned(handle, owner, f"{server}-ref-{number}", "local", "POST /api/chat", "m", "", 100), share)
    except Refused:
        pass
print(taken)
"""


@pytest.fixture(scope="module")
def small(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(
        OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team",
        PORTAL_PERSON_AT_ONCE="2", PORTAL_PERSON_HOURLY="6", PORTAL_PERSON_TOKENS="5000",
    ) as portal:  # fmt: skip
        yield portal


@pytest.fixture(scope="module")
def chief(small: PortalServer) -> Browser:
    return set_up(small)


def uses(member: Browser, what: str = "tokens, outcome") -> list[tuple[object, ...]]:
    return written(member.portal, f"SELECT {what} FROM team_use WHERE handle = ? ORDER BY id", member.handle)


def settled(member: Browser) -> list[tuple[object, ...]]:
    while any(ended is None for (ended,) in uses(member, "ended")):
        member.get("/account/")
    return uses(member)


def end(run: str, member: Browser) -> dict[str, object]:
    after = 0
    while True:
        log = member.get(f"/runs/{run}/log", params={"after": after, "wait": 10}).json()
        after = log["head"]
        if log["ended"]:
            last: dict[str, object] = log["frames"][-1]
            return last


@pytest.mark.parametrize(("share", "taken"), [((5, 0, 0), 5), ((0, 7, 0), 7), ((0, 0, 950), 9)], ids=["at once", "an hour", "tokens"])
def test_of_two_hundred_wishes_on_three_workers_exactly_the_share_is_granted(
    chief: Browser, share: tuple[int, int, int], taken: int
) -> None:
    member = newcomer(chief, "member")
    ((number,),) = written(chief.portal, "SELECT id FROM team_person WHERE handle = ?", member.handle)
    environment = chief.portal.environment | {"DJANGO_SETTINGS_MODULE": "portal.settings", "PATH": os.environ["PATH"]}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, member.handle, f"person:{number}", f"w{worker}", *map(str, share)],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) for worker in range(3)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    granted = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(granted) == taken == len(uses(member))


def test_who_has_as_many_runs_as_may_waits_for_one_to_end(chief: Browser, upstream: FarEnd) -> None:
    upstream.script = held = Held(chat(["a"])[:1], chat(["a"])[1:])
    member, other = newcomer(chief, "member"), newcomer(chief, "member")
    runs = [member.order().json()["run"] for _ in range(2)]
    refused = member.order()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert refused.json()["error"]["code"] == "over_limit"
    assert refused.json()["error"]["message"].startswith("2 runs of yours at once, the most that may. Try again when one has ended.")
    with member.socket() as opened:
        assert start(opened)["code"] == "over_limit"
    assert other.order().status_code == 201, "others have their own share"
    assert member.order(path="/api/show").status_code == 201, "a question no model thinks about is none of it"
    held.go(10)
    for run in runs:
        assert end(run, member)["outcome"] == "done"
    assert len(settled(member)) == 2
    assert member.order().status_code == 201


def test_what_was_reserved_is_settled_with_what_it_took(chief: Browser, upstream: FarEnd) -> None:
    member = newcomer(chief, "member")
    upstream.script = stream(chat(["a", "b"], prompt_eval_count=7, eval_count=30))
    end(member.order().json()["run"], member)
    assert settled(member) == [(37, "done")]
    upstream.script = held = Held(chat(["a", "b", "c"])[:3], [])
    with member.socket() as opened:
        run = start(opened)["run"]
        seen = 0
        while seen < 3:
            message = hear(opened)
            seen += str(message.get("text", "")).count("\n")
    reserved = uses(member)[1][0]
    assert isinstance(reserved, int)
    assert reserved > 1000
    member.send_form(f"/runs/{run}/cancel")
    end(run, member)
    tokens, outcome = settled(member)[1]
    assert outcome == "cancelled"
    assert tokens == 3 + len(json.dumps({"model": "far:1b", "messages": []}, separators=(",", ":"))) // 4, "what came until it was cut off"
    held.go(10)


def test_the_tokens_of_a_day_and_the_runs_of_an_hour_come_back_with_time(chief: Browser, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"], prompt_eval_count=0, eval_count=4500))
    member = newcomer(chief, "member")
    end(member.order().json()["run"], member)
    settled(member)
    refused = member.order()
    assert refused.status_code == 429
    assert "of the 5,000 you have for a day 500 are left" in refused.json()["error"]["message"]
    assert "Try again in 24 hours." in refused.json()["error"]["message"]
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    upstream.script = stream(chat(["a"], prompt_eval_count=1, eval_count=1))
    for _ in range(5):
        answer = member.order(options={"num_predict": 20})
        assert answer.status_code == 201
        end(answer.json()["run"], member)
        settled(member)
    refused = member.order(options={"num_predict": 20})
    assert "6 runs within an hour, the most that may. Try again in 60 minutes." in refused.json()["error"]["message"]
    written(chief.portal, "UPDATE team_use SET began = datetime('now', '-25 hours') WHERE handle = ?", member.handle)
    assert member.order().status_code == 201


def test_the_same_ref_counts_once_and_a_run_that_was_not_sent_not_at_all(chief: Browser, upstream: FarEnd) -> None:
    upstream.script = silence
    member = newcomer(chief, "member")
    token = member.get("/runs/token").json()["token"]
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    message = {"ref": str(uuid.uuid4()), "request": request}
    answers = [member.post("/runs/", json=message, headers={"X-CSRFToken": token}) for _ in range(4)]
    assert {(answer.status_code, answer.json()["run"]) for answer in answers} == {(201, answers[0].json()["run"])}
    assert len(uses(member)) == 1
    member.send_form(f"/runs/{answers[0].json()['run']}/cancel")
    settled(member)


def test_a_server_that_dies_leaves_its_reservations_as_used(upstream: FarEnd) -> None:
    upstream.script = silence
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_PERSON_AT_ONCE="1") as portal:
        member = newcomer(set_up(portal), "member")
        assert member.order().status_code == 201
        portal.process.kill()
        portal.process.wait()
    ((reserved, outcome),) = uses(member)
    assert outcome == ""
    written(portal, "UPDATE team_use SET lease = '2020-01-01'")  # the time until a server counts as dead
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_PERSON_AT_ONCE="1", data=portal.data) as again:
        back = Browser(again)
        back.cookies.update(dict(member.cookies))
        back.handle, back.portal = member.handle, again
        assert back.order().status_code == 201
        while uses(back)[0][1] != "interrupted":
            back.get("/account/")
        assert uses(back)[0] == (reserved, "interrupted")
