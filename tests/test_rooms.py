"""What may import what: the rooms of the house, held by reading every module's imports."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARSERS = {
    "tree_sitter",
    "tree_sitter_bash",
    "tree_sitter_javascript",
    "tree_sitter_typescript",
}
MARKDOWN = {"markdown", "markdown_it", "mdit_py_plugins", "latex2mathml", "pygments", "nh3", "yaml"}
SEARCH = {"tantivy"}
SIGN_ON = {"httpx", "joserfc"}
SECOND_FACTOR = {"cryptography", "pyotp", "segno", "webauthn"}

# Room -> (packages of others, rooms of ours) it may import besides the standard library and itself.
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "portal.ollama": ({"httpx", "httpx_aiohttp", "aiohttp"}, set()),
    "portal.embedded": ({"xllamacpp", "starlette", "uvicorn"}, set()),
    "portal.examples": (PARSERS, {"portal.ollama.endpoints"}),
    "portal.docs": ({"django", "emoji", *MARKDOWN, *SEARCH}, {"portal.examples", "portal.keeping"}),
    "portal.team": ({"django", "asgiref", *SIGN_ON, *SECOND_FACTOR}, {"portal.desk"}),
    "portal.runs": ({"django", "channels", "redis"}, {"portal.ollama", "portal.team", "portal.desk", "portal.keeping"}),
    "portal.library": ({"django"}, {"portal.ollama", "portal.team", "portal.runs", "portal.desk"}),
    "portal.dashboard": (
        {"django"}, {"portal.ollama", "portal.examples", "portal.docs", "portal.team", "portal.runs", "portal.keeping"},
    ),
    "portal.operating": (
        {"django", "prometheus_client", "opentelemetry"}, {"portal.ollama", "portal.team", "portal.runs", "portal.dashboard", "portal.sockets", "portal.about"},
    ),
}
SETTINGS_DOORS = re.compile(
    r"(views|doors|machines|consumers|here|apps|lifespan)\.py|management/commands/\w+\.py|context\.py|asgi\.py|urls\.py"
)


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports by a relative name"
            yield node.module or ""


def modules_of(room: str) -> list[Path]:
    return sorted((ROOT / room.replace(".", "/")).rglob("*.py"))


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    others, ours = ALLOWED[room]
    strays = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules_of(room)
        for name in imports_of(file)
        if name.partition(".")[0] not in sys.stdlib_module_names and not within(name, {room, *others, *ours})
    ]
    assert strays == []


def test_every_room_is_in_the_table() -> None:
    rooms = {f"portal.{folder.parent.name}" for folder in (ROOT / "portal").glob("*/__init__.py")} - {
        "portal.management"
    }
    assert rooms == set(ALLOWED)


def test_one_module_alone_speaks_http_to_the_upstream_and_one_reads_what_it_answers() -> None:
    speakers = [
        file.name for file in modules_of("portal.ollama") if any(within(name, {"httpx", "httpx_aiohttp", "aiohttp"}) for name in imports_of(file))
    ]
    assert speakers == ["arriving.py", "client.py"]


def test_only_doors_read_the_settings() -> None:
    readers = [
        str(file.relative_to(ROOT))
        for room in ALLOWED
        for file in modules_of(room)
        if "django.conf" in set(imports_of(file)) and not SETTINGS_DOORS.search(str(file))
    ]
    assert readers == []


JS_IMPORT = re.compile(
    r"""(?:^\s*(?:import|export)[^"'`;]*?from\s*|import\s*\(\s*|^\s*import\s+)["']([^"']+)["']""", re.MULTILINE
)


@pytest.mark.parametrize("file", sorted((ROOT / "static/js").glob("elements/*.js")), ids=lambda file: file.name)
def test_an_element_imports_from_lib_and_never_from_another_element(file: Path) -> None:
    strays = [
        name
        for name in JS_IMPORT.findall(file.read_text())
        if not name.startswith(("../lib/", "../../vendor/", "../vendor/"))
    ]
    assert strays == []


@pytest.mark.parametrize("file", sorted((ROOT / "static/js").glob("lib/*.js")), ids=lambda file: file.name)
def test_lib_knows_no_dom(file: Path) -> None:
    source = file.read_text()
    assert [name for name in JS_IMPORT.findall(source) if not name.startswith("./")] == []
    assert (
        re.findall(r"\b(?:document|window|HTMLElement|customElements)\b\s*[.(]", source)
        == []
    )
