"""The sections of a document without drawing it: the rendering pipeline as far as its tree."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from unicodedata import normalize

from markdown.util import Registry

from portal.docs.files import read_regular
from portal.docs.rendering import ReadPart, Section, decode
from portal.docs.rendering.decoding import normalise
from portal.docs.rendering.draft import Draft
from portal.docs.rendering.pipeline import Converter

# Seconds. The largest page of a real set takes one; text made to be slow can take minutes.
PATIENCE = 20.0


class TooSlow(Exception):
    """A document took longer to read than any real one does."""


def read_sections(
    file: Path, root: Path, *, read_part: ReadPart | None = None, patience: float = PATIENCE
) -> tuple[Section, ...]:
    """The sections as the page shows them; of one that is too much for the grammar, its source. Raises `Unreadable`."""
    source, _oddities = decode(read_regular(file, root))
    source = normalise(source)
    try:
        with _no_longer_than(patience):
            return sections_of(normalize("NFC", source), is_mdx=file.suffix.lower() == ".mdx", read_part=read_part)
    except (TooSlow, RecursionError):
        return (Section("", (), source),)


def sections_of(source: str, *, is_mdx: bool, read_part: ReadPart | None = None) -> tuple[Section, ...]:
    """What `Rendered.plain` holds for the same source, at about half the cost."""
    draft = Draft(is_mdx=is_mdx, read_part=read_part)
    _converter().render(source, draft)
    return tuple(draft.sections)


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.treeprocessors, converter.postprocessors = Registry(), Registry()
    converter.serializer = lambda _tree: f"<{converter.doc_tag}></{converter.doc_tag}>"
    return converter


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in the block when it takes longer. For the main thread only, as signals are."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
