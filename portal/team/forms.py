"""The fields of a form as they came: those that belong in it, and no others."""

from __future__ import annotations

import logging

from django.http import HttpRequest

from portal.team.identity import reader_in
from portal.team.refusals import Refused

logger = logging.getLogger(__name__)

_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the field's name
_LONGEST = 500


def read_form(request: HttpRequest, *names: str, many: str = "") -> dict[str, str]:
    """Each of the fields `names` by name, empty where it is missing; `many` may come several times.

    Raises `Refused` for a field that is not of this form: a form with more in it than its page gave it was made by hand.
    """
    found = request.POST
    if stray := stray_in(request, *names, many):
        raise Refused(f"This form has no field “{stray}”, so nothing of it was taken.")
    for name in names:
        if len(found.getlist(name)) > 1 or len(found.get(name, "")) > _LONGEST or "\x00" in found.get(name, ""):
            raise Refused(f"“{name}” cannot be that.", field=name)
    return {name: found.get(name, "") for name in names}


def stray_in(request: HttpRequest, *names: str) -> str:
    """The first field of a form that is not one of `names`, "" where there is none. That there was one is logged."""
    strays = sorted({*request.POST, *request.FILES} - {*names, _TOKEN})
    if not strays:
        return ""
    sender = reader_in(getattr(request, "scope", {})).id or "nobody who is signed in"
    logger.warning("a form with a field that is none of its own was refused; it came from %s", sender)
    return "".join(c if c.isprintable() else "�" for c in strays[0][:40])
