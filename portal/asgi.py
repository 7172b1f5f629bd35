"""The two doors of the site: HTTP, and the websocket that runs go through."""

from __future__ import annotations

import os
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.urls import path, re_path
from servestatic import ServeStaticASGI

from portal.docs.front import Application, Front
from portal.docs.here import state_of
from portal.docs.search.here import upkeep
from portal.docs.search.lifespan import WithIndexing
from portal.origins import OnlyKnownOrigins
from portal.runs.consumers import RunsConsumer
from portal.runs.here import registry
from portal.runs.lifespan import Lifespan

websocket = OnlyKnownOrigins(
    URLRouter([path("ws/runs/", RunsConsumer.as_asgi(registry=registry)), re_path("", WebsocketDenier.as_asgi())]),
    origins=settings.PORTAL_ORIGINS,
)
static = ServeStaticASGI(
    Front(cast(Application, http), state_of), root=settings.STATIC_ROOT, prefix=settings.STATIC_URL, allow_all_origins=False
)
lifespan = WithIndexing(upkeep, Lifespan(registry))
application = ProtocolTypeRouter({"http": static, "websocket": websocket, "lifespan": lifespan})
