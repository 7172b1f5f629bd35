"""What a set should not hold, and does one day: files that are no documents, links that lead out or round, YAML that grows, large references."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

SECRET = "never to be served"
# Addresses of what is not for readers, and some spellings of the way up.
NOT_SERVED = ("/docs/bad/pipe/", "/docs/bad/pipe.md", "/docs/bad/out/", "/docs/bad/out.md", "/docs/bad/circle/", "/docs/bad/round/bad/bomb/", "/reference/bad/leak/")
WAYS_UP = tuple(f"{start}{up}/{up}/outside{end}" for start in ("/docs/bad/", "/reference/") for up in ("..", "%2e%2e", "%252e%252e", "..%2f..", "..%5c..", "%c0%ae%c0%ae", "....//") for end in ("", ".md"))  # fmt: skip
# What is drawn for all that: an address beside its file below the set's root, and words that its page has.
DRAWN = {
    "a YAML bomb, no YAML at all and a second file with one address are met as documents": (
        ("/docs/bad/bomb/", "bad/bomb.md", "After the bomb"),
        ("/docs/bad/words/", "bad/words.md", "After the words"),
        ("/docs/bad/twice/", "bad/twice.md", "First of two"),
    ),
    "a YAML bomb, references that dangle and others that go in circles are met as OpenAPI": (
        ("/reference/bad/bomb/", "bad/bomb.yaml", "once its aliases are written out"),
        ("/reference/bad/circles/", "bad/circles.yaml", "Round and round"),
    ),
}
LARGE = {"YAML": ("/reference/bad/large/", "bad/large.yaml", "Large"), "JSON": ("/reference/bad/late/", "bad/late.json", "Late")}
_OPERATIONS = 5_000
_FILLER = "Words of some length about what this does and what it answers, and when. " * 36


def write_bad_set(root: Path) -> Path:
    """Write all of it to `root / "bad"`, and what the links lead to beside `root`."""
    bad = root / "bad"
    bad.mkdir(parents=True)
    for name in ("outside.md", "outside"):
        (root.parent / name).write_text(f"openapi: 3.1.0\ninfo: {{title: {SECRET}}}\n")
    for link, target in {"out.md": "../../outside.md", "leak.yaml": "../../outside.md", "circle.md": "circle.md", "round": ".."}.items():
        (bad / link).symlink_to(target)
    os.mkfifo(bad / "pipe.md")
    os.mkfifo(bad / "pipe.yaml")
    grows = "\n".join(_growing())
    texts = {
        "bomb.md": f"---\n{grows}\n---\n# After the bomb\n", "words.md": "---\ntitle: [not: {YAML\n---\n# After the words\n",
        "twice.md": "# First of two\n", "twice/index.md": "# Second of two\n", "bomb.yaml": f"openapi: 3.1.0\n{grows}\n",
        "circles.yaml": json.dumps(_going_round()), "large.yaml": "".join(_large_yaml()), "late.json": _late_json(),
    }  # fmt: skip
    for name, text in texts.items():
        (bad / name).parent.mkdir(exist_ok=True)
        (bad / name).write_text(text)
    return root


def _growing() -> Iterator[str]:
    yield "a: &a [x, x, x, x, x, x, x, x, x]"
    for old, new in zip("abcdefghi", "bcdefghij", strict=True):
        yield f"{new}: &{new} [{', '.join(['*' + old] * 9)}]"


def _going_round() -> dict[str, object]:
    def to(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{name}"}

    # Each of forty schemas holds all of them: written out there would be no end.
    schemas: dict[str, object] = {f"S{one}": {"properties": {f"p{other}": to(f"S{other}") for other in range(40)}} for one in range(40)}
    schemas |= {"Self": to("Self"), "Ping": to("Pong"), "Pong": to("Ping"), "All": {"allOf": [to("All"), to("S0"), to("Nobody")]}}
    names = ("S0", "Self", "Ping", "All", "Nobody")
    paths = {f"/{name}": {"post": {"requestBody": {"content": {"application/json": {"schema": to(name)}}}, "responses": {"200": {"$ref": "#/nowhere"}}}} for name in names}
    return {"openapi": "3.1.0", "info": {"title": "Round and round"}, "paths": paths, "components": {"schemas": schemas}}


def _large_yaml() -> Iterator[str]:
    yield "openapi: 3.1.0\ninfo: {title: Large, version: '1'}\npaths:\n"
    for number in range(_OPERATIONS):
        yield f"  /a/{number}:\n    get:\n      tags: [t{number % 50}]\n      description: {_FILLER}\n      parameters:\n"
        yield "        - {name: a, in: query, schema: {type: string}}\n      responses: {'200': {description: Fine}}\n"


def _late_json() -> str:
    """Keys in order, as generators write them: what it is stands after all that is long."""
    paths = {f"/b/{number}": {"get": {"tags": [f"t{number % 50}"], "description": _FILLER, "responses": {"200": {"description": "Fine"}}}} for number in range(_OPERATIONS)}
    schemas = {f"S{number}": {"type": "object", "properties": {f"p{at}": {"type": "string"} for at in range(20)}} for number in range(_OPERATIONS // 3)}
    return json.dumps({"components": {"schemas": schemas}, "info": {"title": "Late"}, "openapi": "3.1.0", "paths": paths})
