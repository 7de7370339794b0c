"""``absah trust draft``, ``sign``, ``publish`` and ``show``: the ceremony."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry import ceremony, trust_words
from registry.cli.console import (
    Passphrases,
    confirmed,
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
from signing.canonical import time_text
from signing.trust import Final, TrustDocument

if TYPE_CHECKING:
    from registry.drafting import Wishes
    from registry.store import Store
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
@click.option("--close", multiple=True, metavar="KID=STATUS[:SIZE]", help="End an issuer key.")
@click.option("--without", multiple=True, metavar="ROLE/NAME", help="A key that leaves.")
@click.option("--log", "log_key", metavar="NAME", help="The log key that signs from now on.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: trust/.")
@workspace_option
@now_option
@json_option
@language_option
def draft(out: Path | None, folder: Path, as_json: bool, **given: Any) -> None:
    """Write the text of the next version: the present one, and every key that is new."""
    from registry import drafting  # noqa: PLC0415 not in the base install
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    with _opened(workspace) as store:
        past = drafting.in_force(store) if store else []
        wishes = _wishes(given, store)
    if given["log_key"] and not past:
        raise click.BadParameter("there is no log key to follow yet", param_hint="--log")
    files = Keyring(workspace.keys).files()
    text = drafting.draft(workspace.settings, past, files, wishes)
    document = documents.read_text(text)
    target = out or workspace.trust / f"{document.version}.draft"
    save(target, f"{text}\n".encode())
    _tell_difference(past[-1] if past else None, document)
    _tell_warnings(
        [*ceremony.warnings(document), *drafting.unsealed(workspace.settings, document, files)]
    )
    _tell_digest(document)
    _tell(document, str(target), as_json, file=str(target))


def _wishes(given: dict[str, Any], store: Store | None) -> Wishes:
    """What the options of ``draft`` ask for; the store says where a key ends."""
    from registry import drafting  # noqa: PLC0415 not in the base install

    name = given["log_key"]
    return drafting.Wishes(
        now=given["now"],
        threshold=given["threshold"],
        max_age=given["max_age"],
        scopes=dict(_scope(text) for text in given["scope"]),
        closed=dict(_close(text, store) for text in given["close"]),
        removed=given["without"],
        log=(name, drafting.log_cut_off(store)) if name and store else None,
    )


@trust.command()
@_FILE
@click.option("--key", "key_file", type=click.Path(path_type=Path), required=True, metavar="FILE")
@click.option(
    "--previous",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The version before; default: <n>.note beside FILE or the key.",
)
@click.option("--yes", is_flag=True, help="Sign without asking: the digest was compared.")
@click.option("--demo", is_flag=True, hidden=True)
@passphrase_option
@json_option
@language_option
def sign(
    file: Path,
    key_file: Path,
    previous: Path | None,
    yes: bool,
    demo: bool,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Show what changes, ask, and add a root holder's signature to FILE.

    Needs the key file and nothing else: no workspace, no network.
    """
    ring = Keyring(key_file.parent, Passphrases(passphrase_fd), demo=demo)
    role, _, name = key_file.stem.partition("-")
    held = ring.find(role, name)
    data = _read(file)
    document = ceremony.drafted(data)
    before = _before(document, previous, [file.parent, key_file.parent])
    ceremony.check(before, document)
    _tell_difference(before, document)
    _tell_warnings(ceremony.warnings(document))
    _tell_digest(document)
    confirmed(_SIGN, held.vkey.name, yes=yes)
    signed = ceremony.sign(data, held.vkey, ring.open(held))
    save(file, signed)
    _tell_signatures(signed, document, before)
    by = ceremony.signed_by(signed, document)
    _tell(document, str(file), as_json, file=str(file), signed_by=by)


@trust.command()
@_FILE
@workspace_option
@json_option
@language_option
def publish(file: Path, folder: Path, as_json: bool) -> None:
    """Put the signed FILE into force; it is published with the next build."""
    from registry import drafting  # noqa: PLC0415 not in the base install
    from registry.store import Store  # noqa: PLC0415
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    data = _read(file)
    with Store.open(workspace.database, writer=True) as store:
        document, index = drafting.publish(store, data)
    save(workspace.trust / f"{document.version}.note", data)
    _tell_warnings(ceremony.warnings(document))
    _tell_digest(document)
    _tell(document, f"trust/{document.version}  #{index}", as_json, index=index)


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
        return ceremony.drafted(_read(file), str(file))
    from registry import drafting  # noqa: PLC0415 not in the base install
    from registry.workspace import Workspace  # noqa: PLC0415

    with _opened(Workspace.open(folder)) as store:
        past = drafting.in_force(store) if store else []
    if not past:
        raise UserError("no-trust", str(folder), _NONE_YET, _BEGIN)
    return past[-1]


def _opened(workspace: Workspace) -> AbstractContextManager[Store | None]:
    """The store, to be read; None before anything was written."""
    from registry.store import Store  # noqa: PLC0415 not in the base install

    return Store.open(workspace.database) if workspace.database.exists() else nullcontext()


def _scope(text: str) -> tuple[str, list[int]]:
    name, _, numbers = text.partition("=")
    try:
        return name, [int(number) for number in numbers.split(",")]
    except ValueError as error:
        raise click.BadParameter(f"{text}: write NAME=9001,9002", param_hint="--scope") from error


def _close(text: str, store: Store | None) -> tuple[str, tuple[str, Final | None]]:
    """``KID=STATUS[:SIZE]``; SIZE ``now``: with everything that the ledger holds."""
    from registry import drafting  # noqa: PLC0415 not in the base install

    kid, _, rest = text.partition("=")
    status, _, size = rest.partition(":")
    if status not in documents.STATUSES:
        raise click.BadParameter(f"{text}: write KID=retired or compromised", param_hint="--close")
    if not size or store is None:
        return kid, (status, None)
    if size != "now" and not (size.isascii() and size.isdigit()):
        raise click.BadParameter(f"{text}: SIZE is a number, or now", param_hint="--close")
    return kid, (status, drafting.cut_off(store, None if size == "now" else int(size)))


def _before(
    document: TrustDocument, named: Path | None, folders: list[Path]
) -> TrustDocument | None:
    """The version before, told by its digest wherever it lies; None: none, or not at hand."""
    if document.version == 1:
        return None
    if named is not None:
        found = ceremony.precedes(_read(named), document)
        if found is None:
            raise UserError("not-previous", str(named), _NOT_PREVIOUS, ceremony.SHOW)
        return found
    for folder in folders:
        path = folder / f"{document.version - 1}.note"
        found = ceremony.precedes(path.read_bytes(), document) if path.is_file() else None
        if found is not None:
            return found
    remark(_NO_PREVIOUS)
    return None


def _tell(document: TrustDocument, plain: str, as_json: bool, **more: object) -> None:
    """The result: one line, or version, digest and what else there is as JSON."""
    if as_json:
        say_json({"version": document.version, "digest": document.digest, **more})
    else:
        say(plain)


def _tell_difference(before: TrustDocument | None, document: TrustDocument) -> None:
    """In sentences where there is something to compare with, then value by value."""
    for words in trust_words.changes(before, document) if before else ():
        remark(words)
    for line in ceremony.difference(before, document):
        remark(Words(line, line))


def _tell_warnings(found: list[Words]) -> None:
    for words in found:
        remark(Words(f"warning: {words.en}", f"peringatan: {words.id}"))


def _tell_signatures(data: bytes, document: TrustDocument, before: TrustDocument | None) -> None:
    """How many root holders of the new version, and of the one before, have signed."""
    for counting in (document, before) if before else (document,):
        names = ceremony.signed_by(data, counting)
        short = ", ".join(name.removeprefix(f"{counting.id}/root/") for name in names)
        count = f"{len(names)}/{counting.threshold} ({short})"
        remark(
            Words(
                f"signatures by roots of version {counting.version}: {count}",
                f"tanda tangan akar versi {counting.version}: {count}",
            )
        )


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
_NOT_PREVIOUS = Words("is not the version before this one", "bukan versi tepat sebelum dokumen ini")
_NO_PREVIOUS = Words(
    "the version before is not at hand: every value is shown (--previous FILE compares)",
    "versi sebelumnya tidak tersedia: semua nilai ditampilkan (--previous BERKAS membandingkan)",
)
_SIGN = Words("Sign this with", "Tanda tangani dengan")
