"""A registry that is built, hosted and published again, for tests of publication."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry import build, changes, parcel, posting, upload
from registry.serve import server
from registry.source import FolderSource
from tests.demonstration import NOW, Demonstration


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The address under which a folder is served."""
    folder.mkdir(parents=True, exist_ok=True)
    running = server(folder, 0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}/"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def next_build(found: Demonstration, step: int) -> build.Built:
    """One more build: a certificate is revoked."""
    with found.store() as store:
        changes.revoke(store, [str(9 + step)], changes.ReasonCode.OTHER, NOW + 60 * step)
    return found.build(NOW + 60 * step)


def checked(found: Demonstration, live: Path, now: int = NOW + 3600) -> posting.Checked:
    """The workspace's folder against a live one."""
    return posting.check(FolderSource(found.public), FolderSource(live), now, own=True)


def post(found: Demonstration, live: Path, *, whole: bool = False) -> posting.Posted:
    """Publish the workspace's folder to ``live``, which is served meanwhile."""
    with hosted(live) as address:
        target = upload.FolderTarget(live)
        return posting.send(checked(found, live), found.public, target, address, whole=whole)


def bundle_paths(found: Demonstration, live: bytes | None) -> list[str]:
    """What a bundle onto the live note holds, in its order."""
    opened = parcel.Parcel.open(FolderSource(found.public), None)
    before = opened.signed(live) if live else None
    return upload.ordered(opened.to_send(opened.chain(before)))


def confirmed(found: Demonstration) -> int:
    """Number of the newest confirmed build."""
    with found.store() as store:
        return max((row.build for row in store.notes() if row.confirmed), default=0)
