"""Puts a built site in place: staged beside, unchanged files hard-linked, one exchange of folders.

It knows files and folders and nothing of what stands in them. Whoever serves the folder sees the
old site or the new one, never a mixture; a full disk or a killed process leaves the old one served.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from registry.errors import UserError, Words

CARRIED = (".gitignore",)
"""Files of the served folder that a publication carries over."""
_EXCHANGE = 2
_AT_FDCWD = -100
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


@contextmanager
def staged(public: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder beside ``public`` that holds exactly ``files``, on disk; removed at the end.

    UserError: it could not be written; the served folder is untouched.
    """
    folder = public.parent / f".{public.name}.{secrets.token_hex(4)}"
    try:
        try:
            public.parent.mkdir(parents=True, exist_ok=True)
            _clear_leftovers(public)
            _write_all(folder, public, files)
        except OSError as error:
            raise _unwritable(public, error) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exchange(folder: Path, public: Path) -> None:
    """Put a staged folder in the place of ``public``, which then stands where it was staged.

    UserError: it could not be done; one of the two whole folders is served.
    """
    try:
        if public.is_symlink() or not public.exists():
            _point(public, folder)
        elif not _swap(folder, public):
            _turn_into_link(public, folder)
        _sync_folder(public.parent)
    except OSError as error:
        raise _unwritable(public, error) from error


def _write_all(folder: Path, public: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=0o755)
    made = {folder}
    for path, data in files.items():
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made |= set(target.parents) - set(folder.parents)
        _place(target, public / path, data)
    for name in CARRIED:
        if (public / name).is_file() and name not in files:
            shutil.copyfile(public / name, folder / name)
    for inner in sorted(made, reverse=True):
        inner.chmod(0o755)
        _sync_folder(inner)


def _place(target: Path, old: Path, data: bytes) -> None:
    """Link the file that is served already if it has the same bytes, else write and sync."""
    if _same(old, data):
        try:
            os.link(old, target)
        except OSError as error:
            if error.errno not in (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP):
                raise
        else:
            return
    with target.open("xb") as file:
        file.write(data)
        os.fchmod(file.fileno(), 0o644)
        file.flush()
        os.fsync(file.fileno())


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
