"""From what an OpenAPI document says to the HTML of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.docs.panels import Panels, draw_panel
from portal.docs.reference.anchors import Anchors
from portal.docs.reference.inner_links import with_inner_links
from portal.docs.reference.operations import read_operation
from portal.docs.reference.outline import Outline
from portal.docs.reference.places import Place
from portal.docs.reference.schemas import ENOUGH_IN_ONE, Tree
from portal.docs.reference.values import Content, Field, Group, Operation, Part, Problem, Sample, Shown
from portal.docs.reference.words import Words
from portal.docs.rendering import Fence, ResolveLink
from portal.docs.rendering.highlighting import draw

# A document of many pages is a large one, whose schemas hold one another many levels deep.
ENOUGH_IN_SPLIT = 30


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page of the reference: its body as HTML, and what turned out to be wrong with the document on the way."""

    part: Part
    body: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class DrawnOperation:
    """An operation with its code drawn: `samples` and `answers` are (label, note, HTML)."""

    operation: Operation
    samples: tuple[tuple[str, str, str], ...]
    answers: tuple[tuple[str, str, str], ...]


def draw_part(outline: Outline, part: Part, *, page: str, resolve_link: ResolveLink) -> Drawn:
    """Draw one page of a document. `page` is its path, which runs started on it are kept under."""
    words = Words(with_inner_links(outline, resolve_link), Panels(page).draw)
    tree = Tree(words.describe, outline.addresses, Anchors(), _enough(outline, part), 3 if part.schemas else 5)
    for group in part.groups:
        for anchor in (group.anchor, *(entry.anchor for entry in group.entries)):
            tree.anchors.take(anchor)
    for named in part.schemas:
        tree.anchors.take(named.anchor)
    context = {
        "contents": outline.contents,
        "part": part,
        "is_first": part is outline.contents.parts[0],
        "description": words.describe(outline.description, "about", 2),
        "groups": [
            (group, words.describe(group.description, group.anchor, 3), list(_operations(outline, group, tree, page)))
            for group in part.groups
        ],
        "schemas": list(_schemas(outline.place, part, tree)),
    }
    body = render_to_string("reference/document.html", context)
    return Drawn(part, body, tuple(outline.place.problems.found.values()))


def draw_notice(part: Part, title: str, words: str) -> Drawn:
    """A page that says why its part is not there."""
    return Drawn(part, render_to_string("reference/notice.html", {"title": part.title or title, "words": words}), ())


def _enough(outline: Outline, part: Part) -> int:
    """How many fields of a body are written out before named schemas become links to their own page."""
    if part.schemas:
        return 0
    return ENOUGH_IN_SPLIT if outline.contents.is_split else ENOUGH_IN_ONE


def _operations(outline: Outline, group: Group, tree: Tree, page: str) -> Iterator[DrawnOperation]:
    for entry in group.entries:
        operation = read_operation(outline.found[entry.anchor], outline.place, tree)
        samples = tuple(_draw_sample(sample, page) for sample in operation.samples)
        yield DrawnOperation(operation, samples, tuple(_answers(operation)))


def _draw_sample(sample: Sample, page: str) -> tuple[str, str, str]:
    note = "made from the schema" if sample.made else ""
    code = _highlight(sample.text, sample.lang)
    if sample.example is not None:
        code = draw_panel(sample.example, name=sample.name, page=page, code=code)
    return sample.label, note, mark_safe(code)  # noqa: S308 - drawn by our own template and highlighter


def _answers(operation: Operation) -> Iterator[tuple[str, str, str]]:
    for response in operation.responses:
        for content in response.contents:
            for shown in content.examples:
                yield _draw_answer(response.status, content, shown)


def _draw_answer(status: str, content: Content, shown: Shown) -> tuple[str, str, str]:
    label = " ".join(filter(None, (status, shown.label or content.media_type)))
    note = "made from the schema" if shown.made else ""
    return label, note, mark_safe(_highlight(shown.text, shown.lang))  # noqa: S308 - our own highlighter wrote it


def _highlight(text: str, lang: str) -> str:
    return draw(Fence(lang, lang, text + "\n", 0, 0))


def _schemas(place: Place, part: Part, tree: Tree) -> Iterator[Field]:
    schemas = place.at("components").at("schemas")
    for named in part.schemas:
        yield replace(tree.plant(schemas.at(named.name), "", named.anchor), name=named.name)
