"""What a run counts for: before it is sent as much as it may take, when it has ended as much as it took."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import Error

from portal.ollama.bodies import load_json
from portal.ollama.endpoints import Endpoint, find_endpoint
from portal.runs.models import Record
from portal.runs.orders import Order, Rejected
from portal.runs.registry import Registry, Run
from portal.runs.revoking import look_once_more
from portal.runs.watching import Watchable
from portal.team.accounts import Accounts
from portal.team.fairness import Ended, Planned
from portal.team.here import recognition
from portal.team.noting import note_done
from portal.team.readers import Reader
from portal.team.refusals import Refused

# What an answer is taken for that says nothing of its length.
_USUAL = 1000
_LIMITS = ("num_predict", "max_tokens", "max_completion_tokens", "max_output_tokens")
# What a token is on average, where nobody counts them.
_CHARACTERS = 4


async def start_counted(
    registry: Registry, accounts: Accounts | None, order: Order, *, reader: Reader, ref: str, scope: Mapping[str, Any]
) -> Watchable:
    """Start a run as its owner's share allows; what changes a server is written down. Raises `Rejected` (`over_limit`)."""
    run = await _start(registry, accounts, order, reader=reader, ref=ref, scope=scope)
    if isinstance(run, Run) and not run.ended:
        await look_once_more(run, reader, scope, recognition)
    return run


async def _start(
    registry: Registry, accounts: Accounts | None, order: Order, *, reader: Reader, ref: str, scope: Mapping[str, Any]
) -> Watchable:
    if accounts is None or not counts(order):
        return await registry.start(order, owner=reader.id, ref=ref)
    planned = plan(order, reader, ref)
    try:
        is_new = await accounts.reserve(planned)
    except Refused as problem:
        if problem.status == 401:
            raise Rejected("sign_in", f"{problem} Nothing was sent.") from None
        raise Rejected("over_limit", f"{problem} Nothing was sent.", wait=problem.wait) from None
    except (Error, OSError):
        raise _unwritable() from None
    try:
        if is_new and order.endpoint.changes_server:
            what = f"{order.what} {order.model or ''}".rstrip()
            await note_done(scope, reader, "asked to change a server", order.upstream.name, what)
        run = await registry.start(order, owner=reader.id, ref=ref)
    except BaseException as problem:
        if is_new:
            await accounts.release(planned)
        if isinstance(problem, (Error, OSError)):
            raise _unwritable() from None
        raise
    if isinstance(run, Run):
        # Else the server that runs it does. One that has ended already counts for what it took.
        settle_ended(accounts, run) if run.ended else accounts.hold(planned)
    elif run.ended and is_new:
        await accounts.release(planned)  # it had run before it was counted
    return run


def _unwritable() -> Rejected:
    return Rejected("unreadable", "The database does not answer, so nothing was sent; try again in a moment.")


def counts(order: Order) -> bool:
    """Whether a request is one of those there is a share of: those a model thinks about, and those that change a server."""
    return order.endpoint.needs is not None or order.endpoint.changes_server


def plan(order: Order, reader: Reader, ref: str) -> Planned:
    """A run as it is reserved."""
    return Planned(
        reader.handle, reader.id, ref, order.upstream.name, f"{order.endpoint.method} {order.endpoint.path}",
        order.model or "", order.source.page, _most(order),
    )  # fmt: skip


def settle_ended(accounts: Accounts, run: Run) -> None:
    """Count what a run took that has ended; one that another worker ends is that worker's to count."""
    if run.ended and counts(run.order):
        accounts.settle(took(run))


def settle_taken_over(accounts: Accounts, record: Record, frames: Sequence[str]) -> None:
    """The same of a run that was ended for a worker that is gone."""
    endpoint = find_endpoint(record.method, record.path)
    if frames and endpoint is not None and (endpoint.needs is not None or endpoint.changes_server):
        accounts.settle(_took(record.owner, record.ref, _Sent(endpoint, record.body.encode(), record.streams), frames))


def took(run: Run) -> Ended:
    """A run as it is settled."""
    order = run.order
    sent = _Sent(order.endpoint, order.content or b"", order.streams)
    return _took(run.owner, run.facts.ref, sent, run.log.after(0, run.log.head))


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent, as far as it counts."""

    endpoint: Endpoint
    content: bytes
    streams: bool


def _took(owner: str, ref: str, sent: _Sent, frames: Sequence[str]) -> Ended:
    end = json.loads(frames[-1])
    stats = end["stats"]
    prompt, answer = stats["prompt_tokens"], stats["output_tokens"]
    if sent.endpoint.needs is None:
        prompt = answer = 0
    elif answer is None:
        answer = _counted(frames) if sent.streams else 0
    if prompt is None:
        prompt = len(sent.content) // _CHARACTERS if len(frames) > 2 else 0
    return Ended(owner, ref, end["outcome"], prompt + answer, stats["ttft_ms"])


def _most(order: Order) -> int:
    if order.endpoint.needs is None:
        return 0
    asked = len(order.content or b"") // _CHARACTERS
    return asked + (_limit(order) if order.endpoint.needs == "completion" else 0)


def _limit(order: Order) -> int:
    body = load_json(order.content.decode()) if order.content else None
    place = body.get("options") if isinstance(body, dict) and order.endpoint.wire == "native" else body
    said = [place[name] for name in _LIMITS if name in place] if isinstance(place, dict) else []
    numbers = [number for number in said if isinstance(number, int) and not isinstance(number, bool) and number > 0]
    return min(numbers, default=_USUAL)


def _counted(lines: Iterable[str]) -> int:
    """What had come of an answer that was cut off: Ollama streams a record for each token."""
    frames = (json.loads(line) for line in lines)
    return sum(frame["text"].count("\n") for frame in frames if frame["type"] == "data")
