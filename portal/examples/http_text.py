"""Raw HTTP and `.http` files: request lines, headers and bodies, several in a block, with their `{{variables}}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.examples.bodies import JsonError, read_json
from portal.examples.calls import Call, write_call
from portal.examples.limits import split_lines
from portal.examples.unknowns import Unknown, Words, join_pieces

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MAX_VALUE = 2_000
_COMMENTS = ("#", "//")
_TOKEN = set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(slots=True)
class _Written:
    """One request as it stands in the text."""

    method: str
    target: str
    host: str | None = None
    body: list[str] = field(default_factory=list)
    file: str | None = None


def looks_like_http(text: str) -> bool:
    """Say whether the first line that says something is a request line, a variable or a separator of requests."""
    start = 0
    while start < len(text):  # line by line, for most texts are told by their first
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        bare, start = text[start:end].strip(), end + 1
        if bare.startswith("###"):
            return True
        if bare and not bare.startswith(_COMMENTS):
            return _read_request_line(bare) is not None or _read_variable(bare) is not None
    return False


def read_http(text: str) -> list[Call] | None:
    """Read the requests of a block; None when some line of it is no HTTP, and the block so is something else."""
    variables: dict[str, str] = {}
    requests = _read_requests(split_lines(text), variables)
    if requests is None:
        return None
    return [_make_call(request, variables) for request in requests]


def _read_requests(lines: list[str], variables: dict[str, str]) -> list[_Written] | None:
    requests: list[_Written] = []
    state = "start"  # then "headers", "body" of the last request, or "answer" that follows it
    for line in lines:
        bare = line.strip()
        request_line = _read_request_line(bare)
        if bare.startswith("###"):
            state = "start"
        elif request_line is not None and (state != "body" or _is_over(requests[-1])):
            requests.append(request_line)
            state = "headers"
        elif bare.startswith("HTTP/") and state != "start":
            state = "answer"
        elif state == "start":
            variable = _read_variable(bare)
            if variable is not None:
                variables[variable[0]] = variable[1]
            elif bare and not bare.startswith(_COMMENTS):
                return None
        elif state == "headers":
            state = _read_header(line, requests[-1])
            if state == "wrong":
                return None
        elif state == "body":
            _read_body_line(line, requests[-1])
    return requests


def _is_over(request: _Written) -> bool:
    """Say whether the body read so far is whole or empty, so that a request line after it starts the next request."""
    if not "".join(request.body).strip():
        return True
    try:
        read_json("\n".join(request.body))
    except JsonError:
        return False
    return True


def _read_header(line: str, request: _Written) -> str:
    """Read a line of the headers; the answer is the state after it."""
    bare = line.strip()
    if not bare:
        return "body"
    if bare.startswith(("{", "[")):
        request.body.append(line)
        return "body"
    if bare.startswith(_COMMENTS):
        return "headers"
    if bare.startswith(("?", "&")) and line[:1].isspace():  # a query goes on
        return "headers"
    name, colon, value = bare.partition(":")
    if not colon or not name or not set(name) <= _TOKEN:
        return "wrong"
    if name.lower() == "host":
        request.host = value.strip()
    return "headers"


def _read_body_line(line: str, request: _Written) -> None:
    bare = line.strip()
    if not request.body and bare.startswith("< "):
        request.file = bare[2:].strip()
    elif bare.startswith(("> ", ">> ")) or (not request.body and bare.startswith(_COMMENTS)):
        return  # what to do with the answer, a remark
    elif bare or request.body:
        request.body.append(line)


def _read_request_line(line: str) -> _Written | None:
    if not line.startswith(_METHODS):
        return None
    words = line.split()
    if len(words) < 2 or words[0] not in _METHODS:
        return None
    target, rest = words[1], words[2:]
    if not target.startswith(("/", "http://", "https://", "{{", "localhost", "127.0.0.1")):
        return None
    if rest and not rest[0].startswith(("HTTP/", "#", "//")):
        return None
    return _Written(words[0], target)


def _read_variable(line: str) -> tuple[str, str] | None:
    if not line.startswith("@"):
        return None
    name, equals, value = line[1:].partition("=")
    if not equals or not name.strip() or set(name.strip()) - _TOKEN:
        return None
    return name.strip(), value.strip()


def _make_call(request: _Written, variables: dict[str, str]) -> Call:
    url = _write_url(request, variables)
    if request.file is not None:
        return Call("http", request.method, url, body=Unknown(request.file, "file"))
    text = _fill(("\n".join(request.body)).strip(), variables)
    if text == "":
        return Call("http", request.method, url)
    return write_call("http", request.method, url, text)


def _write_url(request: _Written, variables: dict[str, str]) -> Words:
    target = request.target
    if target.startswith("/") and request.host:
        scheme = "http" if ":" in request.host else "https"
        target = f"{scheme}://{request.host}{target}"
    before, models, name = target.partition("/v1/models/")
    if models and name[:1] in "{:<" and not name.startswith("{{"):
        return join_pieces((_fill(before, variables), models, Unknown(name.strip("{:<>}"), "argument")))
    return _fill(target, variables)


def _fill(text: str, variables: dict[str, str], depth: int = 0) -> Words:
    """Put the values of `{{variables}}` in; those that the block does not set stay unknown."""
    before, *rest = text.split("{{")
    return join_pieces([before, *(piece for part in rest for piece in _fill_one(part, variables, depth))])


def _fill_one(part: str, variables: dict[str, str], depth: int) -> Iterator[Words]:
    name, closing, after = part.partition("}}")
    key = name.strip()
    if not closing or not key or not set(key) <= _TOKEN | {" "}:
        yield "{{" + part
        return
    setting = key.removeprefix("$dotenv ").removeprefix("$processEnv ").strip("% ")
    if key in variables and depth < 3 and len(variables[key]) < MAX_VALUE:
        yield _fill(variables[key], variables, depth + 1)
    else:
        yield Unknown(setting, "setting" if setting.isupper() else "name")
    yield after
