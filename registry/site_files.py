"""One state of a registry as files: which there are, what is in them, which stand there already.

Everything follows from store, catalogue, templates and the note. A file that is served and still
has the mark of the build that wrote it (served.py) is kept as it is, so a build makes only what is
new: the last tiles of the log, lists whose bits changed, the note, pages that came out otherwise.
Where a mark is lost the file is made from the store again, all of the tree if need be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version

from registry import figures, log, pages, single_file, twins
from registry.catalogue import Catalogue
from registry.errors import UserError, Words
from registry.guide import Guide
from registry.rows import HeadRow
from registry.served import Served
from registry.store import Store
from registry.workspace import Workspace
from signing import build_note, status, trust
from signing.canonical import dumps
from signing.merkle import Tile
from signing.trust import TrustDocument

UNLISTED = ("_headers", ".nojekyll")


class Files(Mapping[str, bytes]):
    """Published files by path; the large ones are made when they are asked for, and not held."""

    def __init__(self, served: Served | None) -> None:
        self.served = served
        self.kept: list[str] = []
        """Paths whose served file stays."""
        self._held: dict[str, bytes | Callable[[], bytes]] = {}

    def __getitem__(self, path: str) -> bytes:
        held = self._held[path]
        return held if isinstance(held, bytes) else held()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._held))

    def __len__(self) -> int:
        return len(self._held)

    def add(self, path: str, data: bytes) -> None:
        """A file whose bytes may change under its name: compared with the served one in full."""
        self._held[path] = data

    def add_final(self, path: str, length: int, make: Callable[[], bytes]) -> None:
        """A file that never changes: kept where it is served with this length and its mark."""
        if self.served is not None and self.served.unchanged(path, length):
            self.kept.append(path)
        else:
            self._held[path] = make

    def add_with_twins(self, path: str, data: bytes) -> None:
        """A file and its twins: packed once, when the file has changed."""
        made = twins.made(path, data)
        if self.served is None or not self.served.holds(path, data, tuple(made)):
            self._held[path] = data
            self._held |= made
        else:
            self.kept += [path, *made]


class SiteFiles:
    """One state of a registry, laid out as files."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        document: TrustDocument,
        tree: log.Tree,
        now: int,
    ) -> None:
        self.store, self.document, self.tree = store, document, tree
        self.settings = workspace.settings
        catalogue = Catalogue.load(workspace.catalogue)
        _refuse_lost_schemes(store, catalogue)
        self.catalogue = catalogue.files()
        told = figures.at_month_end(store, workspace.path("figures"), now)
        assets, guide = pages.Assets.load(), Guide.load()
        self.pages = pages.pages(self._page_settings(), assets, told, guide)
        self.listed = _listed(self.catalogue, self.pages)
        self._whole: log.Tree | None = None

    def _page_settings(self) -> pages.PageSettings:
        first = trust.parse(self.store.trust()[0].note)
        return pages.PageSettings(
            registry=self.document.id,
            site=self.document.site,
            names=self.document.name,
            trust_digest=first.digest,
            version=version("absah"),
            demo=self.document.demo,
            offline=self.settings.offline,
        )

    def pinned(self) -> dict[str, str]:
        """Digests of the catalogue files that a note names."""
        return _pinned(self.catalogue)

    def everything(self, note: bytes, served: Served | None = None) -> Files:
        """Every published file of the state that ``note`` pins.

        ``served``: what may be kept of the present site; None makes every file.
        """
        files = Files(served)
        single = {single_file.PATH: self._single(note)}
        listed = {"files.json": self.listed, "build.note": note}
        for path, data in {**self.catalogue, **self.pages, **single, **listed}.items():
            if twins.has_twins(path):
                files.add_with_twins(path, data)
            else:
                files.add(path, data)
        for row in self.store.trust():
            _final(files, f"trust/{row.version}.note", row.note)
        self._lists(files)
        self._log(files)
        return files

    def _single(self, note: bytes) -> bytes:
        """``download/verify.html`` with the data of the state that ``note`` pins."""
        found = build_note.parse(note)
        head = self.store.head(found.size)
        held = {"build.note": note, **self.catalogue}
        held |= {f"log/checkpoints/{found.size}": head.checkpoint} if head else {}
        held |= {f"trust/{row.version}.note": row.note for row in self.store.trust()}
        held |= {status.path(row.list, row.data): row.data for row in self.store.lists()}
        wanted = single_file.paths(found, self.catalogue)
        return single_file.filled(
            self.pages[single_file.PATH], {path: held[path] for path in wanted}
        )

    def _lists(self, files: Files) -> None:
        newest: dict[str, bytes] = {}
        for listed in self.store.lists():
            _final(files, status.path(listed.list, listed.data), listed.data)
            newest[f"status/{listed.list}.cwt"] = listed.data  # the newest comes last
        for path, data in newest.items():
            files.add(path, data)

    def _log(self, files: Files) -> None:
        heads: dict[int, HeadRow] = {}
        for kept in self.store.notes():
            _final(files, f"builds/{kept.build}.note", kept.note)
            head = self.store.head(kept.size) if kept.size not in heads else None
            if head is not None and kept.size <= self.tree.size:
                heads[kept.size] = head
        signed = log.signed({n: head.checkpoint for n, head in heads.items()}, self.tree.size)
        for path, data in signed.items():
            if path == "log/checkpoint":
                files.add(path, data)
            else:
                _final(files, path, data)
        for piece in log.pieces(heads, self._tile, self.store.entries):
            files.add_final(*piece)

    def _tile(self, tile: Tile) -> bytes:
        """A tile of this tree; one that is left of its edge comes from all entries."""
        try:
            return self.tree[tile]
        except KeyError:
            if self._whole is None:
                self._whole = log.Tree(self.store.leaves(0, self.tree.size))
            return self._whole[tile]


def _final(files: Files, path: str, data: bytes) -> None:
    files.add_final(path, len(data), lambda: data)


def _refuse_lost_schemes(store: Store, catalogue: Catalogue) -> None:
    for digest, code in store.schemes().items():
        if digest not in catalogue.by_digest:
            raise UserError("scheme-lost", code, _SCHEME_LOST, _SCHEME_BACK)


def _pinned(catalogue: Mapping[str, bytes]) -> dict[str, str]:
    """The catalogue files that a note names, by name below ``catalogue/``."""
    found = {}
    for path, data in sorted(catalogue.items()):
        name = path.removeprefix("catalogue/")
        if name != "schemes.json" and not name.startswith("scheme/"):
            found[name] = hashlib.sha256(data).hexdigest()
    return found


def _listed(catalogue: Mapping[str, bytes], rest: Mapping[str, bytes]) -> bytes:
    """``files.json``: path and digest of what no other signed object names (formats 7)."""
    pinned = {f"catalogue/{name}" for name in _pinned(catalogue)}
    lines = [
        [path, hashlib.sha256(data).hexdigest()]
        for path, data in sorted({**catalogue, **rest}.items())
        if path not in pinned and path not in UNLISTED
    ]
    return dumps(lines).encode()


_SCHEME_LOST = Words(
    "the catalogue no longer has a version of this scheme that certificates point to",
    "katalog tidak lagi memuat versi skema yang dirujuk sertifikat",
)
_SCHEME_BACK = Words(
    "put its file back; a changed scheme is a new file with a new version",
    "kembalikan berkasnya; skema yang berubah adalah berkas baru dengan versi baru",
)
