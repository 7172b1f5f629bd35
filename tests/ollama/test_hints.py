"""What to do about an upstream that is not there."""

from __future__ import annotations

import httpx
import pytest

from portal.ollama.client import translate
from portal.ollama.upstreams import CLOUD_ORIGIN, Upstream


@pytest.mark.parametrize(
    ("upstream", "hint"),
    [
        (Upstream("local", "http://127.0.0.1:9"), "set OLLAMA_HOST"),
        (Upstream("local", "http://127.0.0.1:9", embedded=True), "is being started again"),
        (Upstream("spare", "http://127.0.0.1:9"), "PORTAL_UPSTREAMS (spare=http"),
        (Upstream("cloud", CLOUD_ORIGIN), "reaches the internet"),
    ],
    ids=["the Ollama of this machine", "the embedded engine", "one that was named", "the cloud"],
)
def test_what_to_set_is_that_servers_own_setting(upstream: Upstream, hint: str) -> None:
    error = translate(httpx.ConnectError("refused"), upstream, "POST /api/chat")
    assert hint in error.hint
