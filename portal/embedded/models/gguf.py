"""Reads the header of a GGUF file: its metadata and the names, types and shapes of its tensors."""

import mmap
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
LENGTH = struct.Struct("<Q")
# ggml's tensor types and the file types made of them, numbered as in ggml.h and llama.h.
TENSOR_TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 10: "Q2_K", 11: "Q3_K",
                12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 30: "BF16"}
FILE_TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
              12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
              32: "BF16"}


class GGUFError(ValueError):
    """The file is not a GGUF file of version 2 or 3, or it is cut short."""


@dataclass(frozen=True)
class Tensor:
    name: str
    type: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Header:
    """What a GGUF file says of itself. `metadata` keeps the file's own keys."""

    metadata: dict[str, Any]
    tensors: tuple[Tensor, ...]

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", "unknown"))

    def of_architecture(self, key: str, default: int = 0) -> int:
        return int(self.metadata.get(f"{self.architecture}.{key}", default))

    @property
    def parameter_count(self) -> int:
        total = 0
        for tensor in self.tensors:
            elements = 1
            for extent in tensor.shape:
                elements *= extent
            total += elements
        return total

    @property
    def quantization(self) -> str:
        return FILE_TYPES.get(self.metadata.get("general.file_type", -1), "unknown")

    @property
    def chat_template(self) -> str:
        return str(self.metadata.get("tokenizer.chat_template", ""))


@cache
def read_header(path: Path) -> Header:
    """The header of the GGUF file at `path`. Raises GGUFError, OSError."""
    with path.open("rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return _Reader(content).header()
        except (struct.error, UnicodeDecodeError, KeyError, ValueError, OverflowError) as error:
            raise GGUFError(f"{path.name} is not a whole GGUF file: {error}") from error


class _Reader:
    """Reads one thing after the other; all numbers of the format are little-endian."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._at = 0

    def header(self) -> Header:
        if self._content[:4] != b"GGUF":
            raise GGUFError("the file does not begin with GGUF")
        self._at = 4
        version, tensor_count, key_count = self._take("<I"), self._take("<Q"), self._take("<Q")
        if version not in (2, 3):
            raise GGUFError(f"version {version} of the format is not known")
        metadata = {}
        for _ in range(key_count):
            key = self._text()
            metadata[key] = self._value(self._take("<I"))
        return Header(metadata, tuple(self._tensor() for _ in range(tensor_count)))

    def _take(self, code: str) -> Any:
        (value,) = struct.unpack_from(code, self._content, self._at)
        self._at += struct.calcsize(code)
        return value

    def _text(self) -> str:
        (length,) = LENGTH.unpack_from(self._content, self._at)
        start = self._at + LENGTH.size
        self._at = start + length
        if self._at > len(self._content):
            raise GGUFError("it ends in the middle of a text")
        return self._content[start : self._at].decode("utf-8")

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._text()
        if kind != ARRAY:
            return self._take("<" + SCALARS[kind])
        item_kind, count = self._take("<I"), self._take("<Q")
        if item_kind in (STRING, ARRAY):
            return [self._value(item_kind) for _ in range(count)]
        code = f"<{count}{SCALARS[item_kind]}"
        values = list(struct.unpack_from(code, self._content, self._at))
        self._at += struct.calcsize(code)
        return values

    def _tensor(self) -> Tensor:
        name = self._text()
        shape = tuple(self._take("<Q") for _ in range(self._take("<I")))
        kind = self._take("<I")
        self._take("<Q")
        return Tensor(name, TENSOR_TYPES.get(kind, f"type {kind}"), shape)
