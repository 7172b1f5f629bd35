"""Calls of the general HTTP libraries, once their arguments are told apart: what is the address, what is the body."""

from __future__ import annotations

from portal.examples.calls import NO_BODY, Call, write_call
from portal.examples.unknowns import Entries, JsonText, Text, Unknown, Words, join_pieces
from portal.examples.values import Kind

VERBS = {"get", "post", "put", "patch", "delete", "head", "options"}


def make_http_call(
    kind: Kind, method: object, url: object, *, json: object = None, content: object = None
) -> Call | None:
    """The call of an HTTP library: `json` is sent as JSON, `content` as it is. None when there is no address."""
    if not isinstance(url, (str, Text, Unknown)):
        return None
    verb = method.upper() if isinstance(method, str) else "POST"
    if json is not None:
        return Call(kind, verb, url, body=json)
    if content is None:
        return Call(kind, verb, url)
    if isinstance(content, JsonText):
        return Call(kind, verb, url, body=content.value)
    if isinstance(content, bytes):
        content = content.decode("utf-8", "replace")
    if isinstance(content, (str, Text)):
        return write_call(kind, verb, url, content)
    if isinstance(content, Unknown):
        return Call(kind, verb, url, body=content)
    if isinstance(content, Entries):
        return Call(kind, verb, url, problem="It sends a form, and Ollama's API takes JSON.")
    return Call(kind, verb, url, body=NO_BODY, problem="Its body is made in a way that only running it could tell.")


def join_url(base: Words, url: Words) -> Words:
    """An address under a client's base URL; an absolute one stays as it is."""
    if not base or not isinstance(url, (str, Text)):
        return url
    first = url if isinstance(url, str) else url.pieces[0]
    if isinstance(first, str) and "://" in first:
        return url
    left = base.rstrip("/") if isinstance(base, str) else base
    if isinstance(url, str):
        return join_pieces((left, "/" + url.lstrip("/")))
    return join_pieces((left, "" if isinstance(first, str) and first.startswith("/") else "/", url))
