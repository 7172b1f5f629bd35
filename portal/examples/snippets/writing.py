"""All the snippets of a request, in the order their tabs stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.examples.snippets import javascript, python, shell
from portal.examples.values import Request


@dataclass(frozen=True, slots=True)
class Snippet:
    """One way to send a request: `name` for a reader's choice, `title` for the tab, `lang` for colours."""

    name: str
    title: str
    lang: str
    text: str


_WRITERS: tuple[tuple[str, str, str, Callable[[Request], str | None]], ...] = (
    ("curl", "curl", "bash", shell.write_curl),
    ("python-openai", "Python · openai", "python", python.write_openai),
    ("python-ollama", "Python · ollama", "python", python.write_ollama),
    ("python-httpx", "Python · httpx", "python", python.write_httpx),
    ("js-openai", "JavaScript · openai", "javascript", javascript.write_openai),
    ("js-ollama", "JavaScript · ollama", "javascript", javascript.write_ollama),
    ("js-fetch", "JavaScript · fetch", "javascript", javascript.write_fetch),
    ("http", ".http", "http", shell.write_http),
)


def write_snippets(request: Request) -> tuple[Snippet, ...]:
    """Write a request in every way that sends it as it is; a library that would change its meaning is left out."""
    written = ((name, title, lang, write(request)) for name, title, lang, write in _WRITERS)
    return tuple(Snippet(name, title, lang, text) for name, title, lang, text in written if text is not None)
