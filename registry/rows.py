"""Rows of the private store, one type per table (schema*.sql).

Times are seconds, days are counted from 1970-01-01, both UTC; ``idx`` is a registry index.
"""

from __future__ import annotations

from typing import NamedTuple


class LedgerRow(NamedTuple):
    """One certificate as the store holds it, with its present state."""

    idx: int
    number: str
    registration: str
    name: str
    passport_name: str | None
    birth_day: int
    scheme: str
    lsp: int
    issue_day: int
    expiry_day: int
    units: str | None
    """Unit codes in the scheme's order, ``;`` between them; None = all."""
    blank_number: str | None
    replaces: int | None
    kid: bytes
    batch: int
    cose: bytes
    state: int = 0


class BatchRow(NamedTuple):
    """One import file that led to certificates."""

    batch: int
    digest: bytes
    name: str
    received: int
    kind: str
    rows: int
    issued: int


class PendingRow(NamedTuple):
    """One batch that waits to be issued; ``data`` is its file (batch_file.py)."""

    batch: int
    digest: bytes
    kind: str
    name: str
    made: int
    rows: int
    data: bytes


class ApprovalRow(NamedTuple):
    """One batch that a second person approved; ``note`` is the signed approval."""

    batch: int
    digest: bytes
    kind: str
    name: str
    rows: int
    decided: int
    note: bytes


class AuditRow(NamedTuple):
    """One entry of the audit table (chain.py). ``event`` is canonical JSON."""

    seq: int
    salt: bytes
    event: str
    digest: bytes


class ChangeRow(NamedTuple):
    """One change of state and its private reason."""

    idx: int
    old: int
    new: int
    reason: str | None
    successor: int | None
    changed: int
    withdrawn: int | None = None
    """When it was taken back, before anything signed showed it."""


class DueRow(NamedTuple):
    """A replaced certificate that stands until the second ``due``."""

    idx: int
    successor: int
    due: int


class TrustRow(NamedTuple):
    """One version of the trust document and its place in the log."""

    version: int
    idx: int
    note: bytes


class HeadRow(NamedTuple):
    """One signed checkpoint and the build that first carried it."""

    size: int
    root: bytes
    checkpoint: bytes
    build: int


class NoteRow(NamedTuple):
    """One build note; ``confirmed`` once it was read back where it is published."""

    build: int
    issued: int
    size: int
    note: bytes
    confirmed: bool = False


class ListRow(NamedTuple):
    """One signed status list."""

    list: int
    digest: bytes
    issued: int
    data: bytes


class ErasedRow(NamedTuple):
    """A certificate whose person was erased: what is left of it beside the log entry."""

    idx: int
    lsp: int
    batch: int
    erased: int
