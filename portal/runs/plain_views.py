"""Running with scripts off: a form that shows a request, and the POST it makes, which leads to the run's page."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.ollama.bodies import load_json
from portal.ollama.choosing import choose, needs_of, wanted_by
from portal.ollama.endpoints import find_endpoint
from portal.ollama.errors import BadBody, OllamaError
from portal.runs.accounting import start_counted
from portal.runs.doors import check_form
from portal.runs.here import registry
from portal.runs.orders import Rejected, read_order, read_ref
from portal.runs.permitting import allowed, permit
from portal.runs.sheet import address_of
from portal.runs.views import models_of
from portal.team.here import accounts
from portal.team.identity import reader_in
from portal.team.readers import Reader

_FIRST = "POST /api/chat"
_FIELDS = ("what", "method", "path", "upstream", "body", "page", "example", "ref")


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form. `what` is method and path; `ref` the run's name, so that a form sent twice runs once."""

    what: str
    upstream: str
    body: str
    page: str
    example: str
    ref: str

    @property
    def method(self) -> str:
        """The method in `what`."""
        return self.what.partition(" ")[0].upper()

    @property
    def path(self) -> str:
        """The path in `what`."""
        return self.what.partition(" ")[2].strip()


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
async def form(request: HttpRequest) -> HttpResponse:
    """`/runs/new/`: the request of an example, sent here by its page, as a form. It starts nothing."""
    filled = _read(request.POST if request.method == "POST" else request.GET)
    filled, note = await _with_a_model_that_is_here(filled, reader_in(_scope(request)))
    return _show(request, filled, note=note)


async def start(request: HttpRequest) -> HttpResponse:
    """`POST /runs/` from that form: the run's page, or the form again with what is wrong."""
    filled = _read(request.POST)
    asked = {"upstream": filled.upstream, "method": filled.method, "path": filled.path}
    source = {"page": filled.page, "example": filled.example}
    try:
        check_form(request, *_FIELDS)
        body = load_json(filled.body) if filled.body.strip() else None
        order = read_order({"request": asked | {"body": body}, "source": source}, settings.PORTAL_UPSTREAMS)
        reader, ref = reader_in(_scope(request)), read_ref({"ref": filled.ref})
        permitted = await permit(order, reader, settings.PORTAL_UPSTREAMS, local_only=settings.PORTAL_LOCAL_ONLY)
        run = await start_counted(registry, accounts, permitted.order, reader=reader, ref=ref, scope=_scope(request))
    except (BadBody, Rejected) as problem:
        return _show(request, filled, problem=str(problem), status=400)
    return HttpResponse(status=303, headers={"Location": f"/runs/{run.id}/"})


def _scope(request: HttpRequest) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(request, "scope", {})
    return found


def is_form(request: HttpRequest) -> bool:
    """Whether a POST comes from a form rather than from a program."""
    return request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")


def _read(fields: QueryDict) -> Filled:
    what = fields.get("what") or f"{fields.get('method', '')} {fields.get('path', '')}".strip() or _FIRST
    upstream = fields.get("upstream") or "local"
    ref = fields.get("ref") or str(uuid.uuid4())
    return Filled(what, upstream, fields.get("body", ""), fields.get("page", ""), fields.get("example", ""), ref)


async def _with_a_model_that_is_here(filled: Filled, reader: Reader) -> tuple[Filled, str]:
    """The same request with the nearest model that can do the job, and a sentence that says so, where its own is missing."""
    endpoint, upstream = find_endpoint(filled.method, filled.path), settings.PORTAL_UPSTREAMS.get(filled.upstream)
    try:
        body = load_json(filled.body)
        wanted = wanted_by(endpoint, filled.path, body) if endpoint and not endpoint.changes_server else None
        if endpoint is None or wanted is None or wanted.place == "path" or upstream is None or not isinstance(body, dict):
            return filled, ""
        chosen = choose(wanted, needs_of(endpoint, body), allowed(reader, await models_of(upstream), upstream))
    except (BadBody, OllamaError):
        return filled, ""  # what is wrong is said when it is sent
    if chosen is None or not chosen.stands_in:
        return filled, ""
    text = json.dumps(body | {wanted.place: chosen.model.name}, indent=2, ensure_ascii=False)
    return replace(filled, body=text), f"{wanted.name} is not on this server; {chosen.model.name} stands in for it."


def _show(request: HttpRequest, filled: Filled, *, note: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "filled": filled,
        "upstreams": list(settings.PORTAL_UPSTREAMS),
        "place": address_of(filled.page, filled.example) if filled.example else "",
        "note": note,
        "problem": problem,
    }
    response = render(request, "runs/new.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
