"""What readers, operators and programs rely on is named in the portal's own pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.runs.frames import Outcome, Stats

ROOT = Path(__file__).parent.parent.parent
PAGES = "\n".join(page.read_text() for page in (ROOT / "docs_content/portal").glob("*.md"))
README = (ROOT / "README.md").read_text()

SETTINGS = sorted(set(re.findall(r"\"((?:PORTAL|OLLAMA|DATABASE)_[A-Z_]+)\"", "\n".join(
    (ROOT / name).read_text() for name in ("portal/settings.py", "portal/ollama/upstreams.py")))))  # fmt: skip
COMMANDS = sorted(file.stem for file in (ROOT / "portal").rglob("management/commands/*.py") if file.stem != "__init__")
TARGETS = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
ERROR_CODES = sorted(set(re.findall(r"Rejected\(\s*\"(\w+)\"", "\n".join(
    file.read_text() for file in (ROOT / "portal/runs").glob("*.py")))))  # fmt: skip


def test_there_are_settings_commands_and_codes_to_look_for() -> None:
    assert len(SETTINGS) > 10
    assert {"serve", "examples"} <= set(COMMANDS)
    assert len(ERROR_CODES) > 8


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_described(name: str) -> None:
    assert f"`{name}`" in PAGES
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_described(name: str) -> None:
    assert f"`python manage.py {name}" in PAGES


@pytest.mark.parametrize("name", [target for target in TARGETS if target not in ("help", "clean")])
def test_a_make_target_is_described(name: str) -> None:
    assert f"`make {name}`" in PAGES
    assert f"make {name}" in README


@pytest.mark.parametrize("code", ERROR_CODES)
def test_an_error_code_is_described(code: str) -> None:
    assert f"`{code}`" in PAGES


@pytest.mark.parametrize("name", [*Outcome.__args__, *Stats.__dataclass_fields__])  # type: ignore[attr-defined]
def test_a_word_of_the_frames_is_described(name: str) -> None:
    assert f"`{name}`" in PAGES
