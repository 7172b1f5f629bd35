"""The reference's documents read and drawn by the press: as they would be without it, and never for longer than it allows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.docs.catalogue import Catalogue
from portal.docs.press import Press
from portal.docs.reference.library import Reference
from tests.docs.reference.reading import BOOKSHOP, read_one

# About a second of work.
LARGE = json.dumps({"openapi": "3.1.0", "info": {"title": "Large"}, "paths": {f"/{number}": {"get": {"tags": [f"t{number % 9}"]}} for number in range(4_900)}})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(BOOKSHOP)
    (tmp_path / "broken.yaml").write_text("openapi: 3.1.0\ninfo: [\n")
    (tmp_path / "large.yaml").write_text(LARGE)
    return tmp_path


def pressed(root: Path, patience: float) -> Iterator[Reference]:
    press = Press(root, patience=patience)
    press.start()
    yield Reference(Catalogue(root), press=press)
    press.stop()


@pytest.fixture
def reference(root: Path) -> Iterator[Reference]:
    yield from pressed(root, 20)


@pytest.fixture
def hasty(root: Path) -> Iterator[Reference]:
    yield from pressed(root, 0.2)


def test_a_document_is_read_and_drawn_as_it_is_without_a_press(root: Path, reference: Reference) -> None:
    plain = Reference(Catalogue(root))
    reading, expected = read_one(reference, "shop"), read_one(plain, "shop")
    assert reading.contents is not None
    assert reading.contents == expected.contents
    for part in reading.contents.parts:
        assert reference.draw(reading, part) == plain.draw(expected, part)


def test_a_broken_document_says_what_is_wrong_and_where(reference: Reference) -> None:
    problem = read_one(reference, "broken").problem
    assert problem is not None
    assert "It is not YAML" in str(problem)
    assert problem.line == 3


def test_a_document_that_takes_too_long_says_so_and_the_next_one_is_read(hasty: Reference) -> None:
    assert str(read_one(hasty, "large").problem) == "It takes more than 0.2 seconds to draw."
    assert read_one(hasty, "broken").problem is not None, "there is a process again"


def test_a_page_that_cannot_be_drawn_says_so_and_is_not_tried_at_every_request(root: Path, hasty: Reference) -> None:
    reading = read_one(Reference(Catalogue(root)), "large")
    assert reading.contents is not None
    part = reading.contents.parts[1]
    drawn = hasty.draw(reading, part)
    assert f"<h1>{part.title}</h1>" in drawn.body
    assert "This page takes more than 0.2 seconds to draw." in drawn.body
    read_one(hasty, "large")
    kept = hasty.kept(reading.document, part.slug)
    assert kept is not None
    assert kept[1] == drawn


def test_a_page_that_is_gone_since_the_document_was_read_says_so_until_it_is_opened_again(root: Path, reference: Reference) -> None:
    reading = read_one(reference, "shop")
    assert reading.contents is not None
    part = reading.contents.parts[-1]
    (root / "shop.yaml").write_text("openapi: 3.1.0\ninfo: {title: Empty}\n")
    # Another process than the one that has read it before.
    fresh = Press(root)
    fresh.start()
    try:
        reference.press = fresh
        assert "has just been changed" in reference.draw(reading, part).body
    finally:
        fresh.stop()
    assert reference.kept(reading.document, part.slug) is None


def test_a_page_tells_of_its_own_problems_and_the_documents_alone(root: Path, reference: Reference) -> None:
    answers = {"200": {"$ref": "#/nowhere"}}
    paths = {f"/{tag}/{number}": {"get": {"tags": [tag], "operationId": f"{tag}{number}", "responses": answers}} for tag in "ab" for number in range(16)}
    paths["/a/0"]["get"]["operationId"] = paths["/a/1"]["get"]["operationId"]
    (root / "large.yaml").write_text(json.dumps({"openapi": "3.1.0", "paths": paths}))
    reading = read_one(reference, "large")
    assert reading.contents is not None
    _, first, second = reading.contents.parts
    seen = [{problem.where.split(" › ")[1][1] for problem in reference.draw(reading, part).problems} for part in (second, first, second)]
    assert seen == [{"a", "b"}, {"a"}, {"a", "b"}], "the document's own problem is in a"


def test_links_in_a_document_follow_the_set_as_pages_come_and_go(root: Path, reference: Reference) -> None:
    reading = read_one(reference, "shop")
    assert reading.contents is not None
    first = reading.contents.parts[0]
    assert 'href="/docs/guide/"' not in reference.draw(reading, first).body
    (root / "guide.md").write_text("# Guide\n")
    reference.catalogue.refresh()
    assert reference.kept(reading.document, "") is None
    assert 'href="/docs/guide/"' in reference.draw(reading, first).body
