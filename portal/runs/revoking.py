"""Stopping what somebody may no longer run: they were suspended, or a role or a model was taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.runs.frames import Failure
from portal.runs.permitting import wish_of
from portal.runs.registry import Registry, Run
from portal.team.asking import whom_to_ask
from portal.team.identity import reader_now
from portal.team.readers import Reader
from portal.team.recognition import Recognition
from portal.team.rights import why_not

REVOKED = Failure("revoked", "An administrator took back the right to run this while it was under way.", "Ask an administrator.")
# Seconds at most that a run goes on for the sake of the administrators' names.
_FOR_NAMES = 0.5


async def stop_what_is_revoked(registry: Registry, recognition: Recognition) -> None:
    """Look at every run under way once more, as its owner is now."""
    owners: dict[str, list[Run]] = {}
    for run in registry.under_way():
        owners.setdefault(run.owner, []).append(run)
    for owner, runs in owners.items():
        reader = await recognition.present(owner)
        for run in runs:
            await _stop_if_revoked(run, reader)


async def look_once_more(run: Run, let_in: Reader, scope: Mapping[str, Any], recognition: Recognition) -> None:
    """The same of a run that has just begun: it may have been taken back after its owner was `let_in` and before it was there."""
    if await reader_now(scope) != let_in:
        await _stop_if_revoked(run, await recognition.present(run.owner))


async def _stop_if_revoked(run: Run, reader: Reader) -> None:
    if not reader.trouble and why_not(reader, wish_of(run.order)):
        run.cancel("cancelled", replace(REVOKED, hint=await _whom_to_ask_soon()))


async def _whom_to_ask_soon() -> str:
    try:
        async with asyncio.timeout(_FOR_NAMES):
            return await whom_to_ask()
    except TimeoutError:
        return REVOKED.hint
