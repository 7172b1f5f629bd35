"""What may leave: a request and an answer looked through for secrets, off the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence

from portal.runs.here import may_insist, own_keys
from portal.runs.leaks import OUR_OWN, Leak, find_leaks, parts_of_body
from portal.runs.orders import Rejected
from portal.runs.sheet import Asked, asked_of, lay_out
from portal.runs.watching import Watchable

# Of an answer that is longer nobody would say that all of it was looked through.
LARGEST = 8 << 20


class Leaks(Rejected):
    """Secrets were found, so nothing left. `may_insist`: the person's word that they are none would do."""

    def __init__(self, found: Sequence[Leak], does: str) -> None:
        told = "; ".join(map(str, found))
        self.found = found
        self.may_insist = may_insist and all(leak.kind != OUR_OWN for leak in found)
        end = "take it out and try again" + (", or say that it is no secret" if self.may_insist else "")
        super().__init__("secret_found", f"There seems to be {told}, so nothing was {does}: {end}.")


async def check_parts(parts: Iterable[tuple[str, str]], does: str, *, insists: bool) -> str:
    """For the audit, what was found and is no secret by the person's word; "" for nothing. Raises `Leaks`."""
    found = await asyncio.to_thread(_found_in, parts)
    problem = Leaks(found, does)
    if found and not (insists and problem.may_insist):
        raise problem
    return f"said to be no secret: {'; '.join(map(str, found))}" if found else ""


async def check_run(run: Watchable, does: str, *, insists: bool) -> str:
    """The same for the request and the answer of a run that has ended. Raises `Rejected`."""
    asked, frames = asked_of(run), await run.written(0)
    if sum(map(len, frames)) > 2 * LARGEST:
        raise Rejected("too_large", f"This answer is too long to be looked through for secrets, so nothing was {does}.")
    return await check_parts(await asyncio.to_thread(_parts_of, asked, frames), does, insists=insists)


def _found_in(parts: Iterable[tuple[str, str]]) -> list[Leak]:
    return find_leaks(parts, own_keys())


def _parts_of(asked: Asked, frames: Sequence[str]) -> list[tuple[str, str]]:
    told = (json.loads(frame) for frame in frames)
    answer = "".join(frame["text"] for frame in told if frame["type"] == "data")
    # What comes in pieces is one text only once they are put together.
    said = lay_out(asked, frames).said
    return [*parts_of_body(asked.body), *(("the answer", text) for text in (answer, said.text, said.thinking, said.note))]
