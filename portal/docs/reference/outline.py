"""A document's contents: its operations under their tags, its named schemas, and the pages they come on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from portal.docs.reference.anchors import Anchors, slug
from portal.docs.reference.operations import METHODS, Found
from portal.docs.reference.places import BadRef, Place, Problems
from portal.docs.reference.reading import Source
from portal.docs.reference.servers import read_servers
from portal.docs.reference.values import Contents, Entry, Group, Named, Part

MAX_ON_ONE_PAGE = 30
MAX_ON_EACH_PAGE = 20
MAX_SCHEMAS_ON_PAGE = 80
_MAX_OPERATIONS = 5000
# Words of a path that every other has too, and the places of parameters.
_IS_COMMON = re.compile(r"api|rest|v\d[\w.]*|\{[^{}]*\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """A document's contents, and where they lie in it. `description` is markdown. `found` leads from an anchor to its operation,
    `addresses` from a schema's name to its place on the site."""

    contents: Contents
    place: Place
    description: str
    found: Mapping[str, Found]
    addresses: Mapping[str, str]


def outline(source: Source, address: str) -> Outline:
    """Read what a document holds. `address` is the document's own, with a slash at its end."""
    place = Place(source.root, (), source, Problems(), 1)
    for key, line in source.repeated:
        place.problems.note("the document", f"“{key}” stands twice in one mapping; the last one counts.", line)
    tagged = _tag(list(_find(place)), place)
    is_split = sum(len(found) for _, found in tagged) > MAX_ON_ONE_PAGE
    parts, kept = _paginate(tagged, place, address) if is_split else _on_one_page(tagged, place, address)
    shelves = list(_shelve(place, address))
    info = place.at("info")
    return Outline(
        contents=Contents(
            title=info.text("title") or source.name,
            version=info.text("version"),
            servers=read_servers(place),
            parts=(*parts, *shelves),
            is_split=is_split,
        ),
        place=place,
        description=info.text("description") or info.text("summary"),
        found=kept,
        addresses={one.name: f"{part.url}#{one.anchor}" for part in shelves for one in part.schemas},
    )


def _find(place: Place) -> Iterator[Found]:
    """Every operation in the document's order, with an anchor of its own and no page yet."""
    anchors = Anchors()
    anchors.take("content")  # the page's own, for the skip link
    named: dict[str, str] = {}
    count = 0
    for key in ("paths", "webhooks"):
        for path, item in place.members(key):
            for method, operation, owner in _methods_of(path, item):
                count += 1
                if count > _MAX_OPERATIONS:
                    place.note(f"There are more than {_MAX_OPERATIONS:,} operations; the rest is not shown.")
                    return
                anchor = _name(operation, method, path, named)
                entry = Entry(
                    anchors.take(anchor), method.upper(), path,
                    operation.text("summary") or operation.text("operationId") or f"{method.upper()} {path}",
                    "", operation.claims("deprecated"),
                )  # fmt: skip
                yield Found(entry, operation, owner, key == "webhooks")


def _methods_of(path: str, item: Place) -> Iterator[tuple[str, Place, Place]]:
    if path.startswith("x-"):
        return
    try:
        owner = item.follow()
    except BadRef as problem:
        item.note(str(problem))
        return
    if not owner.is_mapping:
        item.note("A path has to be a mapping of methods to operations.")
        return
    for method, place in (*((method, owner.at(method)) for method in METHODS), *owner.members("additionalOperations")):
        try:
            operation = place.follow()
        except BadRef as problem:
            place.note(str(problem))
            continue
        if operation.is_mapping:
            yield method, operation, owner
        elif operation.value is not None:
            operation.note("An operation has to be a mapping.")


def _name(operation: Place, method: str, path: str, named: dict[str, str]) -> str:
    """The anchor of an operation: its id, or its method and path where the id is missing or another's."""
    own = operation.text("operationId")
    if own and own not in named:
        named[own] = f"{method.upper()} {path}"
        return slug(own)
    if own:
        operation.note(f"The operationId “{own}” is that of {named[own]} already.")
    return slug(f"{method}-{path.strip('/')}")


def _tag(found: list[Found], place: Place) -> list[tuple[tuple[str, str], list[Found]]]:
    """The operations by their first tag, as ((name, description), operations): tags in the document's order."""
    grouped: dict[str, list[Found]] = {}
    described = {}
    for tag in place.entries("tags"):
        if tag.text("name"):
            grouped[tag.text("name")] = []
            described[tag.text("name")] = tag.text("description")
    tags = [next(iter(one.place.words("tags")), "Webhooks" if one.is_webhook else "") for one in found]
    if len(found) > MAX_ON_ONE_PAGE and not any(tags):
        tags = [_subject(one.entry.path) for one in found]
    for one, name in zip(found, tags, strict=True):
        grouped.setdefault(name, []).append(one)
    return [((name, described.get(name, "")), held) for name, held in grouped.items() if held]


def _subject(path: str) -> str:
    """What a path is about, where no tag says it: its first word that tells one from another."""
    words = (word for word in path.split("/") if word and not _IS_COMMON.fullmatch(word))
    return next(words, "")


def _on_one_page(
    tagged: list[tuple[tuple[str, str], list[Found]]], place: Place, address: str
) -> tuple[list[Part], dict[str, Found]]:
    kept: dict[str, Found] = {}
    groups = tuple(_group(name, text, held, address, kept) for (name, text), held in tagged)
    return [Part("", "", address, groups)], kept


def _paginate(
    tagged: list[tuple[tuple[str, str], list[Found]]], place: Place, address: str
) -> tuple[list[Part], dict[str, Found]]:
    """A page for each tag, several where it has many operations."""
    slugs, kept = Anchors(), dict[str, Found]()
    slugs.take("schemas")
    parts = [Part("", "", address)]
    for (name, text), held in tagged:
        stem = slug(name or "other").lower()
        for start in range(0, len(held), MAX_ON_EACH_PAGE):
            one = slugs.take(stem)
            url = f"{address}{quote(one)}/"
            title = name or "Other operations"
            more = f", from {start + 1}" if start else ""
            group = _group(title, text if not start else "", held[start : start + MAX_ON_EACH_PAGE], url, kept)
            parts.append(Part(one, title + more, url, (group,)))
    return parts, kept


def _group(name: str, text: str, held: list[Found], url: str, kept: dict[str, Found]) -> Group:
    entries = []
    for one in held:
        entry = replace(one.entry, url=f"{url}#{one.entry.anchor}")
        kept[entry.anchor] = replace(one, entry=entry)
        entries.append(entry)
    return Group(name, f"tag-{slug(name)}" if name else "", text, tuple(entries))


def _shelve(place: Place, address: str) -> Iterator[Part]:
    """The pages of the named schemas."""
    names = [name for name, _ in place.at("components").members("schemas")]
    for number, start in enumerate(range(0, len(names), MAX_SCHEMAS_ON_PAGE), 1):
        one = "schemas" if number == 1 else f"schemas-{number}"
        anchors = Anchors()
        some = tuple(Named(name, anchors.take(slug(name))) for name in names[start : start + MAX_SCHEMAS_ON_PAGE])
        title = "Schemas" if len(names) <= MAX_SCHEMAS_ON_PAGE else f"Schemas, {some[0].name} to {some[-1].name}"
        yield Part(one, title, f"{address}{one}/", schemas=some)
