"""GitHub, which speaks OAuth 2 but not OpenID Connect: who somebody is there is asked of its API."""

from __future__ import annotations

from typing import Any

from portal.team.sign_on.attempts import Attempt
from portal.team.sign_on.claims import Claims, NotSignedOn
from portal.team.sign_on.exchange import exchange, fetch, way_there
from portal.team.sign_on.providers import Provider

_GITHUB = "https://github.com"


class GitHub:
    """GitHub, or a GitHub Enterprise Server by its address."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._api = "https://api.github.com" if provider.issuer == _GITHUB else f"{provider.issuer}/api/v3"

    async def way_there(self, attempt: Attempt, back: str) -> str:
        """The address to send a browser to."""
        scope = "read:user user:email" + (" read:org" if self.provider.groups else "")
        return way_there(self.provider, f"{self.provider.issuer}/login/oauth/authorize", scope, attempt, back)

    async def claims(self, attempt: Attempt, code: str, back: str) -> Claims:
        """Who came back. Raises `NotSignedOn`."""
        endpoint = f"{self.provider.issuer}/login/oauth/access_token"
        answer = await exchange(self.provider, endpoint, attempt, code, back, in_form=True)
        token = str(answer.get("access_token", ""))
        user = await fetch(f"{self._api}/user", token)
        if not isinstance(user, dict) or not isinstance(user.get("id"), int) or isinstance(user["id"], bool):
            raise NotSignedOn("its answer does not say who somebody is")
        email, verified = _primary(await fetch(f"{self._api}/user/emails", token))
        groups = _names(await fetch(f"{self._api}/user/orgs", token)) if self.provider.groups else frozenset()
        login, name = str(user.get("login") or ""), str(user.get("name") or "")
        domain = email.rpartition("@")[2] if verified else ""
        return Claims(self.provider.issuer, str(user["id"]), name or login, login, email, domain, groups)


def _primary(emails: Any) -> tuple[str, bool]:
    rows = [one for one in emails if isinstance(one, dict)] if isinstance(emails, list) else []
    found = next((one for one in rows if one.get("primary") is True), {})
    return str(found.get("email") or "").lower()[:250], found.get("verified") is True


def _names(organisations: Any) -> frozenset[str]:
    rows = organisations if isinstance(organisations, list) else []
    return frozenset(str(one.get("login")) for one in rows if isinstance(one, dict))
