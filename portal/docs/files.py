"""The files of a doc set: found below one folder, read only when they are what they seem."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".md", ".mdx", ".markdown")
# What Next.js makes the page of a folder, as sets for Nextra have it.
PAGE_OF_NEXTJS = "page.mdx"
LARGEST = 32 << 20


class Unreadable(OSError):
    """A document's file cannot be served; the message says why, without a path of the machine."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document's file as the walk met it: `relative` to the root with slashes, `size` in bytes, `modified` in ns."""

    file: Path
    relative: str
    size: int
    modified: int


def walk(root: Path, also: Container[str] = ()) -> Iterator[Found]:
    """Every document below `root`, and every file with a name in `also`, in no particular order.

    Left out: names that start with a dot or are not UTF-8, folders that are links (they may loop), links that lead out of the root,
    and whatever is no regular file. What cannot be looked at is passed over.
    """
    real = os.path.realpath(root)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or not _is_text(entry.name):
                continue
            relative = f"{folder}/{entry.name}" if folder else entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(relative)
                elif _is_asked_for(entry.name, also) and entry.is_file() and stays_within(entry, real):
                    status = entry.stat()
                    yield Found(Path(entry.path), relative, status.st_size, status.st_mtime_ns)
            except OSError:
                continue


def _is_asked_for(name: str, also: Container[str]) -> bool:
    return name.lower().endswith(SUFFIXES) or name in also


def read_regular(file: Path, root: Path, at_most: int = LARGEST) -> bytes:
    """The bytes of a document. Raises `Unreadable` when it is no regular file any more, leads out of the root, or is too large."""
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
        raise Unreadable("it is a link that leads out of the doc set")
    try:
        # Without O_NONBLOCK opening a FIFO that took the file's place would wait for a writer.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as problem:
        raise Unreadable((problem.strerror or "it cannot be opened").lower()) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
        os.close(descriptor)
        raise Unreadable(
            f"it has {status.st_size:,} bytes, more than the {LARGEST:,} that are read"
            if stat.S_ISREG(status.st_mode)
            else "it is not a regular file"
        )
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(at_most)


def signature(file: Path) -> tuple[int, int]:
    """What tells one state of a file from another: its time in nanoseconds and its size; (0, -1) when it is gone."""
    try:
        status = file.stat()
    except OSError:
        return (0, -1)
    return (status.st_mtime_ns, status.st_size)


def find_file(root: Path, relative: str, *, any_case: bool = True) -> str | None:
    """The path from `root` of the regular file called so, in whatever case; None where there is none inside the root."""
    parts = relative.split("/")
    if any(part.startswith(".") or not part for part in parts):
        return None
    try:
        file = root.joinpath(*parts)
        if any_case and not file.is_file():
            file = _in_other_case(root, parts)
        if file.is_file() and Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
            return file.relative_to(root).as_posix()
    except (OSError, ValueError):
        # Nothing has such a name, or can have it: it is too long, or holds a zero byte.
        return None
    return None


def _in_other_case(root: Path, parts: list[str]) -> Path:
    folder = root
    for part in parts:
        alike = [entry.name for entry in os.scandir(folder) if entry.name.casefold() == part.casefold()]
        folder = folder / (part if part in alike else min(alike, default=part))
    return folder


def _is_text(name: str) -> bool:
    """Whether a name can be part of an address: the bytes of one that is not UTF-8 come as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def stays_within(entry: os.DirEntry[str], real: str) -> bool:
    """Whether an entry of a folder that was entered lies below `real`, a path without links: only a link can lead out."""
    return not entry.is_symlink() or os.path.realpath(entry.path).startswith(real + os.sep)
