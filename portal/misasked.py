"""What is said of a request that Django itself refuses (400): why, and what to do."""

from __future__ import annotations

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponseBadRequest
from django.template.loader import render_to_string

_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponseBadRequest:
    """The page, made without the site's frame: it needs the host's name, which may be what is refused."""
    if isinstance(exception, DisallowedHost):
        what = "This portal does not go by the name your browser asked for, so it showed nothing."
        then = "Whoever runs it adds the name to PORTAL_HOSTS; a proxy in between has to hand on the name it was asked by."
    elif isinstance(exception, _TOO_MUCH):
        what = "What was sent holds more, or more fields, than any form here has, so nothing was done."
        then = "Go back and send less."
    else:
        what = "The request could not be read, so nothing was done."
        then = "Go back, load the page anew and try once more."
    return HttpResponseBadRequest(render_to_string("400.html", {"what": what, "then": then}))
