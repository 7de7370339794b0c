"""What the audit of a ledger counts: gaps, numbers in use twice, late issue dates."""

from __future__ import annotations

from registry.audit_ledger_report import LedgerReport
from registry.rows import BatchRow


def record_of(text: str, report: LedgerReport) -> None:
    report.add_record(9001, text, [1])


def test_gaps_are_counted_in_each_series() -> None:
    report = LedgerReport()
    for text in ("TIK 9001 00001 2026", "TIK 9001 00005 2026", "TIK 9001 00003 2026"):
        record_of(text, report)
    record_of("TIK 9001 00007 2025", report)
    record_of("LOG 9001 10", report)
    record_of("tanpa nomor", report)
    counts = report.of(9001)
    assert {name: series.missing for name, series in counts.series.items()} == {
        "TIK 9001 # 2026": 2,
        "TIK 9001 # 2025": 0,
        "LOG 9001 #": 0,
    }
    assert counts.gaps == 2
    lines = list(report.lines("en"))
    assert "LSP 9001: certificates 0, serials left out 2, numbers in use twice 0" in lines
    assert "  TIK 9001 # 2026: 1 to 5, 2 left out" in lines
    assert "  TIK 9001 # 2026: 1 sampai 5, 2 terlewat" in list(report.lines("id"))


def test_one_serial_in_two_printings_makes_no_negative_gap() -> None:
    report = LedgerReport()
    record_of("TIK 9001 0001 2026", report)
    record_of("TIK 9001 00001 2026", report)
    assert report.of(9001).gaps == 0


def test_series_are_bounded() -> None:
    report = LedgerReport()
    for number in range(1_200):
        record_of(f"SERI{number}X 1 2026", report)
    assert len(report.of(9001).series) == 1_000


def test_numbers_in_use_twice_are_listed() -> None:
    report = LedgerReport()
    for number in range(25):
        report.add_record(9002, f"TIK 9002 {number:05d} 2026", [number, number + 100])
    assert report.of(9002).duplicates == 25
    assert len(report.duplicates) == 20
    assert report.duplicates[0] == (9002, "TIK 9002 00000 2026", [0, 100])
    assert "LSP 9002: TIK 9002 00000 2026 stands on certificates 0, 100 at once" in list(
        report.lines("en")
    )


def test_late_issue_dates_are_counted_by_kind() -> None:
    report = LedgerReport()
    for kind, days in (("new", 91), ("new", 90), ("onboarding", 4_000), ("onboarding", 91)):
        batch = BatchRow(1, bytes(32), "x.csv", 20_000 * 86_400, kind, 1, 1)
        report.add_late(batch, 20_000 - days)
    assert report.late == {"new": 1, "onboarding": 2}
    text = "ledger: issue date more than 90 days before the log, kind onboarding: 2"
    assert text in list(report.lines("en"))
    assert report.as_json()["late"] == {"days": 90, "kinds": {"new": 1, "onboarding": 2}}
