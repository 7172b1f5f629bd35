"""`manage.py doctor` says of everything the portal stands on whether it is fine, and how to mend what is not."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from portal.management.commands import doctor
from tests.farend import FarEnd
from tests.nginx import Nginx
from tests.portal_server import PortalServer, run_manage
from tests.redis import RedisServer


def test_it_looks_at_a_portal_that_runs_and_at_one_that_does_not(far_end: FarEnd) -> None:
    with PortalServer(OLLAMA_HOST=far_end.origin) as portal:
        environment = {"OLLAMA_HOST": far_end.origin, "PORTAL_DATA": str(portal.data), "PORTAL_BIND": portal.url.split("/")[2]}
        fine = run_manage("doctor", **environment)
        assert "amiss" not in fine.stdout, fine.stdout
        assert fine.returncode == 0
        for said in ("local answers.", "sqlite answers, with all its tables.", "its websocket opens to its own pages alone", "GiB are free"):
            assert said in fine.stdout
        (portal.data / "secret-key").chmod(0o644)
    ill = run_manage("doctor", **environment | {"OLLAMA_HOST": "127.0.0.1:9", "DATABASE_URL": "postgres://x@127.0.0.1:9/x", "REDIS_URL": "redis://127.0.0.1:9/0"})
    assert ill.returncode == 1
    for said in ("configuration: ", "database: it does not answer", "redis: it does not answer", "upstreams: local: ", "public address: nothing answers at"):
        assert f"amiss  {said}" in ill.stdout, ill.stdout
    assert "Traceback" not in ill.stderr


SITES = {
    "fine": "proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header X-Forwarded-For $remote_addr;",
    "no websocket gets through to": "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;",
    "answered with status 400. See that the proxy hands on Host": "proxy_set_header Host other.example;",
    "lets pages of other sites open a websocket": "proxy_set_header Origin http://127.0.0.1:{port}; proxy_set_header Host $http_host; "
    "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header X-Forwarded-For $remote_addr;",
    "can say where they come from. Let the proxy write": "proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
    "seems to come from 127.0.0.3, the proxy": "proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; "
    "proxy_set_header Connection upgrade; proxy_set_header X-Forwarded-For '';",
}  # fmt: skip


def test_a_proxy_that_hands_on_too_little_or_too_much_is_named(far_end: FarEnd) -> None:
    proxies = {said: Nginx("") for said in SITES}
    origins = ",".join(proxy.origin for proxy in proxies.values())
    environment = {"PORTAL_ACCESS": "team", "PORTAL_PROXIES": "127.0.0.3", "PORTAL_ORIGINS": origins, "OLLAMA_HOST": far_end.origin}
    with PortalServer(**environment) as portal, ExitStack() as stack:
        for said, proxy in proxies.items():
            proxy.site = (
                f"server {{ listen 127.0.0.1:{{port}}; location / {{ proxy_pass {portal.origin}; proxy_http_version 1.1; proxy_bind 127.0.0.3; {SITES[said]} }} }}"
            )
            stack.enter_context(proxy)
        found = run_manage("doctor", **environment, PORTAL_DATA=str(portal.data)).stdout
    assert "people: nobody administers it. Open the link" in found
    for said, proxy in proxies.items():
        lines = [line for line in found.splitlines() if f"{proxy.origin} " in line or f"{proxy.origin}." in line or f"{proxy.origin}/" in line]
        amiss = [line for line in lines if line.startswith("amiss")]
        assert (said == "fine") is (amiss == []), (said, lines)
        assert said == "fine" or (len(amiss) == 1 and said in amiss[0]), (said, lines)


def test_clocks_that_are_apart_and_a_disk_that_is_full_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_FREE", 1 << 60)
    ((is_fine, said),) = doctor._disk()
    assert not is_fine
    assert "Make room, or lower PORTAL_KEEP_RUNS" in said
    monkeypatch.setattr(doctor, "now", lambda: datetime.now(UTC) + timedelta(seconds=90))
    with RedisServer() as redis:
        monkeypatch.setattr(settings, "PORTAL_REDIS_URL", redis.url)
        assert [fine for fine, _ in doctor._redis()] == [False, True]
        ((_, said), _) = doctor._redis()
        assert re.search(r"clock and this machine's are (8|9)\d s apart. Let both keep time", said)
    assert list(doctor._clock(datetime.now(UTC) + timedelta(seconds=91))) == []
