"""A disk whose n-th call fails: every call by which a publication changes it is counted."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest

CALLS = (
    *("mkdir", "link", "symlink", "rename", "replace", "unlink", "rmdir"),
    *("chmod", "fchmod", "fsync", "utime"),
)


@dataclass
class Disk:
    """Counts calls, and lets the one numbered ``fail_at`` (from 0) fail with ``error``."""

    fail_at: int | None = None
    error: int = 0
    seen: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    """The line of the project that made each call: module:line."""

    @property
    def failed(self) -> str | None:
        """Name of the call that failed."""
        at = self.fail_at
        return self.seen[at] if at is not None and at < len(self.seen) else None

    def call(self, name: str) -> None:
        """Count one call. OSError if it is its turn."""
        self.seen.append(name)
        self.sites.append(_site())
        if len(self.seen) - 1 == self.fail_at:
            raise OSError(self.error, os.strerror(self.error))


def _site() -> str:
    """The innermost line of the package ``registry`` that is running."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__package__") != "registry":
        frame = frame.f_back
    return f"{frame.f_globals['__name__']}:{frame.f_lineno}" if frame else "-"


class _File:
    """A file open for writing; a write that fails has written half of its data."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file, self._disk = file, disk

    def write(self, data: bytes) -> int:
        try:
            self._disk.call("write")
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        return int(self._file.write(data))

    def flush(self) -> None:
        self._disk.call("flush")
        self._file.flush()

    def __enter__(self) -> _File:
        self._file.__enter__()
        return self

    def __exit__(self, *what: Any) -> None:
        self._file.__exit__(*what)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def counted(disk: Disk) -> Iterator[Disk]:
    """Inside, every changing call goes through ``disk``."""

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            disk.call(name)
            return real(*arguments, **named)

        return call

    real_open = io.open

    def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if not set(mode) & set("wxa+"):
            return real_open(file, mode, *rest, **named)
        disk.call("open")
        return _File(real_open(file, mode, *rest, **named), disk)

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(name, getattr(os, name)))
        patch.setattr(io, "open", opened)
        yield disk
