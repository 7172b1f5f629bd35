"""The documents that a document takes in as parts of itself: which they are, and its markdown with theirs in place."""

from __future__ import annotations

from portal.docs.rendering import jsx
from portal.docs.rendering.front_matter import split_front_matter
from portal.docs.rendering.inclusions import take_in
from portal.docs.rendering.tree import DEEPEST_PART, MOST_PARTS
from portal.docs.rendering.values import ReadPart


def parts_of(source: str) -> tuple[str, ...]:
    """The addresses of the documents that `source` takes in, as it writes them."""
    return tuple(dict.fromkeys(href for _, _, href in _places(source)))


def with_parts(source: str, read_part: ReadPart) -> str:
    """`source` with the text of each part where it is taken in, and without the lines that import it.

    A part that cannot be read, that holds itself, or is one too many, leaves its tag where it is.
    """
    return _Filling(read_part).fill(source, ())


class _Filling:
    def __init__(self, read_part: ReadPart) -> None:
        self.read_part, self.left = read_part, MOST_PARTS

    def fill(self, source: str, above: tuple[str, ...]) -> str:
        pieces, position = [], 0
        for start, end, href in _places(source):
            text = self._text(href, above) if start >= position else None
            if text is not None:
                pieces += [source[position:start], text]
                position = end
        whole = _without_imports("".join([*pieces, source[position:]])) if pieces else source
        return take_in(whole, self._read)[0]

    def _read(self, href: str) -> str | None:
        self.left -= 1
        return self.read_part(href) if self.left >= 0 else None

    def _text(self, href: str, above: tuple[str, ...]) -> str | None:
        if self.left <= 0 or len(above) >= DEEPEST_PART or href in above:
            return None
        self.left -= 1
        source = self.read_part(href)
        return None if source is None else self.fill(split_front_matter(source)[1], (*above, href)).strip()


def _places(source: str) -> list[tuple[int, int, str]]:
    """Where each part is taken in, from where to where, and its address."""
    if "import " not in source and "<Snippet" not in source:
        return []
    found = jsx.scan(source, html_too=False)
    imported = jsx.parts_in(source, found.no_text)
    places = []
    for start, element in sorted(found.elements.items()):
        name = element.tag.name
        href = imported.get(name) or ("/snippets/" + element.tag.attributes.get("file", "") if name == "Snippet" else None)
        if href is not None:
            places.append((start, element.close_end, href))
    return places


def _without_imports(source: str) -> str:
    """`source` without its lines of script that import a part, whose tags are gone."""
    pieces, position = [], 0
    for start, end in jsx.scan(source, html_too=False).no_text:
        if jsx.parts_in(source, [(start, end)]):
            pieces.append(source[position:start])
            position = end + 1
    return "".join([*pieces, source[position:]])
