"""`manage.py examples`."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def run(*arguments):
    output = StringIO()
    call_command("examples", *arguments, stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_every_block_is_a_line_of_json(tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "tags.md").write_text(
        "# Tags\n\n```bash\ncurl localhost:11434/api/tags\n```\n\n```json\n{}\n```\n", encoding="utf-8"
    )
    (tmp_path / ".hidden.md").write_text("```\nx\n```\n")
    nothing = {"kind": "none", "runnable": False, "reason": None, "requests": []}
    assert run(str(tmp_path), "--format", "jsonl") == [
        {
            "file": "api/tags.md",
            "line": 3,
            "lang": "bash",
            "kind": "curl",
            "runnable": True,
            "reason": None,
            "requests": [{"method": "GET", "path": "/api/tags", "upstream": "local", "stream": False, "body": None}],
        },
        {"file": "api/tags.md", "line": 7, "lang": "json", **nothing},
    ]


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="not a folder"):
        run(str(tmp_path / "nowhere"))
