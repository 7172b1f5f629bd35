"""Static files named by their content, so that a browser may keep them for good."""

import re
from pathlib import Path

from servestatic.storage import CompressedManifestStaticFilesStorage

# Third-party code as `tools/bundle.mjs` leaves it: named by content and compressed, so it is served from where it is.
VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
_NAMED = re.compile(r"\.[0-9a-f]{12}\.\w+$|/vendor/.+-[A-Z0-9]{8}\.js$")


def is_named_by_content(_path: str, url: str) -> bool:
    """Whether what is at `url` can never change: Django's names (`main.0123456789ab.js`) and esbuild's (`chunk-ABCD1234.js`)."""
    return _NAMED.search(url) is not None


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    """Also rewrites the imports of our ES modules to the hashed names, which Django leaves off unless told."""

    support_js_module_import_aggregation = True
    keep_only_hashed_files = True
