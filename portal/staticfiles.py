"""Static files named by their content, so that a browser may keep them for good."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from servestatic.storage import CompressedManifestStaticFilesStorage

# Third-party code as `tools/bundle.mjs` leaves it: named by content and compressed, so it is served from where it is.
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
_NAMED = re.compile(r"\.[0-9a-f]{12}\.\w+$|/vendor/.+-[A-Z0-9]{8}\.js$")
# What is written for those who read our modules where they are: comments that have lines of their own.
COMMENTS = re.compile(r"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n", re.MULTILINE)
SITE = "css/site.css"
_IMPORT = re.compile(r'^@import url\("([\w-]+\.css)"\);$', re.MULTILINE)


def is_named_by_content(_path: str, url: str) -> bool:
    """Whether what is at `url` can never change: Django's names (`main.0123456789ab.js`) and esbuild's (`chunk-ABCD1234.js`)."""
    return _NAMED.search(url) is not None


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    """Also rewrites the imports of our ES modules to the hashed names, as Django does when told, and takes comments out."""

    support_js_module_import_aggregation = True
    keep_only_hashed_files = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """As Django does, after comments were taken out and the stylesheets that `css/site.css` imports put in their places."""
        for name in [] if dry_run else [name for name in paths if name.startswith("js/")]:
            module = Path(self.path(name))
            module.write_text(COMMENTS.sub("", module.read_text("utf-8")), "utf-8")
            paths[name] = (self, name)
        if SITE in paths and not dry_run:
            site = Path(self.path(SITE))
            text = site.read_text("utf-8")
            site.write_text(_IMPORT.sub(lambda found: (site.parent / found[1]).read_text("utf-8"), text), "utf-8")
            paths = paths | {SITE: (self, SITE)}
        yield from super().post_process(paths, dry_run, **options)
