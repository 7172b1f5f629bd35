"""The people of this process, for the doors."""

from datetime import timedelta

from django.conf import settings

from portal.desk import Desk
from portal.team.accounts import Accounts
from portal.team.fairness import Share
from portal.team.recognition import Recognition
from portal.team.roles import Role
from portal.team.sessions import Limits

is_team = settings.PORTAL_ACCESS == "team"
members_only = is_team and settings.PORTAL_READ == "members"
metrics_token = settings.PORTAL_METRICS_TOKEN
proxies = settings.PORTAL_PROXIES
_FACTOR_FROM: dict[str, Role | None] = {"nobody": None, "administrators": "administrator", "everybody": "guest"}
limits = Limits(
    timedelta(hours=settings.PORTAL_SESSION_HOURS), timedelta(days=settings.PORTAL_SESSION_DAYS),
    _FACTOR_FROM[settings.PORTAL_SECOND_FACTOR],
)  # fmt: skip
kept = timedelta(days=settings.PORTAL_KEEP_AUDIT)
desk = Desk("people")
recognition = Recognition(desk, limits)
share = Share(settings.PORTAL_PERSON_AT_ONCE, settings.PORTAL_PERSON_HOURLY, settings.PORTAL_PERSON_TOKENS)
accounts = Accounts(desk, share) if is_team else None
