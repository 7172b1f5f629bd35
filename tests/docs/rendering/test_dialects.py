"""What Docusaurus, Starlight, VitePress, Jekyll, MkDocs and mdBook add to markdown."""

import re

import pytest

from portal.docs.rendering import render, with_parts


def test_a_container_between_colons_is_a_callout():
    page = render(":::tip[Did you *know*?]\n\nText\n\n:::\nAfter\n")
    assert 'data-kind="tip" role="note" aria-label="Did you know?"' in page.html
    assert '<p class="callout-title">Did you <em>know</em>?</p><p>Text</p></aside><p>After</p>' in page.html


@pytest.mark.parametrize(
    ("opening", "kind", "title"),
    [
        (":::note", "note", "Note"),
        ("::: warning", "warning", "Warning"),
        (":::danger Take care", "caution", "Take care"),
        (':::info{icon="x"}', "info", "Info"),
        ("  :::caution", "caution", "Caution"),
    ],
)
def test_every_way_to_open_one_is_known(opening, kind, title):
    page = render(f"Before\n{opening}\nText\n:::\n")
    assert f'data-kind="{kind}"' in page.html
    assert f'<p class="callout-title">{title}</p>' in page.html
    assert ":::" not in page.html


def test_containers_stand_in_one_another_and_in_lists():
    page = render("::::note\n:::tip\nin\n:::\nout\n::::\n\n- item\n  :::info\n  listed\n  :::\n")
    assert re.findall(r'data-kind="(\w+)"', page.html) == ["note", "tip", "info"]
    assert "<p>out</p></aside>" in page.html
    assert "<li>item<aside" in page.html


def test_colons_in_code_end_no_container():
    page = render(":::details Look\n```\n:::\n```\n:::\n")
    assert "<summary>Look</summary>" in page.html
    assert page.fences[0].text == ":::\n"


def test_colons_that_nothing_closes_stay_text():
    assert render("::: note\nText\n").html == "<p>::: note\nText</p>"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('--8<-- "docs/setup.sh"', "docs/setup.sh"),
        ("{! setup.sh !}", "setup.sh"),
        ("{* ../src/a.py ln[1:4] hl[2] *}", "../src/a.py"),
        ("::: httpx.Client\n    :docstring:\n    :members: get", "httpx.Client"),
    ],
)
def test_what_other_sites_put_in_is_shown_as_its_name_and_noted(line, name):
    page = render(f"Before\n{line}\n\nAfter\n")
    assert page.html == f"<p>Before</p><p><code>{name}</code></p><p>After</p>"
    assert [(oddity.line, oddity.code) for oddity in page.oddities] == [(2, "not-inserted")]


@pytest.mark.parametrize("text", ["- a", "---", "{* a", "{*a* b*}", "::: note", "a {! b !}", "    {! b !}", "--8<-- b"])
def test_what_only_looks_like_a_place_to_put_something_in_stays(text):
    assert not render(text).oddities


def test_a_container_between_slashes_is_a_callout_too():
    source = "Before\n\n/// note | Technical *details*\n\nText\n\n///\n\n/// admonition\n    type: warning\n\nMind\n///\nAfter\n"
    page = render(source)
    assert re.findall(r'data-kind="(\w+)"', page.html) == ["note", "warning"]
    assert '<p class="callout-title">Technical <em>details</em></p><p>Text</p></aside>' in page.html
    assert page.html.endswith('<p class="callout-title">Warning</p><p>Mind</p></aside><p>After</p>')


def test_tabs_between_slashes_that_follow_each_other_are_one_set():
    page = render(
        "//// tab | A\n\n/// tip\nin\n///\n\n////\n\n//// tab | B\nb\n////\n\n/// tab | C\n    new: true\n\nc\n///\n\n"
        "/// details | More\n    open: True\n\nd\n///\n"
    )
    assert re.findall(r'<doc-tabs>|data-title="\w"|data-kind="\w+"', page.html) == [
        "<doc-tabs>", 'data-title="A"', 'data-kind="tip"', 'data-title="B"', "<doc-tabs>", 'data-title="C"',
    ]  # fmt: skip
    assert page.html.endswith('<details class="accordion" open=""><summary>More</summary><p>d</p></details>')


@pytest.mark.parametrize("text", ["/// note", "/// <summary>\n/// x\n///", "//// tip\n", "see\n/// notes on it\n///"])
def test_slashes_that_open_nothing_known_stay_text(text):
    html = render(text).html
    assert "///" in html
    assert "<aside" not in html


def test_a_heading_takes_the_name_its_author_gives_it():
    page = render('## Set it up {#set-up}\n\n## Use `{}`\n\n## Set up\n\n## 9.7 <small>July</small> { id="9.7.0" }\n\n## Path { id=way .x }\n')
    assert [(heading.text, heading.anchor) for heading in page.headings] == [
        ("Set it up", "set-up"), ("Use {}", "use-"), ("Set up", "set-up-1"), ("9.7 July", "9.7.0"), ("Path", "way"),
    ]  # fmt: skip


def test_a_heading_may_have_its_name_in_brackets_which_the_number_of_an_issue_is_not():
    page = render("## Root folder [#root]\n\n## Mended [#12]\n\n## [#not]\n\n## A [link](#x)\n\n### `a` [b] [#c.d]\n")
    assert [(heading.text, heading.anchor) for heading in page.headings] == [
        ("Root folder", "root"), ("Mended [#12]", "mended-12"), ("[#not]", "not"), ("A link", "a-link"), ("a [b]", "c.d"),
    ]  # fmt: skip


def test_terms_and_what_they_mean_are_a_list():
    page = render("Apple\n: A *fruit*\n: A firm\n\nPear\nQuince\n:   Fruits\n\n    More\n\nAfter\n")
    assert page.html == (
        "<dl><dt>Apple</dt><dd>A <em>fruit</em></dd><dd>A firm</dd><dt>Pear</dt><dt>Quince</dt>"
        "<dd><p>Fruits</p><p>More</p></dd></dl><p>After</p>"
    )
    assert [section.text.split() for section in page.plain] == [
        ["Apple", "A", "fruit", "A", "firm", "Pear", "Quince", "Fruits", "More", "After"]
    ]


def test_what_an_option_means_stands_below_the_comment_that_makes_its_name_elsewhere():
    html = render("<!-- md:option a -->\n\n:   Text\n\n    ```\n    x\n    ```\n\n- T\n  : in a list\n").html
    assert html.startswith("<div><p>Text</p><figure")
    assert html.endswith("</div><ul><li><dl><dt>T</dt><dd>in a list</dd></dl></li></ul>")


@pytest.mark.parametrize("text", [": a", "a : b", "T\n\n: no", ":    five", "T\n:x", "T\n:", "T\n\n:   "])
def test_a_colon_that_says_nothing_of_a_term_is_text(text):
    assert "<dl>" not in render(text).html


def test_keys_between_plus_signs_are_shown_as_keys():
    page = render('Press ++ctrl+page-up++, or ++"Any key"++.\n')
    assert page.html == "<p>Press <kbd>Ctrl</kbd>+<kbd>Page Up</kbd>, or <kbd>Any key</kbd>.</p>"
    assert page.plain[0].text == "Press Ctrl+Page Up, or Any key."


@pytest.mark.parametrize("text", ["C++ and g++", "i++", "a++b++", "++ x ++", "+++x+++", "++i", "x+++++y", "`++a++`"])
def test_other_plus_signs_are_text(text):
    assert "kbd" not in render(text).html


def test_attribute_lists_are_not_shown():
    page = render('[Go](x.md){ .button }, ![a](a.png){ width="300" }\n\n{: .note }\nText\n\nMore\n{ .annotate }\n')
    assert "{" not in page.html
    assert page.html.endswith("<p>Text</p><p>More</p>")


def test_braces_that_are_no_attribute_list_stay():
    source = "[a](b){name} and `x`{y} {.z}\n"
    assert "{name}" in render(source).html
    assert "{y} {.z}" in render(source).html


def test_emoji_have_the_names_github_gives_them():
    page = render("## :rocket: Go\n\n:tada: at 10:30:15, a:b:c, :no_such_name:, `:tada:`\n")
    assert page.headings[0].text == "\N{ROCKET} Go"
    assert page.headings[0].anchor == "rocket-go"
    assert "\N{PARTY POPPER} at 10:30:15, a:b:c, :no_such_name:, <code>:tada:</code>" in page.html


def test_names_of_icons_are_decoration():
    assert ":material" not in render(":material-check: Done\n").html


def test_a_document_that_opens_with_imports_is_mdx():
    page = render(
        "import Tabs from '@theme/Tabs';\nimport TabItem from '@theme/TabItem';\n\n"
        '<Tabs>\n<TabItem value="pip" label="With pip">\n\nText\n\n</TabItem>\n</Tabs>\n'
    )
    assert page.html == (
        '<doc-tabs><section class="tab" data-title="With pip"><p class="tab-title">With pip</p><p>Text</p></section></doc-tabs>'
    )


def test_a_part_is_taken_in_where_its_component_stands():
    parts = {"./_part.mdx": "---\ntitle: No\n---\n## Part\n\n<Own />\n"}
    page = render("import Own from './_part.mdx'\n\n# Whole\n\n<Own />\n\nEnd\n", read_part=parts.get)
    assert "<h2" in page.html
    assert "title: No" not in page.html
    assert page.html.count("Part</h2>") == 1
    assert page.html.endswith("<p>End</p>")


@pytest.mark.parametrize(("part", "lines"), [
    ("a.rs", "one two three four"), ("a.rs:2", "one"), ("a.rs:2:4", "one two"), ("a.rs::2", "one"), ("a.rs:5:", "three four"),
    ("a.rs:x", "two three"), ("a.rs:none", ""),
])  # fmt: skip
@pytest.mark.parametrize("word", ["include", "rustdoc_include", "playground"])
def test_a_block_of_code_takes_in_lines_of_another_file_as_mdbook_has_it(word, part, lines):
    files = {"a.rs": "// ANCHOR: all\none\n// ANCHOR: x\ntwo\nthree\n// ANCHOR_END: x\nfour\n"}
    page = render(f"```rust\n{{{{#{word} {part}}}}}\n```\n", read_part=files.get)
    assert page.fences[0].text.split() == lines.split()
    assert page.plain[0].text.split() == lines.split() if lines else not page.plain
    assert not page.oddities


def test_lines_of_a_file_that_is_not_there_are_reported_and_what_is_escaped_is_shown():
    source = "```\n{{#include no.rs}}\n\\{{#include yes.rs}}\n```\n"
    page = render(source, read_part={"yes.rs": "x\n"}.get)
    assert page.fences[0].text == "{{#include no.rs}}\n{{#include yes.rs}}\n"
    assert [(odd.line, odd.code) for odd in page.oddities] == [(1, "missing-part")]


def test_the_markdown_of_a_page_has_the_lines_that_its_code_takes_in():
    assert with_parts("```\n{{#include a}}\n```\n", {"a": "x\ny\n"}.get) == "```\nx\ny\n```\n"


@pytest.mark.parametrize("label", ["rust,ignore", "rust,ignore,does_not_compile", "rust{1,3-5}"])
def test_what_stands_right_behind_the_language_of_a_block_is_no_part_of_it(label):
    page = render(f"```{label}\nlet a = 1;\n```\n")
    assert page.fences[0].lang == "rust"
    assert 'class="kd"' in page.html
    assert render("```{note}\nx\n```\n").fences[0].lang == "{note}"


def test_a_picture_for_each_theme_is_a_picture():
    page = render(
        "<ThemedImage\n  alt=\"A map\"\n  sources={{\n    light: useBaseUrl('/a.svg'),\n    dark: useBaseUrl('/b.svg'),\n  }}\n/>\n",
        is_mdx=True,
    )
    assert '<img src="/a.svg" loading="lazy" decoding="async" alt="A map">' in page.html


def test_steps_may_be_written_as_a_list():
    page = render("<Steps>\n1. One\n\n2. Two\n</Steps>\n", is_mdx=True)
    assert (
        page.html
        == '<div><ol class="steps"><li class="step"><p>One</p></li><li class="step"><p>Two</p></li></ol></div>'
    )


def test_text_in_attributes_is_decoded():
    assert (
        "<summary>Say &quot;no&quot;</summary>".replace("&quot;", '"')
        in render('<Accordion title="Say &quot;no&quot;">\nx\n</Accordion>\n', is_mdx=True).html
    )


def test_a_comment_of_mdx_is_no_text_in_any_document():
    assert render("Before {/* not\nshown */} after `{/* shown */}`\n").html.count("shown") == 1


def test_three_backticks_on_one_line_open_no_fence():
    page = render("```npm install```\n\n:::note\nText\n:::\n")
    assert 'data-kind="note"' in page.html


def test_titles_of_admonitions_are_markdown():
    page = render('!!! note "The `x` :material-check: *option*"\n    Text\n\n??? tip "Use `y`"\n    Text\n')
    assert 'aria-label="The x  option"' in page.html
    assert '<p class="callout-title">The <code>x</code> <span class="icon"' in page.html
    assert "<summary>Use <code>y</code></summary>" in page.html


def test_a_link_button_may_stand_on_several_lines():
    page = render('<LinkButton\n  href="/x"\n  icon="external"\n>\n  Go\n</LinkButton>\n', is_mdx=True)
    assert page.html == '<div><a href="/x"><p>Go</p></a></div>'
