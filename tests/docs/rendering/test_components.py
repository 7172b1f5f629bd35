"""Components of Mintlify's MDX become plain HTML that reads without scripts."""

import html
import re

import pytest

from portal.docs.rendering import Link, render


def mdx(source: str):
    return render(source, is_mdx=True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Note", "note"),
        ("Tip", "tip"),
        ("Warning", "warning"),
        ("Info", "info"),
        ("Check", "check"),
        ("Danger", "caution"),
    ],
)
def test_a_callout_is_a_note_with_its_name_for_a_title(name, kind):
    page = mdx(f"<{name}>Mind **this**.</{name}>\n")
    assert f'<aside class="callout" data-kind="{kind}" role="note" aria-label="{name}">' in page.html
    assert f'<p class="callout-title">{name}</p><p>Mind <strong>this</strong>.</p></aside>' in page.html


def test_markdown_inside_is_parsed_and_its_indentation_makes_no_code():
    page = mdx("<Note>\n      Text\n        - a\n        - b\n\n      | x |\n      |---|\n      | 1 |\n</Note>\n")
    assert "<p>Text</p><ul><li>a</li><li>b</li></ul>" in page.html
    assert "<td>1</td>" in page.html
    assert "<pre" not in page.html


def test_a_fence_indented_in_a_tab_is_code_without_the_indentation():
    page = mdx(
        '<Tabs>\n  <Tab title="cURL">\n    ```shell\n    curl -d \'{\n      "a": 1\n    }\'\n    ```\n'
        "  </Tab>\n</Tabs>\n"
    )
    assert page.fences[0].text == "curl -d '{\n  \"a\": 1\n}'\n"
    assert page.fences[0].line == 3
    assert '<doc-tabs><section class="tab" data-title="cURL"><p class="tab-title">cURL</p><figure' in page.html


def test_a_fence_at_the_margin_inside_a_tab_is_code_too():
    page = mdx('<Tabs>\n  <Tab title="Python">\n```python\nx = 1\n```\n  </Tab>\n</Tabs>\nAfter\n')
    assert page.fences[0].text == "x = 1\n"
    assert page.html.endswith("</section></doc-tabs><p>After</p>")


def test_each_block_of_a_code_group_is_a_tab_titled_by_its_label():
    page = mdx("<CodeGroup dropdown>\n\n```python basic.py\nx\n```\n\n```javascript\ny\n```\n\n</CodeGroup>\n")
    assert re.findall(r'data-title="([^"]*)"', page.html) == ["basic.py", "javascript"]
    assert "figcaption" not in page.html


def test_a_card_is_titled_by_its_link():
    page = mdx(
        '<CardGroup cols={3}>\n  <Card title="Go" icon="star" href="/x">\n    Body *x*.\n  </Card>\n</CardGroup>\n'
    )
    assert (
        '<div class="card-group" data-columns="3"><div class="card"><p class="card-title"><a href="/x">Go</a></p>'
        in page.html
    )
    assert "<p>Body <em>x</em>.</p>" in page.html
    assert page.links == (Link("/x", 2, False, "Go"),)


def test_several_components_may_stand_on_one_line():
    page = mdx('<Card title="A">a</Card><Card title="B">b</Card> tail\n')
    assert [text for text in re.findall(r">([^<>]+)<", page.html) if text.strip()] == ["A", "a", "B", "b", "tail"]


def test_an_accordion_is_details():
    page = mdx('<AccordionGroup>\n<Accordion title="Why?">\nBecause.\n</Accordion>\n</AccordionGroup>\n')
    assert '<details class="accordion" id="why"><summary>Why?</summary><p>Because.</p></details>' in page.html


def test_steps_are_an_ordered_list():
    page = mdx('<Steps>\n  <Step title="One">\n    Do.\n  </Step>\n  <Step title="Two">Then.</Step>\n</Steps>\n')
    assert page.html == (
        '<ol class="steps"><li class="step"><p class="step-title">One</p><p>Do.</p></li>'
        '<li class="step"><p class="step-title">Two</p><p>Then.</p></li></ol>'
    )


def test_a_frame_is_a_figure_with_its_caption():
    page = mdx('<Frame caption="A cat">\n  ![cat](cat.png)\n</Frame>\n')
    assert '<figure class="frame"><figcaption>A cat</figcaption><p><img src="cat.png"' in page.html


def test_a_field_names_its_type_and_whether_it_is_required():
    page = mdx('<ParamField body="model" type="string" required>\n  The model.\n</ParamField>\n')
    assert (
        '<code class="field-name">model</code> <span class="field-type">string</span> <span class="field-note">required'
        in page.html
    )
    assert "model string required" in page.plain[0].text


def test_folds_and_fields_have_the_anchors_of_their_site_unless_a_heading_has_them():
    page = mdx(
        '<Accordion title="Set up">\nA\n</Accordion>\n\n<Accordion title="B" id="own">\nB\n</Accordion>\n\n## Set up\n\n'
        '<ResponseField name="logo.dark" type="string" />\n\n<ResponseField name="logo.dark" type="string" />\n'
    )
    assert re.findall(r'<(\w+)[^>]* id="([^"]*)"', page.html) == [
        ("details", "own"),
        ("h2", "set-up"),
        ("div", "param-logo-dark"),
    ]
    assert 'id="portal:' not in mdx('<Accordion title="A" id="portal:page">\nA\n</Accordion>\n').html


def test_script_and_comments_are_left_out_but_not_inside_code():
    page = mdx(
        'import A from "b"\n\nexport const c = {\n  d: 1,\n}\n\nText {/* gone\nstill gone */} end\n\n'
        '```js\nimport A from "b"\n{/* kept */}\n```\n'
    )
    assert "export" not in page.html
    assert "gone" not in page.html
    assert page.fences[0].text == 'import A from "b"\n{/* kept */}\n'
    assert page.fences[0].line == 10


def test_an_export_goes_on_over_empty_lines_until_its_brackets_close():
    page = mdx(
        "export const Count = () => {\n  const n = 1\n\n  return (\n    <b>{n}</b>\n  )\n}\n# Title\n\nexport let a = 1\n\nText.\n"
    )
    assert [heading.text for heading in page.headings] == ["Title"]
    assert re.sub(r"<[^>]+>", "", page.html).replace("#", "").strip() == "TitleText."


def test_an_exported_function_may_be_asynchronous():
    page = mdx("export async function Page() {\n  const raw = `~~~math\n\\int\n~~~`\n  return raw\n}\n\n# Title\n")
    assert page.html.startswith('<div class="heading"><h1 id="title">')
    assert not page.oddities


def test_of_an_export_that_never_closes_no_more_is_left_out_than_its_first_lines():
    page = mdx("export const a = {\n  b: 1\n\nText.\n")
    assert page.html == "<p>Text.</p>"


def test_html_of_jsx_loses_its_expressions_and_keeps_its_meaning():
    page = mdx(
        '<div style={{ display: "flex" }} className="x">\n'
        '  <img\n    src="/a.png"\n    alt="A"\n    width="75%"\n  />\n</div>\n'
    )
    assert '<img src="/a.png" loading="lazy" decoding="async" alt="A" width="75%">' in page.html
    assert "flex" not in page.html
    assert page.links == (Link("/a.png", 2, True, "A"),)


def test_a_component_nobody_knows_shows_its_content_and_is_reported():
    page = mdx("<Galaxy>\n  **Stars**\n</Galaxy>\n")
    assert page.html == "<p><strong>Stars</strong></p>"
    assert [(oddity.line, oddity.code) for oddity in page.oddities] == [(1, "unknown-component")]


def test_a_component_of_the_sets_own_says_its_title_description_and_link():
    page = mdx(
        '<Hero title="Start" description="Here." href="/a" />\n\n<Go href="/b">Go on</Go>\n\n<Prompt description="*Ask*.">Text.</Prompt>\n'
    )
    assert '<div class="card"><p class="card-title"><a href="/a">Start</a></p><p>Here.</p></div>' in page.html
    assert '<a href="/b"><p>Go on</p></a>' in page.html
    assert "<p><em>Ask</em>.</p><p>Text.</p>" in page.html
    assert [(link.href, link.line) for link in page.links] == [("/a", 1), ("/b", 3)]


def test_a_badge_beside_a_heading_is_no_part_of_its_name():
    page = render('## `useData` <Badge type="info" text="for <all>" />\n')
    assert page.headings[0].anchor == "usedata"
    assert page.headings[0].text == "useData"
    assert "<span>for &lt;all&gt;</span>" in page.html


def test_tabs_may_be_named_at_the_head_of_their_group():
    page = mdx(
        "<Tabs items={['npm', \"It's pnpm\", `yarn`,]}>\n<Tabs.Tab>\nOne\n</Tabs.Tab>\n"
        '<Tab value="two">\nTwo\n</Tab>\n<Tabs.Tab>\nThree\n</Tabs.Tab>\n<Tab>\nFour\n</Tab>\n</Tabs>\n'
    )
    assert re.findall(r'data-title="([^"]*)"', page.html) == ["npm", "two", "yarn", "Tab"]
    assert not page.oddities


def test_cards_and_accordions_of_nextra_and_fumadocs_are_groups():
    page = mdx('<Cards>\n<Cards.Card title="Start" href="https://example.com" />\n</Cards>\n')
    assert 'class="card-group"' in page.html
    assert ">Start</a>" in page.html
    folds = mdx('<Accordions>\n<Accordion title="Why?">\nSo.\n</Accordion>\n</Accordions>\n')
    assert "<summary>Why?</summary>" in folds.html
    assert not page.oddities
    assert not folds.oddities


def test_a_tree_of_files_is_a_list_of_their_names():
    page = mdx(
        '<Tree>\n  <Tree.Folder name="app">\n    <Tree.File name="a.ts" />\n  </Tree.Folder>\n  <Tree.Folder name="b" />\n  <Tree.File name="c" />\n</Tree>\n'
    )
    assert page.html == "<ul><li>app/<ul><li>a.ts</li></ul></li><li>b/</li><li>c</li></ul>"
    assert not page.oddities
    assert (
        mdx("<FileTree>\n\n- docs/\n  - a.md\n\n</FileTree>\n").html
        == "<div><ul><li>docs/<ul><li>a.md</li></ul></li></ul></div>"
    )
    assert (
        mdx('<Files>\n<Folder name="d/"><File name="e" /></Folder>\n</Files>\n').html
        == "<ul><li>d/<ul><li>e</li></ul></li></ul>"
    )


def test_of_two_pictures_for_light_and_dark_pages_the_light_one_is_shown_and_both_are_links():
    page = mdx(
        '<img className="block dark:hidden" src="/l.png" alt="A"/>\n<img\n  className="hidden dark:block"\n  src="/d.png"\n/>\n'
    )
    assert re.findall(r'src="([^"]*)"', page.html) == ["/l.png"]
    assert [(link.href, link.line) for link in page.links] == [("/l.png", 1), ("/d.png", 2)]


@pytest.mark.parametrize("source", ["<Tabs>\n\ntext\n", "text\n\n</Tabs>\n"])
def test_a_tag_without_its_partner_is_reported_and_the_text_stays(source):
    page = mdx(source)
    assert page.html == "<p>text</p>"
    assert [oddity.code for oddity in page.oddities] == ["unbalanced-component"]


def test_components_in_code_are_code():
    page = render("`<Note>` and\n\n```\n<Note>\n</Note>\n```\n\n<Note>\nReal `</Note>`\n</Note>\n")
    assert page.html.count("<aside") == 1
    assert "<code>&lt;Note&gt;</code>" in page.html
    assert page.fences[0].text == "<Note>\n</Note>\n"
    assert page.oddities == ()


def test_components_work_in_plain_markdown_and_other_tags_stay_html():
    page = render("<Note>x</Note>\n\nGeneric<T> and <Address>\n")
    assert "<aside" in page.html
    assert html.unescape(re.sub("<[^>]*>", "", page.html)).endswith("Generic and ")


def test_a_component_inside_a_list_item_belongs_to_it():
    page = mdx("1. One\n\n   <Note>\n     Mind.\n   </Note>\n\n2. Two\n")
    assert page.html.count("<ol>") == 1
    assert "<p>Mind.</p></aside></li><li>" in page.html


def test_an_icon_is_no_text():
    page = mdx('Go <Icon icon="arrow" /> on.\n')
    assert '<span class="icon" data-icon="arrow" aria-hidden="true"></span>' in page.html


def test_a_film_from_elsewhere_is_a_link():
    page = mdx('<iframe src="https://films.example/1" title="A film"></iframe>\n')
    assert page.html == '<p><a href="https://films.example/1">A film</a></p>'
