"""Puts a built site in place: staged beside, one exchange of folders, the old one kept as a spare.

It knows files and folders and nothing of what stands in them. Whoever serves the folder sees the
old site or the new one, never a mixture; a full disk or a killed process leaves the old one served.
Only where the file system cannot exchange two folders, the first publication turns the folder into
a link, and for that one moment nothing stands there.

The folder that was exchanged away stands beside as ``.NAME.spare``, and the next publication begins
with it (staging.py): whoever stages takes it under another name first, so what has the name of a
spare was served whole and is on disk (record 0028).
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from registry import disk
from registry.errors import UserError, Words
from registry.served import Served
from registry.staging import Stage

KEPT_BUILDS = 7
"""Page builds that :func:`keep` leaves."""


@contextmanager
def staged(
    public: Path,
    files: Mapping[str, bytes],
    *,
    kept: Iterable[str] = (),
    served: Served | None = None,
    mark: int | None = None,
) -> Iterator[Path]:
    """A folder beside ``public`` with exactly ``files`` and the served files ``kept``; on disk.

    ``served``: what was seen of ``public``. ``mark``: the time of what is new. The folder is gone
    at the end. UserError: it could not be written; the served folder is untouched.
    """
    folder = public.parent / f".{public.name}.{secrets.token_hex(4)}"
    try:
        try:
            public.parent.mkdir(parents=True, exist_ok=True)
            _clear_leftovers(public)
            _take_spare(public, folder)
            Stage(folder, served or Served(public, ()), mark).fill(files, kept)
        except OSError as error:
            raise _unwritable(public, error) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exchange(folder: Path, public: Path) -> None:
    """Put a staged folder in the place of ``public``, which then is the spare.

    UserError ``publish-failed``: it could not be done, and the old site is in its place.
    ``publish-unsynced``: the new site is in its place, and a power cut may still take it back.
    """
    try:
        swapped = _put(folder, public)
    except OSError as error:
        raise _unwritable(public, error) from error
    try:
        if swapped:
            folder.rename(_spare(public))
        disk.sync(public.parent)
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
                if (public / path).is_file() and not disk.link(public / path, target):
                    shutil.copy2(public / path, target)
            beside.rename(place)
        numbers = sorted(int(path.name) for path in kept.iterdir() if path.name.isdecimal())
        for old in numbers[:-KEPT_BUILDS]:
            shutil.rmtree(kept / str(old))
    except OSError as error:
        raise _unwritable(kept, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put(folder: Path, public: Path) -> bool:
    """Put a folder in place; whether the two have changed places."""
    if public.is_symlink() or not public.exists():
        _point(public, folder)
    elif disk.swap(folder, public):
        return True
    else:
        _turn_into_link(public, folder)
    return False


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


def _spare(public: Path) -> Path:
    return public.with_name(f".{public.name}.spare")


def _take_spare(public: Path, folder: Path) -> None:
    """Begin the staged folder with the spare, which is one no longer; a link has none."""
    spare = _spare(public)
    if spare.is_symlink() or not spare.is_dir():
        spare.unlink(missing_ok=True)
    elif public.is_symlink():
        shutil.rmtree(spare)
    else:
        spare.rename(folder)


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
