"""The HTTP doors to what is known about examples: a pasted command as the requests it would send."""

from __future__ import annotations

import asyncio
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.examples.detection import read_blocks
from portal.examples.values import Block

_LARGEST = 200_000


@csrf_exempt
@require_POST
async def read(request: HttpRequest) -> JsonResponse:
    """`POST /examples/read` with the text of a curl command, an `.http` file or a program: what it would send.

    Answers as a line of `manage.py examples` does, without file and line. Nothing is executed and nothing is kept.
    """
    if len(request.body) > _LARGEST:
        return _fault(f"The text is longer than the {_LARGEST:,} bytes that are read.")
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        return _fault("The text is not UTF-8.")
    (example,) = await asyncio.to_thread(read_blocks, [Block("", text, 1)])
    found: dict[str, Any] = {
        "kind": example.kind,
        "runnable": example.runnable,
        "reason": example.reason,
        "requests": [one.as_json() for one in example.requests],
    }
    return JsonResponse(found)


def _fault(message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": "bad_text", "message": message}}, status=400)
