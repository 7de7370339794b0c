"""What of a served folder is as a build left it, without reading it again (record 0023).

Every file carries the mark of the build that wrote it as its time (:func:`stamp`). A file that was
touched since has another one, so what has kept its mark and its length need not be read again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container
from pathlib import Path
from typing import NamedTuple


def stamp(build: int, issued: int) -> int:
    """The time of files that a build wrote, in nanoseconds: its second, and below it its number.

    So it says when the content was published, is the same on every machine, and no two builds
    share it.
    """
    return issued * 10**9 + build % 10**9


class Seen(NamedTuple):
    """A plain file as its folder shows it."""

    length: int
    mark: int
    inode: tuple[int, int]
    """Device and number: two names with the same one are one file."""


_NOTHING = Seen(-1, -1, (-1, -1))


class Served:
    """What stands in a served folder, found by one look into each of its folders.

    ``stamps``: those of every build that this registry made.
    """

    def __init__(self, public: Path, stamps: Container[int]) -> None:
        self.public, self.stamps = public, stamps
        self._folders: dict[str, dict[str, Seen]] = {}

    def unchanged(self, path: str, length: int) -> bool:
        """Whether ``path`` has this length and was not touched since a build wrote it."""
        seen = self._find(path)
        return seen.length == length and seen.mark in self.stamps

    def holds(self, path: str, data: bytes, beside: tuple[str, ...]) -> bool:
        """Whether ``path`` holds ``data``, and ``beside`` were written with it by one build."""
        seen = self._find(path)
        if seen.length != len(data) or seen.mark not in self.stamps:
            return False
        if any(self._find(other).mark != seen.mark for other in beside):
            return False
        return (self.public / path).read_bytes() == data

    def inodes(self, folder: str) -> dict[str, tuple[int, int]]:
        """Which file each name in a folder is; a path below ``public``, "" for itself."""
        return {name: seen.inode for name, seen in self._look(folder).items()}

    def _find(self, path: str) -> Seen:
        folder, _, name = path.rpartition("/")
        return self._look(folder).get(name, _NOTHING)

    def _look(self, folder: str) -> dict[str, Seen]:
        if folder not in self._folders:
            self._folders[folder] = _seen(self.public / folder)
        return self._folders[folder]


def _seen(folder: Path) -> dict[str, Seen]:
    """Every plain file in a folder; nothing where there is no folder."""
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    inode = (status.st_dev, status.st_ino)
                    found[entry.name] = Seen(status.st_size, status.st_mtime_ns, inode)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return found
