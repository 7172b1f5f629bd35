"""Secrets in what is about to leave: found by the known forms of keys, named by kind and place, never repeated.

Each form begins with a hint; texts are searched for hints, and a form is tried at those alone. Every form is bounded, so the
time grows with the text and with nothing else, and no single step of it takes long enough to hold up other threads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from portal.ollama.bodies import load_json
from portal.ollama.errors import BadBody

MOST_FOUND = 10
OUR_OWN = "a key of this portal"
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_BASE64 = _WORD | frozenset("+/")
# What stands where people leave a key out.
_LEFT_OUT = re.compile(r"example|your|xxxx|\*\*\*\*|\.\.\.|placeholder|redacted|changeme|insert|<|\$|\{", re.IGNORECASE)
_FEWEST_LETTERS = 5
_SHORTEST_OWN = 8


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that was found: of what kind, and where."""

    kind: str
    place: str

    def __str__(self) -> str:
        return f"{self.kind} in {self.place}"


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of secret looks like from its hint on. The letter before it is none of `apart`."""

    kind: str
    hint: str
    pattern: re.Pattern[str]
    apart: frozenset[str] = _WORD


def _form(kind: str, hint: str, rest: str, apart: frozenset[str] = _WORD) -> Form:
    return Form(kind, hint, re.compile(re.escape(hint) + rest), apart)


_LETTERS = "[A-Za-z0-9]"
_LETTERS_ = "[A-Za-z0-9_-]"
FORMS = (
    _form("an API key (sk-…)", "sk-", rf"{_LETTERS_}{{20,250}}"),
    *(_form("a GitHub token", hint, rf"{_LETTERS}{{30,250}}") for hint in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    _form("a GitHub token", "github_pat_", r"\w{30,250}"),
    _form("a GitLab token", "glpat-", rf"{_LETTERS_}{{20,100}}"),
    _form("an AWS access key", "AKIA", r"[A-Z0-9]{16}(?![A-Za-z0-9+/])", _BASE64),
    _form("an AWS access key", "ASIA", r"[A-Z0-9]{16}(?![A-Za-z0-9+/])", _BASE64),
    _form("a Google API key", "AIza", rf"{_LETTERS_}{{35}}(?![A-Za-z0-9+/_-])", _BASE64),
    _form("a Google sign-in secret", "GOCSPX-", rf"{_LETTERS_}{{20,60}}"),
    _form("a Hugging Face token", "hf_", rf"{_LETTERS}{{30,60}}"),
    _form("a Slack token", "xox", r"[abeoprs]-[A-Za-z0-9-]{10,250}"),
    _form("a Slack address", "hooks.slack.com/services/", r"[A-Za-z0-9/]{20,100}", frozenset()),
    _form("a Stripe key", "sk_live_", rf"{_LETTERS}{{16,250}}"),
    _form("a Stripe key", "rk_live_", rf"{_LETTERS}{{16,250}}"),
    _form("an npm token", "npm_", rf"{_LETTERS}{{36}}"),
    _form("a PyPI token", "pypi-", rf"{_LETTERS_}{{50,250}}"),
    _form("a SendGrid key", "SG.", rf"{_LETTERS_}{{16,32}}\.{_LETTERS_}{{16,64}}"),
    _form("a DigitalOcean token", "dop_v1_", r"[a-f0-9]{64}"),
    _form("an age key", "AGE-SECRET-KEY-1", r"[A-Z0-9]{50,70}"),
    _form("a private key", "-----BEGIN ", r"[A-Z0-9 ]{0,40}PRIVATE KEY", frozenset()),
    _form("a signed token (JWT)", "eyJ", rf"{_LETTERS_}{{10,1000}}\.eyJ{_LETTERS_}{{10,2000}}\.{_LETTERS_}{{10,1000}}"),
    *(_form("a bearer token", hint, r"[ \t]{1,4}[A-Za-z0-9._~+/=-]{20,500}") for hint in ("Bearer", "bearer", "BEARER")),
    _form("a password in an address", "://", r"[^\s:@/?#\"'\\]{1,64}:[^\s:@/?#\"'\\]{3,128}@", frozenset()),
)  # fmt: skip


def find_leaks(parts: Iterable[tuple[str, str]], own: Collection[str] = ()) -> list[Leak]:
    """What is found in texts, each with the name of its place. `own` are keys of the portal's own."""
    known = [key for key in own if len(key) >= _SHORTEST_OWN]
    found: dict[Leak, None] = {}
    for place, text in parts:
        found |= {Leak(kind, place): None for kind in _kinds_in(text, known)}
        if len(found) >= MOST_FOUND:
            break
    return list(found)[:MOST_FOUND]


def parts_of_body(text: str) -> Iterator[tuple[str, str]]:
    """Every text of a request's body, named by its path; the whole of one that is not JSON."""
    try:
        body = load_json(text) if text else None
    except BadBody:
        yield "the request", text
        return
    waiting: list[tuple[str, object]] = [("", body)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield f"the request ({path})" if path else "the request", value
        elif isinstance(value, dict):
            yield "the request", " ".join(value)
            waiting += [(f"{path}.{_short(key)}" if path else _short(key), one) for key, one in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{number}" if path else str(number), one) for number, one in enumerate(value)]


def _kinds_in(text: str, own: Collection[str]) -> Iterator[str]:
    if any(key in text for key in own):
        yield OUR_OWN
    for form in FORMS:
        if _is_in(form, text):
            yield form.kind


def _is_in(form: Form, text: str) -> bool:
    at = text.find(form.hint)
    while at >= 0:
        if not at or text[at - 1] not in form.apart:
            found = form.pattern.match(text, at)
            if found and not _is_left_out(found[0][len(form.hint) :]):
                return True
        at = text.find(form.hint, at + 1)
    return False


def _is_left_out(secret: str) -> bool:
    return len(set(secret)) < _FEWEST_LETTERS or _LEFT_OUT.search(secret) is not None


def _short(key: str) -> str:
    # Names of fields are of the request's own making, so only plain ones are repeated.
    return key if key.isidentifier() and len(key) <= 40 else "…"
