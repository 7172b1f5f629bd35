"""How a view says that its answer may be kept: a header that `portal.docs.front` reads and takes away."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from django.http import HttpResponse

KEEP = "X-Portal-Keep"
# The state of what does not change while the server runs.
ALWAYS = "always"


def keep(response: HttpResponse, name: str, state: str) -> HttpResponse:
    """Mark a response as the same for every reader, whatever the query, as long as `name` is in this state.

    The state is one from before the response was made: what changes meanwhile makes it differ from the present one.
    """
    response[KEEP] = f"{state} {quote(name)}"
    return response


def keep_always(response: HttpResponse) -> HttpResponse:
    """Mark a response as the same for every reader until the server is started anew."""
    return keep(response, "", ALWAYS)


def tag_of(body: bytes) -> bytes:
    """The ETag of an answer: one for all that have the same bytes."""
    return b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
