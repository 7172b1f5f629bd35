"""Generate and chat, as Ollama answers them, field by field."""

import json
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.engine import MODEL

pytestmark = pytest.mark.embedded

HELLO = [{"role": "user", "content": "Say hello."}]
TOKENS = {"num_predict": 6, "seed": 1}
FINAL_FIELDS = ["done_reason", "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration",
                "eval_count", "eval_duration"]


def generate(http: httpx.Client, **fields: Any) -> Any:
    body = {"model": MODEL, "prompt": "Say hello.", "stream": False, "options": TOKENS, **fields}
    answer = http.post("/api/generate", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def chat(http: httpx.Client, **fields: Any) -> Any:
    body = {"model": MODEL, "messages": HELLO, "stream": False, "options": TOKENS, **fields}
    answer = http.post("/api/chat", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def streamed(http: httpx.Client, path: str, **fields: Any) -> list[Any]:
    with http.stream("POST", path, json={"model": MODEL, "options": TOKENS, **fields}) as answer:
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.iter_lines()]


def shown_prompt(http: httpx.Client, **fields: Any) -> str:
    return str(generate(http, _debug_render_only=True, **fields)["_debug_info"]["rendered_template"])


def test_it_answers_where_ollama_says_that_it_is_running(http: httpx.Client) -> None:
    assert http.get("/").text == "Ollama is running"
    assert http.get("/api/version").json() == {"version": "0.33.0"}
    assert http.get("/api/status").json()["cloud"]["disabled"] is True


@pytest.mark.parametrize(("path", "fields", "text_of"), [
    ("/api/chat", {"messages": HELLO}, lambda record: record["message"]["content"]),
    ("/api/generate", {"prompt": "Say hello."}, lambda record: record["response"]),
])
def test_a_record_for_every_token_and_a_last_one_that_counts_them(
    http: httpx.Client, path: str, fields: Any, text_of: Any
) -> None:
    *pieces, last = streamed(http, path, **fields)
    assert [piece["done"] for piece in pieces] == [False] * TOKENS["num_predict"]
    assert all(text_of(piece) for piece in pieces)
    assert all(piece["model"] == MODEL for piece in pieces)
    assert last["done"] is True
    assert text_of(last) == ""
    assert last["done_reason"] == "length"
    assert last["eval_count"] == len(pieces)
    assert [field for field in last if field in FINAL_FIELDS] == FINAL_FIELDS
    assert last["prompt_eval_duration"] + last["eval_duration"] <= last["total_duration"]
    times = [datetime.fromisoformat(record["created_at"]) for record in (*pieces, last)]
    assert times == sorted(times)


def test_the_fields_of_a_record_come_in_the_order_of_ollama(http: httpx.Client) -> None:
    first, *_, last = streamed(http, "/api/generate", prompt="Hi")
    assert list(first) == ["model", "created_at", "response", "done"]
    assert list(last)[:6] == ["model", "created_at", "response", "done", "done_reason", "context"]
    assert list(streamed(http, "/api/chat", messages=HELLO)[0]) == ["model", "created_at", "message", "done"]


def test_one_answer_holds_what_the_records_say_together(http: httpx.Client) -> None:
    pieces = streamed(http, "/api/chat", messages=HELLO)
    whole = chat(http)
    assert whole["message"] == {
        "role": "assistant", "content": "".join(piece["message"]["content"] for piece in pieces)
    }
    assert whole["eval_count"] == TOKENS["num_predict"]


def test_the_same_seed_gives_the_same_answer_and_another_gives_another(http: httpx.Client) -> None:
    options = {"num_predict": 12, "temperature": 1.5}
    answers = [generate(http, options={**options, "seed": seed})["response"] for seed in (7, 7, 8, 7)]
    assert answers[0] == answers[1] == answers[3]
    assert answers[0] != answers[2]


def test_at_temperature_zero_every_answer_is_the_same(http: httpx.Client) -> None:
    answers = {generate(http, options={"num_predict": 10, "temperature": 0})["response"] for _ in range(3)}
    assert len(answers) == 1


def test_an_answer_that_ends_by_itself_says_stop_and_counts_the_end_token(http: httpx.Client) -> None:
    records = streamed(http, "/api/generate", prompt="What is 1+1?", options={"temperature": 0, "num_predict": 300})
    assert records[-1]["done_reason"] == "stop"
    assert records[-1]["eval_count"] == len(records)


@pytest.mark.parametrize("stop", ["o", "l"])
def test_a_stop_text_ends_the_answer_and_is_not_in_it(http: httpx.Client, stop: str) -> None:
    options = {"temperature": 0, "num_predict": 60}
    assert stop in generate(http, options=options)["response"]
    stopped = generate(http, options={**options, "stop": [stop]})
    assert stop not in stopped["response"]
    assert stopped["done_reason"] == "stop"


def test_top_k_of_one_leaves_no_choice(http: httpx.Client) -> None:
    options = {"temperature": 2.0, "top_k": 1, "num_predict": 8}
    assert len({generate(http, options={**options, "seed": seed})["response"] for seed in (1, 2, 3)}) == 1


def test_a_repeat_penalty_changes_the_answer(http: httpx.Client) -> None:
    options = {"temperature": 0, "num_predict": 30}
    prompt = "Repeat: a a a a a a a a a a a a"
    plain, penalised = (generate(http, prompt=prompt, raw=True, options={**options, **more})["response"]
                        for more in ({}, {"repeat_penalty": 1.8}))
    assert plain != penalised


def test_options_that_nobody_knows_are_ignored(http: httpx.Client) -> None:
    assert generate(http, options={**TOKENS, "no_such_option": 3, "num_gpu": 1})["done"] is True


def test_json_mode_gives_json(http: httpx.Client) -> None:
    answer = generate(http, prompt="Describe a cat as JSON.", format="json", options={"num_predict": 200, "seed": 1})
    assert isinstance(json.loads(answer["response"]), dict)


def test_a_schema_gives_json_of_that_shape(http: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}, "big": {"type": "boolean"},
                       "people": {"type": "integer", "minimum": 0, "maximum": 99}},
        "required": ["city", "big", "people"],
        "additionalProperties": False,
    }
    answer = chat(http, messages=[{"role": "user", "content": "Name a city."}], format=schema,
                  options={"num_predict": 120, "seed": 3})
    found = json.loads(answer["message"]["content"])
    assert set(found) == {"city", "big", "people"}
    assert isinstance(found["city"], str)
    assert isinstance(found["big"], bool)
    assert 0 <= found["people"] <= 99


def test_the_model_s_own_template_is_applied(http: httpx.Client) -> None:
    assert shown_prompt(http, system="Be brief.") == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nSay hello.<|im_end|>\n<|im_start|>assistant\n"
    )


def test_raw_leaves_the_prompt_as_it_is_and_gives_no_context(http: httpx.Client) -> None:
    assert shown_prompt(http, raw=True) == "Say hello."
    assert "context" not in generate(http, raw=True)


def test_a_template_of_the_request_is_filled_in(http: httpx.Client) -> None:
    assert shown_prompt(http, template="{{ .System }}: {{ .Prompt }} ->", system="S") == "S: Say hello. ->"


def test_the_context_of_an_answer_continues_the_conversation(http: httpx.Client) -> None:
    first = generate(http, prompt="My name is Ada.")
    assert all(isinstance(token, int) for token in first["context"])
    prompt = shown_prompt(http, prompt="What is my name?", context=first["context"])
    assert "My name is Ada." in prompt
    assert first["response"] in prompt
    assert prompt.endswith("What is my name?<|im_end|>\n<|im_start|>assistant\n")


@pytest.mark.parametrize("top", [0, 3])
def test_log_probabilities_come_with_their_tokens(http: httpx.Client, top: int) -> None:
    answer = generate(http, logprobs=True, top_logprobs=top)
    assert len(answer["logprobs"]) == TOKENS["num_predict"]
    for entry in answer["logprobs"]:
        assert entry["logprob"] <= 0
        assert bytes(entry["bytes"]).decode() == entry["token"]
        assert len(entry.get("top_logprobs", [])) == top
    assert "".join(entry["token"] for entry in answer["logprobs"]) == answer["response"]


def test_an_empty_prompt_loads_the_model_and_nothing_else(http: httpx.Client) -> None:
    answer = http.post("/api/generate", json={"model": MODEL})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert list(answer.json()) == ["model", "created_at", "response", "done", "done_reason"]
    assert answer.json()["done_reason"] == "load"
    assert chat(http, messages=[])["done_reason"] == "load"


def test_a_prompt_longer_than_the_context_loses_its_middle(http: httpx.Client) -> None:
    answer = generate(http, prompt="word " * 300, raw=True, options={**TOKENS, "num_ctx": 256})
    assert answer["prompt_eval_count"] < 256
    assert answer["eval_count"] == TOKENS["num_predict"]


def test_old_messages_are_left_out_when_a_chat_is_too_long_and_the_system_text_stays(http: httpx.Client) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "old " * 300}, *HELLO]
    shown = chat(http, messages=messages, options={"num_ctx": 256}, _debug_render_only=True)
    prompt = shown["_debug_info"]["rendered_template"]
    assert "old" not in prompt
    assert "Be brief." in prompt
    assert "Say hello." in prompt


def test_two_answers_are_generated_at_the_same_time(http: httpx.Client) -> None:
    body = {"model": MODEL, "prompt": "Count.", "options": {"num_predict": 25, "seed": 1, "stop": []}}
    with http.stream("POST", "/api/generate", json={**body, "options": {"num_predict": 4000}}) as long:
        assert next(long.iter_lines())
        assert http.post("/api/generate", json={**body, "stream": False}, timeout=30).json()["eval_count"] == 25
