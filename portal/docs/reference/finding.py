"""The OpenAPI documents of the set: files that say so at their top level, found again when they change."""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from portal.docs.files import stays_within
from portal.docs.reference.reading import MAX_BYTES

SUFFIXES = (".yaml", ".yml", ".json")
# Files that a document may refer to as one text: a description, or the code of a sample.
TEXTS = (".md", ".txt", ".xml", ".http", ".sh", ".py", ".js", ".ts", ".rb", ".java", ".cs", ".php", ".go", ".rs", ".kt", ".swift")
_SCAN_INTERVAL = 1.0
_HEAD_BYTES = 4096
_IN_YAML = re.compile(rb"""^["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?\d""", re.MULTILINE)
_IN_JSON = re.compile(rb'"(?:openapi|swagger)"\s*:\s*"\d')
# One search holds the interpreter until it is done, so a long text is searched in pieces that overlap.
_PIECE, _OVERLAP = 1024 * 1024, 256
_ANYWHERE = re.compile(rb"""["']?\b(?:openapi|swagger)["']?\s*:\s*["']?\d""")
_CLAIMS = (b'"openapi"', b'"swagger"')
_COLON = re.compile(rb"\s*:")
_BACKSLASH = ord("\\")
_LEADS_OUT = re.compile(rb"""\$ref["']?\s*:\s*(?:["'][^"'#]|[^\s"'#])""")

Signature = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is an OpenAPI document by its own word. `address` is its place below /reference/, without slashes
    at its ends; `signature` its time of change in nanoseconds and its size in bytes, and where it refers to other files
    a number that changes with any of them."""

    address: str
    file: Path
    relative: str
    signature: Signature

    @property
    def url(self) -> str:
        """The document's address on the site."""
        return f"/reference/{self.address}/"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a file is by its own word: whether an OpenAPI document, and whether one that refers to other files."""

    is_document: bool
    leads_out: bool = False


class Documents:
    """The OpenAPI documents under `root`. The tree is looked through at most once a second."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._found: Mapping[str, Document] = {}
        self._judged: dict[Path, tuple[Signature, Judgement]] = {}
        self._scanned = float("-inf")

    def all(self) -> tuple[Document, ...]:
        """Every document, in the order of their addresses. May look through the tree; call it off the event loop."""
        if time.monotonic() - self._scanned >= _SCAN_INTERVAL:
            self._found = MappingProxyType({document.address: document for document in self._scan()})
            self._scanned = time.monotonic()
        return tuple(self._found.values())

    def find(self, path: str) -> tuple[Document, str] | None:
        """The document that `path` names, and the slug of the part that follows it; whatever the case of its name.

        May look through the tree; call it off the event loop.
        """
        known = {document.address.casefold(): document for document in self.all()}
        whole = known.get(path.casefold())
        if whole is not None:
            return whole, ""
        above, _, part = path.rpartition("/")
        document = known.get(above.casefold())
        return (document, part) if document is not None and part else None

    def _scan(self) -> Iterator[Document]:
        taken: set[str] = set()
        kept: dict[Path, tuple[Signature, Judgement]] = {}
        for file, stat in _files(self.root, os.path.realpath(self.root), SUFFIXES):
            signature: Signature = (stat.st_mtime_ns, stat.st_size)
            judged = self._judged.get(file)
            if judged is None or judged[0] != signature:
                judged = (signature, _judge(file))
            kept[file] = judged
        state = self._state() if any(judgement.leads_out for _, judgement in kept.values()) else 0
        for file, (signature, judgement) in kept.items():
            if not judgement.is_document:
                continue
            relative = file.relative_to(self.root).as_posix()
            stem = relative[: -len(file.suffix)]
            address = relative if stem.casefold() in taken else stem
            taken.add(address.casefold())
            yield Document(address, file, relative, (*signature, state) if judgement.leads_out else signature)
        self._judged = kept

    def _state(self) -> int:
        """What changes with any file that a document can refer to."""
        seen = _files(self.root, os.path.realpath(self.root), (*SUFFIXES, *TEXTS))
        return zlib.crc32(repr([(str(file), stat.st_mtime_ns, stat.st_size) for file, stat in seen]).encode())


def _files(folder: Path, real: str, suffixes: tuple[str, ...]) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), real, suffixes)
            elif entry.name.lower().endswith(suffixes) and entry.is_file() and stays_within(entry, real):
                yield Path(entry.path), entry.stat()
        except OSError:
            continue


def _judge(file: Path) -> Judgement:
    is_document = says_openapi(file)
    return Judgement(is_document, is_document and _leads_out(file))


def _leads_out(file: Path) -> bool:
    """Whether the document refers to other files. One that only seems to is read anew more often than it has to be."""
    try:
        with file.open("rb") as opened:
            whole = opened.read(MAX_BYTES)
    except OSError:
        return False
    return any(_LEADS_OUT.search(whole, at, at + _PIECE + _OVERLAP) for at in range(0, len(whole), _PIECE))


def says_openapi(file: Path) -> bool:
    """Whether the file claims to be an OpenAPI (or Swagger) document; read no further than is needed to tell."""
    is_json = file.suffix.lower() == ".json"
    claim = _IN_JSON if is_json else _IN_YAML
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
            if claim.search(head) or (head.lstrip().startswith(b"{") and _ANYWHERE.search(head)):
                return True
            if len(head) < _HEAD_BYTES:
                return False
            whole = head + opened.read(MAX_BYTES)
    except OSError:
        return False
    if not any(claim.search(whole, at, at + _PIECE + _OVERLAP) for at in range(0, len(whole), _PIECE)):
        return False
    return not is_json or _has_at_top(whole)


def _has_at_top(content: bytes) -> bool:
    """Generators that sort keys put `openapi` after everything that starts with an earlier letter.

    What it holds is not built: looking through a million new values for garbage would hold up every thread.
    """
    depth, at = 0, 0
    while (opens := content.find(b'"', at)) >= 0:
        depth += sum(content.count(bracket, at, opens) for bracket in (b"{", b"["))
        depth -= sum(content.count(bracket, at, opens) for bracket in (b"}", b"]"))
        at = _end_of_text(content, opens + 1)
        if depth == 1 and content[opens:at] in _CLAIMS and _COLON.match(content, at):
            return True
    return False


def _end_of_text(content: bytes, at: int) -> int:
    """Where the text ends that `at` is in: behind the next quote that no backslash escapes."""
    while (closes := content.find(b'"', at)) >= 0:
        first = closes
        while first > at and content[first - 1] == _BACKSLASH:
            first -= 1
        if (closes - first) % 2 == 0:
            return closes + 1
        at = closes + 1
    return len(content)
