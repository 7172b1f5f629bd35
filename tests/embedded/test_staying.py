"""The model stays loaded as long as was said, and no longer."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.embedded.conftest import need_wheels
from tests.engine import MODEL, RunningEngine, running_engine

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    need_wheels()
    with running_engine(tmp_path_factory.mktemp("staying")) as running:
        yield running


@pytest.fixture
def client(fresh: RunningEngine) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=fresh.url, timeout=60, trust_env=False) as client:
        yield client
        client.post("/api/generate", json={"model": MODEL, "keep_alive": 0})


def loaded(client: httpx.Client) -> list[Any]:
    return list(client.get("/api/ps").json()["models"])


def seconds_left(client: httpx.Client) -> float:
    (model,) = loaded(client)
    return (datetime.fromisoformat(model["expires_at"]) - datetime.now(UTC)).total_seconds()


def load(client: httpx.Client, **fields: Any) -> None:
    assert client.post("/api/generate", json={"model": MODEL, **fields}).json()["done_reason"] == "load"


def memory(engine: RunningEngine) -> int:
    return int(Path(f"/proc/{engine.process.pid}/statm").read_text().split()[1]) * 4096


def test_nothing_is_loaded_until_somebody_asks(client: httpx.Client) -> None:
    assert loaded(client) == []


def test_it_stays_five_minutes_if_nothing_else_is_said(client: httpx.Client) -> None:
    load(client)
    assert 295 < seconds_left(client) <= 300


@pytest.mark.parametrize(("said", "seconds"), [("10m", 600), (90, 90), ("1h30m", 5400)])
def test_it_stays_as_long_as_was_said(client: httpx.Client, said: Any, seconds: int) -> None:
    load(client, keep_alive=said)
    assert seconds - 5 < seconds_left(client) <= seconds


def test_it_keeps_to_what_was_said_last(client: httpx.Client) -> None:
    load(client, keep_alive="10m")
    load(client)
    assert seconds_left(client) > 500


@pytest.mark.parametrize("said", [-1, "-5m"])
def test_a_negative_stay_is_for_good(client: httpx.Client, said: Any) -> None:
    load(client, keep_alive=said)
    assert seconds_left(client) > 100 * 365 * 86_400


def test_it_leaves_by_itself_when_the_time_is_over(client: httpx.Client) -> None:
    load(client, keep_alive="300ms")
    assert loaded(client)
    deadline = time.monotonic() + 60
    while loaded(client) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert loaded(client) == []


def test_zero_unloads_at_once_and_gives_the_memory_back(client: httpx.Client, fresh: RunningEngine) -> None:
    load(client)
    before = memory(fresh)
    answer = client.post("/api/chat", json={"model": MODEL, "messages": [], "keep_alive": 0})
    assert answer.json()["done_reason"] == "unload"
    assert loaded(client) == []
    assert before - memory(fresh) > 100 * 1024 * 1024


def test_an_answer_with_a_stay_of_zero_is_finished_first(client: httpx.Client) -> None:
    body = {"model": MODEL, "prompt": "Hi", "stream": False, "keep_alive": 0, "options": {"num_predict": 5}}
    assert client.post("/api/generate", json=body).json()["eval_count"] == 5
    assert loaded(client) == []


def test_another_context_loads_the_model_anew(client: httpx.Client) -> None:
    load(client)
    assert loaded(client)[0]["context_length"] == 4096
    load(client, options={"num_ctx": 2048})
    assert loaded(client)[0]["context_length"] == 2048
    load(client, options={"num_ctx": 1_000_000})
    assert loaded(client)[0]["context_length"] == 8192


def test_the_time_to_load_is_told_once(client: httpx.Client) -> None:
    body = {"model": MODEL, "prompt": "Hi", "stream": False, "options": {"num_predict": 1}}
    first, second = (client.post("/api/generate", json=body).json()["load_duration"] for _ in range(2))
    assert first > 50_000_000 > second


_LET_GO_AT_ONCE = """
import os, sys
from pathlib import Path
from portal.embedded.models.weights import find_weights
from portal.embedded.running.llama import Llama, Shape
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
for _ in range(3):
    Llama(find_weights(Path(sys.argv[1])).path, Shape(512, 1, 1)).close()
"""
_KEEP_BUSY = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"


def test_a_model_that_is_let_go_before_its_threads_have_begun_ends_all_the_same(tmp_path: Path) -> None:
    need_wheels()
    # They leave the threads of the model no time on the only processor that all may use.
    others = [subprocess.Popen([sys.executable, "-c", _KEEP_BUSY]) for _ in range(3)]
    try:
        subprocess.run([sys.executable, "-c", _LET_GO_AT_ONCE, str(tmp_path)], check=True, timeout=90, stderr=subprocess.DEVNULL)
    finally:
        for other in others:
            other.kill()
            other.wait()
