"""The official `ollama` package takes the engine for an Ollama."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import ollama
import pytest

from tests.engine import MODEL, RunningEngine

pytestmark = pytest.mark.embedded

HELLO = [{"role": "user", "content": "Say hello."}]
SHORT = {"num_predict": 5, "seed": 1}


@pytest.fixture
def client(engine: RunningEngine) -> Iterator[ollama.Client]:
    with ollama.Client(host=engine.url, trust_env=False) as client:
        yield client


def test_it_generates_whole_and_in_pieces(client: ollama.Client) -> None:
    whole = client.generate(MODEL, "Say hello.", options=SHORT)
    pieces = list(client.generate(MODEL, "Say hello.", options=SHORT, stream=True))
    assert "".join(piece.response for piece in pieces) == whole.response
    assert whole.eval_count == pieces[-1].eval_count == 5
    assert whole.done_reason == "length"
    assert whole.context


def test_it_chats_whole_and_in_pieces(client: ollama.Client) -> None:
    whole = client.chat(MODEL, HELLO, options=SHORT)
    pieces = list(client.chat(MODEL, HELLO, options=SHORT, stream=True))
    assert "".join(piece.message.content or "" for piece in pieces) == whole.message.content
    assert whole.message.role == "assistant"
    assert whole.total_duration and whole.load_duration and whole.prompt_eval_duration and whole.eval_duration


def test_it_chats_asynchronously(engine: RunningEngine) -> None:
    async def ask() -> tuple[str, str]:
        async with ollama.AsyncClient(host=engine.url, trust_env=False) as client:
            whole = await client.chat(MODEL, HELLO, options=SHORT)
            pieces: AsyncIterator[ollama.ChatResponse] = await client.chat(MODEL, HELLO, options=SHORT, stream=True)
            return whole.message.content or "", "".join([piece.message.content or "" async for piece in pieces])

    whole, joined = asyncio.run(ask())
    assert whole == joined


def test_it_embeds(client: ollama.Client) -> None:
    answer = client.embed(MODEL, ["one", "two"])
    assert [len(vector) for vector in answer.embeddings] == [576, 576]
    assert len(client.embeddings(MODEL, "one").embedding) == 576


def test_it_lists_shows_copies_creates_and_deletes(client: ollama.Client) -> None:
    assert [model.model for model in client.list().models] == [MODEL]
    shown = client.show(MODEL)
    assert shown.details and shown.details.family == "llama"
    assert shown.capabilities == ["completion", "embedding"]
    client.copy(MODEL, "copied")
    steps = [step.status for step in client.create("made", from_="copied", system="Be brief.", stream=True)]
    assert steps[-1] == "success"
    assert client.show("made").modelfile and "SYSTEM Be brief." in (client.show("made").modelfile or "")
    for name in ("copied", "made"):
        assert client.delete(name).status == "success"
    assert [model.model for model in client.list().models] == [MODEL]


def test_it_sees_what_is_loaded(client: ollama.Client) -> None:
    client.generate(MODEL, keep_alive="5m")
    (running,) = client.ps().models
    assert running.model == MODEL
    assert running.size and running.size > 50_000_000
    assert running.expires_at
    assert running.context_length


def test_it_pulls_what_is_there_and_is_told_what_is_not(client: ollama.Client) -> None:
    assert client.pull(MODEL).status == "success"
    assert [step.status for step in client.pull(MODEL, stream=True)][-1] == "success"
    with pytest.raises(ollama.ResponseError, match="file does not exist"):
        list(client.pull("llama3.2", stream=True))


def test_it_raises_what_ollama_would_make_it_raise(client: ollama.Client) -> None:
    with pytest.raises(ollama.ResponseError) as missing:
        client.chat("nope", HELLO)
    assert (missing.value.status_code, missing.value.error) == (404, "model 'nope' not found")
    with pytest.raises(ollama.ResponseError, match="does not support thinking"):
        client.chat(MODEL, HELLO, think=True)
    with pytest.raises(ollama.ResponseError, match="does not support tools"):
        client.chat(MODEL, HELLO, tools=[{"type": "function", "function": {"name": "f"}}])
