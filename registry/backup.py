"""Backups of a registry: written, restored aside, compared with what is published; and restored.

A backup counts only when it was read back from its file, opened, and found to hold what is
published: the same build note, and a tree with the same root. ``backup_file`` knows the file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry import backup_file, log
from registry.errors import UserError, Words
from registry.source import Source, Unreachable, open_source
from registry.store import Store
from registry.workspace import SETTINGS, Settings, Workspace
from signing import build_note, merkle, note, trust
from signing.build_note import BuildNote
from signing.canonical import time_text
from signing.reasons import Malformed
from signing.trust import TrustDocument

_ASIDE = ".absah-"
"""How the name of a folder for copies begins; the number of its process follows."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a backup holds, as found in a copy that was restored aside."""

    certificates: int
    size: int
    build: int
    """Number of its newest build note; 0 = nothing was built yet."""
    live: int
    """Number of the published build that it was compared with; 0 = nothing is published."""
    ahead: bytes | None = None
    """A published note that it does not hold: it is older than what is published."""


def make(workspace: Workspace, store: Store, path: Path, live: str | None, now: int) -> Checked:
    """Write a backup, restore it aside, compare it, and note in ``store`` that it counts.

    UserError: it could not be written or read back, or is not what is published; then it does not
    count.
    """
    with _aside(workspace.folder) as folder:
        try:
            store.snapshot(folder / backup_file.DATABASE)
        except OSError as error:
            raise _unwritable(path, error) from error
        files = {**_files(workspace), backup_file.DATABASE: folder / backup_file.DATABASE}
        digest = backup_file.write(path, workspace.settings.id, time_text(now), files)
    checked = check(path, workspace.folder, live or str(workspace.public))
    if checked.ahead is not None:
        raise UserError("log-ahead", str(path), _OLDER, _LOOK)
    if checked.build:
        with store.transaction():
            store.add_backup(checked.build, now, bytes.fromhex(digest))
    return checked


def check(path: Path, place: Path, live: str | None) -> Checked:
    """Restore a backup aside, in a folder on the disk of ``place``, and compare it.

    ``live``: address, folder or build note of what is published; None = the registry's site.
    UserError: it is damaged, or cannot be compared.
    """
    with _aside(place) as folder:
        backup_file.unpack(path, folder)
        return _examined(folder, live)


def restore(path: Path, folder: Path, live: str | None) -> Checked:
    """Put a backup into a folder that holds no registry yet; keys may lie there.

    Older than what is published (``ahead``): it can be read, and signs nothing. UserError: there is
    a registry in ``folder``, the backup is damaged, or it cannot be compared; nothing is left.
    """
    for name in (SETTINGS, backup_file.DATABASE):
        if (folder / name).exists():
            raise UserError("workspace-exists", str(folder), _NOT_EMPTY, _EMPTY_FOLDER)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    with _aside(folder) as aside:
        backup_file.unpack(path, aside)
        checked = _examined(aside, live)
        if checked.ahead is not None:
            _mark_behind(aside / backup_file.DATABASE, checked.live, checked.ahead)
        _put(aside, folder)
    return checked


def sweep(folder: Path) -> None:
    """Remove the copies of the register that a killed backup or restore left in ``folder``.

    They hold what an erasure takes out of the register. OSError: one cannot be removed.
    """
    for left in folder.glob(f"{_ASIDE}*"):
        owner = left.name.removeprefix(_ASIDE).partition("-")[0]
        if not owner.isdigit() or not _running(int(owner)):
            shutil.rmtree(left)


def refuse_unsaved(settings: Settings, store: Store) -> None:
    """UserError: the newest build is in no verified backup, and registry.toml demands one."""
    newest = store.newest_note()
    if settings.backup == "required" and newest and newest.build > store.backed_up():
        raise UserError("no-backup", f"build {newest.build}", _UNSAVED, _SAVE)


def _files(workspace: Workspace) -> dict[str, Path]:
    """Everything of a workspace that cannot be made again, by name; no keys."""
    found = [workspace.path(SETTINGS), *workspace.trust.glob("*.note")]
    found += [path for path in workspace.catalogue.rglob("*") if path.is_file()]
    return {path.relative_to(workspace.folder).as_posix(): path for path in sorted(found)}


def _running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A private folder inside ``folder``, so on its disk; removed at the end."""
    try:
        sweep(folder)
        made = Path(tempfile.mkdtemp(prefix=f"{_ASIDE}{os.getpid()}-", dir=folder))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _mark_behind(database: Path, build: int, served: bytes) -> None:
    with Store.open(database, writer=True) as store, store.transaction():
        store.add_ahead(build, served)


def _put(aside: Path, folder: Path) -> None:
    """Move the restored files into place, registry.toml last: it makes a folder a workspace."""
    (aside / backup_file.DATABASE).with_suffix(".lock").unlink(missing_ok=True)
    try:
        for path in sorted(aside.iterdir(), key=lambda path: path.name == SETTINGS):
            target = folder / path.name
            if target.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            else:
                path.rename(target)
        for name in ("trust", "catalogue", "keys"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    except OSError as error:
        raise _unwritable(folder, error) from error


# Is it whole, and is it what is published? --------------------------------------------------------


def _examined(folder: Path, live: str | None) -> Checked:
    """Open a restored copy, look at every row that counts, and compare it."""
    workspace = Workspace.open(folder)
    with Store.open(workspace.database, writer=True) as store:
        documents = _documents(store)
        for fault in (*store.integrity_faults(), *(f"#{index}" for index in store.torn())):
            raise UserError("bad-backup", backup_file.DATABASE, _torn(fault), _OTHER_BACKUP)
        tree = log.Tree(store.leaves(0, store.size()))
        newest = store.newest_note()
        own = _own(store, tree, documents)
        published = _published(live or workspace.settings.site, bool(newest))
        facts = (tree.size - len(documents), tree.size, newest.build if newest else 0)
        if published is None:
            return Checked(*facts, live=0)
        source, data = published
        served = build_note.parse(data)
        if own.get(served.build) != served.text:
            return Checked(*facts, live=served.build, ahead=data)
        _compare(source, served, tree, documents)
        return Checked(*facts, live=served.build)


def _documents(store: Store) -> list[TrustDocument]:
    """The trust documents of the store, walked. UserError: they do not follow each other."""
    found: list[TrustDocument] = []
    try:
        for row in store.trust():
            found.append(trust.step(found[-1], row.note) if found else trust.anchor(row.note))
    except Malformed as error:
        raise UserError("bad-backup", "trust", _torn(str(error)), _OTHER_BACKUP) from error
    if found and found[0].version != 1:
        raise UserError("bad-backup", "trust", _torn("trust/1 is missing"), _OTHER_BACKUP)
    return found


def _own(store: Store, tree: log.Tree, documents: list[TrustDocument]) -> dict[int, str]:
    """Text of every build note of the store by number. UserError: a root is not the log's."""
    found = {}
    for row in store.notes():
        held = build_note.parse(row.note)
        found[held.build] = held.text
        if held.size > tree.size or tree.root(held.size) != held.root or not documents:
            name = f"build {held.build}"
            raise UserError("bad-backup", name, _torn("another root"), _OTHER_BACKUP)
    return found


class _NoteSource:
    """One build note, carried here as a file."""

    def __init__(self, path: Path) -> None:
        self.address, self.path = str(path), path

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:  # noqa: ARG002
        """See :class:`registry.source.Source`."""
        if path != "build.note":
            return None
        try:
            return self.path.read_bytes()[: limit + 1]
        except OSError as error:
            raise Unreachable(error.strerror or "?") from error


def _published(live: str, built: bool) -> tuple[Source, bytes] | None:
    """Where the published state is and its note; None: nothing was ever built or published.

    UserError, exit 3: it cannot be read, so nobody knows whether this copy is the newest one.
    """
    path = Path(live)
    source: Source = _NoteSource(path) if path.is_file() else open_source(live)
    try:
        data = source.read("build.note", note.LIMIT)
        if data is not None:
            build_note.parse(data)
            return source, data
    except (Unreachable, Malformed) as error:
        why = Words(f"cannot be read: {error}", f"gagal dibaca: {error}")
        raise UserError("unreachable", live, why, _CARRY, exit_code=3) from error
    if built:
        raise UserError("unreachable", live, _NO_NOTE, _CARRY, exit_code=3)
    return None


def _compare(
    source: Source, served: BuildNote, tree: log.Tree, documents: list[TrustDocument]
) -> None:
    """The published checkpoint, signed by the log key of its time, is of this tree.

    A note that was carried here alone has none; that it is the store's own says the same.
    """
    if isinstance(source, _NoteSource):
        return
    path = f"log/checkpoints/{served.size}"
    entries = documents[-1].logs
    key = next(e.key for e in entries if e.final is None or served.size <= e.final.size)
    try:
        found = merkle.parse_checkpoint(source.read(path, note.LIMIT) or b"", key)
    except (Unreachable, Malformed) as error:
        why = Words(f"cannot be compared: {error}", f"tidak dapat dibandingkan: {error}")
        raise UserError("unreachable", path, why, _CARRY, exit_code=3) from error
    if (found.size, found.root) != (served.size, tree.root(served.size)):
        raise UserError("bad-backup", path, _torn("another root"), _OTHER_BACKUP)


def _torn(why: str) -> Words:
    return Words(f"does not hold: {why}", f"tidak utuh: {why}")


def _unwritable(path: Path, error: OSError) -> UserError:
    why = error.strerror or "?"
    return UserError(
        "unwritable", str(path), Words(f"cannot be written: {why}", f"gagal ditulis: {why}")
    )


_OLDER = Words(
    "what is published is newer than this registry: the backup does not count",
    "yang terbit lebih baru daripada registri ini: cadangan tidak dihitung",
)
_LOOK = Words(
    "is this an old copy? go on with the newest one", "apakah ini salinan lama? pakai yang terbaru"
)
_NOT_EMPTY = Words("there is a registry here already", "sudah ada registri di sini")
_EMPTY_FOLDER = Words(
    "restore into an empty folder: --workspace DIR", "pulihkan ke folder kosong: --workspace DIR"
)
_OTHER_BACKUP = Words(
    "do not rely on it; take another backup", "jangan diandalkan; pakai cadangan lain"
)
_NO_NOTE = Words("has no build note", "tidak memiliki catatan build")
_CARRY = Words(
    "say what is published: --live URL, a folder, or a build.note carried from the host",
    "sebutkan yang terbit: --live URL, folder, atau build.note yang dibawa dari hosting",
)
_UNSAVED = Words("is in no verified backup", "belum ada dalam cadangan yang teruji")
_SAVE = Words(
    "first: absah backup FILE, on another disk", "awali: absah backup BERKAS, di disk lain"
)
