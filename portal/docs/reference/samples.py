"""The requests an operation is shown with: the document's own code, else one written from its example or its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from portal.docs.reference import examples
from portal.docs.reference.facts import write
from portal.docs.reference.places import BadRef, Place
from portal.docs.reference.values import Sample
from portal.examples.addresses import LOCAL_ORIGIN, read_address
from portal.examples.calls import NO_BODY, Call, make_example
from portal.examples.detection import read_blocks
from portal.examples.unknowns import Unknown, Words, join_pieces
from portal.examples.values import NOT_AN_EXAMPLE, Block

_KEYS = ("x-codeSamples", "x-code-samples")
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_MAX_SAMPLES = 50


def read_samples(
    operation: Place,
    *,
    anchor: str,
    method: str,
    path: str,
    servers: Sequence[str],
    parameters: Sequence[Place],
    body: Place,
) -> list[Sample]:
    """The samples of one operation, those the document gives first."""
    own = list(_own(operation, anchor))
    if any(sample.example is not None and sample.example.runnable for sample in own):
        return own
    url = _choose_url(method, path, servers, parameters)
    written = list(_written(method, url, body, f"{anchor}.request"))
    is_known = any(sample.example is not None for sample in written)
    return [*written, *own] if is_known or not own else own


def _own(operation: Place, anchor: str) -> Iterator[Sample]:
    key = next((key for key in _KEYS if operation.has(key)), "")
    found = [entry for entry in operation.entries(key) if entry.text("source").strip()][:_MAX_SAMPLES] if key else []
    blocks = [Block(_lang(entry), entry.text("source").rstrip("\n"), 0) for entry in found]
    for number, (entry, block, example) in enumerate(zip(found, blocks, read_blocks(blocks), strict=True), 1):
        label = entry.text("label") or entry.text("lang") or f"Sample {number}"
        known = example if example.requests else None
        yield Sample(f"{anchor}.sample-{number}", label, block.lang, block.text, known)


def _lang(entry: Place) -> str:
    lang = entry.text("lang").strip().lower()
    return {"curl": "bash", "shell": "bash", "node.js": "javascript", "c#": "csharp", "c++": "cpp"}.get(lang, lang)


def _choose_url(method: str, path: str, servers: Sequence[str], parameters: Sequence[Place]) -> Words:
    """The address of the operation on the first server this portal sends to, else on the first there is."""
    pieces = _fill_in(path, parameters)
    urls = [join_pieces((server.rstrip("/"), *pieces)) for server in servers or ("",)]
    return next((url for url in urls if _is_known(method, url)), urls[0])


def _fill_in(path: str, parameters: Sequence[Place]) -> list[str | Unknown]:
    """The pieces of `path` with the parameters' examples in it, and unknowns for those that have none."""
    values = {}
    for parameter in parameters:
        if parameter.text("in") == "path":
            schema = parameter.at("schema")
            told = [value for _, value in examples.given(parameter)] + [
                place.value for place in (schema.at("example"), schema.at("default")) if place.value is not None
            ]
            values[parameter.text("name")] = quote(write(told[0]), safe="/:") if told else None
    parts = _IN_BRACES.split(path)
    return [_piece(part, values) if number % 2 else part for number, part in enumerate(parts)]


def _piece(name: str, values: dict[str, str | None]) -> str | Unknown:
    return values.get(name) or Unknown(name, "argument")


def _is_known(method: str, url: Words) -> bool:
    address = read_address(url)
    if address is None or address.upstream == "other":
        return False
    example = make_example([Call("http", method, url, {})])
    return bool(example.requests) and (example.runnable or example.fillable)


def _written(method: str, url: Words, body: Place, anchor: str) -> Iterator[Sample]:
    for number, (label, value, made) in enumerate(_bodies(body), 1):
        example = make_example([Call("http", method, url, value)])
        known = None if example == NOT_AN_EXAMPLE else example
        yield Sample(f"{anchor}-{number}", label, "bash", write_curl(method, url, value), known, made)


def _bodies(body: Place) -> Iterator[tuple[str, object, bool]]:
    """The bodies to send, as (label, JSON value, whether it was made here)."""
    content = _json_content(body)
    if content is None:
        yield "Request", NO_BODY, False
        return
    given = list(examples.given(content))[:_MAX_SAMPLES]
    if given:
        for label, value in given:
            yield label or "Request", value, False
        return
    schema = content.at("schema")
    if schema.value is None:
        yield "Request", NO_BODY, False
    else:
        yield "Request", examples.make(schema, whole=False), True


def _json_content(body: Place) -> Place | None:
    try:
        body = body.follow()
    except BadRef:
        return None
    kinds = dict(body.members("content"))
    return next((place for kind, place in kinds.items() if "json" in kind), None)


def write_curl(method: str, url: Words, body: object) -> str:
    """The request as a command for a shell."""
    pieces = url.pieces if not isinstance(url, (str, Unknown)) else (url,)
    address = "".join(piece if isinstance(piece, str) else "{" + piece.name + "}" for piece in pieces)
    if address.startswith("/"):
        address = LOCAL_ORIGIN + address if _is_known(method, url) else "$SERVER" + address
    if body is NO_BODY:
        return f"curl {_quote(address)}" if method == "GET" else f"curl -X {method} {_quote(address)}"
    ask = "" if method == "POST" else f"-X {method} "
    text = examples.as_json(body).replace("'", "'\\''")
    return f"curl {ask}{_quote(address)} \\\n  -H 'Content-Type: application/json' \\\n  -d '{text}'"


def _quote(address: str) -> str:
    return f'"{address}"' if re.search(r"[^\w:/.%~@,+-]", address) else address
