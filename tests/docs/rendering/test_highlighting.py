"""Code keeps every character, with or without colours."""

import html
import re

import pytest
from pygments.lexers import get_all_lexers

from portal.docs.rendering import render

TRICKY = (
    "\n\n  # *not* **bold** _x_ <b>&amp;</b> $x$ [a](b)\n\tif a < b && c > d: \\\\ `tick`\n   \n"
    "'''\"\"\"\n--- ~~~ \x0b\x0c\u2028 é 日本 \U0001f680\n\n"
)


def code_of(page: str) -> str:
    found = re.search(r"<pre[^>]*><code[^>]*>(.*?)</code></pre>", page, re.DOTALL)
    assert found
    return html.unescape(re.sub(r"<[^>]*>", "", found[1]))


@pytest.mark.parametrize("lang", sorted({aliases[0] for _, aliases, _, _ in get_all_lexers() if aliases}))
def test_the_text_of_a_block_is_its_source_whatever_the_language(lang):
    assert code_of(render(f"~~~{lang}\n{TRICKY}~~~\n").html) == TRICKY


def test_code_has_short_classes_and_the_same_lines():
    page = render('```python\ndef f(x):  # hi\n    return "a"\n```\n')
    assert '<span class="k">def</span> <span class="nf">f</span>' in page.html
    assert code_of(page.html) == 'def f(x):  # hi\n    return "a"\n'


@pytest.mark.parametrize("lang", ["", "nosuchlanguage", "text", ".json", "JSON"])
def test_no_language_is_guessed_and_unknown_ones_stay_plain(lang):
    page = render(f"```{lang}\n[1]\n```\n")
    assert code_of(page.html) == "[1]\n"
    assert ("<span" in page.html) == ("json" in lang.lower())
    assert page.fences[0].lang == lang.lower()


@pytest.mark.parametrize(
    ("info", "label"),
    [
        ("bash Title.sh lines {1,3}", "Title.sh"),
        ("shell macOS / Linux (script)", "macOS / Linux (script)"),
        ('js title="my file.js" {2}', "my file.js"),
        ("python", ""),
        ("js {1-3}", ""),
        ("ts icon=star wrap", ""),
        ("bash npm2yarn", ""),
        ('js {4} "return true;" ins="in" /Even.*(supported)/g del=/{ extend: .+ }/', ""),
        ("bash /etc/hosts", "/etc/hosts"),
    ],
)
def test_a_label_is_shown_as_the_caption(info, label):
    page = render(f"```{info}\nx\n```\n")
    assert page.fences[0].label == label
    assert (f"<figcaption>{label}</figcaption>" in page.html) == bool(label)


def test_marked_lines_are_marked_whole_and_the_text_stays():
    page = render("```python {2-3}\na = 1\nb = '''\n'''\nc\n```\n")
    assert page.html.count('<mark class="line">') == 2
    assert code_of(page.html) == "a = 1\nb = '''\n'''\nc\n"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("java", "\n" * 50_000),
        ("c", " " * 50_000),
        ("terraform", "a" * 50_000),
        ("make", "$(" * 20_000),
        ("html+evoque", "${ " * 9000),
    ],
)
def test_text_a_lexer_is_slow_on_stays_plain(lang, text):
    page = render(f"~~~{lang}\n{text}\n~~~\n")
    assert page.fences[0].text == text + "\n"


def test_blanks_in_empty_lines_of_code_are_kept():
    assert render("```\na\n   \nb\n```\n").fences[0].text == "a\n   \nb\n"


def test_code_by_indentation_is_kept_too():
    assert code_of(render("    a <b>\n\n      c\n").html) == "a <b>\n\n  c\n"
