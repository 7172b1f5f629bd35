"""Every heading can be linked to, by the anchor GitHub gives it."""

import pytest

from portal.docs.rendering import render


def anchors(source: str) -> list[str]:
    return [heading.anchor for heading in render(source).headings]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Hello, World!", "hello-world"),
        ("`num_ctx` & friends", "num_ctx--friends"),
        ("1. Install", "1-install"),
        ("日本語 テスト", "日本語-テスト"),
        ("Überblick – Straße", "überblick--straße"),
        ("हिन्दी", "हिन्दी"),
        ("🚀 Start", "-start"),
        ("a  b", "a--b"),
        ("snake_case-and-dash", "snake_case-and-dash"),
    ],
)
def test_the_anchor_is_githubs(heading, anchor):
    assert anchors(f"# {heading}\n") == [anchor]


def test_repeated_headings_are_numbered_and_never_collide():
    assert anchors("# A\n# A\n# A-1\n# A\n") == ["a", "a-1", "a-1-1", "a-2"]


@pytest.mark.parametrize("heading", ["???", "🚀", "…", "![](x.png)", "<br>"])
def test_a_heading_of_which_nothing_is_left_still_has_an_anchor(heading):
    assert anchors(f"# First\n\n# {heading}\n") == ["first", "section-2"]


def test_a_setext_heading_and_one_in_a_component_have_anchors():
    assert anchors("Title\n=====\n\n<Note>\n  ## Inside\n</Note>\n") == ["title", "inside"]


def test_a_heading_written_in_html_has_an_anchor_and_keeps_one_it_has():
    page = render('<h1 align="center">The <em>Title</em></h1>\n\n<h2 id="own">Other</h2>\n')
    assert '<h1 id="the-title" align="center">The <em>Title</em></h1>' in page.html
    assert '<h2 id="own">Other</h2>' in page.html
    assert page.title == "The Title"


def test_ten_thousand_equal_headings_are_all_told_apart():
    assert len(set(anchors("# a\n" * 10_000))) == 10_000
