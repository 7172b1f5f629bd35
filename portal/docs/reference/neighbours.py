"""The files of the set beside an OpenAPI document, for the references that lead from it to them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from portal.docs.files import Unreadable, find_file, read_regular, signature
from portal.docs.reference.finding import SUFFIXES, TEXTS
from portal.docs.reference.keeping import Kept
from portal.docs.reference.reading import MAX_BYTES, BadDocument, Source, read_part
from portal.docs.rendering import decode

_ELSEWHERE = re.compile(r"[a-zA-Z][\w+.-]*:|//")
# What this process has read, in bytes of the files; they grow about tenfold when they are read.
_read: Kept[Source] = Kept(4 * 1024 * 1024)


class Neighbourhood:
    """The files of the set as they are named from the document `home`, a path from the `root` of the set."""

    def __init__(self, root: Path, home: str, document: Source) -> None:
        self.root, self.home = root, home
        self.document = replace(document, neighbours=self)

    def find(self, ref: str, beside: str) -> Source:
        """The file that `ref` names from the file `beside`, which is empty for the document. Raises BadDocument."""
        if _ELSEWHERE.match(ref):
            raise BadDocument("is in another document, which is not fetched")
        named = posixpath.join(posixpath.dirname(beside or self.home), unquote(ref))
        relative = posixpath.normpath(named)
        if relative == self.home:
            return self.document
        if relative.startswith(("/", "../")) or not relative.lower().endswith((*SUFFIXES, *TEXTS)):
            raise BadDocument("is in another document, which is not part of the set")
        return self._open(relative)

    def _open(self, relative: str) -> Source:
        file = self.root / relative
        state = signature(file) if "\0" not in relative else (0, -1)
        known = _read.get((self.root, self.home, relative), state)
        if known is not None and known.neighbours is self:
            return known
        if find_file(self.root, relative) is None:
            raise BadDocument("is in a file that is not in the set")
        if state[1] > MAX_BYTES:
            raise BadDocument(f"is in a file of {state[1]:,} bytes; at most {MAX_BYTES:,} are read")
        try:
            part = self._read(read_regular(file, self.root), relative)
        except (Unreadable, BadDocument) as problem:
            raise BadDocument(f"is in a file that cannot be read: {str(problem).rstrip('.')}") from None
        return _read.put((self.root, self.home, relative), state, part, state[1])

    def _read(self, content: bytes, relative: str) -> Source:
        name = posixpath.basename(relative)
        if name.lower().endswith(TEXTS):
            return Source(decode(content)[0].removeprefix("\ufeff"), name, path=relative, neighbours=self)
        return read_part(content, name, relative, self)
