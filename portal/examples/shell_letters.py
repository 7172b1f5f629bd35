"""Characters beyond one byte, spelled in letters that the shell grammar bears.

The grammar's scanner looks characters up in a table of 256 (`isalnum` of C) and reads beyond it for any larger one,
as in `{🦙`, which ends the process: it must never see one.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = [chr(code) for code in (*range(0xC0, 0xD7), *range(0xD8, 0xE1))]  # 32 letters; × between them is none
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_CLASS = f"{_DIGITS[0]}-\u00d6\u00d8-{_DIGITS[-1]}"
_TO_SPELL = re.compile(f"[{_CLASS}\u0100-\U0010ffff]")
_SPELLED = re.compile(f"[{_CLASS}]{{5}}")


def spell(text: str) -> str:
    """The text with each of these characters as five letters."""
    return text if text.isascii() else _TO_SPELL.sub(lambda found: _spell_one(found[0]), text)


def unspell(text: str) -> str:
    """The text as it was."""
    return text if text.isascii() else _SPELLED.sub(_unspell_one, text)


@lru_cache(maxsize=4096)
def _spell_one(character: str) -> str:
    code = ord(character)
    return "".join(_DIGITS[code >> shift & 31] for shift in (20, 15, 10, 5, 0))


def _unspell_one(found: re.Match[str]) -> str:
    code = 0
    for digit in found[0]:
        code = code << 5 | _VALUES[digit]
    return chr(code) if code <= 0x10FFFF else found[0]
