"""Which arguments Ollama's Python library takes: it checks their types, and stops before sending what it does not like.

Source: ollama-python 0.6 `_types.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Check = Callable[[object], bool]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and _has_no_null(value)


def _has_no_null(value: object) -> bool:
    """Nulls inside a model or a mapping may be left out by the library."""
    if isinstance(value, dict):
        return all(map(_has_no_null, value.values()))
    if isinstance(value, list):
        return all(map(_has_no_null, value))
    return value is not None


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _is_message(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("role"), str) or not value["role"]:
        return False
    texts = all(isinstance(value.get(name, ""), str) for name in ("content", "thinking", "tool_name"))
    return texts and _each(_is_text)(value.get("images", [])) and _each(_is_tool_call)(value.get("tool_calls", []))


def _is_tool_call(value: object) -> bool:
    function = value.get("function") if isinstance(value, dict) else None
    if not isinstance(function, dict):
        return False
    return isinstance(function.get("name"), str) and _is_object(function.get("arguments"))


def _is_tool(value: object) -> bool:
    if not _is_object(value) or not isinstance(value, dict) or not isinstance(value.get("type", ""), str):
        return False
    function = value.get("function", {})
    if not isinstance(function, dict) or not all(isinstance(function.get(n, ""), str) for n in ("name", "description")):
        return False
    parameters = function.get("parameters", {})
    return isinstance(parameters, dict) and parameters.get("type", "object") == "object" and _are_parameters(parameters)


def _are_parameters(parameters: Mapping[object, object]) -> bool:
    properties = parameters.get("properties", {})
    if not isinstance(properties, dict) or not _each(_is_text)(parameters.get("required", [])):
        return False
    return all(isinstance(item, dict) and _is_property(item) for item in properties.values())


def _is_property(item: Mapping[object, object]) -> bool:
    kind = item.get("type", "")
    is_kind = isinstance(kind, str) or _each(_is_text)(kind)
    return is_kind and isinstance(item.get("description", ""), str) and isinstance(item.get("enum", []), list)


def _is_text_or_texts(value: object) -> bool:
    return _is_text(value) or _each(_is_text)(value)


_CHECKS: dict[str, Check] = {
    **dict.fromkeys(("model", "prompt", "suffix", "system", "template", "quantize", "from_", "query", "url", "source",
                     "destination"), _is_text),
    **dict.fromkeys(("stream", "raw", "logprobs", "truncate", "insecure"), _is_flag),
    **dict.fromkeys(("top_logprobs", "dimensions", "width", "height", "steps", "max_results"), _is_whole),
    **dict.fromkeys(("options", "parameters"), _is_object),
    "think": lambda value: _is_flag(value) or _is_text(value),
    "keep_alive": lambda value: _is_number(value) or _is_text(value),
    "format": lambda value: value in ("", "json") or _is_object(value),
    "messages": _each(_is_message),
    "tools": _each(_is_tool),
    "input": _is_text_or_texts,
    "license": _is_text_or_texts,
    "context": _each(_is_whole),
    "images": _each(_is_text),
    "files": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "adapters": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
}  # fmt: skip


def accepts(arguments: Mapping[str, object]) -> bool:
    """Say whether the library takes these arguments as they are."""
    return all(name in _CHECKS and _CHECKS[name](value) for name, value in arguments.items())
