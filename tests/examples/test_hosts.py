"""Other hosts that the operator names are upstreams of the portal."""

from __future__ import annotations

import pytest

from portal.examples.detection import read_blocks
from portal.examples.values import Block
from portal.ollama.upstreams import BadUpstream, Upstream, read_hosts

HOSTS = {"gpu.example": "gpu", "10.0.0.5:8080": "local", "[fd00::1]:80": "gpu"}


def upstream_of(url):
    (example,) = read_blocks([Block("bash", f"curl {url}/api/tags", 1)], hosts=HOSTS)
    assert example.runnable == (example.requests[0].upstream != "other")
    return example.requests[0].upstream


@pytest.mark.parametrize(("url", "name"), [
    ("http://gpu.example", "gpu"),
    ("https://GPU.example:8443", "gpu"),
    ("http://10.0.0.5:8080", "local"),
    ("http://10.0.0.5", "other"),
    ("http://[fd00::1]", "gpu"),
    ("http://notgpu.example", "other"),
    ("http://gpu.example.org", "other"),
    ("http://gpu.example@evil.example", "other"),
])  # fmt: skip
def test_a_host_is_the_upstream_it_is_mapped_to(url, name):
    assert upstream_of(url) == name


def test_the_setting_is_read_and_what_it_cannot_mean_is_a_sentence():
    upstreams = {"local": Upstream("local", "http://127.0.0.1:11434")}
    assert read_hosts(" https://A.example/ = local , b.example:80=local,", upstreams) == {"a.example": "local", "b.example:80": "local"}
    for text in ("a.example", "=local", "a b=local", "a/b=local"):
        with pytest.raises(BadUpstream, match="write host=upstream"):
            read_hosts(text, upstreams)
    with pytest.raises(BadUpstream, match="“gpu”, which is no upstream; there is local"):
        read_hosts("a.example=gpu", upstreams)
