"""The address the server listens on: read, checked and opened before anything is started."""

from __future__ import annotations

import ipaddress
import re
import socket

_BIND = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(?P<port>\d{1,5})")
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class BadBind(ValueError):
    """The server cannot listen where it was told to; the message says why and what to do."""


def split_bind(text: str) -> tuple[str, int]:
    """`HOST:PORT` as host (without brackets) and port. Raises `BadBind`."""
    found = _BIND.fullmatch(text.strip())
    if not found or int(found["port"]) > 65535:
        raise BadBind(f"“{text}” is not an address to listen on; write HOST:PORT, such as 127.0.0.1:8000.")
    return found["host"].strip("[]"), int(found["port"])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def loopback_origins(bind: str) -> list[str]:
    """The origins under which a browser on this machine knows a server bound there; none when `bind` is malformed."""
    try:
        _, port = split_bind(bind)
    except BadBind:
        return []
    return [f"http://{name}:{port}" for name in LOOPBACK_NAMES]


def open_socket(bind: str) -> socket.socket:
    """Listen on `bind`, so that a port that is taken is known before anything else starts. Raises `BadBind`."""
    host, port = split_bind(bind)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as problem:
        opened.close()
        raise BadBind(
            f"The portal cannot listen on {bind}: {(problem.strerror or str(problem)).lower()}. If another program has the port, "
            "end it or choose a free one: PORTAL_BIND=127.0.0.1:8001 make run."
        ) from None
    opened.listen(2048)
    opened.set_inheritable(True)
    return opened
