"""``absah build`` and ``absah confirm``."""

from __future__ import annotations

from pathlib import Path

import click

from registry import build as builder
from registry import readback
from registry.cli.console import (
    Passphrases,
    json_option,
    language_option,
    now_option,
    passphrase_option,
    remark,
    say,
    say_json,
    workspace_option,
)
from registry.errors import UserError, Words
from registry.keyring import Keyring
from registry.source import open_source
from registry.store import Store
from registry.workspace import Workspace


@click.command()
@click.option("--check", is_flag=True, help="Build aside and compare with the published folder.")
@click.option("--clock-checked", is_flag=True, help="The clock was compared with another one.")
@workspace_option
@now_option
@passphrase_option
@json_option
@language_option
def build(
    check: bool,
    clock_checked: bool,
    folder: Path,
    now: int,
    passphrase_fd: int | None,
    as_json: bool,
) -> int:
    """Build the site and publish it into the workspace's public folder."""
    workspace = Workspace.open(folder)
    if check:
        return _check(workspace, as_json)
    ring = Keyring(workspace.keys, Passphrases(passphrase_fd), demo=workspace.settings.demo)
    with Store.open(workspace.database, writer=True) as store:
        done = builder.build(workspace, store, ring, builder.Terms(now, clock_checked))
    if as_json:
        say_json(
            {
                "build": done.note.build,
                "written": done.written,
                "files": done.files,
                "log_size": done.note.size,
                "superseded": done.superseded,
            }
        )
    elif done.written:
        say(f"build {done.note.build}: {done.files} files, log size {done.note.size}")
        remark(Words(f"published in {workspace.public}", f"diterbitkan di {workspace.public}"))
    else:
        say(f"build {done.note.build}: nothing has changed, nothing was written")
    return 0


def _check(workspace: Workspace, as_json: bool) -> int:
    with Store.open(workspace.database) as store:
        differing = builder.compare(workspace, store)
    if as_json:
        say_json({"differing": differing})
    else:
        for path in differing:
            say(path)
    return 1 if differing else 0


@click.command()
@click.argument("place", required=False, metavar="[URL|DIR]")
@workspace_option
@json_option
@language_option
def confirm(place: str | None, folder: Path, as_json: bool) -> None:
    """Read the newest build back through its public address; codes may be printed after that."""
    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        document = builder.newest_trust(store)
        newest = store.newest_note()
        if newest is None:
            raise UserError("no-build", str(folder), _NOT_BUILT, _BUILD_FIRST)
        note = readback.check(open_source(place or document.site), document, newest.note)
        with store.transaction():
            store.confirm(note.build)
    if as_json:
        say_json({"build": note.build, "log_size": note.size})
    else:
        say(f"build {note.build}: read back, log size {note.size}")


_NOT_BUILT = Words("nothing was built yet", "belum ada yang dibangun")
_BUILD_FIRST = Words("build first: absah build", "bangun dulu: absah build")
