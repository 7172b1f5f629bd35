"""The official `openai` package takes the engine for an OpenAI server."""

import asyncio
import json
from collections.abc import Iterator

import openai
import pytest
from pydantic import BaseModel

from tests.engine import MODEL, RunningEngine

pytestmark = pytest.mark.embedded

HELLO = [{"role": "user", "content": "Say hello."}]


@pytest.fixture
def client(engine: RunningEngine) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{engine.url}/v1", api_key="ollama", max_retries=0) as client:
        yield client


def test_it_completes_chats_whole_and_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=5, seed=1)
    chunks = list(client.chat.completions.create(
        model=MODEL, messages=HELLO, max_tokens=5, seed=1, stream=True, stream_options={"include_usage": True}))
    assert whole.object == "chat.completion"
    assert whole.system_fingerprint == "fp_ollama"
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage and whole.usage.completion_tokens == 5
    *pieces, finish, usage = chunks
    assert pieces[0].choices[0].delta.role == "assistant"
    assert all(piece.choices[0].delta.role is None for piece in pieces[1:])
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == whole.choices[0].message.content
    assert finish.choices[0].finish_reason == "length"
    assert finish.choices[0].delta.content is None
    assert usage.choices == []
    assert usage.usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == len({chunk.created for chunk in chunks}) == 1


def test_it_completes_chats_asynchronously(engine: RunningEngine) -> None:
    async def ask() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{engine.url}/v1", api_key="ollama", max_retries=0) as client:
            stream = await client.chat.completions.create(
                model=MODEL, messages=HELLO, max_tokens=4, seed=1, stream=True)
            return [chunk.choices[0].delta.content or "" async for chunk in stream]

    assert "".join(asyncio.run(ask()))


def test_a_stop_text_and_log_probabilities_are_understood(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=HELLO, max_tokens=40, temperature=0, stop="o", logprobs=True, top_logprobs=2)
    assert answer.choices[0].finish_reason == "stop"
    assert "o" not in (answer.choices[0].message.content or "")
    assert answer.choices[0].logprobs and answer.choices[0].logprobs.content
    assert len(answer.choices[0].logprobs.content[0].top_logprobs) == 2


class City(BaseModel):
    name: str
    people: int


def test_structured_output_parses_into_the_type_that_was_asked_for(client: openai.OpenAI) -> None:
    parsed = client.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": "Name a city."}], response_format=City, max_tokens=100,
        seed=2)
    assert isinstance(parsed.choices[0].message.parsed, City)


def test_json_mode_gives_json(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "A cat as JSON, please."}], max_tokens=200, seed=1,
        response_format={"type": "json_object"})
    assert isinstance(json.loads(answer.choices[0].message.content or ""), dict)


def test_it_completes_texts(client: openai.OpenAI) -> None:
    whole = client.completions.create(model=MODEL, prompt="Say hello.", max_tokens=4, seed=1)
    chunks = list(client.completions.create(model=MODEL, prompt="Say hello.", max_tokens=4, seed=1, stream=True))
    assert whole.object == "text_completion"
    assert "".join(chunk.choices[0].text for chunk in chunks) == whole.choices[0].text
    assert chunks[-1].choices[0].finish_reason == whole.choices[0].finish_reason == "length"


def test_it_embeds(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model=MODEL, input=["one", "two"])
    assert [len(entry.embedding) for entry in answer.data] == [576, 576]
    assert answer.usage.total_tokens > 0
    assert len(client.embeddings.create(model=MODEL, input="one", dimensions=16).data[0].embedding) == 16


def test_it_lists_and_retrieves_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [MODEL]
    model = client.models.retrieve(MODEL)
    assert (model.id, model.owned_by) == (MODEL, "library")
    with pytest.raises(openai.NotFoundError, match="model 'nope:latest' not found"):
        client.models.retrieve("nope")


def test_it_makes_responses_whole_and_in_events(client: openai.OpenAI) -> None:
    options = {"model": MODEL, "input": "Say hello.", "max_output_tokens": 5, "temperature": 0}
    whole = client.responses.create(**options)
    events = list(client.responses.create(**options, stream=True))
    assert whole.status == "completed"
    assert whole.usage and whole.usage.output_tokens == 5
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:4] == ["response.created", "response.in_progress", "response.output_item.added",
                         "response.content_part.added"]
    assert kinds[-4:] == ["response.output_text.done", "response.content_part.done", "response.output_item.done",
                          "response.completed"]
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == whole.output_text
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == text


def test_a_response_takes_messages_and_instructions(client: openai.OpenAI) -> None:
    given = [{"role": "user", "content": [{"type": "input_text", "text": "Hi."}]},
             {"role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]},
             {"role": "user", "content": "Bye."}]
    answer = client.responses.create(model=MODEL, input=given, instructions="Be brief.", max_output_tokens=3)
    assert answer.instructions == "Be brief."
    assert answer.usage and answer.usage.input_tokens > 20


def test_errors_are_those_of_the_package(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="nope", messages=HELLO)
    assert missing.value.type == "not_found_error"
    with pytest.raises(openai.BadRequestError, match="does not support thinking"):
        client.chat.completions.create(model=MODEL, messages=HELLO, reasoning_effort="high")
