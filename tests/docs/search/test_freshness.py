"""The index follows the documents."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.docs.rendering import render
from portal.docs.search import indexing, reading, sources
from portal.docs.search.index import META, IndexBusy, IndexWriter, folder_for
from portal.docs.search.indexing import Indexing
from portal.docs.search.passages import passages_of
from portal.docs.search.progress import write_progress
from portal.docs.search.reading import read_sections, sections_of
from portal.docs.search.searching import Search
from portal.docs.search.upkeep import Upkeep
from portal.docs.search.values import Progress
from tests.docs.search.conftest import DOCUMENTS, Set, headings

CONTENT = Path(__file__).parents[3] / "docs_content"


def test_an_edit_shows_and_costs_one_page(documents: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(sources, "read_sections", lambda file, root, **more: (read.append(file.name), read_sections(file, root, **more))[1])
    documents.write("guide.md", "# Guide\n\nA pangolin.\n")
    documents.update()
    assert headings(documents.search.find("pangolin")) == ["Guide"]
    assert documents.search.find("pooling").total == 0
    assert read == ["guide.md"]


def test_what_a_page_takes_in_is_found_there_and_an_edit_of_it_shows(documents: Set) -> None:
    documents.write("snippets/inner.mdx", "A wombat.\n")
    documents.write("snippets/key.mdx", "---\ntitle: Key\n---\nimport Inner from '/snippets/inner.mdx'\n\n## Get a key\n\n<Inner />\n")
    documents.write("start.mdx", "---\ntitle: Start\n---\nimport Key from '/snippets/key.mdx';\n\n<Key />\n")
    documents.update()
    assert any("/docs/start/" in hit.url and hit.url.endswith("#get-a-key") for page in documents.search.find("wombat").pages for hit in page.hits)
    documents.write("snippets/inner.mdx", "A numbat.\n")
    documents.update()
    assert documents.search.find("wombat").total == 0
    assert "/docs/start/" in {page.url for page in documents.search.find("numbat").pages}


def test_a_new_page_is_found_and_a_deleted_one_is_not(documents: Set) -> None:
    documents.write("new.md", "# New\n\nA pangolin.\n")
    (documents.root / "guide.md").unlink()
    documents.update()
    assert headings(documents.search.find("pangolin")) == ["New"]
    assert documents.search.find("pooling").total == 0


def test_a_page_that_becomes_a_draft_is_not_found(documents: Set) -> None:
    documents.write("guide.md", "---\ndraft: true\n---\n# Guide\n\nconnection pooling\n")
    documents.update()
    assert documents.search.find("pooling").total == 0


def test_a_page_that_moves_is_found_where_it_is(documents: Set) -> None:
    (documents.root / "guide.md").rename(documents.root / "handbook.md")
    documents.update()
    assert [page.url for page in documents.search.find("pooling").pages] == ["/docs/handbook/"]


def test_a_restart_reads_no_page_again(documents: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    documents.indexing.writer.close()
    del documents.indexing
    monkeypatch.setattr(sources, "read_sections", lambda file, root, **_more: pytest.fail(f"{file} was read again"))
    again = Indexing(documents.root, documents.index)
    assert again.work() is False
    assert set(again.writer.held) == {"", "api/chat", "api/generate", "operate/settings", "guide"}


def test_while_much_is_to_do_what_was_edited_last_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_BETWEEN_COMMITS", 0.0)
    for number in range(5):
        file = tmp_path / "docs" / f"page-{number}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"# Page {number}\n")
        os.utime(file, (number, number))
    worker, search = Indexing(tmp_path / "docs", tmp_path / "index"), Search(tmp_path / "index")
    assert worker.work() is True
    answer = search.find("page")
    assert headings(answer) == ["Page 4"]
    assert answer.indexing == Progress(1, 5)
    while worker.work():
        pass
    assert search.find("page").indexing is None


def test_before_there_is_an_index_the_answer_says_that_indexing_goes_on(tmp_path: Path) -> None:
    answer = Search(tmp_path).find("anything")
    assert answer.indexing == Progress(0, 0)
    assert answer.total == 0


def test_a_set_without_documents_is_searched_in_vain_and_not_called_unfinished(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    Indexing(tmp_path / "docs", tmp_path / "index").work()
    answer = Search(tmp_path / "index").find("anything")
    assert (answer.total, answer.indexing) == (0, None)


def test_a_file_that_cannot_be_read_costs_its_own_page_only(documents: Set) -> None:
    documents.write("bad.md", b"# Bad \xff\xfe bytes\x00\n\npangolin \x80\n")
    (documents.root / "gone.md").symlink_to("/nowhere/at/all.md")
    documents.update()
    assert documents.search.find("pangolin").total == 1
    assert documents.search.find("pooling").total == 1


def test_a_document_made_to_be_slow_is_given_up_and_found_by_its_source(tmp_path: Path) -> None:
    file = tmp_path / "slow.md"
    file.write_text("# Slow\n\npangolin\n\n" + "a" * 100)
    sections = read_sections(file, tmp_path, patience=0.000001)
    assert [section.anchor for section in sections] == [""] and "pangolin" in sections[0].text


@pytest.mark.parametrize("file", sorted(CONTENT.rglob("*.md")), ids=lambda file: file.relative_to(CONTENT).as_posix())
def test_sections_read_for_search_are_those_of_the_page(file: Path) -> None:
    source = file.read_text()
    assert sections_of(source, is_mdx=False) == render(source).plain


def test_a_long_section_is_held_in_passages_and_found_as_one(documents: Set) -> None:
    documents.write("long.md", "# Long\n\n## Deep\n\n" + "pangolin and more\n\n" * 2000)
    documents.update()
    assert headings(documents.search.find("pangolin", limit=30)) == ["Long > Deep"]


def test_a_long_section_is_shown_from_its_beginning_when_its_heading_is_asked_for(documents: Set) -> None:
    documents.write("long.md", "# Long\n\n## Aardvark\n\nThe beginning of it. " + "filler text\n\n" * 1000)
    documents.update()
    shown = documents.search.find("aardvark").pages[0].hits[0].snippet
    assert "".join(piece for piece, _ in shown).startswith("The beginning of it.")


def test_a_title_in_other_type_is_not_repeated_as_a_heading() -> None:
    sections = sections_of("# The `run.py` file\n\n## Use\n\ntext", is_mdx=False)
    passages = passages_of("run", "/docs/run/", "The `run.py` file", sections)
    assert [(passage.title, passage.path) for passage in passages] == [("The run.py file", ()), ("The run.py file", ("Use",))]


@pytest.mark.parametrize("harm", ["meta is no JSON", "a segment is cut short", "a segment is garbage", "a segment is missing", "another schema"])
def test_an_index_that_is_damaged_or_of_another_make_is_made_anew(documents: Set, harm: str) -> None:
    documents.indexing.writer.close()
    del documents.indexing
    _damage(documents.index, harm)
    Search(documents.index).find("pooling")
    documents.indexing = Indexing(documents.root, documents.index)
    documents.update()
    assert headings(Search(documents.index).find("pooling")) == ["Guide"]


def _damage(folder: Path, harm: str) -> None:
    segments = [file for file in folder.iterdir() if file.suffix in (".store", ".term", ".idx", ".pos", ".fast", ".fieldnorm")]
    if harm == "meta is no JSON":
        (folder / META).write_text("{")
    elif harm == "another schema":
        import tantivy

        shutil.rmtree(folder)
        folder.mkdir()
        tantivy.Index(tantivy.SchemaBuilder().add_text_field("other").build(), path=str(folder))
    for file in segments if harm.startswith("a segment") else []:
        size = file.stat().st_size
        if harm == "a segment is cut short":
            os.truncate(file, size // 2)
        elif harm == "a segment is garbage":
            file.write_bytes(os.urandom(size))
        else:
            file.unlink()


def test_damage_met_by_a_query_is_no_fault_of_the_query_and_has_the_index_made_anew(documents: Set) -> None:
    reported: list[bool] = []
    documents.indexing.writer.close()
    for store in documents.index.glob("*.store"):
        content = bytearray(store.read_bytes())
        content[: len(content) // 2] = bytes(len(content) // 2)
        store.write_bytes(content)
    answer = Search(documents.index, on_damage=lambda: reported.append(True)).find("pooling")
    assert answer.total == 0
    assert reported == [True]


def test_a_condemned_index_is_made_anew(documents: Set) -> None:
    documents.indexing.writer.close()
    from portal.docs.search.index import condemn

    condemn(documents.index)
    assert IndexWriter(documents.index).held == {}


def test_two_do_not_write_at_once(documents: Set) -> None:
    with pytest.raises(IndexBusy):
        IndexWriter(documents.index)


def test_each_root_has_an_index_of_its_own_and_other_code_another(tmp_path: Path) -> None:
    one, other = folder_for(tmp_path / "a", tmp_path), folder_for(tmp_path / "b", tmp_path)
    assert one != other
    assert one.parent == other.parent == tmp_path / "search"
    assert one.name.partition("-")[2] == other.name.partition("-")[2]


@pytest.fixture
def upkeep(tmp_path: Path) -> Iterator[Upkeep]:
    for name, content in DOCUMENTS.items():
        file = tmp_path / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    upkeep = Upkeep(tmp_path / "docs", folder_for(tmp_path / "docs", tmp_path))
    upkeep.start()
    yield upkeep
    upkeep.stop()


def wait_for(what: str, search: Search, query: str, total: int) -> None:
    until = time.monotonic() + 60
    while search.find(query).total != total:
        assert time.monotonic() < until, what
        time.sleep(0.02)


def test_the_process_beside_the_server_follows_edits(upkeep: Upkeep) -> None:
    search = Search(upkeep.folder)
    wait_for("the first index", search, "pooling", 1)
    wait_for("all of it", search, "begins", 1)
    (upkeep.root / "guide.md").write_text("# Guide\n\nA pangolin.\n")
    wait_for("the edit", search, "pangolin", 1)
    (upkeep.root / "guide.md").unlink()
    wait_for("the deletion", search, "pangolin", 0)


def test_the_process_is_started_again_and_mends_what_is_condemned(upkeep: Upkeep) -> None:
    search = Search(upkeep.folder, on_damage=upkeep.rebuild)
    wait_for("the first index", search, "pooling", 1)
    upkeep.rebuild()
    (upkeep.root / "new.md").write_text("# New\n\nA pangolin.\n")
    wait_for("the new index", search, "pangolin", 1)
    assert search.find("pooling").total == 1


def test_the_process_ends_with_the_server(upkeep: Upkeep) -> None:
    process = upkeep._process
    assert process is not None and process.stdin is not None
    upkeep._stopping.set()
    process.stdin.close()
    assert process.wait(10) == 0


def test_older_indexes_of_the_same_documents_are_removed(upkeep: Upkeep) -> None:
    name = upkeep.folder.name.partition("-")[0]
    older = upkeep.folder.parent / f"{name}-0000000000"
    other = upkeep.folder.parent / "ffffffffff-0000000000"
    upkeep.stop()
    for folder in (older, other):
        folder.mkdir(parents=True)
        write_progress(folder, Progress(1, 1))
    upkeep.start()
    until = time.monotonic() + 60
    while older.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert other.exists()


def test_patience_is_longer_than_any_real_page_takes() -> None:
    assert reading.PATIENCE >= 10


def test_where_another_process_cannot_be_started_one_is_once_there_is_room(
    upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    search, refused = Search(upkeep.folder), threading.Event()
    wait_for("the first index", search, "pooling", 1)
    with monkeypatch.context() as full:

        def refuse() -> subprocess.Popen[bytes]:
            refused.set()
            raise BlockingIOError("Resource temporarily unavailable")

        full.setattr(upkeep, "_launch", refuse)
        assert upkeep._process is not None
        upkeep._process.kill()
        assert refused.wait(60)
    (upkeep.root / "new.md").write_text("# New\n\nA pangolin.\n")
    wait_for("the edit", search, "pangolin", 1)
    assert "cannot be started (Resource temporarily unavailable)" in caplog.text
