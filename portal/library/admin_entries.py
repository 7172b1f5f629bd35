"""The library as Django's admin shows it: what was saved by whom, not the notes nor what is sent."""

from portal.library.models import Saved
from portal.team.admin_site import show

show(
    Saved, "name", "author", "method", "path", "model", "upstream", "page", "created", "changed",
    search=("name", "model", "author__handle"), by=("upstream",), latest="changed",
)  # fmt: skip
