"""`manage.py doctor` says of everything the portal stands on whether it is fine, and how to mend what is not."""

from __future__ import annotations

from tests.farend import FarEnd
from tests.portal_server import PortalServer, run_manage


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
