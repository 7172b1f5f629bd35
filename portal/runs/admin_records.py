"""The records of runs as Django's admin shows them: that there was one, not what was asked or answered."""

from portal.runs.models import Record
from portal.team.admin_site import show

show(
    Record, "id", "owner", "created", "upstream", "method", "path", "model", "page", "outcome",
    search=("id", "owner", "model"), by=("outcome", "upstream"), latest="created",
)  # fmt: skip
