"""OAuth 2 with PKCE over HTTP: the address to go to, a code for tokens, and JSON a provider has. All of it within time limits."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from portal.team.sign_on.attempts import Attempt
from portal.team.sign_on.claims import NotSignedOn
from portal.team.sign_on.providers import Provider

_EACH, _ALL = 5.0, 15.0
_REFUSALS = (400, 401, 403)


def way_there(provider: Provider, endpoint: str, scope: str, attempt: Attempt, back: str, **more: str) -> str:
    """The address to send a browser to (RFC 6749, with the challenge of RFC 7636)."""
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": back, "scope": scope, "state": attempt.state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "code_challenge_method": "S256", **more,
    }  # fmt: skip
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


async def exchange(
    provider: Provider, endpoint: str, attempt: Attempt, code: str, back: str, *, in_form: bool = False
) -> dict[str, Any]:
    """What a provider gives for a code; `in_form` is where it wants the secret. Raises `NotSignedOn`."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": attempt.verifier}
    if in_form:
        found = await _ask("POST", endpoint, data=sent | {"client_id": provider.client_id, "client_secret": _secret(provider)})
    else:
        # RFC 6749, 2.3.1: both are encoded as in a form before they become a user and a password.
        us = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(_secret(provider), safe=""))
        found = await _ask("POST", endpoint, data=sent, auth=us)
    if not isinstance(found, dict) or "error" in found:
        why = found.get("error") if isinstance(found, dict) else "something else"
        raise NotSignedOn(f"it does not give anything for the code: {str(why)[:60]}")
    return found


async def fetch(address: str, token: str = "") -> Any:
    """The JSON at an address of a provider. Raises `NotSignedOn`."""
    return await _ask("GET", address, headers={"Authorization": f"Bearer {token}"} if token else {})


async def _ask(method: str, address: str, *, headers: dict[str, str] | None = None, **sent: Any) -> Any:
    host = urlsplit(address).hostname
    headers = {"Accept": "application/json", **(headers or {})}
    try:
        async with asyncio.timeout(_ALL), httpx.AsyncClient(trust_env=False, timeout=_EACH, verify=_trusted()) as client:
            answer = await client.request(method, address, headers=headers, **sent)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as problem:
        raise NotSignedOn(f"{host} does not answer ({type(problem).__name__})", is_down=True) from None
    if not answer.is_success and not (method == "POST" and answer.status_code in _REFUSALS):
        raise NotSignedOn(f"{host} answers {answer.status_code}", is_down=True)
    try:
        return answer.json()
    except ValueError:
        raise NotSignedOn(f"{host} does not answer in JSON", is_down=True) from None


def _secret(provider: Provider) -> str:
    try:
        return provider.secret
    except (OSError, UnicodeDecodeError):
        raise NotSignedOn("its secret cannot be read here", is_down=True) from None


@cache
def _trusted() -> Any:
    # Certificates are read once: that takes a while.
    return httpx.create_ssl_context(trust_env=False)
