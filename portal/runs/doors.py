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
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from portal.ollama.bodies import LARGEST_BODY, load_json
from portal.ollama.errors import BadBody
from portal.runs import sharing
from portal.runs.accounting import start_counted
from portal.runs.here import archive, keeper, registry
from portal.runs.orders import Rejected, read_order, read_ref, refused
from portal.runs.permitting import permit
from portal.runs.sheet import asked_of
from portal.runs.watching import Watchable, check_after
from portal.team.here import accounts
from portal.team.identity import reader_in
from portal.team.noting import note_done
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
    "sign_in": 401, "not_allowed": 403, "over_limit": 429, "local_only": 403,
}  # fmt: skip

P = ParamSpec("P")
Door = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]


def _says_why(door: Door[P]) -> Door[P]:
    """Answer what a door rejects with its sentence, as JSON."""

    @wraps(door)
    async def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return await door(request, *args, **kwargs)
        except Rejected as problem:
            refused[problem.code] += 1
            error = {"code": problem.code, "message": str(problem), "field": problem.field}
            headers = {"Retry-After": str(problem.wait)} if problem.wait else {}
            return JsonResponse({"error": error}, status=_STATUS.get(problem.code, 400), headers=headers)

    return cast(Door[P], answer)


@require_POST
@_says_why
async def start(request: HttpRequest) -> HttpResponse:
    """`POST /runs/` takes the JSON of a `start` message without its type, and answers 201 with the run's id."""
    message = _read_json(request)
    order = read_order(message, settings.PORTAL_UPSTREAMS)
    reader = _reader(request)
    ref = read_ref(message)
    permitted = await permit(order, reader, settings.PORTAL_UPSTREAMS, local_only=settings.PORTAL_LOCAL_ONLY)
    run = await start_counted(registry, accounts, permitted.order, reader=reader, ref=ref, scope=_scope(request))
    return _started(run, permitted.note)


@require_POST
@_says_why
async def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/cancel` hangs up on the upstream; a run that has ended stays as it ended."""
    await (await _find(request, run_id)).stop()
    return _done(request, f"/runs/{run_id}/")


@require_POST
@_says_why
async def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/delete` deletes the run with everything in it; one that is under way is stopped first."""
    await registry.delete(run_id, reader=_reader(request).id)
    return _done(request, "/runs/")


@require_POST
@_says_why
async def delete_several(request: HttpRequest) -> HttpResponse:
    """`POST /runs/delete` deletes the runs a form names as `run`, or where it says `all` those it names as `listed`."""
    named = request.POST.getlist("listed" if request.POST.get("all") else "run")
    if len(named) > MOST_DELETED:
        raise Rejected("bad_message", f"{len(named)} runs are too many to delete at once; name at most {MOST_DELETED}.", "run")
    reader = _reader(request).id
    for run_id in dict.fromkeys(named):
        try:
            await registry.delete(run_id, reader=reader)
        except Rejected as problem:
            # What is gone already, or was never this reader's, is not there either way.
            if problem.code != "no_such_run":
                raise
    shown = {name: request.GET[name] for name in ("model", "outcome", "page", "example") if request.GET.get(name)}
    return _done(request, "/runs/" + (f"?{urlencode(shown)}" if shown else ""))


@require_POST
@_says_why
async def again(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/again` sends the same request to the same upstream once more: 201 with the new run's id."""
    asked = asked_of(await _find(request, run_id))
    body = load_json(asked.body) if asked.body else None
    what = {"upstream": asked.upstream, "method": asked.method, "path": asked.path, "body": body}
    order = read_order({"request": what, "source": {"page": asked.page, "example": asked.example}}, settings.PORTAL_UPSTREAMS)
    reader = _reader(request)
    permitted = await permit(order, reader, settings.PORTAL_UPSTREAMS, local_only=settings.PORTAL_LOCAL_ONLY)
    run = await start_counted(registry, accounts, permitted.order, reader=reader, ref=str(uuid.uuid4()), scope=_scope(request))
    if _is_of_page(request):
        return HttpResponse(status=303, headers={"Location": f"/runs/{run.id}/"})
    return _started(run, permitted.note)


def _started(run: Watchable, note: str) -> JsonResponse:
    told = {"run": run.id} | ({"note": note} if note else {})
    return JsonResponse(told, status=201, headers={"Location": f"/runs/{run.id}/log"})


@require_POST
@_says_why
async def share(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/share` makes a link under which anybody who has it reads the run: 201 with its address."""
    run = await _find(request, run_id)
    if archive is None or keeper is None:
        why = "This portal records no runs (PORTAL_KEEP_RUNS is 0), so there is nothing a link could lead to."
        raise Rejected("not_recorded", why)
    await keeper.settle(_PATIENCE)
    token = await archive.read(sharing.share, run.id, run.owner)
    if token is None:
        raise Rejected("not_recorded", "The run is not recorded yet, so a link would lead nowhere; try again in a moment.")
    await _note(request, "shared a run", run.id)
    if _is_of_page(request):
        return HttpResponse(status=303, headers={"Location": f"/runs/{run.id}/"})
    return JsonResponse({"address": f"/shared/{token}/"}, status=201)


@require_POST
@_says_why
async def unshare(request: HttpRequest, run_id: str) -> HttpResponse:
    """`POST /runs/<id>/unshare` takes the link back; it leads nowhere from then on."""
    run = await _find(request, run_id)
    if archive is not None:
        await archive.read(sharing.unshare, run.id, run.owner)
        await _note(request, "took back a link", run.id)
    return _done(request, f"/runs/{run.id}/")


@require_GET
@_says_why
async def shared_log(request: HttpRequest, token: str) -> HttpResponseBase:
    """`/shared/<token>/log?after=N`: the same as a run's own log, for whoever has its link."""
    return await _log_of(await find_by_token(token), request)


async def find_by_token(token: str) -> Watchable:
    """The run behind a link. Raises the same `Rejected` for a link that was taken back and one that never was."""
    found = await archive.read(sharing.find_shared, token) if archive is not None else None
    if found is None:
        raise Rejected("no_such_run", "This link leads nowhere; whoever sent it may have taken it back.")
    return await registry.find(found[0], reader=found[1])


@require_GET
@_says_why
async def log(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """`/runs/<id>/log?after=N`: the frames there are after N. With `wait=S` it waits up to S seconds for the first."""
    return await _log_of(await _find(request, run_id), request)


async def _log_of(run: Watchable, request: HttpRequest) -> HttpResponseBase:
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
@_says_why
async def events(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """`/runs/<id>/events?after=N`: the frames as server-sent events, `seq` as their id; honours `Last-Event-ID`."""
    run = await _find(request, run_id)
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


def _done(request: HttpRequest, then: str) -> HttpResponse:
    """Nothing for a program; for a form on a page, the page to go on with."""
    if _is_of_page(request):
        return HttpResponse(status=303, headers={"Location": then})
    return HttpResponse(status=204)


def _is_of_page(request: HttpRequest) -> bool:
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


async def _find(request: HttpRequest, run_id: str) -> Watchable:
    return await registry.find(run_id, reader=_reader(request).id)


async def _note(request: HttpRequest, what: str, run_id: str) -> None:
    try:
        await note_done(_scope(request), _reader(request), what, run_id)
    except (Error, OSError):
        raise Rejected("unreadable", "It was done, but could not be written into the audit; try again.") from None


def _scope(request: HttpRequest) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(request, "scope", {})
    return found


def _reader(request: HttpRequest) -> Reader:
    return reader_in(_scope(request))


async def _read_after(run: Watchable, text: str) -> int:
    return await check_after(run, int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text)


def _read_seconds(text: str) -> float:
    return min(float(text), _LONGEST_POLL) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def _read_json(request: HttpRequest) -> dict[str, Any]:
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
