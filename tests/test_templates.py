"""Every page of the site is opened by a test that holds it to axe, in both themes, and to a telephone of 320 pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TEMPLATES = TESTS.parent / "templates"

AXE, PLACES, RARE = "e2e/test_axe.py", "e2e/places.py", "e2e/test_axe_rare.py"
TEAM, SIGN_ON, LIBRARY = "team/test_pages_for_everybody.py", "team/test_signing_on.py", "e2e/test_library.py"

# For each page, in which file a test opens it, and by what.
OPENED = {
    "400.html": (RARE, "nobody.localhost"),
    "404.html": (PLACES, '"docs/nowhere/"'),
    "500.html": (RARE, '"500.html"'),
    "admin/base_site.html": (TEAM, '"/admin/team/event/"'),
    "book/chapter.html": (PLACES, '"book/first/"'),
    "book/compare.html": (RARE, '"book/compare/2025-01-02/2025-03-04/"'),
    "book/compare_chapter.html": (RARE, '"book/compare/2025-01-02/2025-03-04/one/"'),
    "book/contents.html": (PLACES, '"book/"'),
    "book/editions.html": (RARE, '"book/editions/"'),
    "book/empty.html": (RARE, '["", "docs/", "docs/index/", "book/",'),
    "book/print.html": (PLACES, '"book/print/"'),
    "dashboard/empty.html": (RARE, '["",'),
    "dashboard/home.html": (PLACES, '"the first page": ""'),
    "docs/all.html": (PLACES, '"docs/"'),
    "docs/index.html": (PLACES, '"docs/index/"'),
    "docs/page.html": (PLACES, '"docs/reading/everything/"'),
    "docs/unreadable.html": (RARE, '"docs/vast/": 500'),
    "journal/empty.html": (RARE, '"book/", "journal/",'),
    "journal/entry.html": (PLACES, '"journal/2026/11/23-'),
    "journal/home.html": (PLACES, '"journal/"'),
    "journal/month.html": (PLACES, '"journal/2026/11/"'),
    "library/list.html": (TEAM, '"/library/"'),
    "library/problem.html": (TEAM, '"/library/999/": 404'),
    "library/saved.html": (LIBRARY, '"library/1/"'),
    "reference/broken.html": (RARE, '"reference/openapi/": 200'),
    "reference/index.html": (PLACES, '"reference/"'),
    "reference/page.html": (PLACES, '"reference/openapi/"'),
    "runs/links.html": (TEAM, '"/shared/"'),
    "runs/list.html": (TEAM, '"/runs/"'),
    "runs/new.html": (TEAM, '"/runs/new/"'),
    "runs/not_done.html": (TEAM, "It is no secret: go on"),
    "runs/playground.html": (PLACES, '"playground/"'),
    "runs/problem.html": (TEAM, '"/runs/none/": 404'),
    "runs/run.html": (TEAM, 'f"/runs/{run}/"'),
    "search/results.html": (PLACES, '"search/?q=text"'),
    "selftest/page.html": (RARE, '"selftest"'),
    "team/account.html": (TEAM, '"/account/"'),
    "team/admin/index.html": (TEAM, '"/admin/"'),
    "team/admin/row.html": (TEAM, "#result_list th a"),
    "team/audit.html": (TEAM, '"/audit/"'),
    "team/go_on.html": (SIGN_ON, "On to Corp"),
    "team/join.html": (TEAM, 'invite(ada, "guest"): 200'),
    "team/people.html": (TEAM, '"/people/"'),
    "team/recovery.html": (SIGN_ON, "I have kept them"),
    "team/refused.html": (TEAM, '"/people/": 403'),
    "team/reset.html": (TEAM, "lost(ada, mel.handle): 200"),
    "team/second.html": (SIGN_ON, "One more step"),
    "team/second_setup.html": (TEAM, '"/account/second-factor/"'),
    "team/sign_in.html": (TEAM, '"/sign-in/": 200'),
    "team/usage.html": (TEAM, '"/usage/"'),
}


def pages() -> set[str]:
    """The templates that are a whole page: they are a document or extend one, and are not there to be extended alone."""
    texts = {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    whole = {name for name, text in texts.items() if text.lstrip().startswith(("{% extends", "<!doctype"))}
    return {name for name in whole if not name.endswith(("frame.html", "base.html"))}


def test_every_page_has_a_test_that_opens_it() -> None:
    assert pages() == OPENED.keys()


@pytest.mark.parametrize("template", OPENED)
def test_that_test_opens_it_still(template: str) -> None:
    name, opens = OPENED[template]
    said = (TESTS / name).read_text("utf-8")
    assert opens in said
    assert "_faults_in_both_themes(" in (said if name != PLACES else (TESTS / AXE).read_text("utf-8"))
