"""One operation of a document, read whole: what it takes, what it answers, and how to ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portal.docs.reference.anchors import slug
from portal.docs.reference.bodies import read_body, read_described, read_responses
from portal.docs.reference.places import BadRef, Place
from portal.docs.reference.samples import read_samples
from portal.docs.reference.schemas import Tree
from portal.docs.reference.servers import read_keys, read_needs, read_servers
from portal.docs.reference.values import Callback, Entry, Field, Operation, Parameters, Sample

METHODS = ("get", "post", "put", "patch", "delete", "query", "head", "options", "trace")
_TITLES = {
    "path": "Path parameters",
    "query": "Query parameters",
    "querystring": "Query parameters",
    "header": "Headers",
    "cookie": "Cookies",
}


@dataclass(frozen=True, slots=True)
class Found:
    """An operation where it lies: `place` its own, `item` that of its path, `is_webhook` whether it is one."""

    entry: Entry
    place: Place
    item: Place
    is_webhook: bool = False


def read_operation(found: Found, document: Place, tree: Tree) -> Operation:
    """Read one operation, its fields grown on `tree`."""
    entry, place = found.entry, found.place
    tree.anchors.take(entry.anchor)
    parameters = list(_collect_parameters(found))
    return Operation(
        entry=entry,
        description=tree.describe(place.text("description"), entry.anchor, tree.level - 1),
        parameters=tuple(_group_parameters(parameters, entry.anchor, tree)),
        body=read_body(place.at("requestBody"), f"{entry.anchor}.body", tree),
        responses=tuple(read_responses(place, entry.anchor, tree)),
        samples=() if found.is_webhook else tuple(_samples(found, document, parameters)),
        needs=read_needs(document, place),
        callbacks=tuple(_callbacks(place, entry.anchor, tree)),
        more_url=_safe_url(place.at("externalDocs").text("url")),
        is_webhook=found.is_webhook,
    )


def _samples(found: Found, document: Place, parameters: list[Place]) -> list[Sample]:
    servers = read_servers(found.place) or read_servers(found.item) or read_servers(document)
    return read_samples(
        found.place,
        anchor=found.entry.anchor,
        method=found.entry.method,
        path=found.entry.path,
        servers=[server.url for server in servers],
        parameters=parameters,
        keys=read_keys(document, found.place),
        body=found.place.at("requestBody"),
    )


def _collect_parameters(found: Found) -> Iterator[Place]:
    """The parameters of the path and of the operation itself, which come before those of the same name and place."""
    seen: set[tuple[str, str]] = set()
    for place in [*found.place.entries("parameters"), *found.item.entries("parameters")]:
        try:
            parameter = place.follow()
        except BadRef:
            yield place
            continue
        if not parameter.is_mapping:
            place.note("A parameter has to be a mapping.")
            continue
        key = (parameter.text("in"), parameter.text("name"))
        if key not in seen:
            seen.add(key)
            yield parameter


def _group_parameters(parameters: list[Place], anchor: str, tree: Tree) -> Iterator[Parameters]:
    grouped: dict[str, list[Field]] = {title: [] for title in _TITLES.values()}
    for place in parameters:
        where = place.text("in")
        name = place.text("name") or place.text("$ref").rpartition("/")[2] or "(no name)"
        if where not in _TITLES and not place.has("$ref"):
            place.note("“in” has to be path, query, header or cookie.")
        field = read_described(place, name, f"{anchor}.{slug(where or 'parameter')}.{slug(name)}", tree)
        grouped.setdefault(_TITLES.get(where, "Other parameters"), []).append(field)
    for title, fields in grouped.items():
        if fields:
            yield Parameters(title, tuple(fields))


def _safe_url(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def _callbacks(operation: Place, anchor: str, tree: Tree) -> Iterator[Callback]:
    for name, place in operation.members("callbacks"):
        try:
            callback = place.follow()
        except BadRef as problem:
            place.note(str(problem))
            continue
        for address in callback.value if isinstance(callback.value, dict) else ():
            for method in METHODS:
                sent = callback.at(address).at(method)
                if sent.is_mapping:
                    under = tree.anchors.take(f"{anchor}.callback.{slug(name)}")
                    named = Callback(under, method.upper(), address, sent.text("summary") or name)
                    yield _read_callback(sent, named, tree)


def _read_callback(place: Place, named: Callback, tree: Tree) -> Callback:
    return replace(
        named,
        description=tree.text(place, "description", named.anchor),
        body=read_body(place.at("requestBody"), f"{named.anchor}.body", tree),
        responses=tuple(read_responses(place, named.anchor, tree)),
    )
