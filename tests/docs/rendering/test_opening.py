"""What a page says of itself where its front matter does not: its first sentences, as they are read."""

import pytest

from portal.docs.rendering import render
from portal.docs.rendering.opening import LONGEST


@pytest.mark.parametrize(("source", "said"), [
    ("# Title\n\nThe first. The second.\n", "The first. The second."),
    ("A *word*, a [link](a.md) and `code` over\ntwo lines &amp; more.", "A word, a link and code over two lines & more."),
    ("# T\n\n![badge](x.svg) ![badge](y.svg)\n\n***\n\nAfter the badges.", "After the badges."),
    ("- a list\n\n> a quote\n\n| a |\n|---|\n| b |\n\n```\ncode\n```\n\nThen text :rocket:.", "Then text 🚀."),
    ("<div align=center>\n\nWithin HTML, <b>bold</b>.\n\n</div>", "Within HTML, bold."),
    ("One.\n\n## Part\n\nTwo.", "One. Two."),
    ("# Only a title\n\n- and a list\n", ""),
    ("", ""),
])  # fmt: skip
def test_it_is_the_paragraphs_of_the_page_itself_without_their_marks(source: str, said: str) -> None:
    assert render(source).opening == said


def test_it_ends_with_the_last_sentence_that_fits() -> None:
    sentence = "This sentence has about sixty characters, which is not few."
    assert render(" ".join([sentence] * 9)).opening == " ".join([sentence] * 3)


@pytest.mark.parametrize("source", ["word " * 90, "A short one. " + "word " * 90, "字" * 500, "word" * 90])
def test_a_sentence_that_does_not_fit_is_cut_at_a_word(source: str) -> None:
    said = render(source).opening
    assert said[-1] == "…"
    assert " " not in source or said.endswith(" word…")
    assert LONGEST - 10 < len(said) <= LONGEST


def test_of_a_paragraph_of_megabytes_only_the_beginning_is_kept() -> None:
    assert len(render("word, " * 300_000).opening) <= LONGEST
