"""`manage.py doctor` says of everything the portal stands on whether it is fine, and names each mistake with its fix."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal.doctoring import Setup, mistakes
from tests.farend import FarEnd
from tests.portal_server import ROOT, PortalServer, run_manage

SECRET = "aoeuhtns0123456789qjkxbmwvzpyfgcrl-aoeuhtns0123456789"
NAMED = frozenset({"PORTAL_SECRET_KEY", "PORTAL_HOSTS", "PORTAL_ORIGINS"})
TEAM = Setup(
    "0.0.0.0:8000", "team", "public", ["docs.example"], ["https://docs.example"], SECRET, [ipaddress.ip_network("127.0.0.1")],
    ROOT / "docs_content", 72, 30, 4, NAMED,
)  # fmt: skip
SOLO = replace(TEAM, bind="127.0.0.1:8000", access="solo", hosts=["127.0.0.1"], origins=["http://127.0.0.1:8000"], proxies=[], named=frozenset())


@pytest.mark.parametrize("setup", [TEAM, SOLO, replace(TEAM, hosts=[".example"])], ids=["team", "alone", "all hosts of a domain"])
def test_settings_that_fit_together_have_no_mistake(setup: Setup) -> None:
    assert mistakes(setup) == []


@pytest.mark.parametrize(("setup", "change", "said"), [
    (TEAM, {"bind": "8000"}, "is not an address to listen on"),
    (TEAM, {"secret": "short"}, "PORTAL_SECRET_KEY can be guessed"),
    (TEAM, {"secret": "a" * 60}, "PORTAL_SECRET_KEY can be guessed"),
    *((TEAM, {"named": NAMED - {name}}, f"set {name}.") for name in sorted(NAMED)),
    (TEAM, {"hosts": ["*"]}, "PORTAL_HOSTS holds *"),
    (TEAM, {"origins": ["https://docs.example/"]}, "which is no origin"),
    (TEAM, {"origins": ["docs.example"]}, "which is no origin"),
    (TEAM, {"origins": ["https://docs.example/path"]}, "which is no origin"),
    (TEAM, {"origins": ["https://other.example"]}, "which PORTAL_HOSTS does not"),
    (TEAM, {"origins": ["http://docs.example"]}, "in the clear"),
    (TEAM, {"origins": []}, "PORTAL_ORIGINS is empty"),
    (TEAM, {"proxies": []}, "is not in PORTAL_PROXIES"),
    (TEAM, {"proxies": [ipaddress.ip_network("0.0.0.0/0")]}, "anybody could say where they come from"),
    (TEAM, {"proxies": [ipaddress.ip_network("::/0")]}, "anybody could say where they come from"),
    (TEAM, {"session_hours": 0}, "nobody would stay signed in"),
    (TEAM, {"session_days": 0}, "nobody would stay signed in"),
    (TEAM, {"at_once": 0}, "one person may take every place"),
    (TEAM, {"docs": Path("/no/such/folder")}, "which is no folder"),
    (SOLO, {"bind": "192.0.2.1:8000", "named": NAMED}, "would own the portal"),
    *((SOLO, {"named": frozenset({name})}, f"{name} does nothing") for name in ("PORTAL_READ", "PORTAL_PROXIES", "PORTAL_PERSON_TOKENS")),
], ids=str)  # fmt: skip
def test_each_single_mistake_is_named(setup: Setup, change: dict[str, Any], said: str) -> None:
    found = mistakes(replace(setup, **change))
    assert len(found) == 1, found
    assert said in found[0]


def test_a_folder_without_documents_is_named(tmp_path: Path) -> None:
    (found,) = mistakes(replace(TEAM, docs=tmp_path))
    assert "There are no documents in" in found


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
    for said in ("files: ", "database: it does not answer", "redis: it does not answer", "upstreams: local: ", "public address: nothing answers at"):
        assert f"amiss  {said}" in ill.stdout, ill.stdout
    assert "Traceback" not in ill.stderr
