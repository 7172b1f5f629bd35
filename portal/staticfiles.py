"""Static files named by their content, so that a browser may keep them for good."""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

from servestatic.storage import CompressedManifestStaticFilesStorage

# Third-party code as `tools/bundle.mjs` leaves it: named by content and compressed, so it is served from where it is.
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
_NAMED = re.compile(r"\.[0-9a-f]{12}\.\w+$|/vendor/.+-[A-Z0-9]{8}\.js$")
# What is written for those who read our modules where they are: comments that have lines of their own.
COMMENTS = re.compile(r"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n", re.MULTILINE)
_COLLECTED = re.compile(r"css/(?:site|pages/[\w-]+)\.css")
_IMPORT = re.compile(r'^@import url\("([\w./-]+\.css)"\);$', re.MULTILINE)


def is_named_by_content(_path: str, url: str) -> bool:
    """Whether what is at `url` can never change: Django's names (`main.0123456789ab.js`) and esbuild's (`chunk-ABCD1234.js`)."""
    return _NAMED.search(url) is not None


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    """Also rewrites the imports of our ES modules to the hashed names, as Django does when told, and takes comments out."""

    support_js_module_import_aggregation = True
    keep_only_hashed_files = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """As Django has it, worked out once: a page has several, and each would be put together and quoted anew."""
        return self._urls.get(name) or self._urls.setdefault(name, super().url(name, force))

    def save_manifest(self) -> None:
        """The files have other names from here on."""
        self._urls.clear()
        super().save_manifest()

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As Django does, after comments were taken out and each stylesheet of a page made one file with those it imports."""
        if not dry_run:
            texts = {name: COMMENTS.sub("", self._text(name)) for name in paths if name.startswith("js/")}
            texts |= {name: self._whole(name) for name in paths if _COLLECTED.fullmatch(name)}
            for name, text in texts.items():
                Path(self.path(name)).write_text(text, "utf-8")
            paths = paths | {name: (self, name) for name in texts}
        yield from super().post_process(paths, dry_run, **options)

    def _whole(self, name: str) -> str:
        """A stylesheet with those that it imports in their places."""
        return _IMPORT.sub(lambda found: self._whole(normpath(f"{dirname(name)}/{found[1]}")), self._text(name))

    def _text(self, name: str) -> str:
        return Path(self.path(name)).read_text("utf-8")
