"""The live part of the first page: what there is to say of upstreams, runs, figures, journal and proof, put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from portal.dashboard.health import Health
from portal.dashboard.proven import Verification
from portal.dashboard.words import ago_text, size_text, span_text, stay_text, time_text
from portal.docs.catalogue import Shelf
from portal.ollama.looking import Loaded
from portal.ollama.models import Model, full_name
from portal.runs.activity import Activity, Live
from portal.runs.listing import Row
from portal.runs.sheet import address_of
from portal.runs.team_now import Running, TeamNow

_MOST_MODELS = 8
_MOST_FAILED = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A model on an upstream: what it is, and `memory`, where it is loaded."""

    name: str
    facts: str
    memory: str


@dataclass(frozen=True, slots=True)
class Station:
    """An upstream in words. `models` are the first few, those in memory before the others; `more` the rest."""

    name: str
    address: str
    state: str
    said: str
    since: datetime | None
    problem: str
    models: Sequence[Place]
    more: Sequence[Place]
    count: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in words; `place` is the address of its example."""

    id: str
    method: str
    path: str
    model: str
    outcome: str
    said: str
    when: datetime
    place: str


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A run of a colleague's in words; `place` and `title` are of the page it was started on, empty where there is none."""

    name: str
    what: str
    model: str
    upstream: str
    state: str
    said: str
    since: datetime
    place: str
    title: str


@dataclass(frozen=True, slots=True)
class Proven:
    """What the last verification found: `counts` by verdict, `failed` with the addresses of their pages."""

    said: str
    at: datetime
    counts: Mapping[str, int]
    total: int
    failed: Sequence[tuple[str, str, str, str]]
    more: int
    changed: int


def describe_upstreams(found: Sequence[Health], now: datetime, *, with_addresses: bool = True) -> list[Station]:
    """Each upstream with its models and, for whom they are, its address."""
    stations = [_station(health, now) for health in found]
    return stations if with_addresses else [replace(station, address="") for station in stations]


def _station(health: Health, now: datetime) -> Station:
    upstream = health.upstream
    loaded = {full_name(model.name): model for model in health.loaded or ()}
    ordered = sorted(health.models, key=lambda model: full_name(model.name) not in loaded)
    places = [_place(model, loaded.get(full_name(model.name)), now) for model in ordered]
    if health.state != "up":
        places = []
    return Station(
        upstream.name, "embedded engine" if upstream.embedded else upstream.origin, health.state, _said(health, now),
        health.since, health.problem, places[:_MOST_MODELS], places[_MOST_MODELS:], len(places),
    )  # fmt: skip


def _said(health: Health, now: datetime) -> str:
    if health.state == "unknown" or health.since is None:
        return "looking"
    span = span_text(now - health.since)
    if health.state == "down":
        return f"down for {span}"
    return f"up for {span} · {health.version} · {time_text(health.latency_ms)}"


def _place(model: Model, loaded: Loaded | None, now: datetime) -> Place:
    size = size_text(model.size) if model.size else ""
    facts = [model.parameter_size, model.quantization, size, ", ".join(model.capabilities)]
    return Place(model.name, " · ".join(filter(None, facts)), _memory(loaded, now) if loaded else "")


def _memory(loaded: Loaded, now: datetime) -> str:
    if loaded.vram and loaded.vram < loaded.size:
        where = f"{size_text(loaded.size)}, {round(100 * loaded.vram / loaded.size)} % of it VRAM"
    else:
        where = f"{size_text(loaded.size)} of {'VRAM' if loaded.vram else 'memory'}"
    stays = stay_text(loaded.until, now)
    return f"loaded, {where}" + (f", stays {stays}" if stays else "")


def describe_runs(activity: Activity, now: datetime) -> dict[str, object]:
    """Those under way, and the newest that have ended."""
    return {
        "live": [_live_line(one, now) for one in activity.live],
        "recent": [_line(row, _ended(row, now)) for row in activity.recent],
        "runs_problem": activity.problem,
    }


def _line(row: Row, said: str, state: str = "running") -> RunLine:
    place = address_of(row.page, row.example) if row.example else ""
    return RunLine(row.id, row.method, row.path, row.model, row.outcome or state, said, row.created, place)


def _live_line(one: Live, now: datetime) -> RunLine:
    size = f" · {size_text(one.size)}" if one.state == "streaming" else ""
    since = span_text(now - one.row.created)
    if one.state == "queued":
        return _line(one.row, f"{one.position} in line · {since}" if one.position else since, "queued")
    return _line(one.row, f"{one.state} · {since}{size}")


def describe_team(found: TeamNow | None, shelf: Shelf, now: datetime, *, handle: str) -> dict[str, object]:
    """What the team runs, as whoever has that handle reads it. Pages are looked up: what a browser calls one is not shown."""
    if found is None:
        return {"team": (), "team_problem": "The database cannot be read just now, so what the team runs is not known."}
    lines = [_team_line(one, shelf, now, is_mine=one.handle == handle) for one in found.runs]
    return {"team": lines, "team_more": max(found.count - len(lines), 0)}


def _team_line(one: Running, shelf: Shelf, now: datetime, *, is_mine: bool) -> TeamLine:
    page = shelf.pages.get(one.page) if one.page is not None else None
    place, title = (page.url, page.title) if page else ("", "")
    return TeamLine(
        "You" if is_mine else one.name, one.what, one.model, one.upstream, one.state, span_text(now - one.since), one.since,
        place, title,
    )  # fmt: skip


def _ended(row: Row, now: datetime) -> str:
    stats = row.stats or {}
    tokens = stats.get("output_tokens")
    counted = f"{tokens:,} token{'s' if tokens != 1 else ''}" if tokens else ""
    parts = [ago_text(row.created, now), counted, time_text(stats.get("duration_ms"))]
    return " · ".join(filter(None, parts))


def describe_proof(found: Verification | None, shelf: Shelf, now: datetime) -> Proven | None:
    """None where the set was never verified."""
    if found is None:
        return None
    by_file = {page.relative: page for page in shelf.pages.values()}
    failed = []
    for proof in found.failed[:_MOST_FAILED]:
        page = by_file.get(proof.file)
        failed.append((page.url if page else "", page.title if page else proof.file, proof.request, proof.reason))
    changed = sum(1 for page in by_file.values() if page.changed > found.at.timestamp())
    counts = {verdict: found.count(verdict) for verdict in ("proven", "failed", "left out")}
    said = f"{ago_text(found.at, now)} against {found.upstream}"
    return Proven(said, found.at, counts, len(found.proofs), failed, len(found.failed) - len(failed), changed)


def the_time() -> datetime:
    """Now, for everything that is said on one page."""
    return datetime.now(UTC)
