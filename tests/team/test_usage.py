"""What was used is added up by person, model, page and day, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from portal.team.models import Allowance, Event, Grant, Group, Person, SignIn, Use
from portal.team.sessions import Limits, find_reader
from portal.team.throttling import Rate, take
from portal.team.upkeep import clear
from portal.team.usage import as_csv, read_usage, tamed
from tests.team.people import Browser, newcomer

LIMITS = Limits(timedelta(hours=72), timedelta(days=30))


def use(handle: str, tokens: int, *, model: str = "m:1b", days: float = 0, outcome: str = "done", ttft: float | None = 100.0) -> None:
    began = now() - timedelta(days=days)
    Use.objects.create(
        owner=f"person:{handle}", handle=handle, ref=str(Use.objects.count()), upstream="local", what="POST /api/chat", model=model,
        page="", began=began, ended=began, lease=began, tokens=tokens, outcome=outcome, ttft_ms=ttft,
    )  # fmt: skip


@pytest.mark.django_db
def test_it_is_added_up_by_what_one_asks() -> None:
    use("ben", 100)
    use("ben", 50, model="=1+1", ttft=300.0)
    use("cleo", 400, outcome="failed", ttft=None)
    use("cleo", 999, days=8)
    lines = read_usage("person", 7)
    assert [(line.name, line.runs, line.tokens, line.failed, line.first_token, line.part) for line in lines] == [
        ("cleo", 1, 400, 1, "", 100.0), ("ben", 2, 150, 0, "200 ms", 37.5),
    ]  # fmt: skip
    assert [line.tokens for line in read_usage("person", 30)] == [1399, 150]
    assert [line.name for line in read_usage("day", 30)] == sorted((str(day.date()) for day in (now(), now() - timedelta(days=8))), reverse=True)
    assert [line.tokens for line in read_usage("model", 30, handle="ben")] == [100, 50]
    rows = list(csv.reader(io.StringIO(as_csv("model", read_usage("model", 7)))))
    assert rows[0] == ["model", "runs", "tokens", "failed", "mean_ttft_ms"]
    assert ["'=1+1", "1", "50", "0", "300.0"] in rows


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_stays_text(cell: str) -> None:
    assert tamed(cell) == f"'{cell}"
    assert tamed("qwen3:8b") == "qwen3:8b"


def test_administrators_read_it_as_a_page_and_as_csv(ada: Browser) -> None:
    member = newcomer(ada, "member")
    run = member.order(model="far:1b").json()["run"]
    page = ada.get("/usage/", params={"by": "person", "days": "1"})
    assert member.handle in page.text
    found = ada.get("/usage/", params={"by": "model", "format": "csv"})
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert found.text.splitlines()[0] == "model,runs,tokens,failed,mean_ttft_ms"
    assert ada.get("/usage/", params={"by": "nonsense", "days": "x"}).status_code == 200
    assert "1 of 4 runs now" in member.get("/account/").text or "0 of 4 runs now" in member.get("/account/").text
    assert member.get("/usage/").status_code == 403
    member.send_form(f"/runs/{run}/cancel")


@pytest.mark.django_db
def test_to_know_who_opens_a_socket_takes_at_most_three_queries() -> None:
    moment = now()
    person = Person.objects.create(handle="p", name="P", role="member", created=moment)
    person.groups.add(*(Group.objects.create(name=f"g{number}") for number in range(5)))
    for group in Group.objects.all():
        Grant.objects.create(group=group, model=f"{group.name}:*")
    Grant.objects.create(person=person, model="own:1b", upstream="gpu")
    SignIn.objects.create(key="k", person=person, created=moment, seen=moment - timedelta(hours=1), browser="")
    with CaptureQueriesContext(connection) as queries:
        found = find_reader("k", LIMITS)
    assert found is not None
    assert len(found[0].given) == 6
    assert len(queries) <= 3


@pytest.mark.django_db
def test_what_has_ended_or_is_too_old_is_deleted() -> None:
    moment = now()
    person = Person.objects.create(handle="p", name="P", role="member", created=moment)
    for key, created, seen in (("fine", 1, 0), ("unused", 5, 4), ("old", 31, 0)):
        SignIn.objects.create(key=key, person=person, created=moment - timedelta(days=created), seen=moment - timedelta(days=seen), browser="")
    use("p", 1, days=401)
    use("p", 1, days=399)
    for days in (401, 399):
        Event.objects.create(at=moment - timedelta(days=days), actor="p", what="w", about="", detail="", address="")
    take("full", Rate(1, 1.0), now=0.0)
    take("used", Rate(1, 1000.0))
    clear(LIMITS, timedelta(days=400))
    assert [one.key for one in SignIn.objects.all()] == ["fine"]
    assert (Use.objects.count(), Event.objects.count()) == (1, 1)
    assert [one.key for one in Allowance.objects.all()] == ["used"]
