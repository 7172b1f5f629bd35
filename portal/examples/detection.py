"""From the blocks of a page to the example each one is, the cheap question first: can it be one at all?"""

from __future__ import annotations

from collections.abc import Sequence

from portal.examples.calls import make_example
from portal.examples.curl import read_curl
from portal.examples.http_text import looks_like_http, read_http
from portal.examples.python_run import TooMuchError
from portal.examples.python_text import keep_for_later, parse_python, read_python
from portal.examples.shell import read_commands
from portal.examples.unknowns import Words
from portal.examples.values import NOT_AN_EXAMPLE, Block, Example

MAX_CHARACTERS = 100_000
_SHELLS = {"sh", "bash", "shell", "zsh", "console", "shell-session", "terminal"}


class _Page:
    """What the blocks of a page have said so far that later ones may build on."""

    def __init__(self) -> None:
        self._variables: dict[str, Words] = {}
        self._unread: list[str] = []
        self._names: dict[str, object] = {}
        self._settings: dict[str, object] = {}

    def read(self, block: Block) -> Example:
        """Read the next block."""
        if len(block.text) > MAX_CHARACTERS or "\0" in block.text:
            return NOT_AN_EXAMPLE
        try:
            return self._read(block)
        except (RecursionError, TooMuchError):  # deeper or longer than anyone writes by hand
            return NOT_AN_EXAMPLE

    def _read(self, block: Block) -> Example:
        text = block.text
        if ("/api/" in text or "/v1/" in text) and looks_like_http(text):
            found = read_http(text)
            if found is not None:
                return make_example(found)
        if "curl" in text:
            return self._read_shell(text)
        if block.lang in ("python", "py", "python3", "ipython", ""):
            module = parse_python(text)
            if module is not None:
                calls, scope = read_python(module, self._names, self._settings)
                self._names = keep_for_later(scope)
                return make_example(calls)
        if block.lang in _SHELLS and "=" in text:
            self._unread.append(text)
        return NOT_AN_EXAMPLE

    def _read_shell(self, text: str) -> Example:
        for earlier in self._unread:
            self._variables = read_commands(earlier, self._variables).variables
        self._unread.clear()
        shell = read_commands(text, self._variables)
        self._variables = shell.variables
        return make_example(
            call for command in shell.commands if command.name == "curl" for call in read_curl(command, shell)
        )


def read_blocks(blocks: Sequence[Block]) -> tuple[Example, ...]:
    """Read all blocks of one page, in order; the answer has one example for each block."""
    page = _Page()
    return tuple(page.read(block) for block in blocks)
