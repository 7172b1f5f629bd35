"""The tags of MDX: where they stand in a document, outside its code, and which of them belong together."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_TAG = 4_000  # characters from `<` to `>`
MAX_SCRIPT = 40_000  # characters of one `export`
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})

_BRACES = r"\{(?>[^{}]|\{(?>[^{}]|\{(?>[^{}]|\{[^{}]*+\})*+\})*+\})*+\}"
_VALUE = rf"\"[^\"]*+\"|'[^']*+'|{_BRACES}|[^\s\"'=<>`{{}}]++"
_TAG = re.compile(
    r"<(?P<closing>/?)(?P<name>[A-Za-z][\w.]*)"
    rf"(?P<attributes>(?>\s++(?>[A-Za-z_:@][\w:@.-]*+(?>\s*+=\s*+(?>{_VALUE}))?|{_BRACES}))*+)"
    r"\s*+(?P<empty>/?)>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[A-Za-z_:@][\w:@.-]*)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'"
    rf"|(?P<braces>{_BRACES})|(?P<bare>[^\s\"'=<>`{{}}]+)))?"
)
_LITERAL = re.compile(r"""\{\s*(?:"([^"]*)"|'([^']*)'|`([^`$]*)`|(-?[\d.]+|true|false))\s*\}""")
_STRING = r"""(?:"[^"\n]*"|'[^'\n]*'|`[^`$\n]*`)"""
_LIST = re.compile(rf"\{{\s*+\[\s*+{_STRING}(?:\s*+,\s*+{_STRING})*+\s*+(?:,\s*+)?\]\s*+\}}")
# The address in `src={useBaseUrl('/img/a.png')}` and its like, the first of several.
_CALLED = re.compile(r"""(?:useBaseUrl|require)\(\s*["']([^"'\n]+)["']""")
_OPENS_WITH_IMPORT = re.compile(r"\s*import\s[^\n;]{1,500}?\sfrom\s+[\"'][^\"'\n]+[\"'];?[ \t]*(?:\n|$)")
_OF_A_SITE = re.compile(r"import\s[^\n]*?[\"']@(?:theme|site|docusaurus|astrojs)/")
_PART = re.compile(r"import\s+(\w+)\s+from\s+[\"']([^\"'\n]+\.mdx?)[\"']")
_HINT = re.compile(r"\{/\*(\s*run:(?:(?!-->)[^\n])*?)\*/\}")
# What tells whether an `export` goes on after an empty line: it does while a bracket of it is open.
_BRACKET_OR_LINE = re.compile(r"(?P<open>[{\[])|(?P<close>[}\]])|(?P<line>\n)")
# Where code starts, or a comment, or what may be a tag or a line of script.
_LANDMARK = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})|(?P<ticks>`+)"
    r"|(?P<comment><!--|\{/\*)|(?P<tag></?[A-Za-z])"
    r"|^(?P<script>import\s[^\n]*?[\"'][^\"'\n]+[\"'];?[ \t]*$"
    r"|export\s+(?:const|let|var|default|async|function|class)\b[^\n]*(?:\n[^\n]+)*)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it is written. An attribute without a value, or whose value is an expression, has the value "".

    A list of strings has them as lines.
    """

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    is_closing: bool = False
    is_empty: bool = False
    end: int = 0

    @property
    def is_component(self) -> bool:
        """Whether this is a component rather than an element of HTML."""
        return self.name[0].isupper()


@dataclass(frozen=True, slots=True)
class Element:
    """An opening tag with the place of the tag that closes it; for an empty tag both are its own end."""

    tag: Tag
    close_start: int
    close_end: int


@dataclass(slots=True)
class Scan:
    """What a document holds, by position: whole elements, tags without a partner, and the spans that are no text."""

    elements: dict[int, Element] = field(default_factory=dict)
    unclosed: dict[int, Tag] = field(default_factory=dict)
    stray: dict[int, Tag] = field(default_factory=dict)
    no_text: list[tuple[int, int]] = field(default_factory=list)
    never_ended: set[str] = field(default_factory=set)


def read_tag(source: str, start: int) -> Tag | None:
    """The tag that starts at `start`, if one does."""
    found = _TAG.match(source, start, start + MAX_TAG)
    if found is None:
        return None
    empty = bool(found["empty"]) or found["name"] in VOID
    return Tag(found["name"], _attributes(found["attributes"]), bool(found["closing"]), empty, found.end())


def _attributes(source: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(source) if source else ():
        value = html.unescape(attribute["double"] or attribute["single"] or attribute["bare"] or "")
        if attribute["braces"]:
            value = _value_in(attribute["braces"])
        found.setdefault(attribute["name"], value)
    return found


def _value_in(braces: str) -> str:
    if literal := _LITERAL.fullmatch(braces):
        return next((part for part in literal.groups() if part is not None), "")
    if _LIST.fullmatch(braces):
        return "\n".join(string[1:-1] for string in re.findall(_STRING, braces))
    called = _CALLED.search(braces)
    return called[1] if called else ""


def opens_with_import(source: str) -> bool:
    """Whether a document's text begins as only MDX does; Docusaurus reads its `.md` files as MDX too."""
    return bool(_OPENS_WITH_IMPORT.match(source))


def imports_components(source: str, spans: list[tuple[int, int]]) -> bool:
    """Whether the script in `spans` imports from where only components and documents come from."""
    return any(_OF_A_SITE.match(source, *span) or _PART.match(source, *span) for span in spans)


def parts_in(source: str, spans: list[tuple[int, int]]) -> dict[str, str]:
    """The documents that the script in `spans` imports, by the name of the component each becomes."""
    return {found[1]: found[2] for span in spans if (found := _PART.match(source, *span))}


def scan(source: str, *, html_too: bool) -> Scan:
    """Find the tags of `source` that stand in no code and no comment; those of plain HTML only when `html_too`."""
    found = Scan()
    still_open: list[tuple[int, Tag]] = []
    position = 0
    while landmark := _LANDMARK.search(source, position):
        position = landmark.end()
        if landmark["tag"]:
            tag = read_tag(source, landmark.start())
            if tag and (html_too or tag.is_component):
                position = tag.end
                _place(tag, landmark.start(), still_open, found)
        elif landmark["script"]:
            position = _end_of_script(source, landmark, found)
            found.no_text.append((landmark.start(), position))
        else:
            position = _skip(source, landmark, found)
    found.unclosed.update(still_open)
    return found


def _place(tag: Tag, start: int, still_open: list[tuple[int, Tag]], found: Scan) -> None:
    if tag.is_empty and not tag.is_closing:
        found.elements[start] = Element(tag, tag.end, tag.end)
    elif not tag.is_closing:
        still_open.append((start, tag))
    # A closing tag far from its opening one, with hundreds open between, is no document's: looking further back would
    # make a page of nothing but tags slow.
    elif any(other.name == tag.name for _, other in still_open[-200:]):
        while still_open:
            opened, other = still_open.pop()
            if other.name == tag.name:
                found.elements[opened] = Element(other, start, tag.end)
                return
            found.unclosed[opened] = other
    else:
        found.stray[start] = tag


def _end_of_script(source: str, landmark: re.Match[str], found: Scan) -> int:
    """The end of an `import`, or of an `export` with all its empty lines; of one that never closes, the first of them."""
    if not landmark["script"].startswith("export") or "export" in found.never_ended:
        return landmark.end()
    depth = 0
    for mark in _BRACKET_OR_LINE.finditer(source, landmark.start(), landmark.start() + MAX_SCRIPT):
        depth += 1 if mark["open"] else -1 if mark["close"] else 0
        if mark["line"] and depth <= 0 and mark.start() >= landmark.end():
            return mark.start()
    if depth > 0:
        found.never_ended.add("export")
        return landmark.end()
    return max(landmark.end(), min(len(source), landmark.start() + MAX_SCRIPT))


def _skip(source: str, landmark: re.Match[str], found: Scan) -> int:
    """The end of the code or comment that starts at `landmark`."""
    if landmark["fence"]:
        mark = landmark["fence"]
        closing = re.compile(rf"^[ \t>]*{mark[0]}{{{len(mark)},}}[ \t]*$", re.MULTILINE).search(source, landmark.end())
        return closing.end() if closing else len(source)
    if landmark["ticks"]:
        # A code span ends with its paragraph at the latest.
        ticks = landmark["ticks"]
        window = source[landmark.end() : landmark.end() + MAX_TAG].split("\n\n", 1)[0]
        closing = re.search(rf"(?<!`){ticks}(?!`)", window)
        return landmark.end() + closing.end() if closing else landmark.end()
    ending = "-->" if landmark["comment"] == "<!--" else "*/}"
    # What has no end once has none further on; to look for it at every comment takes the square of their number.
    end = -1 if ending in found.never_ended else source.find(ending, landmark.end())
    if end < 0:
        found.never_ended.add(ending)
        return landmark.end()
    if ending == "*/}":
        found.no_text.append((landmark.start(), end + len(ending)))
    return end + len(ending)


def blank_out(source: str, spans: list[tuple[int, int]]) -> str:
    """`source` with what stands in `spans` made blank, every line staying where it is.

    A comment of one line that speaks of the example after it (`{/* run: … */}`) is kept, as a comment of HTML.
    """
    parts: list[str] = []
    position = 0
    for start, end in spans:
        said = _HINT.fullmatch(source, start, end)
        parts += [source[position:start], f"<!--{said[1]}-->" if said else re.sub(r"[^\n]", " ", source[start:end])]
        position = end
    return "".join([*parts, source[position:]])
