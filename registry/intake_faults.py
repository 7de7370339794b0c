"""The sentences of faults: by code, in Indonesian and English (intake_sentences.json).

A fault carries a code and values; what a person reads is made here and nowhere else.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.records import Fault

_TABLE = Path(__file__).with_name("intake_sentences.json")
_PLACE = {"id": ("baris", "kolom", "berkas"), "en": ("row", "column", "file")}


@lru_cache(maxsize=1)
def sentences() -> dict[str, dict[str, str]]:
    """Sentence by code and language. Every code has ``id`` and ``en``; ``ja`` is optional."""
    table: dict[str, dict[str, str]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


def sentence(fault: Fault, language: str) -> str:
    """What is wrong, in ``language`` (English where there is none), safe to print."""
    forms = sentences()[fault.code]
    return forms.get(language, forms["en"]).format_map(fault.values)


def line(fault: Fault, language: str) -> str:
    """One line: row, column, code, sentence.

    >>> line(Fault(row=3, column="nama", code="empty-cell"), "id")
    'baris 3, kolom nama: empty-cell: Sel ini harus diisi.'
    """
    row, column, whole = _PLACE.get(language, _PLACE["en"])
    place = f"{row} {fault.row}" if fault.row else whole
    if fault.column is not None:
        place += f", {column} {fault.column}"
    return f"{place}: {fault.code}: {sentence(fault, language)}"


def as_json(fault: Fault) -> dict[str, Any]:
    """For ``--json``: row, column (or null), code, values, and the sentence in id and en."""
    return {
        "row": fault.row,
        "column": fault.column,
        "code": fault.code,
        "values": dict(fault.values),
        "id": sentence(fault, "id"),
        "en": sentence(fault, "en"),
    }
