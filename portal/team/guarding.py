"""Every request meets this first: who comes from whom, and whether the address they ask for is for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from hmac import compare_digest
from typing import Any, Protocol
from urllib.parse import quote

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from portal.team.asking import whom_to_ask
from portal.team.audiences import Audience, admits, audience_of
from portal.team.here import members_only, metrics_token, recognition
from portal.team.identity import reader_in
from portal.team.readers import Reader
from portal.team.recognition import READER

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

SIGN_IN = "/sign-in/"


class Kept(Protocol):
    """What answers from what it keeps: `portal.docs.front`."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, however long it takes."""

    def at_once(
        self, scheme: str, path: str, asked: dict[bytes, bytes], more: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        """Answer without waiting, or not at all."""


class Recognised:
    """Puts the reader into the scope of each request."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Recognise them, and go on."""
        await self.application({**scope, READER: await recognition.of(scope)}, receive, send)


class MembersFirst:
    """What is kept is for members: everybody else goes to `application`, where `Guard` meets them."""

    def __init__(self, kept: Kept, application: Application) -> None:
        self.kept, self.application = kept, application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Send members to what is kept."""
        reader = await recognition.of(scope)
        await (self.kept if reader.is_somebody else self.application)(scope, receive, send)

    def at_once(
        self, scheme: str, path: str, asked: dict[bytes, bytes], more: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, bytes] | None:
        """The same without waiting."""
        reader = recognition.at_once(asked.get(b"cookie", b""))
        return self.kept.at_once(scheme, path, asked, more) if reader and reader.is_somebody else None


class Guard:
    """The middleware that holds each view to its audience, and lets nobody but members see which addresses there are."""

    async_capable, sync_capable = True, False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; what only members may read is marked so that no cache between gives it to others."""
        response = await self.get_response(request)
        if members_only:
            if request.resolver_match is None and not _reader(request).is_somebody:
                return await refuse(request, Audience.READERS)
            _keep_private(response)
        return response

    async def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponseBase | None:
        """Refuse whoever a view is not for."""
        audience = audience_of(view)
        if admits(audience, _reader(request), members_only=members_only):
            return None
        if audience is Audience.OPERATORS and shows_token(request):
            return None
        return await refuse(request, audience)


def shows_token(request: HttpRequest) -> bool:
    """Whether a request carries the token of the machines that watch the portal."""
    kind, _, shown = request.headers.get("Authorization", "").partition(" ")
    return bool(metrics_token) and kind.lower() == "bearer" and compare_digest(shown.strip().encode(), metrics_token.encode())


async def refuse(request: HttpRequest, audience: Audience) -> HttpResponse:
    """Say why not: to whom is not signed in the way in, to others whom to ask."""
    reader = _reader(request)
    if reader.trouble:
        return _say(request, 503, "unreadable", reader.trouble)
    if reader.is_somebody:
        message = f"This is for {audience.value}, and you are here as a {reader.role}. {await whom_to_ask()}"
        return _say(request, 403, "not_allowed", message)
    if request.method in ("GET", "HEAD") and wants_page(request):
        return HttpResponseRedirect(f"{SIGN_IN}?next={quote(request.get_full_path())}")
    return _say(request, 401, "sign_in", "Sign in to do this.")


def wants_page(request: HttpRequest) -> bool:
    """Whether a person reads the answer."""
    return "text/html" in request.headers.get("Accept", "") and request.GET.get("format") != "json"


def _say(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if wants_page(request):
        response: HttpResponse = render(request, "team/refused.html", {"problem": message, "code": code}, status=status)
    else:
        response = JsonResponse({"error": {"code": code, "message": message, "field": None}}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _keep_private(response: HttpResponseBase) -> None:
    said = response.headers.get("Cache-Control", "")
    if "no-store" not in said and "private" not in said:
        response.headers["Cache-Control"] = ", ".join(filter(None, ("private", said or "no-cache")))


def _reader(request: HttpRequest) -> Reader:
    return reader_in(getattr(request, "scope", {}))


