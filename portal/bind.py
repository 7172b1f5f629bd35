"""The address the server listens on: read, checked and opened before anything is started."""

from __future__ import annotations

import ipaddress
import os
import re
import socket

_BIND = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(?P<port>\d{1,5})")
# The descriptor at which systemd begins to hand over.
_FIRST_HELD = 3
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


def held_socket() -> socket.socket | None:
    """The listening socket that systemd holds for this process (sd_listen_fds(3)), or None. Raises `BadBind` for several."""
    count, holder = os.environ.pop("LISTEN_FDS", "0"), os.environ.pop("LISTEN_PID", "")
    if holder != str(os.getpid()) or count == "0":
        return None
    if count != "1":
        raise BadBind(
            f"systemd holds {count} sockets for the portal, which listens on one. Leave one ListenStream in portal.socket."
        )
    held = socket.socket(fileno=_FIRST_HELD)
    held.set_inheritable(True)
    return held


def address_of(listening: socket.socket) -> str:
    """Where a socket listens, as `HOST:PORT`. Raises `BadBind` when that is no address of a network."""
    if listening.family not in (socket.AF_INET, socket.AF_INET6):
        raise BadBind(
            "systemd holds a socket for the portal that is no TCP address. Write ListenStream=127.0.0.1:8000 in portal.socket."
        )
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if listening.family == socket.AF_INET6 else f"{host}:{port}"


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
