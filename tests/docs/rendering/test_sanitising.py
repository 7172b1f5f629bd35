"""Nothing a document holds can run, load from elsewhere, restyle the page or take its place."""

import re

import pytest

from portal.docs.rendering import ResolvedLink, render

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "![x](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=x></iframe>",
    '<div style="position:fixed">x</div>',
    "<style>* { display: none }</style>",
    "<details open ontoggle=alert(1)>",
    "<form action=x><input name=y autofocus onfocus=alert(1)></form>",
    "<base href=//x>",
    "<meta http-equiv=refresh content=0>",
    "<object data=x>",
    "<embed src=x>",
    "<link rel=stylesheet href=x>",
    "<template><script>alert(1)</script></template>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "$\\text{</math><script>alert(1)</script>}$",
    "$\\href{javascript:alert(1)}{x}$",
    '```x" onclick="alert(1)\ny\n```',
    "```sh <script>alert(1)</script>\ny\n```",
    "```mermaid\n<script>alert(1)</script>\n```",
    '<div title="\n\n```sh\n" onmouseover=alert(1) x="\n```\n\n">',
    '<Card title="<script>alert(1)</script>" href="javascript:alert(1)">x</Card>',
    "<Tab title='\" onclick=\"alert(1)'>x</Tab>",
    '!!! note "<script>alert(1)</script>"\n    x',
    "<h1 onclick=alert(1)>x</h1>",
    '<div onclick={alert(1)} className="x">\ny\n</div>',
    "# <img src=x onerror=alert(1)>",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<run-panel onclick=alert(1)>x</run-panel>",
]
TAG = re.compile(r"<(/?[a-zA-Z][\w-]*)((?:\s+[^\s=>]+(?:=\"[^\"]*\")?)*)\s*>")
NEVER = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "base",
    "meta",
    "link",
    "form",
    "svg",
    "template",
    "run-panel",
    "textarea",
}


@pytest.mark.parametrize("is_mdx", [False, True])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_comes_to_nothing(attack, is_mdx):
    page = render(attack, is_mdx=is_mdx).html
    for tag, attributes in TAG.findall(page):
        assert tag.strip("/").lower() not in NEVER
        names = re.findall(r'\s([^\s="]+)(?==|\s|$)', re.sub(r'"[^"]*"', '""', attributes))
        assert not [name for name in names if name.lower().startswith("on") or name.lower() == "style"]
        assert not re.search(r'(?:href|src)="\s*(?:javascript|vbscript|data):', attributes, re.IGNORECASE)
    assert "<" not in TAG.sub("", page)


def test_githubs_forbidden_tags_show_as_text():
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in render("Put <script>alert(1)</script> into it.").html
    assert "&lt;textarea&gt;" in render("<textarea>x</textarea>").html


def test_a_block_of_style_or_script_is_no_text():
    source = "<style>\n  h1 { display: none }\n</style>\n\n<script src='x.js'>\nrun()\n</script>\n\nText\n"
    assert render(source).html.strip() == "<p>Text</p>"
    assert "&lt;style&gt;" in render("<style>\nnever closed\n").html


@pytest.mark.parametrize(
    "source",
    [
        '<b id="portal:main">x</b>',
        "<i ID='PORTAL:x'>y</i>",
        '<a name="portal:x">z</a>',
        '<a name="&#112;ortal:x">z</a>',
    ],
)
def test_ids_that_are_the_pages_own_cannot_be_taken(source):
    assert "ortal:" not in render(source).html.lower()


def test_other_ids_can_be_linked_to():
    assert '<a id="here"></a>' in render('<a id="here"></a>\n').html
    assert '<a name="here"></a>' in render('x <a name="here"></a>\n').html


def test_a_document_cannot_forge_a_slot():
    page = render('<pre data-slot="0123456789abcdef.0"></pre>\n\n```sh\nls\n```\n')
    assert page.html.count("<figure") == 1


def test_unbalanced_html_stays_inside_the_document():
    assert render("</div></main></body>\n\nText\n").html.strip() == "<p>Text</p>"
    assert render("<div>\n\nText\n").html.count("</div>") == 1


def test_a_picture_on_another_host_is_a_link_to_it():
    def resolve(href: str, is_image: bool) -> ResolvedLink:
        return ResolvedLink(href, "external" if href.startswith("http") else "ok")

    source = '![badge](https://x.example/b.svg)\n\n<img src="https://x.example/c.png">\n\n[![d](https://x.example/d.png)](e.md)\n'
    page = render(source, resolve_link=resolve).html
    assert "<img" not in page
    assert page.count('<a class="external-image" href="https://x.example/') == 2
    assert ">c.png</a>" in page
    assert '<a href="e.md"><span class="external-image">d</span></a>' in page


def test_an_external_link_is_marked():
    page = render("[x](https://y.example)", resolve_link=lambda href, is_image: ResolvedLink(href, "external")).html
    assert page == '<p><a href="https://y.example" data-link="external" rel="noopener">x</a></p>'


def test_a_mentioned_document_is_a_link_when_it_is_one():
    def resolve(name: str) -> str | None:
        return f"/docs/{name}" if name in {"GUIDE.md", "api/x.md"} else None

    source = "# GUIDE.md\n\nSee GUIDE.md, `api/x.md`, OTHER.md, [GUIDE.md](y.md) and https://z.example/GUIDE.md.\n"
    page = render(source, resolve_mention=resolve)
    assert (
        '<a href="/docs/GUIDE.md">GUIDE.md</a>, <a href="/docs/api/x.md"><code>api/x.md</code></a>, OTHER.md'
        in page.html
    )
    assert [link.href for link in page.links] == ["GUIDE.md", "api/x.md", "y.md", "https://z.example/GUIDE.md"]
