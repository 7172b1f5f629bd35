"""Front matter is read when it is YAML, and never takes the page down when it is not."""

import pytest

from portal.docs.rendering import render


def codes(source: str) -> list[tuple[int, str]]:
    return [(oddity.line, oddity.code) for oddity in render(source).oddities]


def test_front_matter_is_read_and_not_shown():
    page = render("---\ntitle: A\ntags: [x, y]\n1: one\n---\nText\n")
    assert page.front_matter == {"title": "A", "tags": ["x", "y"], "1": "one"}
    assert page.html == "<p>Text</p>"


def test_windows_line_ends_and_a_byte_order_mark_do_not_hide_it():
    assert render("\ufeff---\r\ntitle: A\r\n---\r\nText\r\n").front_matter == {"title": "A"}


@pytest.mark.parametrize(
    "block", ["title: [", "title: a: b", "title: 'x", "a: b\n\tc: d", "title: !!python/object:os.system x"]
)
def test_what_is_not_yaml_is_reported_and_the_page_still_comes(block):
    page = render(f"---\n{block}\n---\n# Text\n")
    assert [heading.text for heading in page.headings] == ["Text"]
    assert page.front_matter == {}
    assert [oddity.code for oddity in page.oddities] == ["bad-front-matter"]
    assert page.oddities[0].message.startswith("The front matter")


def test_the_report_names_the_line_in_the_file():
    assert codes("---\ngood: yes\nbad: [\n---\n")[0][0] in {3, 4}


def test_a_document_that_opens_with_a_rule_keeps_its_text():
    page = render("---\nJust a sentence.\n---\nText\n")
    assert "Just a sentence." in page.html
    assert page.oddities == ()


def test_an_unclosed_block_is_text():
    assert "title: A" in render("---\ntitle: A\n").html


def test_a_bomb_of_references_is_refused():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert codes(f"---\n{bomb}---\n") == [(1, "bad-front-matter")]


def test_a_few_references_are_fine():
    assert render("---\na: &x [1]\nb: *x\n---\n").front_matter == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    "block", ["a: " + "[" * 60_000, "a: " + "{" * 900, "a:\n " + "- " * 30_000, "a: b\n" * 20_000, "? " * 5000]
)
def test_deep_or_huge_front_matter_is_refused_or_read_but_never_raises(block):
    assert "Text" in render(f"---\n{block}\n---\n\nText\n").html
