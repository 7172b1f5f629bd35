"""What a panel tells the page of its example."""

from __future__ import annotations

import pytest

from portal.docs.panels import draw_panel
from portal.examples.detection import read_blocks
from portal.examples.values import Block

TEXT = """curl http://localhost:11434/api/show -d '{"model": "nope"}'"""


@pytest.mark.parametrize(
    ("comment", "told"), [("run: expect-status=404", 'data-expects="404"'), ("run: expect-status=201", ""), (None, "")]
)
def test_a_panel_says_which_error_its_example_shows(comment: str | None, told: str) -> None:
    (example,) = read_blocks([Block("bash", TEXT, 1, comment)])
    drawn = draw_panel(example, name="run-1", page="index", code="")
    assert told in drawn
    assert ("data-expects" in drawn) == bool(told)
