"""The journal as an Atom feed (RFC 4287), in pages (RFC 5005)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from portal.docs.journal.entries import Entry
from portal.docs.journal.parts import Part

ENTRIES_A_PAGE = 50
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00Z"
# What XML cannot carry, escaped or not.
_UNFIT = re.compile("[^\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\uFFFD\\U00010000-\\U0010FFFF]")


def write_feed(part: Part, *, title: str, site: str, base: str, draw: Callable[[Entry], str]) -> bytes:
    """The feed's page with the entries of `part`; `base` is the site's address without a slash at its end.

    `draw` gives an entry's HTML with absolute links. `site` names the site, so that entries of two sites differ.
    """
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", _id_of(site, "journal"))
    _add(feed, "title", title)
    _add(feed, "updated", _moment(part.entries[0]) if part.entries else _NEVER)
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}/journal/"})
    for relation, number in _relations(part):
        address = f"{base}/journal/feed.xml" + (f"?page={number}" if number > 1 else "")
        SubElement(feed, "link", {"rel": relation, "type": "application/atom+xml", "href": address})
    _add(SubElement(feed, "author"), "name", site)
    for entry in part.entries:
        _write_entry(SubElement(feed, "entry"), entry, site, base, draw(entry))
    written: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written


def _relations(part: Part) -> list[tuple[str, int]]:
    found = [("self", part.number), ("first", 1), ("last", part.of)]
    if part.number > 1:
        found.append(("previous", part.number - 1))
    if part.number < part.of:
        found.append(("next", part.number + 1))
    return found


def _write_entry(element: Element, entry: Entry, site: str, base: str, html: str) -> None:
    _add(element, "id", _id_of(site, entry.name))
    _add(element, "title", entry.title)
    _add(element, "published", _moment(entry))
    _add(element, "updated", _moment(entry))
    SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": base + quote(entry.url)})
    if entry.kind:
        SubElement(element, "category", {"term": _fit(entry.kind)})
    _add(element, "content", html).set("type", "html")


def _add(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _fit(text)
    return element


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def _moment(entry: Entry) -> str:
    return f"{entry.when.year:04}-{entry.when:%m-%dT%H:%M:%S}Z"


def _id_of(site: str, name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{site}/journal/{name}").urn
