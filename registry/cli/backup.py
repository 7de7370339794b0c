"""``absah backup``, ``restore`` and ``erase``: copies of the register, and persons who leave it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from registry import backup as backups
from registry import erasure
from registry.backup import Checked
from registry.cli.console import (
    confirmed,
    json_option,
    language_option,
    now_option,
    remark,
    say,
    say_json,
    workspace_option,
)
from registry.errors import UserError, Words
from registry.store import Store
from registry.workspace import Workspace

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_LIVE = click.option(
    "--live", metavar="URL|DIR|FILE", help="What is published: address, folder or build note."
)


@click.command()
@_FILE
@_LIVE
@click.option("--check", is_flag=True, help="Write nothing: restore FILE aside and compare it.")
@workspace_option
@now_option
@json_option
@language_option
def backup(file: Path, live: str | None, check: bool, folder: Path, now: int, as_json: bool) -> int:
    """Write a backup to FILE, restore it aside and compare it with what is published."""
    workspace = Workspace.open(folder)
    if check:
        found = backups.check(file, workspace.folder, live or str(workspace.public))
    else:
        with Store.open(workspace.database, writer=True) as store:
            found = backups.make(workspace, store, file, live, now)
    _tell(file, found, as_json)
    return 1 if found.ahead is not None else 0


@click.command()
@_FILE
@_LIVE
@workspace_option
@json_option
@language_option
def restore(file: Path, live: str | None, folder: Path, as_json: bool) -> int:
    """Put a backup into an empty folder, unless what is published is newer: then to read only."""
    found = backups.restore(file, folder, live)
    _tell(folder, found, as_json)
    if found.ahead is None:
        remark(Words(f"put the keys into {folder}/keys", f"letakkan kunci di {folder}/keys"))
    return 1 if found.ahead is not None else 0


@click.command()
@click.argument("certificates", nargs=-1, metavar="[INDEX|NUMBER...]")
@click.option(
    "--expired-before", type=click.DateTime(["%Y-%m-%d"]), help="Also what expired before DATE."
)
@click.option("--yes", is_flag=True, help="Erase without asking.")
@workspace_option
@now_option
@json_option
@language_option
def erase(
    certificates: tuple[str, ...],
    expired_before: datetime | None,
    yes: bool,
    folder: Path,
    now: int,
    as_json: bool,
) -> None:
    """Erase persons for good. Log entry, index and state stay; paper is not changed by it."""
    if not certificates and expired_before is None:
        raise UserError("nothing-named", "erase", _NOTHING, _NAME_SOME, exit_code=2)
    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        day = expired_before.date() if expired_before else None
        found = erasure.chosen(store, certificates, day)
        count = len(found.erased)
        if found.erased:
            confirmed(Words("Erase for ever:", "Hapus selamanya:"), str(count), yes=yes)
            erasure.erase(store, found.erased, now)
            backups.sweep(workspace.folder)
    if as_json:
        say_json({"erased": found.erased, "unchanged": found.before})
        return
    for index in found.erased:
        say(str(index))
    remark(Words(f"{count} persons erased", f"data {count} orang dihapus"))
    if found.erased:
        remark(_OLD_BACKUPS)


def _tell(place: Path, found: Checked, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "path": str(place),
                "certificates": found.certificates,
                "log_size": found.size,
                "build": found.build,
                "live": found.live,
                "ahead": found.ahead is not None,
            }
        )
    else:
        say(str(place))
    counts = f"log {found.size}, build {found.build}"
    remark(
        Words(
            f"restored aside: {found.certificates} certificates, {counts}",
            f"dipulihkan terpisah: {found.certificates} sertifikat, {counts}",
        )
    )
    remark(_compared(found))


def _compared(found: Checked) -> Words:
    live = found.live
    if found.ahead is not None:
        return Words(
            f"OLDER than what is published (build {live}): it can be read and signs nothing",
            f"LEBIH LAMA dari yang terbit (build {live}): dapat dibaca, tidak menandatangani",
        )
    if not live:
        return Words(
            "nothing is published yet, so nothing was compared",
            "belum ada yang terbit, jadi belum ada yang dibandingkan",
        )
    return Words(f"it holds what is published (build {live})", f"memuat yang terbit (build {live})")


_NOTHING = Words("no certificate was named", "tidak ada sertifikat yang disebut")
_NAME_SOME = Words(
    "name indexes or numbers, or use --expired-before DATE",
    "sebutkan indeks atau nomor, atau pakai --expired-before TANGGAL",
)
_OLD_BACKUPS = Words(
    "older backups still hold them: write a new one, and destroy the old ones in time",
    "cadangan lama masih memuatnya: buat yang baru, musnahkan yang lama pada waktunya",
)
