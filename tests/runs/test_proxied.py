"""A portal behind a proxy that ends TLS: its pages are of an origin the portal itself never sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.portal_server import PortalServer


@pytest.fixture(scope="module")
def proxied() -> Iterator[httpx.Client]:
    names = {"PORTAL_HOSTS": "docs.example", "PORTAL_ORIGINS": "https://docs.example", "PORTAL_EMBEDDED": "never"}
    with PortalServer(OLLAMA_HOST="127.0.0.1:9", **names) as portal:
        with httpx.Client(base_url=portal.url, headers={"Host": "docs.example"}, trust_env=False, timeout=120) as client:
            yield client


def post(client: httpx.Client, origin: str) -> int:
    given = client.get("/runs/token")
    headers = {"Origin": origin, "Cookie": given.headers["set-cookie"].partition(";")[0], "X-CSRFToken": given.json()["token"]}
    return client.post("/runs/", json={}, headers=headers).status_code


def test_a_post_from_a_page_of_a_listed_origin_is_taken(proxied: httpx.Client) -> None:
    assert post(proxied, "https://docs.example") == 400  # taken, and found to name no request


def test_a_post_from_any_other_origin_is_refused(proxied: httpx.Client) -> None:
    assert post(proxied, "https://elsewhere.example") == 403
    assert post(proxied, "https://docs.example:8443") == 403


def test_the_site_gives_its_addresses_as_its_readers_know_them(proxied: httpx.Client) -> None:
    page = proxied.get("/docs/index.md", follow_redirects=True)
    assert page.headers["link"].startswith("<https://docs.example/")
    assert "Sitemap: https://docs.example/sitemap.xml" in proxied.get("/robots.txt").text
    assert set(re.findall(r"<loc>(https?://[^/]+)/", proxied.get("/sitemap.xml").text)) == {"https://docs.example"}
    assert "http://docs.example" not in proxied.get("/journal/feed.xml").text
