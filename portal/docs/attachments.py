"""The HTTP door to the files beside the documents: pictures, and what readers fetch."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from portal.docs.files import Unreadable, read_regular, signature
from portal.docs.here import catalogue
from portal.docs.links import ATTACHMENTS, PICTURES

FILES = (*PICTURES, *ATTACHMENTS)
# A picture is an SVG at times, and an SVG can hold scripts: opened by itself it may do nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# Text by what it is, whatever kind the machine at hand gives it: `.ts` is a video to most.
_AS_TEXT = frozenset({".yaml", ".yml", ".toml", ".jsonl", ".ndjson", ".sh", ".js", ".ts", ".go", ".rs", ".sol", ".ipynb"})
_SHOWN = ("text/", "application/json", "application/xml")


def send_file(request: HttpRequest, path: str) -> HttpResponse:
    """The file of the set at `path`. Reads it whole: call it off the event loop."""
    file = catalogue.root / path
    try:
        seen = None if "/." in f"/{path}" else signature(file)
        content = read_regular(file, catalogue.root) if seen else None
    except (Unreadable, ValueError):
        content = None
    if content is None or seen is None:
        return HttpResponse("There is no such file.\n", status=404, content_type="text/plain; charset=utf-8")
    response = HttpResponse(content, headers=_headers(file) | {"Last-Modified": http_date(seen[0] / 1e9)})
    response["ETag"] = f'"{seen[0]:x}-{seen[1]:x}"'
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    assert answer is not None
    return answer


def _headers(file: Path) -> dict[str, str]:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "max-age=300"}
    if file.suffix.lower() in PICTURES:
        return headers | {"Content-Type": mimetypes.guess_type(file.name)[0] or "application/octet-stream"}
    kind = mimetypes.guess_type(file.name, strict=False)[0] or "application/octet-stream"
    if kind.startswith(_SHOWN) or file.suffix.lower() in _AS_TEXT:
        return headers | {"Content-Type": "text/plain; charset=utf-8"}
    return headers | {"Content-Type": kind, "Content-Disposition": "attachment"}
