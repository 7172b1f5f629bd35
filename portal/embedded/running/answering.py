"""Answers chat and generate requests as records of Ollama's API, whatever face they are then shown with."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.go.json_text import present, timestamp
from portal.embedded.models.library import Model
from portal.embedded.running.engine import Engine, Loaded, require
from portal.embedded.running.generation import Finish, Piece, Wish, generate
from portal.embedded.running.prompts import (
    Message,
    conversation,
    detokenize,
    fill,
    render,
    render_fitting,
    system_message,
    tokenize,
    user_message,
)

Record = dict[str, Any]


@dataclass(frozen=True)
class Single:
    """An answer of one record that is never streamed: the model was loaded or unloaded, or a prompt was shown."""

    record: Record


Answer = AsyncGenerator[Record | Single, None]


def _found(engine: Engine, request: Record, if_missing: RequestError) -> Model:
    if not 0 <= request["top_logprobs"] <= 20:
        raise RequestError(400, "top_logprobs must be between 0 and 20")
    name = engine.local_name(request["model"], if_missing=if_missing)
    return engine.model(name, f"model '{request['model']}' not found")


def _wish(request: Record, loaded: Loaded, images: list[bytes]) -> Wish:
    return Wish(
        loaded.options,
        format=request["format"],
        shift=request["shift"] is not False,
        truncate=request["truncate"] is not False,
        top_logprobs=request["top_logprobs"] if request["logprobs"] else None,
        images=images,
    )


def _no_thinking(request: Record) -> None:
    if request["think"]:
        raise RequestError(400, f'"{request["model"]}" does not support thinking')


async def chat(engine: Engine, request: Record) -> Answer:
    """The records of a chat. Raises RequestError before the first of them, or in their midst if llama.cpp gives up."""
    model = _found(engine, request, RequestError(400, "model is required"))
    messages = request["messages"] or []
    if not messages and request["keep_alive"] == 0:
        await engine.residence.expire()
        yield Single(_chat_record(request, "", done=True, done_reason="unload"))
        return
    _no_thinking(request)
    require(model, "completion", *(["tools"] if request["tools"] else []))
    async with engine.loaded(model, request) as loaded:
        if not messages:
            yield Single(_chat_record(request, "", done=True, done_reason="load"))
            return
        prompt = await _chat_prompt(loaded, model, request, conversation(model, messages))
        if request["_debug_render_only"]:
            shown = _chat_record(request, "", done=False, _debug_info={"rendered_template": prompt})
            yield Single({**shown, "message": {"role": "", "content": ""}})
            return
        images = [image for message in messages for image in message["images"] or ()]
        pieces = generate(loaded.llama, prompt, _wish(request, loaded, images))
        async with aclosing(pieces):
            async for piece in pieces:
                yield _chat_piece(request, loaded, piece)


async def _chat_prompt(loaded: Loaded, model: Model, request: Record, messages: list[Message]) -> str:
    template = model.recipe.template
    if request["truncate"] is False or len(messages) < 2:
        return await render(loaded.llama, messages, template)
    return await render_fitting(loaded.llama, messages, template)


def _chat_piece(request: Record, loaded: Loaded, piece: Piece | Finish) -> Record:
    if isinstance(piece, Piece):
        return _chat_record(request, piece.text, done=False, **present(logprobs=piece.logprobs))
    return _chat_record(request, "", done=True, done_reason=piece.reason, **_metrics(loaded, piece))


def _chat_record(request: Record, text: str, **rest: Any) -> Record:
    message = {"role": "assistant", "content": text}
    return {"model": request["model"], "created_at": timestamp(), "message": message, **rest}


def _metrics(loaded: Loaded, finish: Finish) -> Record:
    return present(
        total_duration=loaded.elapsed(),
        load_duration=loaded.load_duration,
        prompt_eval_count=finish.prompt_tokens,
        prompt_eval_duration=finish.prompt_duration,
        eval_count=finish.output_tokens,
        eval_duration=finish.output_duration,
    )


async def complete(engine: Engine, request: Record) -> Answer:
    """The records of a generate request. Raises RequestError as `chat` does."""
    model = _found(engine, request, RequestError(404, f"model '{request['model']}' not found"))
    prompt = request["prompt"]
    if not prompt and request["keep_alive"] == 0:
        await engine.residence.expire()
        yield Single(_generate_record(request, "", done=True, done_reason="unload"))
        return
    if request["raw"] and (request["template"] or request["system"] or request["context"]):
        raise RequestError(400, "raw mode does not support template, system, or context")
    _no_thinking(request)
    require(model, "completion", *(["insert"] if request["suffix"] else []))
    async with engine.loaded(model, request) as loaded:
        if not prompt:
            yield Single(_generate_record(request, "", done=True, done_reason="load"))
            return
        if not request["raw"]:
            prompt = await _generate_prompt(loaded, model, request)
        if request["_debug_render_only"]:
            yield Single(_generate_record(request, "", done=False, _debug_info={"rendered_template": prompt}))
            return
        pieces = generate(loaded.llama, prompt, _wish(request, loaded, request["images"] or []))
        async with aclosing(pieces):
            async for record in _generate_records(request, loaded, prompt, pieces):
                yield record


async def _generate_prompt(loaded: Loaded, model: Model, request: Record) -> str:
    system = request["system"] or model.recipe.system
    messages = [system_message(system)] if system else []
    if request["context"] is None:
        messages += model.recipe.messages
    messages.append(user_message(request["prompt"]))
    earlier = await detokenize(loaded.llama, request["context"]) if request["context"] else ""
    if request["template"]:
        return earlier + fill(request["template"], messages)
    return earlier + await _chat_prompt(loaded, model, request, messages)


async def _generate_records(
    request: Record, loaded: Loaded, prompt: str, pieces: AsyncIterator[Piece | Finish]
) -> AsyncIterator[Record]:
    text = ""
    async for piece in pieces:
        if isinstance(piece, Piece):
            text += piece.text
            yield _generate_record(request, piece.text, done=False, **present(logprobs=piece.logprobs))
        else:
            tokens = [] if request["raw"] else await tokenize(loaded.llama, prompt + text)
            rest = {**present(context=tokens), **_metrics(loaded, piece)}
            yield _generate_record(request, "", done=True, done_reason=piece.reason, **rest)


def _generate_record(request: Record, text: str, **rest: Any) -> Record:
    return {"model": request["model"], "created_at": timestamp(), "response": text, **rest}


async def folded(records: AsyncIterator[Record | Single], field: str) -> Record:
    """All records of an answer as the one that `stream: false` gets. `field` is message or response."""
    text, logprobs, last = "", [], {}
    async for record in records:
        last = record.record if isinstance(record, Single) else record
        text += last[field]["content"] if field == "message" else last[field]
        logprobs += last.get("logprobs", [])
    whole = {**last[field], "content": text} if field == "message" else text
    return {**last, field: whole, **present(logprobs=logprobs)}
