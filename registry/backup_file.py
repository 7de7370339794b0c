"""The file of a backup: a tar archive with a manifest, written and taken apart strictly.

::

    manifest.json   {"absah": "backup", "version": 1, "registry", "made", "files": [[name, sha256]]}
    registry.db     a snapshot of the store
    registry.toml, catalogue/..., trust/<n>.note

No keys: whoever finds it can read the register, and sign nothing. It knows names and bytes and
nothing of what they mean.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from registry.errors import UserError, Words

MANIFEST = "manifest.json"
DATABASE = "registry.db"
_MANIFEST_LIMIT = 4 * 1024 * 1024
_NAME = re.compile(r"registry\.(db|toml)|trust/[0-9]+\.note|catalogue(/[A-Za-z0-9_][\w.-]*)+")
_CHUNK = 1024 * 1024


def write(path: Path, registry: str, made: str, files: dict[str, Path]) -> str:
    """Write ``files`` (path by name) into a new archive, on disk when it returns; its SHA-256, hex.

    UserError: it exists already, a file has a name that no backup holds, or the disk fails.
    """
    odd = [name for name in files if not _NAME.fullmatch(name)]
    if odd:
        raise UserError("bad-backup", odd[0], _ODD_NAME)
    if path.exists():
        raise UserError("backup-exists", str(path), _EXISTS, _OTHER_NAME)
    listed = [[name, _digest(source)] for name, source in sorted(files.items())]
    head = {"absah": "backup", "version": 1, "registry": registry, "made": made, "files": listed}
    beside = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                _archive(file, json.dumps(head, indent=1).encode(), files)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path, error) from error
    return _digest(path)


def _archive(file: IO[bytes], manifest: bytes, files: dict[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        _add(archive, MANIFEST, io.BytesIO(manifest), len(manifest))
        for name, source in sorted(files.items()):
            with source.open("rb") as held:
                _add(archive, name, held, source.stat().st_size)


def _add(archive: tarfile.TarFile, name: str, data: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, data)


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Take a backup apart into an empty ``folder``; its manifest.

    UserError: it cannot be read, is no backup, a byte of it is not the one that was written, or
    ``folder`` cannot be written.
    """
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive:
            members = _members(archive)
            manifest = _manifest(archive, next(members, None))
            wanted = [tuple(entry) for entry in manifest["files"]]
            found = [(member.name, _extract(archive, member, folder)) for member in members]
    except OSError as error:
        why = error.strerror or str(error)
        words = Words(f"cannot be read: {why}", f"gagal dibaca: {why}")
        raise UserError("unreadable", str(path), words, exit_code=2) from error
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError) as error:
        raise UserError("bad-backup", str(path), _NOT_ONE, _OTHER_COPY) from error
    if found != wanted:
        raise UserError("bad-backup", str(path), _CHANGED, _OTHER_COPY)
    return manifest


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The regular files of an archive, each name once. ValueError: anything else is in it."""
    seen = set()
    for member in archive:
        if not member.isreg() or member.name in seen:
            raise ValueError(member.name)
        seen.add(member.name)
        yield member


def _manifest(archive: tarfile.TarFile, member: tarfile.TarInfo | None) -> dict[str, Any]:
    if member is None or member.name != MANIFEST or member.size > _MANIFEST_LIMIT:
        raise ValueError("no manifest")
    file = archive.extractfile(member)
    manifest: dict[str, Any] = json.loads(file.read() if file else b"")
    if (manifest["absah"], manifest["version"]) != ("backup", 1):
        raise ValueError("another kind of file")
    return manifest


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write one file; its SHA-256, hex. ValueError: no backup has a file of this name."""
    if not _NAME.fullmatch(member.name):
        raise ValueError(member.name)
    source, digest = archive.extractfile(member), hashlib.sha256()
    target = folder / member.name
    with _writing(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        file = os.fdopen(handle, "wb")
    with file:
        while source and (data := source.read(_CHUNK)):
            digest.update(data)
            with _writing(folder):
                file.write(data)
        with _writing(folder):
            file.flush()
            os.fsync(file.fileno())
    return digest.hexdigest()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """What fails inside is the disk of ``folder``, and not the backup that is read."""
    try:
        yield
    except OSError as error:
        raise _unwritable(folder, error) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unwritable(path: Path, error: OSError) -> UserError:
    why = error.strerror or "?"
    return UserError(
        "unwritable", str(path), Words(f"cannot be written: {why}", f"gagal ditulis: {why}")
    )


_ODD_NAME = Words(
    "has a name that a backup cannot hold", "memakai nama yang tidak dapat masuk cadangan"
)
_EXISTS = Words("there is a file of this name", "sudah ada berkas dengan nama ini")
_OTHER_NAME = Words(
    "a backup is never written over: choose another name",
    "cadangan tidak pernah ditimpa: pilih nama lain",
)
_NOT_ONE = Words("is not a backup of a registry", "bukan cadangan registri")
_CHANGED = Words(
    "is damaged: a file in it is missing or not as it was written",
    "rusak: ada berkas di dalamnya yang hilang atau tidak seperti saat ditulis",
)
_OTHER_COPY = Words("take another copy", "pakai salinan lain")
