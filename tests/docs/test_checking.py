"""`check_docs` names what is wrong with a set, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.docs.checking import check
from tests.docs.sets import write
from tests.portal_server import ROOT, run_manage

WHOLE = {
    "index.md": "---\nnav: [guide, parts]\n---\n# Home\n\n[Guide](guide.md#the-end), [parts](parts/), [here](#home)\n",
    "guide.md": "# Guide\n\n![Map](map.svg) and guide.md and <a name='x'></a>[x](#x)\n\n## The end\n",
    "parts/one.mdx": "# One\n\n<Card title='t' href='/guide' />\n\n<Accordion title='Fold'>[x](#fold)</Accordion>\n\n[site](https://x.example/404) [up](../guide.md) `[no](no.md)`\n",
    "map.svg": "<svg/>",
}


def found(root: Path, source_url: str = "") -> list[tuple[str, int, str]]:
    return [(item.file, item.line, item.code) for item in check(root, source_url=source_url)]


def test_a_whole_set_has_no_findings(tmp_path: Path) -> None:
    assert list(check(write(tmp_path, WHOLE))) == []


def test_the_documents_of_this_site_are_whole() -> None:
    assert list(check(ROOT / "docs_content")) == []


@pytest.mark.parametrize(("files", "finding", "is_fault"), [
    ({"a.md": "# A\n\n[x](missing.md)\n"}, ("a.md", 3, "dead-link"), True),
    ({"a.md": "# A\n\nText\nand [x]()\n"}, ("a.md", 4, "dead-link"), True),
    ({"a.md": "[x][r]\n\n\n[r]: /nowhere\n"}, ("a.md", 1, "dead-link"), True),
    ({"a.md": "<a href='missing.md'>x</a>\n"}, ("a.md", 1, "dead-link"), True),
    ({"a.mdx": "# A\n\n<Card title='t' href='/none'>\nx\n</Card>\n"}, ("a.mdx", 3, "dead-link"), True),
    ({"a.md": "- x\n  - [y](file:///home/me/y.md)\n"}, ("a.md", 2, "dead-link"), True),
    ({"a.md": "# A\n[x](#b)\n"}, ("a.md", 2, "missing-anchor"), True),
    ({"a.md": "[x](b.md#c)\n", "b.md": "# B\n"}, ("a.md", 1, "missing-anchor"), True),
    ({"a.md": "[x](b.md#b-c)\n", "b.md": "# B.c\n"}, ("a.md", 1, "loose-anchor"), False),
    ({"a.md": "# B.c\n\n[x](#b-c)\n"}, ("a.md", 3, "loose-anchor"), False),
    ({"a.md": "![x](none.png)\n"}, ("a.md", 1, "missing-image"), True),
    ({"a.md": "![x](../none.png)\n"}, ("a.md", 1, "out-of-set"), False),
    ({"a.md": "# A\n\n<img src='none.png'>\n"}, ("a.md", 3, "missing-image"), True),
    ({"index.md": "---\ntitle: x\nnav:\n- a\n- gone\n---\n", "a.md": ""}, ("index.md", 5, "missing-page"), True),
    ({"docs.json": '{"navigation":\n {"pages": ["a",\n "gone"]}}', "a.md": ""}, ("docs.json", 3, "missing-page"), True),
    ({"docs.json": '{"navigation": [], "redirects":\n[{"source": "/x", "destination": "/gone"}]}', "a.md": ""},
     ("docs.json", 2, "missing-page"), True),
    ({"a.md": "# A", "a.mdx": "# B"}, ("a.mdx", 1, "same-address"), True),
    ({"a.md": "# A", "a/index.md": "# B"}, ("a.md", 1, "same-address"), True),
    ({"a.md": "---\naliases:\n- b\n---\n", "b.md": ""}, ("a.md", 3, "alias-taken"), False),
    ({"a.md": "\n[x](../out/of.py)\n"}, ("a.md", 2, "out-of-set"), False),
    ({"a.md": "[x](data.bin)\n", "data.bin": "x"}, ("a.md", 1, "not-served"), False),
    ({"a.md": "[x](B.md)\n", "b.md": ""}, ("a.md", 1, "other-case"), False),
    ({"a.md": "[x](docs/b.md)\n", "b.md": ""}, ("a.md", 1, "misplaced-link"), False),
    ({"a.md": "# A\n\n```bash\nrm\n"}, ("a.md", 3, "unclosed-fence"), False),
    ({"a.md": "---\na: [\n---\n"}, ("a.md", 3, "bad-front-matter"), False),
])  # fmt: skip
def test_each_kind_of_finding_has_its_file_line_and_word(
    tmp_path: Path, files: dict[str, str], finding: tuple[str, int, str], is_fault: bool
) -> None:
    (item,) = check(write(tmp_path, files))
    assert (item.file, item.line, item.code) == finding
    assert item.is_fault is is_fault
    assert item.message.endswith(".")


def test_bytes_that_are_no_text_are_noted_and_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"# A\n\xff\n")
    with (tmp_path / "b.md").open("wb") as large:
        large.truncate(33 << 20)
    assert found(tmp_path) == [("a.md", 2, "bad-bytes"), ("b.md", 1, "unreadable")]


def test_with_a_source_address_links_out_of_the_set_are_in_order(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "[x](../out.py) [y](data.bin) [z](gone.md)", "data.bin": "x"})
    assert found(tmp_path, "https://code/main") == [("a.md", 1, "dead-link")]


@pytest.mark.parametrize(("text", "code"), [("[x](gone.md)", 1), ("[x](../out.py)", 0), ("fine", 0)])
def test_the_command_ends_with_one_for_a_fault_and_nought_for_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int
) -> None:
    assert run(write(tmp_path, {"a.md": text})) == code
    assert len(capsys.readouterr().out.splitlines()) == (text != "fine")


def test_the_command_writes_a_line_or_an_object_for_each_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"a.md": "# A\n\n[x](gone.md)\n"})
    message = "There is no gone.md in the set."
    run(tmp_path)
    assert capsys.readouterr().out == f"a.md:3: dead-link: {message}\n"
    run(tmp_path, format="json")
    assert json.loads(capsys.readouterr().out) == [
        {"file": "a.md", "line": 3, "code": "dead-link", "message": message, "severity": "fault"}
    ]


def run(root: Path, **options: str) -> int:
    try:
        call_command("check_docs", str(root), **options)
    except SystemExit as ending:
        return int(str(ending.code))
    return 0


def test_from_a_shell_a_fault_is_exit_code_one_and_a_wrong_folder_is_a_sentence(tmp_path: Path) -> None:
    ended = run_manage("check_docs", str(write(tmp_path, {"a.md": "[x](gone.md)"})))
    assert (ended.returncode, ended.stdout) == (1, "a.md:1: dead-link: There is no gone.md in the set.\n")
    ended = run_manage("check_docs", str(tmp_path / "none"))
    assert ended.returncode == 1
    assert "is not a folder" in ended.stderr
