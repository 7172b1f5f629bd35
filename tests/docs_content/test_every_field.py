"""What the endpoint table and the reference know of an endpoint, its page says: each field, type, default and status."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from portal.ollama.endpoints import ENDPOINTS, Endpoint
from portal.ollama.shapes import shape_of
from tests.docs_content.shapes import SET, follow, operation_of, operations

OLLAMA = "ollama/openapi.yaml"
INDEX = SET / "ollama/INDEX.md"
ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)
WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.takes_body]
# Read by versions that are gone (`width` …), or read and thrown away by all: the form shows them, the reference does not.
FORM_ALONE = {
    "/api/generate": {"width", "height", "steps"},
    "/v1/chat/completions": {"max_completion_tokens", "n", "parallel_tool_calls", "tool_choice", "user"},
    "/v1/completions": {"user"},
    "/v1/embeddings": {"user"},
    "/v1/responses": {"metadata", "previous_response_id", "service_tier", "store", "tool_choice"},
    "/v1/messages": {"service_tier"},
}


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


@cache
def homes() -> dict[str, str]:
    """The page of each endpoint, as Ollama's own first page lists them."""
    found = {}
    for row in ROW.findall(INDEX.read_text("utf-8")):
        page = re.search(r"\]\(([\w/]+\.md)\)", row)
        for path in re.findall(r"`(?:(?:GET|POST|DELETE) )?(/(?:api|v1)/[\w/]+)`", row) if page else ():
            found[path] = page[1] if page else ""
    return found


def home_of(endpoint: Endpoint) -> str:
    return homes()[endpoint.path.removesuffix("/{model}")]


@cache
def said_on(page: str) -> str:
    return (SET / "ollama" / page).read_text("utf-8")


@cache
def words_of(page: str) -> frozenset[str]:
    """The names a page has in code type or in its blocks."""
    text = said_on(page)
    code = re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE) + re.findall(r"`[^`\n]+`", text)
    return frozenset(word for piece in code for word in re.findall(r"\w+", piece))


@cache
def near(page: str) -> tuple[str, ...]:
    """The page and those about Ollama it leads to."""
    folder = (SET / "ollama" / page).parent
    led_to = {(folder / link).resolve() for link in re.findall(r"\]\(([\w./]+\.md)[)#]", said_on(page))}
    return page, *(one.relative_to(SET / "ollama").as_posix() for one in led_to if one.is_relative_to(SET / "ollama"))


@cache
def words_near(page: str) -> frozenset[str]:
    return frozenset().union(*map(words_of, near(page)))


def elsewhere() -> list[tuple[str, str, dict[str, Any]]]:
    """What the reference tells of beside the endpoint table: asked by people and programs, not from a panel."""
    table = {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    return [one for one in operations(OLLAMA) if one[:2] not in table]


def fields(schema: dict[str, Any], seen: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Each field below `schema` as (name, its schema, depth from 0)."""
    if "$ref" in schema:
        if schema["$ref"] not in seen:
            yield from fields(follow(OLLAMA, schema), (*seen, schema["$ref"]))
        return
    for name, inside in schema.get("properties", {}).items():
        yield name, {**follow(OLLAMA, inside), **inside}, 0
        yield from ((other, told, depth + 1) for other, told, depth in fields(inside, seen))
    for part in [one for key in ("allOf", "anyOf", "oneOf") for one in schema.get(key, ())] + [schema.get("items")]:
        if isinstance(part, dict):
            yield from fields(part, seen)


def asked(endpoint: Endpoint) -> dict[str, dict[str, Any]]:
    """The fields at the top of the endpoint's body, as the reference has them."""
    content = operation_of(endpoint.method, endpoint.path)["requestBody"]["content"]["application/json"]
    return {name: told for name, told, depth in fields(content["schema"]) if depth == 0}


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=name_of)
def test_every_field_of_a_request_is_on_the_endpoints_page_with_its_default(endpoint: Endpoint) -> None:
    page = home_of(endpoint)
    paragraphs = re.split(r"\n\n|\n(?=\|)", said_on(page))
    silent = []
    for name, told in asked(endpoint).items():
        default = told["default"] if isinstance(told.get("default"), str) else json.dumps(told.get("default"))
        where = [text for text in paragraphs if re.search(rf"`(?:[^`\n]*\b)?{name}\b[^`\n]*`", text)]
        if not where or ("default" in told and not any(_has(text, default) for text in where)):
            silent.append((name, default))
    assert silent == []


def _has(text: str, default: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(default)}(?!\w)", text))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_every_field_of_an_answer_and_within_a_request_is_on_the_page_or_where_it_leads(endpoint: Endpoint) -> None:
    told = operation_of(endpoint.method, endpoint.path)
    bodies = [told.get("requestBody", {}), *(follow(OLLAMA, answer) for answer in told["responses"].values())]
    schemas = [content["schema"] for body in bodies for content in body.get("content", {}).values()]
    names = {name for schema in schemas for name, _, _ in fields(schema)}
    assert names - words_near(home_of(endpoint)) == set()


@pytest.mark.parametrize(("method", "path", "told"), elsewhere(), ids=[f"{method} {path}" for method, path, _ in elsewhere()])
def test_what_has_no_panel_is_on_a_page_with_every_field(method: str, path: str, told: dict[str, Any]) -> None:
    pages = [page.relative_to(SET / "ollama").as_posix() for page in (SET / "ollama").rglob("*.md")]
    name = re.sub(r"\{(\w+)\}", r":\1", path)
    homes = [page for page in pages if f"{method} {name}`" in said_on(page) or f"`{name}`" in said_on(page)]
    bodies = [told.get("requestBody", {}), *(follow(OLLAMA, answer) for answer in told["responses"].values())]
    schemas = [content["schema"] for body in bodies for content in body.get("content", {}).values()]
    names = {name for schema in schemas for name, _, _ in fields(schema)}
    assert homes
    assert min((names - words_near(page) for page in homes), key=len) == set()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_every_status_of_an_endpoint_is_on_its_page_or_where_it_leads(endpoint: Endpoint) -> None:
    told = set(operation_of(endpoint.method, endpoint.path)["responses"]) - {"200", "default"}
    rows = "\n".join(map(said_on, near(home_of(endpoint))))
    assert {status for status in told if not re.search(rf"^\| {status}\b", rows, re.MULTILINE)} == set()


@pytest.mark.parametrize("page", sorted(set(homes().values())))
def test_a_field_in_a_table_of_a_page_is_one_of_the_reference_with_its_type(page: str) -> None:
    here = [endpoint for endpoint in WITH_BODY if home_of(endpoint) == page]
    known: dict[str, list[dict[str, Any]]] = {}
    for endpoint in here:
        for name, told in asked(endpoint).items():
            known.setdefault(name, []).append(told)
    strange = []
    for names, kind in _typed_rows(said_on(page)):
        for name in names if here else ():
            if name.partition(".")[0] not in known:
                strange.append(f"{name} is not in the reference")
            elif "." not in name and not any(_agree(told, kind) for told in known[name]):
                strange.append(f"{name} is said to be {kind}")
    assert strange == []


def _typed_rows(text: str) -> Iterator[tuple[list[str], str]]:
    """The names and the type in each row of the tables that tell of what is sent: those with a column for the default."""
    heads: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        if not cells or set(line) <= set("|-"):
            heads = heads if cells or line.startswith("|") else []
        elif not heads:
            heads = cells
        elif heads[1:3] == ["type", "default"] and len(cells) > 2:
            yield re.findall(r"`([\w.]+)`", cells[0]), cells[1]


def _agree(told: dict[str, Any], kind: str) -> bool:
    """Whether one of the words of the type cell is one of the schema's types; both may name several."""
    types = set(_types(told))
    words = set(re.findall(r"string|boolean|integer|number|object|array", kind.partition(" of ")[0]))
    words |= {"array"} if "array" in kind else set()
    return bool(words & types) or not words


def _types(told: dict[str, Any]) -> Iterator[str]:
    told = follow(OLLAMA, told)
    named = told.get("type", [])
    yield from [named] if isinstance(named, str) else named
    for part in [*told.get("anyOf", ()), *told.get("oneOf", ())]:
        yield from _types(part)
    if "integer" in str(named) or "number" in str(named):
        yield from ("integer", "number")


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=name_of)
def test_the_form_of_an_endpoint_has_the_fields_and_defaults_of_the_reference(endpoint: Endpoint) -> None:
    shape: Any = shape_of(endpoint)
    told = asked(endpoint)
    assert set(shape["properties"]) - set(told) == FORM_ALONE.get(endpoint.path, set())
    ours = {
        name: field["default"] for name, field in shape["properties"].items() if "default" in field and name in told
    }
    assert ours == {name: told[name].get("default") for name in ours}
