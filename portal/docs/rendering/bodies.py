"""Parsing what stands inside a container of our own: a component, an admonition, a tab."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock


def first_column(state: StateBlock, first: int, last: int) -> int:
    """The smallest indentation of the lines `first` up to `last` that are not empty; the present one if all are."""
    return min((state.sCount[line] for line in range(first, last) if not state.isEmpty(line)), default=state.blkIndent)


def parse_body(state: StateBlock, first: int, last: int, indent: int, *, code_by_indent: bool) -> None:
    """Parse the lines from `first` up to `last` as blocks that start at column `indent`."""
    kept = (state.blkIndent, state.lineMax, state.parentType, state.listIndent, state._code_enabled)
    state.blkIndent, state.lineMax, state.parentType, state.listIndent = indent, last, "root", -1
    state._code_enabled = state._code_enabled and code_by_indent
    state.line = first
    state.md.block.tokenize(state, first, last)
    state.blkIndent, state.lineMax, state.parentType, state.listIndent, state._code_enabled = kept
