"""The JSON schema pydantic makes of a model that is written out in the block, and OpenAI's strict form of it.

Source: `BaseModel.model_json_schema` of pydantic 2; `openai.lib._pydantic.to_strict_json_schema`.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from portal.examples.code_values import MISSING, Ref, Scope
from portal.examples.python_values import Klass
from portal.examples.unknowns import Unknown

Schema = dict[str, object]
_SIMPLE: dict[str, Schema] = {
    "str": {"type": "string"}, "int": {"type": "integer"}, "float": {"type": "number"}, "bool": {"type": "boolean"},
    "None": {"type": "null"}, "NoneType": {"type": "null"}, "Any": {}, "object": {},
    "bytes": {"type": "string", "format": "binary"}, "dict": {"type": "object", "additionalProperties": True},
    "list": {"type": "array", "items": {}}, "tuple": {"type": "array", "items": {}},
    "set": {"type": "array", "items": {}, "uniqueItems": True},
    "datetime": {"type": "string", "format": "date-time"}, "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"}, "timedelta": {"type": "string", "format": "duration"},
    "UUID": {"type": "string", "format": "uuid"}, "EmailStr": {"type": "string", "format": "email"},
    "HttpUrl": {"type": "string", "format": "uri", "minLength": 1, "maxLength": 2083},
    "AnyUrl": {"type": "string", "format": "uri", "minLength": 1}, "Path": {"type": "string", "format": "path"},
}  # fmt: skip
_ALIASES = {
    "List": "list", "Sequence": "list", "Iterable": "list", "Dict": "dict", "Mapping": "dict", "Set": "set",
    "FrozenSet": "set", "frozenset": "set", "Tuple": "tuple",
}  # fmt: skip
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
           "multiple_of": "multipleOf", "pattern": "pattern", "regex": "pattern"}  # fmt: skip
_NOTES = ("description", "title", "examples", "deprecated")
_LENGTHS = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems"),
            "object": ("minProperties", "maxProperties")}  # fmt: skip
_OPTIONS_OF_CLASS = {"forbid": False, "allow": True}
_ENUMS = {"enum.Enum", "enum.StrEnum", "enum.IntEnum"}
_JSON_TYPES = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}


class _NotWrittenOutError(Exception):
    """Some part of the model is not in the block, or of a kind that is not known here."""


@dataclass(slots=True)
class _Definitions:
    """The models met on the way, which the schema refers to by name."""

    made: dict[str, Schema] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def model_schema(klass: Klass) -> Schema | Unknown:
    """The schema of a model, or an unknown when the block does not say all of it."""
    definitions = _Definitions()
    try:
        schema = _schema_of_model(klass, definitions)
    except (_NotWrittenOutError, RecursionError):
        return Unknown(f"the schema of {klass.node.name}", "computed")
    name = klass.node.name
    if name in definitions.used:  # it refers to itself
        return {"$defs": {**definitions.made, name: schema}, "$ref": f"#/$defs/{name}"}
    return {"$defs": definitions.made, **schema} if definitions.made else schema


def type_schema(annotation: ast.expr | None, scope: Scope) -> Schema:
    """The schema of one annotation; text where it has none or is not known here."""
    definitions = _Definitions()
    try:
        return {"type": "string"} if annotation is None else _schema_of_type(annotation, scope, definitions)
    except (_NotWrittenOutError, RecursionError):
        return {}


def _schema_of_model(klass: Klass, definitions: _Definitions) -> Schema:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    schema: Schema = {"type": "object", "title": klass.node.name, "properties": properties}
    for owner in _lineage(klass):
        for statement in owner.node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                _add_field(statement, owner.scope, definitions, properties, required)
            _read_config(statement, schema)
    if required:
        schema["required"] = required
    docstring = ast.get_docstring(klass.node)
    if docstring:
        schema["description"] = docstring
    return schema


def _lineage(klass: Klass) -> list[Klass]:
    """The model's ancestors in the block and itself, the oldest first."""
    parents = [base for base in klass.bases if isinstance(base, Klass)]
    return [*(ancestor for parent in parents for ancestor in _lineage(parent)), klass]


def _read_config(statement: ast.stmt, schema: Schema) -> None:
    """`model_config = ConfigDict(extra="forbid")` closes or opens the object."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, (ast.Call, ast.Dict)):
        return
    if not (isinstance(statement.targets[0], ast.Name) and statement.targets[0].id == "model_config"):
        return
    options = _literal_keywords(statement.value)
    if options.get("extra") in _OPTIONS_OF_CLASS:
        schema["additionalProperties"] = _OPTIONS_OF_CLASS[cast(str, options["extra"])]
    if isinstance(options.get("title"), str):
        schema["title"] = options["title"]


def _add_field(
    statement: ast.AnnAssign,
    scope: Scope,
    definitions: _Definitions,
    properties: dict[str, Schema],
    required: list[str],
) -> None:
    name = cast(ast.Name, statement.target).id
    if name.startswith("_") or _last_name(statement.annotation) == "ClassVar":
        return
    schema = dict(_schema_of_type(statement.annotation, scope, definitions))
    options: dict[str, object] = {}
    for extra in _annotated_extras(statement.annotation):
        options.update(_field_options(extra))
    default: object = MISSING
    if statement.value is not None:
        if isinstance(statement.value, ast.Call) and _last_name(statement.value.func) == "Field":
            options.update(_field_options(statement.value))
            default = options.get("default", MISSING)
        else:
            default = _literal(statement.value)
    key = str(options.get("alias", name))
    if "$ref" not in schema:
        schema["title"] = name.title().replace("_", " ").strip()
    _apply_options(schema, options)
    if default is not MISSING and default is not Ellipsis:
        schema["default"] = default
    properties[key] = schema
    if key in required:
        required.remove(key)
    if (default is MISSING or default is Ellipsis) and "default_factory" not in options:
        required.append(key)


def _field_options(call: ast.expr) -> dict[str, object]:
    if not isinstance(call, ast.Call) or _last_name(call.func) != "Field":
        return {}
    options = {keyword.arg: None if keyword.arg == "default_factory" else _literal(keyword.value)
               for keyword in call.keywords if keyword.arg}  # fmt: skip
    if call.args:
        options["default"] = _literal(call.args[0])
    return dict(options)


def _apply_options(schema: Schema, options: dict[str, object]) -> None:
    for note in _NOTES:
        if options.get(note) is not None:
            schema[note] = options[note]
    inner = _bounded_part(schema)
    for option, key in _BOUNDS.items():
        if options.get(option) is not None:
            inner[key] = options[option]
    shortest, longest = _LENGTHS.get(str(inner.get("type")), ("minLength", "maxLength"))
    for option, key in (("min_length", shortest), ("max_length", longest)):
        if options.get(option) is not None:
            inner[key] = options[option]
    extra = options.get("json_schema_extra")
    if isinstance(extra, dict):
        schema.update(extra)


def _bounded_part(schema: Schema) -> Schema:
    """Of a union with null, the bounds go to the part that is not null."""
    parts = schema.get("anyOf")
    if isinstance(parts, list):
        others = [part for part in parts if isinstance(part, dict) and part.get("type") != "null"]
        if len(others) == 1:
            return others[0]
    return schema


# Types ----------------------------------------------------------------------------------------------------------------


def _schema_of_type(node: ast.expr, scope: Scope, definitions: _Definitions) -> Schema:
    match node:
        case ast.Constant(value=str() as text):
            return _schema_of_type(_parse_annotation(text), scope, definitions)
        case ast.Constant(value=None):
            return {"type": "null"}
        case ast.BinOp(op=ast.BitOr()):
            return _union([node.left, node.right], scope, definitions)
        case ast.Subscript():
            return _schema_of_generic(node, scope, definitions)
        case ast.Name() | ast.Attribute():
            return _schema_of_name(node, scope, definitions)
    raise _NotWrittenOutError


def _parse_annotation(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        raise _NotWrittenOutError from None


def _schema_of_name(node: ast.expr, scope: Scope, definitions: _Definitions) -> Schema:
    found = scope.find(node.id) if isinstance(node, ast.Name) else MISSING
    if isinstance(found, Klass):
        return _refer_to(found, definitions)
    name = found.path.rpartition(".")[2] if isinstance(found, Ref) else _last_name(node)
    name = _ALIASES.get(name, name)
    if name not in _SIMPLE or (found is not MISSING and not isinstance(found, Ref)):
        raise _NotWrittenOutError
    return dict(_SIMPLE[name])


def _refer_to(klass: Klass, definitions: _Definitions) -> Schema:
    name = klass.node.name
    if name not in definitions.made and name not in definitions.used:
        definitions.used.add(name)
        made = _schema_of_enum(klass) if _is_enum(klass) else _schema_of_model(klass, definitions)
        definitions.made[name] = made
        definitions.used.discard(name)
    elif name not in definitions.made:
        definitions.used.add(f"{name} refers to itself")
    return {"$ref": f"#/$defs/{name}"}


def _is_enum(klass: Klass) -> bool:
    return any(isinstance(base, Ref) and base.path in _ENUMS for base in klass.bases)


def _schema_of_enum(klass: Klass) -> Schema:
    values = [_literal(item.value) for item in klass.node.body if isinstance(item, ast.Assign)]
    schema: Schema = {"enum": values, "title": klass.node.name, **_type_of_values(values)}
    docstring = ast.get_docstring(klass.node)
    return {**schema, "description": docstring} if docstring else schema


def _type_of_values(values: Sequence[object]) -> Schema:
    types = {_JSON_TYPES.get(type(value)) for value in values}
    return {"type": types.pop()} if len(types) == 1 else {}


def _schema_of_generic(node: ast.Subscript, scope: Scope, definitions: _Definitions) -> Schema:
    parts = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    name = _last_name(node.value)
    match _ALIASES.get(name, name):
        case "Optional":
            return _union([*parts, ast.Constant(None)], scope, definitions)
        case "Union":
            return _union(parts, scope, definitions)
        case "Annotated" | "Required" | "NotRequired" | "Final":
            schema = dict(_schema_of_type(parts[0], scope, definitions))
            for extra in parts[1:]:
                _apply_options(schema, _field_options(extra))
            return schema
        case "Literal":
            values = [_literal(part) for part in parts]
            return {("const" if len(values) == 1 else "enum"): values[0] if len(values) == 1 else values,
                    **_type_of_values(values)}  # fmt: skip
        case "list":
            return {"type": "array", "items": _schema_of_type(parts[0], scope, definitions)}
        case "set":
            return {"type": "array", "items": _schema_of_type(parts[0], scope, definitions), "uniqueItems": True}
        case "dict" if len(parts) == 2:
            values_schema = _schema_of_type(parts[1], scope, definitions)
            return {"type": "object", "additionalProperties": values_schema or True}
        case "tuple":
            return _schema_of_tuple(parts, scope, definitions)
    raise _NotWrittenOutError


def _schema_of_tuple(parts: Sequence[ast.expr], scope: Scope, definitions: _Definitions) -> Schema:
    if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
        return {"type": "array", "items": _schema_of_type(parts[0], scope, definitions)}
    items = [_schema_of_type(part, scope, definitions) for part in parts]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _union(parts: Sequence[ast.expr], scope: Scope, definitions: _Definitions) -> Schema:
    schemas: list[Schema] = []
    for part in parts:
        schema = _schema_of_type(part, scope, definitions)
        inner = schema.get("anyOf")
        schemas.extend(inner if isinstance(inner, list) and len(schema) == 1 else [schema])
    return {"anyOf": [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]}


def _annotated_extras(node: ast.expr) -> Sequence[ast.expr]:
    if isinstance(node, ast.Subscript) and _last_name(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
        return node.slice.elts[1:]
    return ()


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return node.attr
        case ast.Subscript():
            return _last_name(node.value)
    return ""


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        raise _NotWrittenOutError from None


def _literal_keywords(node: ast.Call | ast.Dict) -> dict[str, object]:
    if isinstance(node, ast.Call):
        pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
    else:
        pairs = [(getattr(key, "value", None), value) for key, value in zip(node.keys, node.values, strict=True)]
    return {name: _literal(value) for name, value in pairs if isinstance(name, str)}


# The strict form ------------------------------------------------------------------------------------------------------


def make_strict(schema: Schema) -> Schema:
    """OpenAI's strict form: every property required, objects closed, no null defaults, references alone."""
    return cast(Schema, _make_strict(schema, schema))


def _make_strict(schema: object, root: Schema) -> object:
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    if isinstance(made.get("$defs"), dict):
        made["$defs"] = {name: _make_strict(value, root) for name, value in made["$defs"].items()}
    if made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    if isinstance(made.get("properties"), dict):
        made["required"] = list(made["properties"])
        made["properties"] = {name: _make_strict(value, root) for name, value in made["properties"].items()}
    if isinstance(made.get("items"), dict):
        made["items"] = _make_strict(made["items"], root)
    for key in ("anyOf", "allOf"):
        if isinstance(made.get(key), list):
            made[key] = [_make_strict(variant, root) for variant in made[key]]
    if made.get("default", MISSING) is None:
        del made["default"]
    reference = made.get("$ref")
    if isinstance(reference, str) and len(made) > 1:
        definitions = root.get("$defs")
        target = definitions.get(reference.rpartition("/")[2]) if isinstance(definitions, dict) else None
        if isinstance(target, dict):
            del made["$ref"]
            return _make_strict({**target, **made}, root)
    return made

