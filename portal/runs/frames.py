"""The frames of a run's log, each written once as the JSON text that every watcher is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["queued", "connecting", "waiting", "streaming"]
Outcome = Literal["done", "failed", "cancelled", "interrupted", "limit"]

_quote = json.encoder.encode_basestring


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run ended as it did: a code for programs, a sentence and the next step for people."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of a run; None is “not known”. `measured` names those taken by us from arrival times and counts."""

    ttft_ms: float | None = None
    duration_ms: float | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    tokens_per_second: float | None = None
    load_ms: float | None = None
    bytes: int = 0
    model: str | None = None
    measured: tuple[str, ...] = ()


# The text between a frame's `run` and `seq` and its end. Put together by joining: a frame is made for every read of a
# stream, and building a dict to serialise costs several times as much.


def state_fields(
    state: State, at: float, position: int | None = None, *, upstream: str | None = None, loading: str | None = None
) -> str:
    """`state`: where the run stands since `at`, in milliseconds since it started.

    `position` is its place in the queue, from 1; `upstream` names the one that stands in for that it was meant for;
    `loading` the model that is not in memory yet.
    """
    place = "" if position is None else f',"position":{position}'
    stand_in = "" if upstream is None else f',"upstream":"{upstream}"'
    model = "" if loading is None else f',"loading":{_quote(loading)}'
    return f'"type":"state","state":"{state}","at":{at:.1f}{place}{stand_in}{model}'


def head_fields(status: int, headers: Mapping[str, str]) -> str:
    """`head`: the status and a short list of headers of the upstream's answer."""
    return f'"type":"head","status":{status},"headers":{json.dumps(dict(headers))}'


def data_fields(at: float, text: str) -> str:
    """`data`: a piece of the body; `at` in milliseconds since the run started."""
    return f'"type":"data","at":{at:.1f},"text":{_quote(text)}'


def end_fields(outcome: Outcome, failure: Failure | None, stats: Stats) -> str:
    """`end`: how the run ended, always its last frame."""
    error = "null" if failure is None else json.dumps(asdict(failure), ensure_ascii=False)
    return f'"type":"end","outcome":"{outcome}","error":{error},"stats":{json.dumps(asdict(stats), ensure_ascii=False)}'


def frame(run: str, seq: int, fields: str) -> str:
    """The whole frame as it goes over the wire."""
    return f'{{"run":"{run}","seq":{seq},{fields}}}'


def is_end(text: str) -> bool:
    """Whether a frame is a run's last; what the upstream said stands further on and cannot be taken for it."""
    return text.startswith('"type":"end"', text.index(',"type":', 8) + 1)
