"""The page for any request: a panel with nothing around it."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.keeping import keep_always
from portal.ollama.endpoints import ENDPOINTS

_WIRES = {"native": "Ollama", "openai": "OpenAI's form", "anthropic": "Anthropic's form"}
_BODY = """{
  "model": "qwen3:1.7b",
  "messages": [
    {
      "role": "user",
      "content": "Why is the sky blue? Answer in one sentence."
    }
  ]
}"""


@require_safe
async def playground(request: HttpRequest) -> HttpResponse:
    """`/playground/`: what it begins with may be in the address's fragment, which stays in the browser."""
    groups = [(_WIRES[wire], list(endpoints)) for wire, endpoints in groupby(ENDPOINTS, lambda one: one.wire)]
    return keep_always(render(request, "runs/playground.html", {"groups": groups, "body": _BODY, "rows": _BODY.count("\n") + 2}))
