"""Anthropic's /v1/messages as Ollama serves it: one message, or the events that lead up to it."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.exchange import JSON_BARE, JSON_UTF8, SSE, Exchange
from portal.embedded.faces.v1 import BadRequestError, read, unwrapped
from portal.embedded.faces.v1_requests import native_chat, native_message
from portal.embedded.go import json_text
from portal.embedded.go.binding import (
    ANYTHING,
    FLAG,
    INTEGER,
    OPTIONAL_FLOAT64,
    OPTIONAL_INTEGER,
    TEXT,
    FieldError,
    decode_base64,
    sequence,
    structure,
)
from portal.embedded.running.answering import Record, chat, folded
from portal.embedded.running.engine import Engine

MESSAGES = structure(
    {
        "model": TEXT, "max_tokens": INTEGER,
        "messages": sequence(structure({"role": TEXT, "content": ANYTHING}, "struct"), "[]anthropic.MessageParam"),
        "system": ANYTHING, "stream": FLAG, "temperature": OPTIONAL_FLOAT64, "top_p": OPTIONAL_FLOAT64,
        "top_k": OPTIONAL_INTEGER, "stop_sequences": sequence(TEXT, "[]string"),
        "tools": sequence(structure({"name": TEXT, "type": TEXT, "input_schema": ANYTHING}, "anthropic.Tool"),
                          "[]anthropic.Tool"),
        "thinking": ANYTHING, "metadata": ANYTHING, "tool_choice": ANYTHING, "output_config": ANYTHING,
    },
    "anthropic.MessagesRequest",
)
ERROR_TYPES = {400: "invalid_request_error", 401: "authentication_error", 403: "permission_error",
               404: "not_found_error", 429: "rate_limit_error", 503: "overloaded_error"}
STOP_REASONS = {"stop": "end_turn", "length": "max_tokens"}


async def complain(exchange: Exchange, error: RequestError) -> None:
    """An error in Anthropic's shape."""
    kind = ERROR_TYPES.get(error.status, "api_error")
    whole = {"type": "error", "error": {"type": kind, "message": error.message}, "request_id": _new_id("req")}
    if exchange.started:
        await exchange.write(_event(whole))
    elif isinstance(error, BadRequestError):
        await exchange.reply(error.status, whole, JSON_UTF8)
    else:
        await exchange.reply(error.status, whole, JSON_BARE, b"\n")


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _event(value: Record) -> bytes:
    return f"event: {value['type']}\ndata: ".encode() + json_text.dumps(value) + b"\n\n"


async def answer_messages(engine: Engine, exchange: Exchange) -> None:
    asked = await read(exchange, MESSAGES, "anthropic.MessagesRequest")
    request = _to_chat_request(asked)
    identity = {"id": _new_id("msg"), "type": "message", "role": "assistant", "model": asked["model"]}
    async with aclosing(chat(engine, request)) as records:
        if asked["stream"]:
            await _stream(exchange, unwrapped(records), identity, _estimate(asked))
            return
        record = await folded(records, "message")
        text = record["message"]["content"]
        content = [{"type": "text", "text": text}] if text else []
        whole = {**identity, "content": content, **_stop(record), "usage": _usage(record)}
        await exchange.reply(200, whole, JSON_BARE, b"\n")


def _stop(record: Record) -> Record:
    return json_text.present(stop_reason=STOP_REASONS.get(record.get("done_reason", ""), "stop_sequence"))


def _usage(record: Record) -> Record:
    return {"input_tokens": record.get("prompt_eval_count", 0), "output_tokens": record.get("eval_count", 0)}


async def _stream(exchange: Exchange, records: AsyncIterator[Record], identity: Record, estimate: int) -> None:
    begun = False
    async for record in records:
        events: list[Record] = []
        if not exchange.started:
            await exchange.open(SSE)
            usage = {"input_tokens": record.get("prompt_eval_count") or estimate, "output_tokens": 0}
            events.append({"type": "message_start", "message": {**identity, "content": [], "usage": usage}})
        text = record["message"]["content"]
        if text and not begun:
            begun = True
            block = {"type": "text", "text": ""}
            events.append({"type": "content_block_start", "index": 0, "content_block": block})
        if text:
            delta = {"type": "text_delta", "text": text}
            events.append({"type": "content_block_delta", "index": 0, "delta": delta})
        if record["done"]:
            events += [{"type": "content_block_stop", "index": 0}] if begun else []
            events.append({"type": "message_delta", "delta": _stop(record), "usage": _usage(record)})
            events.append({"type": "message_stop"})
        await exchange.write(b"".join(map(_event, events)))


def _to_chat_request(asked: Record) -> Record:
    if not asked["model"]:
        raise BadRequestError("model is required")
    if asked["max_tokens"] <= 0:
        raise BadRequestError("max_tokens is required and must be positive")
    if not asked["messages"]:
        raise BadRequestError("messages is required")
    system = _system(asked["system"])
    messages = [native_message("system", system)] if system else []
    options = {"num_predict": asked["max_tokens"], "temperature": asked["temperature"], "top_p": asked["top_p"],
               "top_k": asked["top_k"], "stop": asked["stop_sequences"] or None}
    try:
        messages += [message for given in asked["messages"] for message in _messages(given)]
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    # Ollama takes the wish to think from this API as a hint: a model that cannot answers without.
    return native_chat(asked["model"], messages, options=options, tools=asked["tools"])


def _system(given: Any) -> str:
    if isinstance(given, list):
        return "".join(str(block.get("text", "")) for block in given if block.get("type") == "text")
    return given if isinstance(given, str) else ""


def _messages(given: Record) -> list[Record]:
    """The native messages of one: results of tools become messages of their own, before what a user says to them."""
    role, content = given["role"].lower(), given["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    gathered: Record = {"text": "", "images": [], "calls": [], "results": []}
    for block in blocks:
        if isinstance(block, dict) and block.get("type") in BLOCKS:
            BLOCKS[block["type"]](block, gathered)
    own = []
    if gathered["text"] or gathered["images"] or gathered["calls"]:
        own.append(native_message(role, gathered["text"], gathered["images"], tool_calls=gathered["calls"]))
    return [*gathered["results"], *own] if role == "user" else [*own, *gathered["results"]]


def _gather_text(block: Record, gathered: Record) -> None:
    gathered["text"] += str(block.get("text") or "")


def _gather_image(block: Record, gathered: Record) -> None:
    gathered["images"].append(_image(block.get("source")))


def _image(source: Any) -> bytes:
    if not isinstance(source, dict):
        raise ValueError("invalid image source")  # noqa: TRY004
    if source.get("type") != "base64":
        raise ValueError(f"invalid image source type: {source.get('type')}. Only base64 images are supported.")
    try:
        return decode_base64(str(source.get("data", "")))
    except FieldError as error:
        raise ValueError(f"invalid base64 image data: {error}") from None


def _gather_call(block: Record, gathered: Record) -> None:
    for field in ("id", "name"):
        if not block.get(field):
            raise ValueError(f"tool_use block missing required '{field}' field")
    function = {"index": 0, "name": block["name"], "arguments": block.get("input") or {}}
    gathered["calls"].append({"id": block["id"], "function": function})


def _gather_result(block: Record, gathered: Record) -> None:
    content = block.get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content or ""}]
    text = "".join(str(part.get("text", "")) for part in parts if part.get("type") == "text")
    images = [_image(part.get("source")) for part in parts if part.get("type") == "image"]
    gathered["results"].append(native_message("tool", text, images, tool_call_id=str(block.get("tool_use_id", ""))))


BLOCKS: dict[str, Callable[[Record, Record], None]] = {
    "text": _gather_text,
    "image": _gather_image,
    "tool_use": _gather_call,
    "tool_result": _gather_result,
}


def _estimate(asked: Record) -> int:
    """Ollama's guess at the prompt's tokens, which the first event has to name before they are counted."""
    texts: list[str] = [_system(asked["system"])]
    for message in asked["messages"]:
        content = message["content"]
        texts.append(message["role"])
        texts += [content] if isinstance(content, str) else list(_block_texts(content))
    return max(sum(len(text.encode()) for text in texts) // 4, 1)


def _block_texts(content: Any) -> Iterator[str]:
    for block in content or []:
        if isinstance(block, dict):
            yield str(block.get("text") or "")
