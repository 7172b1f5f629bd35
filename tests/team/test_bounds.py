"""So many links, saved requests and comments and no more, and a grant once, however many ask at the same moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portal_server import ROOT, PortalServer
from tests.postgres import PostgreSQL

# Fifty threads, each with a connection of its own, wish for the same at once; the bounds are made small.
RACE = """
import json, sys, threading, django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils.timezone import now
from portal.library import shelf
from portal.library.entries import Draft
from portal.library.models import Saved
from portal.ollama.bodies import load_json
from portal.runs import comments, sharing
from portal.runs.models import Comment, Record, Share
from portal.runs.orders import Rejected, read_order
from portal.runs.sharing import Offer
from portal.team import membership
from portal.team.audit import Actor
from portal.team.models import Event, Grant, Person
from portal.team.throttling import Rate
from django.conf import settings

call_command("migrate", verbosity=0)
shelf._OFTEN = comments._OFTEN = Rate(1000, 0.001)
sharing.MOST_IN_FORCE, shelf.MOST_OF_ONE, shelf.MOST_IN_ALL, comments.MOST_OF_RUN = 5, 4, 6, 7
people = [Person.objects.create(handle=f"p{n}", name="P", role="member", created=now()) for n in range(10)]
mine = {"owner": f"person:{people[0].id}", "upstream": "local", "method": "POST", "path": "/api/chat", "streams": True, "outcome": "done",
        "created": now(), "lease": now()}
records = [Record.objects.create(id=f"run-{n}", ref=f"ref-{n}", **mine) for n in range(50)]
body = {"model": "m", "messages": []}
order = read_order({"request": {"upstream": "local", "method": "POST", "path": "/api/chat", "body": body}}, settings.PORTAL_UPSTREAMS)
actors = [Actor(one.handle) for one in people]
wishes = {
    "links": lambda n: sharing.share(records[n].id, records[n].owner, Offer("team", 7), actors[0]),
    "of one": lambda n: shelf.save(Draft(f"N{n}", "", order), actors[0]),
    "in all": lambda n: shelf.save(Draft(f"N{n}", "", order), actors[n % 9 + 1]),
    "comments": lambda n: comments.add("run-0", actors[n % 10], "text"),
    "grants": lambda n: membership.give("everybody", "m:1b", "", actors[0]),
}
told = {}
for name, wish in wishes.items():
    gate = threading.Barrier(50)
    def attempt(n):
        gate.wait()
        try:
            while True:
                try:
                    wish(n)
                    return "done"
                except OperationalError as problem:
                    if "locked" not in str(problem):  # SQLite lets some wait for too long; they ask again, as people do
                        raise
        except Rejected as problem:
            return problem.code
        finally:
            connection.close()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(attempt, range(50)))
    told[name] = sorted({answer: answers.count(answer) for answer in answers}.items())
rows = [Share.objects.count(), Saved.objects.count(), Comment.objects.count(), Grant.objects.filter(model="m:1b").count()]
noted = [Event.objects.filter(what=what).count() for what in ("shared a run", "saved a request", "commented on a run")]
print(json.dumps([told, rows, noted]))
"""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    if request.param == "SQLite":
        yield {}
        return
    with PostgreSQL() as postgres:
        yield {"DATABASE_URL": postgres.url}


def test_of_fifty_at_once_exactly_as_many_are_let_in_as_may_and_each_is_in_the_audit(database: dict[str, str], tmp_path: Path) -> None:
    environment = PortalServer(data=tmp_path, PORTAL_ACCESS="team", PORTAL_EMBEDDED="never", **database).environment
    environment = environment | {"DJANGO_SETTINGS_MODULE": "portal.settings", "PATH": os.environ["PATH"]}
    ended = subprocess.run([sys.executable, "-c", RACE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    told, rows, noted = json.loads(ended.stdout)
    assert told == {
        "links": [["done", 5], ["too_many", 45]],
        "of one": [["done", 4], ["too_many", 46]],
        "in all": [["done", 2], ["too_many", 48]],
        "comments": [["done", 7], ["too_many", 43]],
        "grants": [["done", 50]],
    }
    assert rows == [5, 6, 7, 1]
    assert noted == [5, 6, 7]
