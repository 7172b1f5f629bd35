"""Formulas become MathML on the server; money does not."""

import pytest

from portal.docs.rendering import render


@pytest.mark.parametrize("source", ["$x^2$", "$`x^2`$", "a $x^2$.", "($x^2$)", "$$x^2$$"])
def test_a_formula_is_mathml_with_its_source_as_text(source):
    page = render(source)
    assert '<math alttext="x^2"' in page.html
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in page.html


@pytest.mark.parametrize("source", ["$$\n\\frac{a}{b}\n$$\n", "```math\n\\frac{a}{b}\n```\n"])
def test_a_displayed_formula_is_a_block(source):
    page = render(source)
    assert page.html.startswith('<div class="math" tabindex="0"><math')
    assert "<mfrac>" in page.html
    assert page.fences == ()


@pytest.mark.parametrize(
    "source",
    [
        "$5 and $10",
        "$100K-$500K",
        "from $5 to 10$ each",
        "`$x$`",
        "\\$x$",
        "$HOME and $PATH",
        "US$5/US$6",
        "a$b$c",
        "$ x $",
        "($5), ($6)",
    ],
)
def test_money_and_variables_stay_text(source):
    assert "<math" not in render(source).html


@pytest.mark.parametrize("source", ["$\\frac{$", "$\\def\\a{\\a\\a}\\a$", "$\\left($", "$a_b_c$"])
def test_what_cannot_be_read_is_shown_as_its_source(source):
    assert "<math" not in render(source).html


def test_text_inside_a_formula_is_text():
    page = render("$\\text{<img src=x onerror=alert(1)>}$")
    assert "<img" not in page.html
    assert "&lt;img&nbsp;src=x" in page.html


def test_a_formula_can_carry_no_link():
    assert "href=" not in render("$\\href{javascript:alert(1)}{x}$").html


def test_a_formula_nested_without_end_does_not_raise():
    for depth in (10, 100, 900):
        assert render("$" + "{" * depth + "x" + "}" * depth + "$").html.startswith("<p>")
