"""Whatever is refused costs the same work as what never was: as many hashes, and the same questions to the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from pytest_django import Settings

from portal.runs.archive import Archive
from portal.runs.models import Record
from portal.runs.orders import Rejected
from portal.runs.registry import Registry, Run
from portal.runs.roads import Bounds, Roads
from portal.runs.sharing import find_shared
from portal.team import entering, joining, passwords
from portal.team.audit import Actor
from portal.team.models import Authenticator, Invitation, Person, SignIn
from portal.team.refusals import Refused
from portal.team.second.codes import new_secret, seal
from portal.team.second.proving import _prove
from portal.team.sessions import Limits, find_reader
from portal.team.tokens import key_of

HASHED: list[str] = []


class Counted(passwords.Hasher):
    """The portal's hasher, which counts."""

    def encode(self, password: str, salt: str) -> str:
        HASHED.append("encode")
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        HASHED.append("verify")
        return super().verify(password, encoded)


class HereDesk:
    """A desk in the test's own thread, where its transaction is."""

    async def do(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await sync_to_async(work)(*args, **kwargs)


@pytest.fixture(autouse=True)
def counted(settings: Settings) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["tests.team.test_equal_work.Counted"]
    passwords._of_nobody.cache_clear()
    yield
    passwords._of_nobody.cache_clear()


@pytest.fixture
def people(db: None) -> None:
    encoded = make_password("right horse battery")
    for handle, password, suspended in (("ada", encoded, None), ("gone", encoded, now()), ("elsewhere", make_password(None), None)):
        role = "administrator" if handle == "ada" else "member"
        Person.objects.create(handle=handle, name=handle, role=role, password=password, created=now(), suspended=suspended)
    passwords._of_nobody()


def work(done: Callable[[], object]) -> tuple[int, list[str]]:
    """How many hashes something takes, and what it asks the database, without the values."""
    HASHED.clear()
    with CaptureQueriesContext(connection) as asked:
        done()
    shapes = [re.sub(r"'[^']*'|\b[0-9a-f]{64}\b|\d+(\.\d+)?(e[+-]?\d+)?", "?", query["sql"]) for query in asked.captured_queries]
    return len(HASHED), shapes


def refused(done: Callable[[], object]) -> Callable[[], str]:
    def tried() -> str:
        with pytest.raises(Refused) as problem:
            done()
        return str(problem.value)

    return tried


@pytest.mark.usefixtures("people")
def test_signing_in_as_nobody_costs_what_a_wrong_password_does() -> None:
    entrance = entering.Entrance(Actor("", "192.0.2.1"), "a browser")
    said, costs = set(), []
    for handle in ("ada", "nobody.here", "gone", "elsewhere", "x" * 40):
        tried = refused(lambda handle=handle: async_to_sync(entering.sign_in)(HereDesk(), handle, "wrong", entrance))  # type: ignore[misc, arg-type]
        costs.append(work(lambda tried=tried: said.add(tried())))  # type: ignore[misc]
    assert len(said) == 1
    assert costs[0][0] == 1
    assert len(costs[0][1]) >= 6
    assert [cost for cost in costs if cost != costs[0]] == []


@pytest.mark.usefixtures("people")
def test_a_link_that_is_over_costs_what_one_that_never_was_does() -> None:
    then = now()
    for token, ends, used, of_setup in (
        ("used", then + timedelta(1), then, False), ("ended", then - timedelta(1), None, False), ("late", then + timedelta(1), None, True),
    ):  # fmt: skip
        Invitation.objects.create(key=key_of(token), role="guest", note="", created=then, ends=ends, used=used, of_setup=of_setup)
    for of_setup, tokens in ((False, ("never", "used", "ended", "late", "")), (True, ("never", "used", "late"))):
        costs = [work(refused(lambda token=token, of_setup=of_setup: joining.find_invitation(token, of_setup=of_setup))) for token in tokens]  # type: ignore[misc]
        assert costs[0] == (0, costs[0][1])
        assert [cost for cost in costs if cost != costs[0]] == []


@pytest.mark.usefixtures("people")
def test_a_token_that_has_ended_costs_what_an_invented_one_does() -> None:
    then = now()
    for handle in ("ada", "gone"):
        person = Person.objects.get(handle=handle)
        SignIn.objects.create(key=f"of-{handle}", person=person, created=then - timedelta(400), seen=then - timedelta(400), browser="")
    limits = Limits(timedelta(hours=72), timedelta(days=30))
    costs = [work(lambda key=key: find_reader(key, limits)) for key in ("invented", "of-ada", "of-gone")]  # type: ignore[misc]
    assert [len(asked) for _, asked in costs] == [1, 1, 1]
    assert [cost for cost in costs if cost != costs[0]] == []


@pytest.mark.usefixtures("people")
def test_a_wrong_code_costs_the_same_with_a_second_factor_and_without() -> None:
    ada, gone = (Person.objects.get(handle=handle).id for handle in ("ada", "gone"))
    Authenticator.objects.create(person_id=ada, sealed=seal(new_secret()), created=now())
    for code in ("000000", "aaaa-bbbb-cccc-dddd"):
        costs = [work(lambda number=number, code=code: _prove(number, code, Actor(""))) for number in (ada, gone, 999)]  # type: ignore[misc]
        assert [cost for cost in costs if cost != costs[0]] == []


@pytest.mark.django_db
def test_anothers_run_and_link_cost_what_none_does() -> None:
    blank = dict.fromkeys(("ref", "upstream", "method", "path", "model", "body", "page", "example", "state", "server"), "")
    Record.objects.create(**blank, id="recorded-another", owner="person:2", streams=True, outcome="done", created=now(), lease=now())

    class HereArchive(Archive):
        async def read(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            return await sync_to_async(work)(*args, **kwargs)

    registry = Registry(None, HereArchive(), Roads({}, Bounds(1, 1), {}))
    registry._runs["live-and-another"] = cast(Run, SimpleNamespace(owner="person:2"))
    said: set[str] = set()

    def look_for(run: str) -> None:
        with pytest.raises(Rejected) as problem:
            async_to_sync(registry.find)(run, reader="person:1")
        said.add(f"{problem.value.code} {problem.value}")

    costs = [work(lambda run=run: look_for(run)) for run in ("none-at-all-here", "recorded-another", "live-and-another")]  # type: ignore[misc]
    assert [len(asked) for _, asked in costs] == [1, 1, 1]
    assert costs[0] == costs[1] == costs[2]
    assert len(said) == 1
    links = [work(lambda token=token: find_shared(token, is_of_team=True)) for token in ("x" * 22, "y" * 22)]  # type: ignore[misc]
    assert links[0] == links[1]
