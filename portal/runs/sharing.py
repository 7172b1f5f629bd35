"""Sharing a run by a link nobody can guess, until it is taken back. Everything here blocks and belongs in a thread."""

from __future__ import annotations

import re
import secrets

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from portal.runs.models import Record, Share

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def share(run: str, owner: str) -> str | None:
    """The token under which the run is shared, made now or before; None where that owner has no record of it."""
    if not Record.objects.filter(id=run, owner=owner).exists():
        return None
    try:
        with transaction.atomic():
            Share.objects.get_or_create(record_id=run, defaults={"token": secrets.token_urlsafe(24), "created": now()})
    except IntegrityError:
        # Deleted in this moment.
        return None
    return token_of(run, owner)


def unshare(run: str, owner: str) -> None:
    """Take the link back: from now on it leads nowhere, also when the run is shared once more."""
    Share.objects.filter(record_id=run, record__owner=owner).delete()


def token_of(run: str, owner: str) -> str | None:
    """The token of a run that is shared."""
    return Share.objects.filter(record_id=run, record__owner=owner).values_list("token", flat=True).first()


def find_shared(token: str) -> tuple[str, str] | None:
    """The run behind a token, and whose it is."""
    if not _TOKEN.fullmatch(token):
        return None
    return Share.objects.filter(token=token).values_list("record_id", "record__owner").first()
