"""The domain's records: a certificate before it is signed, and a fault of an import file.

A record is what an LSP's spreadsheet says about one certificate, checked and in one form. It holds
no registry index, cti or signature: those are issue's.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

_SEPARATORS = re.compile(r"[ ./-]+")


class Key(NamedTuple):
    """What makes a record the same certificate: a certificate number is not unique nationally."""

    lsp: int
    registration: str
    """In the form of :func:`registration_key`."""


def registration_key(text: str) -> str:
    """A registration number without the accidents of its printing.

    LSPs print the separators of one number as blanks, dots or both; case does not tell two apart.

    >>> registration_key("TIK.9001.00123 2026")
    'TIK 9001 00123 2026'
    """
    return _SEPARATORS.sub(" ", text).strip().upper()


class Record(BaseModel):
    """One certificate to issue. Every text is in the repertoire of formats 1, within its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: str
    """Certificate number as printed, single spaces."""
    registration: str
    """Registration number as printed, single spaces."""
    name: str
    birth_date: date
    scheme: str
    """Scheme code of the catalogue."""
    lsp: int
    """LSP licence number."""
    issued: date
    expires: date
    """Last day on which the certificate is in date."""
    passport_name: str | None = None
    """Passport spelling, where it differs from ``name``."""
    units: tuple[str, ...] | None = None
    """Codes of the units held, in the scheme's order; None = all units of the scheme."""
    blank_number: str | None = None
    replaces: str | None = None
    """What the sender wrote: registry index, registration number or certificate number."""

    @cached_property
    def key(self) -> Key:
        """(LSP, registration number in its one form)."""
        return Key(self.lsp, registration_key(self.registration))


class Fault(BaseModel):
    """One thing in an import file that its sender must put right.

    ``row`` is the number that a spreadsheet shows (the header is row 1; JSON Lines: the line), 0
    for the file as a whole. ``column`` is the header as the sender wrote it. ``values`` fill the
    sentence of ``code`` (intake_faults) and are safe to print.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    row: int
    column: str | None
    code: str
    values: dict[str, str] = {}
