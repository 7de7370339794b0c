"""The publisher's figures on the page of the registry: certificates by sector and by year.

Nobody can recompute them from what is published, so the page says whose figures they are. They are
counted once a month, as of its first moment in Indonesia, and kept: pages change no more often.
No figure is about fewer than ``LEAST`` people, and none can be had by subtraction: what is smaller
is told together with others.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registry.store import Store
from signing.canonical import dumps, loads
from signing.certificate import DAY, WIB, date_of, day_of
from signing.reasons import Malformed

__all__ = ["LEAST", "Bar", "Figures", "at_month_end", "bars"]

LEAST = 10
"""Certificates below which a figure is not told alone."""
OTHER = "other"
_SCALE = 1000
_SECTIONS = (
    *(("A", 1, 3), ("B", 5, 9), ("C", 10, 33), ("D", 35, 35), ("E", 36, 39), ("F", 41, 43)),
    *(("G", 45, 47), ("H", 49, 53), ("I", 55, 56), ("J", 58, 63), ("K", 64, 66), ("L", 68, 68)),
    *(("M", 69, 75), ("N", 77, 82), ("O", 84, 84), ("P", 85, 85), ("Q", 86, 88), ("R", 90, 93)),
    *(("S", 94, 96), ("T", 97, 98), ("U", 99, 99)),
)
"""Sections of KBLI (ISIC revision 4) and their divisions: a certificate number begins with one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure."""

    key: str
    """Letter of a section of KBLI, a year, or ``other``."""
    count: int
    width: int
    """Against the largest figure beside it: 1 to 1000."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown until the next month."""

    until: date
    """Last day that is counted."""
    sectors: tuple[Bar, ...]
    years: tuple[Bar, ...]


def at_month_end(store: Store, folder: Path, now: int) -> Figures | None:
    """The figures at the end of the last month before ``now``; None where there is none to tell.

    What was counted is kept in ``folder``, one file a month: erasing a record later changes no
    published figure, and a build does not read the whole ledger. OSError: it cannot be written.
    """
    first = date_of((now + WIB) // DAY).replace(day=1)
    moment = day_of(first) * DAY - WIB
    size = max((row.size for row in store.notes() if row.issued < moment), default=0)
    if size == 0:
        return None
    path = folder / f"{date_of(day_of(first) - 1):%Y-%m}.json"
    counts = _kept(path, size)
    if counts is None:
        counts = store.counts(size)
        _keep(path, {"size": size, "counts": [list(line) for line in counts]})
    sectors, years = Counter[str](), Counter[str]()
    for division, year, count in counts:
        sectors[_section(division)] += count
        years[str(year)] += count
    found = Figures(date_of(day_of(first) - 1), bars(sectors), bars(years, by_key=True))
    return found if found.sectors else None


def bars(counts: Mapping[str, int], *, by_key: bool = False) -> tuple[Bar, ...]:
    """The figures, largest first or in order of their keys; small ones together, at the end.

    Empty: all of them together are still too few.
    """
    alone = sorted((count, key) for key, count in counts.items() if key != OTHER)
    rest = counts.get(OTHER, 0)
    # A rest that is too small takes the smallest figure in, or subtraction would tell it.
    while alone and (alone[0][0] < LEAST or 0 < rest < LEAST):
        rest += alone.pop(0)[0]
    alone.sort(key=lambda one: one[1] if by_key else -one[0])
    told = [(key, count) for count, key in alone]
    if rest >= LEAST:
        told.append((OTHER, rest))
    largest = max((count for _, count in told), default=1)
    return tuple(Bar(key, count, max(1, count * _SCALE // largest)) for key, count in told)


def _section(division: str) -> str:
    number = int(division) if division.isascii() and division.isdigit() else 0
    return next((name for name, low, high in _SECTIONS if low <= number <= high), OTHER)


def _kept(path: Path, size: int) -> list[tuple[str, int, int]] | None:
    try:
        found = loads(path.read_text(encoding="utf-8"))
        lines = found["counts"] if found["size"] == size else None
        return lines and [(str(d), int(year), int(n)) for d, year, n in lines]
    except (FileNotFoundError, Malformed, KeyError, TypeError, ValueError):
        return None  # counted again


def _keep(path: Path, value: object) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(dumps(value), encoding="utf-8")
    beside.replace(path)
