"""One invented registry, made once and shared by all tests that only read it.

The same bytes in every run, made by the ordinary ``registry.demo.make``. A test that changes
anything takes ``copied``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry import build, demo
from registry.keyring import Keyring
from registry.store import Store
from registry.workspace import Workspace
from signing import trust
from signing.canonical import time_seconds
from signing.trust import TrustDocument

NOW = time_seconds("2026-11-24T03:00:00Z")
SITE = "http://127.0.0.1:8080/"
SEED = 1
RECORDS = 60


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demonstration registry on disk: two folders beside each other."""

    root: Path
    """Holds ``demo`` (the workspace) and ``public``."""
    samples: list[dict[str, str]]
    """``samples.json``: name, file, image, reason, offline."""
    now: int = NOW
    """When its last build was made, seconds."""
    site: str = SITE

    @property
    def workspace(self) -> Path:
        return self.root / "demo"

    @property
    def public(self) -> Path:
        return self.root / "public"

    def text(self, name: str) -> str:
        """The text of a sample."""
        return (self.workspace / "samples" / f"{name}.txt").read_text(encoding="ascii").strip()

    def trust(self) -> TrustDocument:
        """Its newest published trust document."""
        paths = (self.public / "trust").glob("*.note")
        return trust.parse(max(paths, key=lambda path: int(path.stem)).read_bytes())

    def copied(self, to: Path) -> Demonstration:
        """A copy in the folder ``to``, which must not be there yet."""
        shutil.copytree(self.root, to, symlinks=True)
        return Demonstration(to, self.samples, self.now, self.site)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Its store, open for writing."""
        with Store.open(Workspace.open(self.workspace).database, writer=True) as store:
            yield store

    def build(self, now: int, *, clock_checked: bool = False) -> build.Built:
        """Build and publish it at ``now``."""
        workspace = Workspace.open(self.workspace)
        with self.store() as store:
            ring = Keyring(workspace.keys, demo=True)
            return build.build(workspace, store, ring, build.Terms(now, clock_checked))

    def files(self) -> dict[str, bytes]:
        """Every published file."""
        return tree(self.public)


def make(root: Path, *, records: int = RECORDS, seed: int = SEED) -> Demonstration:
    """Make a demonstration below ``root``."""
    wishes = demo.Wishes(
        folder=root / "demo",
        public=root / "public",
        site=SITE,
        now=NOW,
        records=records,
        seed=seed,
    )
    made = demo.make(wishes, lambda _words: None)
    samples = json.loads((made.samples / "samples.json").read_text(encoding="ascii"))
    return Demonstration(root, samples)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
