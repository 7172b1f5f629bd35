"""A real nginx before a portal, set up the way a test wants it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.strict import leave_out

_FRAME = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {site}
}}
"""


class Nginx:
    """An nginx on a free port of loopback. `site` is what stands in its `http` block; `{port}` and `{folder}` in it become its own.

    Use it as a context manager; `origin` is where it is, known before it is started.
    """

    def __init__(self, site: str) -> None:
        found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if found is None:
            leave_out("no nginx on this machine (Debian: apt-get install nginx), so its tests were left out")
        self._program = found
        self.site = site
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Nginx:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-nginx-"))
        self.folder.chmod(0o755)
        site = self.site.replace("{port}", str(self.port)).replace("{folder}", str(self.folder))
        (self.folder / "nginx.conf").write_text(_FRAME.format(folder=self.folder, site=site))
        self.process = subprocess.Popen([self._program, "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log"])
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError((self.folder / "error.log").read_text()) from None
                time.sleep(0.02)
            else:
                return
