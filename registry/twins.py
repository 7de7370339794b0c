"""Compressed twins of files, for hosts that can send them: made, and unpacked again in bounds.

The same bytes on every machine and day. A browser gets the twin, so whoever checks a site unpacks
it and compares.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli

SUFFIXES = (".br", ".gz")
_PACKED = (".html", ".js", ".css", ".json", ".svg", ".txt", "build.note")
_EVERY_BUILD = "download/"
"""What changes with every note, and is large: the best packing of it would be most of a build."""
_BEST, _QUICK = 11, 5


def original(path: str) -> str | None:
    """The path whose twin this is; None: no twin."""
    return path[:-3] if path.endswith(SUFFIXES) else None


def has_twins(path: str) -> bool:
    """Whether a file of the site gets twins: text that a browser asks for."""
    return path.endswith(_PACKED) and not path.startswith("builds/")


def made(path: str, data: bytes) -> dict[str, Callable[[], bytes]]:
    """The twins of a file by path, each packed when it is asked for."""
    quality = _QUICK if path.startswith(_EVERY_BUILD) else _BEST
    return {path + ".br": lambda: _brotli(data, quality), path + ".gz": lambda: _gzip(data)}


def _brotli(data: bytes, quality: int) -> bytes:
    packed: bytes = brotli.compress(data, quality=quality)
    return packed


def _gzip(data: bytes) -> bytes:
    packed = gzip.compress(data, 9, mtime=0)
    # Byte 9 names the system; Python's own value of it differs between versions.
    return packed[:9] + b"\xff" + packed[10:]


def unpacked(path: str, twin: bytes, size: int) -> bytes | None:
    """What a twin unpacks to, at most one byte more than ``size``; None: it is damaged."""
    try:
        return _gunzip(twin, size) if path.endswith(".gz") else _unbrotli(twin, size)
    except (zlib.error, brotli.error):
        return None


def _gunzip(twin: bytes, size: int) -> bytes | None:
    stream = zlib.decompressobj(wbits=31)
    data = stream.decompress(twin, size + 1)
    return data if stream.eof and not stream.unused_data else None


def _unbrotli(twin: bytes, size: int) -> bytes | None:
    stream = brotli.Decompressor()
    # The bound is a hint: the last piece of output may reach a little beyond it.
    data: bytes = stream.process(twin, output_buffer_limit=size + 1)
    return data if len(data) <= size and stream.is_finished() else None
