"""What a publication asks of the disk beyond Python: exchange, links, and that it is really there.

Linux has all of it; elsewhere the answer says that it was not done, and the caller has another way.
"""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_EXCHANGE = 2
_AT_FDCWD = -100
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_NO_LINK = (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP)


def swap(folder: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux renameat2); False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(folder), os.fsencode(other)
    if rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(other))


def link(old: Path | str, target: Path | str) -> bool:
    """Make a hard link; False where the file system has none for this file."""
    try:
        os.link(old, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return False
    return True


def sync_all(folder: Path) -> bool:
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


def sync(path: Path) -> None:
    """Sync one file, or the names in one folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
