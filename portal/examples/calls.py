"""From the calls read out of a block to the example it makes: what is sent where, and whether it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from portal.examples.addresses import Address, map_host, read_address
from portal.examples.bodies import (
    JsonError,
    Place,
    kind_of_place,
    read_json,
    read_json_without_remarks,
    settle,
)
from portal.examples.unknowns import Unknown, Words
from portal.examples.values import NOT_AN_EXAMPLE, Example, Kind, Missing, Request
from portal.ollama.endpoints import ENDPOINTS, find_endpoint, will_stream


class Nothing(Enum):
    """The body of a request that carries none."""

    SENT = "nothing"


NO_BODY = Nothing.SENT
MAX_REQUESTS = 50
_PREFIXES = ("/api/blobs/", "/v1/models/")
_PATHS = {endpoint.path for endpoint in ENDPOINTS}
_METHODS_OF = {path: [endpoint.method for endpoint in ENDPOINTS if endpoint.path == path] for path in _PATHS}


@dataclass(frozen=True, slots=True)
class Call:
    """A request as its block writes it: any address, and a body that may still hold unknown values.

    `problem` is the sentence that says why it cannot be sent, when the reading of the block already found one.
    """

    kind: Kind
    method: str
    url: Words
    body: object = NO_BODY
    problem: str | None = None


def write_call(kind: Kind, method: str, url: Words, text: Words) -> Call:
    """The call whose body is written as JSON text; one with remarks in it says what it means, and cannot be sent."""
    try:
        return Call(kind, method, url, body=read_json(text))
    except JsonError as problem:
        meant = read_json_without_remarks(text)
        if meant is None:
            return Call(kind, method, url, problem=f"Its body is not JSON: {problem}.")
    return Call(kind, method, url, body=meant, problem="Its body has remarks in it, which JSON does not allow.")


@dataclass(frozen=True, slots=True)
class _Outcome:
    request: Request
    problem: str | None
    places: Sequence[Place]


def make_example(calls: Iterable[Call], hosts: Mapping[str, str] | None = None) -> Example:
    """Make the example of a block from all its calls; those to anything but Ollama's API are left out.

    `hosts` says which upstream answers for which other host.
    """
    kept: list[tuple[Call, _Outcome]] = []
    for call in calls:
        outcome = _settle_call(call, hosts or {})
        if outcome is not None and len(kept) < MAX_REQUESTS:
            kept.append((call, outcome))
    if not kept:
        return NOT_AN_EXAMPLE
    outcomes = [outcome for _, outcome in kept]
    problem = next((outcome.problem for outcome in outcomes if outcome.problem), None)
    unknown = next((place[0] for outcome in outcomes for place in outcome.places), None)
    return Example(
        kind=kept[0][0].kind,
        requests=tuple(outcome.request for outcome in outcomes),
        runnable=problem is None and unknown is None,
        reason=problem or (unknown.reason if unknown else None),
        missing=tuple(_list_missing(outcomes)),
        fillable=problem is None and unknown is not None,
    )


def _list_missing(outcomes: Sequence[_Outcome]) -> Iterable[Missing]:
    for index, outcome in enumerate(outcomes):
        for unknown, at, placeholder in outcome.places:
            if unknown.why != "answer":
                yield Missing(unknown.name, kind_of_place(unknown, at), index, at, placeholder)


def _settle_call(call: Call, hosts: Mapping[str, str]) -> _Outcome | None:
    address = read_address(call.url)
    if address is not None and address.upstream == "other" and hosts:
        address = map_host(address, hosts)
    if address is None or not _is_of_the_api(address):
        return None
    settled = settle(None if call.body is NO_BODY else call.body)
    endpoint = find_endpoint(call.method, address.path)
    request = Request(
        method=call.method,
        path=address.path,
        upstream=address.upstream,
        stream=endpoint is not None and will_stream(endpoint, settled.body),
        body=settled.body,
        origin=address.origin,
        changes_server=endpoint is not None and endpoint.changes_server,
    )
    if isinstance(call.url, Unknown) or not isinstance(call.url, str):
        settled.places[:0] = _places_in_path(call.url, address.path)
    problem = _find_problem(call, request)
    if problem is None and any(unknown.why == "answer" for unknown, _, _ in settled.places):
        problem = Unknown("", "answer").reason
    return _Outcome(request, problem, settled.places)


def _places_in_path(url: Words, path: str) -> list[Place]:
    pieces = () if isinstance(url, (str, Unknown)) else url.pieces
    marks = [(piece, "{" + piece.name + "}") for piece in pieces if isinstance(piece, Unknown)]
    return [(piece, None, mark) for piece, mark in marks if mark in path]


def _is_of_the_api(address: Address) -> bool:
    """Say whether an address is one of Ollama's API: its own server's `/api` and `/v1`, or a like path elsewhere."""
    if address.upstream != "other" and address.origin:
        return address.path.startswith(("/api/", "/v1/"))
    return any(address.path.endswith(path) for path in _PATHS) or address.path.startswith(_PREFIXES)


def _find_problem(call: Call, request: Request) -> str | None:
    if request.upstream == "other" and "{" in request.origin:
        return f"It needs a value for “{request.origin.partition('{')[2].partition('}')[0]}”, the server it goes to."
    if request.upstream == "other":
        host = request.origin.partition("://")[2]
        return f"It goes to {host}, which is not a server this portal sends to."
    if call.problem:
        return call.problem
    endpoint = find_endpoint(request.method, request.path)
    if endpoint is None and "{" in request.path:
        endpoint = find_endpoint(request.method, request.path.partition("{")[0] + "name")
    if endpoint is None:
        methods = _METHODS_OF.get(request.path)
        if methods:
            return f"Ollama answers {methods[0]} {request.path}, not {request.method}."
        return f"The portal does not send {request.method} {request.path}: it is not in its table of endpoints."
    if endpoint.takes_body and call.body is NO_BODY:
        return f"It names {request.method} {request.path} without the body that the endpoint needs."
    if endpoint.takes_body and not isinstance(request.body, dict) and not isinstance(call.body, Unknown):
        return f"The body of {request.method} {request.path} has to be a JSON object."
    return None

