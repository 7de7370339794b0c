"""How many times a work is done in a second of CPU time.

It needs the standard library only, so that it runs in the peers' environment too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 1.0
"""CPU seconds that a measurement takes at least."""


def record() -> dict[str, Any]:
    """The record that everyone issues."""
    data: dict[str, Any] = json.loads(Path(__file__).with_name("record.json").read_bytes())
    return data


def rate(work: Callable[[], object]) -> float:
    """Times a CPU second, after a warm-up."""
    count, begun = 0, time.process_time()
    while time.process_time() - begun < SECONDS / 10:
        work()
        count += 1
    many, count, begun = max(1, count // 2), 0, time.process_time()
    while (took := time.process_time() - begun) < SECONDS:
        for _ in range(many):
            work()
        count += many
    return count / took


def tell(issue: Callable[[], str | bytes], verify: Callable[[str | bytes], object]) -> None:
    """Print both rates and the length of what is issued, as one line of JSON."""
    made = issue()
    found = {"issue": rate(issue), "verify": rate(lambda: verify(made)), "length": len(made)}
    json.dump(found, sys.stdout)
