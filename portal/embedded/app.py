"""The table of addresses the engine answers at, as an ASGI application."""

from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.embedded.exchange import Complaint, Door, Exchange, complain
from portal.embedded.faces import creating, embedding, messages, native, responses, shelf, v1
from portal.embedded.faces.native import Endpoint
from portal.embedded.guard import Guard
from portal.embedded.running.engine import VERSION, Engine


async def answer_root(_: Engine, exchange: Exchange) -> None:
    await exchange.reply(200, b"Ollama is running", "text/plain; charset=utf-8")


async def answer_version(_: Engine, exchange: Exchange) -> None:
    await exchange.reply(200, {"version": VERSION})


async def answer_status(_: Engine, exchange: Exchange) -> None:
    await exchange.reply(200, {"cloud": {"disabled": True, "source": "config"}})


TABLE: tuple[tuple[str, str, Endpoint, Complaint], ...] = (
    ("GET HEAD", "/", answer_root, complain),
    ("GET HEAD", "/api/version", answer_version, complain),
    ("GET HEAD", "/api/tags", shelf.answer_tags, complain),
    ("GET", "/api/status", answer_status, complain),
    ("GET", "/api/ps", shelf.answer_ps, complain),
    ("POST", "/api/show", shelf.answer_show, complain),
    ("POST", "/api/copy", shelf.answer_copy, complain),
    ("DELETE", "/api/delete", shelf.answer_delete, complain),
    ("POST", "/api/create", creating.answer_create, complain),
    ("POST", "/api/pull", creating.answer_pull, complain),
    ("POST", "/api/push", creating.answer_push, complain),
    ("POST", "/api/generate", native.answer_generate, complain),
    ("POST", "/api/chat", native.answer_chat, complain),
    ("POST", "/api/embed", embedding.answer_embed, complain),
    ("POST", "/api/embeddings", embedding.answer_embeddings, complain),
    ("POST", "/v1/chat/completions", v1.answer_chat_completions, v1.complain),
    ("POST", "/v1/completions", v1.answer_completions, v1.complain),
    ("POST", "/v1/embeddings", v1.answer_embeddings, v1.complain),
    ("POST", "/v1/responses", responses.answer_responses, v1.complain),
    ("POST", "/v1/messages", messages.answer_messages, messages.complain),
    ("GET", "/v1/models", v1.answer_models, v1.complain),
    ("GET", "/v1/models/{model}", v1.answer_model, v1.complain),
)


def make_app(engine: Engine) -> Starlette:
    """The application for one engine; `state.running` holds the requests in progress."""
    routes = []
    for methods, path, endpoint, complaint in TABLE:
        route = Route(path, Door(partial(endpoint, engine), complaint), methods=methods.split())
        # Starlette answers HEAD wherever there is GET; Ollama does so at three addresses.
        route.methods = set(methods.split())
        routes.append(route)
    handlers = {404: _not_found, 405: _not_allowed}
    app = Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(Guard)])
    app.state.running = set()
    return app


async def _not_found(_: Request, __: Exception) -> Response:
    return Response("404 page not found", 404, {"content-type": "text/plain"})


async def _not_allowed(_: Request, error: Exception) -> Response:
    allow = getattr(error, "headers", None) or {}
    return Response("405 method not allowed", 405, {"content-type": "text/plain", **allow})
