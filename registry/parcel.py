"""What is about to be published: which files belong to it, and whether each is pinned as signed.

A parcel is a whole built folder, or a bundle with what is new since a build that was confirmed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from registry import hosting, log, readback, single_file, twins
from registry.bundle import LIMIT, allowed
from registry.errors import UserError, Words
from registry.source import ListedSource, Source, Unreachable
from signing import build_note, merkle, note, trust
from signing.build_note import BuildNote
from signing.canonical import loads
from signing.merkle import Tile
from signing.reasons import Malformed
from signing.trust import TrustDocument

_HOST = ("_headers", ".nojekyll")


@dataclass(frozen=True, slots=True)
class Chain:
    """The build notes of a parcel, newest first, each the predecessor of the one before it."""

    data: bytes
    """The newest note as it is published."""
    notes: list[BuildNote]
    after: int
    """How many of them come after the live one; 0: the newest is live already."""
    meets: bool
    """Whether they lead back to the live note; True where nothing is live."""
    base: int
    """Size of the log that is live."""

    @property
    def note(self) -> BuildNote:
        """The newest note."""
        return self.notes[0]


@dataclass(frozen=True, slots=True)
class Parcel:
    """The files of a site in one source, and what of it has been verified."""

    source: ListedSource
    names: frozenset[str]
    documents: dict[int, TrustDocument]
    """Every trust document by version, walked from the first."""
    listed: dict[str, str]
    """Path and digest of every line of ``files.json``."""

    @property
    def site(self) -> str:
        """The official address that its newest trust document states."""
        return self.documents[max(self.documents)].site

    @classmethod
    def open(cls, source: ListedSource, anchor: TrustDocument | None) -> Parcel:
        """Walk its trust documents and read its note. UserError ``bad-parcel``."""
        names = frozenset(path for path in source.listing() or () if path != ".gitignore")
        for path in sorted(names):
            if not allowed(path):
                raise _bad(ascii(path)[1:-1], "no path of a site")
        documents = _walk(source)
        if anchor and (
            anchor.version not in documents or documents[anchor.version].digest != anchor.digest
        ):
            raise _bad("trust/1.note", "not the registry of the trust document that was given")
        parcel = cls(source, names, documents, {})
        found = parcel.verified("build.note")
        try:
            parcel.listed.update(listed_paths(source, found.files))
        except (Malformed, Unreachable) as error:
            raise _bad("files.json", str(error)) from error
        return parcel

    def verified(self, path: str) -> BuildNote:
        """A note of the parcel, by the trust document that it names."""
        data = _get(self.source, path)
        try:
            return self.signed(data)
        except Malformed as error:
            raise _bad(path, str(error)) from error

    def signed(self, data: bytes) -> BuildNote:
        """A note by the trust document that it names. Malformed: not one of these, or not by it."""
        version = build_note.parse(data).trust_version
        if version not in self.documents:
            raise Malformed("build-trust", "it names a trust document that is not here")
        return build_note.verified(data, self.documents[version])

    def chain(self, live: BuildNote | None) -> Chain:
        """Its notes from the newest back, as far as they are here."""
        data = _get(self.source, "build.note")
        notes = [self.verified("build.note")]
        newest = f"builds/{notes[0].build}.note"
        if _get(self.source, newest) != data:
            raise _bad(newest, "not the note that is published")
        while (path := f"builds/{notes[-1].build - 1}.note") in self.names and notes[-1].previous:
            found = self.verified(path)
            if found.digest != notes[-1].previous:
                raise _bad(path, "not the predecessor of the note after it")
            notes.append(found)
        if live is None:
            return Chain(data, notes, len(notes), True, 0)
        same = [at for at, found in enumerate(notes) if found.digest == live.digest]
        # The live note itself need not be here: the oldest one names it.
        meets = bool(same) or notes[-1].previous == live.digest
        return Chain(data, notes, same[0] if same else len(notes), meets, live.size)

    def to_send(self, chain: Chain) -> set[str]:
        """Paths of the parcel that the live site lacks, or that may have changed."""
        required, optional = self._belonging(chain)
        return required | (optional & self.names)

    def inspect(self, chain: Chain, whole: Source, live: Source, root: bytes) -> None:
        """Every file here is pinned by something signed, and nothing that is new is missing.

        ``whole`` is the site as it will be, ``root`` that of the live log. UserError
        ``bad-parcel``.
        """
        required, _ = self._belonging(chain)
        if missing := sorted(required - self.names):
            raise _bad(missing[0], "missing")
        hashes = readback.leaves(whole, chain.base - chain.base % merkle.TILE, chain.note.size)
        try:
            if chain.base:
                tree = log.Tree.grown(chain.base, root, readback.edge(whole), hashes)
            else:
                tree = log.Tree(hashes)
        except Malformed as error:
            raise _bad("log", str(error)) from error
        _Inspection(self, chain, whole, live, tree).run()

    def checkpoint(self, path: str, data: bytes) -> merkle.Checkpoint:
        """A checkpoint, by any key that ever signed the log."""
        newest = self.documents[max(self.documents)]
        for entry in newest.logs:
            try:
                return merkle.parse_checkpoint(data, entry.key)
            except Malformed:
                continue
        raise _bad(path, "not signed by a log key")

    def _belonging(self, chain: Chain) -> tuple[set[str], set[str]]:
        """What the new builds publish: paths that must be there, and such that may."""
        newest, notes = chain.note, chain.notes[: max(chain.after, 1)]
        files = set(self.listed) | {f"catalogue/{name}" for name in newest.catalogue}
        files |= {"files.json", "build.note"}
        other = {f"trust/{version}.note" for version in self.documents} | {"log/checkpoint"}
        for found in notes:
            other |= {f"builds/{found.build}.note", f"log/checkpoints/{found.size}"}
            other |= {f"status/{k}-{digest[:16]}.cwt" for k, digest in enumerate(found.status)}
        other |= {f"status/{k}.cwt" for k in range(len(newest.status))}
        # Full tiles are the same in every later tree: those of the live one are there.
        old = {tile for tile in merkle.tiles(chain.base) if tile[2] == merkle.TILE}
        for tile in log.tiles_of([found.size for found in notes]):
            if tile not in old:
                other.update(_tile_paths(tile))
        optional = {path + end for path in files for end in twins.SUFFIXES} | set(_HOST)
        return files | other, optional


class _Inspection:
    """One look at every file of a parcel."""

    def __init__(
        self, parcel: Parcel, chain: Chain, whole: Source, live: Source, tree: log.Tree
    ) -> None:
        self.parcel, self.chain = parcel, chain
        self.whole, self.live, self.tree = whole, live, tree
        self.digests = dict(parcel.listed)
        self.digests["files.json"] = chain.note.files
        self.digests |= {f"catalogue/{n}": d for n, d in chain.note.catalogue.items()}
        for found in reversed(chain.notes):
            for k, digest in enumerate(found.status):
                self.digests[f"status/{k}-{digest[:16]}.cwt"] = digest
                self.digests[f"status/{k}.cwt"] = digest
        self.tiles = {
            path: (kind, tile)
            for tile in log.tiles_of([found.size for found in chain.notes])
            for kind, path in zip(("tile", "bundle"), _tile_paths(tile), strict=False)
        }
        self.notes = {f"builds/{found.build}.note" for found in chain.notes}
        self.sizes = {f"log/checkpoints/{found.size}": found for found in chain.notes}
        self.trust = {f"trust/{version}.note" for version in parcel.documents}

    def run(self) -> None:
        """UserError ``bad-parcel``: names the file."""
        for path in sorted(self.parcel.names):
            data = _get(self.parcel.source, path)
            why = self._fault(path, data)
            # What an earlier build published, and is live with the same bytes, may come along.
            if why and self.live.read(path, LIMIT) != data:
                raise _bad(path, why)

    def _fault(self, path: str, data: bytes) -> str:
        if path in self.notes or path in self.trust or path == "build.note":
            return ""  # read and verified already
        if path == single_file.PATH and path in self.digests:
            wanted = single_file.paths(self.chain.note, self.parcel.listed)
            return single_file.fault(data, self.digests[path], wanted, self._whole_file)
        if path in self.digests:
            right = hashlib.sha256(data).hexdigest() == self.digests[path]
            return "" if right else "not the digest that is signed"
        if path in self.tiles:
            return self._log_fault(*self.tiles[path], data)
        if path in self.sizes:
            found = self.parcel.checkpoint(path, data)
            same = (found.size, found.root) == (self.sizes[path].size, self.sizes[path].root)
            return "" if same else "not the size and root of its build"
        if path == "log/checkpoint":
            newest = _get(self.whole, f"log/checkpoints/{self.chain.note.size}")
            return "" if data == newest else "not the newest checkpoint"
        if path in _HOST:
            return self._host_fault(path, data)
        return self._twin_fault(path, data)

    def _whole_file(self, path: str) -> bytes:
        return _get(self.whole, path)

    def _log_fault(self, kind: str, tile: Tile, data: bytes) -> str:
        try:
            held = self.tree[tile]
            if kind == "bundle":
                data = b"".join(map(merkle.leaf_hash, merkle.decode_bundle(data)))
        except KeyError:
            return "left of the live log's edge"
        except Malformed as error:
            return str(error)
        return "" if data == held else "not the hashes of the log"

    def _host_fault(self, path: str, data: bytes) -> str:
        site = self.parcel.documents[self.chain.note.trust_version].site
        right = hosting.headers(site) if path == "_headers" else b""
        return "" if data == right else "not what this release of absah writes"

    def _twin_fault(self, path: str, data: bytes) -> str:
        original = twins.original(path)
        pinned = original is not None and (original in self.digests or original == "build.note")
        if original is None or not pinned:
            return "nothing that is signed pins it"
        plain = _get(self.whole, original)
        return "" if twins.unpacked(path, data, len(plain)) == plain else "does not unpack to it"


def listed_paths(source: Source, digest: str) -> dict[str, str]:
    """Path and digest of every line of ``files.json``. Malformed: not the pinned one, or its form.

    Unreachable: it could not be read.
    """
    data = source.read("files.json", LIMIT) or b""
    if hashlib.sha256(data).hexdigest() != digest:
        raise Malformed("files", "not the digest that is signed")
    found = {}
    try:
        for path, value in loads(data.decode("utf-8")):
            if type(path) is not str or type(value) is not str or not allowed(path):
                raise Malformed("files", "a line is not a path and a digest")
            found[path] = value
    except (TypeError, ValueError) as error:
        raise Malformed("files", "not a list of lines") from error
    return found


def _walk(source: Source) -> dict[int, TrustDocument]:
    """Every trust document, from the first on (T3 to T5)."""
    try:
        current = trust.anchor(_get(source, "trust/1.note"))
        found = {1: current}
        for _ in range(trust.HOPS):
            path = f"trust/{current.version + 1}.note"
            data = source.read(path, note.TRUST_LIMIT)
            if data is None:
                break
            current = trust.step(current, data)
            found[current.version] = current
    except (Malformed, Unreachable) as error:
        raise _bad("trust", str(error)) from error
    return found


def _tile_paths(tile: Tile) -> Iterator[str]:
    yield "log/" + merkle.tile_path(tile)
    if tile[0] == 0:
        yield "log/" + merkle.bundle_path(tile[1], tile[2])


def _get(source: Source, path: str) -> bytes:
    try:
        data = source.read(path, LIMIT)
    except Unreachable as error:
        raise _bad(path, str(error)) from error
    if data is None:
        raise _bad(path, "missing")
    return data


def _bad(path: str, why: str) -> UserError:
    return UserError(
        "bad-parcel",
        path,
        Words(f"cannot be published: {why}", f"tidak dapat diterbitkan: {why}"),
        Words(
            "nothing was sent; build again, or copy the bundle again",
            "tidak ada yang dikirim; build lagi, atau salin ulang bundelnya",
        ),
    )
