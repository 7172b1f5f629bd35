"""What a run was asked, as the text in which one worker tells it another."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from portal.runs.models import Record
from portal.runs.orders import Facts
from portal.runs.records import row_of

_TOLD = ("id", "owner", "ref", "upstream", "method", "path", "model", "streams", "body", "page", "example")


def tell(facts: Facts) -> str:
    """The facts as JSON."""
    record = row_of(facts, "", facts.created)
    return json.dumps({name: getattr(record, name) for name in _TOLD} | {"created": facts.created.isoformat()})


def told(text: str, worker: str) -> Record:
    """A record of those facts, as `worker` would write it at the start of the run; it is not saved."""
    fields = json.loads(text)
    created = datetime.fromisoformat(fields.pop("created"))
    return Record(**fields, created=created, server=worker, lease=created)


def digest_of(owner: str, ref: str) -> str:
    """A short name for a person's ref that no other can have."""
    return hashlib.sha256(json.dumps([owner, ref]).encode()).hexdigest()[:40]
