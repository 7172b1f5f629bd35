"""What a reader sees of a document, as a whole."""

import html
import re

import pytest

from portal.docs.rendering import Fence, Heading, Link, ResolvedLink, Section, render


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def test_a_heading_has_githubs_anchor_and_a_link_to_itself():
    page = render("# Hello *World* & `co<d>e`\n")
    assert page.headings == (Heading(1, "Hello World & co<d>e", "hello-world--code"),)
    assert '<h1 id="hello-world--code">Hello <em>World</em> &amp; <code>co&lt;d&gt;e</code></h1>' in page.html
    assert 'href="#hello-world--code"' in page.html


def test_the_title_is_the_front_matters_else_the_first_level_one_headings():
    assert render("---\ntitle: From above\n---\n# Below\n").title == "From above"
    assert render("## Small\n\n# Large\n").title == "Large"
    assert render("### Only\n").title == "Only"
    assert render("Text\n").title == ""


@pytest.mark.parametrize("source", ["", " ", "\n\n", "\ufeff", "\x00", "---\n---\n"])
def test_an_empty_document_is_an_empty_page(source):
    page = render(source)
    assert (page.title, page.headings, page.fences) == ("", (), ())
    assert text_of(page.html).strip() in {"", "\N{REPLACEMENT CHARACTER}"}


def test_a_table_keeps_its_alignment_and_can_scroll():
    page = render("| a | b |\n|:--|--:|\n| 1 | **2** |\n")
    assert '<div class="table-scroll" tabindex="0"><table>' in page.html
    assert '<th align="left">a</th><th align="right">b</th>' in page.html
    assert '<td align="right"><strong>2</strong></td>' in page.html


def test_a_task_list_says_what_is_done():
    page = render("- [ ] one\n- [x] two\n")
    assert page.html.count('type="checkbox" disabled') == 2
    assert (
        page.html.index("To do")
        < page.html.index("one")
        < page.html.index('aria-label="Done"')
        < page.html.index("two")
    )


def test_both_tilde_forms_strike_through():
    assert render("~~a~~ ~b~").html == "<p><s>a</s> <s>b</s></p>"


def test_a_two_space_nested_list_is_nested_and_a_list_follows_a_paragraph_directly():
    assert render("Text\n- a\n  - b\n").html == "<p>Text</p><ul><li>a<ul><li>b</li></ul></li></ul>"


def test_a_fence_inside_a_list_item_is_code():
    page = render("1. step\n\n   ```sh\n   ls\n   ```\n")
    assert page.fences == (Fence("sh", "sh", "ls\n", 3, 0),)
    assert "<ol><li><p>step</p><figure" in page.html


def test_a_footnote_leads_there_and_back():
    page = render("One[^a] and again[^a].\n\n[^a]: The *note*.\n")
    assert 'href="#fn:1" id="fnref:1"' in page.html
    assert 'href="#fn:1" id="fnref:1:2"' in page.html
    assert '<li id="fn:1"><p>The <em>note</em>.' in page.html
    assert 'href="#fnref:1:2"' in page.html


@pytest.mark.parametrize("kind", ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"])
def test_an_alert_is_a_note_with_a_title(kind):
    page = render(f"> [!{kind}]\n> *Mind* this.\n")
    assert page.html == (
        f'<aside class="callout" data-kind="{kind.lower()}" role="note" aria-label="{kind.capitalize()}">'
        f'<p class="callout-title">{kind.capitalize()}</p><p><em>Mind</em> this.</p></aside>'
    )


def test_a_picture_loads_when_it_is_near():
    assert render("![A cat](cat.png)").html == '<p><img src="cat.png" loading="lazy" decoding="async" alt="A cat"></p>'


def test_details_hold_markdown():
    page = render("<details><summary>More</summary>\n\n**inside**\n\n</details>\n")
    assert re.search(r"<details><summary>More</summary>\s*<p><strong>inside</strong></p>\s*</details>", page.html)


def test_a_mermaid_diagram_keeps_its_source_for_the_browser_to_draw():
    page = render("```mermaid\ngraph TD\n  A-->B\n```\n")
    assert '<mermaid-diagram><pre class="mermaid-source" tabindex="0"><code>graph TD\n  A--&gt;B\n' in page.html


def test_every_link_and_picture_is_known_with_its_line():
    page = render('A [b](c.md#d)\nand ![e](f.png)\n\n<a href="g.md">x</a>\n\n| h |\n|---|\n| [i](j.md) |\n')
    assert page.links == (
        Link("c.md#d", 1, False, "b"),
        Link("f.png", 2, True, "e"),
        Link("g.md", 4, False, ""),
        Link("j.md", 8, False, "i"),
    )


def test_the_caller_says_where_links_lead_and_dead_ones_are_marked():
    def resolve(href: str, is_image: bool) -> ResolvedLink | str:
        if is_image:
            return ResolvedLink("/files/a.png", width=3, height=4)
        return ResolvedLink(href, "dead") if "gone" in href else "/docs/here/"

    page = render("[a](here.md) [b](gone.md) ![c](a.png) <a href='gone.md'>d</a>", resolve_link=resolve)
    assert '<a href="/docs/here/">a</a>' in page.html
    assert page.html.count('data-link="dead"') == 2
    assert 'src="/files/a.png" loading="lazy" decoding="async" width="3" height="4"' in page.html


def test_the_caller_can_draw_a_code_block_its_own_way_and_is_not_sanitised():
    page = render(
        "```sh\ncurl x\n```\n\n```sh\nls\n```\n",
        draw_fences=lambda fences: [lambda drawn: f"<run-panel onclick=x>{drawn}</run-panel>", None],
        draw_fence=lambda fence, drawn: drawn + f"<!--{fence.index}-->",
    )
    assert page.html.count("<run-panel onclick=x><figure") == 1
    assert "<!--0--></run-panel>" in page.html
    assert page.html.endswith("<!--1-->")


def test_the_plain_text_is_cut_at_headings_with_the_path_to_each():
    page = render(
        "Before.\n\n# A\n\nOne *two*.\n\n## B\n\n```py\nx = num_ctx\n```\n\n# C\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    assert page.plain == (
        Section("", (), "Before."),
        Section("a", ("A",), "One two."),
        Section("b", ("A", "B"), "x = num_ctx"),
        Section("c", ("C",), "a\nb\nc\nd"),
    )


def test_an_unclosed_fence_runs_to_the_end_and_is_reported():
    page = render("Text\n\n```py\nx = 1\n# not a heading\n")
    assert page.fences[0].text == "x = 1\n# not a heading\n"
    assert page.headings == ()
    assert [(oddity.line, oddity.code) for oddity in page.oddities] == [(3, "unclosed-fence")]


@pytest.mark.parametrize(
    "source", ["```\n```", "```\nx\n```", "- ```\n  x\n  ```\n", "> ```\n> x\n> ```\n", "```\n\n```\n"]
)
def test_a_closed_fence_is_not_reported(source):
    assert render(source).oddities == ()


def test_line_numbers_count_the_front_matter():
    page = render("---\ntitle: x\n---\n\n```sh\nls\n```\n")
    assert page.fences[0].line == 5
