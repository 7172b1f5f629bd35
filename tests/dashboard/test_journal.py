"""`manage.py journal` makes an entry that holds what the last verification found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.docs.catalogue import Catalogue
from portal.docs.journal.finding import date_of, find_documents
from tests.farend import FarEnd, chat, stream, whole
from tests.portal_server import run_manage

PAGE = """# Page

```bash
curl http://localhost:11434/api/chat -d '{"model": "far:1b", "messages": []}'
```

```bash
curl http://localhost:11434/api/pull -d '{"model": "far:1b"}'
```
"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    root = tmp_path / "set"
    root.mkdir()
    (root / "page.md").write_text(PAGE)
    return root


def command(name: str, *arguments: str, data: Path, far_end: FarEnd) -> tuple[int, str, str]:
    ended = run_manage(name, *arguments, OLLAMA_HOST=far_end.origin, PORTAL_DATA=str(data))
    return ended.returncode, ended.stdout, ended.stderr


def test_an_entry_holds_the_figures_before_and_now_and_is_found_by_the_journal(
    pages: Path, tmp_path: Path, far_end: FarEnd
) -> None:
    data = tmp_path / "data"
    far_end.script = whole({"error": "no memory"}, "500 Internal Server Error")
    assert command("verify", str(pages), data=data, far_end=far_end)[0] == 1
    far_end.script = stream(chat(["ok"]))
    assert command("verify", str(pages), data=data, far_end=far_end)[0] == 0
    code, printed, said = command("journal", 'Say "why": a model fails', str(pages), data=data, far_end=far_end)
    assert code == 0, said
    file = Path(printed.strip())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-say-why-a-model-fails\.md", file.name)
    text = file.read_text()
    for line in ("| requests | 2 | 2 |", "| proven | 0 | 1 |", "| failed | 1 | 0 |", "| left out | 1 | 1 |",
                 "| answered by | `far:1b` | `far:1b` |"):  # fmt: skip
        assert line in text
    documents = find_documents(Catalogue(pages).shelf.pages)
    assert documents is not None
    (entry,) = documents.pages
    assert entry.title == 'Say "why": a model fails'
    written = date_of(entry)
    assert written is not None
    assert written.has_time
    code, _, said = command("journal", 'Say "why": a model fails', str(pages), data=data, far_end=far_end)
    assert (code, "is there already" in said) == (1, True)


def test_a_journal_of_one_file_is_left_to_its_writer(pages: Path, tmp_path: Path, far_end: FarEnd) -> None:
    (pages / "JOURNAL.md").write_text("# Journal\n\n## 2026-11-01\n\nBegun.\n")
    far_end.script = stream(chat(["ok"]))
    command("verify", str(pages), data=tmp_path / "data", far_end=far_end)
    code, printed, said = command("journal", "Answer sooner", str(pages), data=tmp_path / "data", far_end=far_end)
    assert code == 0
    assert "JOURNAL.md" in said
    assert re.match(r"## \d{4}-\d\d-\d\d \d\d:\d\d UTC Answer sooner\n", printed)
    assert "| proven | 1 |" in printed


@pytest.mark.parametrize(("title", "says"), [
    ("Answer sooner", "Run python manage.py verify"),
    (" — ", "An entry needs a title with a word in it"),
])  # fmt: skip
def test_what_is_missing_is_a_sentence(pages: Path, tmp_path: Path, far_end: FarEnd, title: str, says: str) -> None:
    code, printed, said = command("journal", title, str(pages), data=tmp_path / "data", far_end=far_end)
    assert (code, printed) == (1, "")
    assert says in said
    assert "Traceback" not in said
