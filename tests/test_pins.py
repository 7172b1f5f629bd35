"""What is installed is pinned, once and for all packages."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent


def pins(name: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;#]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {normal(package): version for package, version in found}


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_the_constraints_agree_with_every_requirement() -> None:
    constraints = pins("constraints.txt")
    wanted = pins("requirements.txt") | pins("requirements-test.txt") | pins("requirements-tracing.txt")
    assert wanted
    assert {name: constraints.get(name) for name in wanted} == wanted


def test_every_package_the_portal_imports_is_required() -> None:
    required = pins("requirements.txt") | pins("requirements-embedded.txt") | pins("requirements-tracing.txt")
    of_module = packages_distributions()
    imported = {
        name.partition(".")[0]
        for file in (ROOT / "portal").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    strangers = imported - set(sys.stdlib_module_names) - {"portal", "", "xllamacpp", "asgiref"}
    missing = {name for name in strangers if not {normal(package) for package in of_module.get(name, [])} & required.keys()}
    assert missing == set()
