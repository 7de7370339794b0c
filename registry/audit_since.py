"""Whether a log only grew since the auditor last looked: ``absah audit --since``.

The auditor brings a size and a root of an earlier day; the log recomputed today must have that root
at that size. It comes from the auditor's own papers, so the site cannot have a say in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from registry.audit_published import Published
from registry.audit_report import Since
from registry.audit_site import Site
from registry.errors import UserError, Words
from signing import merkle, note
from signing.canonical import b64decode
from signing.merkle import Checkpoint
from signing.reasons import Malformed

_LARGEST_FILE = 1 << 20
_PAIR = re.compile(r"([1-9][0-9]{0,9}):([A-Za-z0-9+/]{43}=)\Z")


@dataclass(frozen=True, slots=True)
class Held:
    """A size and root that the auditor kept."""

    said: str
    """What was given on the command line."""
    size: int
    root: bytes
    note: bytes | None = None
    """The signed checkpoint it was read from; None: a bare size and root."""


def held(text: str) -> Held:
    """What ``SIZE:ROOT``, or a file with a checkpoint or a record of ``verify --json``, states.

    UserError, exit 2: it is neither.
    """
    pair = _PAIR.match(text)
    try:
        if pair:
            return _checked(text, int(pair[1]), b64decode(pair[2]))
        with Path(text).open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError, Malformed) as error:
        raise _neither(text) from error
    try:
        return _of_record(text, data) if data.lstrip()[:1] == b"{" else _of_checkpoint(text, data)
    except (Malformed, ValueError, RecursionError) as error:
        raise _neither(text) from error


def _of_record(text: str, data: bytes) -> Held:
    value = json.loads(data)
    size, root = value.get("log_size"), value.get("log_root")
    if type(size) is not int or type(root) is not str:
        raise ValueError("no size and root of a log")
    return _checked(text, size, b64decode(root))


def _of_checkpoint(text: str, data: bytes) -> Held:
    lines = note.parse(data).text.split("\n")
    if len(lines) != 4 or not lines[1].isascii() or not lines[1].isdigit():
        raise ValueError("not three lines of origin, size and root")
    return _checked(text, int(lines[1]), b64decode(lines[2]), data)


def _checked(text: str, size: int, root: bytes, signed: bytes | None = None) -> Held:
    if not 0 < size <= merkle.MAX_SIZE or len(root) != merkle.HASH:
        raise _neither(text)
    return Held(text, size, root, signed)


def _neither(text: str) -> UserError:
    return UserError("bad-since", f"--since {text}", _NEITHER, _NEITHER_HINT, exit_code=2)


def check(site: Site, published: Published, kept: Held) -> None:
    """Report whether the recomputed log begins with the one that was kept."""
    path = f"log/checkpoints/{kept.size}"
    if kept.note is not None and not _signed(published, kept.note, kept):
        site.missed(kept.said, "no log key of this registry signed it, so it says nothing of it")
        return
    if kept.size > published.size:
        site.fault("log/checkpoint", "since-smaller", held=kept.size, size=published.size)
        held_then = False
    elif published.tree is None:
        site.missed(path, "the log could not be recomputed, so it was not compared with --since")
        return
    else:
        held_then = published.tree.root(kept.size) == kept.root
        if not held_then:
            site.fault(path, "since-root", size=kept.size)
    site.report.since.append(Since(kept.size, kept.root, held_then))


def _signed(published: Published, data: bytes, kept: Held) -> bool:
    """Whether a log key of the trust documents signed the checkpoint that was kept."""
    for entry in published.trusted.newest.logs:
        try:
            found = merkle.parse_checkpoint(data, entry.key)
        except Malformed:
            continue
        return found == Checkpoint(entry.key.name, kept.size, kept.root)
    return False


_NEITHER = Words(
    "is neither SIZE:ROOT nor a file with a checkpoint or a record",
    "bukan UKURAN:ROOT dan bukan berkas berisi checkpoint atau catatan",
    "SIZE:ROOT でも、チェックポイントや確認記録のファイルでもありません",
)
_NEITHER_HINT = Words(
    "ROOT is 44 characters of base64; log_size and log_root of absah verify --json are such a pair",
    "ROOT adalah 44 karakter base64; log_size dan log_root dari absah verify --json adalah pasangan"
    " itu",
    "ROOT は base64 で44文字です。absah verify --json の log_size と log_root がその組です",
)
