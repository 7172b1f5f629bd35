"""llama.cpp inside this process: loads the weights, and is asked over a loopback socket to which we have the key."""

import asyncio
import gc
import json
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import xllamacpp

from portal.embedded.errors import RequestError

# Tokens evaluated in one go: nobody else is served meanwhile, and a client that hangs up is noticed only after it.
# llama.cpp embeds a text in one batch, so this is also the longest text that is embedded whole.
BATCH = 512
RECORD_LIMIT = 8 * 1024 * 1024
# Seconds for a loaded model's threads to begin their work, on however busy a machine.
_BEGINS_WITHIN = 60.0


class LlamaError(RequestError):
    """llama.cpp refused. Ollama hands its status and the text of its answer on as they are, and so does this."""

    @property
    def sentence(self) -> str:
        """llama.cpp's own sentence, out of the JSON around it."""
        try:
            return str(json.loads(self.message)["error"]["message"])
        except (ValueError, KeyError, TypeError):
            return self.message


@dataclass(frozen=True)
class Shape:
    """How the weights are loaded: tokens of context for each of `parallel` answers at a time, and CPU threads."""

    context: int
    parallel: int
    threads: int


def default_threads() -> int:
    """One CPU fewer than there are, and four at most.

    llama.cpp's threads wait for each other after every layer: where one of them has to share its CPU with the portal
    or a browser, all of them stand still. Seen on two busy CPUs: two threads 2 tokens a second, one thread 50.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable - 1, 4))


def resident_bytes() -> int:
    """The memory this process holds now, 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


class Llama:
    """One loaded model. `close` gives its memory back and ends whatever it was generating."""

    def __init__(self, path: Path, shape: Shape) -> None:
        before = resident_bytes()
        self.shape = shape
        self._key = secrets.token_urlsafe(24)
        try:
            self._server = xllamacpp.Server(_parameters(path, shape, self._key))
        except RuntimeError as error:
            raise LlamaError(500, f"the model could not be loaded: {error}") from error
        self._port = int(self._server.listening_address.rsplit(":", 1)[1])
        self._see_it_work()
        # The file is mapped into memory, so it is the least that is held where the system does not tell.
        self.memory = max(resident_bytes() - before, path.stat().st_size)
        self._embedding = asyncio.Lock()

    def close(self) -> None:
        self._server = None
        gc.collect()

    def _see_it_work(self) -> None:
        """Wait until its threads are at work: one that is told to end before it has begun never ends, and nor does `close`."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_BEGINS_WITHIN)
        try:
            # This is answered by the thread that generates, through the one that accepts connections.
            connection.request("GET", "/slots", headers={"Authorization": f"Bearer {self._key}"})
            connection.getresponse().read()
        except (OSError, HTTPException) as error:
            raise LlamaError(500, f"the model could not be loaded: its runner does not answer ({error})") from error
        finally:
            connection.close()

    async def ask(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer to one request. Raises LlamaError."""
        async with self._request(path, body) as pieces:
            return json.loads(b"".join([piece async for piece in pieces]))

    async def embed(self, text: str) -> tuple[list[float], int]:
        """The vector of a text of at most BATCH tokens, of length one, and the tokens it took. Raises LlamaError."""
        # Two texts in one batch are cut into pieces of like length, and only the last piece of each would be pooled.
        async with self._embedding:
            answer = await self.ask("/v1/embeddings", {"input": text})
        return answer["data"][0]["embedding"], answer["usage"]["prompt_tokens"]

    async def stream(self, path: str, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The records of a streamed answer as they come. Leaving early hangs up, which stops the generation."""
        pending = b""
        async with self._request(path, {**body, "stream": True}) as pieces:
            async for piece in pieces:
                pending += piece
                *whole, pending = pending.split(b"\n\n")
                for record in whole:
                    if record.startswith(b"data: {"):
                        yield json.loads(record[6:])

    @asynccontextmanager
    async def _request(self, path: str, body: dict[str, Any]) -> AsyncIterator[AsyncIterator[bytes]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=RECORD_LIMIT)
        try:
            data = json.dumps(body).encode()
            head = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._key}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + data)
            status, headers = await _read_head(reader)
            pieces = _read_body(reader, headers)
            if status != 200:
                text = b"".join([piece async for piece in pieces]).decode("utf-8", "replace")
                raise LlamaError(status, text.strip())
            yield pieces
        finally:
            writer.close()


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    try:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        raise LlamaError(500, "model runner has unexpectedly stopped") from None
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    if headers.get("transfer-encoding") != "chunked":
        yield await reader.readexactly(int(headers.get("content-length", 0)))
        return
    try:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            yield (await reader.readexactly(size + 2))[:-2]
    except asyncio.IncompleteReadError:
        raise LlamaError(500, "an error was encountered while running the model: unexpected EOF") from None


def _parameters(path: Path, shape: Shape, key: str) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = shape.context * shape.parallel
    parameters.n_parallel = shape.parallel
    parameters.n_batch = parameters.n_ubatch = BATCH
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = shape.threads
    parameters.n_keep = 4
    parameters.ctx_shift = True
    # One loaded model does both: pooling concerns embedding requests alone and leaves completions as they are.
    parameters.embedding = True
    parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    # Its HTTP door is loopback without an origin check; the key keeps pages and other users of the machine out.
    parameters.hostnames = ["127.0.0.1"]
    parameters.api_keys = [key]
    parameters.ui = False
    parameters.endpoint_slots = True
    parameters.warmup = False
    parameters.fit_params = False
    parameters.cache_ram_mib = 0
    parameters.verbosity = -1
    return parameters
