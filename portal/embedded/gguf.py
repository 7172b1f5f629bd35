"""Reads the header of a GGUF file: its metadata and the names, types and shapes of its tensors."""

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
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
    """What a GGUF file says of itself. `metadata` keeps the file's own keys; `long` are the keys of long arrays."""

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
            return _read(file)
        except (struct.error, UnicodeDecodeError, KeyError) as error:
            raise GGUFError(f"{path.name} is not a whole GGUF file: {error}") from error


def _read(file: BinaryIO) -> Header:
    if file.read(4) != b"GGUF" or _number(file, "I") not in (2, 3):
        raise GGUFError("the file does not begin as a GGUF file of version 2 or 3 does")
    tensor_count, key_count = _number(file, "Q"), _number(file, "Q")
    metadata = {}
    for _ in range(key_count):
        key = _text(file)
        metadata[key] = _value(file, _number(file, "I"))
    return Header(metadata, tuple(_tensor(file) for _ in range(tensor_count)))


def _number(file: BinaryIO, code: str) -> Any:
    size = struct.calcsize("<" + code)
    return struct.unpack("<" + code, file.read(size))[0]


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "Q")).decode("utf-8")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == STRING:
        return _text(file)
    if kind == ARRAY:
        item_kind, count = _number(file, "I"), _number(file, "Q")
        if item_kind in SCALARS:
            code = SCALARS[item_kind]
            return list(struct.unpack(f"<{count}{code}", file.read(struct.calcsize(f"<{count}{code}"))))
        return [_value(file, item_kind) for _ in range(count)]
    return _number(file, SCALARS[kind])


def _tensor(file: BinaryIO) -> Tensor:
    name = _text(file)
    shape = tuple(_number(file, "Q") for _ in range(_number(file, "I")))
    kind = _number(file, "I")
    _number(file, "Q")
    return Tensor(name, TENSOR_TYPES.get(kind, f"type {kind}"), shape)
