"""What JavaScript's own functions and methods give when their arguments are known; only those that examples use."""

from __future__ import annotations

import json
from collections.abc import Sequence

from portal.examples.code_run import Run
from portal.examples.code_values import MISSING, Bound, File, Ref, first_unknown, is_plain, read_contents
from portal.examples.javascript_clients import import_name
from portal.examples.javascript_values import UNDEFINED, Function
from portal.examples.unknowns import Entries, Items, JsonText, Text, Unknown, Words, join_pieces
from portal.examples.zod_schema import Zod, call_zod, convert_zod, extend_zod

_SAME_TEXT = {"toString", "valueOf", "trim", "trimStart", "trimEnd"}
_FILE_READERS = {"readFileSync", "readFile", "promises.readFile"}
_ASKERS = {"prompt", "readline.question", "rl.question"}


_ARE_FUNCTIONS = {"axios", "node-fetch", "cross-fetch", "isomorphic-fetch"}  # what the whole module exports


def call_named(run: Run, path: str, arguments: Sequence[object]) -> object:  # noqa: PLR0912 - one arm a function
    """Call a function of the language or a library by its dotted name; `MISSING` when it is not one known here."""
    first = arguments[0] if arguments else UNDEFINED
    if path.startswith(("zod.", "z.")):
        return call_zod(path.partition(".")[2], arguments)
    if path.startswith(("fs.", "node:fs", "fs/promises.", "node:fs/promises.")):
        return _read_file(path, first)
    match path:
        case "require":
            if not isinstance(first, str):
                return Unknown("module", "computed")
            return import_name(first, "default") if first in _ARE_FUNCTIONS else Ref(first)
        case "zod-to-json-schema.zodToJsonSchema" | "zod-to-json-schema":
            return convert_zod(first, "zod-to-json-schema") if isinstance(first, Zod) else _pass_on(first, "schema")
        case "openai/helpers/zod.zodResponseFormat" | "openai/helpers/zod.zodTextFormat":
            return _make_format(path, first, arguments)
        case "JSON.stringify":
            return write_json(first)
        case "JSON.parse" if isinstance(first, str):
            return _load_json(first)
        case "Object.assign":
            return _assign_objects(arguments)
        case "Object.keys" | "Object.values" if isinstance(first, Entries) and first.doubt is None:
            return Items(first if path.endswith("keys") else first.values())
        case "Object.entries" if isinstance(first, Entries) and first.doubt is None:
            return Items(Items(pair) for pair in first.items())
        case "Object.freeze" | "Promise.resolve" | "structuredClone":
            return first
        case "Promise.all" | "Promise.allSettled" | "Promise.race" | "Array.from":
            return first if isinstance(first, Items) else _pass_on(first, "items")
        case "String" | "new String":
            return first if isinstance(first, (str, Text, Unknown)) else _pass_on(first, "text")
        case "new URL":
            return _make_url(arguments)
        case "Buffer.from" | "btoa" | "new Uint8Array" | "new Blob":
            return first if isinstance(first, Unknown) else Unknown("data", "computed")
        case "console.log" | "console.error" | "console.table" | "process.stdout.write" | "console.info":
            return UNDEFINED
        case "setTimeout" | "setImmediate" | "queueMicrotask" if isinstance(first, Function):
            return run.call_function(run, first, [])
        case _ if path in _ASKERS:
            return Unknown("input", "input")
    return MISSING


def _read_file(path: str, name: object) -> object:
    if path.rpartition(".")[2] in ("readFileSync", "readFile"):
        return read_contents(name) if isinstance(name, str) else _pass_on(name, "file")
    return Unknown("file", "file")


def _pass_on(value: object, name: str) -> Unknown:
    return first_unknown([value]) or Unknown(name, "computed")


def write_json(value: object) -> object:
    """What `JSON.stringify` makes of a value."""
    if isinstance(value, Unknown) or value is UNDEFINED:
        return value
    return json.dumps(value) if is_plain(value) else JsonText(value)


def _load_json(text: str) -> object:
    try:
        return _as_objects(json.loads(text))
    except (ValueError, RecursionError):
        return Unknown("value", "computed")


def _as_objects(value: object) -> object:
    if isinstance(value, dict):
        return Entries({key: _as_objects(item) for key, item in value.items()})
    return Items(map(_as_objects, value)) if isinstance(value, list) else value


def _assign_objects(arguments: Sequence[object]) -> object:
    target = arguments[0] if arguments and isinstance(arguments[0], Entries) else Entries()
    for source in arguments[1:]:
        if isinstance(source, Entries):
            target.update(source)
            target.doubt = target.doubt or source.doubt
        elif source is not UNDEFINED and source is not None:
            target.doubt = _pass_on(source, "entries")
    return target


def _make_url(arguments: Sequence[object]) -> object:
    path = arguments[0] if arguments else ""
    base = arguments[1] if len(arguments) > 1 else ""
    if not isinstance(path, (str, Text, Unknown)) or not isinstance(base, (str, Text, Unknown)):
        return Unknown("url", "computed")
    if (isinstance(path, str) and "://" in path) or not base:
        return path
    origin = base
    if isinstance(base, str):
        scheme, _, rest = base.partition("://")
        origin = f"{scheme}://{rest.partition('/')[0]}" if isinstance(path, str) and path.startswith("/") else base
    return join_pieces([origin, path])


def _make_format(path: str, schema: object, arguments: Sequence[object]) -> object:
    """OpenAI's helpers for zod: the response format of the chat endpoint, and the text format of responses."""
    if not isinstance(schema, Zod) or len(arguments) < 2:
        return _pass_on(schema, "schema")
    made = convert_zod(schema, "openai")
    if isinstance(made, Unknown):
        return made
    if path.endswith("zodTextFormat"):
        return Entries({"type": "json_schema", "name": arguments[1], "strict": True, "schema": made})
    inner = Entries({"name": arguments[1], "strict": True, "schema": made})
    return Entries({"type": "json_schema", "json_schema": inner})


# Members --------------------------------------------------------------------------------------------------------------


def read_member(owner: object, name: str) -> object:
    """A member of a plain value: its length, one of its items, or a method to be called."""
    if isinstance(owner, Items) and name.isdigit():
        if owner.doubt is not None:
            return owner.doubt
        return owner[int(name)] if int(name) < len(owner) else UNDEFINED
    if name == "length" and isinstance(owner, (str, Items)):
        return len(owner)
    if owner is UNDEFINED or owner is None:
        return UNDEFINED
    if isinstance(owner, (str, Text)) and name in ("href", "origin", "pathname"):
        return owner
    known = isinstance(owner, (str, Text, Items, Zod, JsonText, File, Entries, Bound))
    return Bound(owner, name) if known else UNDEFINED


def call_method(run: Run, owner: object, name: str, arguments: Sequence[object]) -> object:
    """Call a method of a value."""
    if isinstance(owner, Zod):
        return extend_zod(owner, name, arguments)
    if isinstance(owner, (Text, JsonText)) and name in _SAME_TEXT:
        return owner
    if isinstance(owner, str):
        return _call_text(owner, name, arguments)
    if isinstance(owner, Items):
        return _call_array(run, owner, name, arguments)
    if isinstance(owner, Entries):
        return UNDEFINED if owner.doubt is None else owner.doubt
    return first_unknown([owner, *arguments]) or Unknown(name, "computed")


def _call_text(text: str, name: str, arguments: Sequence[object]) -> object:
    unknown = first_unknown(arguments)
    if unknown is not None:
        return unknown
    strings = [item for item in arguments if isinstance(item, str)]
    match name:
        case "toString" | "valueOf" | "normalize":
            return text
        case "trim" | "trimStart" | "trimEnd":
            return {"trim": text.strip, "trimStart": text.lstrip, "trimEnd": text.rstrip}[name]()
        case "toUpperCase" | "toLowerCase":
            return text.upper() if name == "toUpperCase" else text.lower()
        case "split" if len(strings) == len(arguments) == 1 and strings[0]:
            return Items(text.split(strings[0]))
        case "concat" if len(strings) == len(arguments):
            return text + "".join(strings)
        case "startsWith" | "endsWith" | "includes" if len(strings) == 1:
            tests = {"startsWith": text.startswith, "endsWith": text.endswith}
            return tests[name](strings[0]) if name in tests else strings[0] in text
        case "replace" | "replaceAll" if len(strings) == 2 and len(strings[1]) < 1000:
            return text.replace(strings[0], strings[1], 1 if name == "replace" else 100)
    return Unknown("text", "computed")


def _call_array(run: Run, items: Items, name: str, arguments: Sequence[object]) -> object:
    match name:
        case "push" | "unshift":
            if run.change(items):
                values = [None if value is UNDEFINED else value for value in arguments]
                items[len(items) if name == "push" else 0 : len(items) if name == "push" else 0] = values
            return len(items)
        case "map" | "forEach" | "flatMap" if arguments and isinstance(arguments[0], Function):
            results = [run.call_function(run, arguments[0], [item, index]) for index, item in enumerate(items)]
            made = Items(results)
            made.doubt = items.doubt
            return made
        case "join":
            return _join(items, arguments)
        case "concat":
            return _concat(items, arguments)
        case "slice" if items.doubt is None and all(isinstance(item, int) for item in arguments):
            bounds = [item for item in arguments if isinstance(item, int)]
            return Items(items[slice(*bounds)] if len(bounds) == 2 else items[sum(bounds) :])
        case "at" if items.doubt is None and arguments and isinstance(arguments[0], int):
            return items[arguments[0]] if -len(items) <= arguments[0] < len(items) else UNDEFINED
        case "pop" | "shift" | "splice" | "sort" | "reverse" | "fill":
            if run.change(items):
                items.doubt = Unknown("items", "computed")
            return Unknown("item", "computed")
    return first_unknown([items, *arguments]) or Unknown(name, "computed")


def _join(items: Items, arguments: Sequence[object]) -> object:
    separator = arguments[0] if arguments and isinstance(arguments[0], str) else ","
    if items.doubt is not None:
        return items.doubt
    pieces: list[Words] = []
    for index, item in enumerate(items):
        if not isinstance(item, (str, Text, Unknown)):
            return _pass_on(item, "text")
        pieces += [separator, item] if index else [item]
    return join_pieces(pieces)


def _concat(items: Items, arguments: Sequence[object]) -> Items:
    made = Items(items)
    made.doubt = items.doubt
    for argument in arguments:
        if isinstance(argument, Items):
            made.extend(argument)
            made.doubt = made.doubt or argument.doubt
        elif isinstance(argument, Unknown):
            made.doubt = argument
        else:
            made.append(argument)
    return made
