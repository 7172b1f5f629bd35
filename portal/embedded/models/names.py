"""Model names as Ollama reads them: host/namespace/model:tag, with defaults for what is left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

HOST, NAMESPACE, TAG = "registry.ollama.ai", "library", "latest"
PARTS = {
    "host": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}"),
    "namespace": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"),
    "model": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"),
    "tag": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"),
}


class NameRequiredError(ValueError):
    """No name was given."""


class BadNameError(ValueError):
    """The name cannot be the name of a model."""


class TwoSourcesError(ValueError):
    """The name asks for the local and the cloud model at once; the message says so in Ollama's words."""


@dataclass(frozen=True)
class Name:
    """A fully qualified model name. Two names are the same model when they differ in case only."""

    host: str
    namespace: str
    model: str
    tag: str

    def __str__(self) -> str:
        return f"{self.host}/{self.namespace}/{self.model}:{self.tag}"

    @property
    def short(self) -> str:
        """The name as lists show it: default host and namespace left out, the tag always there."""
        if self.host.lower() != HOST:
            return str(self)
        prefix = "" if self.namespace.lower() == NAMESPACE else f"{self.namespace}/"
        return f"{prefix}{self.model}:{self.tag}"

    @property
    def key(self) -> str:
        return str(self).lower()


@dataclass(frozen=True)
class Reference:
    """A name as a request gives it, and whether it asks for a model of Ollama's cloud."""

    name: Name
    base: str
    cloud: bool


def parse_name(text: str) -> Name:
    """The name a text stands for, or `BadNameError`."""
    rest, tag = text, ""
    if text.rfind(":") > text.rfind("/"):
        rest, tag = _cut(text, ":")
    rest, model = _cut(rest, "/")
    rest, namespace = _cut(rest, "/")
    host = rest.partition("://")[2] if "://" in rest else rest
    name = Name(host or HOST, namespace or NAMESPACE, model, tag or TAG)
    if not all(pattern.fullmatch(getattr(name, part)) for part, pattern in PARTS.items()):
        raise BadNameError(text)
    return name


def _cut(text: str, separator: str) -> tuple[str, str]:
    """What is before and after the last separator; a side that was promised and is empty makes the name bad."""
    before, found, after = text.rpartition(separator)
    if not found:
        return "", text
    if not before or not after:
        raise BadNameError(text)
    return before, after


def parse_reference(text: str) -> Reference:
    """A request's model name, with Ollama's `:cloud`, `-cloud` and `:local` endings understood."""
    text = text.strip()
    if not text:
        raise NameRequiredError
    base, source = _split_source(text)
    if source and _split_source(base)[1]:
        shown = text.replace("\\", "\\\\").replace('"', '\\"')
        raise TwoSourcesError(f'use either :local or :cloud, not both: "{shown}"')
    return Reference(parse_name(base), base, source == "cloud")


def _split_source(text: str) -> tuple[str, str]:
    head, found, tail = text.rpartition(":")
    ending = tail.strip().lower() if found else ""
    if ending in ("cloud", "local"):
        return head, ending
    if ending.endswith("-cloud") and "/" not in ending:
        return f"{head}:{tail.strip()[: -len('-cloud')]}", "cloud"
    return text, ""


def match_case(name: Name, existing: Iterable[Name]) -> Name:
    """The name with each part spelled as the first existing name that has the same part, whatever the case."""
    settled: set[str] = set()
    for other in existing:
        for part in PARTS:
            if part not in settled and getattr(other, part).lower() == getattr(name, part).lower():
                name = replace(name, **{part: getattr(other, part)})
                settled.add(part)
    return name
