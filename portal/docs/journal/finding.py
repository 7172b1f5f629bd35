"""Which documents of a set are its journal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.docs.catalogue import Page
from portal.docs.dates import Written, find_date
from portal.docs.declared import declares, front_matter_of

_NAMED_JOURNAL = re.compile(r"(?:the )?journal(?: of .+)?|.+ journal")


@dataclass(frozen=True, slots=True)
class Documents:
    """The journal's documents: one file of entries, or with `is_folder` the dated ones of a folder.

    `index` is the page that has the journal's title and what it says of itself, where there is one.
    """

    pages: tuple[Page, ...]
    index: Page | None
    is_folder: bool = False


def find_documents(pages: Mapping[str, Page]) -> Documents | None:
    """The documents that are the set's journal; None where it has none."""
    allowed = [page for page in pages.values() if declares(page, "journal") is not False]
    for page in allowed:
        if declares(page, "journal"):
            return _folder(page.path, allowed) if page.is_index and page.path else Documents((page,), page)
    sections = {page.section for page in allowed if _is_named(_last(page.section))}
    for path in sorted(sections, key=_nearest_first):
        if found := _folder(path, allowed):
            return found
    files = [page for page in allowed if not page.is_index and (_is_named(_last(page.path)) or _is_named(page.title))]
    if not files:
        return None
    chosen = min(files, key=lambda page: (page.path.count("/"), not _is_named(_last(page.path)), page.path))
    return Documents((chosen,), chosen)


def _nearest_first(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _folder(path: str, pages: Sequence[Page]) -> Documents | None:
    inside = [page for page in pages if page.path.startswith(f"{path}/") and page.path != path]
    dated = tuple(page for page in inside if date_of(page))
    index = next((page for page in pages if page.path == path), None)
    return Documents(dated, index, True) if dated else None


def date_of(page: Page) -> Written | None:
    """The date a document's front matter gives, else the one in its name."""
    said = front_matter_of(page).get("date")
    return (find_date(str(said)) if said else None) or find_date(_last(page.path))


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _is_named(name: str) -> bool:
    folded = name.casefold()
    return "journal" in folded and bool(_NAMED_JOURNAL.fullmatch(" ".join(re.split(r"[\W_]+", folded)).strip()))
