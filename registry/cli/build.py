"""``absah build``."""

from __future__ import annotations

from pathlib import Path

import click

from registry import build as builder
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
from registry.errors import Words
from registry.keyring import Keyring
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
