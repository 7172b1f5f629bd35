"""A provider changes its keys whenever it likes: who signs on then is let in, and keys nobody knows do not have it asked each time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from portal.team.sign_on import providers
from portal.team.sign_on.attempts import new_attempt
from portal.team.sign_on.claims import NotSignedOn
from portal.team.sign_on.openid import OpenID
from tests.team.provider import CLIENT, SECRET, Provider

BACK = "http://127.0.0.1/sign-on/company/back"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def portal(provider: Provider, tmp_path: Path) -> Iterator[Portal]:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "on.toml").write_text(f'[company]\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\nsecret_file = "{tmp_path}/secret"\n')
    provider.asked.clear()
    with asyncio.Runner() as loop:
        yield Portal(provider, providers.read_providers(str(tmp_path / "on.toml"))["company"], loop)


class Portal:
    """What the portal knows of the provider, at a time of the test's own."""

    def __init__(self, provider: Provider, known: providers.Provider, loop: asyncio.Runner) -> None:
        self.now, self.provider, self.loop = 1000.0, provider, loop
        self.speaker = OpenID(known, clock=lambda: self.now)

    @property
    def looked(self) -> int:
        """How often it has asked for the keys."""
        return self.provider.asked.count("/jwks")

    def sign_on(self, times: int = 1) -> list[str]:
        """As whom so many who come at once are let in, or why not."""

        async def all_of_them() -> list[str]:
            return await asyncio.gather(*(self._sign_on() for _ in range(times)))

        return self.loop.run(all_of_them())

    async def _sign_on(self) -> str:
        attempt = new_attempt("company")
        address = await self.speaker.way_there(attempt, BACK)
        sent_back = await asyncio.to_thread(httpx.get, address, trust_env=False)
        code = parse_qs(urlsplit(sent_back.headers["location"]).query)["code"][0]
        try:
            return (await self.speaker.claims(attempt, code, BACK)).subject
        except NotSignedOn as problem:
            return f"refused: {problem}"


def test_who_comes_after_the_keys_were_changed_is_let_in_and_the_old_key_opens_nothing(provider: Provider, portal: Portal) -> None:
    assert (portal.sign_on(2), portal.looked) == (["1001"] * 2, 1)
    old = provider.rotate("two")
    portal.now += 61
    assert portal.sign_on(10) == ["1001"] * 10, "whoever comes at the same moment is let in, too"
    assert portal.looked == 2, "the keys are fetched once for all of them"
    provider.sign = lambda claims: provider.signed_by(old, claims)
    portal.now += 61
    (said,) = portal.sign_on()
    assert said.startswith("refused: its id_token is not valid")
    provider.reset()
    provider.published = [old, provider.key]
    portal.now += 3601
    assert portal.sign_on() == ["1001"]
    provider.sign = lambda claims: provider.signed_by(old, claims)
    assert portal.sign_on() == ["1001"], "as long as both are published both are good"
    provider.reset()


def test_keys_nobody_knows_have_the_provider_asked_once_a_minute(provider: Provider, portal: Portal) -> None:
    assert portal.sign_on() == ["1001"]
    unknown = RSAKey.generate_key(2048, {"kid": "unknown"})
    provider.sign = lambda claims: provider.signed_by(unknown, claims)
    for minute in range(1, 3):
        for _ in range(3):
            assert all(said.startswith("refused") for said in portal.sign_on(3))
        # Within the first minute what was fetched at the start counts.
        assert portal.looked == minute
        portal.now += 61
    provider.reset()
    assert portal.sign_on() == ["1001"], "others are let in meanwhile"
    assert portal.looked == 2
    provider.rotate("three")
    assert portal.sign_on() == ["1001"]
    assert portal.looked == 3
