"""`manage.py verify` sends a set's examples to a live upstream and says what came of each."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import run_manage

PAGE = """# Page

```bash
curl http://localhost:11434/api/chat -d '{"model": "qwen3:1.7b", "messages": []}'
```

```bash
curl http://localhost:11434/api/generate -d '{"model": "llava", "prompt": "What?", "images": ["aGk="]}'
```

```bash
curl http://localhost:11434/api/pull -d '{"model": "qwen3"}'
```

```bash
curl http://localhost:11434/v1/models/qwen3:1.7b
```

```bash
curl https://ollama.com/api/tags
```

```bash
ollama run qwen3
```
"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "page.md").write_text(PAGE)
    return tmp_path


def verify(pages: Path, far_end: FarEnd, *arguments: str) -> tuple[int, str, str]:
    ended = run_manage("verify", str(pages), *arguments, OLLAMA_HOST=far_end.origin)
    return ended.returncode, ended.stdout, ended.stderr


def test_examples_are_proven_with_a_model_that_is_there(pages: Path, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["ok"]))
    far_end.routes["/v1/models/far:1b"] = whole({"id": "far:1b"})
    code, lines, summary = verify(pages, far_end)
    assert code == 0, lines + summary
    assert "proven    page.md:3  POST /api/chat by far:1b" in lines
    assert "left out  page.md:7  POST /api/generate: no model on this server can do what it asks (completion, vision)" in lines
    assert "left out  page.md:11  POST /api/pull: it would change the models on the server" in lines
    assert "proven    page.md:15  GET /v1/models/qwen3:1.7b by far:1b" in lines
    assert "left out  page.md:19  GET /api/tags: it is for the upstream “cloud”" in lines
    assert "2 proven, 0 failed, 3 left out" in summary
    assert far_end.requests_for("/api/chat")[0].json["model"] == "far:1b"
    assert far_end.requests_for("/api/pull") == []


@pytest.mark.parametrize(("script", "says"), [
    (whole({"error": "no memory"}, "500 Internal Server Error"), "answered with status 500: no memory"),
    (stream([*chat(["a"])[:1], b'{"error":"gone"}\n']), "the answer broke off: gone"),
    (stream(chat(["a", "b"])[:2]), "the stream ended without saying that it was done"),
    (stream(chat(["a"])[:1], finish=False), "closed the connection"),
])  # fmt: skip
def test_an_example_that_fails_is_named_with_the_reason_and_the_exit_code_is_1(
    pages: Path, far_end: FarEnd, script: object, says: str
) -> None:
    far_end.script = script  # type: ignore[assignment]
    far_end.routes["/v1/models/far:1b"] = whole({"id": "far:1b"})
    code, lines, summary = verify(pages, far_end)
    assert code == 1
    assert says in lines
    assert "1 proven, 1 failed" in summary
    assert "Traceback" not in summary


def test_what_the_author_says_of_a_block_is_heeded(tmp_path: Path, far_end: FarEnd) -> None:
    call = "```bash\ncurl http://localhost:11434/api/version\n```\n"
    (tmp_path / "page.md").write_text(f"<!-- run: expect-status=404 -->\n{call}\n<!-- run: skip reason=\"it is old\" -->\n{call}")
    far_end.routes["/api/version"] = whole({"error": "no"}, "404 Not Found")
    code, lines, _ = verify(tmp_path, far_end)
    assert code == 0
    assert "proven    page.md:2  GET /api/version" in lines
    assert "left out  page.md:7  GET /api/version: It is not meant to be run: it is old." in lines
    far_end.routes["/api/version"] = whole({"version": "1"})
    assert verify(tmp_path, far_end)[0] == 1


def test_the_outcome_can_be_read_by_programs(pages: Path, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["ok"]))
    far_end.routes["/v1/models/far:1b"] = whole({"error": "no"}, "404 Not Found")
    _, text, _ = verify(pages, far_end, "--format", "json")
    proofs = json.loads(text)
    assert [proof["verdict"] for proof in proofs] == ["proven", "left out", "left out", "failed", "left out"]
    _, text, _ = verify(pages, far_end, "--format", "junit")
    suite = ElementTree.fromstring(text)
    assert suite.attrib | {"name": ""} == {"name": "", "tests": "5", "failures": "1", "skipped": "3"}


@pytest.mark.parametrize(("arguments", "says"), [
    (["/nowhere/at/all"], "is not a folder"),
    (["--upstream", "cloud"], "There is no upstream “cloud”; there is local."),
])  # fmt: skip
def test_what_cannot_be_verified_is_a_sentence(far_end: FarEnd, arguments: list[str], says: str) -> None:
    ended = run_manage("verify", *arguments, OLLAMA_HOST=far_end.origin)
    assert ended.returncode == 1
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_upstream_that_does_not_answer_is_a_sentence(pages: Path) -> None:
    with FarEnd() as gone:
        pass
    ended = run_manage("verify", str(pages), OLLAMA_HOST=gone.origin)
    assert ended.returncode == 1
    assert f"Nothing answers at {gone.origin}" in ended.stderr


HINTED = """# Page

<!-- run: expect-status=404 -->
```bash
curl http://localhost:11434/api/show -d '{"model": "no-such-model"}'
```

<!-- run: skip reason="it takes an hour" -->
```bash
curl http://localhost:11434/api/chat -d '{"model": "qwen3:1.7b", "messages": []}'
```
"""


@pytest.mark.parametrize(("status", "says"), [
    ("404 Not Found", "proven    page.md:4  POST /api/show"),
    ("200 OK", "answered with status 200 rather than 404"),
])  # fmt: skip
def test_an_authors_hints_are_heeded(tmp_path: Path, far_end: FarEnd, status: str, says: str) -> None:
    (tmp_path / "page.md").write_text(HINTED)
    far_end.routes["/api/show"] = whole({"error": "model 'no-such-model' not found"}, status)
    _, lines, _ = verify(tmp_path, far_end)
    assert says in lines
    assert far_end.requests_for("/api/show")[-1].json["model"] == "no-such-model"
    assert "left out  page.md:9  POST /api/chat: It is not meant to be run: it takes an hour." in lines
