"""What goes on in the background: a fault of one thing is logged, and the rest goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.desk import Desk
from portal.ollama.upstreams import Upstream
from portal.runs import revoking
from portal.runs.accounting import _start
from portal.runs.frames import Failure, Outcome
from portal.runs.orders import Order, read_order
from portal.runs.registry import Registry, Run
from portal.runs.watching import Watchable
from portal.team import accounts as accounts_module
from portal.team import upkeep
from portal.team.accounts import Accounts
from portal.team.fairness import Ended, Share
from portal.team.readers import Given, Reader
from portal.team.recognition import Recognition
from portal.team.roles import Role
from portal.team.sessions import Limits

pytestmark = pytest.mark.anyio
ENDED = Ended("me", "ref", "done", 1, None)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[Ended]:
    """What was written; the database is no part of this."""
    written: list[Ended] = []

    def settle(ended: Iterable[Ended]) -> None:
        written.extend(ended)

    monkeypatch.setattr(accounts_module, "settle", settle)
    monkeypatch.setattr(accounts_module, "renew", lambda live: None)
    return written


async def test_what_is_on_its_way_when_the_server_ends_is_written_with_the_rest(settled: list[Ended]) -> None:
    desk, busy = Desk("test"), threading.Event()
    accounts = Accounts(desk, Share())
    other = asyncio.create_task(desk.do(busy.wait))
    await asyncio.sleep(0)
    accounts.settle(ENDED)
    accounts.start()
    while accounts._ended:
        await asyncio.sleep(0)
    ending = asyncio.create_task(accounts.aclose())
    while not accounts._ended:
        await asyncio.sleep(0)
    busy.set()
    await ending
    assert settled == [ENDED]
    await other
    await desk.aclose(10)


async def test_accounts_are_kept_also_after_a_fault(
    settled: list[Ended], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk, faults = Desk("test"), ["nobody thought of it"]
    renewed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def renew(live: object) -> None:
        if faults:
            raise KeyError(faults.pop())
        loop.call_soon_threadsafe(renewed.set)

    monkeypatch.setattr(accounts_module, "renew", renew)
    accounts = Accounts(desk, Share())
    accounts.start()
    while "met a fault" not in caplog.text:
        await asyncio.sleep(0.001)
    accounts.settle(ENDED)
    async with asyncio.timeout(60):
        await renewed.wait()
    await accounts.aclose()
    assert set(settled) == {ENDED}
    await desk.aclose(10)


class AtOnce(Registry):
    """Every run has ended before `start` returns, as one does that a dead upstream refuses on a busy server."""

    async def start(self, order: Order, *, owner: str, ref: str) -> Watchable:
        run = await super().start(order, owner=owner, ref=ref)
        assert isinstance(run, Run)
        await run.wait()
        return run


async def test_a_run_that_has_ended_before_it_is_counted_as_under_way_is_settled(
    settled: list[Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_module, "reserve", lambda planned, share: True)
    desk = Desk("test")
    accounts, registry = Accounts(desk, Share()), AtOnce()
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "m", "messages": []}}
    order = read_order({"request": request}, {"local": Upstream("local", "http://127.0.0.1:9")})
    await _start(registry, accounts, order, reader=Reader("person:1", "ada", "Ada", "member"), ref="a-ref", scope={})
    assert not accounts._live
    await accounts.aclose()
    assert [(one.ref, one.outcome) for one in settled] == [("a-ref", "failed")]
    await registry.aclose()
    await desk.aclose(10)


async def test_who_heeds_a_change_with_a_fault_keeps_nobody_from_it(caplog: pytest.LogCaptureFixture) -> None:
    recognition = Recognition(Desk("test"), Limits(timedelta(1), timedelta(1)))
    told = asyncio.Event()

    async def fail() -> None:
        raise KeyError("nobody thought of it")

    async def heed() -> None:
        told.set()

    recognition.listen(fail)
    recognition.listen(heed)
    await recognition.note_change()
    assert told.is_set()
    assert "heeding a change met a fault of the portal" in caplog.text


async def test_what_is_old_is_cleared_also_after_a_fault(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    faults, cleared = ["nobody thought of it"], asyncio.Event()
    loop = asyncio.get_running_loop()

    def clear(*_: Any) -> None:
        if faults:
            raise KeyError(faults.pop())
        loop.call_soon_threadsafe(cleared.set)

    monkeypatch.setattr(upkeep, "clear", clear)
    monkeypatch.setattr(upkeep, "_EVERY", 0)
    desk = Desk("test")
    clearing = asyncio.create_task(upkeep.keep_clear(desk, Limits(timedelta(1), timedelta(1)), timedelta(1)))
    async with asyncio.timeout(60):
        await cleared.wait()
    clearing.cancel()
    await asyncio.wait([clearing])
    assert "met a fault of the portal" in caplog.text
    await desk.aclose(10)


class Begun(Run):
    """A run that has begun, as far as stopping it goes."""

    def __init__(self, order: Order) -> None:
        self.order, self.owner = order, "ada"
        self.outcomes: list[str] = []

    def cancel(self, outcome: Outcome = "cancelled", failure: Failure | None = None) -> None:
        self.outcomes.append(f"{outcome} {f'{failure.code}: {failure.hint}' if failure else ''}")


@pytest.mark.parametrize(("role", "outcomes"), [("guest", ["cancelled revoked: Ask an administrator: Grace."]), ("member", [])])
async def test_what_is_taken_back_between_being_let_in_and_beginning_is_stopped(
    role: Role, outcomes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in = Reader("ada", role="member", given=(Given("*"),))
    now = replace(let_in, role=role)
    recognition = Recognition(Desk("test"), Limits(timedelta(1), timedelta(1)))

    async def as_they_are_now(_: object) -> Reader:
        return now

    async def names() -> str:
        return "Ask an administrator: Grace."

    monkeypatch.setattr(revoking, "reader_now", as_they_are_now)
    monkeypatch.setattr(recognition, "present", as_they_are_now)
    monkeypatch.setattr(revoking, "whom_to_ask", names)
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "m", "messages": []}}
    run = Begun(read_order({"request": request}, {"local": Upstream("local", "http://127.0.0.1:9")}))
    await revoking.look_once_more(run, let_in, {}, recognition)
    assert run.outcomes == outcomes
