"""The requests of the OpenAI-compatible API, and the ones of Ollama's own that they stand for."""

import json
from collections.abc import Sequence
from typing import Any

from portal.embedded.go.binding import (
    ANYTHING,
    FLAG,
    FLOAT32,
    INTEGER,
    OPTIONAL_FLAG,
    OPTIONAL_FLOAT32,
    OPTIONAL_FLOAT64,
    OPTIONAL_INTEGER,
    OPTIONAL_TEXT,
    TEXT,
    FieldError,
    decode_base64,
    sequence,
    structure,
)

STREAM_OPTIONS = structure({"include_usage": FLAG}, "openai.StreamOptions")
TOOL_CALL = structure(
    {"id": TEXT, "index": INTEGER, "type": TEXT, "function": structure({"name": TEXT, "arguments": TEXT}, "struct")},
    "openai.ToolCall",
)
MESSAGE = structure(
    {"role": TEXT, "content": ANYTHING, "reasoning": TEXT, "tool_calls": sequence(TOOL_CALL, "[]openai.ToolCall"),
     "name": TEXT, "tool_call_id": TEXT},
    "openai.Message",
)
CHAT_COMPLETION = structure(
    {
        "model": TEXT, "messages": sequence(MESSAGE, "[]openai.Message"), "stream": FLAG,
        "stream_options": STREAM_OPTIONS, "max_tokens": OPTIONAL_INTEGER, "seed": OPTIONAL_INTEGER, "stop": ANYTHING,
        "temperature": OPTIONAL_FLOAT64, "frequency_penalty": OPTIONAL_FLOAT64, "presence_penalty": OPTIONAL_FLOAT64,
        "top_p": OPTIONAL_FLOAT64,
        "response_format": structure(
            {"type": TEXT, "json_schema": structure({"schema": ANYTHING}, "openai.JsonSchema")},
            "openai.ResponseFormat"),
        "tools": sequence(structure({"type": TEXT, "function": ANYTHING}, "api.Tool"), "[]api.Tool"),
        "reasoning": structure({"effort": TEXT}, "openai.Reasoning"), "reasoning_effort": OPTIONAL_TEXT,
        "logprobs": OPTIONAL_FLAG, "top_logprobs": INTEGER, "_debug_render_only": FLAG,
    },
    "openai.ChatCompletionRequest",
)
COMPLETION = structure(
    {
        "model": TEXT, "prompt": TEXT, "frequency_penalty": FLOAT32, "max_tokens": OPTIONAL_INTEGER,
        "presence_penalty": FLOAT32, "seed": OPTIONAL_INTEGER, "stop": ANYTHING, "stream": FLAG,
        "stream_options": STREAM_OPTIONS, "temperature": OPTIONAL_FLOAT32, "top_p": FLOAT32, "suffix": TEXT,
        "logprobs": OPTIONAL_INTEGER, "_debug_render_only": FLAG,
    },
    "openai.CompletionRequest",
)
EMBEDDING = structure(
    {"input": ANYTHING, "model": TEXT, "dimensions": INTEGER, "encoding_format": TEXT}, "openai.EmbedRequest"
)

EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "max": "max", "xhigh": "max",
           "ultra": "max", "none": False, "": None}
IMAGE_TYPES = ("image/jpeg", "image/jpg", "image/png", "image/webp", "")
_PLAIN: dict[str, Any] = {"keep_alive": None, "truncate": None, "shift": None}
_CHAT: dict[str, Any] = {
    **_PLAIN, "stream": None, "format": None, "options": None, "tools": None, "think": None, "logprobs": False,
    "top_logprobs": 0, "_debug_render_only": False,
}


def native_chat(model: str, messages: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
    """A request of /api/chat, all fields there."""
    return {**_CHAT, "model": model, "messages": messages, **rest}


def go_type_name(value: Any) -> str:
    """What Go calls the type of a JSON value."""
    names = {type(None): "<nil>", bool: "bool", str: "string", list: "[]interface {}",
             dict: "map[string]interface {}"}
    return names.get(type(value), "float64")


def think_of_effort(effort: str) -> str | bool | None:
    """The `think` a reasoning effort stands for. Raises ValueError with Ollama's words."""
    if effort not in EFFORTS:
        known = '"minimal", "low", "medium", "high", "xhigh", "ultra", "max", or "none"'
        raise ValueError(f"invalid reasoning value: {json.dumps(effort)} (must be {known})")
    return EFFORTS[effort]  # type: ignore[return-value]


def to_chat_request(asked: dict[str, Any]) -> dict[str, Any]:
    """A chat completion request as a request of /api/chat. Raises ValueError with Ollama's words."""
    effort = (asked["reasoning"] or {}).get("effort") if asked["reasoning"] else asked["reasoning_effort"]
    return native_chat(
        asked["model"],
        [message for given in asked["messages"] for message in _messages(given)],
        format=_format(asked["response_format"]),
        options=_chat_options(asked),
        tools=asked["tools"],
        think=think_of_effort(effort or ""),
        logprobs=bool(asked["logprobs"]),
        top_logprobs=asked["top_logprobs"],
        _debug_render_only=asked["_debug_render_only"],
    )


def _chat_options(asked: dict[str, Any]) -> dict[str, Any]:
    options = {"temperature": 1.0, "top_p": 1.0, "stop": _stops(asked["stop"], strict=False)}
    sent = {"num_predict": asked["max_tokens"], "temperature": asked["temperature"], "top_p": asked["top_p"],
            "seed": asked["seed"], "frequency_penalty": asked["frequency_penalty"],
            "presence_penalty": asked["presence_penalty"]}
    return {**options, **{name: value for name, value in sent.items() if value is not None}}


def _stops(stop: Any, *, strict: bool) -> list[str] | None:
    if isinstance(stop, str):
        return [stop]
    if not isinstance(stop, list):
        return None
    for item in stop:
        if strict and not isinstance(item, str):
            raise ValueError(f"invalid type for 'stop' field: {go_type_name(item)}")
    return [item for item in stop if isinstance(item, str)]


def _format(response_format: dict[str, Any] | None) -> Any:
    kind = (response_format or {"type": ""})["type"].strip().lower()
    if kind == "json_object":
        return "json"
    if kind == "json_schema" and response_format and response_format["json_schema"]:
        return response_format["json_schema"]["schema"]
    return None


def native_message(role: str, content: str = "", images: Sequence[bytes] = (), **rest: Any) -> dict[str, Any]:
    """A message of Ollama's own API, all fields there."""
    return {"role": role.lower(), "content": content, "thinking": "", "images": list(images), "tool_calls": None,
            "tool_name": "", "tool_call_id": "", **rest}


def _messages(given: dict[str, Any]) -> list[dict[str, Any]]:
    role, content = given["role"], given["content"]
    calls = [_tool_call(call) for call in given["tool_calls"] or []]
    if isinstance(content, str):
        return [native_message(role, content, tool_calls=calls, tool_call_id=given["tool_call_id"])]
    if isinstance(content, list):
        messages = [_part(role, part) for part in content]
        if messages and calls:
            messages[-1] |= {"tool_calls": calls, "tool_call_id": given["tool_call_id"]}
        return messages
    if given["tool_calls"] is None:
        raise ValueError(f"invalid message content type: {go_type_name(content)}")
    return [native_message(role, tool_calls=calls, tool_call_id=given["tool_call_id"])]


def _tool_call(call: dict[str, Any]) -> dict[str, Any]:
    function = call["function"] or {"name": "", "arguments": ""}
    try:
        arguments = json.loads(function["arguments"])
    except ValueError:
        raise ValueError("invalid tool call arguments") from None
    if not isinstance(arguments, dict):
        raise ValueError("invalid tool call arguments")  # noqa: TRY004
    return {"id": call["id"], "function": {"index": call["index"], "name": function["name"], "arguments": arguments}}


def _part(role: str, part: Any) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return native_message(role, part["text"])
    if kind == "image_url":
        given = part.get("image_url")
        url = given.get("url") if isinstance(given, dict) else given
        if isinstance(url, str):
            return native_message(role, images=[image_of_url(url)])
    raise ValueError("invalid message format")


def image_of_url(url: str) -> bytes:
    """The bytes of an image given as a data URL. Raises ValueError with Ollama's words."""
    if url.startswith(("http://", "https://")):
        raise ValueError("image URLs are not currently supported, please use base64 encoded data instead")
    head, found, data = url.partition(";base64,")
    if not found or not head.startswith("data:") or head[5:] not in IMAGE_TYPES:
        raise ValueError("invalid image input")
    try:
        return decode_base64(data)
    except FieldError:
        raise ValueError("invalid image input") from None


def to_generate_request(asked: dict[str, Any]) -> dict[str, Any]:
    """A completion request as a request of /api/generate. Raises ValueError with Ollama's words."""
    options = {
        "stop": _stops(asked["stop"], strict=True),
        "num_predict": asked["max_tokens"],
        "temperature": 1.0 if asked["temperature"] is None else asked["temperature"],
        "seed": asked["seed"],
        "frequency_penalty": asked["frequency_penalty"],
        "presence_penalty": asked["presence_penalty"],
        "top_p": asked["top_p"] or 1.0,
    }
    return {
        **_PLAIN,
        "model": asked["model"], "prompt": asked["prompt"], "suffix": asked["suffix"], "system": "", "template": "",
        "context": None, "raw": False, "images": None, "format": None, "think": None, "stream": asked["stream"],
        "options": options,
        "logprobs": (asked["logprobs"] or 0) > 0,
        "top_logprobs": max(asked["logprobs"] or 0, 0),
        "_debug_render_only": asked["_debug_render_only"],
    }


def to_embed_request(asked: dict[str, Any]) -> dict[str, Any]:
    """An embedding request as a request of /api/embed. Raises ValueError with Ollama's words."""
    if asked["encoding_format"].lower() not in ("", "float", "base64"):
        raise ValueError(f"Invalid value for 'encoding_format' = {asked['encoding_format']}. "
                         "Supported values: ['float', 'base64'].")
    texts = [""] if asked["input"] == "" else asked["input"]
    if texts is None or texts == []:
        raise ValueError("invalid input")
    return {"model": asked["model"], "input": texts, "dimensions": asked["dimensions"], "keep_alive": None,
            "truncate": None, "options": None}
