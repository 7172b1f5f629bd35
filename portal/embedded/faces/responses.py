"""OpenAI's /v1/responses: one response object, or the events that lead up to it."""

import secrets
import time
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

from portal.embedded.exchange import JSON_BARE, SSE, Exchange
from portal.embedded.faces.responses_requests import RESPONSES, text_format, to_chat_request
from portal.embedded.faces.v1 import BadRequestError, read, unwrapped
from portal.embedded.go import json_text
from portal.embedded.running.answering import Record, chat, folded
from portal.embedded.running.engine import Engine


async def answer_responses(engine: Engine, exchange: Exchange) -> None:
    asked = await read(exchange, RESPONSES, "openai.ResponsesRequest")
    try:
        request = to_chat_request(asked)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    events = Events(asked, f"resp_{secrets.randbelow(999_999)}", f"msg_{secrets.randbelow(999_999)}")
    async with aclosing(chat(engine, request)) as records:
        if not asked["stream"]:
            whole = events.finished(await folded(records, "message"))
            await exchange.reply(200, whole, JSON_BARE, b"\n")
            return
        async for record in unwrapped(records):
            if not exchange.started:
                await exchange.open(SSE)
            await exchange.write(b"".join(_written(event) for event in events.of(record)))


def _written(event: Record) -> bytes:
    # Go writes the keys of these objects in the order of the alphabet.
    return f"event: {event['type']}\ndata: ".encode() + json_text.dumps(_sorted(event)) + b"\n\n"


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


class Events:
    """Turns the records of one chat into the events of one response, numbered from 0."""

    def __init__(self, asked: Record, response_id: str, item_id: str) -> None:
        self._asked = asked
        self._response_id = response_id
        self._item_id = item_id
        self._number = 0
        self._text: str | None = None

    def finished(self, record: Record) -> Record:
        """The whole response, for a client that does not want it in events."""
        content = [_text_part(record["message"]["content"])]
        return {**self._response("completed", [self._item("completed", content)], record),
                "completed_at": int(time.time())}

    def of(self, record: Record) -> Iterator[Record]:
        """The events that one record of the chat gives rise to."""
        if self._number == 0:
            for kind in ("response.created", "response.in_progress"):
                yield self._event(kind, response=self._response("in_progress", [], None))
        text = record["message"]["content"]
        if text:
            yield from self._delta(text)
        if record["done"]:
            yield from self._end(record)

    def _delta(self, text: str) -> Iterator[Record]:
        place = {"item_id": self._item_id, "output_index": 0, "content_index": 0}
        if self._text is None:
            self._text = ""
            yield self._event("response.output_item.added", output_index=0, item=self._item("in_progress", []))
            yield self._event("response.content_part.added", **place, part=_text_part(""))
        self._text += text
        yield self._event("response.output_text.delta", **place, delta=text, logprobs=[])

    def _end(self, record: Record) -> Iterator[Record]:
        output = []
        if self._text is not None:
            place = {"item_id": self._item_id, "output_index": 0, "content_index": 0}
            item = self._item("completed", [_text_part(self._text)])
            output.append(item)
            yield self._event("response.output_text.done", **place, text=self._text, logprobs=[])
            yield self._event("response.content_part.done", **place, part=_text_part(self._text))
            yield self._event("response.output_item.done", output_index=0, item=item)
        response = {**self._response("completed", output, record), "completed_at": int(time.time())}
        yield self._event("response.completed", response=response)

    def _event(self, kind: str, **fields: Any) -> Record:
        event = {**fields, "type": kind, "sequence_number": self._number}
        self._number += 1
        return event

    def _item(self, status: str, content: list[Record]) -> Record:
        return {"id": self._item_id, "type": "message", "status": status, "role": "assistant", "content": content}

    def _response(self, status: str, output: list[Record], record: Record | None) -> Record:
        asked = self._asked
        return {
            "id": self._response_id,
            "object": "response",
            "created_at": int(time.time()),
            "completed_at": None,
            "status": status,
            "incomplete_details": None,
            "model": asked["model"],
            "previous_response_id": None,
            "instructions": asked["instructions"] or None,
            "output": output,
            "error": None,
            "tools": asked["tools"] or [],
            "tool_choice": "auto",
            "truncation": asked["truncation"] or "disabled",
            "parallel_tool_calls": True,
            "text": {"format": text_format(asked)},
            "top_p": 1 if asked["top_p"] is None else asked["top_p"],
            "presence_penalty": 0,
            "frequency_penalty": 0,
            "top_logprobs": 0,
            "temperature": 1 if asked["temperature"] is None else asked["temperature"],
            "reasoning": _reasoning(asked),
            "usage": _usage(record) if record is not None else None,
            "max_output_tokens": asked["max_output_tokens"],
            "max_tool_calls": None,
            "store": False,
            "background": asked["background"],
            "service_tier": "default",
            "metadata": {},
            "safety_identifier": None,
            "prompt_cache_key": None,
        }


def _text_part(text: str) -> Record:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _reasoning(asked: Record) -> Record | None:
    given = asked["reasoning"] or {}
    shown = {name: given[name] for name in ("effort", "summary") if given.get(name)}
    return shown or None


def _usage(record: Record) -> Record:
    prompt, output = record.get("prompt_eval_count", 0), record.get("eval_count", 0)
    return {
        "input_tokens": prompt,
        "output_tokens": output,
        "total_tokens": prompt + output,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
