"""Our modules, as they are sent: without the comments that are for those who read them where they are, and otherwise as written."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from portal.staticfiles import COMMENTS
from tests.strict import leave_out

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "static" / "js").rglob("*.js"))
# What a module means: its text as esbuild writes it down again, in which no comment counts.
MEANING = """
import { transformSync } from "esbuild";
import { readFileSync } from "node:fs";
const texts = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(texts.map((text) => transformSync(text, { minify: true, legalComments: "none" }).code)));
"""


def test_a_module_without_its_comments_means_what_it_meant() -> None:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "esbuild").is_dir():
        leave_out("no node or no esbuild on this machine, so modules without their comments were not compared with themselves")
    texts = [module.read_text("utf-8") for module in MODULES]
    bare = [COMMENTS.sub("", text) for text in texts]
    assert sum(map(len, bare)) < sum(map(len, texts)) * 0.95
    asked = subprocess.run(
        [node, "--input-type=module", "--eval", MEANING],
        input=json.dumps(texts + bare), cwd=ROOT, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    meant = json.loads(asked.stdout)
    changed = [module.name for module, before, after in zip(MODULES, meant[: len(texts)], meant[len(texts) :], strict=True) if before != after]
    assert changed == []


def test_what_is_collected_has_no_comment_lines(tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["vendor"])
    sent = sorted(tmp_path.rglob("js/**/*.js"))
    assert len(sent) >= len(MODULES)
    assert [file.name for file in sent if COMMENTS.search(file.read_text("utf-8"))] == []
