"""A far end that writes down what arrives: a plain HTTP proxy that answers every request itself, as Ollama would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_CHAT = {"role": "assistant", "content": "Hi."}
_DONE = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": "stop"}
_COMPLETION = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
_ANSWERS: dict[str, object] = {
    "/api/chat": {**_DONE, "message": _CHAT},
    "/api/generate": {**_DONE, "response": "Hi."},
    "/api/embed": {"model": "m", "embeddings": [[0.5, 0.5]]},
    "/api/embeddings": {"embedding": [0.5]},
    "/api/tags": {"models": []},
    "/api/ps": {"models": []},
    "/api/version": {"version": "0.0.0"},
    "/api/show": {"details": {}, "model_info": {}, "capabilities": []},
    "/api/web_search": {"results": []},
    "/api/web_fetch": {"title": "t", "content": "c", "links": []},
    "/v1/chat/completions": {
        **_COMPLETION,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}],
    },
    "/v1/completions": {**_COMPLETION, "choices": [{"index": 0, "finish_reason": "stop", "text": "Hi."}]},
    "/v1/embeddings": {"object": "list", "model": "m", "data": [{"index": 0, "embedding": [0.5]}]},
    "/v1/models": {"object": "list", "data": []},
    "/v1/responses": {
        "id": "r", "object": "response", "created_at": 1, "status": "completed", "model": "m", "output": [],
        "parallel_tool_calls": False, "tool_choice": "auto", "tools": [],
    },
    "/v1/images/generations": {"created": 1, "data": [{"b64_json": ""}]},
    "/v1/messages": {
        "id": "a", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "Hi."}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """One request as it arrived: `host` is the Host header, `body` its JSON (None when it had none)."""

    method: str
    host: str
    path: str
    body: object


@dataclass
class Recorder:
    """The running far end: its address, and what arrived in order."""

    port: int
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The settings that send a program's plain HTTP here, wherever it thinks it goes."""
        url = f"http://127.0.0.1:{self.port}"
        return {"http_proxy": url, "HTTP_PROXY": url, "no_proxy": "", "NO_PROXY": "", "RECORDER": url}

    def take(self) -> list[Arrival]:
        """What arrived since the last time this was asked."""
        taken, self.arrivals[:] = list(self.arrivals), []
        return taken


@contextmanager
def record() -> Iterator[Recorder]:
    """Run a recorder on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    recorder = Recorder(server.server_port)
    _Handler.recorder = recorder
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder: Recorder

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def _answer(self) -> None:
        text = self._read_body()
        url = urlsplit(self.path)
        host = (self.headers.get("X-Meant-For") or self.headers.get("Host", "")).removesuffix(":80")
        body = json.loads(text) if text else None
        self.recorder.arrivals.append(Arrival(self.command, host, url.path, body))
        content, kind = _write_answer(url.path, isinstance(body, dict) and body.get("stream") is True)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _answer

    def log_message(self, *_: object) -> None:
        pass


def _write_answer(path: str, stream: bool) -> tuple[bytes, str]:
    answer = _ANSWERS.get(path, {"status": "success"})
    if stream and path.startswith("/v1/"):
        return b"data: [DONE]\n\n", "text/event-stream"
    return json.dumps(answer).encode() + b"\n", "application/json"
