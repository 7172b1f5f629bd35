"""Static files named by their content, so that a browser may keep them for good."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servestatic.storage import CompressedManifestStaticFilesStorage

# Third-party code as `tools/bundle.mjs` leaves it: named by content and compressed, so it is served from where it is.
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
_NAMED = re.compile(r"\.[0-9a-f]{12}\.\w+$|/vendor/.+-[A-Z0-9]{8}\.js$")
_COLLECTED = re.compile(r"css/(?:site|pages/[\w-]+)\.css")
_IMPORT = re.compile(r'^@import url\("([\w./-]+\.css)"\);$', re.MULTILINE)


def is_named_by_content(_path: str, url: str) -> bool:
    """Whether what is at `url` can never change: Django's names (`main.0123456789ab.js`) and esbuild's (`chunk-ABCD1234.js`)."""
    return _NAMED.search(url) is not None


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    """Also rewrites the imports of our ES modules to the hashed names, which Django leaves off unless told."""

    support_js_module_import_aggregation = True
    keep_only_hashed_files = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As Django does, after each stylesheet of a page was made one file of those that it imports."""
        if not dry_run:
            whole = {name: _whole(Path(self.path(name))) for name in paths if _COLLECTED.fullmatch(name)}
            for name, text in whole.items():
                Path(self.path(name)).write_text(text, "utf-8")
            paths = paths | {name: (self, name) for name in whole}
        yield from super().post_process(paths, dry_run, **options)


def _whole(sheet: Path) -> str:
    """A stylesheet with those that it imports in their places."""
    return _IMPORT.sub(lambda found: _whole(sheet.parent / found[1]), sheet.read_text("utf-8"))
