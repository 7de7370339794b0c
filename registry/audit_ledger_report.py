"""What an audit of the private ledger counted, in words and values.

Numbers of certificates and series of registration numbers, no person: the report may be handed on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from registry.errors import Words
from registry.rows import BatchRow
from signing.status import State

NAMED = 20
"""Gaps and duplicates that a report names one by one; beyond that it only counts them."""
SERIES = 1_000
"""Series of one LSP that are followed: numbers without a serial make one each."""
LATE_DAYS = 90
"""Days between an issue date and the log after which a certificate is counted as late."""
_SERIAL = re.compile(r"(.*?)(\d{1,12})( \d{4})?\Z")


@dataclass(slots=True)
class Series:
    """Registration numbers of one LSP that differ in their serial alone."""

    lowest: int
    highest: int
    count: int = 1
    """Different serials."""

    @property
    def missing(self) -> int:
        """Serials between the lowest and the highest one that no certificate has."""
        return max(0, self.highest - self.lowest + 1 - self.count)


@dataclass(slots=True)
class LspCounts:
    """What the ledger holds of one LSP."""

    states: Counter[State] = field(default_factory=Counter)
    """Certificates in the published log, by state."""
    unpublished: int = 0
    """Certificates that no published log holds yet."""
    erased: int = 0
    """Certificates whose person was erased; counted in ``states`` too."""
    duplicates: int = 0
    """Registration numbers under which more than one certificate stands at once."""
    series: dict[str, Series] = field(default_factory=dict)
    """By the registration number with ``#`` in the place of its serial."""

    @property
    def gaps(self) -> int:
        """Serials that no certificate has, between the lowest and the highest of their series."""
        return sum(series.missing for series in self.series.values())


@dataclass(slots=True)
class LedgerReport:
    """The outcome of a comparison, row by row; its faults stand in the report of the audit."""

    rows: int = 0
    """Certificates that the ledger holds."""
    signatures: int = 0
    """Of these, how many were checked with an issuer key."""
    unpublished: int = 0
    pending: int = 0
    """Changes of state that were recorded after the newest build note."""
    lsps: dict[int, LspCounts] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    """Issue dates more than :data:`LATE_DAYS` before their batch, by its kind."""
    duplicates: list[tuple[int, str, list[int]]] = field(default_factory=list)
    """(LSP, registration number, registry indexes), the first :data:`NAMED` of them."""

    def of(self, lsp: int) -> LspCounts:
        """The counts of an LSP."""
        return self.lsps.setdefault(lsp, LspCounts())

    def add_late(self, batch: BatchRow, issue_day: int) -> None:
        """Count the issue date of a certificate of this batch if it lies far before it."""
        if batch.received // 86_400 - issue_day > LATE_DAYS:
            self.late[batch.kind] = self.late.get(batch.kind, 0) + 1

    def add_record(self, lsp: int, registration: str, standing: list[int]) -> None:
        """Count one record. ``standing``: indexes that nothing in the record replaces or ended."""
        counts = self.of(lsp)
        if len(standing) > 1:
            counts.duplicates += 1
            if len(self.duplicates) < NAMED:
                self.duplicates.append((lsp, registration, standing))
        match = _SERIAL.match(registration)
        if match is None:
            return
        name, number = f"{match[1]}#{match[3] or ''}", int(match[2])
        if name not in counts.series and len(counts.series) >= SERIES:
            return
        series = counts.series.setdefault(name, Series(number, number, 0))
        series.lowest, series.highest = min(series.lowest, number), max(series.highest, number)
        series.count += 1

    def states(self) -> dict[str, int]:
        """Certificates in the published log by state, as the ledger counts them."""
        total: Counter[State] = Counter()
        for counts in self.lsps.values():
            total += counts.states
        return {state.name.lower(): total[state] for state in State}

    def as_json(self) -> dict[str, Any]:
        """The counts as plain values."""
        return {
            "rows": self.rows,
            "signatures": self.signatures,
            "erased": sum(counts.erased for counts in self.lsps.values()),
            "unpublished": self.unpublished,
            "pending_changes": self.pending,
            "certificates": self.states(),
            "late": {"days": LATE_DAYS, "kinds": self.late},
            "lsps": [_plain(lsp, self.lsps[lsp]) for lsp in sorted(self.lsps)],
            "duplicates": [
                {"lsp": lsp, "registration": registration, "indexes": indexes}
                for lsp, registration, indexes in self.duplicates
            ],
        }

    def lines(self, language: str) -> Iterator[str]:
        """The counts for a person; of LSPs only those with something to look at have a line."""
        erased = sum(counts.erased for counts in self.lsps.values())
        numbers = (self.rows, self.signatures, erased, self.unpublished, self.pending)
        yield _ROWS.say(language).format(*numbers)
        listed = ", ".join(f"{state} {count}" for state, count in self.states().items())
        yield _STATES.say(language).format(len(self.lsps), listed)
        for kind, count in sorted(self.late.items()):
            yield _LATE.say(language).format(LATE_DAYS, kind, count)
        for lsp in sorted(self.lsps):
            counts = self.lsps[lsp]
            if counts.gaps or counts.duplicates:
                total = counts.states.total() + counts.unpublished
                yield _LSP.say(language).format(lsp, total, counts.gaps, counts.duplicates)
            for name, series in sorted(counts.series.items()):
                if series.missing:
                    values = (name, series.lowest, series.highest, series.missing)
                    yield _GAP.say(language).format(*values)
        for lsp, registration, indexes in self.duplicates:
            places = ", ".join(map(str, indexes))
            yield _TWICE.say(language).format(lsp, registration, places)


def _plain(lsp: int, counts: LspCounts) -> dict[str, Any]:
    return {
        "lsp": lsp,
        "issued": counts.states.total(),
        **{state.name.lower(): counts.states[state] for state in State},
        "erased": counts.erased,
        "unpublished": counts.unpublished,
        "gaps": counts.gaps,
        "duplicates": counts.duplicates,
        "series": [
            {
                "name": name,
                "lowest": series.lowest,
                "highest": series.highest,
                "count": series.count,
                "missing": series.missing,
            }
            for name, series in sorted(counts.series.items())
        ],
    }


_ROWS = Words(
    "ledger: rows {}, signatures checked {}, erased {}, not published yet {}, changes not published"
    " yet {}",
    "buku besar: baris {}, tanda tangan diperiksa {}, dihapus {}, belum terbit {}, perubahan belum"
    " terbit {}",
)
_STATES = Words("ledger: LSPs {}, certificates: {}", "buku besar: LSP {}, sertifikat: {}")
_LATE = Words(
    "ledger: issue date more than {} days before the log, kind {}: {}",
    "buku besar: tanggal terbit lebih dari {} hari sebelum log, jenis {}: {}",
)
_LSP = Words(
    "LSP {}: certificates {}, serials left out {}, numbers in use twice {}",
    "LSP {}: sertifikat {}, nomor urut terlewat {}, nomor ganda {}",
)
_GAP = Words("  {}: {} to {}, {} left out", "  {}: {} sampai {}, {} terlewat")
_TWICE = Words(
    "LSP {}: {} stands on certificates {} at once",
    "LSP {}: {} berlaku pada sertifikat {} sekaligus",
)
