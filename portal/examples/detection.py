"""From the blocks of a page to the example each one is, the cheap question first: can it be one at all?"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from portal.examples.calls import Call, make_example
from portal.examples.code_values import Client, Ref
from portal.examples.curl import read_curl
from portal.examples.http_text import looks_like_http, read_http
from portal.examples.identity import NO_HINTS, read_hints
from portal.examples.javascript_text import read_javascript
from portal.examples.javascript_tree import parse_javascript
from portal.examples.limits import PAGE_SECONDS, Clock, TooMuchError, is_too_long
from portal.examples.powershell import looks_like_powershell, read_powershell
from portal.examples.python_text import parse_python, read_python
from portal.examples.shell import read_commands
from portal.examples.unknowns import Words
from portal.examples.values import NOT_AN_EXAMPLE, Block, Example, Hints

logger = logging.getLogger(__name__)

_MARKS = ("11434", "ollama", "openai", "anthropic", "/api/", "/v1/", "OLLAMA", "Ollama", "OpenAI", "Anthropic")
_SHELLS = {"sh", "bash", "shell", "zsh", "console", "shell-session", "terminal"}
_PYTHONS = {"python", "py", "python3", "pycon", "ipython", "ipython3"}
_JAVASCRIPTS = {"javascript", "js", "typescript", "ts", "jsx", "tsx", "mjs", "node", "mts", "cjs"}
# Lines in them may look like a shell's, and are another program's; but labels lie.
_OTHERS = {
    "conf", "diff", "docker", "dockerfile", "ini", "log", "make", "makefile", "mermaid", "mk", "nginx", "patch",
    "systemd", "toml", "xml", "yaml", "yml",
}  # fmt: skip
_IS_SETTING = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:- )?[\w.-]+:(?:[ \t]|\n|$)")
_FAMILIES = {
    **dict.fromkeys(_SHELLS, "shell"), **dict.fromkeys(_PYTHONS, "python"), **dict.fromkeys(_JAVASCRIPTS, "javascript"),
}  # fmt: skip
_SIGNS_OF_CODE = ("import ", "require(", "fetch(")
# What code can make a call with that no block before it has named.
_CALLABLE_UNSAID = ("import", "require", "fetch", "ollama.", "ollama?.", "ollama[", "requests", "httpx")
_AFTER_CALLED = ("(", ".", "?.", "[", "!", "\n", " (")
_GOES_TO_SHELL = re.compile(r"^[ \t]*!", re.MULTILINE)
_SETS_NAMES = re.compile(
    r"^[ \t]*(?:(?:const|let|var|async|function|class|def|export)\s|[\w$.]+[ \t]*=[^=]|[\w$]+:[\w.\[\], |]+ =)",
    re.MULTILINE,
)
# One of them stands in every address of the API, but for what a variable of an earlier block holds of it.
_PATHS = ("/api", "/v1")
# What a block of shell text has to hold to send something, whatever language it is truly in.
_SIGNS_IN_CODE = (*_SIGNS_OF_CODE, "ollama.", "client.")
_SIGNS_OF_REQUESTS = ("curl", "Invoke-", "invoke-", "irm ", "iwr ", *_SIGNS_IN_CODE)


class _Page:
    """What the blocks of a page have said so far that later ones may build on.

    A block that can be no example is kept unread until a later one needs what it may say.
    """

    def __init__(self, hosts: Mapping[str, str], make_clock: Callable[[], Clock]) -> None:
        self._hosts, self._make_clock = hosts, make_clock
        self._waiting: list[Block] = []
        self._variables: dict[str, Words] = {}
        self._python: dict[str, object] = {}
        self._javascript: dict[str, object] = {}
        self._settings: dict[str, object] = {}
        self._names: set[str] = set()
        self._clock: Clock  # of the block being read
        self._page_clock = Clock(PAGE_SECONDS)

    def read(self, block: Block) -> Example:
        """Read the next block."""
        if is_too_long(block.text) or "\0" in block.text:
            return NOT_AN_EXAMPLE
        if not self._may_be_example(block):
            if _family(block) is not None and _may_set_names(block):
                self._waiting.append(block)
            return NOT_AN_EXAMPLE
        waiting, self._waiting = self._waiting, []
        for earlier in waiting:
            self._read(earlier)
        return self._read(block)

    def _may_be_example(self, block: Block) -> bool:
        text = block.text
        if block.lang.lower() in _OTHERS and not text.lstrip("$ \n").startswith("curl ") and not looks_like_http(text):
            return False
        if not _holds_any(text, _MARKS) and not _holds_any(text, self._names):
            return False
        if _family(block) != "shell":
            return True
        if not _holds_any(text, _PATHS) and "$" not in text:  # such as a line that installs something
            return _holds_any(text.replace("ollama.com", ""), _SIGNS_IN_CODE)
        return _holds_any(text, _SIGNS_OF_REQUESTS) or looks_like_http(text)

    def _read(self, block: Block) -> Example:
        if self._page_clock.is_over():
            return NOT_AN_EXAMPLE
        self._clock = self._make_clock()
        try:
            return make_example(self._find_calls(block), self._hosts)
        except (RecursionError, TooMuchError):  # deeper or longer than anyone writes by hand
            return NOT_AN_EXAMPLE
        except Exception:  # a fault of ours: it costs the block its button, and not the reader the page
            logger.exception("The block at line %s could not be read; it stays code.", block.line)
            return NOT_AN_EXAMPLE

    def _find_calls(self, block: Block) -> Iterable[Call]:
        """Find the calls in the first language that the text can be: its label's, then what it looks like."""
        text, family = block.text, _family(block)
        if looks_like_http(text):
            found = read_http(text)
            if found is not None:
                return found
        if looks_like_powershell(text):
            requests = read_powershell(text, self._clock)
            if requests:
                return requests
        if family not in ("python", "javascript") or text.startswith("curl "):
            is_shell = family == "shell" or ("curl" in text and not _IS_SETTING.match(text))
            commands = self._read_shell(text) if is_shell else []
            if commands or (family == "shell" and "import " not in text):
                return commands
        if family is not None or self._may_be_code(block):
            calls = self._read_code(text, javascript_first=family == "javascript")
            if calls is not None:
                return calls or self._read_cell(text)
        if "curl" not in text or family not in ("python", "javascript"):
            return []
        return self._read_cell(text) or self._read_shell(text)

    def _read_cell(self, text: str) -> list[Call]:
        """Read the lines of a notebook's cell that go to the shell."""
        return self._read_shell(_GOES_TO_SHELL.sub("", text)) if "!curl" in text else []

    def _may_be_code(self, block: Block) -> bool:
        """Say whether a block of no known language may be code that matters: the grammars are slow to give up on prose.

        Without a label it has to name what a call can be made with, or give names that later blocks may build on.
        """
        text = block.text
        if any(sign in text for sign in _SIGNS_OF_CODE):
            return True
        if block.lang != "" or "(" not in text:
            return False
        if any(name in text for name in _CALLABLE_UNSAID) or _SETS_NAMES.search(text):
            return True
        known = [*self._python.items(), *self._javascript.items()]
        names = [name for name, value in known if name in self._names or isinstance(value, Ref)]
        return any(name + mark in text for name in names if name in text for mark in _AFTER_CALLED)

    def _read_code(self, text: str, *, javascript_first: bool) -> list[Call] | None:
        """Read a block as Python or JavaScript; None when it is neither."""
        readers = [self._read_javascript, self._read_python] if javascript_first else [
            self._read_python, self._read_javascript]  # fmt: skip
        for read in readers:
            calls = read(text)
            if calls is not None:
                return calls
        return None

    def _read_shell(self, text: str) -> list[Call]:
        shell = read_commands(text, self._variables, self._clock)
        self._variables = shell.variables
        return [call for command in shell.commands if command.name == "curl" for call in read_curl(command, shell)]

    def _read_python(self, text: str) -> list[Call] | None:
        module = parse_python(text)
        if module is None:
            return None
        calls, self._python = read_python(module, self._python, self._settings, self._clock)
        self._names.update(_names_worth_a_look(self._python))
        return calls

    def _read_javascript(self, text: str) -> list[Call] | None:
        root = parse_javascript(text, self._clock)
        if root is None:
            return None
        calls, self._javascript = read_javascript(root, self._javascript, self._settings, self._clock)
        self._names.update(_names_worth_a_look(self._javascript))
        return calls


def _holds_any(text: str, marks: Iterable[str]) -> bool:
    for mark in marks:  # noqa: SIM110 - asked of every block of every page, and `any` takes twice the time
        if mark in text:
            return True
    return False


def _family(block: Block) -> str | None:
    return _FAMILIES.get(block.lang) or _FAMILIES.get(block.lang.lower())


def _may_set_names(block: Block) -> bool:
    """Say whether a block that makes no call may give names to later ones; command lines without `=` do not."""
    return _family(block) != "shell" or "=" in block.text or any(sign in block.text for sign in _SIGNS_OF_CODE)


def _names_worth_a_look(names: dict[str, object]) -> Iterable[str]:
    """The names of a page that a later block may make a call with."""
    for name, value in names.items():
        imported = isinstance(value, Ref) and value.path.partition(".")[0] in ("ollama", "openai", "anthropic")
        if imported or isinstance(value, Client) or type(value).__name__ in ("Function", "Klass", "Instance", "Thing"):
            yield name


def read_blocks(
    blocks: Sequence[Block], *, hosts: Mapping[str, str] | None = None, make_clock: Callable[[], Clock] = Clock
) -> tuple[Example, ...]:
    """Read all blocks of one page, in order; the answer has one example for each block.

    `hosts` says which of the operator's upstreams answers for which other host (`host` or `host:port`).
    `make_clock` starts the one budget that all the reading of a block shares; when it is spent, the block stays code.
    """
    page = _Page(hosts or {}, make_clock)
    examples = map(page.read, blocks)
    return tuple(
        _heed(example, read_hints(block.hints)) if block.hints and example.kind != "none" else example
        for block, example in zip(blocks, examples, strict=True)
    )


def _heed(example: Example, hints: Hints) -> Example:
    """Take the author's word: a block to be skipped, or with a hint that cannot be read, has no Run button."""
    if hints == NO_HINTS:
        return example
    if not hints.skip and not hints.problem:
        return replace(example, hints=hints)
    reason = hints.problem or f"It is not meant to be run: {hints.reason or 'its author says so'}."
    return replace(example, hints=hints, runnable=False, fillable=False, reason=reason)
