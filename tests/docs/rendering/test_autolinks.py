"""Bare addresses are links where GitHub makes them links, and nowhere else."""

import pytest

from portal.docs.rendering import render


def links(source: str) -> list[str]:
    return [link.href for link in render(source).links]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://a.example/x_y_z.", ["https://a.example/x_y_z"]),
        ("(http://a.example/b(c))", ["http://a.example/b(c)"]),
        ("www.a.example/q?x=1&y=2, and", ["http://www.a.example/q?x=1&y=2"]),
        ("http://localhost:11434/api", ["http://localhost:11434/api"]),
        ("**http://a.example**", ["http://a.example"]),
        ("me@a.example and x.y+z@b.example.", ["mailto:me@a.example", "mailto:x.y+z@b.example"]),
        ("mailto:me@a.example", ["mailto:me@a.example"]),
        ("http://a.example/?x&amp;", ["http://a.example/?x"]),
        ("<http://a.example>", ["http://a.example"]),
        ("ftp://a.example/x", ["ftp://a.example/x"]),
        ("http://é.example/ü", ["http://é.example/ü"]),
        ("README.md and example.com", []),
        ("`http://a.example`", []),
        ("www.a_b.example_x", []),
        ("file:///etc/passwd", []),
        ("a@b", []),
        ("http://", []),
        ('"at http://10.0.0.155:18080"}, agents: x', ["http://10.0.0.155:18080"]),
        ('http://a.example:"x', ["http://a.example"]),
        ("http://user:pass@a.example:80/x", ["http://user:pass@a.example:80/x"]),
        ("http://a.example:80?x:y", ["http://a.example:80?x:y"]),
        ("[open http://a.example", []),
    ],
)
def test_a_bare_address_is_a_link_as_on_github(text, expected):
    assert links(text) == expected


def test_a_links_text_holds_no_second_link():
    assert links("[http://a.example](b.md)") == ["b.md"]
