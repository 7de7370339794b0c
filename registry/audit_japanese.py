"""The sentences of an audit in Japanese, by code (audit_japanese.json).

Partners in Japan audit too; their sentences stand apart because they outgrow the module.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("audit_japanese.json")


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Sentence by code; the words of the summary under ``summary``."""
    found: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return found


def sentence(code: str) -> str:
    """The sentence of a fault or remark; empty where there is none."""
    return str(table().get(code, ""))


def summary(word: str) -> str:
    """A word or sentence of the summary."""
    return str(table()["summary"][word])
