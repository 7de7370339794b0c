"""What a second person does with a batch file: look at it, and sign a note over its digest.

Counts, odd rows and rows drawn at random are what a person can judge who has only the file; the
note is what ``absah batch issue`` asks for. Needs the base install, a file and a key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from secrets import SystemRandom
from typing import Any

from registry import batch_file
from registry.batch_file import BatchFile
from registry.errors import UserError, Words
from signing import note
from signing.canonical import dumps, loads, time_seconds, time_text
from signing.keys import Signer, Vkey
from signing.reasons import Malformed

HEADER = "absah-approval/v1"
DRAWN = 20
"""Rows that are drawn at random."""
YOUNGEST, OLDEST = 17, 70
"""Ages at the issue date, in years, outside which a row is odd."""
SAME_DAY = 3
"""So many people of one batch born on one day are odd."""
LATE = 180
"""Days between issue date and batch above which a row of a new certificate is odd."""
_WIB = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Odd:
    """One row that deserves a look, and why. Nothing is refused for it."""

    row: int
    code: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A verified approval. ``by`` are the names of the approvers' keys."""

    by: tuple[str, ...]
    approved: int


def read(data: bytes) -> BatchFile:
    """The batch in a file. UserError: it is none."""
    try:
        return batch_file.parse(data)
    except Malformed as error:
        why = Words(f"not a batch file: {error}", f"bukan berkas batch: {error}")
        raise UserError("bad-batch", "batch", why, _ASK_AGAIN) from error


def counts(batch: BatchFile) -> dict[str, dict[str, int]]:
    """Rows by scheme, by LSP, and by issue date or reason, each in order."""
    by: dict[str, Counter[str]] = {"scheme": Counter(), "lsp": Counter()}
    by["issued" if batch.issues else "reason"] = Counter()
    for row in batch.rows:
        for name, counter in by.items():
            counter[str(row.get(name, "-"))] += 1
    return {name: dict(sorted(counter.items())) for name, counter in by.items()}


def odd_rows(batch: BatchFile) -> list[Odd]:
    """Rows that a second person should look at, in order of row."""
    found = [Odd(row["row"], *fault) for row in batch.rows for fault in _odd_names(row)]
    if batch.issues:
        found += _odd_dates(batch)
        found += _shared(batch.rows, ("birth_date",), SAME_DAY, "same-birth-date")
    found += _shared(batch.rows, ("name", "birth_date", "scheme"), 2, "same-person")
    return sorted(found, key=lambda odd: (odd.row, odd.code))


def drawn(batch: BatchFile, random: Random | None = None) -> list[Mapping[str, Any]]:
    """Twenty rows at random (all, where there are no more), in order of row.

    Drawn on the approver's machine, so that whoever made the file cannot know which.
    """
    rows = (random or SystemRandom()).sample(batch.rows, min(DRAWN, len(batch.rows)))
    return sorted(rows, key=lambda row: int(row["row"]))


def approve(data: bytes, key: Vkey, signer: Signer, now: int) -> bytes:
    """The signed approval of a batch file. UserError: no batch file, or not an approver's key."""
    batch = read(data)
    if not key.name.startswith(f"{batch.registry}/approver/"):
        raise UserError("not-an-approver", key.name, _NOT_AN_APPROVER, _MAKE_ONE)
    text = f"{HEADER}\n" + dumps(
        {
            "registry": batch.registry,
            "batch": batch_file.digest_of(data).hex(),
            "rows": len(batch.rows),
            "approved": time_text(now),
        }
    )
    return note.assemble(text, [note.sign_line(text, key.name, signer)])


def check(approval: bytes, digest: bytes, registry: str, approvers: Iterable[Vkey]) -> Approval:
    """The approval in a note of exactly this batch (``digest``: 32 bytes).

    Malformed: another form, registry or batch, or no signature of one of ``approvers``.
    """
    known = list(approvers)
    parsed = note.parse(approval)
    signed = note.signers(parsed, known)
    header, _, body = parsed.text.partition("\n")
    if header != HEADER:
        raise Malformed("approval", "no such header")
    value = loads(body)
    if type(value) is not dict or value.keys() != {"registry", "batch", "rows", "approved"}:
        raise Malformed("approval", "not its fields")
    if value["registry"] != registry or value["batch"] != digest.hex():
        raise Malformed("approval", "of another batch")
    if not signed:
        raise Malformed("approval", "not signed by an approver of the trust document")
    names = tuple(key.name for key in known if key.public in signed)
    return Approval(names, time_seconds(value["approved"]))


def _odd_names(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    name = str(row["name"])
    found = []
    if re.search(r"[0-9]", name):
        found.append(("digit-in-name", name, name))
    if sum(map(str.isalpha, name)) < 3:
        found.append(("short-name", name, name))
    return found


def _odd_dates(batch: BatchFile) -> list[Odd]:
    found = []
    today = (datetime.fromtimestamp(batch.made, UTC) + _WIB).date()
    for row in batch.rows:
        born, issued = (date.fromisoformat(row[name]) for name in ("birth_date", "issued"))
        before = (issued.month, issued.day) < (born.month, born.day)
        age = issued.year - born.year - before
        if not YOUNGEST <= age <= OLDEST:
            found.append(Odd(row["row"], "age", row["name"], str(age)))
        if issued > today:
            found.append(Odd(row["row"], "issued-later", row["name"], row["issued"]))
        if batch.kind == "new" and (today - issued).days > LATE:
            found.append(Odd(row["row"], "issued-long-ago", row["name"], row["issued"]))
    return found


def _shared(
    rows: Sequence[Mapping[str, Any]], names: tuple[str, ...], least: int, code: str
) -> list[Odd]:
    """Rows of which at least ``least`` say the same under ``names``."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(str(row.get(name, "")) for name in names), []).append(row)
    return [
        Odd(row["row"], code, row["name"], said[-1] if len(said) == 1 else said[0])
        for said, group in groups.items()
        if len(group) >= least
        for row in group
    ]


_ASK_AGAIN = Words(
    "ask the publisher for the file of: absah batch show N --out FILE",
    "minta berkasnya dari penerbit: absah batch show N --out BERKAS",
)
_NOT_AN_APPROVER = Words(
    "this is not an approver's key of this registry",
    "kunci ini bukan kunci pemberi persetujuan registri ini",
)
_MAKE_ONE = Words(
    "make one with: absah key new approver --registry ID --name NAME",
    "buat dengan: absah key new approver --registry ID --name NAMA",
)
