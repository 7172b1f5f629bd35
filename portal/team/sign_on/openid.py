"""OpenID Connect: the way to a provider, and what its answer proves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.team.sign_on.attempts import Attempt
from portal.team.sign_on.claims import Claims, NotSignedOn
from portal.team.sign_on.exchange import exchange, fetch, way_there
from portal.team.sign_on.providers import Provider

# Those of a key pair: with HS256 the provider's public key would be the secret.
_ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
]  # fmt: skip
_KEPT_FOR = 3600.0
_KEYS_AT_MOST_EVERY = 60.0
_LEEWAY = 60
_GOOGLE = "https://accounts.google.com"


class OpenID:
    """One provider; what it publishes of itself is kept for an hour, by a clock in seconds."""

    def __init__(self, provider: Provider, clock: Callable[[], float] = time.monotonic) -> None:
        self.provider, self._clock = provider, clock
        self._published: dict[str, Any] = {}
        self._keys = KeySet([])
        self._published_at = self._keys_at = float("-inf")
        self._lock = asyncio.Lock()

    async def way_there(self, attempt: Attempt, back: str) -> str:
        """The address to send a browser to. Raises `NotSignedOn`."""
        published = await self._discover()
        endpoint = published["authorization_endpoint"]
        return way_there(self.provider, endpoint, "openid profile email", attempt, back, nonce=attempt.nonce)

    async def claims(self, attempt: Attempt, code: str, back: str) -> Claims:
        """Who came back. Raises `NotSignedOn`."""
        published = await self._discover()
        in_form = "client_secret_basic" not in published.get("token_endpoint_auth_methods_supported", ("client_secret_basic",))
        answer = await exchange(self.provider, published["token_endpoint"], attempt, code, back, in_form=in_form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotSignedOn("its answer has no id_token")
        said = await self._prove(token, attempt.nonce)
        return _claims(self.provider, said)

    async def _discover(self) -> dict[str, Any]:
        async with self._lock:
            if self._clock() - self._published_at < _KEPT_FOR:
                return self._published
            found = _object(await fetch(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"))
            if found.get("issuer") != self.provider.issuer:
                raise NotSignedOn(f"it calls itself {found.get('issuer')}, not {self.provider.issuer}")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _check_address(self.provider, name, found.get(name))
            self._published, self._published_at = found, self._clock()
            return found

    async def _prove(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            keys = await self._known_keys()
            try:
                read = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                # It may have changed its keys since.
                keys, tried = await self._keys_after(keys), keys
                if keys is tried:
                    raise
                read = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            self._check(read.claims, nonce)
        except (JoseError, ValueError) as problem:
            raise NotSignedOn(f"its id_token is not valid: {problem}") from None
        return read.claims

    def _check(self, said: Mapping[str, Any], nonce: str) -> None:
        us = self.provider.client_id
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": us},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(dict(said))
        others = said["aud"] != us and said["aud"] != [us]
        if (others or "azp" in said) and said.get("azp") != us:
            raise ValueError("it was issued to another party")
        if not isinstance(said["sub"], str) or not 0 < len(said["sub"]) <= 255:
            raise ValueError("its subject is none")

    async def _known_keys(self) -> KeySet:
        if self._clock() - self._keys_at > _KEPT_FOR:
            return await self._keys_after(self._keys)
        return self._keys

    async def _keys_after(self, tried: KeySet) -> KeySet:
        """What another sign-on has fetched since those, else what is published now; those where that was a moment ago."""
        async with self._lock:
            if self._keys is tried and self._clock() - self._keys_at >= _KEYS_AT_MOST_EVERY:
                found = _object(await fetch(self._published["jwks_uri"]))
                self._keys = KeySet.import_key_set({"keys": [key for key in found.get("keys") or () if _is_for_signing(key)]})
                self._keys_at = self._clock()
            return self._keys


def _is_for_signing(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise NotSignedOn("what it publishes of itself is not what it has to be", is_down=True)
    return found


def _check_address(provider: Provider, name: str, address: object) -> None:
    ours = httpx.URL(provider.issuer)
    try:
        theirs = httpx.URL(str(address or ""))
    except httpx.InvalidURL:
        theirs = httpx.URL("")
    if not theirs.host or (theirs.scheme != "https" and (theirs.scheme, theirs.host) != (ours.scheme, ours.host)):
        raise NotSignedOn(f"its {name} is no address that can be trusted")


def _claims(provider: Provider, said: Mapping[str, Any]) -> Claims:
    email = _text(said, "email").lower()
    verified = said.get("email_verified") is True
    domain = email.rpartition("@")[2] if verified else ""
    if provider.issuer == _GOOGLE:
        # Google answers for an address of a company only where it says whose it is.
        domain = _text(said, "hd").lower() if verified else ""
    groups = said.get(provider.groups_claim)
    named = frozenset(one for one in groups if isinstance(one, str)) if isinstance(groups, list) else frozenset()
    handle = _text(said, "preferred_username") or email.partition("@")[0]
    return Claims(provider.issuer, str(said["sub"]), _text(said, "name"), handle, email, domain, named)


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return found[:250] if isinstance(found, str) else ""
