"""The reference as it is read: the set's OpenAPI documents and their pages, made once for each state of a file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.docs.catalogue import Catalogue
from portal.docs.links import Links
from portal.docs.reference.drawing import Drawn, draw_part
from portal.docs.reference.finding import Document, Documents
from portal.docs.reference.outline import Outline, outline
from portal.docs.reference.reading import MAX_BYTES, BadDocument, Source, read_source
from portal.docs.reference.values import Part
from portal.docs.rendering import ResolveLink

# Bytes of the files, which grow about tenfold when they are read; bytes of HTML.
_DOCUMENTS_KEPT = 16 * 1024 * 1024
_PAGES_KEPT = 48 * 1024 * 1024

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values made last, each for as long as its file stays as it was; together they weigh at most `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._weight = 0
        self._values: OrderedDict[Hashable, tuple[Hashable, Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, signature: Hashable) -> Value | None:
        """The value for `key` if it was made for `signature`."""
        found = self._values.get(key)
        return found[1] if found and found[0] == signature else None

    def put(self, key: Hashable, signature: Hashable, value: Value, weight: int) -> Value:
        """Keep `value`, and let the oldest go."""
        with self._lock:
            before = self._values.pop(key, None)
            self._values[key] = (signature, value, weight)
            self._weight += weight - (before[2] if before else 0)
            while self._weight > self.most and len(self._values) > 1:
                self._weight -= self._values.popitem(last=False)[1][2]
        return value


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was read: what it holds, or the sentence that says why it cannot be shown."""

    document: Document
    source: Source | None
    outline: Outline | None
    problem: BadDocument | None = None


class Reference:
    """Reads and draws the documents among the files of `catalogue`."""

    def __init__(self, catalogue: Catalogue, *, source_url: str = "") -> None:
        self.catalogue, self.source_url = catalogue, source_url
        self.documents = Documents(catalogue.root)
        self._readings: Kept[Reading] = Kept(_DOCUMENTS_KEPT)
        self._pages: Kept[Drawn] = Kept(_PAGES_KEPT)

    def read(self, document: Document) -> Reading:
        """The document's contents. A file that cannot be read or understood is a reading with a problem."""
        known = self._readings.get(document.address, document.signature)
        if known is not None:
            return known
        size = document.signature[1]
        return self._readings.put(document.address, document.signature, _read(document), size)

    def kept(self, document: Document, slug: str) -> tuple[Reading, Drawn] | None:
        """A page that is drawn already, with its document."""
        reading = self._readings.get(document.address, document.signature)
        drawn = self._pages.get((document.address, slug), document.signature)
        return (reading, drawn) if reading and drawn else None

    def draw(self, reading: Reading, part: Part) -> Drawn:
        """Draw a page of a document, off the event loop."""
        document = reading.document
        assert reading.source is not None
        # Read anew, so that the problems found are those of the document and of this page alone.
        fresh = outline(reading.source, document.url)
        fresh_part = next(one for one in fresh.parts if one.slug == part.slug)
        page = f"reference/{document.address}"
        drawn = draw_part(fresh, fresh_part, page=page, resolve_link=self._resolver(document))
        return self._pages.put((document.address, part.slug), document.signature, drawn, len(drawn.body))

    def _resolver(self, document: Document) -> ResolveLink:
        relative = document.file.relative_to(self.catalogue.root).as_posix()
        return Links(self.catalogue.shelf, relative, self.catalogue.root, self.source_url).resolve


def _read(document: Document) -> Reading:
    size = document.signature[1]
    if size > MAX_BYTES:
        problem = BadDocument(f"It is {size:,} bytes long; at most {MAX_BYTES:,} are read.")
        return Reading(document, None, None, problem)
    try:
        source = read_source(document.file.read_bytes(), document.file.name)
    except BadDocument as problem:
        return Reading(document, None, None, problem)
    except OSError as problem:
        return Reading(document, None, None, BadDocument(f"Its file cannot be read: {problem.strerror}."))
    return Reading(document, source, outline(source, document.url))
