"""Proving a doc set: each example that runs is sent to a live upstream, and what came of it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from portal.docs.catalogue import Catalogue, Page
from portal.docs.files import Unreadable
from portal.docs.library import Library
from portal.docs.panels import blocks_of
from portal.examples.detection import read_blocks
from portal.examples.values import Block, Example, Request
from portal.ollama.bodies import dump_body
from portal.ollama.choosing import Choice, Wanted, choose, needs_of, wanted_by
from portal.ollama.client import Client
from portal.ollama.endpoints import Endpoint
from portal.ollama.errors import BadBody, OllamaError, quoted
from portal.ollama.models import Model, list_models
from portal.ollama.reading import Reading, error_text_of, framing_of
from portal.ollama.upstreams import Upstream

LONGEST = 180.0
Verdict = Literal["proven", "failed", "left out"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one request of one example: `file` relative to the set, `line` of its fence, `seconds` it took."""

    file: str
    line: int
    request: str
    verdict: Verdict
    reason: str = ""
    model: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A request to be proven, and where it stands."""

    file: str
    line: int
    example: Example
    request: Request

    def told(self, verdict: Verdict, reason: str = "", model: str = "", seconds: float = 0.0) -> Proof:
        """The proof this exhibit came to."""
        what = f"{self.request.method} {self.request.path}"
        return Proof(self.file, self.line, what, verdict, reason, model, round(seconds, 3))


def gather(catalogue: Catalogue, library: Library) -> Iterator[Exhibit]:
    """Every request of every example of the set, in reading order. A document that cannot be read has none."""
    for page in catalogue.pages.values():
        for block, example in _examples_of(page, library):
            for request in example.requests:
                yield Exhibit(page.relative, block.line, example, request)


def _examples_of(page: Page, library: Library) -> Iterator[tuple[Block, Example]]:
    try:
        fences = library.read(page).rendered.fences
    except Unreadable:
        return
    blocks = blocks_of(fences)
    yield from zip(blocks, read_blocks(blocks, hosts=library.hosts), strict=True)


async def prove(exhibits: Sequence[Exhibit], upstream: Upstream, client: Client) -> AsyncIterator[Proof]:
    """Send each to `upstream`, one after the other. Raises `OllamaError` when the upstream cannot even list its models."""
    here = await list_models(client, upstream)
    for exhibit in exhibits:
        reason = _why_not(exhibit, upstream)
        yield exhibit.told("left out", reason) if reason else await _prove(exhibit, upstream, client, here)


def _why_not(exhibit: Exhibit, upstream: Upstream) -> str:
    request = exhibit.request
    endpoint = request.endpoint
    if not exhibit.example.runnable:
        return exhibit.example.reason or "it cannot be sent as it stands"
    if endpoint is None:
        return "its address is not in the table of endpoints"
    if endpoint.changes_server:
        return "it would change the models on the server"
    wanted = "cloud" if upstream.name == "cloud" else "local"
    return "" if request.upstream in (wanted, upstream.name) else f"it is for the upstream “{request.upstream}”"


async def _prove(exhibit: Exhibit, upstream: Upstream, client: Client, here: Sequence[Model]) -> Proof:
    endpoint, body = exhibit.request.endpoint, exhibit.request.body
    assert endpoint is not None
    expected = exhibit.example.hints.expect_status or 200
    # What is meant to be refused is sent as it stands: another model in its place might not be.
    wanted = wanted_by(endpoint, exhibit.request.path, body) if expected == 200 else None
    needs = needs_of(endpoint, body)
    chosen = choose(wanted, needs, here) if wanted else None
    if wanted and (chosen is None or not _is_able(chosen.model, needs)):
        what = ", ".join(sorted(needs)) or "there is none"
        return exhibit.told("left out", f"no model on this server can do what it asks ({what})")
    started = time.monotonic()
    try:
        async with asyncio.timeout(LONGEST):
            fault = await _send(exhibit, endpoint, _with_model(exhibit.request, wanted, chosen), upstream, client)
    except TimeoutError:
        fault = f"the answer was not whole after {LONGEST:.0f} seconds"
    except (OllamaError, BadBody) as problem:
        fault = str(problem)
    used = chosen.model.name if chosen else ""
    return exhibit.told("failed" if fault else "proven", fault, used, time.monotonic() - started)


def _is_able(model: Model, needs: frozenset[str]) -> bool:
    return not model.capabilities or needs <= set(model.capabilities)


def _with_model(request: Request, wanted: Wanted | None, chosen: Choice | None) -> tuple[str, object]:
    """Path and body of the request, with the chosen model where the wanted one stood."""
    if wanted is None or chosen is None or not chosen.stands_in:
        return request.path, request.body
    if wanted.place == "path":
        return request.path.removesuffix(wanted.name) + chosen.model.name, request.body
    assert isinstance(request.body, dict)
    return request.path, request.body | {wanted.place: chosen.model.name}


async def _send(
    exhibit: Exhibit, endpoint: Endpoint, what: tuple[str, object], upstream: Upstream, client: Client
) -> str:
    """Send path and body, read the answer to its end; the reason why it failed, empty when it did not."""
    path, body = what
    async with client.send(upstream, endpoint.method, path, dump_body(body)) as answer:
        reading = Reading(framing_of(endpoint, answer.status, exhibit.request.stream))
        head = b""
        async for chunk in answer.chunks():
            head = (head + chunk)[:65536]
            reading.feed(chunk)
        reading.close()
    expected = exhibit.example.hints.expect_status or 200
    if answer.status != expected:
        wish = "" if expected == 200 else f" rather than {expected}"
        return f"it was answered with status {answer.status}{wish}: {quoted(error_text_of(head) or 'no reason')}"
    if expected != 200:
        return ""
    if reading.error:
        return f"the answer broke off: {quoted(reading.error)}"
    if reading.unread is not None:
        return reading.unread.said().rstrip(".")
    return "" if reading.done or reading.framing == "whole" else "the stream ended without saying that it was done"
