"""Small doc sets, written to disk, catalogued, and served by the site itself."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import httpx
from django.core.asgi import get_asgi_application

from portal.docs.catalogue import Catalogue
from portal.docs.here import catalogue


class DocSet:
    """A folder of documents that is the site's set."""

    def __init__(self, root: Path) -> None:
        self.root = root
        transport = httpx.ASGITransport(app=get_asgi_application())
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    def write(self, path: str, text: str | bytes) -> Path:
        """Put a file into the set; it is seen at once."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        catalogue.refresh()
        return file

    async def get(self, address: str, status: int = 200, **headers: str) -> str:
        """The body at an address, which must answer with `status`."""
        response = await self.client.get(quote(address, safe="/?=&+%#"), headers=headers)
        assert response.status_code == status, f"{address}: {response.status_code}"
        return response.headers["Location"] if response.is_redirect else response.text


def text_of(markup: str) -> str:
    """What is read of a piece of HTML, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def article_of(page: str) -> str:
    """The article of a page."""
    return page[page.index("<article") : page.index("</article>")]


def ids_of(page: str) -> list[str]:
    """Every id of a page, in its order."""
    return re.findall(r'<[^<>]*? id="([^"]*)"', page)


def local_links_of(page: str) -> list[str]:
    """Where the links of a page lead that stay on it, without the `#`."""
    return [html.unescape(link) for link in re.findall(r'<a [^<>]*?href="#([^"]+)"', page)]


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files, folders included; a file that was there gets a new time, as if edited a moment later."""
    for name, text in files.items():
        file = root / name
        before = file.stat().st_mtime_ns if file.exists() else None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if before is not None and file.stat().st_mtime_ns <= before:
            os.utime(file, ns=(before + 1_000_000, before + 1_000_000))
    return root


def catalogue_of(root: Path, files: Mapping[str, str]) -> Catalogue:
    """The catalogue of the set that has these files."""
    return Catalogue(write(root, files))
