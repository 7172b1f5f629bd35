"""People signed in to a portal of which a benchmark asks."""

from __future__ import annotations

from typing import Any

from tests.portal_server import run_manage

_MADE = """
from django.utils.timezone import now
from portal.team.audit import Actor
from portal.team.models import Grant, Person
from portal.team.sessions import begin
Grant.objects.create(model="*", upstream="")
for number in range({count}):
    handle = f"person-{{number}}"
    person = Person.objects.create(handle=handle, name=handle, role="member", created=now(), password="!")
    print("token", begin(person, Actor(handle), "bench", "a benchmark"))
"""


def sign_in(count: int, **environment: Any) -> list[str]:
    """So many members made, each granted every model: what the cookie of each says."""
    made = run_manage("shell", "-c", _MADE.format(count=count), **environment)
    tokens = [line.split()[1] for line in made.stdout.splitlines() if line.startswith("token ")]
    assert len(tokens) == count, made.stdout + made.stderr
    return tokens
