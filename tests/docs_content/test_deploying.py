"""The nginx of the page on deploying, run as it stands there but for ports, paths and a certificate made for the test."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.docs_content.shapes import SET
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.strict import leave_out

PAGE = (SET / "portal/deploying.md").read_text("utf-8")
HOST = "docs.example.org"
SETTINGS = dict(line.split("=", 1) for line in re.findall(r"^(PORTAL_(?:HOSTS|ORIGINS)=.+)$", PAGE, re.MULTILINE))


def site(folder: Path, portal: str) -> str:
    (shown,) = re.findall(r"^```nginx\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (folder / "users").write_text("ada:{PLAIN}secret\n")
    for there, here in {
        "listen 443 ssl": "listen 127.0.0.1:{port} ssl", "/etc/ssl/docs.pem": f"{folder}/docs.pem",
        "/etc/ssl/docs.key": f"{folder}/docs.key", "/etc/nginx/docs.users": f"{folder}/users",
        "http://127.0.0.1:8000": portal.rstrip("/"),
    }.items():  # fmt: skip
        assert there in shown
        shown = shown.replace(there, here)
    return shown


@pytest.fixture
def certificate() -> Iterator[Path]:
    if not shutil.which("openssl"):
        leave_out("no openssl on this machine, so the proxy of the page on deploying was left out")
    # A folder the workers of an nginx started by root may read, which pytest's own is not.
    folder = Path(tempfile.mkdtemp(prefix="portal-proxy-"))
    folder.chmod(0o755)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", f"/CN={HOST}", "-keyout", folder / "docs.key", "-out", folder / "docs.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    yield folder
    shutil.rmtree(folder)


def test_pages_posts_and_websockets_get_through_for_those_who_are_let_in(certificate: Path) -> None:
    with PortalServer(PORTAL_EMBEDDED="never", OLLAMA_HOST="127.0.0.1:9", **SETTINGS) as portal:
        with Nginx(site(certificate, portal.url)) as proxy:
            base = f"https://127.0.0.1:{proxy.port}"
            trusting = ssl.create_default_context(cafile=str(certificate / "docs.pem"))
            trusting.check_hostname = False
            with httpx.Client(base_url=base, headers={"Host": HOST}, verify=trusting, trust_env=False, timeout=120) as client:
                assert client.get("/").status_code == 401
                client.auth = ("ada", "secret")
                assert client.get("/").status_code == 200
                token = client.get("/runs/token")
                sent = {"Origin": SETTINGS["PORTAL_ORIGINS"], "X-CSRFToken": token.json()["token"],
                        "Cookie": token.headers["set-cookie"].partition(";")[0]}  # fmt: skip
                assert client.post("/runs/", json={}, headers=sent).json()["error"]["code"] == "bad_request"
            password = {"Authorization": httpx.BasicAuth("ada", "secret")._auth_header}
            with opened(proxy, trusting, origin=SETTINGS["PORTAL_ORIGINS"], password=password) as watching:
                watching.send(json.dumps({"type": "ping"}))
                assert json.loads(watching.recv(timeout=120)) == {"type": "pong", "runs": {}}
            with pytest.raises(InvalidStatus, match="403"):
                opened(proxy, trusting, origin="https://elsewhere.example", password=password)


def opened(proxy: Nginx, trusting: ssl.SSLContext, *, origin: str, password: dict[str, str]) -> ClientConnection:
    there = socket.create_connection(("127.0.0.1", proxy.port), 120)
    return connect(
        f"wss://{HOST}/ws/runs/", sock=there, ssl=trusting, server_hostname=HOST, proxy=None, open_timeout=120,
        origin=Origin(origin), additional_headers=password,
    )  # fmt: skip
