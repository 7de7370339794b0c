"""``absah publish`` and ``absah confirm``."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from registry import bundle, posting, readback, upload
from registry.bundle import Bundle
from registry.cli.console import (
    json_option,
    language_option,
    now_option,
    remark,
    save,
    say,
    say_json,
    workspace_option,
)
from registry.errors import UserError, Words
from registry.memory import grouped, trust_at
from registry.parcel import Parcel
from registry.posting import Checked
from registry.source import FolderSource, open_source
from registry.upload import Target
from signing import build_note, note
from signing.build_note import BuildNote
from signing.reasons import Malformed

CONFIRMED = "confirmed.note"
"""The build note as it was read back at its public address, for ``absah confirm``."""


@dataclass(frozen=True, slots=True)
class _Wishes:
    address: str | None
    anchor: Path | None
    whole: bool
    now: int
    as_json: bool


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="[BUNDLE.tar] TARGET")
@click.option("--address", metavar="URL", help="Where TARGET is seen; default: the official site.")
@click.option("--trust", "anchor", type=click.Path(path_type=Path), metavar="FILE|DIR",
              help="Trust document that the site must go back to.")  # fmt: skip
@click.option("--all", "whole", is_flag=True, help="Every file, not only what is new there.")
@workspace_option
@now_option
@json_option
@language_option
def publish(
    places: tuple[str, ...],
    address: str | None,
    anchor: Path | None,
    whole: bool,
    folder: Path,
    now: int,
    as_json: bool,
) -> None:
    """Put the built site on a host, or into a bundle; or a bundle on a host."""
    wishes = _Wishes(address, anchor, whole, now, as_json)
    if len(places) > 2 or (len(places) == 2 and not places[0].endswith(bundle.SUFFIX)):
        raise click.UsageError("give TARGET, or BUNDLE.tar and TARGET")
    if len(places) == 2:
        _post(Path(places[0]), places[1], wishes)
    elif places[0].endswith(bundle.SUFFIX):
        _write(folder, Path(places[0]), wishes)
    else:
        _direct(folder, places[0], wishes)


def _write(folder: Path, target: Path, wishes: _Wishes) -> None:
    """Register machine: what is new since the last confirmed build, as one file."""
    from registry import backup  # noqa: PLC0415  a post machine has no workspace
    from registry.store import Store  # noqa: PLC0415
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    with Store.open(workspace.database) as store:
        backup.refuse_unsaved(workspace.settings, store)
        confirmed = [row for row in store.notes() if row.confirmed]
    base = build_note.parse(confirmed[-1].note) if confirmed and not wishes.whole else None
    parcel = Parcel.open(_built(workspace.public), None)
    chain = parcel.chain(base)
    paths = upload.ordered(parcel.names if wishes.whole else parcel.to_send(chain))
    size = bundle.write(target, workspace.public, paths)
    number = chain.note.build
    if wishes.as_json:
        say_json({"build": number, "files": len(paths), "bytes": size})
        return
    say(f"{target}: build {number}, {len(paths)} files, {size} bytes")
    remark(
        Words(
            f"carry it to the machine with network: absah publish {target.name} TARGET",
            f"bawa ke komputer berjaringan: absah publish {target.name} TUJUAN",
        )
    )


def _direct(folder: Path, place: str, wishes: _Wishes) -> None:
    """One machine for both: from the workspace's public folder."""
    from registry import backup  # noqa: PLC0415  a post machine has no workspace
    from registry.store import Store  # noqa: PLC0415
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    source, target = _built(workspace.public), upload.target(place)
    if isinstance(target, upload.FolderTarget) and _same(target.folder, workspace.public):
        raise click.UsageError("TARGET is the folder that absah build writes")
    with Store.open(workspace.database) as store:
        backup.refuse_unsaved(workspace.settings, store)
    address = wishes.address or workspace.settings.site
    live = posting.live_source(target, address)
    checked = posting.check(source, live, wishes.now, own=True)
    posted = posting.send(checked, workspace.public, target, address, whole=wishes.whole)
    with Store.open(workspace.database, writer=True) as store, store.transaction():
        store.confirm(posted.note.build)
    _report(checked, posted, target, wishes)


def _post(path: Path, place: str, wishes: _Wishes) -> None:
    """Post machine: check a bundle with public keys against the live site, and send it."""
    target = upload.target(place)
    given = trust_at(wishes.anchor) if wishes.anchor else None
    with Bundle.open(path) as opened:
        address = wishes.address or Parcel.open(opened, given).site
        live = posting.live_source(target, address)
        checked = posting.check(opened, live, wishes.now, given)
        if checked.live is None and given is None:
            digest = grouped(checked.parcel.documents[1].digest)
            remark(
                Words(
                    f"nothing is live there yet; trust/1: {digest} (compare with the memorandum)",
                    f"belum ada yang terbit; trust/1: {digest} (cocokkan dengan nota resmi)",
                )
            )
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".absah-") as beside:
            _extract(opened, Path(beside))
            posted = posting.send(checked, Path(beside), target, address, whole=True)
    save(path.parent / CONFIRMED, checked.chain.data)
    _report(checked, posted, target, wishes)
    remark(
        Words(
            f"carry {CONFIRMED} back: absah confirm {CONFIRMED}",
            f"bawa kembali {CONFIRMED}: absah confirm {CONFIRMED}",
        )
    )


def _report(checked: Checked, posted: posting.Posted, target: Target, wishes: _Wishes) -> None:
    if wishes.as_json:
        before = checked.live.build if checked.live else None
        numbers = {"build": posted.note.build, "before": before, "log_size": posted.note.size}
        say_json({**numbers, "sent": posted.sent, "removed": posted.removed})
    else:
        size = posted.note.size
        say(f"{target.name}: build {posted.note.build}, log size {size}, {posted.sent} files sent")


def _built(public: Path) -> FolderSource:
    if not (public / "build.note").is_file():
        raise UserError("no-build", str(public), _NOT_BUILT, _BUILD_FIRST)
    return FolderSource(public)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _extract(opened: Bundle, folder: Path) -> None:
    try:
        opened.extract(folder)
    except OSError as error:
        why = Words(f"cannot be unpacked: {error.strerror}", f"gagal dibuka: {error.strerror}")
        raise UserError("unwritable", str(folder), why) from error


@click.command()
@click.argument("place", required=False, metavar="[URL|DIR|FILE]")
@workspace_option
@json_option
@language_option
def confirm(place: str | None, folder: Path, as_json: bool) -> None:
    """Read the newest build back through its public address; codes may be printed after that."""
    from registry import build as builder  # noqa: PLC0415  not on a post machine
    from registry.store import Store  # noqa: PLC0415
    from registry.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        document = builder.newest_trust(store)
        newest = store.newest_note()
        if newest is None:
            raise UserError("no-build", str(folder), _NOT_BUILT, _BUILD_FIRST)
        if place and Path(place).is_file():
            found = _carried(Path(place))
            held = store.note(found.build)
            if held is None or build_note.parse(held.note).text != found.text:
                raise UserError("not-ours", place, _NOT_OURS, _NEWEST)
        else:
            source = open_source(place or document.site)
            found = readback.check(source, document, newest.note)
        with store.transaction():
            store.confirm(found.build)
    if as_json:
        say_json({"build": found.build, "log_size": found.size})
    else:
        say(f"build {found.build}: read back, log size {found.size}")


def _carried(path: Path) -> BuildNote:
    """The note that a post machine read back. UserError: it is none."""
    try:
        with path.open("rb") as file:
            return build_note.parse(file.read(note.LIMIT + 1))
    except (OSError, Malformed) as error:
        why = Words(f"no build note: {error}", f"bukan catatan build: {error}")
        raise UserError("bad-note", str(path), why, _NEWEST, exit_code=2) from error


_NOT_BUILT = Words("nothing was built yet", "belum ada yang dibangun")
_BUILD_FIRST = Words("build first: absah build", "bangun dulu: absah build")
_NOT_OURS = Words(
    "is a build note that this store did not sign", "bukan catatan build dari penyimpanan ini"
)
_NEWEST = Words(
    "take the confirmed.note that absah publish left beside the bundle",
    "pakai confirmed.note yang ditinggalkan absah publish di sebelah bundel",
)
