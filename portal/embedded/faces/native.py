"""Ollama's own inference endpoints: generate and chat, as one JSON answer or as records a line."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.exchange import NDJSON, Exchange
from portal.embedded.faces.native_requests import GO_TYPES
from portal.embedded.go import json_text
from portal.embedded.go.binding import FieldError, bind
from portal.embedded.running.answering import Answer, Record, Single, chat, complete, folded
from portal.embedded.running.engine import Engine


async def read(exchange: Exchange, request: str) -> dict[str, Any]:
    """The named request out of the body. Raises RequestError with the status and words of Ollama."""
    kind, go_type = GO_TYPES[request]
    try:
        return bind(kind, json_text.parse(await exchange.body()), go_type)
    except json_text.MissingBodyError:
        raise RequestError(400, "missing request body") from None
    except (json_text.BadJSONError, FieldError) as error:
        raise RequestError(400, str(error)) from None
    except RecursionError:
        raise RequestError(400, "exceeded max depth") from None


async def answer_chat(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "chat")
    await _answer(exchange, request, chat(engine, request), "message")


async def answer_generate(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "generate")
    await _answer(exchange, request, complete(engine, request), "response")


async def _answer(exchange: Exchange, request: Record, records: Answer, field: str) -> None:
    async with aclosing(records):
        if request["stream"] is False:
            await exchange.reply(200, await folded(records, field))
            return
        await write_records(exchange, records)


async def write_records(exchange: Exchange, records: AsyncIterator[Record | Single]) -> None:
    """Records one a line, each sent when it comes; a lone one that is not streamed as a JSON answer."""
    async for record in records:
        if isinstance(record, Single):
            await exchange.reply(200, record.record)
            return
        if not exchange.started:
            await exchange.open(NDJSON)
        await exchange.write(json_text.dumps(record) + b"\n")


Endpoint = Callable[[Engine, Exchange], Awaitable[None]]
