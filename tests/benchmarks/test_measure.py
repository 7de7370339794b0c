"""Benchmarks still run: once at a size that takes a moment, and what was found holds together."""

import pytest

from benchmarks import p1_issue, p2_qr, p5_audit, p6_page, p7_sheets
from benchmarks.figure import Found, text
from registry import single_file
from signing.fragment import qr_text


def sound(found: Found, size: int) -> None:
    assert found.size == size
    assert found.figures
    for figure in found.figures:
        assert figure.ratio is None or figure.ratio > 0
        assert figure.ratio is not None or figure.why
    assert all(point.seconds > 0 for point in found.points)
    assert f"{size:,} {found.things}" in text(found)


def test_issue_by_one_process_and_by_two_makes_one_log() -> None:
    found = p1_issue.measure(60)
    sound(found, 60)
    assert found.details["one root for 1 and 2 processes"] is True
    assert found.memory > 10


def test_symbols_are_those_of_zxing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes([0xD2, *range(100)])
    work = [(data, qr_text(p2_qr.SITE, data))] * 9
    p2_qr.equal_to_others(work)
    monkeypatch.setattr(p2_qr, "zxing_rows", lambda *_: ())
    with pytest.raises(RuntimeError, match="zxing"):
        p2_qr.equal_to_others(work)


def test_a_site_is_audited() -> None:
    found = p5_audit.measure(300)
    sound(found, 300)
    assert found.details["files"] > 100


def test_sheets_are_the_bytes_of_their_reference() -> None:
    found = p7_sheets.measure(3)
    sound(found, 3)
    assert found.memory > 10


def test_the_single_file_is_weighed_before_its_data() -> None:
    end = f"{single_file.BLOCK}</script>\n</body>\n</html>\n"
    page = f"<!doctype html><title>{'words ' * 2000}</title><body>{end}".encode()
    weighed = [
        p6_page.single(single_file.filled(page, {"build.note": bytes(range(count))}))
        for count in (1, 200)
    ]
    assert [one.ratio for one in weighed] == [weighed[0].ratio] * 2
    assert weighed[0].reached
    assert 20 < (weighed[0].ratio or 0) < len(page)
    assert all(one.why.startswith(f"{len(page):,} bytes unpacked") for one in weighed)
    assert weighed[0].why != weighed[1].why
