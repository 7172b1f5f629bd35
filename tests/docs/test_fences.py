"""The fenced blocks of a document."""

from __future__ import annotations

from portal.docs.panels import find_blocks


def found(text, **options):
    return [(block.lang, block.text, block.line) for block in find_blocks(text, **options)]


def test_a_fence_is_of_backticks_or_tildes_and_ends_with_one_as_long():
    text = "````md x\n```\ninside\n```\n````\n\n~~~\n```\n~~~~\n"
    assert found(text) == [("md", "```\ninside\n```\n", 1), ("", "```\n", 7)]


def test_a_fence_loses_its_own_indentation():
    assert found("- item\n\n   ```sh\n   a\n     b\n   ```\n") == [("sh", "a\n  b\n", 3)]


def test_an_unclosed_fence_ends_with_its_list_item_or_the_document():
    assert found("- ```sh\n  a\n\ntext\n\n```py\nb") == [("sh", "a\n\n", 1), ("py", "b", 6)]


def test_four_blanks_make_no_fence_in_markdown_but_do_within_components():
    text = "<Tabs>\n  <Tab>\n    ```sh\n    a\n    ```\n    **bold**\n    ```py\n    b\n      ```\n  </Tab>\n</Tabs>\n"
    assert found("    ```sh\n    a\n    ```\n") == []
    assert found(text) == found(text, mdx=True) == [("sh", "a\n", 3), ("py", "b\n", 7)]


def test_a_fence_in_a_quotation_has_no_marks_of_it():
    assert found("> ```sh\n> a\n> ```\n") == [("sh", "a\n", 1)]


def test_fences_in_html_comments_are_not_there():
    assert found("<!--\n```sh\na\n```\n-->\n") == []


def test_front_matter_is_skipped():
    assert found("---\ntitle: x\n---\n```sh\na\n```\n") == [("sh", "a\n", 4)]


def test_a_block_knows_the_comment_right_before_it():
    text = "<!-- run: setup -->\n```sh\na\n```\n\n```sh\nb\n```\n\n<!-- x -->\n\nwords\n\n```sh\nc\n```\n"
    assert [block.hints for block in find_blocks(text)] == ["run: setup", None, None]
    assert [block.hints for block in find_blocks("{/* run: setup */}\n```sh\na\n```\n", mdx=True)] == ["run: setup"]
