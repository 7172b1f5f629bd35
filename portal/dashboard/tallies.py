"""The figures of each verification of a doc set, kept from one to the next."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from portal.dashboard.proving import Proof

_FILE = "verifications.jsonl"
_MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Tally:
    """One run of `verify`: `when` in UTC, `root` the set's folder, `models` those that answered, `seconds` of answers."""

    when: str
    root: str
    upstream: str
    models: tuple[str, ...]
    proven: int
    failed: int
    left_out: int
    seconds: float

    @property
    def requests(self) -> int:
        """All that were looked at."""
        return self.proven + self.failed + self.left_out


def sum_up(proofs: Sequence[Proof], *, when: datetime, root: Path, upstream: str) -> Tally:
    """The figures of a verification."""
    counts = Counter(proof.verdict for proof in proofs)
    models = tuple(sorted({proof.model for proof in proofs if proof.model and proof.verdict != "left out"}))
    seconds = round(sum(proof.seconds for proof in proofs), 1)
    moment = when.strftime("%Y-%m-%d %H:%M UTC")
    return Tally(
        moment, str(root), upstream, models, counts["proven"], counts["failed"], counts["left out"], seconds
    )


def keep(tally: Tally, folder: Path) -> None:
    """Add it to those kept in `folder`; the oldest go. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = [*_lines(folder), json.dumps(asdict(tally), ensure_ascii=False)][-_MOST_KEPT:]
    fresh = (folder / _FILE).with_suffix(".new")
    fresh.write_text("\n".join(kept) + "\n", "utf-8")
    fresh.replace(folder / _FILE)


def kept_of(root: Path, folder: Path) -> list[Tally]:
    """The verifications of the set at `root` that are kept in `folder`, the oldest first."""
    found = []
    for line in _lines(folder):
        try:
            fields = json.loads(line)
            one = Tally(**fields | {"models": tuple(fields["models"])})
        except (ValueError, TypeError, KeyError):
            continue  # of another version, or cut short by a full disk
        if one.root == str(root):
            found.append(one)
    return found


def _lines(folder: Path) -> list[str]:
    try:
        return (folder / _FILE).read_text("utf-8").splitlines()
    except OSError:
        return []
