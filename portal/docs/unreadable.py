"""What is said of a document whose file cannot be read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.docs.files import Unreadable
from portal.docs.here import catalogue
from portal.docs.surroundings import around

logger = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponse]]


def says_when_unreadable(title: str) -> Callable[[View[P]], View[P]]:
    """Let a view that meets `Unreadable` answer with a page that says so, headed by `title`.

    A file that is not there any more is no fault: the folder is looked through again and the view asked once more.
    """

    def decorate(view: View[P]) -> View[P]:
        async def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                try:
                    return await view(request, *args, **kwargs)
                except Unreadable:
                    await asyncio.to_thread(catalogue.refresh)
                    return await view(request, *args, **kwargs)
            except Unreadable as problem:
                logger.warning("%s cannot be read: %s", title, problem)
                context = around(None, catalogue.shelf) | {"page": {"title": title}, "reason": str(problem)}
                return render(request, "docs/unreadable.html", context, status=500)

        update_wrapper(answer, view)
        return answer

    return decorate
