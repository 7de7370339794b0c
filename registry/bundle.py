"""A bundle: files of a site in one tar, carried from the machine that builds to the one that posts.

Written in one way only (ustar, no owner, no time), in the order of upload, so the same files give
the same bytes. Read as strictly: every header is made again from its name and length and must be
the same 512 bytes. So there is no link, no folder, no device, no second meaning of a name.
"""

from __future__ import annotations

import os
import re
import secrets
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Self

from registry.errors import UserError, Words
from registry.source import Unreachable

SUFFIX = ".tar"
LIMIT = 64 * 1024 * 1024
"""Bytes of the largest file in a bundle."""
MOST = 2_000_000
"""Files in a bundle at most."""
_BLOCK = 512
_PIECE = 1 << 20
_PART = r"[A-Za-z0-9_~@+,=-][A-Za-z0-9._~@+,=-]*"
_PATH = re.compile(rf"{_PART}(/{_PART})*\Z")
_HIDDEN = (".nojekyll",)


def allowed(path: str) -> bool:
    """Whether a path can stand in a bundle: relative, plain letters, no hidden part, no ``..``."""
    return path in _HIDDEN or bool(_PATH.match(path))


def write(target: Path, folder: Path, paths: Iterable[str]) -> int:
    """Write files of ``folder`` in the order given; the number of bytes. Whole or not at all.

    UserError: it cannot be written, or a file cannot be read.
    """
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            with beside.open("xb") as file:
                for path in paths:
                    data = (folder / path).read_bytes()
                    file.write(_header(path, len(data)) + data + bytes(-len(data) % _BLOCK))
                file.write(bytes(2 * _BLOCK))
                size = file.tell()
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        why = Words(f"cannot be written: {error.strerror}", f"gagal ditulis: {error.strerror}")
        raise UserError("unwritable", str(target), why) from error
    return size


class Bundle:
    """An open bundle: a source of the files in it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.address = str(path)
        self._file = file
        self._places = _index(path, file)

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Read every header. UserError ``bad-bundle``: it is not written as :func:`write` does."""
        try:
            file = path.open("rb")
        except OSError as error:
            why = Words(f"cannot be read: {error.strerror}", f"gagal dibaca: {error.strerror}")
            raise UserError("bad-bundle", str(path), why, exit_code=2) from error
        try:
            return cls(path, file)
        except BaseException:
            file.close()
            raise

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:  # noqa: ARG002
        """See :class:`registry.source.Source`."""
        if path not in self._places:
            return None
        start, length = self._places[path]
        if length > limit:
            raise Unreachable(f"{path}: more than {limit} bytes")
        self._file.seek(start)
        return self._file.read(length)

    def listing(self) -> list[str]:
        """Its paths, in the order in which they stand in it."""
        return list(self._places)

    def extract(self, folder: Path) -> None:
        """Write its files below an empty folder. OSError: it cannot be done."""
        for path in self._places:
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.write(self.read(path, LIMIT) or b"")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()


def _header(path: str, length: int) -> bytes:
    info = tarfile.TarInfo(path)
    info.size, info.mode = length, 0o644
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _index(path: Path, file: BinaryIO) -> dict[str, tuple[int, int]]:
    """Where each file begins, and its length."""
    places: dict[str, tuple[int, int]] = {}
    size = file.seek(0, os.SEEK_END)
    at = 0
    while True:
        file.seek(at)
        block = file.read(_BLOCK)
        if block == bytes(_BLOCK):
            break
        name, length = _parsed(path, block)
        if name in places or len(places) >= MOST:
            raise _bad(path, f"{name}: twice, or too many files")
        if length > LIMIT or at + _BLOCK + length > size:
            raise _bad(path, f"{name}: longer than allowed, or cut off")
        places[name] = (at + _BLOCK, length)
        end = at + _BLOCK + length
        file.seek(end)
        if any(file.read(-length % _BLOCK)):
            raise _bad(path, f"{name}: something stands behind it")
        at = end + -length % _BLOCK
    if size != at + 2 * _BLOCK or file.read(_BLOCK) != bytes(_BLOCK):
        raise _bad(path, "it does not end in two empty blocks")
    return places


def _parsed(path: Path, block: bytes) -> tuple[str, int]:
    """Name and length of a header that is the only possible one for them."""
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        prefix = block[345:500].rstrip(b"\0").decode("ascii")
        length = int(block[124:135], 8)
        name = f"{prefix}/{name}" if prefix else name
        if allowed(name) and _header(name, length) == block:
            return name, length
    except (UnicodeDecodeError, ValueError):
        pass  # no header of ours either
    raise _bad(path, "a header is not of the one form that is allowed")


def _bad(path: Path, why: str) -> UserError:
    return UserError(
        "bad-bundle",
        str(path),
        Words(f"no bundle of a site: {why}", f"bukan bundel situs: {why}"),
        Words("copy it again, or write it anew", "salin ulang, atau buat ulang"),
    )
