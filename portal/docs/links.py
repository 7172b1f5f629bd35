"""Links of a document: from what its author wrote to an address on this site, or the word that there is none."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from portal.docs.catalogue import Page, Shelf
from portal.docs.files import PAGE_OF_NEXTJS, SUFFIXES, Unreadable, find_file, read_regular, signature
from portal.docs.pictures import size_of
from portal.docs.reference.finding import SUFFIXES as _OPENAPI_SUFFIXES
from portal.docs.reference.finding import says_openapi
from portal.docs.rendering import ResolvedLink, decode

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
# Files that documents point to and readers fetch. Anything else in the folder was not put there for them.
ATTACHMENTS = (
    ".pdf", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".toml", ".xml", ".py", ".ipynb",
    ".sh", ".js", ".ts", ".go", ".rs", ".sol", ".zip", ".gz", ".tar", ".mp4", ".webm", ".mp3",
)  # fmt: skip
# Addresses of the site itself that a document may name, its older names for them included.
PLACES = {
    "": "/", "docs": "/docs/", "docs.html": "/docs/", "docs/index": "/docs/index/", "book": "/book/",
    "journal": "/journal/", "reference": "/reference/", "redoc": "/reference/", "search": "/search/",
    "playground": "/playground/", "runs": "/runs/", "llms.txt": "/llms.txt", "llms-full.txt": "/llms-full.txt",
    "sitemap.xml": "/sitemap.xml", "journal/feed.xml": "/journal/feed.xml",
}  # fmt: skip
# Where Docusaurus and Astro keep what they serve from the root, the documents included.
_SERVED_AS_ROOT = ("static", "public", "docs")
_IS_INDEX = re.compile(r"(?:^|/)(?:index|readme)\.[^/]*$", re.IGNORECASE)
_PAGE_SUFFIXES = (*SUFFIXES, ".html", ".htm")

Kind = Literal["page", "file", "place", "here", "elsewhere", "unserved", "outside", "nowhere"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a link means.

    `kind`: a page or a file of the set, a place of this site, a part of the page itself (`here`), another site
    (`elsewhere`), something in the set that is not served, something out of the set (its `path` opens with `../`), or
    nowhere. `path` is counted from the root of the set. `guessed` is True where it is not what the author's words
    say but what they must mean: `docs/a.md`, written in `docs/b.md`.
    """

    kind: Kind
    path: str = ""
    page: Page | None = None
    fragment: str = ""
    guessed: bool = False


def _file(path: str, fragment: str, *, is_image: bool, guessed: bool) -> Target:
    served = path.lower().endswith(PICTURES if is_image else (*PICTURES, *ATTACHMENTS))
    return Target("file" if served else "unserved", path, None, fragment, guessed=guessed)


def _counted_from(relative: str) -> str:
    """The folder from which a site counts what is linked by address: the page's own."""
    folder, _, name = relative.rpartition("/")
    # Next.js gives an address no slash at its end, so it counts from the folder above.
    if name == PAGE_OF_NEXTJS:
        return posixpath.dirname(folder)
    return folder if _IS_INDEX.search(relative) else posixpath.splitext(relative)[0]


class Links:
    """Resolves the links of one file of the set, named by its path from the root.

    `parts_read` holds the files taken in as parts of it, each with the state it was read in.
    """

    def __init__(self, shelf: Shelf, relative: str, root: Path, source_url: str) -> None:
        self.shelf, self.relative, self.root, self.source_url = shelf, relative, root, source_url
        self._folder = relative.rpartition("/")[0]
        self._address = _counted_from(relative)
        self.parts_read: dict[str, tuple[int, int]] = {}

    def resolve(self, href: str, is_image: bool) -> ResolvedLink:
        """Where a link leads: a page of the set, a file in it, a place out of it, another site, or nowhere."""
        target = self.find(href, is_image)
        if target.kind == "elsewhere":
            return ResolvedLink(href, "external")
        if target.kind == "here":
            return ResolvedLink(href)
        if target.kind == "page" and target.page is not None:
            return ResolvedLink(target.page.url + (f"#{target.fragment}" if target.fragment else ""))
        if target.kind == "file":
            if not is_image and (place := self._reference_of(target)):
                return ResolvedLink(place)
            width, height = (size_of(self.root / target.path) if is_image else None) or (None, None)
            return ResolvedLink(f"/docs/{quote(target.path)}", width=width, height=height)
        if target.kind == "place":
            return ResolvedLink(PLACES[target.path])
        if target.kind in {"outside", "unserved"} and self.source_url:
            # A picture there is on another host, of which pages ask nothing: it is shown as a link.
            return ResolvedLink(self._source_of(target.path), "external" if is_image else "outside")
        return ResolvedLink(href, "dead")

    def find(self, href: str, is_image: bool = False) -> Target:
        """What `href`, as this document writes it, means."""
        try:
            parts = urlsplit(href.strip())
        except ValueError:
            return Target("nowhere")
        if parts.scheme == "file":
            return Target("nowhere")
        if parts.scheme or parts.netloc:
            return Target("elsewhere")
        if not parts.path:
            return Target("here", fragment=parts.fragment)
        path = unquote(parts.path)
        places = list(self._places(path))
        for at, place in enumerate(places):
            page = None if is_image else self._page_at(place)
            if page is not None:
                return Target("page", place, page, parts.fragment, guessed=at > 0)
        for at, place in enumerate(places):
            if file := find_file(self.root, place):
                return _file(file, parts.fragment, is_image=is_image, guessed=at > 0)
        if meant := self._from_address(path, places[0], parts.fragment, is_image=is_image):
            return meant
        own = path.strip("/")
        if path.startswith("/") and own in PLACES and not is_image:
            return Target("place", own)
        return self._without_file(places[0])

    def mention(self, name: str) -> ResolvedLink | None:
        """The page that a bare `NAME.md` in running text means: beside this one, at the root, or the only one so called."""
        for candidate in (posixpath.join(self._folder, name), name):
            if page := self.shelf.find(candidate):
                return ResolvedLink(page.url) if page.relative != self.relative else None
        wanted = posixpath.basename(name).casefold()
        found = self.shelf.by_file_name.get(wanted, ())
        return ResolvedLink(found[0].url) if len(found) == 1 and found[0].relative != self.relative else None

    def read_part(self, href: str) -> str | None:
        """The text of the document, or other file of the set, that this one takes in as a part of itself."""
        target = self.find(href.removeprefix("@site"))
        relative = target.page.relative if target.page else target.path if target.kind in {"file", "unserved"} else ""
        if relative in {"", self.relative}:
            return None
        # The state from before it is read: what changes meanwhile makes it differ from the present one.
        self.parts_read.setdefault(relative, signature(self.root / relative))
        try:
            return decode(read_regular(self.root / relative, self.root))[0]
        except Unreadable:
            return None

    def page_at(self, href: str) -> Page | None:
        """The page of the set that `href` leads to."""
        return self.find(href).page

    def _reference_of(self, target: Target) -> str:
        """Where an OpenAPI document is shown, and not what its file says; empty for any other file."""
        stem, suffix = posixpath.splitext(target.path)
        if suffix.lower() not in _OPENAPI_SUFFIXES or not says_openapi(self.root / target.path):
            return ""
        return f"/reference/{quote(stem)}/" + (f"#{target.fragment}" if target.fragment else "")

    def _places(self, path: str) -> Iterator[str]:
        """Where the file may lie that `path` names, from the root of the set: as written, then as it may be meant."""
        own = (f"{self.root.name}/", "docs/")
        if path.startswith("/"):
            written = posixpath.normpath(path.lstrip("/") or ".")
            # Of these addresses the site's own pages have the first, the server that mindX had before the second.
            inside = [written[len(prefix) :] for prefix in (*own, "doc/") if written.startswith(prefix)]
            yield from dict.fromkeys([written, *inside, *(f"{folder}/{written}" for folder in _SERVED_AS_ROOT)])
            return
        written = posixpath.normpath(posixpath.join(self._folder, path))
        above = f"../{self.root.name}"
        if written == above or written.startswith(f"{above}/"):
            written = written[len(above) + 1 :] or "."
        yield written
        meant = posixpath.normpath(path)
        yield from dict.fromkeys(meant[len(prefix) :] for prefix in own if meant.startswith(prefix))

    def _from_address(self, path: str, written: str, fragment: str, *, is_image: bool) -> Target | None:
        """What `path` means on a site whose pages have folders of their own, where what names no document is counted from those."""
        is_out = written.startswith("..")
        if path.startswith("/") or written.lower().endswith(SUFFIXES) or (is_out and self.source_url):
            return None
        place = posixpath.normpath(posixpath.join(self._address, path))
        page = None if is_image else self._page_at(place)
        # Many a folder beside the set has the name of one in it.
        if page and not (is_out and self.shelf.branch(place)):
            return Target("page", place, page, fragment, guessed=True)
        # In another case it is not looked for: that takes the whole folder, for every link that leads nowhere.
        file = find_file(self.root, place, any_case=False)
        return _file(file, fragment, is_image=is_image, guessed=True) if file else None

    def _page_at(self, place: str) -> Page | None:
        if place.startswith(".."):
            return None
        if place == ".":
            return self.shelf.pages.get("")
        if page := self.shelf.find(place):
            return page
        stem, suffix = posixpath.splitext(place)
        if suffix.lower() in _PAGE_SUFFIXES:
            return self.shelf.find(stem)
        branch = self.shelf.branch(place)
        return branch.first if branch else None

    def _without_file(self, place: str) -> Target:
        if place.startswith(".."):
            return Target("outside", place)
        try:
            is_folder = (self.root / place).is_dir()
        except (OSError, ValueError):
            is_folder = False
        return Target("unserved" if is_folder else "nowhere", place)

    def _source_of(self, path: str) -> str:
        # The source address stands for the folder that holds the doc set: `../x` from the set's root is `x` there.
        place = posixpath.normpath(posixpath.join(self.root.name, path))
        return f"{self.source_url}/{quote(place.removeprefix('../'))}"
