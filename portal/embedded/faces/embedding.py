"""Ollama's embedding endpoints: texts in, vectors of length one out."""

import math
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.exchange import Exchange
from portal.embedded.faces.native import read
from portal.embedded.go.json_text import float32, present
from portal.embedded.models.names import Name
from portal.embedded.running.engine import Engine, Loaded
from portal.embedded.running.llama import BATCH, LlamaError
from portal.embedded.running.prompts import detokenize, tokenize

TOO_LONG = "the input length exceeds the context length"


async def answer_embed(engine: Engine, exchange: Exchange) -> None:
    await exchange.reply(200, await embed(engine, await read(exchange, "embed")))


async def embed(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to an embed request. Raises RequestError."""
    name = engine.local_name(request["model"], if_missing=RequestError(404, f"model '{request['model']}' not found"))
    texts = _texts(request["input"])
    async with _loaded(engine, name, request) as loaded:
        if not texts:
            return {"model": request["model"], "embeddings": []}
        found = [await _embed_text(loaded, text, request["truncate"] is not False) for text in texts]
        return {
            "model": request["model"],
            "embeddings": [[float32(x) for x in normalised(vector, request["dimensions"])] for vector, _ in found],
            **present(
                total_duration=loaded.elapsed(),
                load_duration=loaded.load_duration,
                prompt_eval_count=sum(tokens for _, tokens in found),
            ),
        }


async def answer_embeddings(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "embeddings")
    name = engine.local_name(request["model"], if_missing=RequestError(400, "model is required"))
    async with _loaded(engine, name, request) as loaded:
        vector: list[float] = []
        if request["prompt"]:
            vector, _ = await _embed_text(loaded, request["prompt"], truncate=True)
    await exchange.reply(200, {"embedding": vector})


def _loaded(engine: Engine, name: Name, request: dict[str, Any]) -> Any:
    model = engine.model(name, f'model "{request["model"]}" not found, try pulling it first')
    return engine.loaded(model, request)


def _texts(given: Any) -> list[str]:
    if given is None or given == "":
        return []
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RequestError(400, "invalid input type")
    return texts


async def _embed_text(loaded: Loaded, text: str, truncate: bool) -> tuple[list[float], int]:
    """The vector of a text as llama.cpp gives it, and the tokens it took."""
    limit = min(loaded.llama.shape.context, BATCH)
    if len(text.encode()) >= limit:
        tokens = await tokenize(loaded.llama, text)
        if len(tokens) > limit:
            if not truncate:
                raise RequestError(400, TOO_LONG)
            text = await detokenize(loaded.llama, tokens[:limit])
    try:
        return await loaded.llama.embed(text)
    except LlamaError as error:
        too_long = "too large" in error.sentence or "context size" in error.sentence
        raise RequestError(400, TOO_LONG) if too_long else RequestError(error.status, error.sentence) from error


def normalised(vector: list[float], dimensions: int = 0) -> list[float]:
    """The vector, or its first `dimensions` numbers, stretched to length one."""
    if 0 < dimensions < len(vector):
        vector = vector[:dimensions]
    length = max(math.sqrt(sum(x * x for x in vector)), 1e-12)
    return [x / length for x in vector]
