"""Puts a built site in place: staged beside, unchanged files hard-linked, one exchange of folders.

It knows files and folders and nothing of what stands in them. Whoever serves the folder sees the
old site or the new one, never a mixture; a full disk or a killed process leaves the old one served.
Only where the file system cannot exchange two folders, the first publication turns the folder into
a link, and for that one moment nothing stands there.

Every file carries the mark of the build that wrote it as its time (:func:`stamp`). A file that was
touched since has another one, so what has kept its mark and its length need not be read again.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from registry.errors import UserError, Words

CARRIED = (".gitignore",)
"""Files of the served folder that a publication carries over."""
KEPT_BUILDS = 7
"""Page builds that :func:`keep` leaves."""
_EXCHANGE = 2
_AT_FDCWD = -100
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_NO_LINK = (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP)
_MANY = 200
"""New files above which the whole file system is synced once, and not each of them."""


def stamp(build: int, issued: int) -> int:
    """The time of files that a build wrote, in nanoseconds: its second, and below it its number.

    So it says when the content was published, is the same on every machine, and no two builds
    share it.
    """
    return issued * 10**9 + build % 10**9


class Served:
    """What stands in a served folder, found by one look into each of its folders.

    ``stamps``: those of every build that this registry made.
    """

    def __init__(self, public: Path, stamps: Container[int]) -> None:
        self.public, self.stamps = public, stamps
        self._folders: dict[str, dict[str, tuple[int, int]]] = {}

    def unchanged(self, path: str, length: int) -> bool:
        """Whether ``path`` has this length and was not touched since a build wrote it."""
        size, modified = self._find(path)
        return size == length and modified in self.stamps

    def holds(self, path: str, data: bytes, beside: tuple[str, ...]) -> bool:
        """Whether ``path`` holds ``data``, and ``beside`` were written with it by one build."""
        size, mark = self._find(path)
        if size != len(data) or mark not in self.stamps:
            return False
        if any(self._find(other)[1] != mark for other in beside):
            return False
        return (self.public / path).read_bytes() == data

    def _find(self, path: str) -> tuple[int, int]:
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = _looked(self.public / folder)
        return self._folders[folder].get(name, (-1, -1))


def _looked(folder: Path) -> dict[str, tuple[int, int]]:
    """Length and time of every plain file in a folder; nothing where there is no folder."""
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    found[entry.name] = (status.st_size, status.st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return found


@contextmanager
def staged(
    public: Path,
    files: Mapping[str, bytes],
    *,
    kept: Iterable[str] = (),
    marks: tuple[int, Container[int]] | None = None,
) -> Iterator[Path]:
    """A folder beside ``public`` with exactly ``files`` and the served files ``kept``; on disk.

    ``marks``: the :func:`stamp` of what is new, and those that a file may have already. The folder
    is removed at the end. UserError: it could not be written; the served folder is untouched.
    """
    folder = public.parent / f".{public.name}.{secrets.token_hex(4)}"
    try:
        try:
            public.parent.mkdir(parents=True, exist_ok=True)
            _clear_leftovers(public)
            _Stage(folder, public, marks).fill(files, kept)
        except OSError as error:
            raise _unwritable(public, error) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exchange(folder: Path, public: Path) -> None:
    """Put a staged folder in the place of ``public``, which then stands where it was staged.

    UserError ``publish-failed``: it could not be done, and the old site is in its place.
    ``publish-unsynced``: the new site is in its place, and a power cut may still take it back.
    """
    try:
        if public.is_symlink() or not public.exists():
            _point(public, folder)
        elif not _swap(folder, public):
            _turn_into_link(public, folder)
    except OSError as error:
        raise _unwritable(public, error) from error
    try:
        _sync_folder(public.parent)
    except OSError as error:
        raise _unsynced(public, error) from error


def keep(public: Path, kept: Path, number: int, paths: Iterable[str]) -> None:
    """Keep some served files as ``kept/<number>``, beside those of the builds before; seven stay.

    UserError: they could not be kept; nothing that is served has changed.
    """
    place = kept / str(number)
    beside = kept / f".{number}.{secrets.token_hex(4)}"
    try:
        if not place.exists():
            for path in paths:
                target = beside / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if (public / path).is_file() and not _linked(public / path, target):
                    shutil.copy2(public / path, target)
            beside.rename(place)
        numbers = sorted(int(path.name) for path in kept.iterdir() if path.name.isdecimal())
        for old in numbers[:-KEPT_BUILDS]:
            shutil.rmtree(kept / str(old))
    except OSError as error:
        raise _unwritable(kept, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


class _Stage:
    """A folder that is being filled, and what of it has to be synced."""

    def __init__(
        self, folder: Path, public: Path, marks: tuple[int, Container[int]] | None
    ) -> None:
        self.folder, self.public, self.marks = folder, public, marks
        self.made: set[Path] = set()
        self.written = 0

    def fill(self, files: Mapping[str, bytes], kept: Iterable[str]) -> None:
        self.folder.mkdir(mode=0o755)
        self.made.add(self.folder)
        self._keep(kept)
        for path, data in files.items():
            self._place(self._target(path), self.public / path, data)
        for name in CARRIED:
            if (self.public / name).is_file() and name not in files:
                shutil.copyfile(self.public / name, self.folder / name)
        for inner in self.made:
            inner.chmod(0o755)
        self._sync()

    def _keep(self, paths: Iterable[str]) -> None:
        """Link served files; plain strings, for there are thousands of them."""
        old, new, last = os.fspath(self.public), os.fspath(self.folder), ""
        for path in paths:
            folder = path.rpartition("/")[0]
            if folder != last:
                self._target(path)
                last = folder
            if not _linked(f"{old}/{path}", f"{new}/{path}"):
                shutil.copy2(f"{old}/{path}", f"{new}/{path}")
                self.written = _MANY + 1

    def _target(self, path: str) -> Path:
        target = self.folder / path
        if target.parent not in self.made:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.made |= set(target.parents) - set(self.folder.parents)
        return target

    def _place(self, target: Path, old: Path, data: bytes) -> None:
        """Link the file that is served already if it has the same bytes, else write and sync."""
        if _same(old, data) and _linked(old, target):
            if self.marks and target.stat().st_mtime_ns not in self.marks[1]:
                os.utime(target, ns=(self.marks[0], self.marks[0]))
            return
        with target.open("xb") as file:
            file.write(data)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            if self.marks:
                os.utime(file.fileno(), ns=(self.marks[0], self.marks[0]))
            self.written += 1
            if self.written <= _MANY:
                os.fsync(file.fileno())

    def _sync(self) -> None:
        """Everything on disk, folders too."""
        if self.written > _MANY and _sync_all(self.folder):
            return
        if self.written > _MANY:
            for path in self.folder.rglob("*"):
                _sync_folder(path)
        for inner in sorted(self.made, reverse=True):
            _sync_folder(inner)


def _linked(old: Path | str, target: Path | str) -> bool:
    """A hard link; False where the file system has none for this file."""
    try:
        os.link(old, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return False
    return True


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False


def _swap(folder: Path, public: Path) -> bool:
    """Exchange two folders in one step (Linux renameat2); False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    old, new = os.fsencode(folder), os.fsencode(public)
    if rename(_AT_FDCWD, old, _AT_FDCWD, new, _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(public))


def _point(public: Path, folder: Path) -> None:
    """Serve through a symbolic link, or begin with a plain folder where nothing is served yet."""
    if not public.is_symlink():
        folder.rename(public)
        return
    old = public.resolve()
    kept = folder.rename(folder.with_name(f"{folder.name}.site"))
    beside = folder.with_name(f"{folder.name}.link")
    beside.symlink_to(kept.name)
    beside.replace(public)
    if old.parent == public.parent.resolve():
        shutil.rmtree(old, ignore_errors=True)


def _turn_into_link(public: Path, folder: Path) -> None:
    """First publication on a file system without exchange: from then on a link is swapped."""
    kept = folder.rename(folder.with_name(f"{folder.name}.site"))
    beside = folder.with_name(f"{folder.name}.link")
    beside.symlink_to(kept.name)
    public.rename(folder)
    try:
        beside.replace(public)
    except OSError:
        folder.rename(public)
        raise


def _clear_leftovers(public: Path) -> None:
    """Staging folders of a process that was killed; the one that a link points to stays.

    Only names that :func:`staged` gives: a folder of someone else may begin in the same way.
    """
    served = public.resolve()
    ours = re.compile(rf"\.{re.escape(public.name)}\.[0-9a-f]{{8}}(\.site|\.link)?")
    for path in [path for path in public.parent.iterdir() if ours.fullmatch(path.name)]:
        if path.is_symlink():
            path.unlink()
        elif path.resolve() != served:
            shutil.rmtree(path, ignore_errors=True)


def _sync_all(folder: Path) -> bool:
    """Sync the file system that holds a folder (Linux syncfs); False where it cannot."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(handle)
    return True


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(public: Path, error: OSError) -> UserError:
    why = error.strerror or "?"
    return UserError(
        "publish-failed",
        str(public),
        Words(f"cannot be written: {why}", f"gagal ditulis: {why}"),
        Words(
            "the site is served as before; mend this and build again",
            "situs tetap disajikan seperti semula; perbaiki lalu build lagi",
        ),
    )


def _unsynced(public: Path, error: OSError) -> UserError:
    why = error.strerror or "?"
    return UserError(
        "publish-unsynced",
        str(public),
        Words(
            f"the new site is in place, but the disk did not confirm it: {why}",
            f"situs baru sudah terpasang, tetapi disk belum memastikannya: {why}",
        ),
        Words(
            "mend the disk, then build again",
            "perbaiki disk, lalu build lagi",
        ),
    )
