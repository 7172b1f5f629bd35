"""What a proxy that ends TLS needs."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.files import HOST
from tests.runs.stores import shared, upstream  # noqa: F401 - fixtures of this room
from tests.strict import leave_out


@pytest.fixture
def certificate() -> Iterator[Path]:
    """A folder with a certificate for `HOST`, its key, and a file of users with one in it."""
    if not shutil.which("openssl"):
        leave_out("no openssl on this machine, so a proxy that ends TLS was left out")
    # A folder the workers of an nginx started by root may read, which pytest's own is not.
    folder = Path(tempfile.mkdtemp(prefix="portal-proxy-"))
    folder.chmod(0o755)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", f"/CN={HOST}", "-keyout", folder / "docs.key", "-out", folder / "docs.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "users").write_text("ada:{PLAIN}secret\n")
    yield folder
    shutil.rmtree(folder)
