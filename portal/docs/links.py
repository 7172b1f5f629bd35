"""Links of a document: from what its author wrote to an address on this site, or the word that there is none."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from portal.docs.catalogue import Page, Shelf
from portal.docs.files import SUFFIXES
from portal.docs.rendering import ResolvedLink

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")


class Links:
    """Resolves the links of one file of the set, named by its path from the root."""

    def __init__(self, shelf: Shelf, relative: str, root: Path, source_url: str) -> None:
        self.shelf, self.relative, self.root, self.source_url = shelf, relative, root, source_url
        self._folder = relative.rpartition("/")[0]

    def resolve(self, href: str, is_image: bool) -> ResolvedLink:
        """Where a link leads: a page of the set, a file in it, a place out of it, another site, or nowhere."""
        try:
            parts = urlsplit(href.strip())
        except ValueError:
            return ResolvedLink(href, "dead")
        if parts.scheme == "file":
            return ResolvedLink(href, "dead")
        if parts.scheme or parts.netloc:
            return ResolvedLink(href, "external")
        if not parts.path:
            return ResolvedLink(href, "ok")
        target = self._target(unquote(parts.path))
        page = self._page_at(target)
        if page is not None and not is_image:
            return ResolvedLink(page.url + (f"#{parts.fragment}" if parts.fragment else ""), "ok")
        return self._beside(href, target) or self._outside(href, target)

    def mention(self, name: str) -> ResolvedLink | None:
        """The page that a bare `NAME.md` in running text means: beside this one, at the root, or the only one so called."""
        for candidate in (posixpath.join(self._folder, name), name):
            if page := self.shelf.other_names.get(candidate.casefold()):
                return ResolvedLink(page.url) if page.relative != self.relative else None
        wanted = posixpath.basename(name).casefold()
        found = self.shelf.by_file_name.get(wanted, ())
        return ResolvedLink(found[0].url) if len(found) == 1 and found[0].relative != self.relative else None

    def page_at(self, path: str) -> Page | None:
        """The page that `path`, as a link of this page writes it, leads to."""
        return None if "://" in path or path.startswith(("mailto:", "file:")) else self._page_at(self._target(path))

    def _target(self, path: str) -> str:
        if path.startswith("/"):
            return posixpath.normpath(path.removeprefix("/docs/").lstrip("/"))
        return posixpath.normpath(posixpath.join(self._folder, path))

    def _page_at(self, target: str) -> Page | None:
        if target.startswith(".."):
            return None
        if target == ".":
            return self.shelf.pages.get("")
        stem, suffix = posixpath.splitext(target)
        if suffix.lower() in SUFFIXES:
            return self.shelf.other_names.get(target.casefold()) or self.shelf.find(stem)
        return self.shelf.find(target)

    def _beside(self, href: str, target: str) -> ResolvedLink | None:
        """A picture of the set, served from it. Any other file of it stays where the source is."""
        if not target.lower().endswith(PICTURES) or target.startswith(".."):
            return None
        return ResolvedLink(f"/docs/{quote(target)}") if (self.root / target).is_file() else None

    def _outside(self, href: str, target: str) -> ResolvedLink:
        if not self.source_url:
            return ResolvedLink(href, "dead")
        # The source address stands for the folder that holds the doc set: `../x` from the set's root is `x` there.
        place = posixpath.normpath(posixpath.join(self.root.name, target)).removeprefix("../").lstrip("./")
        return ResolvedLink(f"{self.source_url}/{quote(place)}", "outside")
