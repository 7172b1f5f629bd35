"""What a request of /v1/responses may hold, and the chat that it stands for."""

import json
from collections.abc import Callable
from typing import Any

from portal.embedded.faces.v1_requests import image_of_url, native_chat, native_message, think_of_effort
from portal.embedded.go.binding import (
    ANYTHING,
    FLAG,
    OPTIONAL_FLAG,
    OPTIONAL_FLOAT64,
    OPTIONAL_INTEGER,
    OPTIONAL_TEXT,
    TEXT,
    FieldError,
    Kind,
    Place,
    sequence,
    structure,
)
from portal.embedded.go.json_text import Pairs, plain

TEXT_PARTS = ("input_text", "output_text")


def _read_input(value: Any, place: Place) -> list[dict[str, Any]]:
    """The messages that an `input` stands for, be it a text or a list of items."""
    if isinstance(value, str):
        return [native_message("user", value)] if value else []
    if not isinstance(value, list) or isinstance(value, Pairs):
        raise FieldError(f"input must be a string or array: {Place('').refuse(value, '[]json.RawMessage')}")
    messages = []
    for index, item in enumerate(value):
        try:
            messages += _item(plain(item), place)
        except FieldError as error:
            raise FieldError(f"input[{index}]: {error}") from None
    return messages


def _item(item: Any, place: Place) -> list[dict[str, Any]]:
    if not isinstance(item, dict):
        raise Place("").refuse(item, "struct { Type string; Role string }")
    kind = item.get("type") or ("message" if item.get("role") else "")
    if not kind:
        raise FieldError("input item missing required 'type' field")
    if kind not in ITEMS:
        raise FieldError(f'unknown input item type: "{kind}"')
    return ITEMS[kind](item)


def _message(item: dict[str, Any]) -> list[dict[str, Any]]:
    text, images = _content(item.get("content"), "content")
    return [native_message(str(item.get("role", "")), text, images)]


def _content(content: Any, name: str) -> tuple[str, list[bytes]]:
    if content is None or isinstance(content, str):
        return content or "", []
    if not isinstance(content, list):
        raise FieldError(f"{name} must be a string or array: {Place('').refuse(content, '[]json.RawMessage')}")
    text, images = "", []
    for index, part in enumerate(content):
        kind = part.get("type", "") if isinstance(part, dict) else ""
        if kind in TEXT_PARTS:
            text += str(part.get("text", ""))
        elif kind == "input_image":
            if part.get("image_url"):
                images.append(image_of_url(str(part["image_url"])))
        elif kind == "input_file":
            raise ValueError("file inputs are not currently supported")
        else:
            raise FieldError(f"{name}[{index}]: unknown content type: {kind}")
    return text, images


def _function_call(item: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        arguments = json.loads(item.get("arguments") or "{}")
    except ValueError as error:
        raise ValueError(f"failed to parse function call arguments: {error}") from None
    function = {"index": 0, "name": str(item.get("name", "")), "arguments": arguments}
    return [native_message("assistant", tool_calls=[{"id": str(item.get("call_id", "")), "function": function}])]


def _function_output(item: dict[str, Any]) -> list[dict[str, Any]]:
    text, images = _content(item.get("output"), "output")
    return [native_message("tool", text, images, tool_call_id=str(item.get("call_id", "")))]


def _nothing(_: dict[str, Any]) -> list[dict[str, Any]]:
    # Reasoning and searches of earlier turns are history that these weights were not trained to read.
    return []


ITEMS: dict[str, Callable[[dict[str, Any]], list[dict[str, Any]]]] = {
    "message": _message,
    "function_call": _function_call,
    "function_call_output": _function_output,
    "reasoning": _nothing,
    "web_search_call": _nothing,
}

RESPONSES = structure(
    {
        "model": TEXT, "background": FLAG, "conversation": ANYTHING, "include": sequence(TEXT, "[]string"),
        "input": Kind(None, _read_input), "instructions": TEXT, "max_output_tokens": OPTIONAL_INTEGER,
        "reasoning": structure({"effort": TEXT, "generate_summary": TEXT, "summary": TEXT},
                               "openai.ResponsesReasoning"),
        "temperature": OPTIONAL_FLOAT64,
        "text": structure(
            {"format": structure({"type": TEXT, "name": TEXT, "schema": ANYTHING, "strict": OPTIONAL_FLAG},
                                 "openai.ResponsesTextFormat")},
            "openai.ResponsesText"),
        "top_p": OPTIONAL_FLOAT64, "truncation": OPTIONAL_TEXT,
        "tools": sequence(
            structure({"type": TEXT, "name": TEXT, "description": OPTIONAL_TEXT, "strict": OPTIONAL_FLAG,
                       "parameters": ANYTHING}, "openai.ResponsesTool"), "[]openai.ResponsesTool"),
        "stream": OPTIONAL_FLAG,
    },
    "openai.ResponsesRequest",
)


def to_chat_request(asked: dict[str, Any]) -> dict[str, Any]:
    """A request of /v1/responses as a request of /api/chat. Raises ValueError with Ollama's words."""
    messages = [native_message("system", asked["instructions"])] if asked["instructions"] else []
    options = {"temperature": 1.0 if asked["temperature"] is None else asked["temperature"],
               "top_p": asked["top_p"], "num_predict": asked["max_output_tokens"]}
    return native_chat(
        asked["model"],
        [*messages, *(asked["input"] or [])],
        format=_schema(asked),
        options=options,
        tools=asked["tools"],
        think=think_of_effort((asked["reasoning"] or {}).get("effort", "")),
    )


def _schema(asked: dict[str, Any]) -> Any:
    chosen = text_format(asked)
    return chosen.get("schema") if chosen["type"] == "json_schema" else None


def text_format(asked: dict[str, Any]) -> dict[str, Any]:
    """The text format of the request as it is shown back to the client."""
    given = (asked["text"] or {}).get("format") or {"type": "text"}
    return {name: value for name, value in given.items() if name == "type" or value not in (None, "")}
