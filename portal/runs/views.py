"""The HTTP doors to what runs need: which models are here, and whether the server lives."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from portal.ollama.bodies import load_json
from portal.ollama.choosing import choose, needs_of, wanted_by
from portal.ollama.endpoints import ENDPOINTS, find_endpoint
from portal.ollama.errors import BadBody, OllamaError
from portal.ollama.models import Model, list_models
from portal.ollama.shapes import SHARED, shape_of
from portal.ollama.shelf import take_stock
from portal.ollama.upstreams import Upstream
from portal.runs.here import registry
from portal.runs.permitting import allowed, barred
from portal.team.asking import whom_to_ask
from portal.team.identity import reader_in
from portal.team.readers import Reader
from portal.team.rights import knows_addresses

_KEPT_FOR = 3.0
_kept: dict[str, tuple[float, list[Model]]] = {}


@require_GET
async def models(request: HttpRequest) -> JsonResponse:
    """`/models/?upstream=NAME`: what is installed there, as `{"models": […], "may_install": …}`, those in memory first."""
    upstream = settings.PORTAL_UPSTREAMS.get(request.GET.get("upstream", "local"))
    if upstream is None:
        return _no_such_upstream()
    try:
        offers = await take_stock(registry.client, upstream)
        reader = _reader(request)
        theirs = allowed(reader, [offer.model for offer in offers], upstream)
    except OllamaError as problem:
        return _error(502, problem.code, str(problem), problem.hint)
    told = [offer.as_json() for offer in offers if offer.model in theirs]
    # The engine the portal brings along has one model, and downloads no other.
    may_install = not upstream.embedded and "POST /api/pull" not in barred(reader)
    return JsonResponse({"models": told, "may_install": may_install}, headers={"Cache-Control": "no-store"})


@require_GET
async def endpoints(request: HttpRequest) -> JsonResponse:
    """`/endpoints/`: which upstreams there are, what can be asked of them, and the shape of every body as JSON Schema."""
    told = knows_addresses(_reader(request))
    upstreams = [{"name": one.name, "where": one.where if told else one.name} for one in settings.PORTAL_UPSTREAMS.values()]
    table = [
        {
            "method": one.method, "path": one.path, "wire": one.wire, "summary": one.summary, "streams": one.streams,
            "needs": one.needs, "changes_server": one.changes_server, "body": shape_of(one),
        }
        for one in ENDPOINTS
    ]  # fmt: skip
    headers = {"Cache-Control": "private, max-age=60"}
    return JsonResponse({"upstreams": upstreams, "endpoints": table, "shared": SHARED}, headers=headers)


@require_GET
async def may(request: HttpRequest) -> JsonResponse:
    """`/runs/may`: `barred`, each endpoint the reader may not ask with the sentence that says why, and `whom` to ask."""
    reader = _reader(request)
    found = barred(reader)
    whom = await whom_to_ask() if found and reader.is_somebody else ""
    told = {"signed_in": reader.is_somebody, "barred": found, "whom": whom}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_POST
async def choice(request: HttpRequest) -> JsonResponse:
    """`POST /models/choice` with a `request` as `start` takes it: which installed model to use for it.

    Answers `{"wanted": name or null, "place": "model", "name" or "path", "use": name or null, "needs": […]}`, where
    `needs` is what a model has to be able to do for it. It changes nothing.
    """
    try:
        asked = load_json(request.body.decode())
    except (BadBody, UnicodeDecodeError) as problem:
        return _error(400, "bad_message", str(problem), "")
    found = asked if isinstance(asked, dict) else {}
    method, path, body = found.get("method"), found.get("path"), found.get("body")
    endpoint = find_endpoint(method, path) if isinstance(method, str) and isinstance(path, str) else None
    wanted = wanted_by(endpoint, str(path), body) if endpoint and not endpoint.changes_server else None
    if endpoint is None or wanted is None:
        needs = sorted(needs_of(endpoint, body)) if endpoint else []
        return JsonResponse({"wanted": None, "place": None, "use": None, "needs": needs})
    needed = needs_of(endpoint, body)

    def answer(here: list[Model]) -> dict[str, object]:
        chosen = choose(wanted, needed, here)
        use = chosen.model.name if chosen else None
        return {"wanted": wanted.name, "place": wanted.place, "use": use, "needs": sorted(needed)}

    return await _about_models(found.get("upstream"), lambda here, there: answer(allowed(_reader(request), here, there)))


async def readyz(_request: HttpRequest) -> HttpResponse:
    """New runs are taken here; 503 while the server finishes those it has before it stops."""
    status, said = (503, "draining\n") if registry.is_draining else (200, "ready\n")
    if status == 200 and registry.trouble:
        said = f"ready; Redis is away ({registry.trouble})\n"
    return HttpResponse(said, status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})


async def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


async def _about_models(name: object, answer: Callable[[list[Model], Upstream], dict[str, object]]) -> JsonResponse:
    upstream = settings.PORTAL_UPSTREAMS.get(name) if isinstance(name, str) else None
    if upstream is None:
        return _no_such_upstream()
    try:
        return JsonResponse(answer(await models_of(upstream), upstream))
    except OllamaError as problem:
        return _error(502, problem.code, str(problem), problem.hint)


async def models_of(upstream: Upstream) -> list[Model]:
    """The models installed there, asked for at most every few seconds. Raises `OllamaError`."""
    kept = _kept.get(upstream.name)
    if kept and time.monotonic() - kept[0] < _KEPT_FOR:
        return kept[1]
    found = await list_models(registry.client, upstream)
    _kept[upstream.name] = (time.monotonic(), found)
    return found


def _reader(request: HttpRequest) -> Reader:
    return reader_in(getattr(request, "scope", {}))


def _no_such_upstream() -> JsonResponse:
    return _error(404, "unknown_upstream", "This portal has no such upstream.", "")


def _error(status: int, code: str, message: str, hint: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message, "hint": hint}}, status=status)
