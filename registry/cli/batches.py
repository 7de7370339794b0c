"""``absah batch list``, ``show``, ``drop``, ``issue`` and ``receipt``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry import approval, batches
from registry.catalogue import Catalogue
from registry.cli import approve as looking
from registry.cli.console import (
    Passphrases,
    json_option,
    language,
    language_option,
    now_option,
    passphrase_option,
    processes_option,
    read_bytes,
    remark,
    save,
    say,
    say_json,
    workspace_option,
)
from registry.cli.intake import signing, terms_of
from registry.cli.reports import report_option, save_table
from registry.errors import Words
from registry.keyring import Keyring
from registry.receipts import Listed, listing, receipt_of
from registry.store import Store
from registry.tables import text_lines
from registry.workspace import Workspace

_NUMBER = click.argument("number", metavar="BATCH", type=click.IntRange(min=1))


@click.group()
@language_option
def batch() -> None:
    """List, show, drop and issue batches; write a receipt."""


@batch.command("list")
@click.option("--waiting", is_flag=True, help="Only those that wait.")
@workspace_option
@json_option
@language_option
def list_batches(waiting: bool, folder: Path, as_json: bool) -> None:
    """Every batch, oldest first, and whether it waits or was issued."""
    with Store.open(Workspace.open(folder).database) as store:
        found = [row for row in listing(store) if not waiting or row.state == "waiting"]
    if as_json:
        say_json([row._asdict() for row in found])
        return
    for line in text_lines(Listed._fields, found):
        say(line)


@batch.command()
@_NUMBER
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the file for the second person.",
)
@workspace_option
@json_option
@language_option
def show(number: int, out: Path | None, folder: Path, as_json: bool) -> None:
    """What a second person sees of a batch that waits; --out FILE for absah approve."""
    with Store.open(Workspace.open(folder).database) as store:
        row = batches.waiting(store, number)
    file = approval.read(row.data)
    if out is not None:
        save(out, row.data, private=True)
    if as_json:
        say_json({"batch": number, **looking.facts(file, row.data)})
    elif out is None:
        looking.tell(file, row.data)
    else:
        say(str(out))
        remark(Words("personal data: give it to the approver alone", _ONLY_APPROVER))


@batch.command()
@_NUMBER
@workspace_option
@json_option
@language_option
def drop(number: int, folder: Path, as_json: bool) -> None:
    """Forget a batch that waits; nothing of it stays."""
    with Store.open(Workspace.open(folder).database, writer=True) as store:
        batches.drop(store, number)
    if as_json:
        say_json({"dropped": number})
    else:
        say(str(number))


@batch.command("issue")
@_NUMBER
@click.option(
    "--approval",
    "note",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What absah approve wrote.",
)
@workspace_option
@now_option
@passphrase_option
@processes_option
@json_option
@language_option
def issue_batch(
    number: int,
    note: Path | None,
    folder: Path,
    now: int,
    passphrase_fd: int | None,
    processes: int,
    as_json: bool,
) -> None:
    """Issue a batch that was approved."""
    workspace = Workspace.open(folder)
    ring = Keyring(workspace.keys, Passphrases(passphrase_fd), demo=workspace.settings.demo)
    signed = None if note is None else read_bytes(note)
    with Store.open(workspace.database, writer=True) as store, signing(ring, processes) as keys:
        desk = batches.Desk(
            catalogue=Catalogue.load(workspace.catalogue),
            issuers=keys,
            terms=terms_of(workspace, now),
            own=ring.at_hand("approver"),
            required=workspace.settings.approval == "required",
        )
        done = batches.settle(store, number, signed, desk)
    told: dict[str, Any] = {
        "batch": done.batch,
        "kind": done.kind,
        "approved_by": list(done.by),
        "issued": [{"row": row, "index": index} for row, index in done.issued.pairs()],
        "superseded": done.issued.superseded,
        "changed": done.changed,
    }
    if as_json:
        say_json(told)
        return
    by = ", ".join(done.by) or "-"
    count = len(done.issued.rows) or len(done.changed)
    say(f"batch {number}: {done.kind} {count}")
    remark(Words(f"approved by {by}; next: absah build", f"disetujui {by}; lalu: absah build"))


@batch.command()
@_NUMBER
@click.option("--lsp", type=int, help="Rows of this LSP only.")
@report_option
@workspace_option
@json_option
@language_option
def receipt(number: int, lsp: int | None, out: Path | None, folder: Path, as_json: bool) -> None:
    """What arrived, for the LSP's address of record: digest of its file, rows and names."""
    with Store.open(Workspace.open(folder).database) as store:
        found = receipt_of(store, number, lsp)
    if out is not None:
        save_table(out, f"Batch {number}", found.HEADER, found.rows)
        say(str(out))
    elif as_json:
        say_json(found.as_json())
    else:
        say(_RECEIPT.say(language()).format(number, found.file, found.sha256, len(found.rows)))
        for line in text_lines(found.HEADER, found.rows):
            say(line)


_ONLY_APPROVER = "berisi data pribadi: berikan hanya kepada pemberi persetujuan"
_RECEIPT = Words(
    "batch {}: file {}, SHA-256 {}, {} rows. If this file is not yours, answer at once.",
    "batch {}: berkas {}, SHA-256 {}, {} baris. Jika berkas ini bukan dari Anda, segera jawab.",
)
