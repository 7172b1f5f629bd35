"""Static files named by their content, so that a browser may keep them for good."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    """Also rewrites the imports of our ES modules to the hashed names, which Django leaves off unless told."""

    support_js_module_import_aggregation = True
    keep_only_hashed_files = True
