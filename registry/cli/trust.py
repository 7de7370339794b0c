"""``absah trust draft``, ``sign``, ``publish`` and ``show``: the ceremony."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from registry import ceremony
from registry.cli.console import (
    Passphrases,
    json_option,
    language_option,
    now_option,
    passphrase_option,
    remark,
    save,
    say,
    say_json,
    workspace_option,
)
from registry.errors import UserError, Words
from registry.keyring import Keyring
from registry.memory import grouped
from signing import trust as documents
from signing.canonical import b64decode, time_text
from signing.reasons import Malformed
from signing.trust import Final, TrustDocument

if TYPE_CHECKING:
    from registry.workspace import Workspace

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
@language_option
def trust() -> None:
    """Draft, sign, publish and show the trust document."""


@trust.command()
@click.option(
    "--threshold", type=int, help="Root signatures that are needed; default 2, or as now."
)
@click.option("--max-age", type=int, metavar="SECONDS", help="Age at which data count as stale.")
@click.option("--scope", multiple=True, metavar="NAME=LSP,...", help="LSPs of an issuer key.")
@click.option("--close", multiple=True, metavar="KID=STATUS[:SIZE:ROOT]", help="End an issuer key.")
@click.option("--without", multiple=True, metavar="VKEY", help="A publisher key to leave out.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: trust/.")
@workspace_option
@now_option
@language_option
def draft(
    threshold: int | None,
    max_age: int | None,
    scope: tuple[str, ...],
    close: tuple[str, ...],
    without: tuple[str, ...],
    out: Path | None,
    folder: Path,
    now: int,
) -> None:
    """Write the text of the next version: the present one, and every key that is new."""
    from registry import drafting  # noqa: PLC0415 not in the base install
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    current = _in_force(workspace)
    wishes = drafting.Wishes(
        now=now,
        threshold=threshold,
        max_age=max_age,
        scopes=dict(_scope(text) for text in scope),
        closed=dict(_close(text) for text in close),
        removed=without,
    )
    files = Keyring(workspace.keys).files()
    text = drafting.draft(workspace.settings, current, files, wishes)
    document = documents.read_text(text)
    target = out or workspace.trust / f"{document.version}.draft"
    save(target, f"{text}\n".encode())
    for line in ceremony.difference(current, document):
        remark(Words(line, line))
    for words in ceremony.warnings(document):
        remark(Words(f"warning: {words.en}", f"peringatan: {words.id}"))
    _tell_digest(document)
    say(str(target))


@trust.command()
@_FILE
@click.option("--key", "key_file", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option("--demo", is_flag=True, hidden=True)
@passphrase_option
@language_option
def sign(file: Path, key_file: Path, demo: bool, passphrase_fd: int | None) -> None:
    """Add a root holder's signature to FILE. Needs the key file and nothing else."""
    ring = Keyring(key_file.parent, Passphrases(passphrase_fd), demo=demo)
    role, _, name = key_file.stem.partition("-")
    held = ring.find(role, name)
    data = _read(file)
    signed = ceremony.sign(data, held.vkey, ring.open(held))
    save(file, signed)
    _tell_digest(documents.parse(signed))
    say(str(file))


@trust.command()
@_FILE
@workspace_option
@language_option
def publish(file: Path, folder: Path) -> None:
    """Put the signed FILE into force; it is published with the next build."""
    from registry import drafting  # noqa: PLC0415 not in the base install
    from registry.store import Store  # noqa: PLC0415
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    data = _read(file)
    with Store.open(workspace.database, writer=True) as store:
        document, index = drafting.publish(store, data)
    save(workspace.trust / f"{document.version}.note", data)
    _tell_digest(document)
    say(f"trust/{document.version}  #{index}")


@trust.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@workspace_option
@json_option
@language_option
def show(file: Path | None, folder: Path, as_json: bool) -> None:
    """Show a trust document: FILE, or the one in force."""
    document = _shown(file, folder)
    if as_json:
        say_json(
            {
                "id": document.id,
                "version": document.version,
                "digest": document.digest,
                "expires": time_text(document.expires),
                "threshold": document.threshold,
                "roots": [key.text for key in document.roots],
                "issuers": [{"kid": i.kid.hex(), "status": i.status} for i in document.issuers],
                "publishers": [key.text for key in document.publishers],
                "logs": [entry.key.text for entry in document.logs],
            }
        )
        return
    for line in ceremony.difference(None, document):
        say(line[2:])
    _tell_digest(document)


def _shown(file: Path | None, folder: Path) -> TrustDocument:
    if file is not None:
        text = _read(file).decode("utf-8", "replace")
        try:
            return documents.read_text(text[: text.rfind("\n\n") + 1])
        except Malformed as error:
            raise ceremony.refused(str(file), error) from error
    from registry.workspace import Workspace  # noqa: PLC0415 not in the base install

    found = _in_force(Workspace.open(folder))
    if found is None:
        raise UserError("no-trust", str(folder), _NONE_YET, _BEGIN)
    return found


def _in_force(workspace: Workspace) -> TrustDocument | None:
    from registry.store import Store  # noqa: PLC0415 not in the base install

    if not workspace.database.exists():
        return None
    with Store.open(workspace.database) as store:
        known = store.trust()
    return documents.parse(known[-1].note) if known else None


def _scope(text: str) -> tuple[str, list[int]]:
    name, _, numbers = text.partition("=")
    try:
        return name, [int(number) for number in numbers.split(",")]
    except ValueError as error:
        raise click.BadParameter(f"{text}: write NAME=9001,9002", param_hint="--scope") from error


def _close(text: str) -> tuple[str, tuple[str, Final | None]]:
    kid, _, rest = text.partition("=")
    status, _, final = rest.partition(":")
    if status not in documents.STATUSES:
        raise click.BadParameter(f"{text}: write KID=retired or compromised", param_hint="--close")
    if not final:
        return kid, (status, None)
    size, _, root = final.partition(":")
    try:
        return kid, (status, Final(int(size), b64decode(root)))
    except ValueError as error:
        raise click.BadParameter(f"{text}: SIZE:ROOT", param_hint="--close") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = error.strerror or "?"
        words = Words(f"cannot be read: {why}", f"gagal dibaca: {why}")
        raise UserError("unreadable", str(file), words, exit_code=2) from error


def _tell_digest(document: TrustDocument) -> None:
    digest = grouped(document.digest)
    remark(
        Words(
            f"version {document.version}, digest {digest}",
            f"versi {document.version}, digest {digest}",
        )
    )


_NONE_YET = Words("there is no trust document yet", "dokumen kepercayaan belum ada")
_BEGIN = Words("begin with: absah trust draft", "mulai dengan: absah trust draft")
