"""Bytes that are an OpenAPI document, and bytes that are none."""


import pytest

from portal.docs.reference.reading import read_source
from portal.docs.reference.yaml_text import MAX_DEPTH, BadDocument, read_yaml


def test_yaml_is_read_as_openapi_asks_values_of_json_and_keys_of_text():
    written = "on: off\nno: yes\n200: 0o17\n1.5: 2026-01-31\nx: ['1', 1, 1.5, 1e3, true, null, ~, 0x1F, .inf, '']\n"
    assert read_yaml(written).value == {
        "on": "off", "no": "yes", "200": 15, "1.5": "2026-01-31",
        "x": ["1", 1, 1.5, 1000.0, True, None, None, 31, ".inf", ""],
    }  # fmt: skip


def test_aliases_and_merges_are_written_out():
    assert read_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: [*a]\n").value == {
        "a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1}, "c": [{"x": 1, "y": 2}],
    }  # fmt: skip


def test_lines_are_known_and_repeated_keys_are_named():
    read = read_yaml("a:\n  b: 1\n  b: 2\n")
    assert read.repeated == [("b", 3)]
    assert read.lines[id(read.value["a"])] == 2


@pytest.mark.parametrize(
    ("content", "said", "line"),
    [
        (b"", "It is empty", 1),
        (b"- 1\n", "It is a list", 1),
        (b"just words\n", "It is a text", 1),
        (b"info: {}\n", "does not say which OpenAPI", None),
        (b"openapi: 2.0\n", "it is OpenAPI 2.0", None),
        (b'swagger: "2.0"\ninfo: {}\n', "Swagger 2.0 document", None),
        (b"openapi: 3.1.0\ninfo: [1\npaths: {}\n", "It is not YAML", 3),
        (b"openapi: 3.1.0\npaths: *nobody\n", "“*nobody” stands before", 2),
        (b"openapi: 3.1.0\na: &a [*a]\n", "“*a” stands before or inside", 2),
        (b"openapi: 3.1.0\n? [a]\n: 1\n", "keys have to be text", 2),
        (b"openapi: 3.1.0\npaths: " + b"[" * 100_000, f"more than {MAX_DEPTH} levels", 2),
        (b"openapi: 3.1.0\na: \x00\n", "It is not YAML", None),
    ],
)
def test_what_is_no_openapi_document_says_why_and_where(content, said, line):
    with pytest.raises(BadDocument) as problem:
        read_source(content, "api.yaml")
    assert said in str(problem.value)
    assert problem.value.line == line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"openapi": "3.1.0",}', "It is not JSON"),
        (b'{"openapi": "3.1.0", "a": NaN}', "NaN is no JSON value"),
        (b'{"openapi": "3.1.0", "a": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"openapi": "3.1.0", "a": ' + b"9" * 5000 + b"}", "cannot be read"),
        (b"[]", "It is a list"),
    ],
)
def test_bad_json_says_why(content, said):
    with pytest.raises(BadDocument, match=said):
        read_source(content, "api.json")


def test_a_yaml_bomb_is_refused_before_it_grows():
    lines = ["openapi: 3.1.0", "a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join(['*' + old] * 9)}]" for old, new in zip("abcdefghi", "bcdefghij", strict=True)]
    with pytest.raises(BadDocument, match="once its aliases are written out"):
        read_source("\n".join(lines).encode(), "api.yaml")


def test_json_is_read_the_same_whatever_its_size():
    padding = '"' + "x" * 1_100_000 + '"'
    assert read_source(b'{"openapi": "3.1.0", "a": [1, {"b": null}]}', "a.json").root["a"] == [1, {"b": None}]
    assert read_source(f'{{"openapi": "3.1.0", "p": {padding}, "a": [1, {{"b": null}}]}}'.encode(), "a.json").root["a"] == [1, {"b": None}]
