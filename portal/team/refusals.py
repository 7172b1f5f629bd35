"""What is not done, and the sentence that says why."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed. The message is for the person; `field` names the part of the form at fault; `wait` seconds help."""

    def __init__(self, message: str, *, field: str = "", status: int = 400, wait: int = 0) -> None:
        super().__init__(message)
        self.field, self.status, self.wait = field, status, wait


LEADS_NOWHERE = "This link leads nowhere. It may have been used, taken back, or have ended; ask whoever sent it for a new one."


def leads_nowhere() -> Refused:
    """The same for a link that was used, one that ended, and one that never was."""
    return Refused(LEADS_NOWHERE, status=404)
