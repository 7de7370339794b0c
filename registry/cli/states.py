"""``absah revoke``, ``suspend``, ``reinstate``, ``supersede`` and ``withdraw``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from registry import changes
from registry.batches import propose_change
from registry.changes import Changed, ReasonCode
from registry.cli.console import (
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

_Change = Callable[[Store, Sequence[str], ReasonCode, int], Changed]


def _command(name: str, change: _Change, summary: str) -> click.Command:
    @click.command(name, help=summary)
    @click.argument("certificates", nargs=-1, required=True, metavar="INDEX|NUMBER|@FILE...")
    @click.option("--reason", type=click.Choice([r.value for r in ReasonCode]), required=True)
    @workspace_option
    @now_option
    @json_option
    @language_option
    def command(
        certificates: tuple[str, ...], reason: str, folder: Path, now: int, as_json: bool
    ) -> None:
        code, references = ReasonCode(reason), _named(certificates)
        workspace = Workspace.open(folder)
        with Store.open(workspace.database, writer=True) as store:
            # A suspension can be undone: one person is enough.
            if name != "suspend" and workspace.settings.approval == "required":
                _tell_waiting(*propose_change(store, name, references, now, code), as_json)
                return
            done = change(store, references, code, now)
        _tell(done, as_json)

    return command


revoke = _command("revoke", changes.revoke, "Revoke certificates for ever.")
suspend = _command("suspend", changes.suspend, "Suspend certificates; it can be undone.")
reinstate = _command("reinstate", changes.reinstate, "Lift suspensions.")


@click.command()
@click.argument("old")
@click.argument("new")
@workspace_option
@now_option
@json_option
@language_option
def supersede(old: str, new: str, folder: Path, now: int, as_json: bool) -> None:
    """Mark OLD as replaced by NEW."""
    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        if workspace.settings.approval == "required":
            _tell_waiting(*propose_change(store, "supersede", [old, new], now), as_json)
            return
        done = changes.supersede(store, old, new, now)
    _tell(done, as_json)


@click.command()
@click.argument("certificates", nargs=-1, required=True, metavar="INDEX|NUMBER|@FILE...")
@workspace_option
@now_option
@json_option
@language_option
def withdraw(certificates: tuple[str, ...], folder: Path, now: int, as_json: bool) -> None:
    """Take back the last change of certificates, as long as no build has shown it."""
    references = _named(certificates)
    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        if workspace.settings.approval == "required":
            _tell_waiting(*propose_change(store, "withdraw", references, now), as_json)
            return
        done = changes.withdraw(store, references, now)
    _tell(done, as_json)


def _named(certificates: Sequence[str]) -> list[str]:
    """The references, ``@FILE`` read line by line."""
    found: list[str] = []
    for text in certificates:
        if not text.startswith("@"):
            found.append(text)
            continue
        try:
            lines = Path(text[1:]).read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = Words(f"cannot be read: {error}", f"gagal dibaca: {error}")
            raise UserError("unreadable", text[1:], why, exit_code=2) from error
        found += [line.strip() for line in lines if line.strip()]
    return found


def _tell_waiting(unchanged: list[int], number: int | None, as_json: bool) -> None:
    """A change that waits for a second person."""
    if number is None or as_json:
        _tell(Changed([], unchanged), as_json, number)
        return
    say(f"batch {number}")
    remark(
        Words(
            f"it waits for approval: absah batch show {number}",
            f"menunggu persetujuan: absah batch show {number}",
        )
    )


def _tell(done: Changed, as_json: bool, waiting: int | None = None) -> None:
    if as_json:
        changed = {"changed": done.changed, "unchanged": done.unchanged}
        say_json({**changed, "waiting": waiting})
        return
    for index in done.changed:
        say(str(index))
    if done.unchanged:
        listed = ", ".join(map(str, done.unchanged))
        remark(Words(f"already in this state: {listed}", f"sudah berstatus ini: {listed}"))
    if done.changed:
        remark(
            Words(
                "employers see it after the next build: absah build",
                "terlihat oleh perusahaan setelah build berikutnya: absah build",
            )
        )
