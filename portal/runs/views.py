"""The HTTP doors to what runs need: which models are here, and whether the server lives."""

from __future__ import annotations

import time
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.ollama.endpoints import find_endpoint
from portal.ollama.errors import OllamaError
from portal.ollama.models import Model, find_model, list_models, nearest_model
from portal.ollama.upstreams import Upstream
from portal.runs.here import registry

_KEPT_FOR = 3.0
_kept: dict[str, tuple[float, list[Model]]] = {}


async def models(request: HttpRequest) -> JsonResponse:
    """The models of an upstream and, for a `model` and the (method, path) it is asked at, the one to use.

    `needs` (repeatable) adds capabilities the request asks for, such as vision. Answers `{"models": […], "use": name or
    null}`, or `{"error": {code, message, hint}}` with status 404 or 502.
    """
    upstream = settings.PORTAL_UPSTREAMS.get(request.GET.get("upstream", "local"))
    if upstream is None:
        return _error(404, "unknown_upstream", "This portal has no such upstream.", "")
    try:
        here = await _models_of(upstream)
    except OllamaError as problem:
        return _error(502, problem.code, str(problem), problem.hint)
    return JsonResponse({"models": [asdict(model) for model in here], "use": _choose(request, here)})


async def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def _choose(request: HttpRequest, here: list[Model]) -> str | None:
    wanted = request.GET.get("model", "")
    endpoint = find_endpoint(request.GET.get("method", ""), request.GET.get("path", ""))
    needs = set(request.GET.getlist("needs")) | ({endpoint.needs} if endpoint and endpoint.needs else set())
    chosen = find_model(wanted, here) or nearest_model(wanted, here, frozenset(filter(None, needs)))
    return chosen.name if chosen else None


async def _models_of(upstream: Upstream) -> list[Model]:
    kept = _kept.get(upstream.name)
    if kept and time.monotonic() - kept[0] < _KEPT_FOR:
        return kept[1]
    found = await list_models(registry.client, upstream)
    _kept[upstream.name] = (time.monotonic(), found)
    return found


def _error(status: int, code: str, message: str, hint: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message, "hint": hint}}, status=status)
