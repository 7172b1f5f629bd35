"""Short ways to read one block, shared by the tests of this room."""

from __future__ import annotations

from portal.examples.detection import read_blocks
from portal.examples.values import Block, Example, Request
from tests.examples.recorder import Arrival


def read(text: str, lang: str = "") -> Example:
    """Read a block that stands alone on its page."""
    return read_blocks([Block(lang, text, 1)])[0]


def read_page(*texts: str, lang: str = "") -> tuple[Example, ...]:
    """Read a page with these blocks."""
    return read_blocks([Block(lang, text, line) for line, text in enumerate(texts, 1)])


def as_arrival(request: Request) -> Arrival:
    """What should arrive at the far end when this request is sent."""
    host = request.origin.partition("://")[2]  # the port goes without saying where it is the scheme's own
    return Arrival(request.method, host, request.path, request.body)
