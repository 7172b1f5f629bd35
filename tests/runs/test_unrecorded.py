"""Several workers that record nothing (PORTAL_KEEP_RUNS=0): Redis alone has what they share."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.farend import FarEnd, Held, chat, silence
from tests.portal_server import PortalServer
from tests.runs.aftermath import ALL, Aftermath
from tests.runs.recording import crash, log, start, to_the_end, wait_until
from tests.runs.stores import Stores, say, sockets, until

REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
GRACE = 60 if ALL else 4

# The portal, with less patience for runs that nobody watches.
HASTY = f"""
import os, runpy, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
django.setup()
from portal.runs import registry
from portal.runs.shared import mirrors
registry.GRACE = mirrors.GRACE = {GRACE}
registry.Run.leave_if_alone.__defaults__ = ({GRACE},)
sys.argv = sys.argv[2:]
runpy.run_path("manage.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def workers(shared: Stores, upstream: FarEnd) -> Iterator[list[PortalServer]]:
    under = [sys.executable, "-c", HASTY]
    with (
        shared.worker(upstream, under=under, PORTAL_KEEP_RUNS="0") as one,
        shared.worker(upstream, under=under, PORTAL_KEEP_RUNS="0") as two,
    ):
        yield [one, two]
        assert "Traceback" not in one.log + two.log


def test_redis_may_die_in_mid_stream_and_every_worker_has_the_whole_answer_in_the_end(
    shared: Stores, workers: list[PortalServer], upstream: FarEnd
) -> None:
    one, two = workers
    with Aftermath("nothing recorded, Redis killed", upstream, one, two, recorded=False) as after:
        running = [after.start(one, two), after.start(two, one)]
        for seen in running:
            seen.until("data")
        shared.redis.kill()
        try:
            after.go()
            for seen in running:
                seen.here("data")
            with sockets(one) as (opened,):
                say(opened, "start", ref=str(uuid.uuid4()), request=REQUEST)
                assert json.loads(opened.recv(timeout=60))["code"] == "no_store"
        finally:
            shared.redis.start()
        after.start(one, two)
    wait_until(lambda: [ready(portal) for portal in workers] == ["ready\n"] * 2)


def test_a_ref_starts_once_and_is_cancelled_and_deleted_from_any_worker(workers: list[PortalServer], upstream: FarEnd) -> None:
    upstream.script = silence
    before, ref = len(upstream.requests_for("/api/chat")), str(uuid.uuid4())
    with sockets(*workers * 5) as opened:
        for one in opened:
            say(one, "start", ref=ref, request=REQUEST)
        (run,) = {json.loads(one.recv(timeout=60))["run"] for one in opened}
        say(opened[-1], "cancel", run=run)
        assert [to_the_end(one)[-1]["outcome"] for one in opened] == ["cancelled"] * 10
    assert len(upstream.requests_for("/api/chat")) == before + 1
    assert log(workers[0], run) == log(workers[1], run)
    for worker in workers:
        assert httpx.get(f"{worker.url}runs/{run}/", trust_env=False).status_code == 200
        assert "those of one worker of several" in httpx.get(f"{worker.url}runs/", trust_env=False).text
    with httpx.Client(base_url=workers[1].url, trust_env=False, timeout=60) as client:
        token = client.get("runs/token").json()["token"]
        assert client.post(f"runs/{run}/delete", headers={"X-CSRFToken": token, "Origin": workers[1].origin}).status_code == 204
    assert {httpx.get(f"{worker.url}runs/{run}/log", trust_env=False).status_code for worker in workers} == {404}


if ALL:  # it takes minutes

    def test_a_run_that_is_watched_on_another_worker_goes_on(workers: list[PortalServer], upstream: FarEnd) -> None:
        upstream.script = held = Held(chat(["a"])[:1], chat(["b"]))
        with sockets(*workers) as (here, there):
            run = start(here)
            say(there, "attach", run=run, after=0)
            until(there, "data")
            here.close()
            time.sleep(GRACE * 1.5)
            held.go()
            assert until(there, "end")[-1]["outcome"] == "done"


def test_the_runs_of_a_worker_that_dies_and_those_nobody_watches_anywhere_are_ended(
    shared: Stores, workers: list[PortalServer], upstream: FarEnd
) -> None:
    upstream.script = Held(chat(["a"])[:1], [])
    one, two = workers
    with sockets(one, two, one) as (here, there, leaving):
        run = start(there)
        seen = until(there, "data")
        say(here, "attach", run=run, after=0)
        until(here, "data")
        upstream.script = silence
        alone = start(leaving)
        leaving.close()
        crash(two)
        end = until(here, "end")[-1]
        assert (end["outcome"], end["error"]["code"], end["seq"]) == ("interrupted", "server_ended", len(seen) + 1)
        assert log(one, run) == [*seen, end]
    # It is looked at over HTTP, which watches only while it asks.
    wait_until(lambda: log(one, alone)[-1]["type"] == "end")
    last = log(one, alone)[-1]
    assert (last["outcome"], last["error"]["code"]) == ("limit", "unwatched")
    assert upstream.requests_for("/api/chat")[-1].hung_up.wait(60)


def ready(portal: PortalServer) -> str:
    return httpx.get(f"{portal.url}readyz", trust_env=False).text
