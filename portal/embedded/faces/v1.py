"""The OpenAI-compatible face of Ollama: requests are turned into its own, records into OpenAI's objects."""

import base64
import secrets
import struct
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.exchange import JSON_BARE, JSON_UTF8, SSE, Exchange
from portal.embedded.faces.embedding import embed
from portal.embedded.faces.shelf import list_models, show
from portal.embedded.faces.v1_requests import (
    CHAT_COMPLETION,
    COMPLETION,
    EMBEDDING,
    to_chat_request,
    to_embed_request,
    to_generate_request,
)
from portal.embedded.go import json_text
from portal.embedded.go.binding import Kind, bind
from portal.embedded.models.names import parse_name
from portal.embedded.running.answering import Record, Single, chat, complete, folded
from portal.embedded.running.engine import Engine

ERROR_TYPES = {400: "invalid_request_error", 404: "not_found_error"}
DONE = b"data: [DONE]\n\n"


class BadRequestError(RequestError):
    """The request is refused before any model is asked."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


async def complain(exchange: Exchange, error: RequestError) -> None:
    """An error in OpenAI's shape: a JSON answer, or an event of a stream that has begun."""
    shape = {"message": error.message, "type": ERROR_TYPES.get(error.status, "api_error"), "param": None,
             "code": None}
    if exchange.started:
        await exchange.write(_event({"error": shape}))
    elif isinstance(error, BadRequestError):
        await exchange.reply(error.status, {"error": shape}, JSON_UTF8)
    else:
        await exchange.reply(error.status, {"error": shape}, JSON_BARE, b"\n")


async def read(exchange: Exchange, kind: Kind, go_type: str) -> dict[str, Any]:
    try:
        return bind(kind, json_text.parse(await exchange.body()), go_type)
    except json_text.MissingBodyError:
        raise BadRequestError("EOF") from None
    except (json_text.BadJSONError, ValueError) as error:
        raise BadRequestError(str(error)) from None
    except RecursionError:
        raise BadRequestError("exceeded max depth") from None


def _event(value: Any) -> bytes:
    return b"data: " + json_text.dumps(value) + b"\n\n"


def usage(record: Record) -> dict[str, int]:
    prompt, output = record.get("prompt_eval_count", 0), record.get("eval_count", 0)
    return {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}


async def unwrapped(records: AsyncIterator[Record | Single]) -> AsyncGenerator[Record, None]:
    async for record in records:
        yield record.record if isinstance(record, Single) else record


async def answer_chat_completions(engine: Engine, exchange: Exchange) -> None:
    asked = await read(exchange, CHAT_COMPLETION, "openai.ChatCompletionRequest")
    if not asked["messages"]:
        raise BadRequestError("[] is too short - 'messages'")
    try:
        request = to_chat_request(asked)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    frame = {"id": f"chatcmpl-{secrets.randbelow(999)}", "created": int(time.time()), "model": request["model"]}
    async with aclosing(chat(engine, request)) as records:
        if asked["stream"]:
            include_usage = bool((asked["stream_options"] or {}).get("include_usage"))
            await _stream_chat(exchange, records, frame, include_usage)
        else:
            await exchange.reply(200, _chat_completion(frame, await folded(records, "message")), JSON_BARE, b"\n")


def _framed(frame: Record, kind: str, choices: list[Record], **rest: Any) -> Record:
    return {"id": frame["id"], "object": kind, "created": frame["created"], "model": frame["model"],
            "system_fingerprint": "fp_ollama", "choices": choices, **rest}


def _chat_completion(frame: Record, record: Record) -> Record:
    choice = {"index": 0, "message": record["message"], "finish_reason": record.get("done_reason"),
              **_choice_logprobs(record)}
    return _framed(frame, "chat.completion", [choice], usage=usage(record))


def _choice_logprobs(record: Record) -> Record:
    return {"logprobs": {"content": record["logprobs"]}} if record.get("logprobs") else {}


async def _stream_chat(
    exchange: Exchange, records: AsyncIterator[Record | Single], frame: Record, include_usage: bool
) -> None:
    kind = "chat.completion.chunk"
    async for record in unwrapped(records):
        first = not exchange.started
        if first:
            await exchange.open(SSE)
        text = record["message"]["content"]
        if first or text or not record["done"]:
            delta = {"role": "assistant", "content": text} if first else {"content": text}
            choice = {"index": 0, "delta": delta, "finish_reason": None, **_choice_logprobs(record)}
            await exchange.write(_event(_framed(frame, kind, [choice])))
        if record["done"]:
            last: Record = {"index": 0, "delta": {}, "finish_reason": record.get("done_reason") or "stop"}
            end = _event(_framed(frame, kind, [last]))
            if include_usage:
                end += _event(_framed(frame, kind, [], usage=usage(record)))
            await exchange.write(end + DONE)


async def answer_completions(engine: Engine, exchange: Exchange) -> None:
    asked = await read(exchange, COMPLETION, "openai.CompletionRequest")
    try:
        request = to_generate_request(asked)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    frame = {"id": f"cmpl-{secrets.randbelow(999)}", "model": request["model"]}
    async with aclosing(complete(engine, request)) as records:
        if asked["stream"]:
            include_usage = bool((asked["stream_options"] or {}).get("include_usage"))
            await _stream_completion(exchange, records, frame, include_usage)
        else:
            record = await folded(records, "response")
            await exchange.reply(200, _completion(frame, record), JSON_BARE, b"\n")


def _choice(record: Record) -> Record:
    return {"text": record["response"], "index": 0, "finish_reason": record.get("done_reason")}


def _completion(frame: Record, record: Record) -> Record:
    return {"id": frame["id"], "object": "text_completion", "created": int(time.time()), "model": frame["model"],
            "system_fingerprint": "fp_ollama", "choices": [_choice(record)], "usage": usage(record)}


def _completion_chunk(frame: Record, choices: list[Record], **rest: Any) -> Record:
    return {"id": frame["id"], "object": "text_completion", "created": int(time.time()), "choices": choices,
            "model": frame["model"], "system_fingerprint": "fp_ollama", **rest}


async def _stream_completion(
    exchange: Exchange, records: AsyncIterator[Record | Single], frame: Record, include_usage: bool
) -> None:
    blank: Record = {"usage": usage({})} if include_usage else {}
    async for record in unwrapped(records):
        if not exchange.started:
            await exchange.open(SSE)
        await exchange.write(_event(_completion_chunk(frame, [_choice(record)], **blank)))
        if record["done"]:
            totals = _event(_completion_chunk(frame, [], usage=usage(record))) if include_usage else b""
            await exchange.write(totals + DONE)


async def answer_embeddings(engine: Engine, exchange: Exchange) -> None:
    asked = await read(exchange, EMBEDDING, "openai.EmbedRequest")
    try:
        request = to_embed_request(asked)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    answer = await embed(engine, request)
    as_base64 = asked["encoding_format"].lower() == "base64"
    tokens = answer.get("prompt_eval_count", 0)
    data = [
        {"object": "embedding", "embedding": _base64(vector) if as_base64 else vector, "index": index}
        for index, vector in enumerate(answer["embeddings"])
    ]
    whole = {"object": "list", "data": data, "model": asked["model"],
             "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
    await exchange.reply(200, whole, JSON_BARE, b"\n")


def _base64(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


async def answer_models(engine: Engine, exchange: Exchange) -> None:
    data = [_model(model["model"], engine) for model in list_models(engine)]
    await exchange.reply(200, {"object": "list", "data": data or None}, JSON_BARE, b"\n")


async def answer_model(engine: Engine, exchange: Exchange) -> None:
    text = exchange.path_parameters["model"]
    show(engine, {"model": text, "name": "", "system": "", "options": None, "verbose": False})
    await exchange.reply(200, _model(text, engine), JSON_BARE, b"\n")


def _model(text: str, engine: Engine) -> Record:
    name = parse_name(text)
    modified = engine.library.find(engine.library.resolve(name)).modified_at
    return {"id": text, "object": "model", "created": modified // 1_000_000_000, "owned_by": name.namespace}
