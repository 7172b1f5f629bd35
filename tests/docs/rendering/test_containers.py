"""Admonitions and tabs as MkDocs writes them."""

import re

from portal.docs.rendering import render


def test_an_admonition_is_a_callout():
    page = render('!!! note "Mind you"\n    One **two**\n\n    ```sh\n    ls\n    ```\n\nAfter\n')
    assert '<aside class="callout" data-kind="note" role="note" aria-label="Mind you">' in page.html
    assert "<p>One <strong>two</strong></p><figure" in page.html
    assert page.fences[0].text == "ls\n"
    assert page.html.endswith("</aside><p>After</p>")


def test_without_a_title_it_has_its_kinds_and_with_an_empty_one_none():
    assert '<p class="callout-title">Danger</p>' in render("!!! danger\n    x\n").html
    assert "callout-title" not in render('!!! danger ""\n    x\n').html


def test_question_marks_fold_it():
    assert render("??? tip\n    x\n").html == '<details class="accordion"><summary>Tip</summary><p>x</p></details>'
    assert '<details class="accordion" open' in render("???+ tip\n    x\n").html


def test_tabs_that_follow_each_other_are_one_set():
    page = render('=== "macOS"\n    brew\n\n=== "Linux"\n    apt\n\nAfter\n')
    assert page.html == (
        '<doc-tabs><section class="tab" data-title="macOS"><p class="tab-title">macOS</p><p>brew</p></section>'
        '<section class="tab" data-title="Linux"><p class="tab-title">Linux</p><p>apt</p></section></doc-tabs>'
        "<p>After</p>"
    )


def test_the_title_of_a_tab_is_shown_without_its_marks():
    page = render('=== ":octicons-file-code-16: `docs/extra.css`"\n    x\n\n=== "Fast <small>large</small>"\n    y\n')
    assert re.findall(r'data-title="([^"]*)"', page.html) == ["docs/extra.css", "Fast large"]
    assert '<p class="tab-title">docs/extra.css</p>' in page.html


def test_text_that_only_looks_like_one_stays_text():
    assert render("!!! important news\nfor all\n").html == "<p>!!! important news\nfor all</p>"
    assert "<h1" in render("Title\n===\n").html
    assert render("=== API Key ===\n").html == "<p>=== API Key ===</p>"


def test_code_by_indentation_still_works_inside():
    assert "<pre" in render("!!! note\n    Text\n\n        code\n").html
