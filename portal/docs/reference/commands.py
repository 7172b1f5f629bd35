"""A request as a command for a shell: its address, what is sent beside it, and its body in the way its media type asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from portal.docs.reference import examples
from portal.docs.reference.facts import write
from portal.docs.reference.places import BadRef, Place

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_SAFE = re.compile(r"[\w:/.%~@,+-]+")
_LIVE = re.compile(r"[\"`\\!]|\$(?!SERVER/)")
# Said elsewhere in a document, by its own rules: in the media types and the ways to be let in.
_SAID_ELSEWHERE = {"accept", "content-type", "authorization"}
_MAX_PARTS = 50


@dataclass(frozen=True, slots=True)
class Beside:
    """What a request carries beside its path and body: pairs of the query, and headers."""

    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Beside) -> Beside:
        return Beside((*self.query, *other.query), (*self.headers, *other.headers))


@dataclass(frozen=True, slots=True)
class Load:
    """A body: `value` in the media type `kind`. `files` are the fields that carry a file."""

    kind: str
    value: object
    files: frozenset[str] = field(default_factory=frozenset)


def beside_of(parameters: Sequence[Place]) -> Beside:
    """What the parameters ask for that have to be there, with their examples; `{name}` where they give none."""
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    for parameter in parameters:
        name, where = parameter.text("name"), parameter.text("in")
        if not parameter.claims("required") or not name:
            continue
        if where == "query":
            query += [(name, value) for value in _written(parameter, name)]
        elif where == "header" and name.lower() not in _SAID_ELSEWHERE:
            headers += [(name, ",".join(_written(parameter, name)))]
        elif where == "cookie":
            headers += [("Cookie", f"{name}={value}") for value in _written(parameter, name)]
    return Beside(tuple(query), tuple(headers))


def _written(parameter: Place, name: str) -> list[str]:
    told = examples.of_parameter(parameter)
    value = told[0] if told else None
    if value is None or (isinstance(value, dict) and not parameter.has("content")):
        return [f"{{{name}}}"]
    if isinstance(value, list) and not parameter.has("content"):
        each = [_plain(one) for one in value] or [f"{{{name}}}"]
        return [",".join(each)] if parameter.at("explode").value is False else each
    return [_plain(value)]


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else write(value)


def find_files(content: Place) -> frozenset[str]:
    """The names of the fields of a body that carry a file."""
    try:
        properties = content.at("schema").follow().members("properties")
    except BadRef:
        return frozenset()
    return frozenset(name for name, place in properties if place.text("format") == "binary" or place.has("contentMediaType"))


def write_curl(method: str, address: str, beside: Beside, load: Load | None) -> str:
    """The request as curl sends it."""
    if beside.query:
        address += "?" + "&".join(f"{quote(name)}={quote(value, safe='{}/:,')}" for name, value in beside.query)
    data = list(_write_load(load)) if load else []
    usual = "POST" if data else "GET"
    command = [f"curl {'' if method == usual else f'-X {method} '}{_quote(address)}"]
    command += [_header(name, value) for name, value in beside.headers]
    return " \\\n  ".join([*command, *data])


def _write_load(load: Load) -> Iterator[str]:
    if load.kind in (FORM, PARTS) and isinstance(load.value, dict):
        pairs = list(_pairs(load.value))[:_MAX_PARTS]
        for name, value in pairs:
            if name in load.files:
                yield f"-F {_literal(f'{name}=@file')}"
            else:
                yield f"{'-F' if load.kind == PARTS else '--data-urlencode'} {_literal(f'{name}={value}')}"
        return
    yield _header("Content-Type", load.kind)
    if load.value is None and "json" not in load.kind:
        yield "--data-binary @file"
    elif isinstance(load.value, str) and "json" not in load.kind:
        yield f"--data-binary {_literal(load.value)}"
    else:
        yield f"-d {_literal(examples.as_json(load.value))}"


def _pairs(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """A mapping as the fields of a form, those inside of others as `outer[inner]`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner, f"{name}[]" if isinstance(inner, dict) else name)
    else:
        yield name, _plain(value)


def _header(name: str, value: str) -> str:
    return f"-H {_literal(f'{name}: {value}')}"


def _literal(text: str) -> str:
    """`text` as one word of a shell, in which nothing has a meaning of its own."""
    return "'" + text.replace("'", "'\\''") + "'"


def _quote(address: str) -> str:
    if _SAFE.fullmatch(address):
        return address
    return _literal(address) if _LIVE.search(address) else f'"{address}"'
