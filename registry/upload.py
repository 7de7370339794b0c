"""Puts files on a host that is not atomic: into a folder, or by rsync, in the one safe order.

First what never changes under its name, then pages and catalogue, then copies of the newest, and
``build.note`` last. Whoever reads in the middle finds the old state whole; an auditor also finds
the kept note of the new one, which says what all the other files are. An upload that broke off is
done again: what is there already is left alone.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Protocol

from registry import disk
from registry.errors import UserError, Words

NOTE = "build.note"
FINAL = 2
"""Ranks up to this one never change under their name."""
_FINAL = re.compile(r"(log/(tile|checkpoints)/|status/[0-9]+-|assets/|catalogue/scheme/).*")
_COPIES = re.compile(r"log/checkpoint|status/[0-9]+\.cwt")
_RSYNC = re.compile(r"rsync://.+|([A-Za-z0-9._-]+@)?[A-Za-z0-9._-]{2,}::?.+")


def rank(path: str) -> int:
    """When a file is sent: 0 trust, 1 kept notes, 2 final, 3 pages, 4 copies, 5 and 6 the note."""
    if path == NOTE:
        return 6
    if path.startswith(NOTE):
        return 5
    if _COPIES.fullmatch(path):
        return 4
    if path.startswith("trust/"):
        return 0
    if path.startswith("builds/"):
        return 1
    return FINAL if _FINAL.fullmatch(path) else 3


def ordered(paths: Iterable[str]) -> list[str]:
    """Paths in the order of upload."""
    return sorted(paths, key=lambda path: (rank(path), path))


class Target(Protocol):
    """Where a site is put."""

    name: str

    def send(self, folder: Path, paths: list[str]) -> int:
        """Put files of ``folder`` there, in this order; how many were new. UserError: it failed."""
        ...

    def remove(self, paths: list[str]) -> None:
        """Take files away that are no longer part of the site. UserError: it failed."""
        ...


def target(text: str) -> Target:
    """``host:path``, ``rsync://...``, else a folder."""
    return RsyncTarget(text) if _RSYNC.fullmatch(text) else FolderTarget(Path(text))


class FolderTarget:
    """A folder that a web server serves, or that is pushed somewhere as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, str(folder)

    def send(self, folder: Path, paths: list[str]) -> int:
        """See :class:`Target`."""
        sent = 0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for _, group in groupby(paths, key=rank):
                together = list(group)
                for path in together:
                    sent += self._put(folder / path, path)
                self._sync(together)
        except OSError as error:
            raise _failed(self.name, error.strerror or "?") from error
        return sent

    def _put(self, source: Path, path: str) -> bool:
        data, place = source.read_bytes(), self.folder / path
        if place.is_file():
            if place.read_bytes() == data:
                return False
            if rank(path) <= FINAL:
                raise UserError("published-otherwise", str(place), _OTHERWISE, _LOOK)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                file.write(data)
                os.fchmod(file.fileno(), 0o644)
                file.flush()
                os.fsync(file.fileno())
            stat = source.stat()
            os.utime(beside, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
            beside.replace(place)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        return True

    def _sync(self, paths: list[str]) -> None:
        """Names on disk, those too that an earlier run made: a later rank must not outlive them."""
        inner = {part for path in paths for part in Path(path).parents}
        for folder in sorted(inner, reverse=True):
            disk.sync(self.folder / folder)

    def remove(self, paths: list[str]) -> None:
        """See :class:`Target`."""
        try:
            for path in paths:
                (self.folder / path).unlink(missing_ok=True)
        except OSError as error:
            raise _failed(self.name, error.strerror or "?") from error


class RsyncTarget:
    """A host that rsync reaches. Each rank is one run, so no file of a later one comes before."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, folder: Path, paths: list[str]) -> int:
        """See :class:`Target`."""
        sent = 0
        for order, group in groupby(paths, key=rank):
            # What is final is never written over; a file that differs is found by reading back.
            how = ("--ignore-existing",) if order <= FINAL else ("--checksum",)
            told = self._run(folder, list(group), "--out-format=%n", *how)
            sent += sum(1 for line in told.splitlines() if line and not line.endswith("/"))
        return sent

    def remove(self, paths: list[str]) -> None:
        """See :class:`Target`."""
        if paths:
            with tempfile.TemporaryDirectory() as nothing:
                self._run(Path(nothing), paths, "--delete-missing-args")

    def _run(self, folder: Path, paths: list[str], *how: str) -> str:
        command = ["rsync", "--times", "--perms", "--chmod=D755,F644", *how]
        command += ["--from0", "--files-from=-", f"{folder}/", f"{self.name.rstrip('/')}/"]
        names = "".join(f"{path}\0" for path in paths).encode()
        try:
            done = subprocess.run(command, input=names, capture_output=True, check=False)
        except FileNotFoundError as error:
            raise UserError("no-rsync", "rsync", _NO_RSYNC, _INSTALL, exit_code=2) from error
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise _failed(self.name, lines[0] if lines else f"rsync {done.returncode}")
        return done.stdout.decode("utf-8", "replace")


def _failed(name: str, why: str) -> UserError:
    return UserError(
        "upload-failed",
        name,
        Words(f"the upload broke off: {why}", f"pengunggahan terhenti: {why}"),
        Words(
            "what is served is whole, old or new; run the same command again to go on",
            "yang disajikan utuh, lama atau baru; jalankan perintah yang sama untuk melanjutkan",
        ),
        exit_code=3,
    )


_OTHERWISE = Words(
    "is published with other bytes, and never changes under its name",
    "sudah terbit dengan isi lain, padahal isinya tidak boleh berubah",
)
_LOOK = Words(
    "is this the right place? look at it with: absah audit",
    "apakah ini tempat yang benar? periksa dengan: absah audit",
)
_NO_RSYNC = Words("is not installed", "belum terpasang")
_INSTALL = Words("install it: apt-get install rsync", "pasang: apt-get install rsync")
