"""Whatever lies in the folder, and whatever address is asked for: nothing from outside is served, nothing hangs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.docs.files import LARGEST, Unreadable, find_file, read_regular, walk
from tests.docs.asking import ask
from tests.docs.sets import write
from tests.portal_server import PortalServer

SECRET = "never to be served"


def names(root: Path) -> list[str]:
    return sorted(found.relative for found in walk(root))


def test_links_out_of_the_root_and_links_to_folders_are_passed_over(tmp_path: Path) -> None:
    outside, root = write(tmp_path / "outside", {"x.md": SECRET}), write(tmp_path / "set", {"a.md": "# A", "sub/b.md": "# B"})
    (root / "out.md").symlink_to(outside / "x.md")
    (root / "etc.md").symlink_to("/etc/passwd")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "sub" / "up").symlink_to(tmp_path)
    (root / "circle.md").symlink_to(root / "circle.md")
    (root / "nowhere.md").symlink_to(root / "gone.md")
    (root / "within.md").symlink_to(root / "sub" / "b.md")
    assert names(root) == ["a.md", "sub/b.md", "within.md"]
    for name in ("out.md", "etc.md", "folder/x.md", "circle.md", "nowhere.md"):
        assert find_file(root, name) is None
        with pytest.raises(Unreadable):
            read_regular(root / name, root)


def test_what_is_no_regular_file_is_no_document(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "# A"})
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    assert names(tmp_path) == ["a.md"]
    assert find_file(tmp_path, "pipe.md") is None
    for name in ("pipe.md", "folder.md"):
        with pytest.raises(Unreadable):
            read_regular(tmp_path / name, tmp_path)


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as large:
        large.truncate(LARGEST + 1)
    with pytest.raises(Unreadable, match="bytes, more than"):
        read_regular(tmp_path / "a.md", tmp_path)


@pytest.mark.parametrize("name", ["../x.md", "a/../../x.md", ".hidden.md", "a/.git/x.md", "", "/etc/passwd", "a//b", "x" * 5000, "a\0b"])
def test_a_name_that_no_file_of_the_set_can_have_finds_none(tmp_path: Path, name: str) -> None:
    root = write(tmp_path / "set", {".hidden.md": SECRET, "a/.git/x.md": SECRET, "a/b": SECRET})
    write(tmp_path, {"x.md": SECRET})
    assert find_file(root, name) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("files")
    write(base, {"secret.md": SECRET, "secret.png": SECRET, "setting/secret.md": SECRET, "root-secret/x.md": SECRET})
    root = write(base / "root", {
        "index.md": "# Home", "a.md": "# A", "sub/b.md": "# B", "pic.png": "PNG", "notes.txt": "Notes", "paper.pdf": "%PDF",
        "data.bin": SECRET, ".env": SECRET, ".env.md": SECRET, "sub/.x/c.md": SECRET, "code.ts": "let a", "drawn.svg": "<svg/>",
        "guide/first.md": "# First", "loose.md": "# Loose", "swapped.md": "# Swapped", "locked.md": "# Locked",
    })  # fmt: skip
    (root / "out.md").symlink_to(base / "secret.md")
    (root / "out.png").symlink_to(base / "secret.png")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.md")
    os.mkfifo(root / "pipe.png")
    return root


@pytest.fixture(scope="module")
def portal(folder: Path) -> Iterator[PortalServer]:
    with PortalServer(PORTAL_DOCS_ROOT=str(folder), PORTAL_EMBEDDED="never") as portal:
        yield portal
        assert "Traceback" not in portal.log


UP = ["..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%2f..", "..%5c..", "..\\..", "%c0%ae%c0%ae", "%uff0e%uff0e", "....//", "..;", "..%00",
      "%e2%80%a5", "\u2025", "%00", "~", "..%c0%af..", "file:", "//"]  # fmt: skip
TARGETS = ["secret", "secret.png", "root-secret/x", "%2fetc%2fpasswd"]


@pytest.mark.parametrize("up", UP)
def test_no_spelling_of_up_leads_out_of_the_root(portal: PortalServer, up: str) -> None:
    for start in ("/docs/", "/docs/sub/", "/doc/", "/reference/"):
        for target in TARGETS:
            for end in ("", "/", ".md"):
                for path in (f"{start}{up}/{target}{end}", f"{start}{up}/{up}/{target}{end}"):
                    answer = ask(portal, path.encode().decode("latin-1"))
                    assert answer.status in {301, 302, 400, 404}, path
                    assert SECRET not in answer.text
                    assert "root:x:" not in answer.text


@pytest.mark.parametrize("path", [
    "/docs/out/", "/docs/out.md", "/docs/out.png", "/docs/loop/a/", "/docs/.env", "/docs/.env/", "/docs/.env.md", "/docs/sub/.x/c/",
    "/docs/sub/.x/c.md", "/docs/data.bin", "/docs/pipe/", "/docs/pipe.md", "/docs/pipe.png", "/docs/" + "x" * 5000 + "/",
    "/docs/" + "x" * 300 + ".png", "/docs/a/" * 400, "/docs/sub.png", "/docs/%ff%fe/",
])  # fmt: skip
def test_what_is_not_for_readers_is_not_found(portal: PortalServer, path: str) -> None:
    answer = ask(portal, path, timeout=5)
    assert answer.status in {301, 404}
    assert SECRET not in answer.text


@pytest.mark.parametrize(("path", "kind", "sent_as"), [
    ("/docs/pic.png", "image/png", None), ("/docs/drawn.svg", "image/svg+xml", None), ("/docs/paper.pdf", "application/pdf", "attachment"),
    ("/docs/notes.txt", "text/plain; charset=utf-8", None), ("/docs/code.ts", "text/plain; charset=utf-8", None),
])  # fmt: skip
def test_files_beside_the_documents_are_sent_so_that_they_can_do_nothing(
    portal: PortalServer, path: str, kind: str, sent_as: str | None
) -> None:
    answer = ask(portal, path)
    assert (answer.status, answer.headers["content-type"], answer.headers.get("content-disposition")) == (200, kind, sent_as)
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = ask(portal, path, If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_folder_without_a_page_leads_to_its_first_page(portal: PortalServer) -> None:
    answer = ask(portal, "/docs/guide/")
    assert (answer.status, answer.headers["location"]) == (302, "/docs/guide/first/")


def test_a_file_replaced_by_a_fifo_costs_its_own_page_only_and_comes_back(portal: PortalServer, folder: Path) -> None:
    assert ask(portal, "/docs/swapped/").status == 200
    (folder / "swapped.md").unlink()
    os.mkfifo(folder / "swapped.md")
    assert [ask(portal, path, timeout=5).status for path in ("/docs/swapped/", "/docs/swapped.md", "/docs/a/")] == [404, 404, 200]
    (folder / "swapped.md").unlink()
    write(folder, {"swapped.md": "# Back"})
    assert "Back" in ask(portal, "/docs/swapped/").text


def test_a_file_replaced_by_a_link_out_of_the_set_is_not_served(portal: PortalServer, folder: Path) -> None:
    assert ask(portal, "/docs/loose/").status == 200
    (folder / "loose.md").unlink()
    (folder / "loose.md").symlink_to(folder.parent / "secret.md")
    for path in ("/docs/loose/", "/docs/loose.md", "/llms-full.txt"):
        assert SECRET not in ask(portal, path).text


@pytest.mark.parametrize("content", [b"\xff\xfe" + "# Sixteen\n".encode("utf-16-le"), bytes(range(256)) * 400, b"\0" * 5000, b"\r" * 5000,
                                     b"# " + b"#" * 200_000, b"---\n" + b"a: &a [" + b"*a," * 20 + b"]\n---\n# Bomb\n", b"---\n" * 20_000])  # fmt: skip
def test_any_bytes_are_a_page(portal: PortalServer, folder: Path, content: bytes) -> None:
    (folder / "odd.md").write_bytes(content)
    assert ask(portal, "/docs/odd/").status == 200
    assert ask(portal, "/docs/a/").status == 200
