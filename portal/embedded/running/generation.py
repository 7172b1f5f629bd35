"""Runs one generation on the loaded model and hands its pieces on as they come."""

import base64
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.go.json_text import dumps
from portal.embedded.running.llama import Llama
from portal.embedded.running.options import Options
from portal.embedded.running.prompts import shorten, tokenize

# An open-ended generation still ends, as in Ollama: after ten contexts, or when one token comes again and again.
CONTEXTS_AT_MOST = 10
REPEATS_AT_MOST = 30


@dataclass(frozen=True)
class Wish:
    """What is asked of one generation, besides the prompt. `top_logprobs` is None where none are wanted."""

    options: Options
    format: Any = None
    shift: bool = True
    truncate: bool = True
    top_logprobs: int | None = None
    images: Sequence[bytes] = ()


@dataclass(frozen=True)
class Piece:
    """Text that has just been generated, and the log probabilities of its tokens if they were asked for."""

    text: str
    logprobs: list[dict[str, Any]]


@dataclass(frozen=True)
class Finish:
    """The end: `reason` is stop or length; tokens, and nanoseconds as llama.cpp measured them."""

    reason: str
    prompt_tokens: int
    prompt_duration: int
    output_tokens: int
    output_duration: int


def check_format(value: Any) -> dict[str, Any] | None:
    """The JSON schema a `format` stands for, None for none. Raises RequestError with Ollama's words."""
    if value is None or value == "":
        return None
    if value == "json":
        return {"type": "object"}
    if isinstance(value, dict):
        return value
    raise RequestError(500, f'invalid format: {json.dumps(dumps(value).decode())}; '
                       'expected "json" or a valid JSON Schema object')


async def generate(llama: Llama, prompt: str, wish: Wish) -> AsyncGenerator[Piece | Finish, None]:
    """The pieces of the answer to a prompt, then its `Finish`. Closing the iterator stops the generation."""
    body = await _request(llama, prompt, wish)
    latest, repeats = "", 0
    async with aclosing(llama.stream("/completion", body)) as records:
        async for record in records:
            text = record["content"]
            if record["stop"]:
                yield _finish(record["timings"], "length" if record["stop_type"] == "limit" else "stop")
                return
            repeats = repeats + 1 if text.strip() == latest else 0
            latest = text.strip()
            if text:
                yield Piece(text, _logprobs(record.get("completion_probabilities", ()), wish.top_logprobs))
            if repeats > REPEATS_AT_MOST:
                yield _finish(record["timings"], "length")
                return


async def _request(llama: Llama, prompt: str, wish: Wish) -> dict[str, Any]:
    whole: Any = prompt
    limit = CONTEXTS_AT_MOST * llama.shape.context
    if wish.images:
        # llama.cpp says itself that these weights see nothing; its answer is the one Ollama passes on.
        whole = {"prompt_string": prompt, "multimodal_data": [base64.b64encode(i).decode() for i in wish.images]}
    elif wish.truncate:
        whole = await shorten(llama, prompt, wish.options.num_keep, shift=wish.shift)
    if not wish.shift:
        limit = max(1, llama.shape.context - len(await tokenize(llama, prompt)))
    wanted = wish.options.num_predict
    body = {**wish.options.for_llama(), "prompt": whole, "timings_per_token": True,
            "n_predict": limit if wanted < 0 else min(wanted, limit)}
    schema = check_format(wish.format)
    if schema is not None:
        body["json_schema"] = schema
    if wish.top_logprobs is not None:
        body["n_probs"] = max(wish.top_logprobs, 1)
    return body


def _finish(timings: dict[str, Any], reason: str) -> Finish:
    return Finish(
        reason,
        prompt_tokens=timings["cache_n"] + timings["prompt_n"],
        prompt_duration=round(timings["prompt_ms"] * 1_000_000),
        output_tokens=timings["predicted_n"],
        output_duration=round(timings["predicted_ms"] * 1_000_000),
    )


def _logprobs(entries: Sequence[dict[str, Any]], top: int | None) -> list[dict[str, Any]]:
    if top is None:
        return []
    shown = []
    for entry in entries:
        probability = _token(entry)
        if top:
            probability["top_logprobs"] = [_token(other) for other in entry["top_logprobs"]]
        shown.append(probability)
    return shown


def _token(entry: dict[str, Any]) -> dict[str, Any]:
    token = {"token": entry["token"], "logprob": entry["logprob"]}
    if entry["token"]:
        token["bytes"] = list(entry["token"].encode())
    return token
