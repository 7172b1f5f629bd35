"""One run's way: send the order, write what arrives into the log, say how it ended."""

from __future__ import annotations

import asyncio
import codecs
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from portal.ollama.client import Answer, Client
from portal.ollama.errors import BrokenProtocol, Interrupted, OllamaError, Refused, Unreachable, quoted
from portal.ollama.models import list_models
from portal.ollama.reading import Reading, error_text_of, framing_of
from portal.ollama.unread import unread
from portal.ollama.upstreams import without_key
from portal.runs.frames import Failure, Outcome, State, Stats, data_fields, end_fields, head_fields, state_fields
from portal.runs.log import RunLog
from portal.runs.orders import Order, Rejected
from portal.runs.roads import OVERLOADED, Road

LARGEST_ANSWER = 64 << 20
LONGEST_RUN = 3600.0
# Of the body of an error, in bytes: what it says is at its beginning.
_LARGEST_ERROR = 64 << 10
# What comes within so little time, in seconds, came in one burst: how fast it was written nobody knows.
_SHORTEST_SPAN = 0.1
# A wait so short needs no reason.
_UNNOTICED = 0.3

_INSTALL_OTHERWISE = "To use another, connect an Ollama of your own: set OLLAMA_HOST and restart the portal."
# What Ollama says when a registry does not know a model, and the embedded engine, which has no registry, of all but its own.
_NOT_IN_REGISTRY = "pull model manifest: file does not exist"


class _TooMuch(Exception):
    """A bound of ours was met; the message says which."""


class _Overloaded(Exception):
    """This upstream cannot take the request just now, and another may."""


class Ownership(Protocol):
    """Whether this server's runs are still its own. One that was stopped for long may have been taken for dead."""

    @property
    def is_sure(self) -> bool:
        """Whether they are, as far as a moment ago."""

    async def make_sure(self) -> None:
        """Return when it is known again; runs that are another's by then have been given up."""


@dataclass(slots=True)
class Meter:
    """What is measured of a run as it passes: times in seconds of the monotonic clock, bytes of the body.

    `sent` is when it had its turn: what it waited in the row is nothing the upstream took.
    """

    started: float
    sent: float = 0.0
    first: float | None = None
    last: float | None = None
    bytes: int = 0

    def ms_since_start(self) -> float:
        """Milliseconds from the run's start until now."""
        return (time.monotonic() - self.started) * 1000


class Relay:
    """Carries one order to its upstream and the answer into `log`. `run` returns when the log has its last frame.

    `roads` are tried in turn until one answers; `owner` is whose place in the row it takes. `ownership` is asked before
    anything is passed on, where other workers could have taken the run over.
    """

    def __init__(
        self, order: Order, log: RunLog, client: Client, *, owner: str, roads: Sequence[Road], ownership: Ownership | None = None
    ) -> None:
        self.order, self.log, self.client = order, log, client
        self._owner, self._roads, self._ownership = owner, roads, ownership
        self.meter = Meter(time.monotonic())
        self.reading = Reading("whole")
        self.stop_reason: tuple[Outcome, Failure | None] = ("cancelled", None)
        self._state: State | None = None
        self._undecoded = b""
        # What must not come back to a reader; and the text that is held until there can be no half of it.
        self._key: str | None = None
        self._held: list[str] | None = None
        self._error: bytearray | None = None

    async def run(self) -> None:
        """Relay the order to its end. Cancelling the task hangs up and ends the run with `stop_reason`."""
        outcome: Outcome
        failure: Failure | None
        try:
            outcome, failure = await self._relay()
        except asyncio.CancelledError:
            outcome, failure = self.stop_reason
        except Rejected as problem:
            outcome, failure = "limit", Failure(problem.code, str(problem), "Run it again in a moment.")
        except TimeoutError:
            outcome, failure = (
                "limit",
                Failure(
                    "too_long", f"The run was stopped after {LONGEST_RUN / 60:.0f} minutes, the longest a run may take."
                ),
            )
        except _TooMuch as problem:
            outcome, failure = (
                "limit",
                Failure("too_large", str(problem), "Ask for less, for example with num_predict."),
            )
        except Interrupted as problem:
            outcome, failure = "interrupted", _failure(problem)
        except OllamaError as problem:
            outcome, failure = "failed", _failure(problem)
        self.end(outcome, failure)

    @property
    def state(self) -> State | None:
        """Where the run stands; nothing at its very beginning."""
        return self._state

    def enter(self, state: State, stand_in: str | None = None) -> None:
        """Say in the log where the run stands, once for each state; `stand_in` is the upstream that is asked instead."""
        if self._state != state:
            self._state = state
            self.log.append(state_fields(state, self.meter.ms_since_start(), upstream=stand_in))

    async def _relay(self) -> tuple[Outcome, Failure | None]:
        ordered = self.order.upstream
        for road in self._roads:
            is_last = road is self._roads[-1]
            self.order = replace(self.order, upstream=road.upstream)
            try:
                return await self._take(road, is_last=is_last)
            except (Unreachable, Interrupted, _Overloaded):
                # Once a byte has come, the answer is this upstream's and nobody else's.
                if is_last or self.meter.first is not None:
                    raise
                self._state = None
        raise Unreachable(f"There is no way to {ordered.where}.")

    async def _take(self, road: Road, *, is_last: bool) -> tuple[Outcome, Failure | None]:
        road.breaker.check(road.upstream)
        async with road.lane.turn(self.log.run, self._owner, self._say_place):
            self.meter.sent = time.monotonic()
            async with asyncio.timeout(LONGEST_RUN):
                return await self._ask(road, is_last=is_last)

    async def _ask(self, road: Road, *, is_last: bool) -> tuple[Outcome, Failure | None]:
        order = self.order
        self._key = order.upstream.present_key
        self.enter("connecting", None if road is self._roads[0] else road.upstream.name)
        loading = asyncio.create_task(self._say_loading(road), name=f"loading of {self.log.run}")
        try:
            async with self.client.send(
                order.upstream, order.endpoint.method, order.path, order.content, on_sent=lambda: self.enter("waiting")
            ) as answer:
                loading.cancel()
                road.note_status(answer.status, answer.headers.get("retry-after", ""))
                if answer.status in OVERLOADED and not is_last:
                    raise _Overloaded
                self.enter("waiting")
                self.log.append(head_fields(answer.status, answer.headers))
                self.reading = Reading(framing_of(order.endpoint, answer.status, order.streams))
                body = await self._pass_on(answer)
        except Unreachable:
            road.breaker.note_failure()
            raise
        except Interrupted:
            # Who has said that the answer is complete may hang up as it likes.
            if not self.reading.done:
                raise
            return self._verdict()
        finally:
            loading.cancel()
            await asyncio.wait([loading])
        if answer.status >= 400:
            raise await self._refusal(answer.status, body)
        return self._verdict()

    async def _say_loading(self, road: Road) -> None:
        """Where the model is not in memory, say so once the run has waited a moment for it."""
        model = self.order.model
        if self.order.endpoint.needs is None or model is None or not await road.memory.lacks(self.client, road.upstream, model):
            return
        await asyncio.sleep(_UNNOTICED)
        if self._state == "waiting":
            self.log.append(state_fields("waiting", self.meter.ms_since_start(), loading=model))

    def _say_place(self, position: int) -> None:
        self._state = "queued"
        self.log.append(state_fields("queued", self.meter.ms_since_start(), position))

    async def _pass_on(self, answer: Answer) -> bytes:
        """Write the body into the log as it arrives; returns its beginning when it is the body of an error."""
        self._error = bytearray() if answer.status >= 400 else None
        self._held = [] if answer.status >= 400 and self._key is not None else None
        try:
            async for chunk in answer.chunks(self._take_at_once):
                if self._ownership is not None:
                    await self._ownership.make_sure()
                self._take_chunk(chunk)
            self._decode(b"", final=True)
        finally:
            # Whatever had arrived belongs in the log, also when the way here was cut.
            held, self._held = self._held, None
            self._write("".join(held or ()))
        self.reading.close()
        return bytes(self._error or b"")

    def _take_at_once(self, chunk: bytes) -> bool:
        """Take a chunk in the step in which it came, if the run is known to be this server's."""
        if self._ownership is not None and not self._ownership.is_sure:
            return False
        self._take_chunk(chunk)
        return True

    def _take_chunk(self, chunk: bytes) -> None:
        self._meet(chunk)
        # All that one read of the connection brought is one frame.
        self._write(self._decode(chunk))
        self.reading.feed(chunk)
        if self._error is not None and len(self._error) < _LARGEST_ERROR:
            self._error += chunk

    def _meet(self, chunk: bytes) -> None:
        meter = self.meter
        meter.last = time.monotonic()
        if meter.first is None:
            meter.first = meter.last
            self.enter("streaming")
        meter.bytes += len(chunk)
        if meter.bytes > LARGEST_ANSWER:
            raise _TooMuch(f"The answer grew past {LARGEST_ANSWER >> 20} MiB, the most that is kept of one run.")

    def _decode(self, chunk: bytes, *, final: bool = False) -> str:
        # The standard library's decoder does the same with two calls more.
        data = self._undecoded + chunk
        try:
            text, taken = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError as error:
            self._write(error.object[: error.start].decode())
            raise BrokenProtocol("The answer holds bytes that are not UTF-8 text.") from None
        self._undecoded = data[taken:]
        return text

    def _write(self, text: str) -> None:
        if self._held is not None:
            self._held.append(text)
        elif text:
            self.log.append(data_fields(((self.meter.last or 0) - self.meter.started) * 1000, self._shown(text)))

    def _shown(self, text: str) -> str:
        return text if self._key is None else without_key(text, self._key)

    async def _refusal(self, status: int, body: bytes) -> Refused:
        text = error_text_of(body)
        where = _capital(self.order.upstream.where)
        odd = None if text else unread(0, self._shown(body.decode(errors="replace")))
        said = f": “{quoted(text)}”." if text else " without saying why." if odd is None else f". {odd.said()}"
        problem = Refused(f"{where} refused {self.order.what} with status {status}{said}", self._next_step(status, text))
        problem.code = {401: "unauthorized", 403: "forbidden", 404: "not_found", 429: "rate_limited"}.get(
            status, "refused"
        )
        if status == 404 and text is None:
            problem = Refused(f"{where} has no endpoint {self.order.what}.", "The example is for another version of Ollama.")
            problem.code = "no_endpoint"
        elif status == 404 and self.order.model:
            problem = await self._missing_model(problem)
        return problem

    async def _missing_model(self, problem: Refused) -> Refused:
        try:
            names = [model.name for model in await list_models(self.client, self.order.upstream)]
        except OllamaError:
            return problem
        if self.order.model in names:
            return problem
        have = f"Installed there: {', '.join(names[:12])}." if names else "No model is installed there yet."
        model = quoted(self.order.model or "")
        install = f"{'Run one of these, or install it' if names else 'Install it'}: ollama pull {model}."
        missing = Refused(
            f"The model “{model}” is not installed on {self.order.upstream.where}.",
            f"{have} {_INSTALL_OTHERWISE if self.order.upstream.embedded else install}",
        )
        missing.code = "model_not_found"
        return missing

    def _next_step(self, status: int, said: str | None) -> str:
        if said == _NOT_IN_REGISTRY:
            if self.order.upstream.embedded:
                return f"The embedded engine has one model and downloads no other. {_INSTALL_OTHERWISE}"
            return "The registry has no model of that name; see how it is written in the library on ollama.com."
        return _next_step(status)

    def _verdict(self) -> tuple[Outcome, Failure | None]:
        reading = self.reading
        if reading.error is not None:
            return "failed", Failure(
                "upstream_error",
                f"{_capital(self.order.upstream.where)} broke off: “{quoted(reading.error)}”.",
                self._next_step(500, reading.error),
            )
        if reading.unread is not None and not reading.done:
            begins = self._shown(reading.unread.begins)
            return "failed", _failure(BrokenProtocol(replace(reading.unread, begins=begins).said(self.order.upstream.where)))
        if reading.done or reading.framing == "whole":
            return "done", None
        return "interrupted", Failure(
            "interrupted",
            f"{_capital(self.order.upstream.where)} closed the connection before it said the answer was complete.",
            Interrupted.hint,
        )

    def end(self, outcome: Outcome, failure: Failure | None) -> None:
        """Write the last frame."""
        if failure is not None:
            failure = replace(failure, message=self._shown(failure.message), hint=self._shown(failure.hint))
        self.log.append(end_fields(outcome, failure, self._stats()), last=True)

    def _stats(self) -> Stats:
        meter, counts = self.meter, self.reading.counts
        measured = ["ttft_ms", "duration_ms"]
        output, rate = counts.output_tokens, counts.tokens_per_second
        span = (meter.last or 0) - (meter.first or 0)
        if rate is None and self.order.streams and self.order.endpoint.needs == "completion":
            # Every record after the first brings about one token; the last one or two only say that it is over.
            if output is None and self.reading.records > 3:
                output = self.reading.records - (1 if self.reading.framing == "ndjson" else 2)
                measured.append("output_tokens")
            rate = speed_of(output or 0, span)
            measured += ["tokens_per_second"] if rate is not None else []
        return Stats(
            ttft_ms=None if meter.first is None else round((meter.first - meter.sent) * 1000, 1),
            duration_ms=round(meter.ms_since_start(), 1),
            prompt_tokens=counts.prompt_tokens,
            output_tokens=output,
            tokens_per_second=rate,
            load_ms=counts.load_ms,
            bytes=meter.bytes,
            model=counts.model or self.order.model,
            measured=tuple(measured),
        )


def speed_of(tokens: int, span: float) -> float | None:
    """Tokens a second of so many that came within `span` seconds; None where that says nothing."""
    return round((tokens - 1) / span, 2) if tokens > 1 and span >= _SHORTEST_SPAN else None


def _failure(problem: OllamaError) -> Failure:
    return Failure(problem.code, str(problem), problem.hint)


def _next_step(status: int) -> str:
    if status in (401, 403):
        return "The upstream wants a key or denies this; the operator sets OLLAMA_API_KEY on the server."
    if status == 429:
        return "Wait a little and run it again."
    if status >= 500:
        return "Run it again; if it stays, the log of the Ollama server says more."
    return "Correct the request and run it again."


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
