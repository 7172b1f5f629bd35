"""Links between documents: from what an author wrote to an address on this site."""

from __future__ import annotations

import posixpath
from urllib.parse import quote, unquote, urlsplit

from portal.docs.catalogue import SUFFIXES, Catalogue, Page
from portal.docs.rendering import ResolvedLink


class Links:
    """Resolves the links of one page."""

    def __init__(self, catalogue: Catalogue, page: Page, source_url: str) -> None:
        self.catalogue, self.page, self.source_url = catalogue, page, source_url
        self._folder = page.file.relative_to(catalogue.root).parent.as_posix()

    def resolve(self, href: str, is_image: bool) -> ResolvedLink:
        """Where the link leads: another page, a file out of the set, another site, or nowhere."""
        try:
            parts = urlsplit(href)
        except ValueError:
            return ResolvedLink(href, "dead")
        if parts.scheme or parts.netloc:
            return ResolvedLink(href, "external")
        if not parts.path or parts.path.startswith("/"):
            return ResolvedLink(href, "ok")
        target = posixpath.normpath(posixpath.join(self._folder, unquote(parts.path)))
        stem, suffix = posixpath.splitext(target)
        if suffix.lower() in SUFFIXES and not target.startswith(".."):
            return self._to_page(href, stem, parts.fragment)
        if self.source_url:
            return ResolvedLink(f"{self.source_url}/{quote(target.lstrip('./'))}", "outside")
        return ResolvedLink(href, "dead")

    def _to_page(self, href: str, stem: str, fragment: str) -> ResolvedLink:
        name = posixpath.basename(stem).lower()
        path = posixpath.dirname(stem) if name in ("index", "readme") else stem
        page = self.catalogue.find("" if path == "." else path)
        if page is None:
            return ResolvedLink(href, "dead")
        return ResolvedLink(quote(page.url) + (f"#{fragment}" if fragment else ""), "ok")
