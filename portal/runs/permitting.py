"""Whether a request may be sent by whoever wants it sent, and in what form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.ollama.bodies import dump_body, load_json
from portal.ollama.endpoints import ENDPOINTS
from portal.ollama.models import Model
from portal.ollama.staying import why_it_leaves
from portal.ollama.upstreams import Upstream
from portal.runs.orders import Order, Rejected
from portal.team.asking import whom_to_ask
from portal.team.readers import Reader
from portal.team.rights import Wish, clamp, may_ask, why_not


@dataclass(frozen=True, slots=True)
class Permitted:
    """The order as it may go out; `note` says what of it was left out."""

    order: Order
    note: str = ""


async def permit(order: Order, reader: Reader, upstreams: Mapping[str, Upstream], *, local_only: bool = False) -> Permitted:
    """Raises `Rejected`: `sign_in` for whoever is not signed in, `not_allowed` for the others, `local_only` for what leaves."""
    if reader.trouble:
        raise Rejected("unreadable", reader.trouble)
    reason = why_not(reader, wish_of(order))
    if reason and not reader.is_somebody:
        raise Rejected("sign_in", f"{reason} Nothing was sent; sign in, or ask for an invitation.")
    if reason:
        raise Rejected("not_allowed", f"{reason} Nothing was sent. {await whom_to_ask()}")
    if local_only:
        _keep_local(order)
    others = frozenset(name for name in upstreams if order.model and not may_ask(reader, order.model, name))
    return _clamped(replace(order, barred=others), reader)


def _keep_local(order: Order) -> None:
    body = load_json(order.content.decode()) if order.content else None
    reason = why_it_leaves(order.endpoint, order.path, body)
    if reason:
        raise Rejected("local_only", f"{reason}, and this portal is set to stay local (PORTAL_LOCAL_ONLY). Nothing was sent.")


def allowed(reader: Reader, models: Sequence[Model], upstream: Upstream) -> list[Model]:
    """Those of the models on an upstream that somebody may ask; all of them to show to whoever may ask none anyway."""
    if not reader.is_somebody:
        return list(models)
    return [model for model in models if may_ask(reader, model.name, upstream.name)]


def barred(reader: Reader) -> dict[str, str]:
    """Each endpoint that is not somebody's whatever the model, by method and path, with the sentence that says why."""
    wishes = {f"{one.method} {one.path}": Wish("change" if one.changes_server else "ask", "") for one in ENDPOINTS}
    return {what: reason for what, wish in wishes.items() if (reason := why_not(reader, wish))}


def wish_of(order: Order) -> Wish:
    """What an order wants, as the table of rights knows it."""
    endpoint = order.endpoint
    prefix, placeholder, _ = endpoint.path.partition("{")
    model = order.path.removeprefix(prefix) if placeholder else order.model
    return Wish("change" if endpoint.changes_server else "ask", order.upstream.name, model, endpoint.needs is not None)


def _clamped(order: Order, reader: Reader) -> Permitted:
    body = load_json(order.content.decode()) if order.content and order.endpoint.wire == "native" else None
    if not isinstance(body, dict):
        return Permitted(order)
    kept, note = clamp(reader, body)
    return Permitted(replace(order, content=dump_body(kept)) if note else order, note)
