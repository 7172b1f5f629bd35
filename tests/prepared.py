"""What a first start takes longest for, done once for all servers of the tests: static files and the index of the portal's pages.

A server whose folder is empty begins with a copy (see `PortalServer`). Its database and its key it makes itself.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
_FOLDERS = tempfile.TemporaryDirectory(prefix="portal-prepared-")


def prepare(data: Path) -> None:
    """Put both into the folder, unless there is something in it."""
    if not data.exists() or not any(data.iterdir()):
        shutil.copytree(_prepared(), data, dirs_exist_ok=True)


@functools.cache
def _prepared() -> Path:
    data = Path(_FOLDERS.name) / "data"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "OLLAMA_", "DJANGO_", "DATABASE_", "REDIS_"))}
    environment = kept | {"PYTHON_DOTENV_DISABLED": "1", "PORTAL_DATA": str(data), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run([sys.executable, "-m", "tests.prepared"], check=True, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    (data / "secret-key").unlink()
    return data


def _fill() -> None:
    import django

    django.setup()
    from django.conf import settings

    from portal.docs.search.index import folder_for
    from portal.docs.search.indexing import Indexing
    from portal.management.commands.serve import collect_static

    collect_static()
    indexing = Indexing(settings.PORTAL_DOCS_ROOT, folder_for(settings.PORTAL_DOCS_ROOT, settings.PORTAL_DATA))
    while indexing.work():
        pass


if __name__ == "__main__":
    _fill()
