"""Answers in Ollama's exact forms, for the far end to play."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Sequence

STAMP = "2026-01-01T00:00:00.000000Z"


def lines(records: Iterable[object]) -> list[bytes]:
    """NDJSON, a record a piece."""
    return [json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records]


def events(records: Iterable[dict[str, object]], *, named: bool = False, done: bool = False) -> list[bytes]:
    """Server-sent events, one a piece; `named` writes each record's `type` as its event."""
    made = [
        (f"event: {record['type']}\n" if named else "").encode() + b"data: " + json.dumps(record, ensure_ascii=False).encode() + b"\n\n"
        for record in records
    ]
    return [*made, b"data: [DONE]\n\n"] if done else made


def message(done: bool = False, **fields: object) -> dict[str, object]:
    """A record of a native chat."""
    return {"model": "far:1b", "created_at": STAMP, "message": {"role": "assistant", "content": "", **fields}, "done": done}


def last(count: int, reason: str = "stop") -> dict[str, object]:
    return {**message(done=True), "done_reason": reason, "total_duration": 2_400_000_000, "load_duration": 900_000_000,
            "prompt_eval_count": 21, "prompt_eval_duration": 120_000_000, "eval_count": count, "eval_duration": 500_000_000}  # fmt: skip


def thinking(thoughts: Sequence[str], words: Sequence[str]) -> list[bytes]:
    return lines([*(message(thinking=thought) for thought in thoughts), *(message(content=word) for word in words), last(len(words))])


def native_tools(name: str, arguments: dict[str, object], content: str = "") -> list[bytes]:
    call = {"id": "call_x1", "function": {"index": 0, "name": name, "arguments": arguments}}
    return lines([message(content=content, tool_calls=[call]), last(9)])


def openai_tools(calls: Sequence[tuple[str, Sequence[str]]]) -> list[bytes]:
    """Calls whose arguments come in parts, one delta a part, the calls in turn."""

    def chunk(delta: dict[str, object], finish: str | None = None) -> dict[str, object]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "far:1b", "system_fingerprint": "fp_ollama", "choices": [choice]}

    deltas = [
        {"tool_calls": [{"index": at, **({"id": f"call_{at}", "type": "function"} if first else {}),
                         "function": {**({"name": name} if first else {}), "arguments": part}}]}
        for at, (name, parts) in enumerate(calls)
        for first, part in zip([True] + [False] * len(parts), ["", *parts], strict=True)
    ]  # fmt: skip
    return events([*map(chunk, deltas), chunk({}, "tool_calls")], done=True)


def openai_said(*words: str) -> list[bytes]:
    """Chunks of a chat on the OpenAI wire, one a word."""
    return events([{"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]} for word in words])


def responses_tools(name: str, parts: Sequence[str]) -> list[bytes]:
    item = {"id": "fc_1", "type": "function_call", "status": "in_progress", "call_id": "call_r", "name": name, "arguments": ""}
    whole = "".join(parts)
    return events([
        {"type": "response.created", "response": {"object": "response", "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        *({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0, "delta": part} for part in parts),
        {"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 0, "arguments": whole},
        {"type": "response.output_item.done", "output_index": 0, "item": {**item, "status": "completed", "arguments": whole}},
        {"type": "response.completed", "response": {"object": "response", "status": "completed", "output": [{**item, "arguments": whole}],
                                                    "usage": {"input_tokens": 4, "output_tokens": 6}}},
    ], named=True)  # fmt: skip


def anthropic_tools(name: str, parts: Sequence[str]) -> list[bytes]:
    return events([
        {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "far:1b", "content": [], "usage": {"input_tokens": 4, "output_tokens": 0}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "A tool."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}},
        *({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": part}} for part in parts),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 6}},
        {"type": "message_stop"},
    ], named=True)  # fmt: skip


def said(text: str, size: int = 4) -> list[bytes]:
    """A native chat that says `text` in pieces of `size` characters."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return lines([*(message(content=piece) for piece in pieces), last(len(pieces))])


EMBEDDINGS = {"model": "far-embed:1b", "embeddings": [[0.6, 0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 2.0]],
              "total_duration": 9_000_000, "load_duration": 1_000_000, "prompt_eval_count": 3}  # fmt: skip
DETAILS = {"parent_model": "", "format": "gguf", "family": "far", "families": ["far"], "parameter_size": "1.2B", "quantization_level": "Q4_K_M"}
MODELS = {"models": [
    {"name": "far:1b", "model": "far:1b", "modified_at": STAMP, "size": 1_234_567_890, "digest": "a" * 64, "details": DETAILS, "capabilities": ["completion", "tools", "thinking"]},
    {"name": "far-embed:1b", "model": "far-embed:1b", "modified_at": STAMP, "size": 274_302_450, "digest": "b" * 64, "details": DETAILS, "capabilities": ["embedding"]},
    {"name": "far-image:1b", "model": "far-image:1b", "modified_at": STAMP, "size": 4_274_302_450, "digest": "c" * 64, "details": DETAILS, "capabilities": ["image"]},
]}  # fmt: skip
LOADED = {"models": [{"name": "far:1b", "model": "far:1b", "size": 2_234_567_890, "digest": "a" * 64, "details": DETAILS,
                      "expires_at": "2099-01-01T00:00:00Z", "size_vram": 1_117_283_945, "context_length": 8192}]}  # fmt: skip
SHOW = {"license": "Apache 2.0\n" * 30, "modelfile": "FROM far:1b\nPARAMETER stop x", "parameters": "stop \"x\"\ntemperature 0.7",
        "template": "{{ .Prompt }}", "details": DETAILS, "modified_at": STAMP, "capabilities": ["completion", "tools"],
        "model_info": {"general.architecture": "far", "general.parameter_count": 1_235_814_432, "far.context_length": 131072, "tokenizer.ggml.tokens": None}}  # fmt: skip


def pull(layers: Sequence[tuple[str, int]], steps: int = 4) -> list[bytes]:
    """A pull of layers, each named by its digest and its bytes, each in `steps`."""
    progress = [
        {"status": f"pulling {digest[:12]}", "digest": f"sha256:{digest}", "total": total, "completed": total * step // steps}
        for digest, total in layers
        for step in range(steps + 1)
    ]
    return lines([{"status": "pulling manifest"}, *progress, {"status": "verifying sha256 digest"}, {"status": "writing manifest"}, {"status": "success"}])


def png(width: int, height: int) -> str:
    """A picture, as base64."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"".join(bytes([x * 255 // width, y * 255 // height, 140]) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")).decode()
