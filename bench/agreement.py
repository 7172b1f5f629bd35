"""How many pages of a doc set have the structure GitHub gives them, by GitHub's own parser, cmark-gfm.

    python bench/agreement.py DIR [--list]

Compared on every page: headings (level and text), lists with their depth and the text of their items, task items,
tables (every cell's text), code text to the character, links (address and text) and pictures. Needs the program
`cmark-gfm`, which Debian has under that name.

What both sides are given. Front matter is taken out. GitHub knows no MDX, so for an .mdx file cmark-gfm gets plain
markdown: the tags of components and of layout (`div`, `p`), imports and comments are removed, and the text inside
loses the indentation it has only for being inside; the portal renders the file as it is, and the titles of its
components are not counted. The raw HTML of both passes one sanitiser. cmark-gfm has neither alerts nor math: an
alert's title is not counted and a formula counts as its source.
"""

from __future__ import annotations

import argparse
import html
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from portal.docs.rendering import decode, render
from portal.docs.rendering.decoding import normalise
from portal.docs.rendering.front_matter import read_front_matter
from portal.docs.rendering.raw_html import without_forbidden_tags
from portal.docs.rendering.sanitising import sanitise

EXTENSIONS = ("table", "strikethrough", "autolink", "tagfilter", "tasklist", "footnotes")
NOT_COUNTED = frozenset({"heading-anchor", "callout-title", "card-title", "tab-title", "step-title", "field-head"})
INLINE = frozenset({"a", "b", "code", "del", "em", "i", "kbd", "mark", "s", "span", "strong", "sub", "sup", "u", "var"})
VOID = frozenset({"br", "hr", "img", "input", "wbr", "source", "col"})

Fact = tuple[object, ...]


@dataclass
class _Open:
    """An element whose text is being gathered into a fact once it ends."""

    tag: str
    depth: int
    fact: Fact
    exact: bool = False
    text: list[str] = field(default_factory=list)


class Structure(HTMLParser):
    """Reads a page into the facts that are compared."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.facts: list[Fact] = []
        self._elements: list[str] = []
        self._open: list[_Open] = []
        self._silent_from: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in INLINE:
            self.handle_data(" ")
        if tag not in VOID:
            self._elements.append(tag)
        if self._silent_from is not None:
            return
        if tag not in VOID and self._is_silent(tag, values):
            self._silent_from = len(self._elements)
            return
        self._note(tag, values)

    def _is_silent(self, tag: str, values: dict[str, str]) -> bool:
        own = NOT_COUNTED & set(values.get("class", "").split())
        footnote = tag == "a" and values.get("href", "").startswith(("#fn", "#user-content-fn"))
        return bool(own) or footnote or (tag == "figcaption" and "figure" in self._elements)

    def _note(self, tag: str, values: dict[str, str]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self._gather(tag, ("heading", int(tag[1])))
        elif tag in {"ul", "ol"}:
            if "steps" not in values.get("class", ""):
                self.facts.append(("list", tag, self._list_depth()))
        elif tag == "li":
            self._gather(tag, ("item", self._list_depth()))
        elif tag in {"td", "th"}:
            self._gather(tag, ("cell", tag))
        elif tag in {"table", "tr"}:
            self.facts.append((tag,))
        elif tag == "pre":
            self._gather(tag, ("code block",), exact=True)
        elif tag == "code" and "pre" not in self._elements:
            self._gather(tag, ("code",), exact=True)
        elif tag == "a" and "href" in values:
            self._gather(tag, ("link", unquote(values["href"])))
        elif tag == "img":
            self.facts.append(("picture", unquote(values.get("src", "")), " ".join(values.get("alt", "").split())))
        elif tag == "input" and values.get("type") == "checkbox":
            self.facts.append(("task", "checked" in values))
        elif tag == "math":
            self.handle_data(f"${values.get('alttext', '')}$")
            self._silent_from = len(self._elements)

    def _gather(self, tag: str, fact: Fact, *, exact: bool = False) -> None:
        self._open.append(_Open(tag, len(self._elements), fact, exact))

    def _list_depth(self) -> int:
        return sum(tag in {"ul", "ol"} for tag in self._elements)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._elements:
            return
        while self._elements:
            self._finish(len(self._elements))
            if self._elements.pop() == tag:
                break
        if tag not in INLINE:
            self.handle_data(" ")

    def _finish(self, depth: int) -> None:
        if self._silent_from == depth:
            self._silent_from = None
        while self._open and self._open[-1].depth == depth:
            done = self._open.pop()
            text = "".join(done.text)
            self.facts.append((*done.fact, text if done.exact else " ".join(text.split())))

    def handle_data(self, data: str) -> None:
        if self._silent_from is not None:
            return
        for element in reversed(self._open):
            element.text.append(data)
            if element.tag in {"li", "td", "th"}:
                break


def structure_of(page: str) -> list[Fact]:
    """The facts of a page of HTML, in the order in which they end."""
    parser = Structure()
    parser.feed(page)
    parser.close()
    return parser.facts


def githubs(source: str) -> str:
    """What cmark-gfm makes of `source`, sanitised as GitHub does with it."""
    command = ["cmark-gfm", "--unsafe", *(word for name in EXTENSIONS for word in ("-e", name))]
    answer = subprocess.run(command, input=source.encode(), capture_output=True, check=True).stdout.decode()
    # The boxes of task items are the parser's own, no raw HTML of the document: they pass the sanitiser as plain marks.
    boxes = re.sub(r'<input type="checkbox"( checked="")? disabled="" />', r'<var dir="box\1"></var>', answer)
    boxes = boxes.replace('box checked=""', "checked")
    clean = sanitise(without_forbidden_tags(boxes), has_raw_ids=False)
    return clean.replace('<var dir="box"></var>', '<input type="checkbox">').replace(
        '<var dir="checked"></var>', '<input type="checkbox" checked>'
    )


_TAG = re.compile(r"</?[A-Z]\w*[^<>]*>")
_LAYOUT = re.compile(r"\s*</?(?:div|p)\b[^<>]*>\s*")


def without_components(source: str) -> str:
    """An MDX document as the plain markdown it would be with its components taken away."""
    blocks: list[list[str]] = [[]]
    fence = ""
    source = re.sub(r"\s+\w+=\{\{.*?\}\}", "", source)
    for line in re.sub(r"^<\w+\n[^<>]*>", lambda tag: " ".join(tag[0].split()), source, flags=re.MULTILINE).split("\n"):
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        if fence:
            blocks[-1].append(line)
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        fence = mark[1] if mark else ""
        bare = line if fence else _without_tags(line)
        if bare != line and _starts_with_component(line):
            blocks.append([])
        if bare == line or bare.strip():
            blocks[-1].append(bare)
        else:
            blocks.append([])
    return "\n\n".join("\n".join(_dedent(block)) for block in blocks)


def _starts_with_component(line: str) -> bool:
    return bool(re.match(r"\s*<[A-Z]", line))


def _dedent(lines: list[str]) -> list[str]:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:] if line[:indent].isspace() else line for line in lines]


def _without_tags(line: str) -> str:
    """The line without component tags, those in code spans excepted, and with HTML's own attributes only."""
    line = re.sub(r"\{/\*.*?\*/\}|^(?:import|export) .* from .*$", "", line)
    if _LAYOUT.fullmatch(line):
        return ""
    parts = re.split(r"(`[^`]*`)", line)
    return "".join(part if part.startswith("`") else _TAG.sub("", part) for part in parts)


@dataclass(frozen=True)
class Difference:
    """The first thing on which two pages do not agree."""

    path: Path
    ours: Fact | None
    githubs: Fact | None
    source: str = field(default="", repr=False)


def compare(path: Path) -> Difference | None:
    """What differs first on the page of the file at `path`, if anything does."""
    source = normalise(decode(path.read_bytes())[0])
    ours = structure_of(render(source, is_mdx=path.suffix == ".mdx").html)
    plain = "\n".join(source.split("\n")[read_front_matter(source).lines :])
    theirs = structure_of(githubs(without_components(plain) if path.suffix == ".mdx" else plain))
    for mine, other in zip([*ours, None], [*theirs, None], strict=False):
        if mine != other:
            return Difference(path, mine, other, source)
    return None


def reason_of(found: Difference) -> str:
    """Why the two do not agree, where that is known and no fault of the portal's; else that it is not."""
    ours, theirs = found.ours or ("",), found.githubs or ("",)
    if ours[0] == theirs[0] == "code block" and re.match(r"\s{4,}(`{3,}|~{3,})", str(theirs[-1])[len(str(ours[-1])) :]):
        return "the mark that ends this code is indented further than code inside a component can be moved out; in plain markdown it ends nothing"
    if ours[0] == "link" and re.search(re.escape(str(ours[1])) + r":?[^\d\s/?#<:]", found.source):
        return "GitHub's parser takes what follows a bare address's port into the address, which then is none; the portal's link ends before"
    return "not known"


def documents(root: Path) -> Iterator[Path]:
    """The markdown files under `root`."""
    return (path for path in sorted(root.rglob("*")) if path.suffix in {".md", ".mdx"} and path.is_file())


def main() -> int:
    """Print the share of pages that agree, and with --list what differs on the others."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("root", type=Path, metavar="DIR")
    arguments.add_argument("--list", action="store_true", help="name the pages that differ, with what differs first and why")
    options = arguments.parse_args()
    paths = list(documents(options.root))
    differences = [found for path in paths if (found := compare(path))]
    same = len(paths) - len(differences)
    print(
        f"{options.root}: {same} of {len(paths)} pages identical in structure, {100 * same / max(len(paths), 1):.1f} %"
    )
    for found in differences if options.list else ():
        print(f"- {found.path.relative_to(options.root)}: {reason_of(found)}")
        print(f"    portal: {html.unescape(repr(found.ours))[:300]}")
        print(f"    GitHub: {html.unescape(repr(found.githubs))[:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
