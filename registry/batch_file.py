"""A batch file: everything that one approval is about, as one canonical text (docs/formats.md B).

::

    absah-batch/v1
    {"registry", "kind", "made", "file": {"name", "sha256"}, "terms", "schemes", "rows"}

It carries personal data from the publisher to a second person and nowhere else. What is approved
is its digest. The module needs the base install only: an approver has no workspace.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from signing.canonical import Json, dumps, loads, time_seconds, time_text
from signing.reasons import Malformed

HEADER = "absah-batch/v1"
LIMIT = 64 << 20
"""Bytes of the largest batch file."""
MOST_ROWS = 100_000
ISSUING = ("new", "onboarding", "replacement")
CHANGING = ("revoke", "reinstate", "supersede", "withdraw")
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_TEXTS = ("number", "registration", "name", "scheme")
_OPTIONAL = ("passport_name", "blank_number", "replaces")
_DAYS = ("birth_date", "issued", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFile:
    """A batch: rows to issue, or changes of states. Times in seconds."""

    registry: str
    kind: str
    """One of ISSUING or CHANGING."""
    made: int
    file: str = ""
    """Name of the import file; empty for changes."""
    sha256: str = ""
    """Its digest, hex; empty for changes."""
    accept_duplicates: bool = False
    sign_blank: bool = False
    old_until: int | None = None
    """First second after the last day of what is replaced; None = superseded at once."""
    schemes: Mapping[str, str] = field(default_factory=dict)
    """Digest (hex) of the catalogue entry under which each scheme is signed."""
    rows: tuple[Mapping[str, Any], ...]
    """Of an import: ``row``, the fields of a record, and ``old``, the index that is superseded or
    linked, where there is one. Of a change: ``row``, ``index``, number, registration, name, scheme,
    lsp, ``state`` it has now, and ``reason`` or ``successor``."""

    @property
    def issues(self) -> bool:
        """Whether certificates are issued by it; else states are changed."""
        return self.kind in ISSUING

    @property
    def text(self) -> str:
        """The one text of the batch."""
        terms: dict[str, Any] = {
            "accept_duplicates": self.accept_duplicates,
            "sign_blank": self.sign_blank,
        }
        if self.old_until is not None:
            terms["old_until"] = time_text(self.old_until)
        value = {
            "registry": self.registry,
            "kind": self.kind,
            "made": time_text(self.made),
            "file": {"name": self.file, "sha256": self.sha256},
            "terms": terms,
            "schemes": [{"code": c, "sha256": d} for c, d in sorted(self.schemes.items())],
            "rows": [dict(row) for row in self.rows],
        }
        return f"{HEADER}\n{dumps(value)}"

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.text.encode()


def digest_of(data: bytes) -> bytes:
    """What an approval names: SHA-256 of a batch file, 32 bytes."""
    return hashlib.sha256(data).digest()


def parse(data: bytes) -> BatchFile:
    """The batch in a file, form checked. Malformed: it is none, or not in its one form."""
    if len(data) > LIMIT:
        raise Malformed("batch", "too long")
    try:
        header, _, body = data.decode("utf-8").partition("\n")
    except UnicodeDecodeError as error:
        raise Malformed("batch", "not UTF-8") from error
    if header != HEADER:
        raise Malformed("batch", "no such header")
    try:
        batch = _batch(loads(body))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("batch", "a field is missing or of another type") from error
    if batch.data != data:
        raise Malformed("batch", "fields that do not belong there, or in another order")
    return batch


def _batch(value: Json) -> BatchFile:
    terms = value["terms"]
    until = terms.get("old_until")
    kind = _one_of(value["kind"], (*ISSUING, *CHANGING))
    rows = value["rows"]
    if type(rows) is not list or not 0 < len(rows) <= MOST_ROWS:
        raise Malformed("batch", f"not 1 to {MOST_ROWS} rows")
    check = _check_record if kind in ISSUING else _check_change
    for row in rows:
        check(row)
    digest = _text(value["file"]["sha256"])
    if kind in ISSUING and not _HEX.match(digest):
        raise Malformed("batch", "not a SHA-256 in hex")
    return BatchFile(
        registry=_text(value["registry"]),
        kind=kind,
        made=time_seconds(value["made"]),
        file=_text(value["file"]["name"]),
        sha256=digest,
        accept_duplicates=terms["accept_duplicates"] is True,
        sign_blank=terms["sign_blank"] is True,
        old_until=None if until is None else time_seconds(until),
        schemes={_text(entry["code"]): _text(entry["sha256"]) for entry in value["schemes"]},
        rows=tuple(rows),
    )


def _check_record(row: Json) -> None:
    allowed = {"row", "lsp", "units", "old", *_TEXTS, *_OPTIONAL, *_DAYS}
    if type(row) is not dict or not row.keys() <= allowed:
        raise Malformed("batch", "not a row of this kind")
    _whole(row["row"])
    _whole(row["lsp"])
    for name in (*_TEXTS, *(set(_OPTIONAL) & row.keys())):
        _text(row[name])
    for name in _DAYS:
        if date.fromisoformat(row[name]).isoformat() != row[name]:
            raise Malformed("batch", "a day in another form")
    if "old" in row:
        _whole(row["old"])
    for code in row.get("units", ["-"]):
        _text(code)


def _check_change(row: Json) -> None:
    allowed = {"row", "index", "lsp", "state", "reason", "successor", *_TEXTS}
    if type(row) is not dict or not row.keys() <= allowed:
        raise Malformed("batch", "not a row of this kind")
    for name in ("row", "index", "lsp", *({"successor"} & row.keys())):
        _whole(row[name])
    for name in (*_TEXTS, "state", *({"reason"} & row.keys())):
        _text(row[name])


def _text(value: Json) -> str:
    if type(value) is not str:
        raise Malformed("batch", "not a text")
    return value


def _whole(value: Json) -> int:
    if type(value) is not int:
        raise Malformed("batch", "not a whole number")
    return value


def _one_of(value: Json, words: tuple[str, ...]) -> str:
    if value not in words:
        raise Malformed("batch", "not one of its words")
    return str(value)
