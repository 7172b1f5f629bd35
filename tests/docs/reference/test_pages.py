"""The reference's pages, from files to HTML."""

import copy
import json
import os
import re
import threading
import time
from html.parser import HTMLParser

import pytest

from portal.docs.reference.finding import Documents, says_openapi
from portal.docs.reference.outline import MAX_ON_EACH_PAGE
from portal.docs.reference.yaml_text import read_yaml
from tests.docs.reference.reading import BOOKSHOP, draw, ids, problems_of, read_one, reference_of


class Tags(HTMLParser):
    """The tags of a page with their attributes, as a browser reads them."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def named(title="x", **rest):
    return json.dumps({"openapi": "3.1.0", "info": {"title": title}, "paths": {}, **rest})


def test_every_operation_field_and_answer_has_an_id_of_its_own_and_a_link_to_it(tmp_path):
    page = draw(reference_of(tmp_path, shop_yaml=BOOKSHOP), "shop")
    found = ids(page)
    assert len(found) == len(set(found))
    for anchor in ("listBooks", "listBooks.query.limit", "addBook.body", "addBook.body.by.born", "addBook.201.title", "listBooks.default.code"):
        assert anchor in found
        assert f'href="#{anchor}"' in page or anchor.count(".") == 1
    dead = {target for target in re.findall(r'href="#([^"]+)"', page) if target not in found}
    assert dead == set()


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("#operation/o 3", "cats-and-dogs/#o-3"),
        ("#tag/Cats-and-dogs/operation/o%203", "cats-and-dogs/#o-3"),
        ("#tag/Cats-and-dogs", "cats-and-dogs/#tag-Cats-and-dogs"),
        ("#tag/cats%20and%20dogs", "cats-and-dogs/#tag-Cats-and-dogs"),
        ("#tag/None", None),
        ("#operation/none", None),
    ],
)
def test_a_description_links_to_an_operation_or_a_tag_the_way_redoc_names_them(tmp_path, href, found):
    paths = {f"/{number}": {"get": {"operationId": f"o {number}", "tags": ["Cats and dogs" if number < 20 else "Other"]}} for number in range(40)}
    (tmp_path / "api.json").write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "x", "description": f"See [it](<{href}>)."}, "paths": paths}))
    page = draw(reference_of(tmp_path), "api")
    assert (f'<a href="/reference/api/{found}">it</a>' in page) is (found is not None)
    if found:
        assert found.partition("#")[2] in ids(draw(reference_of(tmp_path), "api", "cats-and-dogs"))


def test_a_callback_is_shown_whole_and_each_part_has_an_id_of_its_own(tmp_path):
    sent = {"requestBody": {"content": {"application/json": {"schema": {"properties": {"name": {"description": "Whose it is."}}}}}}, "responses": {"200": {"description": "Heard."}}}
    paths = {"/a": {"post": {"operationId": "a", "callbacks": {"done": {"{$url}": {"post": sent}}, "gone": {"{$url}": {"post": sent}}}}}}
    page = draw(reference_of(tmp_path, small_json=named(paths=paths)), "small")
    assert page.count("Whose it is.") == page.count("Heard.") == 2
    found = ids(page)
    assert len(found) == len(set(found))
    assert {"a.callback.done", "a.callback.done.body.name", "a.callback.gone.200"} <= set(found)


def test_schemas_have_a_page_whose_links_lead_somewhere(tmp_path):
    reference = reference_of(tmp_path, shop_yaml=BOOKSHOP)
    page, schemas = draw(reference, "shop"), draw(reference, "shop", "schemas")
    targets = set(re.findall(r'href="/reference/shop/schemas/#([^"]+)"', page + schemas))
    assert {"Book", "Person"} <= targets
    assert targets <= set(ids(schemas))


def test_descriptions_are_markdown_with_links_into_the_set_and_headings_below_the_pages_own(tmp_path):
    (tmp_path / "guide.md").write_text("# Guide\n")
    page = draw(reference_of(tmp_path, shop_yaml=BOOKSHOP), "shop")
    assert 'Sells <strong>books</strong>. See <a href="/docs/guide/">the guide</a>' in page
    assert '<h2 id="about--paging">Paging</h2>' in page
    assert '<a href="#about--paging">above</a>' in page
    assert page.count("<h1") == 1


def test_a_request_in_a_description_is_a_panel(tmp_path):
    assert 'data-path="/api/chat"' in draw(reference_of(tmp_path, shop_yaml=BOOKSHOP), "shop")


def test_nothing_of_a_document_reaches_the_page_as_html_unless_it_is_safe(tmp_path):
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    field = {"type": evil, "format": evil, "description": evil, "enum": [evil], "default": evil, "pattern": evil, "title": evil}
    operation = {
        "operationId": evil, "summary": evil, "description": evil, "tags": [evil],
        "parameters": [{"name": evil, "in": evil, "description": evil, "schema": field}],
        "requestBody": {"description": evil, "content": {evil: {"schema": {"properties": {evil: field}}, "example": evil}}},
        "responses": {evil: {"description": evil, "content": {"text/html": {"example": evil}}, "headers": {evil: {"schema": field}}}},
        "x-codeSamples": [{"lang": evil, "label": evil, "source": evil}], "security": [{evil: []}], "externalDocs": {"url": "javascript:alert(1)"},
    }  # fmt: skip
    text = json.dumps({
        "openapi": "3.1.0", "info": {"title": evil, "version": evil, "description": evil}, "servers": [{"url": evil, "description": evil}],
        "tags": [{"name": evil, "description": evil}], "paths": {"/" + evil: {"post": operation}}, "components": {"schemas": {evil: {"properties": {evil: field}}}},
    })  # fmt: skip
    reference = reference_of(tmp_path, evil_json=text)
    for slug in ("", "schemas"):
        tags = Tags(draw(reference, "evil", slug)).found
        assert {"script", "iframe", "style"}.isdisjoint(tag for tag, _ in tags)
        assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
        assert not [value for _, attributes in tags for value in attributes.values() if (value or "").startswith("javascript")]


def test_a_document_with_faults_is_shown_with_what_is_wrong_and_where(tmp_path):
    reference = reference_of(tmp_path, bad_yaml=(
        "openapi: 3.1.0\ninfo: no\nservers: 7\ntags: {a: b}\npaths:\n  /a:\n    get:\n      parameters: [3, {$ref: '#/x'}]\n"
        "      responses:\n        200: text\n    put: 4\n  /b: {$ref: '#/paths/~1b'}\n  /c: 5\n"
    ))  # fmt: skip
    said = problems_of(reference, "bad")
    assert "paths › /a › get › parameters › 1: “#/x” is not in the document." in said
    assert "paths › /a › get › responses › 200: A response has to be a mapping." in said
    assert "paths › /b: “#/paths/~1b” refers to itself." in said
    assert "the document: “servers” has to be a list." in said
    assert "“#/x” is not in the document." in draw(reference, "bad")


def _places(value, way=()):
    yield way
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(inner, (*way, key))


WHOLE = read_yaml(BOOKSHOP).value
JUNK = [None, 7, "x", [], {}, True, [1, None], {"$ref": "#/paths"}, {"$ref": 3}, {"a": {"b": []}}, -1.5, [[]], {"type": []}]


@pytest.mark.parametrize("first", range(2))
def test_whatever_one_value_of_a_document_becomes_its_pages_are_drawn(tmp_path, first):
    ways = [way for way in _places(WHOLE) if way and way != ("openapi",)]
    for number, way in enumerate(ways[first::6]):
        broken = copy.deepcopy(WHOLE)
        inside = broken
        for key in way[:-1]:
            inside = inside[key]
        inside[way[-1]] = JUNK[(number + first) % len(JUNK)]
        reference = reference_of(tmp_path, shop_json=json.dumps(broken))
        reading = read_one(reference, "shop")
        assert reading.contents is not None
        for part in reading.contents.parts:
            found = ids(reference.draw(reading, part).body)
            assert len(found) == len(set(found)), way


def test_a_large_document_comes_on_a_page_for_each_tag_and_more_where_a_tag_is_large(tmp_path):
    paths = {f"/{tag}/{number}": {"get": {"operationId": f"{tag}{number}", "tags": [tag]}} for tag in ("Cats", "Schemas") for number in range(MAX_ON_EACH_PAGE + 5)}
    reference = reference_of(tmp_path, big_json=named(paths=paths, components={"schemas": {"A": {}}}))
    reading = read_one(reference, "big")
    assert [part.slug for part in reading.contents.parts] == ["", "cats", "cats-2", "schemas-2", "schemas-3", "schemas"]
    listed = draw(reference, "big")
    assert all(f"#{name}0" in listed for name in ("Cats", "Schemas"))
    assert "Cats7" in ids(draw(reference, "big", "cats"))
    assert f"Cats{MAX_ON_EACH_PAGE}" in ids(draw(reference, "big", "cats-2"))


def test_a_large_document_without_tags_is_divided_by_what_its_paths_are_about(tmp_path):
    paths = {f"/v1/{subject}/{{id}}/{number}": {"get": {"operationId": f"{subject}{number}"}} for subject in ("cats", "dogs") for number in range(20)}
    reference = reference_of(tmp_path, big_json=named(paths={"/v1/{id}": {"get": {}}, **paths}), small_json=named(paths={"/v1/cats": {"get": {}}}))
    assert [(part.slug, part.title) for part in read_one(reference, "big").contents.parts] == [
        ("", ""), ("other", "Other operations"), ("cats", "cats"), ("dogs", "dogs"),
    ]  # fmt: skip
    assert "cats7" in ids(draw(reference, "big", "cats"))
    assert [group.name for group in read_one(reference, "small").contents.groups] == [""]


def test_files_that_say_openapi_are_found_wherever_they_say_it(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "api.yml").write_text("# words\ninfo: {title: x}\nopenapi: '3.0.1'\n")
    (tmp_path / "late.json").write_text(json.dumps({"components": {"x": "y" * 9000}, "openapi": "3.1.0"}))
    (tmp_path / "package.json").write_text(json.dumps({"name": "x", "openapi": "api.yaml"}))
    (tmp_path / "inner.json").write_text(json.dumps({"components": {"x": "y" * 9000}, "dependencies": {"openapi": "3.1.0"}}))
    (tmp_path / "inner.yaml").write_text("tools:\n  openapi: 3.1.0\n")
    (tmp_path / ".hidden.yaml").write_text("openapi: 3.1.0\n")
    (tmp_path / "old.json").write_text('{"swagger": "2.0"}')
    (tmp_path / "flow.yaml").write_text('{"openapi": "3.1.0"}')
    os.mkfifo(tmp_path / "pipe.yaml")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text("openapi: 3.1.0\n")
    (tmp_path / "link.yaml").symlink_to(outside)
    assert [document.address for document in reference_of(tmp_path).documents.all()] == ["deep/api", "flow", "late", "old"]


def test_a_long_file_that_says_openapi_late_is_looked_through_while_others_have_their_turns(tmp_path):
    late = tmp_path / "late.json"
    late.write_text(json.dumps({"components": {f"x{number}": [{"a": [number]}] for number in range(250_000)}, "openapi": "3.1.0"}))
    turns, over = [], threading.Event()

    def take_turns():
        while not over.wait(0.001):
            turns.append(time.perf_counter())

    other = threading.Thread(target=take_turns)
    other.start()
    began = time.perf_counter()
    found = says_openapi(late)
    took = time.perf_counter() - began
    over.set()
    other.join()
    assert found
    assert max(after - before for before, after in zip([began, *turns], [*turns, began + took], strict=False)) < took / 4


@pytest.mark.parametrize(
    ("written", "claims"),
    [
        ('{"a": "%s", "openapi": "3.1.0"}', True),
        ('{"a": "%s", "openapi"\n : "3.1.0"}', True),
        ('{"a": ["%s", {"b": []}], "swagger": "2.0"}', True),
        (r'{"a": "{[%s\"", "b": "\\", "openapi": "3.1.0"}', True),
        ('{"a": "%s", "openapi": "3.1.0"', True),
        ('{"a": {"b": "%s", "openapi": "3.1.0"}}', False),
        ('{"a": "%s", "b": ["openapi", {"openapi": "3.1.0"}]}', False),
        (r'{"a": "%s", "b": "x\"openapi\": \"3.1.0"}', False),
        (r'{"a": "%s", "b": "}\\", "c": {"openapi": "3.1.0"}}', False),
        ('{"a": "%s", "b": {"openapi": "3.1.0', False),
    ],
)
def test_a_late_claim_counts_at_the_top_of_the_file_alone(tmp_path, written, claims):
    (tmp_path / "late.json").write_text(written % ("x" * 9000))
    assert says_openapi(tmp_path / "late.json") is claims


def test_a_text_that_never_ends_is_looked_through_once(tmp_path):
    (tmp_path / "late.json").write_text('{"a": "' + r'\"' * (1 << 21) + '"openapi": "3')
    began = time.process_time()
    assert not says_openapi(tmp_path / "late.json")
    assert time.process_time() - began < 30, "looked through from each quote it would take hours"


@pytest.mark.parametrize("before", [1 << 20, (1 << 20) - 5, (1 << 20) + 250, 3 << 20])
def test_a_claim_is_found_wherever_in_a_long_file_it_stands(tmp_path, before):
    (tmp_path / "late.yaml").write_text("x: " + "y" * (before - 4) + "\nopenapi: 3.1.0\n" + "z: z\n" * 1000)
    (tmp_path / "late.json").write_text('{"x": "' + "y" * (before - 9) + '","openapi": "3.1.0"}')
    assert says_openapi(tmp_path / "late.yaml")
    assert says_openapi(tmp_path / "late.json")


def test_a_look_through_the_tree_is_not_begun_again_because_it_took_long(tmp_path):
    class Slow(Documents):
        looks = 0

        def _scan(self):
            self.looks += 1
            time.sleep(1.1)
            yield from super()._scan()

    documents = Slow(tmp_path)
    documents.all()
    documents.find("api")
    assert documents.looks == 1


def test_two_files_of_one_name_have_addresses_of_their_own(tmp_path):
    reference = reference_of(tmp_path, api_json=named("J"), api_yaml="openapi: 3.1.0\ninfo: {title: Y}\n")
    assert {document.address: document.relative for document in reference.documents.all()} == {"api": "api.json", "api.yaml": "api.yaml"}


def test_an_edit_shows_at_the_next_reading_and_a_drawn_page_is_kept_until_then(tmp_path):
    reference = reference_of(tmp_path, api_json=named("Before"))
    reading = read_one(reference, "api")
    drawn = reference.draw(reading, reading.contents.parts[0])
    assert reference.kept(reading.document, "") == (reading, drawn)
    (tmp_path / "api.json").write_text(named("Afterwards"))
    reference.documents._scanned = float("-inf")  # as if the second between two looks had passed
    assert read_one(reference, "api").contents.title == "Afterwards"
    assert reference.kept(read_one(reference, "api").document, "") is None


def test_a_file_beyond_the_bound_is_not_read(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_text("openapi: 3.1.0\n")
    os.truncate(path, 17 * 1024 * 1024)
    assert "at most 16,777,216 are read" in str(read_one(reference_of(tmp_path), "huge").problem)
