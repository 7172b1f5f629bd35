"""What readers, operators and programs rely on is named in the portal's own pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from portal.runs.consumers import RunsConsumer
from portal.runs.frames import Outcome, State, Stats
from tests.docs_content.shapes import document

ROOT = Path(__file__).parent.parent.parent
PAGES = "\n".join(page.read_text() for page in (ROOT / "docs_content/portal").glob("*.md"))
README = (ROOT / "README.md").read_text()

SETTINGS = sorted(set(re.findall(r"\"((?:PORTAL|OLLAMA|DATABASE|REDIS)_[A-Z_]+)\"", "\n".join(
    (ROOT / name).read_text() for name in ("portal/settings.py", "portal/ollama/upstreams.py")))))  # fmt: skip
COMMANDS = sorted(file.stem for file in (ROOT / "portal").rglob("management/commands/*.py") if file.stem != "__init__")
TARGETS = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
ERROR_CODES = sorted(set(re.findall(r"Rejected\(\s*\"(\w+)\"", "\n".join(
    file.read_text() for file in (ROOT / "portal").rglob("*.py")))))  # fmt: skip
# What the `end` of a run may say went wrong.
END_CODES = sorted(set(re.findall(r"(?:Failure\(\s*|\bcode = |\d{3}: )\"(\w+)\"", "\n".join(
    (ROOT / "portal" / name).read_text() for name in (
        "runs/relay.py", "runs/registry.py", "runs/records.py", "runs/revoking.py", "ollama/errors.py")))
    ) - {"bad_request"})  # fmt: skip  # what cannot be sent never becomes a run

ADDRESSES = sorted("/" + re.sub(r"<[^>]+>", "<>", str(pattern.pattern))
                   for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern))  # fmt: skip
SHORTCUTS = sorted({key for keys in re.findall(r"keys: \[(.*?)\], does", (ROOT / "static/js/lib/shortcuts.js").read_text())
                    for key in re.findall(r'"([^"]+)"', keys)})  # fmt: skip
SCHEMAS = document("portal/openapi.yaml")["components"]["schemas"]
MESSAGES = sorted(
    SCHEMAS[one["$ref"].rpartition("/")[2]]["properties"]["type"]["const"]
    for side in ("ClientMessage", "ServerMessage", "Frame") for one in SCHEMAS[side]["oneOf"]
    if "type" in SCHEMAS[one["$ref"].rpartition("/")[2]].get("properties", {})
)  # fmt: skip


def test_there_are_settings_commands_and_codes_to_look_for() -> None:
    assert len(ADDRESSES) > 30
    assert {"/", "?", "t", "[", "]", "g h", "Mod+k", "Mod+Enter"} <= set(SHORTCUTS)
    assert len(MESSAGES) == 12
    assert len(SETTINGS) > 10
    assert {"serve", "examples"} <= set(COMMANDS)
    assert len(ERROR_CODES) > 8
    assert {"unreachable", "unauthorized", "model_not_found", "unwatched", "server_ended", "revoked"} <= set(END_CODES)


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


@pytest.mark.parametrize("code", END_CODES)
def test_why_a_run_ended_is_described(code: str) -> None:
    told = (ROOT / "docs_content/portal/protocol.md").read_text().partition("### Codes of an end")[2].partition("## Figures")[0]
    assert f"`{code}`" in told


@pytest.mark.parametrize("name", [*Outcome.__args__, *Stats.__dataclass_fields__])  # type: ignore[attr-defined]
def test_a_word_of_the_frames_is_described(name: str) -> None:
    assert f"`{name}`" in PAGES


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_named(address: str) -> None:
    assert f"`{address}`" in re.sub(r"<[^>\s]+>", "<>", PAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_of_the_websocket_is_described(message: str) -> None:
    assert f"| `{message}` |" in (ROOT / "docs_content/portal/protocol.md").read_text()


def test_every_message_a_client_may_say_is_described() -> None:
    handled = re.findall(r'"(\w+)": self\._\1', (ROOT / "portal/runs/consumers.py").read_text())
    assert RunsConsumer
    assert handled
    assert set(handled) <= set(MESSAGES)


@pytest.mark.parametrize("state", State.__args__)  # type: ignore[attr-defined]
def test_a_state_of_a_run_is_described(state: str) -> None:
    assert f"`{state}`" in PAGES


@pytest.mark.parametrize("key", SHORTCUTS)
def test_a_shortcut_is_described(key: str) -> None:
    shown = {"Mod+k": "Ctrl K", "Mod+Enter": "Ctrl Enter"}.get(key, key)
    assert f"`{shown}`" in (ROOT / "docs_content/portal/reading.md").read_text()
