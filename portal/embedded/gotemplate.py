"""Fills in Ollama's prompt templates, which are written in Go's template language."""

from collections.abc import Sequence
from typing import Any


class TemplateFault(ValueError):
    """The template cannot be read or filled in; the message is Go's."""


class Template:
    def __init__(self, text: str) -> None:
        self.text = text

    def render_messages(self, messages: Sequence[dict[str, Any]]) -> str:
        raise TemplateFault("template error: not read yet")
