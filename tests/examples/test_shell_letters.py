"""No character beyond one byte reaches the shell grammar, and every text comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.examples.shell_letters import spell, unspell
from tests.examples.reading import read


@given(st.text())
def test_every_text_comes_back_as_it_was(text):
    assert max(map(ord, spell(text)), default=0) < 256
    assert unspell(spell(text)) == text


@pytest.mark.parametrize("text", ["🦙", "\U000c5c5a", "中文", "é×÷ßÀÁÂÃÄ", "\ue000"])
def test_a_request_keeps_them_and_a_brace_before_one_does_no_harm(text):
    body = f"""curl http://localhost:11434/api/chat -d '{{"prompt": "{text}"}}'"""
    assert read(f"A='{text}'\n{body}\n{{{text} @{{{text} x={{{text}}}", "bash").requests[0].body == {"prompt": text}
    assert read(f"""A="{text}"\ncurl http://localhost:11434/api/chat -d "{{\\"prompt\\": \\"$A\\"}}" """).requests[0].body == {"prompt": text}
