"""The file of a backup: what is in it, that it is whole, and nobody's but its owner's."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
_MANIFEST = "manifest.json"
_PIECE = 1 << 20


class BadBackup(Exception):
    """The file cannot be made or used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file within: for a table `columns` and how many `rows`, for a key neither."""

    name: str
    sha256: str
    rows: int = 0
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Manifest:
    """`targets` says how far the tables were, `parts` what there is by name."""

    made: str
    database: str
    targets: dict[str, str]
    parts: dict[str, Part] = field(default_factory=dict)

    def rows_of(self, table: str) -> int:
        """How many rows a table has; 0 where there is no such table."""
        part = self.parts.get(f"tables/{table}.jsonl")
        return part.rows if part else 0


class Writer:
    """Puts one part after the other into the file."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive, self.manifest = archive, manifest

    def add(self, name: str, lines: Iterable[bytes], columns: Iterable[str] = ()) -> None:
        """A part of so many lines."""
        digest, count = hashlib.sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                count += 1
        self.manifest.parts[name] = Part(name, digest.hexdigest(), count, tuple(columns))


@contextmanager
def written(file: Path, database: str, targets: dict[str, str]) -> Iterator[Writer]:
    """A new file, there once it is whole and readable by its owner only. Raises `BadBackup`."""
    if file.exists():
        raise BadBackup(f"{file} is there already; name a file that is not.")
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        opened = os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as problem:
        raise BadBackup(f"{file} cannot be written ({problem.strerror}). Name a folder that is there and can be.") from None
    try:
        with opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"), database, targets)
            yield Writer(archive, manifest)
            archive.writestr(_MANIFEST, json.dumps(_as_json(manifest), indent=1))
        # Never over one that has come to be there meanwhile.
        os.link(beside, file)
    except FileExistsError:
        raise BadBackup(f"{file} has come to be there meanwhile; name a file that is not.") from None
    except OSError as problem:
        raise BadBackup(f"{file} could not be written whole ({problem.strerror}), so there is none.") from None
    finally:
        beside.unlink(missing_ok=True)


class Reader:
    """A file that is whole."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive, self.manifest = archive, manifest

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a part."""
        with self._archive.open(name) as member:
            yield from member

    def text(self, name: str) -> bytes:
        """The whole of a small part."""
        return self._archive.read(name)


@contextmanager
def opened(file: Path) -> Iterator[Reader]:
    """A file with every part of it checked. Raises `BadBackup`."""
    try:
        archive = zipfile.ZipFile(file)
    except OSError as problem:
        raise BadBackup(f"{file} cannot be read ({problem.strerror}). Name a file that `backup` made.") from None
    except zipfile.BadZipFile:
        raise BadBackup(f"{file} is no backup, or only the beginning of one. Use another.") from None
    with archive:
        manifest = _read_manifest(file, archive)
        for part in manifest.parts.values():
            if _sum_of(archive, part.name) != part.sha256:
                raise BadBackup(f"{file} was changed or damaged since it was made ({part.name}). Use another.")
        yield Reader(archive, manifest)


def _read_manifest(file: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        told = json.loads(archive.read(_MANIFEST))
        number = told["format"]
        parts = {name: Part(name, one["sha256"], one["rows"], tuple(one["columns"])) for name, one in told["parts"].items()}
        manifest = Manifest(told["made"], told["database"], told["targets"], parts)
    except (KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile):
        raise BadBackup(f"{file} is no backup of a portal, or is damaged. Use another.") from None
    if number != FORMAT:
        raise BadBackup(f"{file} was made by a newer portal than this one. Bring the code up to date first.")
    return manifest


def _sum_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as member:
            read: Callable[[], bytes] = lambda: member.read(_PIECE)  # noqa: E731
            for piece in iter(read, b""):
                digest.update(piece)
    except (KeyError, zipfile.BadZipFile, OSError, EOFError):
        return ""
    return digest.hexdigest()


def _as_json(manifest: Manifest) -> dict[str, Any]:
    parts = {one.name: {"sha256": one.sha256, "rows": one.rows, "columns": one.columns} for one in manifest.parts.values()}
    return {"format": FORMAT, "made": manifest.made, "database": manifest.database, "targets": manifest.targets, "parts": parts}
