"""The files of deploy/ say what they have to, as far as can be seen without Docker and without systemd as the first process."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from tests.deploy.files import DEPLOY
from tests.portal_server import PortalServer
from tests.strict import leave_out

ROOT = DEPLOY.parent
OPERATING = (ROOT / "docs_content/portal/operating.md").read_text("utf-8")
SETTINGS = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATING, re.MULTILINE))
DRAIN = int(re.findall(r"^\| `PORTAL_DRAIN` \| `(\d+)`", OPERATING, re.MULTILINE)[0])
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
FINAL = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
UNITS = ["portal.service", "portal.socket", "portal-backup.service", "portal-backup.timer"]


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return document


@pytest.mark.parametrize("file", ["compose.yaml", "Dockerfile", "portal.service", "portal.env"])
def test_every_setting_that_is_named_exists(file: str) -> None:
    named = set(re.findall(r"\b(?:PORTAL|OLLAMA|DATABASE|REDIS)_[A-Z_]+\b", (DEPLOY / file).read_text()))
    assert named
    assert named - SETTINGS == set()


def test_compose_reads_its_file_and_finds_everything_that_is_mounted() -> None:
    document = compose()
    compose_spec.PyCompose.from_yaml((DEPLOY / "compose.yaml").read_text()).validate()
    mounted = {volume.partition(":")[0] for service in document["services"].values() for volume in service.get("volumes", [])}
    assert {name for name in mounted if not name.startswith(".")} == set(document["volumes"])
    assert all((DEPLOY / name).is_file() for name in mounted if name.startswith("."))


def test_what_stops_the_portal_waits_longer_than_its_runs_may_take() -> None:
    portal = compose()["services"]["portal"]
    assert compose_spec.parse_duration(portal["stop_grace_period"]) > int(portal["environment"]["PORTAL_DRAIN"])
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "portal.service").read_text(), re.MULTILINE)[0]) > DRAIN


def test_nobody_gets_round_nginx_and_only_this_machine_gets_in_unless_told_otherwise() -> None:
    services = compose()["services"]
    assert services["portal"]["network_mode"] == "service:nginx"
    assert [port for service in services.values() for port in service.get("ports", [])] == ["127.0.0.1:8080:80"]


def test_the_units_are_as_systemd_wants_them_and_keep_the_portal_in(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        leave_out("no systemd-analyze on this machine (Debian: apt-get install systemd), so the units were not read")
    for unit in UNITS:
        text = (DEPLOY / unit).read_text()
        # It looks whether the program is there.
        (tmp_path / unit).write_text(text.replace("/srv/portal/.venv/bin/python", sys.executable))
    read = subprocess.run(["systemd-analyze", "verify", *UNITS], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (read.returncode, read.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "portal.service"], cwd=tmp_path, check=False, capture_output=True,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout.decode()[-200:]


def test_the_image_runs_as_nobody_in_particular_and_without_what_it_was_built_with() -> None:
    assert re.findall(r"^USER (.+)$", FINAL, re.MULTILINE) == ["portal"]
    assert not re.search(r"pip install|npm|apt-get", FINAL)
    assert "HEALTHCHECK" in FINAL
    assert "STOPSIGNAL SIGTERM" in FINAL


def taken_along() -> list[str]:
    """The files and folders that the final stage copies, but for the installed packages."""
    lines = re.findall(r"^COPY (?:--from=build )?(.+)$", FINAL, re.MULTILINE)
    sources = [source.removeprefix("/srv/portal/") for line in lines for source in line.split()[:-1]]
    return [source for source in sources if source != ".venv"]


def test_what_is_copied_into_the_image_is_let_into_the_build() -> None:
    let_in = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert {source for line in copied for source in line.split()[:-1]} == set(let_in)
    assert all((ROOT / source).exists() for source in let_in)


def test_the_files_of_the_image_are_enough_to_serve_and_its_health_check_sees_that(tmp_path: Path) -> None:
    image, data = tmp_path / "image", tmp_path / "data"
    image.mkdir()
    for source in taken_along():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, image / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, image)
    portal = PortalServer(data=data, OLLAMA_HOST="127.0.0.1:9", PORTAL_EMBEDDED="never", PORTAL_HOSTS="docs.example.org")
    portal.folder = image
    with portal:
        (check,) = re.findall(r'CMD (\["python", .+\])$', FINAL, re.MULTILINE)
        _, *rest = ast.literal_eval(check)
        asking = [part.replace("http://127.0.0.1:8000", portal.origin) for part in rest]
        assert asking != rest
        subprocess.run([sys.executable, *asking], check=True, timeout=60)
