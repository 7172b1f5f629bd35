"""The fields of a form as they came: those that belong in it, and no others."""

from __future__ import annotations

from django.http import HttpRequest

from portal.team.refusals import Refused

_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the field's name
_LONGEST = 500


def read_form(request: HttpRequest, *names: str, many: str = "") -> dict[str, str]:
    """Each of the fields `names` by name, empty where it is missing; `many` may come several times.

    Raises `Refused` for a field that is not of this form: a form with more in it than its page gave it was made by hand.
    """
    found = request.POST
    strays = sorted(set(found) - {*names, many, _TOKEN})
    if strays or request.FILES:
        raise Refused(f"This form has no field “{(strays or ['file'])[0][:40]}”, so nothing of it was taken.")
    for name in names:
        if len(found.getlist(name)) > 1 or len(found.get(name, "")) > _LONGEST or "\x00" in found.get(name, ""):
            raise Refused(f"“{name}” cannot be that.", field=name)
    return {name: found.get(name, "") for name in names}
