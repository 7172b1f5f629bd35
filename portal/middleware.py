"""Django's middleware without a change of thread for each step: all these do is look at headers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware


class _InTheLoop:
    """A middleware of Django's whose steps, which only look at headers, are taken where they stand."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        middleware: Any = self
        before = getattr(middleware, "process_request", None)
        response = (before and before(request)) or await middleware.get_response(request)
        after = getattr(middleware, "process_response", None)
        return after(request, response) if after else response  # type: ignore[no-any-return]


class Security(_InTheLoop, SecurityMiddleware):
    """`SecurityMiddleware` in the loop."""


class Common(_InTheLoop, CommonMiddleware):
    """`CommonMiddleware` in the loop, but for the questions of a supervisor, who asks by an address and not by the site's name."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Refuse a host that is not on the list. `/metrics` does so itself, to whoever shows no token."""
        return None if request.path in ("/healthz", "/readyz", "/metrics") else super().process_request(request)


class Frames(_InTheLoop, XFrameOptionsMiddleware):
    """`XFrameOptionsMiddleware` in the loop."""


class Csrf(_InTheLoop, CsrfViewMiddleware):
    """`CsrfViewMiddleware` in the loop."""

    async def process_view(self, *arguments: Any) -> HttpResponseBase | None:  # type: ignore[override]
        """Refuse a form without its token."""
        return super().process_view(*arguments)
