"""Text made to be slow, deep or endless makes a page within seconds."""

import sys
import threading

import pytest

from portal.docs.rendering import render

HOSTILE = {
    "40 KB of ![": "![" * 20_000,
    "20 KB of [": "[" * 20_000,
    "20 KB of [ and one ]": "[" * 20_000 + "]",
    "60 KB of <a ": "<a " * 20_000,
    "30 KB of <![": "<![" * 10_000,
    "40 KB of <!--": "<!--" * 10_000,
    "10,000 quotes": ">" * 10_000,
    "10,000 lists on a line": "- " * 10_000 + "x",
    "1,000 nested lists": "".join("  " * depth + "- x\n" for depth in range(1000)),
    "10,000 emphases": "*a **b " * 5000,
    "nested emphasis": "*a " * 5000 + " b*" * 5000,
    "runs of ticks": "".join("`" * length + " " for length in range(300)),
    "unclosed containers": ":::note\n" * 10_000,
    "nested containers": ":::note\n" * 3000 + ":::\n" * 3000,
    "attribute lists": "# " + "{.a " * 20_000,
    "unclosed comments of MDX": "{/*" * 10_000,
    "names between colons": ":a" * 20_000,
    "unclosed styles": "<style>" * 10_000,
    "links in links": "[a](" * 10_000,
    "unclosed components": "<Note>\n" * 5000,
    "nested components": "<Note>\n" * 3000 + "x\n" + "</Note>\n" * 3000,
    "components on a line": "<Note>x</Note>" * 5000,
    "badges in a heading": "# " + "a <Badge/> " * 20_000,
    "lists of names without an end": ("<Tabs items={['a'" + " " * 3900 + "}>\n") * 500,
    "expressions": "<A b={" * 10_000,
    "unclosed values": '<A b="' * 10_000,
    "dollars": "$a " * 20_000,
    "a wide table": "|" * 20_000 + "\n" + "|-" * 20_000 + "|\n" + "|a" * 20_000,
    "addresses": "http://a.b" * 5000,
    "closing brackets in an address": "http://a.b/" + ")" * 20_000,
    "entities in an address": "http://a.b/" + "&a;" * 10_000,
    "at signs": "a@" * 20_000,
    "mail": "a@b.c " * 5000,
    "open elements": "<div>" * 20_000,
    "open formatting": "".join(f"<b title={number}>" for number in range(5000)) + "\n\n" + "<p>x\n\n" * 5000,
    "notes that mention notes": "".join(f"[^{n}]: x [^{n + 1}]\n\n" for n in range(3000)) + "[^0]",
    "5,000 references": "".join(f"[r{n}]: /x\n" for n in range(5000)) + "[r1] " * 5000,
    "nested admonitions": "".join("    " * depth + "!!! note\n" for depth in range(300)) + "    " * 300 + "x",
    "headings that fight": "".join(f"# a\n# a-{number}\n" for number in range(2000)),
    "a heading of 20,000 lines": "a\n" * 20_000 + "---",
    "20,000 fences": "```\n" * 20_001,
    "a line of 1 MB": "word " * 200_000,
}


@pytest.mark.parametrize("is_mdx", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_makes_a_page(name, is_mdx):
    assert "Before</h1>" in render(f"# Before\n\n{HOSTILE[name]}", is_mdx=is_mdx).html


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if any(word in name for word in ("nested", "10,000", "open", "[", "links"))]
)
def test_deep_nesting_does_not_exhaust_a_stack_that_is_half_used(name):
    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
        else:
            render(HOSTILE[name], is_mdx=True)

    deeper(sys.getrecursionlimit() // 4)


def test_what_is_nested_too_deep_is_left_out_and_reported():
    page = render("# Before\n\n" + ">" * 200 + " deep\n\nAfter\n")
    assert [(oddity.line, oddity.code) for oddity in page.oddities] == [(3, "deep-nesting")]
    assert page.html.endswith("<p>After</p>")


def test_work_grows_with_length_and_not_faster():
    def calls(length: int) -> int:
        made = 0

        def count(*_: object) -> None:
            nonlocal made
            made += 1

        source = "The `num_ctx` option **sets** the [context](x.md) length.\n\n- a\n- b\n\n" * length
        sys.setprofile(count)
        try:
            render(source)
        finally:
            sys.setprofile(None)
        return made

    calls(50)
    assert calls(1200) < 13 * calls(100)


def test_threads_render_at_once_without_mixing_pages():
    answers: dict[int, set[str]] = {number: set() for number in range(4)}

    def work(number: int) -> None:
        for _ in range(30):
            page = render(f"# Page {number}\n\n```sh\necho {number}\n```\n\n[{number}](x{number}.md)\n")
            answers[number].add(f"{page.title} {page.fences[0].text} {page.links[0].href}")

    threads = [threading.Thread(target=work, args=(number,)) for number in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: {f"Page {number} echo {number}\n x{number}.md"} for number in answers}


def test_a_page_after_one_that_failed_is_whole():
    def fail(href: str, is_image: bool) -> str:
        raise LookupError

    with pytest.raises(LookupError):
        render("[a](b)", resolve_link=fail)
    assert render("[a](b) " + "[" * 30).links[0].href == "b"
