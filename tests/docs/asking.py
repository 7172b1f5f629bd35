"""A plain HTTP client that sends an address exactly as it is given."""

from __future__ import annotations

import gzip
import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.portal_server import PortalServer


@dataclass(frozen=True)
class Answer:
    """What came back; `headers` by lower-case name, `text` unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


def ask(portal: PortalServer, path: str, method: str = "GET", timeout: float = 20, **headers: str) -> Answer:
    """Send one request; `If_None_Match` among `headers` is If-None-Match."""
    where = urlsplit(portal.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 0, timeout=timeout)
    # What http.client holds to be no address is for the server to judge.
    connection._validate_path = lambda _path: None
    connection._encode_request = lambda request: request.encode("latin-1")
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()
