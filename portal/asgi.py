"""The two doors of the site: HTTP, and the websocket that runs go through."""

from __future__ import annotations

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup(set_prefix=False)

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.urls import get_resolver, path, re_path
from servestatic import ServeStaticASGI

from portal.dashboard.here import watch
from portal.docs.front import Application, Front
from portal.docs.here import catalogue, present_state, press, references, state_now
from portal.docs.search.here import upkeep
from portal.handler import Handler
from portal.kept_first import NothingKept
from portal.library.here import desk as library_desk
from portal.lifespan import Lifespan
from portal.operating.here import metering, observed, tells_all
from portal.origins import AsReadersKnowIt, OnlyKnownOrigins
from portal.runs.consumers import RunsConsumer
from portal.runs.here import registry
from portal.runs.revoking import stop_what_is_revoked
from portal.sockets import AT_ONCE
from portal.staticfiles import VENDOR, is_named_by_content
from portal.team.guarding import MembersFirst, Recognised
from portal.team.here import accounts, desk, is_team, kept, limits, members_only, recognition
from portal.team.upkeep import keep_clear


@asynccontextmanager
async def indexing() -> AsyncIterator[None]:
    """Search is kept up to date while the server runs; of several workers one does it for all."""
    if not settings.PORTAL_INDEXES:
        yield
        return
    await asyncio.to_thread(upkeep.start)
    try:
        yield
    finally:
        await asyncio.to_thread(upkeep.stop)


@asynccontextmanager
async def drawing() -> AsyncIterator[None]:
    """Documents are drawn in processes of their own while the server runs."""
    await asyncio.to_thread(press.start)
    try:
        yield
    finally:
        await asyncio.to_thread(press.stop)


@asynccontextmanager
async def linking() -> AsyncIterator[None]:
    """The graph of links is drawn while the first readers are already being served."""
    task = asyncio.create_task(asyncio.to_thread(lambda: references.draw(catalogue.shelf)))
    try:
        yield
    finally:
        await asyncio.wait([task])


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Connections to the upstreams are made before they are needed (that blocks the loop for some 30 ms); records are kept."""
    await registry.open(settings.PORTAL_NO_DATABASE)
    try:
        yield
    finally:
        await registry.aclose()


@asynccontextmanager
async def watching() -> AsyncIterator[None]:
    """The upstreams are looked at while the server runs."""
    watch.start()
    try:
        yield
    finally:
        await watch.aclose()


@asynccontextmanager
async def recognising() -> AsyncIterator[None]:
    """Changes to people are seen while the server runs, whichever server makes them."""
    recognition.start()
    if accounts is not None:
        accounts.start()
    recognition.listen(partial(stop_what_is_revoked, registry, recognition))
    clearing = asyncio.create_task(keep_clear(desk, limits, kept), name="clear what is old")
    try:
        yield
    finally:
        clearing.cancel()
        await asyncio.wait([clearing])
        await recognition.aclose()
        if accounts is not None:
            await accounts.aclose()
        await desk.aclose(within=2)


websocket = OnlyKnownOrigins(
    URLRouter([path("ws/runs/", RunsConsumer.as_asgi(registry=registry, at_once=AT_ONCE)), re_path("", WebsocketDenier.as_asgi())]),
    origins=settings.PORTAL_ORIGINS,
)
# All views are loaded by this; the first request would else hold up the loop for some 150 ms.
get_resolver().reverse_dict  # noqa: B018
handler = cast(Application, AsReadersKnowIt(cast(Any, Handler()), origins=settings.PORTAL_ORIGINS))
if is_team:
    handler = Recognised(handler)
front: Front | MembersFirst = Front(handler, present_state, state_now)
if members_only:
    front = MembersFirst(front, handler)
static = ServeStaticASGI(
    front,
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    allow_all_origins=False,
    immutable_file_test=is_named_by_content,
)
if VENDOR.is_dir():
    static.add_files(VENDOR, prefix=f"{settings.STATIC_URL}{VENDOR.name}/")


@asynccontextmanager
async def lending() -> AsyncIterator[None]:
    """The library's thread ends with the server."""
    try:
        yield
    finally:
        await library_desk.aclose(within=2)


lifespan = Lifespan([metering, drawing, lending, *([recognising] if is_team else []), running, watching, indexing, linking])
application = observed(cast(Any, ProtocolTypeRouter({"http": static, "websocket": websocket, "lifespan": lifespan})))
# What answers before a request has reached any of this; where every request is told of, nothing does.
first = NothingKept() if tells_all else front
# What stands here stands until the end; looking through it for garbage would hold up the loop for some 30 ms each time.
gc.collect()
gc.freeze()
# A thread that composes a long page lets the loop have its turn after this, in seconds, each time the loop has read or written.
sys.setswitchinterval(0.001)
