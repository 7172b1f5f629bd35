"""Records of runs, links to them and comments as Django's admin shows them: that they are, not what is in them."""

from portal.runs.models import Comment, Record, Share
from portal.team.admin_site import show

show(
    Record, "id", "owner", "created", "upstream", "method", "path", "model", "page", "outcome",
    search=("id", "owner", "model"), by=("outcome", "upstream"), latest="created",
)  # fmt: skip
# A row that led to a page of its own would have the hash of the link's token in the address.
show(Share, "record", "audience", "created", "ends", "taken_back", by=("audience",), latest="created", alone=False)
show(Comment, "author", "record", "created", "changed", search=("author__handle",), latest="created")
