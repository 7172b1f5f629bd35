"""Which model a request asks for, and which installed one can stand in."""

from __future__ import annotations

from typing import Any

import pytest

from portal.ollama.choosing import Wanted, choose, needs_of, wanted_by
from portal.ollama.endpoints import find_endpoint
from portal.ollama.models import Model, find_model

SMALL = Model("smollm2:135m", "llama", "134.52M", "Q4_1", 1, ("completion", "embedding"))
QWEN = Model("qwen3:0.6b", "qwen3", "751.63M", "Q4_K_M", 1, ("completion", "tools", "thinking"))
QWEN_BIG = Model("qwen2.5:7b", "qwen2", "7.6B", "Q4_K_M", 1, ("completion", "tools"))
SEES = Model("gemma3:4b", "gemma3", "4.3B", "Q4_K_M", 1, ("completion", "vision"))
EMBEDS = Model("nomic-embed-text:latest", "nomic-bert", "137M", "F16", 1, ("embedding",))
HERE = [SMALL, QWEN, QWEN_BIG, SEES, EMBEDS]


def ask(path: str, body: Any = None, method: str = "POST") -> tuple[Wanted | None, frozenset[str]]:
    endpoint = find_endpoint(method, path)
    assert endpoint is not None
    return wanted_by(endpoint, path, body), needs_of(endpoint, body)


@pytest.mark.parametrize(("path", "body", "chosen"), [
    ("/api/chat", {"model": "qwen3:1.7b"}, "qwen3:0.6b"),
    ("/api/chat", {"model": "smollm2"}, "smollm2:135m"),
    ("/api/chat", {"model": "llama3.2:3b"}, "smollm2:135m"),
    ("/api/chat", {"model": "mistral:7b"}, "qwen2.5:7b"),
    ("/api/embed", {"model": "mxbai-embed-large"}, "nomic-embed-text:latest"),
    ("/api/generate", {"model": "llava", "images": ["aGk="]}, "gemma3:4b"),
    ("/v1/chat/completions", {"model": "x", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "data:"}]}]}, "gemma3:4b"),
    ("/api/chat", {"model": "deepseek-r1:1.5b", "think": True}, "qwen3:0.6b"),
    ("/v1/chat/completions", {"model": "deepseek-r1:1.5b", "reasoning_effort": "high"}, "qwen3:0.6b"),
    ("/api/chat", {"model": "mistral:7b", "tools": [{}]}, "qwen2.5:7b"),
    ("/api/generate", {"model": "codellama", "suffix": "x"}, None),
    ("/v1/images/generations", {"model": "x"}, None),
])  # fmt: skip
def test_the_nearest_that_can_do_the_job_stands_in(path: str, body: Any, chosen: str | None) -> None:
    wanted, needs = ask(path, body)
    assert wanted is not None
    choice = choose(wanted, needs, HERE)
    assert (choice and choice.model.name) == chosen
    assert choice is None or choice.stands_in


@pytest.mark.parametrize("name", ["nomic-embed-text", "nomic-embed-text:latest", "Nomic-Embed-Text"])
def test_a_model_that_is_here_is_used_by_any_of_its_names(name: str) -> None:
    assert find_model(name, HERE) == EMBEDS
    choice = choose(Wanted(name, "model"), frozenset({"completion"}), HERE)
    assert choice is not None
    assert not choice.stands_in


@pytest.mark.parametrize(("method", "path", "body", "wanted"), [
    ("POST", "/api/show", {"model": "a"}, Wanted("a", "model")),
    ("POST", "/api/show", {"name": "a"}, Wanted("a", "name")),
    ("GET", "/v1/models/hf.co/a/b:q4", None, Wanted("hf.co/a/b:q4", "path")),
    ("GET", "/api/tags", None, None),
    ("POST", "/api/chat", {"model": ""}, None),
    ("POST", "/api/chat", {"model": 7}, None),
])  # fmt: skip
def test_the_wanted_model_is_found_where_the_request_names_it(method: str, path: str, body: Any, wanted: Wanted | None) -> None:
    assert ask(path, body, method)[0] == wanted


def test_a_server_that_lists_no_capabilities_is_taken_by_its_names() -> None:
    here = [Model("all-minilm:latest"), Model("llama2:7b", "llama", "7B"), Model("nomic-embed-text:latest", "nomic-bert")]
    chosen = choose(Wanted("qwen3", "model"), frozenset({"completion"}), here[1:])
    assert chosen is not None
    assert chosen.model.name == "llama2:7b"
    embeds = choose(Wanted("qwen3", "model"), frozenset({"embedding"}), here[1:])
    assert embeds is not None
    assert embeds.model.name == "nomic-embed-text:latest"
