"""The HTTP doors to runs, for whoever has no websocket: start, follow as server-sent events, poll, cancel."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator, Mapping
from functools import wraps
from itertools import chain
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from portal.ollama.bodies import LARGEST_BODY, load_json
from portal.ollama.errors import BadBody
from portal.runs.accounting import start_counted
from portal.runs.here import registry
from portal.runs.orders import Rejected, read_order, read_ref, refused
from portal.runs.permitting import permit
from portal.runs.sheet import asked_of
from portal.runs.watching import Watchable, check_after
from portal.team.forms import stray_in
from portal.team.here import accounts
from portal.team.identity import reader_in
from portal.team.readers import Reader

# A comment now and then keeps proxies from taking a silent stream for a dead one.
_HEARTBEAT = 15.0
_LONGEST_POLL = 25.0
_PATIENCE = 1.0
# Characters.
_LARGEST_PIECE = 128 << 10
MOST_DELETED = 200
_STATUS = {
    "no_such_run": 404, "busy": 503, "draining": 503, "unreadable": 503, "not_stopped": 503, "no_store": 503,
    "sign_in": 401, "not_allowed": 403, "over_limit": 429, "local_only": 403, "no_such_comment": 404, "no_such_entry": 404,
    "secret_found": 422, "not_ended": 409, "too_large": 413,
}  # fmt: skip

P = ParamSpec("P")
Door = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]


def says_why(door: Door[P]) -> Door[P]:
    """Answer what a door rejects with its sentence, as JSON."""

    @wraps(door)
    async def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return await door(request, *args, **kwargs)
        except Rejected as problem:
            return rejection(problem)

    return cast(Door[P], answer)


def rejection(problem: Rejected, **more: bool) -> JsonResponse:
    """The JSON of what a door rejects."""
    refused[problem.code] += 1
    error = {"code": problem.code, "message": str(problem), "field": problem.field} | more
    headers = {"Retry-After": str(problem.wait)} if problem.wait else {}
    return JsonResponse({"error": error}, status=status_of(problem), headers=headers)


def status_of(problem: Rejected) -> int:
    """The HTTP status of what is rejected."""
    return _STATUS.get(problem.code, 400)


@require_POST
@says_why
async def start(request: HttpRequest) -> HttpResponse:
    """`POST /runs/` takes the JSON of a `start` message without its type, and answers 201 with the run's id."""
    message = read_json(request)
    order = read_order(message, settings.PORTAL_UPSTREAMS)
    reader = who_asks(request)
    ref = read_ref(message)
    permitted = await permit(order, reader, settings.PORTAL_UPSTREAMS, local_only=settings.PORTAL_LOCAL_ONLY)
    run = await start_counted(registry, accounts, permitted.order, reader=reader, ref=ref, scope=scope_of(request))
    return _started(run, permitted.note)


@require_POST
@says_why
async def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/cancel` hangs up on the upstream; a run that has ended stays as it ended."""
    check_form(request)
    await (await find(request, run_id)).stop()
    return done(request, f"/runs/{run_id}/")


@require_POST
@says_why
async def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/delete` deletes the run with everything in it; one that is under way is stopped first."""
    check_form(request)
    await registry.delete(run_id, reader=who_asks(request).id)
    return done(request, "/runs/")


@require_POST
@says_why
async def delete_several(request: HttpRequest) -> HttpResponse:
    """`POST /runs/delete` deletes the runs a form names as `run`, or where it says `all` those it names as `listed`."""
    check_form(request, "run", "listed", "all")
    named = request.POST.getlist("listed" if request.POST.get("all") else "run")
    if len(named) > MOST_DELETED:
        raise Rejected("bad_message", f"{len(named)} runs are too many to delete at once; name at most {MOST_DELETED}.", "run")
    reader = who_asks(request).id
    for run_id in dict.fromkeys(named):
        try:
            await registry.delete(run_id, reader=reader)
        except Rejected as problem:
            # What is gone already, or was never this reader's, is not there either way.
            if problem.code != "no_such_run":
                raise
    shown = {name: request.GET[name] for name in ("model", "outcome", "page", "example") if request.GET.get(name)}
    return done(request, "/runs/" + (f"?{urlencode(shown)}" if shown else ""))


@require_POST
@says_why
async def again(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/again` sends the same request to the same upstream once more: 201 with the new run's id."""
    check_form(request)
    asked = asked_of(await find(request, run_id))
    body = load_json(asked.body) if asked.body else None
    what = {"upstream": asked.upstream, "method": asked.method, "path": asked.path, "body": body}
    order = read_order({"request": what, "source": {"page": asked.page, "example": asked.example}}, settings.PORTAL_UPSTREAMS)
    reader = who_asks(request)
    permitted = await permit(order, reader, settings.PORTAL_UPSTREAMS, local_only=settings.PORTAL_LOCAL_ONLY)
    run = await start_counted(registry, accounts, permitted.order, reader=reader, ref=str(uuid.uuid4()), scope=scope_of(request))
    if is_of_page(request):
        return HttpResponse(status=303, headers={"Location": f"/runs/{run.id}/"})
    return _started(run, permitted.note)


def _started(run: Watchable, note: str) -> JsonResponse:
    told = {"run": run.id} | ({"note": note} if note else {})
    return JsonResponse(told, status=201, headers={"Location": f"/runs/{run.id}/log"})


@require_GET
@says_why
async def log(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """`/runs/<id>/log?after=N`: the frames there are after N. With `wait=S` it waits up to S seconds for the first."""
    return await log_of(await find(request, run_id), request)


async def log_of(run: Watchable, request: HttpRequest) -> HttpResponseBase:
    """The frames of a run that the request asks for, as JSON."""
    after = await _read_after(run, request.GET.get("after", "0"))
    if run.head == after and not run.ended:
        await _first_of(run, after, _read_seconds(request.GET.get("wait", "0")))
    frames = await run.written(after)
    # The frames are JSON already; putting them together costs nothing, parsing them would.
    before = f'{{"run":"{run.id}","head":{run.head},"ended":{json.dumps(run.ended)},"frames":['
    told = {"content_type": "application/json", "headers": {"Cache-Control": "no-store"}}
    if sum(map(len, frames)) < _LARGEST_PIECE:
        return HttpResponse(f"{before}{','.join(frames)}]}}", **told)
    parts = (text if at == 0 else f",{text}" for at, text in enumerate(frames))
    return StreamingHttpResponse(_in_turn(chain([before], in_pieces(parts), ["]}"])), **told)


@require_GET
@says_why
async def events(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """`/runs/<id>/events?after=N`: the frames as server-sent events, `seq` as their id; honours `Last-Event-ID`."""
    run = await find(request, run_id)
    after = await _read_after(run, request.headers.get("Last-Event-ID") or request.GET.get("after", "0"))
    if run.ended and after == run.head:
        return HttpResponse(status=204)  # tells an EventSource that has everything not to come again
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_as_events(run, after), content_type="text/event-stream", headers=headers)


@require_GET
@ensure_csrf_cookie
def token(request: HttpRequest) -> HttpResponse:
    """`/runs/token`: the token that a POST from a page of this site has to carry as `X-CSRFToken`."""
    return JsonResponse({"token": get_token(request)}, headers={"Cache-Control": "no-store"})


def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A POST that does not carry the site's token: refused, so that no other site can start a run."""
    message = "This POST lacks the site's token. Ask /runs/token for one and send it as X-CSRFToken."
    return JsonResponse({"error": {"code": "no_token", "message": message, "field": None}}, status=403)


def done(request: HttpRequest, then: str) -> HttpResponse:
    """Nothing for a program; for a form on a page, the page to go on with."""
    if is_of_page(request):
        return HttpResponse(status=303, headers={"Location": then})
    return HttpResponse(status=204)


def check_form(request: HttpRequest, *names: str) -> None:
    """Refuse a form with more in it than its page gave it: it was made by hand. Raises `Rejected`."""
    if stray := stray_in(request, *names):
        raise Rejected("bad_message", f"This form has no field “{stray}”, so nothing was done.", stray)


def is_of_page(request: HttpRequest) -> bool:
    """Whether a form on a page asks, rather than a program."""
    return "text/html" in request.headers.get("Accept", "")


async def _as_events(run: Watchable, after: int) -> AsyncGenerator[str, None]:
    batches = run.follow(after)
    try:
        yield ": open\n\n"  # at once, so that the headers go out before the first frame is there
        waiting: asyncio.Task[list[str]] | None = None
        while True:
            waiting = waiting or asyncio.create_task(_next(batches))
            done, _ = await asyncio.wait({waiting}, timeout=_HEARTBEAT)
            if not done:
                yield ": still here\n\n"
                continue
            batch, waiting = waiting.result(), None
            if not batch:
                return
            for piece in in_pieces(f"id: {after + at}\ndata: {frame}\n\n" for at, frame in enumerate(batch, 1)):
                yield piece
            after += len(batch)
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})
        await batches.aclose()


def in_pieces(texts: Iterable[str]) -> Iterator[str]:
    """The texts joined, cut where a piece has become large: a reader who takes nothing has one of them held for it."""
    joined: list[str] = []
    size = 0
    for text in texts:
        joined.append(text)
        size += len(text)
        if size >= _LARGEST_PIECE:
            yield "".join(joined)
            joined, size = [], 0
    if joined:
        yield "".join(joined)


async def _in_turn(pieces: Iterable[str]) -> AsyncGenerator[str, None]:
    for piece in pieces:
        yield piece


async def _next(batches: AsyncGenerator[list[str], None]) -> list[str]:
    return await anext(batches, [])


async def _first_of(run: Watchable, after: int, seconds: float) -> None:
    batches = run.follow(after)
    try:
        async with asyncio.timeout(seconds):
            await _next(batches)
    except TimeoutError:
        pass
    finally:
        await batches.aclose()


async def find(request: HttpRequest, run_id: str) -> Watchable:
    """The reader's run of that id. Raises `Rejected`."""
    return await registry.find(run_id, reader=who_asks(request).id)


def scope_of(request: HttpRequest) -> Mapping[str, Any]:
    """The ASGI scope of a request."""
    found: Mapping[str, Any] = getattr(request, "scope", {})
    return found


def who_asks(request: HttpRequest) -> Reader:
    """Who asks."""
    return reader_in(scope_of(request))


async def _read_after(run: Watchable, text: str) -> int:
    return await check_after(run, int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text)


def _read_seconds(text: str) -> float:
    return min(float(text), _LONGEST_POLL) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object a request carries. Raises `Rejected`."""
    if len(request.body) > 2 * LARGEST_BODY:
        raise Rejected("bad_message", "The message is larger than a request can be.")
    try:
        message = load_json(request.body.decode())
    except (BadBody, UnicodeDecodeError) as problem:
        said = str(problem) if isinstance(problem, BadBody) else "The message is not UTF-8 text."
        raise Rejected("bad_message", said) from None
    if not isinstance(message, dict):
        raise Rejected("bad_message", "A message is a JSON object with “ref” and “request”.")
    return message
