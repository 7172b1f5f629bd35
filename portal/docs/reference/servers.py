"""Where the operations of a document are served, and what lets a caller in."""

from __future__ import annotations

import re

from portal.docs.reference.commands import Beside
from portal.docs.reference.places import BadRef, Place
from portal.docs.reference.values import Server

_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def read_servers(place: Place) -> tuple[Server, ...]:
    """The servers named at `place` (a document, a path or an operation)."""
    return tuple(
        Server(_fill_in(entry), entry.text("description")) for entry in place.entries("servers") if entry.text("url")
    )


def _fill_in(server: Place) -> str:
    variables = server.at("variables")

    def value(found: re.Match[str]) -> str:
        return variables.at(found[1]).text("default") or found[0]

    return _IN_BRACES.sub(value, server.text("url"))


def read_needs(document: Place, operation: Place) -> tuple[str, ...]:
    """The ways to be let in, each as words; empty where none is needed. The operation's own word comes first."""
    place = operation if operation.has("security") else document
    schemes = document.at("components").at("securitySchemes")
    ways = []
    for entry in place.entries("security"):
        names = list(entry.value) if isinstance(entry.value, dict) else []
        told = (_describe(schemes.at(name), name) + _scopes(entry.words(name)) for name in names)
        ways.append(" and ".join(told) or "nothing")
    return () if all(way == "nothing" for way in ways) else tuple(ways)


def _scopes(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def read_keys(document: Place, operation: Place) -> Beside:
    """What a request carries to be let in the first way there is; nothing where one may come without."""
    place = operation if operation.has("security") else document
    ways = [entry.value if isinstance(entry.value, dict) else {} for entry in place.entries("security")]
    schemes = document.at("components").at("securitySchemes")
    found = Beside()
    for name in ways[0] if ways and all(ways) else ():
        found += _key(schemes.at(name))
    return found


def _key(scheme: Place) -> Beside:
    try:
        scheme = scheme.follow()
    except BadRef:
        return Beside()
    kind, way = scheme.text("type"), scheme.text("scheme").lower()
    if kind in ("oauth2", "openIdConnect") or (kind == "http" and way == "bearer"):
        return Beside(headers=(("Authorization", "Bearer {token}"),))
    if kind == "http":
        return Beside(headers=(("Authorization", f"{way.capitalize()} {{credentials}}"),))
    if kind == "apiKey" and scheme.text("name"):
        pair = (scheme.text("name"), "{key}")
        cookie = ("Cookie", f"{pair[0]}={pair[1]}")
        where = scheme.text("in")
        return Beside((pair,) if where == "query" else (), (pair,) if where == "header" else (cookie,) if where == "cookie" else ())
    return Beside()


def _describe(scheme: Place, name: str) -> str:
    try:
        scheme = scheme.follow()
    except BadRef:
        return name
    kind = scheme.text("type")
    if kind == "http":
        return {"bearer": "a bearer token", "basic": "a name and password (basic)"}.get(
            scheme.text("scheme").lower(), f"HTTP {scheme.text('scheme')}"
        )
    if kind == "apiKey":
        return f"an API key, {scheme.text('in')} {scheme.text('name')}".rstrip()
    return {"oauth2": "OAuth 2", "openIdConnect": "OpenID Connect", "mutualTLS": "a client certificate"}.get(kind, name)
