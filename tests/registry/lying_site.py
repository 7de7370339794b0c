"""A site in memory that can withhold, replace and cache what it serves."""

from __future__ import annotations

from registry.client import Client, Held
from registry.source import Unreachable
from signing import trust
from tests.demonstration import NOW

HTML = b"<!doctype html><title>Not found</title>"


class Lying:
    """A source over a dict. ``stale``: what a cache answers unless it is passed by."""

    address = "memory"

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)
        self.stale: dict[str, bytes | None] = {}
        self.down = False
        self.reads: list[tuple[str, bool]] = []

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        self.reads.append((path, fresh))
        if self.down:
            raise Unreachable(f"{path}: down")
        cached = path in self.stale and not fresh
        data = self.stale[path] if cached else self.files.get(path)
        if data is not None and len(data) > limit:
            raise Unreachable(f"{path}: more than {limit} bytes")
        return data

    def matching(self, part: str) -> list[str]:
        """Paths that hold ``part``; at least one."""
        found = [path for path in self.files if part in path]
        assert found, part
        return found


def client(site: Lying | None, held: Held | None = None, now: int = NOW) -> Client:
    """A client that has refreshed; it begins with trust/1 of the site unless it holds more."""
    if held is None:
        assert site is not None
        held = Held(trust=trust.anchor(site.files["trust/1.note"]))
    made = Client(site, held, now)
    made.refresh()
    return made
