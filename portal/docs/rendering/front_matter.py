"""The YAML block a document may open with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

MAX_SIZE = 64 * 1024  # characters
MAX_BRACKETS = 1_000  # nested ones cost time and stack
MAX_ALIASES = 16  # each alias can at most double what came before it
_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_LOOKS_MEANT = re.compile(r"\s*(?:#.*\n\s*)*[\w$\"'.-]+[ \t]*:(?:\s|$)")


class BadFrontMatter(ValueError):
    """Why a block meant as front matter could not be read. `line` is from 1, the opening `---` being the first."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What was read, how many lines of the file it took up, and why it could not be read where that is so."""

    values: Mapping[str, object] = field(default_factory=dict)
    lines: int = 0
    problem: BadFrontMatter | None = None


def read_front_matter(source: str) -> FrontMatter:
    """The front matter `source` opens with; an empty one where there is none.

    A document that merely opens with a rule (`---`) keeps its text: only what starts like `key:` is front matter.
    """
    opening = _OPENING.match(source)
    closing = _CLOSING.search(source, opening.end()) if opening else None
    if opening is None or closing is None:
        return FrontMatter()
    block = source[opening.end() : closing.start()]
    lines = source.count("\n", 0, closing.start()) + 1
    if block.strip() and not _LOOKS_MEANT.match(block):
        return FrontMatter()
    try:
        return FrontMatter(parse_yaml(block), lines)
    except BadFrontMatter as problem:
        return FrontMatter({}, lines, problem)


def split_front_matter(source: str) -> tuple[Mapping[str, object], str]:
    """The values of the front matter `source` opens with, and the text that follows it."""
    found = read_front_matter(source)
    return found.values, "\n".join(source.split("\n")[found.lines :]) if found.lines else source


def parse_yaml(block: str) -> Mapping[str, object]:
    """A YAML mapping with text for keys. Raises BadFrontMatter for all else, and for what would not stay small."""
    if len(block) > MAX_SIZE:
        raise BadFrontMatter(f"The front matter is {len(block):,} characters long; at most {MAX_SIZE:,} are read.")
    if block.count("[") + block.count("{") > MAX_BRACKETS:
        raise BadFrontMatter(f"The front matter has more than {MAX_BRACKETS:,} brackets; it is not read.")
    try:
        # The pure-Python loader: the C one recurses on the C stack, where deep nesting ends the whole process.
        aliases = _count_aliases(block) if "*" in block else 0
        if aliases > MAX_ALIASES:
            raise BadFrontMatter(f"The front matter refers to itself {aliases} times; at most {MAX_ALIASES} are read.")
        values = yaml.load(block, yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        raise BadFrontMatter(
            f"The front matter is not YAML: {problem.problem}.", mark.line + 2 if mark else 1
        ) from None
    except yaml.YAMLError as problem:
        raise BadFrontMatter(f"The front matter is not YAML: {str(problem).splitlines()[0]}.") from None
    except RecursionError:
        raise BadFrontMatter("The front matter is nested too deeply to read.") from None
    except (ValueError, TypeError, OverflowError) as problem:
        raise BadFrontMatter(f"The front matter holds a value that cannot be read: {problem}.") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        kind = type(values).__name__
        raise BadFrontMatter(f"The front matter is a {kind}; it has to be a mapping of names to values.")
    return {str(key): value for key, value in values.items()}


def _count_aliases(block: str) -> int:
    return sum(isinstance(event, yaml.AliasEvent) for event in yaml.parse(block, yaml.SafeLoader))
