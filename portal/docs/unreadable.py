"""What is said of a document whose file cannot be read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.docs.here import catalogue

logger = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponse]]


def says_when_unreadable(title: str) -> Callable[[View[P]], View[P]]:
    """Let a view that meets an `OSError` answer with a page that says so, headed by `title`.

    A file that is not there any more is no fault: the folder is looked through again and the view asked once more.
    """

    def decorate(view: View[P]) -> View[P]:
        async def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                try:
                    return await view(request, *args, **kwargs)
                except FileNotFoundError:
                    await asyncio.to_thread(catalogue.refresh, now=True)
                    return await view(request, *args, **kwargs)
            except OSError as problem:
                logger.warning("%s cannot be read: %s", title, problem)
                return render(request, "docs/unreadable.html", {"page": {"title": title}}, status=500)

        update_wrapper(answer, view)
        return answer

    return decorate
