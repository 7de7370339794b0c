"""``absah import``: an LSP's files become certificates, or a list of every fault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from registry import intake
from registry.batches import propose
from registry.catalogue import Catalogue
from registry.cli.console import (
    Passphrases,
    json_option,
    language,
    language_option,
    now_option,
    passphrase_option,
    processes_option,
    remark,
    save,
    say,
    say_json,
    workspace_option,
)
from registry.errors import UserError, Words
from registry.intake_faults import as_json as fault_json
from registry.intake_faults import line
from registry.intake_report import faults_csv, faults_xlsx
from registry.issue import Batch, Issued, Terms, issue
from registry.issuers import IssuerKeys
from registry.keyring import Keyring
from registry.reconcile import Kind
from registry.signers import SigningPool
from registry.store import Store
from registry.workspace import Workspace

_WIB = timedelta(hours=7)
_REPORTS: dict[str, Callable[[intake.Reading], bytes]] = {
    ".csv": faults_csv,
    ".xlsx": faults_xlsx,
}


@dataclass(frozen=True, slots=True)
class _Options:
    kind: Kind
    old_until: datetime | None
    dry_run: bool
    accept_valid: bool
    accept_duplicates: bool
    encoding: str | None
    now: int


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default="new")
@click.option(
    "--old-until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of what is replaced."
)
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--accept-valid", is_flag=True, help="Issue the clean rows of a faulty file.")
@click.option("--accept-duplicates", is_flag=True, help="Let possible duplicates pass.")
@click.option("--encoding", type=click.Choice(sorted(intake.ENCODINGS)), help="Of a CSV file.")
@click.option("--faults", type=click.Path(path_type=Path), help="Fault report: OUT.csv or .xlsx.")
@workspace_option
@now_option
@passphrase_option
@processes_option
@json_option
@language_option
def import_files(
    files: tuple[Path, ...],
    faults: Path | None,
    folder: Path,
    passphrase_fd: int | None,
    processes: int,
    as_json: bool,
    **given: Any,
) -> int:
    """Read FILES (CSV, XLSX, JSON Lines) and issue their certificates, or let them wait."""
    options = _Options(**{**given, "kind": Kind(given["kind"])})
    if faults is not None and faults.suffix.lower() not in _REPORTS:
        raise click.BadParameter("must end in .csv or .xlsx", param_hint="--faults")
    if faults is not None and len(files) > 1:
        raise click.BadParameter("takes one file at a time", param_hint="--faults")
    workspace = Workspace.open(folder)
    catalogue = Catalogue.load(workspace.catalogue)
    ring = Keyring(workspace.keys, Passphrases(passphrase_fd), demo=workspace.settings.demo)
    done, faulty = [], False
    with Store.open(workspace.database, writer=True) as store, signing(ring, processes) as keys:
        for file in files:
            result = _one(file, store, catalogue, keys, workspace, options)
            reading = result[0]
            faulty = faulty or bool(reading.faults)
            if faults is not None and reading.faults:
                save(faults, _REPORTS[faults.suffix.lower()](reading))
            if as_json:
                done.append(_report(file, *result))
            else:
                _tell(file, *result)
            # A year of files is no more in memory than one of them.
            del result, reading
    if as_json:
        say_json({"files": done})
    return 1 if faulty else 0


def _one(
    file: Path,
    store: Store,
    catalogue: Catalogue,
    keys: IssuerKeys,
    workspace: Workspace,
    options: _Options,
) -> tuple[intake.Reading, Issued, int | None]:
    """(what was read, what was issued, number of the batch that waits for approval)."""
    today = (datetime.fromtimestamp(options.now, UTC) + _WIB).date()
    try:
        reading = intake.read(
            file, catalogue, today=today, options=intake.Options(encoding=options.encoding)
        )
    except OSError as error:
        why = error.strerror or str(error)
        words = Words(f"cannot be read: {why}", f"gagal dibaca: {why}")
        raise UserError("unreadable", str(file), words, exit_code=2) from error
    refused = bool(reading.faults) and not options.accept_valid
    batch = Batch(rows=reading.rows, digest=reading.digest, name=file.name, kind=options.kind)
    terms = replace(
        terms_of(workspace, options.now),
        accept_valid=options.accept_valid,
        accept_duplicates=options.accept_duplicates,
        # A file with faults is still held against the ledger, so that all of them are listed.
        dry_run=options.dry_run or refused,
        old_until=_end_of(options.old_until.date()) if options.old_until else None,
    )
    if workspace.settings.approval == "required" and not terms.dry_run:
        issued, waiting = propose(store, batch, catalogue, keys, terms)
    else:
        issued, waiting = issue(store, batch, catalogue, keys, terms), None
    reading.refuse(issued.faults)
    reading.sort()
    return reading, issued, waiting


def signing(ring: Keyring, processes: int) -> AbstractContextManager[IssuerKeys]:
    """The keys of a keyring, in this process or in several others."""
    return nullcontext(ring) if processes == 1 else SigningPool(ring, processes)


def terms_of(workspace: Workspace, now: int) -> Terms:
    """What the settings say about issuing."""
    settings = workspace.settings
    return Terms(now=now, sign_blank=settings.sign_blank, quota=settings.daily_quota)


def _end_of(day: date) -> int:
    """First second after ``day`` at UTC+7."""
    end = datetime.combine(day + timedelta(days=1), time(), UTC) - _WIB
    return int(end.timestamp())


def _report(
    file: Path, reading: intake.Reading, issued: Issued, waiting: int | None
) -> dict[str, Any]:
    return {
        "file": str(file),
        "sha256": reading.digest,
        "batch": issued.batch,
        "waiting": waiting,
        "issued": [{"row": row, "index": index} for row, index in issued.pairs()],
        "unchanged": issued.unchanged,
        "superseded": issued.superseded,
        "would_issue": issued.would_issue,
        "not_competent": reading.not_competent,
        "repeated": [row for row, _ in reading.repeated],
        "dropped_columns": reading.dropped,
        "faults": [fault_json(fault) for fault in reading.faults],
        "notes": [fault_json(fault) for fault in (*reading.notes, *issued.notes)],
    }


def _tell(file: Path, reading: intake.Reading, issued: Issued, waiting: int | None) -> None:
    spoken = language()
    for fault in reading.faults:
        say(line(fault, spoken))
    for note in (*reading.notes, *issued.notes):
        remark(Words(line(note, "en"), line(note, "id")))
    if reading.dropped:
        names = ", ".join(reading.dropped)
        remark(Words(f"columns not stored: {names}", f"kolom yang tidak disimpan: {names}"))
    counts = {
        "issued": len(issued.rows),
        "unchanged": len(issued.unchanged) + len(reading.repeated),
        "BK": reading.not_competent,
        "faults": len(reading.faults),
    }
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    say(f"{file.name}: {listed}")
    if waiting is not None:
        say(f"batch {waiting}")
        remark(
            Words(
                f"{issued.would_issue} rows wait for approval: absah batch show {waiting}",
                f"{issued.would_issue} baris menunggu persetujuan: absah batch show {waiting}",
            )
        )
    elif issued.batch is None:
        count = issued.would_issue
        remark(
            Words(
                f"nothing was written; {count} rows could be issued",
                f"tidak ada yang ditulis; {count} baris dapat diterbitkan",
            )
        )
