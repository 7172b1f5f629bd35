"""The first page, and how the upstreams are."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.dashboard.health import Health
from portal.dashboard.here import watch
from portal.docs.here import catalogue
from portal.docs.surroundings import around
from portal.docs.views import show
from portal.ollama.models import full_name


async def home(request: HttpRequest) -> HttpResponse:
    """The set's own first page, or, when it has none, how to add one."""
    found = catalogue.glance("") or await asyncio.to_thread(catalogue.find, "")
    if found is None:
        shelf = catalogue.shelf
        return render(
            request, "dashboard/empty.html", around(None, shelf) | {"root": catalogue.root, "pages": shelf.pages}
        )
    return await show(request, found, "docs/page.html", {"home": True})


@require_safe
async def upstreams(_request: HttpRequest) -> JsonResponse:
    """`/upstreams/`: each upstream with its state and its models, as they were when they were last looked at."""
    watch.attend()
    return JsonResponse({"upstreams": [_told(health) for health in watch.of()]}, headers={"Cache-Control": "no-store"})


def _told(health: Health) -> dict[str, object]:
    in_memory = {full_name(model.name) for model in health.loaded or ()}
    models = [asdict(model) | {"loaded": full_name(model.name) in in_memory} for model in health.models]
    return {
        "name": health.upstream.name, "state": health.state, "since": health.since, "version": health.version,
        "latency_ms": health.latency_ms, "problem": health.problem, "models": models,
    }  # fmt: skip
