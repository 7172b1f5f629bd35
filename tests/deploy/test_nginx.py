"""deploy/nginx.conf as it stands, but for ports and paths, in Debian's nginx before a portal."""

from __future__ import annotations

import json
import re
import signal
import socket
import ssl
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from portal.handler import _refusal
from tests.deploy.files import HOST, nginx_site
from tests.farend import FarEnd, Held, chat
from tests.nginx import Nginx
from tests.portal_server import PortalServer
from tests.runs.recording import rows, start, text_of, to_the_end

WORDS = ["one ", "two ", "three "]
BODY = b"".join(chat(WORDS)).decode()
REQUEST = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}


@pytest.fixture(scope="module")
def proxy(upstream: FarEnd) -> Iterator[Nginx]:
    nginx = Nginx("")
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ORIGINS=nginx.origin) as portal:
        nginx.site = nginx_site(portal.origin)
        with nginx:
            yield nginx


@pytest.fixture
def client(proxy: Nginx) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.origin, trust_env=False, timeout=120) as client:
        yield client


def watching(proxy: Nginx) -> ClientConnection:
    address = f"ws://127.0.0.1:{proxy.port}/ws/runs/"
    return connect(address, origin=proxy.origin, proxy=None, open_timeout=120)  # type: ignore[arg-type]


def post(client: httpx.Client, **message: object) -> httpx.Response:
    token = client.get("/runs/token").json()["token"]
    sent = {"ref": str(uuid.uuid4()), "request": REQUEST, **message}
    return client.post("/runs/", json=sent, headers={"Origin": str(client.base_url).rstrip("/"), "X-CSRFToken": token})


def test_a_page_comes_through_and_the_next_time_is_known_to_be_the_same(client: httpx.Client) -> None:
    page = client.get("/docs/")
    assert page.status_code == 200
    assert page.headers["content-encoding"] == "gzip"
    again = client.get("/docs/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", [
    "/shared/s3cret/", "/shared/s3cret", "//shared//s3cret/", "/%73hared/s3cret/?v=1", "/x/../shared/s3cret/comments", "/SHARED/s3cret/",
    "/reset/s3cret/", "/invitation/s3cret/", "/setup/s3cret/", "/search/?q=s3cret", "/playground/?s3cret", "/sign-on/corp/back?code=s3cret",
])  # fmt: skip
def test_the_log_of_nginx_has_no_token_and_no_words_of_readers(proxy: Nginx, address: str) -> None:
    before = (proxy.folder / "access.log").read_text()
    with socket.create_connection(("127.0.0.1", proxy.port)) as line:
        line.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nReferer: {proxy.origin}{address}\r\nConnection: close\r\n\r\n".encode())
        while line.recv(65536):
            pass
    written = (proxy.folder / "access.log").read_text().removeprefix(before)
    assert re.search(r'"GET /\S* HTTP/1.1" \d{3} ', written)
    assert "s3cret" not in written


def test_scripts_are_kept_by_nginx_in_each_encoding(client: httpx.Client) -> None:
    (address,) = set(re.findall(r'/static/js/main\.[0-9a-f]{12}\.js', client.get("/").text))
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    for _ in range(2):
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "immutable" in packed.headers["cache-control"]
        assert packed.text == plain.text == client.get(address, headers={"Accept-Encoding": "identity"}).text


def test_frames_come_over_the_websocket_while_the_answer_is_under_way(proxy: Nginx, upstream: FarEnd) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:1], records[1:])
    with watching(proxy) as opened:
        start(opened)
        while json.loads(opened.recv(timeout=30)).get("text") != records[0].decode():
            pass
        held.go()
        assert to_the_end(opened)[-1]["outcome"] == "done"


def test_events_come_one_by_one(client: httpx.Client, upstream: FarEnd) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:1], records[1:2], records[2:])
    run = post(client).json()["run"]
    seen = ""
    with client.stream("GET", f"/runs/{run}/events") as events:
        for line in events.iter_lines():
            frame = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            seen += frame.get("text", "")
            if frame.get("type") == "data":
                held.go()
    assert seen == BODY


def test_a_run_can_be_polled(client: httpx.Client, upstream: FarEnd) -> None:
    records = chat(WORDS)
    upstream.script = held = Held(records[:1], records[1:])
    run = post(client).json()["run"]
    text, after, ended = "", 0, False
    while not ended:
        log = client.get(f"/runs/{run}/log", params={"after": after, "wait": 20}).json()
        text, after, ended = text + text_of(log["frames"]), log["head"], log["ended"]
        if text:
            held.go()
    assert text == BODY


def test_what_a_client_says_of_its_own_address_is_not_passed_on(client: httpx.Client) -> None:
    told = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    page = client.get("/selftest", headers=told).text
    assert "6.6.6.6" not in page
    assert "evil.example" not in page
    assert "X-Forwarded-For" in page


def test_without_a_portal_a_sentence_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Nginx(nginx_site(nobody)) as nginx:
        answer = httpx.get(f"{nginx.origin}/docs/", trust_env=False)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert answer.text.startswith("The portal is being started, or has stopped.")


def test_a_body_that_is_too_large_is_refused_in_the_portals_own_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Nginx(nginx_site(nobody)) as nginx:
        answer = httpx.post(f"{nginx.origin}/runs/", content=b" " * (3 << 20), trust_env=False)
    assert answer.status_code == 413
    assert answer.json() == json.loads(_refusal().content)


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """The address of the portal, held over its restarts as systemd holds it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def before(held: socket.socket) -> Nginx:
    return Nginx(nginx_site(f"http://127.0.0.1:{held.getsockname()[1]}"))


def test_a_restart_ends_runs_whole_and_refuses_nobody(far_end: FarEnd, tmp_path: Path, held: socket.socket) -> None:
    records = chat(WORDS)
    far_end.script = answer = Held(records[:1], records[1:])
    nginx = before(held)
    settings = {"OLLAMA_HOST": far_end.origin, "PORTAL_ORIGINS": nginx.origin, "PORTAL_DRAIN": "300"}
    with nginx, httpx.Client(base_url=nginx.origin, trust_env=False, timeout=120) as client, ThreadPoolExecutor() as others:
        with PortalServer(data=tmp_path, held=held, **settings) as old, watching(nginx) as opened:
            run = start(opened)
            old.process.send_signal(signal.SIGTERM)
            while client.get("/readyz").status_code != 503:
                pass
            assert client.get("/docs/").status_code == 200
            assert post(client).json()["error"]["code"] == "draining"
            answer.go()
            assert text_of(to_the_end(opened)) == BODY
            with pytest.raises(ConnectionClosed, match="1012"):
                opened.recv(timeout=60)
            assert old.process.wait(60) == 0
        meanwhile = others.submit(client.get, "/docs/")
        with PortalServer(data=tmp_path, held=held, **settings):
            assert meanwhile.result(60).status_code == 200
            assert client.get(f"/runs/{run}/log").json()["frames"][-1]["outcome"] == "done"
    assert len(far_end.requests_for("/api/chat")) == 1


def test_a_portal_that_is_killed_leaves_what_had_come_to_the_next(
    far_end: FarEnd, tmp_path: Path, held: socket.socket
) -> None:
    records = chat(WORDS)
    far_end.script = Held(records[:1], [])
    nginx = before(held)
    settings = {"OLLAMA_HOST": far_end.origin, "PORTAL_ORIGINS": nginx.origin}
    with nginx, httpx.Client(base_url=nginx.origin, trust_env=False, timeout=120) as client:
        with PortalServer(data=tmp_path, held=held, **settings) as first, watching(nginx) as opened:
            run = start(opened)
            while "one " not in str(rows(tmp_path, "select text from runs_stretch")):
                pass
            first.process.kill()
            with pytest.raises(ConnectionClosed):
                to_the_end(opened)
        with PortalServer(data=tmp_path, held=held, **settings):
            frames = client.get(f"/runs/{run}/log").json()["frames"]
    assert text_of(frames) == records[0].decode()
    assert frames[-1]["outcome"] == "interrupted"


def test_the_lines_for_tls_and_passwords_let_in_whom_they_should(certificate: Path) -> None:
    nginx = Nginx("")
    with socket.create_server(("127.0.0.1", 0)) as free:
        plain = free.getsockname()[1]
    names = {"PORTAL_HOSTS": HOST, "PORTAL_ORIGINS": f"https://{HOST}", "PORTAL_EMBEDDED": "never", "OLLAMA_HOST": "127.0.0.1:9"}
    trusting = ssl.create_default_context(cafile=str(certificate / "docs.pem"))
    trusting.check_hostname = False
    with PortalServer(**names) as portal:
        nginx.site = nginx_site(portal.origin, certificate=certificate, plain=plain)
        base = f"https://127.0.0.1:{nginx.port}"
        with nginx, httpx.Client(base_url=base, verify=trusting, trust_env=False, timeout=120, headers={"Host": HOST}) as client:
            away = client.get(f"http://127.0.0.1:{plain}/docs/?q=1")
            assert (away.status_code, away.headers["location"]) == (308, f"https://{HOST}/docs/?q=1")
            assert client.get("/docs/").status_code == 401
            client.auth = ("ada", "secret")
            page = client.get("/docs/")
            assert page.status_code == 200
            assert page.headers["strict-transport-security"] == "max-age=31536000"
            token = client.get("/runs/token")
            sent = {"Origin": f"https://{HOST}", "X-CSRFToken": token.json()["token"],
                    "Cookie": token.headers["set-cookie"].partition(";")[0]}  # fmt: skip
            assert client.post("/runs/", json={}, headers=sent).json()["error"]["code"] == "bad_request"
            with over_tls(nginx, trusting, f"https://{HOST}") as opened:
                opened.send('{"type":"ping"}')
                assert json.loads(opened.recv(timeout=120)) == {"type": "pong", "runs": {}}
            with pytest.raises(InvalidStatus, match="403"):
                over_tls(nginx, trusting, "https://elsewhere.example")


def over_tls(nginx: Nginx, trusting: ssl.SSLContext, origin: str) -> ClientConnection:
    return connect(
        f"wss://{HOST}/ws/runs/", sock=socket.create_connection(("127.0.0.1", nginx.port), 120), ssl=trusting,
        server_hostname=HOST, proxy=None, open_timeout=120, origin=Origin(origin),
        additional_headers={"Authorization": httpx.BasicAuth("ada", "secret")._auth_header},
    )  # fmt: skip
