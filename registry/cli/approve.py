"""``absah approve``: a second person looks at a batch file and signs, with the base install."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from registry import approval
from registry.batch_file import BatchFile, digest_of
from registry.cli.console import (
    Passphrases,
    json_option,
    language,
    language_option,
    now_option,
    passphrase_option,
    read_bytes,
    remark,
    save,
    say,
    say_json,
)
from registry.errors import Words
from registry.keyring import Keyring
from registry.tables import text_lines
from signing.canonical import time_text


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="approver-<name>.key; without it the batch is only shown.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: FILE.approval."
)
@click.option("--demo", is_flag=True, hidden=True)
@now_option
@passphrase_option
@json_option
@language_option
def approve(
    file: Path,
    key_file: Path | None,
    out: Path | None,
    demo: bool,
    now: int,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Show the batch in FILE: counts, odd rows, rows drawn at random; approve it with --key."""
    data = read_bytes(file)
    batch = approval.read(data)
    target = out or file.with_name(file.name + ".approval")
    told = facts(batch, data)
    if not as_json:
        tell(batch, data)
    if key_file is not None:
        ring = Keyring(key_file.parent, Passphrases(passphrase_fd), demo=demo)
        role, _, name = key_file.stem.partition("-")
        held = ring.find(role, name)
        save(target, approval.approve(data, held.vkey, ring.open(held), now))
        told["approval"] = str(target)
        remark(Words("approved; send this file back", "disetujui; kirim balik berkas ini"))
    if as_json:
        say_json(told)
    elif key_file is not None:
        say(str(target))


def facts(batch: BatchFile, data: bytes) -> dict[str, Any]:
    """What is to be looked at, for ``--json``."""
    return {
        "registry": batch.registry,
        "kind": batch.kind,
        "made": time_text(batch.made),
        "file": batch.file or None,
        "file_sha256": batch.sha256 or None,
        "sha256": digest_of(data).hex(),
        "rows": len(batch.rows),
        "counts": approval.counts(batch),
        "odd": [
            {"row": odd.row, "code": odd.code, "name": odd.name, "value": odd.value}
            for odd in approval.odd_rows(batch)
        ],
        "drawn": [dict(row) for row in approval.drawn(batch)],
    }


def tell(batch: BatchFile, data: bytes) -> None:
    """The same for a person at a terminal."""
    spoken = language()
    say(f"{batch.registry}: {batch.kind}, {time_text(batch.made)}")
    if batch.file:
        say(f"{batch.file}  SHA-256 {batch.sha256}")
    say(_ROWS.say(spoken).format(len(batch.rows), digest_of(data).hex()))
    if batch.accept_duplicates:
        say(_DUPLICATES.say(spoken))
    if batch.old_until is not None:
        say(_OLD_UNTIL.say(spoken).format(time_text(batch.old_until)))
    for name, counted in approval.counts(batch).items():
        say("")
        for line in text_lines((name, "#"), counted.items()):
            say(line)
    odd = approval.odd_rows(batch)
    say("")
    say(_ODD.say(spoken).format(len(odd)) if odd else _NONE_ODD.say(spoken))
    if odd:
        shown = ((o.row, o.name, ODD[o.code].say(spoken), o.value) for o in odd)
        for line in text_lines(("row", "name", "why", "value"), shown):
            say(line)
    rows = approval.drawn(batch)
    say("")
    say(_DRAWN.say(spoken).format(len(rows)))
    names = [name for name in _SHOWN if any(name in row for row in rows)]
    for line in text_lines(names, ([row.get(name) for name in names] for row in rows)):
        say(line)


ODD = {
    "age": Words("age when issued", "umur saat terbit"),
    "digit-in-name": Words("digit in the name", "angka dalam nama"),
    "short-name": Words("very short name", "nama sangat pendek"),
    "same-birth-date": Words("birth date shared by several", "tanggal lahir sama dengan lainnya"),
    "same-person": Words("same person and scheme twice", "orang dan skema yang sama dua kali"),
    "issued-later": Words("issue date after the batch", "tanggal terbit setelah batch dibuat"),
    "issued-long-ago": Words("issued long ago", "terbit sudah lama"),
}
"""Why a row is odd, in words."""
_SHOWN = (
    "row", "index", "number", "registration", "name", "birth_date", "scheme", "lsp", "issued",
    "expires", "state", "reason", "old", "successor",
)  # fmt: skip
_ROWS = Words("{} rows; what is approved: SHA-256 {}", "{} baris; yang disetujui: SHA-256 {}")
_DUPLICATES = Words(
    "possible duplicates were let through", "kemungkinan duplikat diloloskan oleh pengaju"
)
_OLD_UNTIL = Words("replaced certificates stand until {}", "sertifikat lama berlaku sampai {}")
_ODD = Words("{} things to look at:", "{} hal yang perlu diperiksa:")
_NONE_ODD = Words("nothing odd was found", "tidak ada yang janggal")
_DRAWN = Words("{} rows drawn at random; compare:", "{} baris diambil acak; bandingkan:")
