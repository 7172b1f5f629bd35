"""The requests an operation is shown with: the document's own code, else one written from its example or its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from portal.docs.reference import examples
from portal.docs.reference.commands import FORM, PARTS, Beside, Load, beside_of, find_files, write_curl
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
    keys: Beside,
    body: Place,
) -> list[Sample]:
    """The samples of one operation, those the document gives first."""
    own = list(_own(operation, anchor))
    if any(sample.example is not None and sample.example.runnable for sample in own):
        return own
    url = _choose_url(method, path, servers, parameters)
    beside = beside_of(parameters) if _is_known(method, url) else beside_of(parameters) + keys
    written = list(_written(method, url, beside, body, f"{anchor}.request"))
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
            told = [value for value in examples.of_parameter(parameter) if value is not None]
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


def _written(method: str, url: Words, beside: Beside, body: Place, anchor: str) -> Iterator[Sample]:
    address = _write_address(method, url)
    for number, (label, load, made) in enumerate(_loads(body), 1):
        value = load.value if load and "json" in load.kind else NO_BODY
        example = make_example([Call("http", method, url, value)])
        known = None if example == NOT_AN_EXAMPLE else example
        yield Sample(f"{anchor}-{number}", label, "bash", write_curl(method, address, beside, load), known, made)


def _loads(body: Place) -> Iterator[tuple[str, Load | None, bool]]:
    """The bodies to send, as (label, body, whether it was made here)."""
    kind, content = _choose_content(body)
    if content is None:
        yield "Request", None, False
        return
    files = find_files(content) if kind == PARTS else frozenset()
    given = list(examples.given(content))[:_MAX_SAMPLES]
    for label, value in given:
        yield label or "Request", Load(kind, value, files), False
    if not given:
        schema = content.at("schema")
        is_made = kind in (FORM, PARTS) or "json" in kind
        if is_made and schema.value is None:
            yield "Request", None, False
        else:
            yield "Request", Load(kind, examples.make(schema, whole=False) if is_made else None, files), is_made


def _choose_content(body: Place) -> tuple[str, Place | None]:
    """The media type to show a body in, JSON where it is one of them."""
    try:
        body = body.follow()
    except BadRef:
        return "", None
    kinds = list(body.members("content"))
    kind, place = next((one for one in kinds if "json" in one[0]), kinds[0] if kinds else ("", None))
    if kind == "*/*":
        kind = "application/json"
    return kind.partition(";")[0].strip(), place


def _write_address(method: str, url: Words) -> str:
    pieces = url.pieces if not isinstance(url, (str, Unknown)) else (url,)
    address = "".join(piece if isinstance(piece, str) else "{" + piece.name + "}" for piece in pieces)
    if address.startswith("/"):
        return LOCAL_ORIGIN + address if _is_known(method, url) else "$SERVER" + address
    return address
