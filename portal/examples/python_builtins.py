"""What Python's own functions and methods give when their arguments are known; only those that examples use."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from string import Formatter

from portal.examples.code_run import Run
from portal.examples.code_values import MISSING, Bound, File, first_unknown, is_plain, read_contents
from portal.examples.limits import MAX_TEXT
from portal.examples.pydantic_schema import model_schema
from portal.examples.python_values import Arguments, Function, Klass
from portal.examples.unknowns import Entries, Items, JsonText, Text, Unknown, join_pieces

BUILTINS = {
    "dict", "list", "tuple", "set", "str", "int", "float", "bool", "len", "range", "enumerate", "zip", "input", "open",
    "print", "sorted", "reversed", "map", "filter", "next", "iter", "type", "isinstance", "getattr", "hasattr", "sum",
    "min", "max", "any", "all", "bytes", "bytearray", "super", "object", "Exception", "repr", "format", "round", "abs",
}  # fmt: skip
_TEXT_METHODS = {
    "strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "startswith", "endswith", "removeprefix",
    "removesuffix", "split", "splitlines", "isdigit",
}  # fmt: skip
_SAME_THING = {"encode", "decode", "hex", "tobytes", "getvalue", "copy", "strip", "rstrip", "lstrip", "model_dump"}
_ENVIRONMENT = {"os.getenv", "os.environ.get"}
_OPENERS = {"builtins.open", "pathlib.Path", "io.open", "aiofiles.open", "PIL.Image.open", "os.path.join"}
_ENCODERS = {"base64.b64encode", "base64.standard_b64encode", "base64.urlsafe_b64encode"}
_SAME_FILE = {"resolve", "absolute", "expanduser", "open", "convert"}
_READERS = {"read", "read_text", "read_bytes", "readlines", "readline"}


def call_named(run: Run, path: str, arguments: Arguments) -> object:  # noqa: PLR0912 - one arm a function
    """Call an imported or builtin function by its dotted name; `MISSING` when it is not one of those known here."""
    given = arguments.positional
    first = given[0] if given else None
    if path in _ENVIRONMENT and isinstance(first, str):
        return _read_environment(run, first, arguments)
    if path in _OPENERS:
        return File(first) if isinstance(first, str) else first if isinstance(first, (File, Unknown)) else MISSING
    if path in _ENCODERS:
        return read_contents(first.name) if isinstance(first, File) else first
    match path:
        case "builtins.input":
            return Unknown("input", "input")
        case "json.dumps":
            return write_json(first)
        case "json.loads" if isinstance(first, (str, JsonText)):
            return _load_json(first)
        case "textwrap.dedent" | "inspect.cleandoc" if isinstance(first, str):
            return textwrap.dedent(first) if path.startswith("textwrap") else inspect.cleandoc(first)
        case "builtins.dict":
            return _make_dict(first, arguments)
        case "builtins.list" | "builtins.tuple" | "builtins.sorted" | "builtins.reversed" | "typing.cast":
            return _make_list(path, arguments)
        case "builtins.str" | "builtins.bytes":
            return _make_text(first)
        case "builtins.len" if isinstance(first, (str, list, dict, tuple)) and not first_unknown([first]):
            return len(first)
        case "builtins.range" if all(isinstance(item, int) for item in given) and 0 < len(given) <= 3:
            return Items(range(*map(int, map(str, given)))[:50])
        case "builtins.enumerate" if isinstance(first, (list, tuple)):
            return Items(enumerate(first))
        case "builtins.zip" if all(isinstance(item, (list, tuple)) for item in given):
            return Items(zip(*given, strict=False))
        case "builtins.map" if len(given) == 2 and isinstance(first, Function) and isinstance(given[1], (list, tuple)):
            return Items([run.call_function(run, first, Arguments((item,), {})) for item in given[1]])
        case "builtins.print" | "builtins.super":
            return None
        case "asyncio.run" | "asyncio.gather" | "asyncio.create_task" | "asyncio.wait_for" | "anyio.run" | "trio.run":
            return _run_async(run, arguments)
        case "types.SimpleNamespace" | "collections.OrderedDict":
            return Entries(arguments.named)
        case "pydantic.TypeAdapter" if isinstance(first, Klass):
            return first
        case "ollama.Message" | "ollama.Tool" | "ollama.Options" | "ollama._types.Message":
            return Entries(arguments.named)
        case "ollama.Image":
            return arguments.get(0, "value", arguments.named.get("data"))
        case _:
            return MISSING


def _read_environment(run: Run, name: str, arguments: Arguments) -> object:
    """A variable of the environment: what the block set, else the default it gives, else unknown."""
    known = run.settings.get(f"os.environ[{name}]")
    if known is not None:
        return known
    default = arguments.get(1, "default")
    return Unknown(name, "setting") if default in (None, "") else default


def _run_async(run: Run, arguments: Arguments) -> object:
    """`asyncio.run(main())` has called `main` already; `anyio.run(main)` calls it now."""
    first = arguments.positional[0] if arguments.positional else None
    if isinstance(first, Function):
        return run.call_function(run, first, Arguments(arguments.positional[1:], {}))
    return Items(arguments.positional) if len(arguments.positional) > 1 else first


def write_json(value: object) -> object:
    """What `json.dumps` makes of a value."""
    if isinstance(value, Unknown):
        return value
    return json.dumps(value) if is_plain(value) else JsonText(value)


def _load_json(text: str | JsonText) -> object:
    if isinstance(text, JsonText):
        return text.value
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return Unknown("value", "computed")


def _make_dict(first: object, arguments: Arguments) -> object:
    entries = Entries()
    entries.doubt = arguments.rest
    if isinstance(first, dict):
        entries.update(first)
    elif first is not None:
        entries.doubt = first_unknown([first]) or Unknown("entries", "computed")
    entries.update(arguments.named)
    return entries


def _make_list(path: str, arguments: Arguments) -> object:
    first = arguments.positional[-1] if arguments.positional else ()
    if isinstance(first, Unknown) or path == "typing.cast":
        return first
    if not isinstance(first, (list, tuple, dict, str)):
        return Unknown("list", "computed")
    items = Items(first)
    items.doubt = first.doubt if isinstance(first, (Items, Entries)) else None
    if path == "builtins.reversed":
        items.reverse()
    elif path == "builtins.sorted":
        return Items(sorted(items)) if all(isinstance(item, str) for item in items) else Unknown("order", "computed")  # type: ignore[type-var]
    return items


def _make_text(value: object) -> object:
    if isinstance(value, (str, Text, Unknown)):
        return value
    if isinstance(value, File):
        return value.name
    return str(value) if isinstance(value, (bool, int, float)) else Unknown("text", "computed")


# Methods --------------------------------------------------------------------------------------------------------------


def read_attribute(owner: object, name: str) -> object:
    """An attribute of a value: one that is called next, or the value of a property."""
    if isinstance(owner, File) and name in ("name", "stem", "parent", "suffix"):
        return Unknown(name, "computed")
    return Bound(owner, name)


def call_method(run: Run, owner: object, name: str, arguments: Arguments) -> object:
    """Call a method of a value."""
    match owner:
        case Text() if name in _SAME_THING:
            return owner
        case str():
            return _call_text(owner, name, arguments)
        case bytes():
            return owner.decode("utf-8", "replace") if name == "decode" else Unknown(name, "computed")
        case Items():
            return _call_list(run, owner, name, arguments)
        case Entries():
            return _call_dict(run, owner, name, arguments)
        case File():
            if name in _READERS:
                return read_contents(owner.name)
            return owner if name in _SAME_FILE else Unknown(name, "computed")
        case JsonText() if name in _SAME_THING:
            return owner
        case Klass() if name in ("model_json_schema", "schema", "json_schema"):
            return model_schema(owner)
        case _:
            return first_unknown([owner, *arguments.positional]) or Unknown(name, "computed")


def _call_text(text: str, name: str, arguments: Arguments) -> object:
    given = arguments.positional
    if name in ("encode", "expandtabs") or (name == "format" and not (given or arguments.named)):
        return text
    if name == "format":
        return _format_text(text, arguments)
    if name == "join" and given and isinstance(given[0], (list, tuple)):
        return _join_text(text, given[0])
    unknown = first_unknown(given)
    if unknown is not None:
        return unknown
    if name == "replace" and len(given) == 2 and all(isinstance(item, str) for item in given):
        longest = len(text) * (1 + len(str(given[1])))
        return Unknown("text", "computed") if longest > MAX_TEXT else text.replace(str(given[0]), str(given[1]))
    if name in _TEXT_METHODS and all(isinstance(item, (str, int)) for item in given):
        method: Callable[..., object] = getattr(text, name)
        try:
            result = method(*given)
        except (TypeError, ValueError):
            return Unknown("text", "computed")
        return Items(result) if isinstance(result, list) else result
    return Unknown("text", "computed")


def _join_text(separator: str, items: list[object] | tuple[object, ...]) -> object:
    if isinstance(items, Items) and items.doubt is not None:
        return items.doubt
    pieces: list[str | Text | Unknown] = []
    for index, item in enumerate(items):
        if not isinstance(item, (str, Text, Unknown)):
            return Unknown("text", "computed")
        pieces += [separator, item] if index else [item]
    return join_pieces(pieces)


def _format_text(template: str, arguments: Arguments) -> object:
    """`str.format` with plain fields; a width or a conversion is not worth the trouble it can make."""
    pieces: list[str | Text | Unknown] = []
    try:
        fields = list(Formatter().parse(template))
    except ValueError:
        return Unknown("text", "computed")
    for index, (literal, name, spec, conversion) in enumerate(fields):
        pieces.append(literal)
        if name is None:
            continue
        position = index if name == "" else int(name) if name.isdigit() else None
        value = arguments.get(position, name, Unknown(name or "value", "argument"))
        if spec or conversion:
            return Unknown("text", "computed")
        shown = _make_text(value)
        pieces.append(shown if isinstance(shown, (str, Text, Unknown)) else Unknown("text", "computed"))
    return join_pieces(pieces)


def _call_list(run: Run, items: Items, name: str, arguments: Arguments) -> object:
    given = arguments.positional
    if name in ("copy", "index", "count"):
        copied = Items(items)
        copied.doubt = items.doubt
        return copied if name == "copy" else Unknown(name, "computed")
    if name not in ("append", "extend", "insert", "pop", "clear", "remove", "sort", "reverse") or not run.change(items):
        return None
    if name == "append" and given:
        items.append(given[0])
    elif name == "extend" and given and isinstance(given[0], (list, tuple)):
        items.extend(given[0])
    elif name == "insert" and len(given) == 2 and isinstance(given[0], int):
        items.insert(given[0], given[1])
    elif name == "clear":
        items.clear()
    elif name == "reverse":
        items.reverse()
    elif name == "pop" and items and (not given or given == (0,)):
        return items.pop(*(() if not given else (0,)))
    else:
        items.doubt = first_unknown(given) or Unknown("items", "computed")
    return None


def _call_dict(run: Run, entries: Entries, name: str, arguments: Arguments) -> object:
    given = arguments.positional
    match name:
        case "values" | "keys" | "items":
            items = Items(getattr(entries, name)())
            items.doubt = entries.doubt
            return items
        case "get" if given and isinstance(given[0], str):
            return entries.doubt or entries.get(given[0], given[1] if len(given) > 1 else None)
        case "copy" | "model_dump":
            copied = Entries(entries)
            copied.doubt = entries.doubt
            return copied
        case "update" if run.change(entries):
            if given and not isinstance(given[0], dict):
                entries.doubt = first_unknown(given) or Unknown("entries", "computed")
            entries.update(given[0] if given and isinstance(given[0], dict) else {})
            entries.update(arguments.named)
            entries.doubt = entries.doubt or arguments.rest
        case "setdefault" if len(given) == 2 and isinstance(given[0], str) and run.change(entries):
            return entries.setdefault(given[0], given[1])
        case "pop" if given and isinstance(given[0], str) and run.change(entries):
            return entries.pop(given[0], given[1] if len(given) > 1 else None)
    return Unknown(name, "computed")

