"""Fills the folder that a publication will put in place: what is new written, the rest linked.

It begins with an empty folder, or with a spare one that was served before. Of a spare only those
names stay that are, file for file, what is served now; so whatever it held, it ends as an empty one
would, and only the difference has cost anything (record 0028).

No file is ever changed: its other name may be served. It is taken away and made anew.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from registry import disk
from registry.served import Served

CARRIED = (".gitignore",)
"""Files of the served folder that a publication carries over."""
_MODE = 0o755
_MANY = 200
"""New files above which the whole file system is synced once, and not each of them."""


class Stage:
    """A folder that is being filled, and what of it has to be synced.

    ``mark``: the time of what is new (:func:`registry.served.stamp`); None leaves it to the disk.
    """

    def __init__(self, folder: Path, served: Served, mark: int | None) -> None:
        self.folder, self.served, self.mark = folder, served, mark
        self._there: set[str] = set()
        """Paths that are, by name and inode, what is served."""
        self._touched: set[Path] = set()
        """Folders in which a name was made or taken away."""
        self._made: set[Path] = set()
        self._written = 0

    def fill(self, files: Mapping[str, bytes], kept: Iterable[str]) -> None:
        """Make the folder hold ``files`` and the served files ``kept``, and nothing else; on disk.

        OSError: it could not be done.
        """
        kept = list(kept)
        carried = [name for name in CARRIED if name not in files and self._is_served(name)]
        if self.folder.is_dir():
            self._enter(self.folder, stat.S_IMODE(self.folder.stat().st_mode))
            self._prune(_by_folder([*files, *kept, *carried]))
        else:
            self._make(self.folder)
        self._keep(kept)
        for path, data in files.items():
            self._place(path, data)
        for name in carried:
            if name not in self._there:
                shutil.copyfile(self.served.public / name, self._target(name))
        self._sync()

    def _is_served(self, path: str) -> bool:
        return (self.served.public / path).is_file()

    def _prune(self, wanted: Mapping[str, set[str]], below: str = "") -> None:
        """Leave what is wanted and is the served file itself, and the folders that hold such."""
        place = self.folder / below
        names, inodes = wanted[below], self.served.inodes(below)
        prefix = f"{below}/" if below else ""
        folders = []
        with os.scandir(place) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                path = prefix + entry.name
                if stat.S_ISDIR(status.st_mode):
                    folders.append((path, stat.S_IMODE(status.st_mode)))
                elif entry.name in names and (status.st_dev, status.st_ino) == inodes.get(
                    entry.name
                ):
                    self._there.add(path)
                else:
                    (place / entry.name).unlink()
                    self._touched.add(place)
        for path, mode in folders:
            if path not in wanted:
                shutil.rmtree(self.folder / path)
                self._touched.add(place)
                continue
            self._enter(self.folder / path, mode)
            self._prune(wanted, path)

    def _enter(self, folder: Path, mode: int) -> None:
        """A folder of the spare that goes on being one."""
        self._made.add(folder)
        if mode != _MODE:
            folder.chmod(_MODE)
            self._touched.add(folder)

    def _keep(self, paths: Iterable[str]) -> None:
        """Link served files; plain strings, for there are thousands of them."""
        old, new, last = os.fspath(self.served.public), os.fspath(self.folder), ""
        for path in paths:
            if path in self._there:
                continue
            folder = path.rpartition("/")[0]
            if folder != last:
                self._target(path)
                last = folder
            if not disk.link(f"{old}/{path}", f"{new}/{path}"):
                shutil.copy2(f"{old}/{path}", f"{new}/{path}")
                self._written = _MANY + 1

    def _target(self, path: str) -> Path:
        """Where a path will stand, its folder made, which is going to change."""
        target = self.folder / path
        self._make(target.parent)
        self._touched.add(target.parent)
        return target

    def _make(self, folder: Path) -> None:
        if folder in self._made:
            return
        if folder != self.folder:
            self._make(folder.parent)
            self._touched.add(folder.parent)
        folder.mkdir()
        folder.chmod(_MODE)
        self._made.add(folder)
        self._touched.add(folder)

    def _place(self, path: str, data: bytes) -> None:
        """Link the file that is served already if it has the same bytes, else write and sync."""
        old, there = self.served.public / path, path in self._there
        if _same(old, data) and (there or disk.link(old, self._target(path))):
            self._marked(self.folder / path)
            return
        target = self._target(path)
        if there:
            target.unlink()
        with target.open("xb") as file:
            file.write(data)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            if self.mark is not None:
                os.utime(file.fileno(), ns=(self.mark, self.mark))
            self._written += 1
            if self._written <= _MANY:
                os.fsync(file.fileno())

    def _marked(self, target: Path) -> None:
        """A served file that is right and lost its mark gets one: its bytes were compared."""
        if self.mark is not None and target.stat().st_mtime_ns not in self.served.stamps:
            os.utime(target, ns=(self.mark, self.mark))

    def _sync(self) -> None:
        """Everything on disk, folders too."""
        if self._written > _MANY:
            if disk.sync_all(self.folder):
                return
            for path in self.folder.rglob("*"):
                disk.sync(path)
        for inner in sorted(self._touched, reverse=True):
            disk.sync(inner)


def _by_folder(paths: Iterable[str]) -> dict[str, set[str]]:
    """The names that each folder holds; a folder that holds only folders is there, empty."""
    found: dict[str, set[str]] = {"": set()}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder not in found:
            parts = folder.split("/")
            for end in range(1, len(parts) + 1):
                found.setdefault("/".join(parts[:end]), set())
        found[folder].add(name)
    return found


def _same(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False
