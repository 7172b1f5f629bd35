"""What is wrong with a doc set: links, anchors, pictures and lists of pages that name nothing, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.docs.anchoring import anchors_in, find_anchor
from portal.docs.catalogue import Catalogue, Page, Shelf
from portal.docs.files import Unreadable, read_regular
from portal.docs.links import Links, Target
from portal.docs.mintlify import read_site_file
from portal.docs.rendering import Link, Oddity, decode, render
from portal.docs.shelving import Branch, strays_in

# A reader of the site cannot follow these. Everything else is a note: it works here, though it is odd or may not elsewhere.
FAULTS = frozenset({"dead-link", "missing-anchor", "missing-image", "missing-page", "same-address", "unreadable"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or odd: `file` from the root of the set, `line` from 1, `code` a fixed word, `message` a sentence."""

    file: str
    line: int
    code: str
    message: str

    @property
    def is_fault(self) -> bool:
        """Whether a reader of the site meets it; otherwise it is a note for the writer."""
        return self.code in FAULTS


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as it renders: its links, its anchors, and what rendering called odd."""

    page: Page
    links: tuple[Link, ...] = ()
    anchors: frozenset[str] = frozenset()
    oddities: tuple[Oddity, ...] = ()


def check(root: Path, *, source_url: str = "") -> Iterator[Finding]:
    """Everything found in the documents under `root`, page by page in reading order, by line within a page."""
    shelf = Catalogue(root).shelf
    sheets = {page.path: _read(page, root, Links(shelf, page.relative, root, source_url)) for page in shelf.pages.values()}
    yield from _of_site_file(root, shelf)
    for sheet in sheets.values():
        links = Links(shelf, sheet.page.relative, root, source_url)
        found = [
            *(Finding(sheet.page.relative, odd.line, odd.code, odd.message) for odd in sheet.oddities),
            *_of_address(sheet.page, shelf, root),
            *_of_nav(sheet.page, shelf, root),
            *(finding for link in sheet.links for finding in _of_link(link, sheet, links, sheets)),
        ]
        yield from sorted(dict.fromkeys(found), key=lambda finding: finding.line)


def _read(page: Page, root: Path, links: Links) -> Sheet:
    try:
        source, oddities = decode(read_regular(page.file, root))
    except Unreadable as problem:
        return Sheet(page, oddities=(Oddity(1, "unreadable", f"This document cannot be read: {problem}."),))
    rendered = render(
        source,
        resolve_link=links.resolve,
        resolve_mention=links.mention,
        read_part=links.read_part,
        is_mdx=page.file.suffix.lower() == ".mdx",
    )
    return Sheet(page, rendered.links, anchors_in(rendered.html), oddities + rendered.oddities)


def _of_link(link: Link, sheet: Sheet, links: Links, sheets: Mapping[str, Sheet]) -> Iterator[Finding]:
    if link.is_mention:
        return
    target = links.find(link.href, link.is_image)
    for code, message in _judge(link, target, links):
        yield Finding(sheet.page.relative, link.line, code, message)
    there = sheet if target.kind == "here" else sheets.get(target.page.path) if target.page else None
    if there is not None and target.fragment:
        for code, message in _judge_anchor(link, target, there, is_own=there is sheet):
            yield Finding(sheet.page.relative, link.line, code, message)


def _judge(link: Link, target: Target, links: Links) -> Iterator[tuple[str, str]]:
    href = link.href.strip()
    if target.kind == "outside":
        if not links.source_url:
            yield "out-of-set", f"{href} leads out of the set; set PORTAL_SOURCE_URL to say where that is."
    elif target.kind == "unserved":
        if not links.source_url:
            yield "not-served", f"{href} is in the set, but is no document, picture or other file that is served."
    elif link.is_image and target.kind not in {"file", "elsewhere"}:
        yield "missing-image", f"There is no picture {href or 'here: it has no address'}."
    elif not href:
        yield "dead-link", f"The link “{link.text}” has no address."
    elif target.kind == "nowhere":
        yield "dead-link", _explain(href, target, links)
    elif target.guessed and not href.startswith("/"):
        yield "misplaced-link", f"{href} is taken to mean {target.path}; from this file that is not its path."
    elif target.page is not None and _differs_in_case(target):
        yield "other-case", f"{href} differs from the name of {target.page.relative} in case; elsewhere that may not be found."


def _explain(href: str, target: Target, links: Links) -> str:
    if href.lower().startswith("file:"):
        return f"{href} is a file of one machine alone."
    if not target.path:
        return f"{href} is not an address."
    namesakes = links.shelf.by_file_name.get(target.path.rpartition("/")[2].casefold(), ())
    known = " or ".join(page.relative for page in namesakes[:3])
    return f"There is no {target.path} in the set" + (f"; a file of that name is {known}." if known else ".")


def _differs_in_case(target: Target) -> bool:
    assert target.page is not None
    return target.path != target.page.relative and target.path.casefold() == target.page.relative.casefold()


def _judge_anchor(link: Link, target: Target, there: Sheet, *, is_own: bool) -> Iterator[tuple[str, str]]:
    meant = find_anchor(target.fragment, there.anchors)
    if meant == target.fragment:
        return
    if meant is None:
        where = "this page" if is_own else there.page.relative
        yield "missing-anchor", f"{link.href} names no heading of {where}."
    else:
        yield "loose-anchor", f"{link.href} is taken to mean #{meant}."


def _of_address(page: Page, shelf: Shelf, root: Path) -> Iterator[Finding]:
    stem = page.relative.rpartition(".")[0]
    holder = shelf.pages.get(stem)
    if page.path == page.relative and holder is not None and holder is not page:
        message = f"{holder.relative} has the address {holder.url} that this file would have; it is shown at {page.url}."
        yield Finding(page.relative, 1, "same-address", message)
    for alias in page.top.aliases:
        found = shelf.find(alias.strip("/").removeprefix("docs/"))
        if found is not None and found is not page:
            line = _line_of(alias, page, root)
            yield Finding(page.relative, line, "alias-taken", f"The alias {alias} is taken by {found.relative}.")


def _of_nav(page: Page, shelf: Shelf, root: Path) -> Iterator[Finding]:
    if not page.is_index:
        return
    branch: Branch[Page] | None = shelf.branch(page.section) if page.section else shelf.tree
    for name in strays_in(branch) if branch else ():
        where = page.section or "the set's root"
        yield Finding(page.relative, _line_of(name, page, root), "missing-page", f"`nav` lists {name}, which is not in {where}.")


def _of_site_file(root: Path, shelf: Shelf) -> Iterator[Finding]:
    own = read_site_file(root)
    if not own.name:
        return
    lines = decode(read_regular(root / own.name, root))[0].split("\n")
    for name in own.listed:
        if shelf.find(name) is None and shelf.find(name.removesuffix("index")) is None:
            yield Finding(own.name, _line_with(name, lines), "missing-page", f"`navigation` lists {name}, which is not in the set.")
    for former, present in own.moved.items():
        if shelf.find(present) is None and "://" not in present:
            message = f"`redirects` leads from {former} to {present}, which is not in the set."
            yield Finding(own.name, _line_with(present, lines), "missing-page", message)


def _line_of(name: str, page: Page, root: Path) -> int:
    """The line of the front matter that has `name`."""
    text, _ = decode(read_regular(page.file, root))
    return _line_with(name, text.split("\n"))


def _line_with(name: str, lines: Sequence[str]) -> int:
    return next((number for number, line in enumerate(lines, 1) if name in line), 1)
