"""Reads the vector files and holds an answer against the expectation of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from signing.reasons import Malformed, TooNew
from tests.vectors.make import load

Case = dict[str, Any]


def cases(name: str) -> list[Case]:
    """The cases of a vector file."""
    held: list[Case] = load(name)["cases"]
    return held


def named(case: Case) -> str:
    return str(case["name"])


def answer(run: Callable[[], Any]) -> dict[str, Any]:
    """What a reader says: ``ok``, ``malformed`` or ``too-new``."""
    try:
        return {"ok": run()}
    except TooNew as refusal:
        return {"too-new": refusal.code}
    except Malformed as refusal:
        return {"malformed": refusal.code}


def agrees(given: dict[str, Any], expect: dict[str, Any]) -> bool:
    """Whether an answer is the expected one; a code that ends in ``*`` stands for its family."""
    code = expect.get("malformed", "")
    if code.endswith("*"):
        return str(given.get("malformed", "")).startswith(code[:-1])
    return given == expect
