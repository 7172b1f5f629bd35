"""Texts become vectors that mean something, of the length and in the form that was asked for."""

import base64
import math
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.engine import MODEL

pytestmark = pytest.mark.embedded


def embed(http: httpx.Client, given: Any, **fields: Any) -> Any:
    return http.post("/api/embed", json={"model": MODEL, "input": given, **fields}).json()


def product(one: list[float], other: list[float]) -> float:
    return sum(x * y for x, y in zip(one, other, strict=True))


def test_every_text_gets_a_vector_of_length_one(http: httpx.Client) -> None:
    answer = embed(http, ["A cat sat on the mat.", "The stock market fell."])
    assert [len(vector) for vector in answer["embeddings"]] == [576, 576]
    assert all(math.isclose(product(vector, vector), 1, abs_tol=1e-5) for vector in answer["embeddings"])
    assert answer["prompt_eval_count"] == embed(http, "A cat sat on the mat.")["prompt_eval_count"] + (
        embed(http, "The stock market fell.")["prompt_eval_count"])
    assert 0 < answer["load_duration"] < answer["total_duration"]


def test_texts_of_like_meaning_are_nearer_than_others(http: httpx.Client) -> None:
    cat, kitten, market = embed(http, ["The cat sleeps on the sofa.", "A kitten is sleeping on the couch.",
                                       "Interest rates rose by two percent."])["embeddings"]
    assert product(cat, kitten) > product(cat, market)


def test_the_same_text_has_the_same_vector_even_while_the_model_talks(http: httpx.Client) -> None:
    alone = embed(http, "hello world")["embeddings"]
    body = {"model": MODEL, "prompt": "Tell a story.", "stream": False, "options": {"num_predict": 30}}
    talk = threading.Thread(target=lambda: http.post("/api/generate", json=body))
    talk.start()
    assert embed(http, "hello world")["embeddings"] == alone
    talk.join()


def test_texts_that_come_at_the_same_time_do_not_touch_one_another(http: httpx.Client) -> None:
    texts = ["hello world", "The cat sleeps on the sofa.", "x", "Paris is in France, and it is big, they say."]
    alone = [embed(http, text)["embeddings"][0] for text in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        together = [answer["embeddings"][0] for answer in pool.map(lambda text: embed(http, text), texts * 2)]
    assert together == alone * 2
    assert embed(http, texts)["embeddings"] == alone


def test_fewer_dimensions_are_the_first_ones_at_length_one(http: httpx.Client) -> None:
    whole, short = embed(http, "hello")["embeddings"][0], embed(http, "hello", dimensions=8)["embeddings"][0]
    assert len(short) == 8
    assert math.isclose(product(short, short), 1, abs_tol=1e-5)
    scale = short[0] / whole[0]
    assert all(math.isclose(x * scale, y, rel_tol=1e-4) for x, y in zip(whole, short, strict=False))


@pytest.mark.parametrize("nothing", ["", [], None])
def test_nothing_to_embed_is_no_error(http: httpx.Client, nothing: Any) -> None:
    assert embed(http, nothing) == {"model": MODEL, "embeddings": []}


def test_a_text_that_is_too_long_is_cut_or_refused(http: httpx.Client) -> None:
    long = {"model": MODEL, "input": "word " * 100, "options": {"num_ctx": 64}}
    assert 60 < http.post("/api/embed", json=long).json()["prompt_eval_count"] <= 64
    answer = http.post("/api/embed", json={**long, "truncate": False})
    assert (answer.status_code, answer.json()) == (400, {"error": "the input length exceeds the context length"})


def test_the_older_endpoint_gives_one_vector(http: httpx.Client) -> None:
    vector = http.post("/api/embeddings", json={"model": MODEL, "prompt": "hello"}).json()["embedding"]
    assert math.isclose(product(vector, embed(http, "hello")["embeddings"][0]), 1, abs_tol=1e-5)
    assert http.post("/api/embeddings", json={"model": MODEL}).json() == {"embedding": []}


def test_base64_holds_the_same_numbers(http: httpx.Client) -> None:
    body = {"model": MODEL, "input": ["hello", "world"]}
    plain = http.post("/v1/embeddings", json=body).json()
    packed = http.post("/v1/embeddings", json={**body, "encoding_format": "base64"}).json()
    for one, other in zip(plain["data"], packed["data"], strict=True):
        numbers = struct.unpack("<576f", base64.b64decode(other["embedding"]))
        assert numbers == pytest.approx(one["embedding"])
    assert plain["usage"] == packed["usage"]
    assert [entry["index"] for entry in plain["data"]] == [0, 1]
