"""The publisher's figures: none about few people, none to be had by subtraction, one a month."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from registry import build, figures
from registry.figures import LEAST, OTHER, Bar, bars
from registry.workspace import Workspace
from signing.canonical import time_seconds
from tests.demonstration import NOW, Demonstration

NOVEMBER = time_seconds("2026-10-31T17:00:00Z")
"""The first moment of November in Western Indonesia."""


def test_small_figures_are_told_together() -> None:
    assert bars({"C": 40, "I": 20, "J": 7, "Q": 4}) == (
        *(Bar("C", 40, 1000), Bar("I", 20, 500), Bar(OTHER, 11, 275)),
    )
    assert [bar.key for bar in bars({"C": 40, "I": 20, "J": 7})] == ["C", OTHER]
    assert bars({"C": 12, "J": 3}) == (Bar(OTHER, 15, 1000),)
    assert bars({"C": 6, "J": 3}) == ()
    assert bars({}) == ()
    years = bars({"2026": 30, "2024": 10, "2025": 99}, by_key=True)
    assert [(bar.key, bar.count) for bar in years] == [("2024", 10), ("2025", 99), ("2026", 30)]


@given(st.dictionaries(st.sampled_from([*"ABCDEFGHIJ", OTHER]), st.integers(1, 40)))
def test_no_figure_and_no_difference_is_about_few(counts: dict[str, int]) -> None:
    told = bars(counts)
    total = sum(counts.values())
    assert all(bar.count >= LEAST for bar in told)
    assert sum(bar.count for bar in told) == (total if total >= LEAST else 0)
    assert len({bar.key for bar in told}) == len(told)
    assert all(counts[bar.key] == bar.count for bar in told if bar.key != OTHER)


def test_sections_follow_the_divisions_of_kbli() -> None:
    found = [figures._section(code) for code in ("01", "25", "33", "34", "62", "86", "99", "xx")]
    assert found == ["A", "C", "C", OTHER, "J", "Q", "U", OTHER]


def test_they_are_those_of_the_last_month_and_counted_once(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    site = demonstration.copied(tmp_path / "site")
    folder = tmp_path / "figures"
    with site.store() as store:
        assert figures.at_month_end(store, folder, NOVEMBER - 30 * 86_400) is None
        found = figures.at_month_end(store, folder, NOW)
        assert found is not None
        assert found.until == date(2026, 10, 31)
        assert found == figures.at_month_end(store, folder, NOVEMBER)
        size = [row.size for row in store.notes() if row.issued < NOVEMBER][-1]
        issued = len(list(store.certificates(0, size)))
        assert sum(bar.count for bar in found.years) == issued >= LEAST
        kept = folder / "2026-10.json"
        assert json.loads(kept.read_text("utf-8"))["size"] == size
        kept.write_text("{", encoding="utf-8")
        assert figures.at_month_end(store, folder, NOW) == found


def test_the_page_shows_them_and_changes_with_the_month_only(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    site = demonstration.copied(tmp_path / "site")
    page = site.public / "en" / "registry" / "index.html"
    before = page.read_text("utf-8")
    assert '<time datetime="2026-10-31">' in before
    counts = [int(found) for found in re.findall(r'<data value="(\d+)">', before)]
    assert counts
    assert min(counts) >= LEAST
    site.build(NOW + 86_400)
    assert page.read_text("utf-8") == before
    with site.store() as store:
        assert build.compare(Workspace.open(site.workspace), store) == []
    site.build(time_seconds("2026-12-01T00:00:00Z"))
    assert '<time datetime="2026-11-30">' in page.read_text("utf-8")
