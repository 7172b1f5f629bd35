"""How far detection agrees with the answers that `bench/examples_key` holds for two public doc sets."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from bench.report import Figure

_KEYS = Path(__file__).with_name("examples_key")
Line = dict[str, Any]


@dataclass
class Agreement:
    """The blocks of a set that call the API, those that are read otherwise than the key says, and the false buttons."""

    calling: int = 0
    wrong: list[str] = field(default_factory=list)
    false_buttons: list[str] = field(default_factory=list)


def measure_answers(root: Path) -> Iterator[Figure]:
    """The promises about a set there is a key for; nothing for any other."""
    for key in sorted(_KEYS.glob("*.jsonl")):
        about, *answers = map(json.loads, key.read_text(encoding="utf-8").splitlines())
        if not all((root / answer["file"]).is_file() for answer in answers[:3]):
            continue
        lines = read_set(root)
        blocks = {_place(line) for line in lines}
        if sum(_place(answer) in blocks for answer in answers) < 0.9 * len(answers):
            continue  # another set, or one of another commit
        seen = compare(answers, lines)
        at = f"{seen.calling} blocks of {about['repository']} at {about['commit'][:8]}"
        yield Figure("examples read otherwise than the key says", 100 * len(seen.wrong) / seen.calling, 2, "%", _name(at, seen.wrong))
        yield Figure("Run buttons where none belongs", len(seen.false_buttons), 0, "blocks", _name(at, seen.false_buttons))


def read_set(root: Path) -> list[Line]:
    """What `manage.py examples` prints for a folder."""
    printed = StringIO()
    call_command("examples", str(root), stdout=printed)
    return [json.loads(line) for line in printed.getvalue().splitlines()]


def compare(answers: list[Line], lines: list[Line]) -> Agreement:
    """Compare what is printed with the answers of a key."""
    printed = {_place(line): line for line in lines}
    keyed = {_place(answer): answer for answer in answers}
    return Agreement(
        calling=len(answers),
        wrong=[place for place, answer in keyed.items() if not _agree(answer, printed.get(place))],
        false_buttons=[
            place for place, line in printed.items()
            if line["runnable"] and not (place in keyed and keyed[place]["runnable"])
        ],
    )  # fmt: skip


def digest(body: object, opened: list[list[str | int]]) -> str:
    """The digest of a body whose `opened` places are null."""
    body = copy.deepcopy(body)
    for at in opened:
        body = _without(body, at)
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _without(body: Any, at: list[str | int]) -> Any:
    if not at:
        return None
    try:
        body[at[0]] = _without(body[at[0]], at[1:])
    except (KeyError, IndexError, TypeError):
        return "not there"
    return body


def _agree(answer: Line, line: Line | None) -> bool:
    if line is None or len(answer["requests"]) != len(line["requests"]):
        return False
    return all(
        all(said[part] == seen[part] for part in ("method", "path", "upstream", "stream"))
        and said["sha256"] == digest(seen["body"], said.get("open", []))
        for said, seen in zip(answer["requests"], line["requests"], strict=True)
    )


def _place(line: Line) -> str:
    return f"{line['file']}:{line['line']}"


def _name(at: str, places: list[str]) -> str:
    return at + (f": {', '.join(places[:5])}" if places else "")
