"""The files of deploy/, made to run on a test's ports and in its folders."""

from __future__ import annotations

from pathlib import Path

HOST = "docs.example.org"
DEPLOY = Path(__file__).parents[2] / "deploy"


def nginx_site(portal: str, *, certificate: Path | None = None, plain: int = 0) -> str:
    """deploy/nginx.conf before the portal at that origin; with a certificate, its lines for TLS and passwords
    are in, and the port `plain` sends on to TLS.

    `{port}` and `{folder}` in it are for tests.nginx to fill.
    """
    text = (DEPLOY / "nginx.conf").read_text()
    changes = {
        "server 127.0.0.1:8000": f"server {portal.removeprefix('http://')}",
        "/var/cache/nginx/portal": "{folder}/cache",
        "/var/log/nginx": "{folder}",
    }
    if certificate is None:
        changes["\n    listen 80;"] = "\n    listen 127.0.0.1:{port};"
    else:
        changes |= {
            "\n    listen 80;": "\n",
            "#tls ": "",
            "    listen 80;": f"    listen 127.0.0.1:{plain};",
            "listen 443 ssl": "listen 127.0.0.1:{port} ssl",
            "/etc/ssl/docs.pem": f"{certificate}/docs.pem",
            "/etc/ssl/docs.key": f"{certificate}/docs.key",
            "# auth_basic": "auth_basic",
            "/etc/nginx/docs.users": f"{certificate}/users",
        }
    for there, here in changes.items():
        assert there in text, there
        text = text.replace(there, here)
    return text
