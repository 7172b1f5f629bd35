"""The HTTP doors to what is known about examples: a request in every language, a pasted command as requests."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.docs.panels import streams_of
from portal.docs.rendering.highlighting import colour
from portal.examples.asked import make_request
from portal.examples.bodies import JsonError, read_json
from portal.examples.detection import read_blocks
from portal.examples.snippets.writing import write_snippets
from portal.examples.values import Block, Request

_LARGEST_TEXT = 200_000
_LARGEST_REQUESTS = 2_400_000
_MOST_REQUESTS = 200


class _NotAnsweredError(Exception):
    """What was sent cannot be answered; the message is the sentence that says why."""


@csrf_exempt
@require_POST
async def read(request: HttpRequest) -> JsonResponse:
    """`POST /examples/read` with the text of a curl command, an `.http` file or a program: what it would send.

    Answers as a line of `manage.py examples` does, without file and line; of each request also `origin`, the server it
    names, `text`, the body laid out, and `streams`, whether its endpoint can: "yes" unless told not to, "no" unless told
    to, "never", and null where the portal does not send it. Nothing is executed and nothing is kept.
    """
    try:
        text = _text_of(request, _LARGEST_TEXT)
    except _NotAnsweredError as problem:
        return _fault(problem)
    (example,) = await asyncio.to_thread(read_blocks, [Block("", text, 1)], hosts=settings.PORTAL_EXAMPLE_HOSTS)
    found: dict[str, Any] = {
        "kind": example.kind,
        "runnable": example.runnable,
        "reason": example.reason,
        "requests": [_described(one) for one in example.requests],
    }
    return JsonResponse(found)


@csrf_exempt
@require_POST
async def snippets(request: HttpRequest) -> JsonResponse:
    """`POST /examples/snippets` with `{"requests": [{upstream, method, path, body}, …]}`: each in every language.

    Answers `{"snippets": [[{name, title, lang, text, code}, …], …]}`, where `code` is the text in pieces, each with the
    class of its colour. A library that would send something else is left out. Nothing is sent and nothing is kept.
    """
    try:
        asked = read_json(_text_of(request, _LARGEST_REQUESTS))
        requests = _requests_in(asked)
        found = await asyncio.to_thread(lambda: [_written(one) for one in requests])
    except (JsonError, RecursionError) as problem:
        return _fault(problem if isinstance(problem, JsonError) else "it is nested too deeply", "The text is not JSON: {}.")
    except _NotAnsweredError as problem:
        return _fault(problem)
    return JsonResponse({"snippets": found})


def _described(request: Request) -> dict[str, object]:
    text = json.dumps(request.body, indent=2, ensure_ascii=False)
    return {**request.as_json(), "text": text, "origin": request.origin, "streams": streams_of(request)}


def _requests_in(asked: object) -> list[Request]:
    listed = asked.get("requests") if isinstance(asked, dict) else None
    if not isinstance(listed, list) or len(listed) > _MOST_REQUESTS:
        raise _NotAnsweredError(f"Snippets are asked for as {{\"requests\": […]}}, with at most {_MOST_REQUESTS}.")
    return [_request_in(item if isinstance(item, dict) else {}) for item in listed]


def _request_in(item: dict[str, object]) -> Request:
    upstream = item.get("upstream")
    if not isinstance(upstream, str) or upstream not in {"local", "cloud", *settings.PORTAL_UPSTREAMS}:
        raise _NotAnsweredError("A request names an upstream of this portal, such as “local”.")
    origin = "" if upstream in ("local", "cloud") else settings.PORTAL_UPSTREAMS[upstream].origin
    made = make_request(item.get("method"), item.get("path"), item.get("body"), upstream=str(upstream), origin=origin)
    if made is None:
        raise _NotAnsweredError("A request names a method and a path that are in the table of endpoints.")
    return made


def _written(request: Request) -> list[dict[str, object]]:
    return [asdict(snippet) | {"code": colour(snippet.text, snippet.lang)} for snippet in write_snippets(request)]


def _text_of(request: HttpRequest, largest: int) -> str:
    if int(request.META.get("CONTENT_LENGTH") or 0) > largest or len(request.body) > largest:
        raise _NotAnsweredError(f"The text is longer than the {largest:,} bytes that are read.")
    try:
        return request.body.decode()
    except UnicodeDecodeError:
        raise _NotAnsweredError("The text is not UTF-8.") from None


def _fault(problem: object, sentence: str = "{}") -> JsonResponse:
    return JsonResponse({"error": {"code": "bad_text", "message": sentence.format(problem)}}, status=400)
