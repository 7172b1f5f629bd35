"""One at a time, on however many servers, for what is counted before it is added to. Everything here blocks."""

from __future__ import annotations

import time

from django.db import transaction

from portal.team.models import Allowance

# Seconds. Rows that are older say nothing and are deleted, which waits for whoever holds one.
_LASTING = 3600.0


def take_turn(key: str) -> None:
    """Wait until nobody else has the turn of that key; it is given back as the transaction ends.

    PostgreSQL lets two transactions count the same rows and both add one: whoever writes this row first has the other wait,
    which counts then what the first added.
    """
    assert transaction.get_connection().in_atomic_block
    turn = Allowance(key=f"turn:{key}", until=time.time() + _LASTING)
    Allowance.objects.bulk_create([turn], update_conflicts=True, unique_fields=["key"], update_fields=["until"])
