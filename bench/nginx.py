"""nginx beside the portal: Debian's, with one worker and as little to do as can be."""

from __future__ import annotations

import gzip
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import children_of

_CONFIGURATION = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; types {{ text/html html; }} default_type text/html; keepalive_requests 1000000;
  sendfile on; tcp_nopush on; open_file_cache max=100; gzip_static on; etag on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/site; add_header Cache-Control no-cache; }}
}}
"""


@contextmanager
def serving(page: bytes) -> Iterator[tuple[str, int]]:
    """nginx serving `page`, plain and compressed beforehand: its address, and the worker's process id."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as free:
        folder, port = Path(name), free.getsockname()[1]
        folder.chmod(0o755)
        free.close()
        (folder / "site").mkdir()
        (folder / "site/index.html").write_bytes(page)
        (folder / "site/index.html.gz").write_bytes(gzip.compress(page, 6))
        (folder / "nginx.conf").write_text(_CONFIGURATION.format(folder=folder, port=port))
        process = subprocess.Popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"])
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}/index.html", children_of(process.pid)[0]
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("nginx did not start")
