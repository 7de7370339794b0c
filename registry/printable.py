"""Texts from outside, safe for a terminal and a report."""

from __future__ import annotations

import unicodedata


def shown(text: str, limit: int = 60) -> str:
    """``text`` with every unprintable or invisible character spelt out, cut to ``limit``.

    Safe for a terminal, and shows what would otherwise be overlooked.

    >>> shown("Budi" + chr(0x202E))
    'Budi<U+202E>'
    """
    cut = text[:limit]
    spelt = "".join(c if _visible(c) else f"<U+{ord(c):04X}>" for c in cut)
    return spelt if cut == text else spelt + "…"


def _visible(character: str) -> bool:
    return character.isprintable() and not unicodedata.combining(character)
