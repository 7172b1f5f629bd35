"""A request as a curl command line, and as an entry of an `.http` file."""

from __future__ import annotations

from portal.examples.snippets.literals import quote_for_shell, write_json
from portal.examples.snippets.places import needs_key, origin_of
from portal.examples.values import Request


def write_curl(request: Request) -> str:
    """The command line; `-N` shows a stream as it comes."""
    words = ["curl", "-N"] if request.stream else ["curl"]
    expected = "GET" if request.body is None else "POST"
    if request.method != expected:
        words += ["-X", request.method]
    lines = [" ".join([*words, quote_for_url(origin_of(request) + request.path)])]
    if needs_key(request):
        lines.append('-H "Authorization: Bearer $OLLAMA_API_KEY"')
    if request.body is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append("-d " + quote_for_shell(write_json(request.body)))
    return " \\\n  ".join(lines) + "\n"


def quote_for_url(url: str) -> str:
    """An address, in quotes only where a shell would make something else of it."""
    plain = url.replace("://", "").replace("/", "").replace(":", "").replace(".", "").replace("-", "").replace("_", "")
    return url if plain.isascii() and plain.isalnum() else quote_for_shell(url)


def write_http(request: Request) -> str:
    """The entry. Two braces in a row would name a variable, so the second is written as JSON escapes it."""
    lines = [f"{request.method} {origin_of(request)}{request.path}"]
    if needs_key(request):
        lines.append("Authorization: Bearer {{$processEnv OLLAMA_API_KEY}}")
    if request.body is None:
        return "\n".join(lines) + "\n"
    body = write_json(_hide_braces(request.body))
    for mark, escape in _BRACES.items():
        body = body.replace(mark, escape)
    return "\n".join([*lines, "Content-Type: application/json", "", body]) + "\n"


_BRACES = {"\ue000": "\\u007b", "\ue001": "\\u007d"}


def _hide_braces(value: object) -> object:
    if isinstance(value, dict):
        return {_hide(key): _hide_braces(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide_braces(item) for item in value]
    return _hide(value) if isinstance(value, str) else value


def _hide(text: str) -> str:
    return text.replace("{{", "{\ue000").replace("}}", "}\ue001")
