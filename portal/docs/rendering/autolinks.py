"""Bare addresses as links, by the rules of GitHub Flavored Markdown's autolink extension."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_MAY_PRECEDE = frozenset(" \t\r\n*_~(")
_SCHEME = re.compile(r"(?:^|(?<=[ \t\n*_~(\[\"'“‘>/=|,;:.!?—–-]))(https?|ftp|mailto|xmpp)$", re.IGNORECASE)
_UP_TO_SPACE = re.compile(r"[^\s<]+")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.+_-]+$")
_MAIL_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_ENTITY_TAIL = re.compile(r"&[A-Za-z0-9]+;$")
_PORT = re.compile(r"[^\s/?#@:]+:(\d{0,5})(?![^\s/?#]*@)")
_TRAILING = "?!.,:*_~'\""


def install(grammar: MarkdownIt) -> None:
    """Teach the grammar the extension."""
    grammar.inline.ruler.push("bracket", _bracket)
    grammar.inline.ruler.push("bare_www", _www)
    grammar.inline.ruler.push("bare_url", _url)
    grammar.inline.ruler.push("bare_email", _email)


def _bracket(state: StateInline, silent: bool) -> bool:
    """A bracket that is text. Where one is open GitHub makes no bare address a link, so the open ones are counted."""
    char = state.src[state.pos]
    if silent or char not in "[]":
        return False
    depth: int = state.env.get("open_brackets", 0)
    state.env["open_brackets"] = depth + 1 if char == "[" else max(0, depth - 1)
    state.append_pending(char)
    state.pos += 1
    return True


def _may_link(state: StateInline) -> bool:
    return not state.linkLevel and not state.env.get("open_brackets")


def _www(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if silent or not state.src.startswith("www.", start) or not _may_link(state):
        return False
    if start and state.src[start - 1] not in _MAY_PRECEDE:
        return False
    address = _trimmed(state.src, start, state.posMax)
    if not _is_domain(address[4:], short=False):
        return False
    _push_link(state, "http://" + address, address)
    state.pos += len(address)
    return True


def _url(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if silent or state.src[start] != ":" or not _may_link(state):
        return False
    scheme = _SCHEME.search(state.pending[-9:])
    if scheme is None:
        return False
    if scheme[1].lower() in {"mailto", "xmpp"}:
        return _mail_url(state, scheme[1])
    if not state.src.startswith("://", start):
        return False
    rest = _with_port(_trimmed(state.src, start + 3, state.posMax))
    if not _is_domain(rest, short=True):
        return False
    address = f"{scheme[1]}://{rest}"
    state.pending = state.pending[: -len(scheme[1])]
    _push_link(state, address, address)
    state.pos = start + 3 + len(rest)
    return True


def _mail_url(state: StateInline, scheme: str) -> bool:
    local = re.compile(r"[A-Za-z0-9.+_-]+(?=@)").match(state.src, state.pos + 1, state.posMax)
    domain = _mail_domain(state, local.end() + 1) if local else ""
    if not local or not domain:
        return False
    end = local.end() + 1 + len(domain)
    address = scheme + state.src[state.pos : end]
    state.pending = state.pending[: -len(scheme)]
    _push_link(state, address, address)
    state.pos = end
    return True


def _email(state: StateInline, silent: bool) -> bool:
    if silent or state.linkLevel or state.src[state.pos] != "@":
        return False
    local = _LOCAL_PART.search(state.pending[-256:])
    domain = _mail_domain(state, state.pos + 1) if local else ""
    if not local or not domain:
        return False
    address = f"{local[0]}@{domain}"
    state.pending = state.pending[: -len(local[0])]
    _push_link(state, "mailto:" + address, address)
    state.pos += 1 + len(domain)
    return True


def _mail_domain(state: StateInline, start: int) -> str:
    found = _MAIL_DOMAIN.match(state.src, start, state.posMax)
    if found is None or found[0][-1] in "-_" or state.src.startswith("@", found.end()):
        return ""
    return found[0]


def _trimmed(src: str, start: int, end: int) -> str:
    """The address that starts at `start`, without the punctuation that belongs to the sentence around it."""
    found = _UP_TO_SPACE.match(src, start, end)
    address = found[0] if found else ""
    surplus = address.count(")") - address.count("(")
    while address:
        last = address[-1]
        if last in _TRAILING:
            address = address[:-1]
        elif last == ")" and surplus > 0:
            address, surplus = address[:-1], surplus - 1
        elif last == ";":
            entity = _ENTITY_TAIL.search(address[-40:])
            address = address[: -len(entity[0])] if entity else address[:-1]
        else:
            break
    return address


def _with_port(address: str) -> str:
    """The address up to what cannot be its port, as in `http://a.example:80"}`: a browser could do nothing with the whole."""
    found = _PORT.match(address)
    if found is None or address[found.end() :][:1] in {"", "/", "?", "#"}:
        return address
    return address[: found.end()] if found[1] else address[: found.start(1) - 1]


def _is_domain(address: str, *, short: bool) -> bool:
    """Whether `address` opens with a domain, which needs a dot unless `short`, and no `_` in its last two labels."""
    found = _DOMAIN.match(address)
    if found is None:
        return False
    labels = found[0].split(".")
    return (short or len(labels) > 1) and not any("_" in label for label in labels[-2:])


def _push_link(state: StateInline, href: str, text: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": href}
    opening.info = "auto"
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)
