"""What the last verification of the site's own set found, kept in the data folder for the pages that show it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from portal.dashboard.proving import Proof

_NAME = "proven.json"


@dataclass(frozen=True, slots=True)
class Verification:
    """When the examples were run, against which upstream, and what came of each."""

    at: datetime
    upstream: str
    proofs: Sequence[Proof]

    def count(self, verdict: str) -> int:
        """How many came to that verdict."""
        return sum(proof.verdict == verdict for proof in self.proofs)

    @property
    def failed(self) -> list[Proof]:
        """Those that failed."""
        return [proof for proof in self.proofs if proof.verdict == "failed"]


def keep_verification(folder: Path, found: Verification) -> None:
    """Put it in the place of the one before. Raises `OSError`."""
    told = {"at": found.at.isoformat(), "upstream": found.upstream, "proofs": [asdict(proof) for proof in found.proofs]}
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{_NAME}.{os.getpid()}"
    unfinished.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    unfinished.replace(folder / _NAME)


def read_verification(folder: Path) -> Verification | None:
    """The last one; None where there is none that can be read."""
    try:
        told = json.loads((folder / _NAME).read_text("utf-8"))
        return Verification(datetime.fromisoformat(told["at"]), str(told["upstream"]), [Proof(**one) for one in told["proofs"]])
    except (OSError, ValueError, KeyError, TypeError):
        return None
