"""What benchmarks find, kept and shown: nothing that was not measured counts as reached."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import figure, table
from benchmarks.figure import Figure, Found, Point


def found(size: int, ratio: float | None, direction: figure.Direction = "<=") -> Found:
    made = Figure(
        id="P9",
        work="work",
        reference="reference",
        ratio=ratio,
        target=1.5,
        direction=direction,
        why="" if ratio else "no browser",
    )
    return Found(size=size, things="turns", figures=[made], points=[Point("work", 2.0)])


@pytest.mark.parametrize(
    ("ratio", "direction", "reached"),
    [
        (1.5, "<=", True),
        (1.51, "<=", False),
        (1.5, ">=", True),
        (1.49, ">=", False),
        (None, "<=", None),
        (None, ">=", None),
    ],
)
def test_reached(ratio: float | None, direction: figure.Direction, reached: bool | None) -> None:
    assert found(1, ratio, direction).figures[0].reached is reached


def test_what_was_found_is_kept_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for size in (20_000, 1_000):
        figure.keep("p9_example", found(size, 1.25))
    assert figure.load("p9_example") == [found(1_000, 1.25), found(20_000, 1.25)]
    assert figure.load("p9_other") == []
    figure.forget("p9_example")
    assert figure.load("p9_example") == []


def test_the_table_shows_the_largest_size_and_what_was_not_measured() -> None:
    rows = table.lines([[found(10, 9.0), found(1_000, 1.25)], [], [found(5, None)]])
    assert [row.found.size for row in rows] == [1_000, 5]
    shown = table.printed(rows)
    assert re.search(r"reference +1[.]25 +<= 1[.]5 +yes$", shown, re.MULTILINE)
    assert "not measured" in shown
    assert "no browser" in shown
    assert shown.endswith("1 of 1 targets reached")
    assert (
        table.markdown(rows).splitlines()[2].startswith("| P9 | 1,000 turns | work / reference |")
    )


def test_a_small_run_shows_its_own_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench, "measured", lambda *_: True)
    for size in (15, 10**6):
        figure.keep("p8_start", found(size, 1.25))
    assert bench.main(["p8_start"]) == 0
    shown = capsys.readouterr().out
    assert "15 turns" in shown
    assert "1,000,000" not in shown
    assert bench.main(["--full", "p8_start"]) == 0
    assert figure.load("p8_start") == []


def test_every_benchmark_has_sizes_and_a_place_in_the_table() -> None:
    assert bench.SMALL.keys() == bench.FULL.keys() <= set(table.MODULES)
    for name, sizes in bench.FULL.items():
        assert list(sizes) == sorted(sizes)
        assert max(bench.SMALL[name]) <= max(sizes)


def test_a_benchmark_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench, "SMALL", {"absent": (5,)})
    assert bench.main([]) == 1
    assert "FAILED: absent 5" in capsys.readouterr().out


def test_peak_is_that_of_this_process_and_its_children() -> None:
    alone = figure.peak()
    assert alone > 1
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in figure.children()
        assert os.getpid() not in figure.children()
        assert figure.peak([child.pid]) > alone
        child.communicate(b"\n")
