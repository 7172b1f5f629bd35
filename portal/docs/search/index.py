"""The index on disk: its fields, its place, and writing passages to it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from portal.docs.search.tokens import LONGEST, names_in, squeeze, words_in
from portal.docs.search.values import Passage

META = "meta.json"
_CONDEMNED = "condemned"
_HEAP = 15_000_000
_MOST_PAGES = 1_000_000
# So many letters, typed of a word, are looked up as they stand: too many words begin so to look for each.
LONGEST_BEGINNING = 3


class IndexBusy(Exception):
    """Another process writes to the index."""


def folder_for(root: Path, data: Path) -> Path:
    """Where the index of the documents under `root` is kept: another place for each root and each state of our code."""
    return data / "search" / f"{_digest(str(root).encode())}-{_code()}"


@cache
def _code() -> str:
    """A digest of all that decides what an index holds."""
    here = Path(__file__).parent
    files = sorted([*here.glob("*.py"), *(here.parent / "rendering").glob("*.py")])
    return _digest(version("tantivy").encode(), *(file.read_bytes() for file in files))


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:10]


class IndexDamaged(Exception):
    """What is on disk cannot be read as an index of ours."""


@contextmanager
def reading_index() -> Iterator[None]:
    """Raise `IndexDamaged` for whatever the engine raises in the block over what it reads."""
    try:
        yield
    except (ValueError, OSError) as problem:
        raise IndexDamaged(str(problem)) from problem
    except BaseException as problem:
        # A failed assertion of the engine comes as an exception that cannot be imported.
        if type(problem).__name__ != "PanicException":
            raise
        raise IndexDamaged(str(problem)) from problem


@cache
def schema() -> tantivy.Schema:
    """The fields. Words come folded and between spaces; `record` is what an answer shows."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("page", tokenizer_name="raw", index_option="basic")
    fields.add_bytes_field("record", stored=True)
    for name in ("words", "heading", "title"):
        fields.add_text_field(name, tokenizer_name="folded", index_option="position")
    fields.add_text_field("names", tokenizer_name="folded", index_option="freq")
    fields.add_text_field("stems", tokenizer_name="stemmed", index_option="freq")
    for name in ("begun", "heading_begun"):
        fields.add_text_field(name, tokenizer_name="folded", index_option="basic")
    return fields.build()


def stemmer() -> TextAnalyzer:
    """From words to their stems."""
    folded = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(LONGEST * 4))
    return folded.filter(Filter.stemmer("english")).build()


def open_index(folder: Path) -> tantivy.Index:
    """The index in `folder`, made when there is none. Raises what `reading_index` translates."""
    index = tantivy.Index(schema(), path=str(folder))
    index.register_tokenizer(
        "folded", TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(LONGEST * 4)).build()
    )
    index.register_tokenizer("stemmed", stemmer())
    return index


def condemn(folder: Path) -> None:
    """Leave word that the index has to be made anew."""
    if folder.exists():
        (folder / _CONDEMNED).touch()


class IndexWriter:
    """Writes the index in `folder`. `held` says which pages it holds, each with the stamp of its state."""

    def __init__(self, folder: Path) -> None:
        """Open the index or make it; one that is damaged or of another make is replaced. Raises `IndexBusy`."""
        self.folder = folder
        if (folder / _CONDEMNED).exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except IndexDamaged:
            shutil.rmtree(folder)
            folder.mkdir()
            self._open()

    def _open(self) -> None:
        with reading_index():
            self._index = open_index(self.folder)
            self._writer = _writer_of(self._index)
            self.held: dict[str, str] = _read_stamps(self._index)

    def put(self, page: str, stamp: str, passages: Iterable[Passage]) -> None:
        """Hold these passages of the page in place of whatever was held of it."""
        self._writer.delete_documents_by_term("page", page)
        self._writer.add_document(tantivy.Document(kind="page", page=page, record=json.dumps([page, stamp]).encode()))
        for passage in passages:
            self._writer.add_document(tantivy.Document(**_fields_of(passage)))
        self.held[page] = stamp

    def remove(self, page: str) -> None:
        """Hold the page no longer."""
        self._writer.delete_documents_by_term("page", page)
        del self.held[page]

    def commit(self) -> None:
        """Let readers see what was written."""
        self._writer.commit()

    def close(self) -> None:
        """Bring what is being merged to its end and let go of the index."""
        self._writer.wait_merging_threads()


def _writer_of(index: tantivy.Index) -> tantivy.IndexWriter:
    try:
        return index.writer(_HEAP, 1)
    except ValueError as problem:
        if "LockBusy" in str(problem):
            raise IndexBusy from None
        raise


def _read_stamps(index: tantivy.Index) -> dict[str, str]:
    searcher = index.searcher()
    pages = tantivy.Query.term_query(schema(), "kind", "page")
    found = searcher.search(pages, _MOST_PAGES).hits if searcher.num_docs else []
    return dict(json.loads(_record(searcher, address)) for _score, address in found)


def _record(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    record = searcher.doc(address).get_first("record")
    if not isinstance(record, bytes):
        raise ValueError("a document of the index has no record")  # noqa: TRY004 - as what else is damaged
    return record


def read_passage(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Passage:
    """The passage at an address of the index."""
    page, url, title, anchor, path, text = json.loads(_record(searcher, address))
    return Passage(page, url, title, anchor, tuple(path), text)


def _fields_of(passage: Passage) -> Mapping[str, str | bytes]:
    heading = words_in(passage.path[-1] if passage.path else passage.title) if passage.begins else []
    around = " \n ".join((passage.title, *passage.path, passage.text))
    words = words_in(around)
    shown = [passage.page, passage.url, passage.title, passage.anchor, passage.path, passage.text]
    names = names_in(around) + ([squeeze(passage.page.rpartition("/")[2])] if passage.opens else [])
    return {
        "kind": "section",
        "page": passage.page,
        "record": json.dumps(shown, ensure_ascii=False).encode(),
        "words": " ".join(words),
        "stems": " ".join(words),
        "begun": _beginnings({*words, *names}),
        "heading": " ".join(heading),
        "heading_begun": _beginnings(set(heading)),
        "title": " ".join(words_in(passage.title)) if passage.opens else "",
        "names": " ".join(names),
    }


def _beginnings(words: set[str]) -> str:
    """The first letter, two and three of each word, each once."""
    return " ".join({word[:letters] for word in words for letters in range(1, min(len(word), LONGEST_BEGINNING) + 1)})
