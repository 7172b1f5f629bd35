"""Where links of a book's text lead when it is read as a book."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote

from portal.docs.book.volumes import Chapter, Volume
from portal.docs.rendering import Rendered
from portal.docs.rendering.anchors import Anchors


def part_of(chapter: Chapter) -> str:
    """The id a chapter has on the page of the whole."""
    return f"chapter-{chapter.number}"


class Way:
    """Leads from the addresses of a volume's documents to its chapters: pages below `base`, or parts of one page."""

    def __init__(self, volume: Volume, read: Callable[[Chapter], Rendered], base: str | None) -> None:
        self.volume, self.read, self.base = volume, read, base
        self._chapters = {chapter.page.url: chapter for chapter in volume.chapters}
        self._places: dict[str, tuple[Chapter, str]] | None = None

    def lead(self, href: str, here: Chapter | None, rendered: Rendered) -> str:
        """The address for `href`, which stands in the chapter `here` or, where that is None, in the foreword."""
        path, mark, fragment = href.partition("#")
        if (path and path not in self._chapters) or not (path or mark):
            return href
        if self.volume.edition.is_folder:
            return self._address(self._chapters[path] if path else here, fragment, stay=not path)
        if not fragment:
            return self._address(None, "") if path else href
        if _has(rendered, fragment):
            return self._address(here, fragment, stay=True)
        chapter, anchor = self._find(fragment)
        return self._address(chapter, anchor) if chapter else href

    def _address(self, chapter: Chapter | None, anchor: str, *, stay: bool = False) -> str:
        mark = f"#{anchor}" if anchor else ""
        if chapter is None:
            return mark or self.base or "#contents"
        if self.base is None:
            return f"#{part_of(chapter)}" + (f"-{anchor}" if anchor else "")
        return mark if stay else f"{self.base}{quote(chapter.name)}/{mark}"

    def _find(self, fragment: str) -> tuple[Chapter | None, str]:
        """The chapter an anchor of the whole document is in, and what the anchor is called there."""
        if self._places is None:
            self._places = dict(self._survey())
        name = unquote(fragment)
        if name in self._places:
            return self._places[name]
        return next((chapter for chapter in self.volume.chapters if _has(self.read(chapter), name)), None), name

    def _survey(self) -> Iterator[tuple[str, tuple[Chapter, str]]]:
        anchors = Anchors()
        anchors.claim(self.volume.title)
        for chapter in self.volume.chapters:
            yield anchors.claim(chapter.title), (chapter, "")
            for heading in self.read(chapter).headings:
                yield anchors.claim(heading.text), (chapter, heading.anchor)


def _has(rendered: Rendered, fragment: str) -> bool:
    name = unquote(fragment)
    return f' id="{name}"' in rendered.html or f' name="{name}"' in rendered.html
