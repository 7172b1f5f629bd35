"""The plain text of a page, cut at its headings."""

from __future__ import annotations

from portal.docs.rendering.values import Heading, Section


class Sections:
    """Gathers text in page order; `start` begins the section of a new heading."""

    def __init__(self) -> None:
        self._done: list[Section] = []
        self._path: list[Heading] = []
        self._parts: list[str] = []
        self._heading: list[str] | None = None

    @property
    def in_heading(self) -> bool:
        """Whether the text that comes is a heading's."""
        return self._heading is not None

    def add(self, text: str, *, in_heading: bool = True) -> None:
        """Text that continues what came before it."""
        if self._heading is None:
            self._parts.append(text)
        elif in_heading:
            self._heading.append(text)

    def add_beside(self, text: str) -> None:
        """Text that is no part of the heading beside which it stands, nor is the blank before it."""
        if self._heading is None:
            self._parts.append(text)
            return
        while self._heading:
            if last := self._heading.pop().rstrip():
                self._heading.append(last)
                break

    def end_block(self) -> None:
        """What follows starts a new line."""
        if self._heading is None:
            self._parts.append("\n")

    def add_block(self, text: str) -> None:
        """A block on lines of its own, such as code."""
        self._parts.append(f"\n{text}\n")

    def start_heading(self) -> None:
        """What follows is the text of a heading."""
        self._heading = []

    def heading_text(self) -> str:
        """The text since `start_heading`, blanks as they stand."""
        return "".join(self._heading or ())

    def start(self, heading: Heading) -> None:
        """The heading is complete: its section begins."""
        self._finish_section()
        self._path = [above for above in self._path if above.level < heading.level] + [heading]
        self._heading = None

    def finish(self) -> list[Section]:
        """All sections, the one before the first heading included where it has text."""
        self._finish_section()
        return self._done

    def _finish_section(self) -> None:
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        text = "\n".join(line for line in lines if line)
        if text or self._path:
            anchor = self._path[-1].anchor if self._path else ""
            self._done.append(Section(anchor, tuple(above.text for above in self._path), text))
        self._parts = []
