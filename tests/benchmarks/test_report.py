"""Plots that say in words what they show, and a document whose measured part is made."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from benchmarks import report, table
from benchmarks.figure import Figure, Found, Point
from benchmarks.plot import LEADING, plot
from tests.docs_reading import DOCS

SVG = "{http://www.w3.org/2000/svg}"


def runs() -> list[Found]:
    figure = Figure(id="P1", work="issue", reference="raw", ratio=0.5, target=0.6, direction=">=")
    return [
        Found(
            size=size,
            things="certificates",
            figures=[figure],
            points=[Point("a < b", size / 1e4), Point("raw", size / 2e4)],
            memory=100,
            machine="2 cores",
        )
        for size in (1_000, 10_000)
    ]


def test_a_plot_says_in_words_what_it_shows() -> None:
    drawn = ET.fromstring(plot("P1, seconds", "certificates", "s", report.series(runs())))
    assert drawn.get("role") == "img"
    told = drawn.findtext(f"{SVG}desc")
    assert told == "a < b: 0.1 s at 1,000, 1 s at 10,000; raw: 0.05 s at 1,000, 0.5 s at 10,000"
    names = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"P1, seconds", "a < b", "raw", "certificates", "s"} <= set(names)


def test_names_of_lines_do_not_cover_each_other() -> None:
    alike = {f"line {n}": [(10.0, 1.0), (100.0, 2.0 + n / 1e3)] for n in range(8)}
    drawn = ET.fromstring(plot("t", "things", "s", alike))
    ends = sorted(
        float(text.get("y", "0"))
        for text in drawn.iter(f"{SVG}text")
        if (text.text or "").startswith("line ")
    )
    assert all(after - before >= LEADING - 0.11 for before, after in pairwise(ends))
    assert ends[-1] < 380


def test_nothing_is_plotted_out_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        plot("t", "things", "s", {"empty": []})


def test_what_was_measured_goes_between_the_marks() -> None:
    measured: dict[str, list[Found]] = {name: [] for name in table.MODULES}
    measured["p1_issue"] = runs()
    drawn = report.plots(measured)
    assert drawn.keys() == {"bench-p1_issue.svg", "bench-memory.svg"}
    document = f"by hand\n{report.BEGIN}\nold\n{report.END}\nby hand too\n"
    made = report.replaced(document, report.block(measured, drawn))
    assert made.startswith("by hand\n")
    assert made.endswith("\nby hand too\n")
    assert "old" not in made
    assert "Measured on 2 cores." in made
    assert "| a < b | 0.1 | 1 |" in made
    assert "| *peak MiB* | 100 | 100 |" in made
    assert report.replaced(made, report.block(measured, drawn)) == made
    with pytest.raises(ValueError, match="no place"):
        report.replaced("by hand", "text")


def test_the_document_has_its_place_and_every_plot_a_name() -> None:
    document = (DOCS / "benchmarks.md").read_text("utf-8")
    assert report.replaced(document, "x").count(report.BEGIN) == 1
    kept = {path.name for path in (DOCS / "images").glob("bench-*.svg")}
    assert kept
    assert all(f"](images/{name})" in document for name in kept)
