"""On which kind of file system a folder lies (Linux mountinfo; elsewhere nothing is known)."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"9p|afs|ceph|cifs|davfs|fuse\.(davfs2?|glusterfs|rclone|sshfs)|glusterfs|ncpfs|nfs4?|smb(3|fs)"
)


def network_kind(folder: Path) -> str | None:
    """The type of the network share on which a folder lies; None: it is on a disk, or unknown."""
    try:
        lines = MOUNTS.read_bytes().splitlines()
    except OSError:
        return None
    place = os.fsencode(folder.resolve())
    best, kind = b"", ""
    for line in lines:
        before, _, after = line.partition(b" - ")
        point = _plain(before.split(b" ")[4])
        inside = place == point or place.startswith(point.rstrip(b"/") + b"/")
        if inside and len(point) >= len(best):
            best, kind = point, after.split(b" ")[0].decode("ascii", "replace")
    return kind if _NETWORK.fullmatch(kind) else None


def _plain(text: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), text)
