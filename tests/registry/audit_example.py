"""A small published registry in memory: 12 records, two trust versions, two builds, states.

The same bytes in every run. Whoever holds its keys can sign a wrong thing rightly: ``resigned``
makes such sites, which only an auditor can tell from honest ones.
"""

from __future__ import annotations

import functools
import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from registry import audit_files, audit_status, build, changes, log, single_file, twins
from registry.audit import Report, audit
from registry.catalogue import Catalogue, install_demonstration
from registry.changes import ReasonCode
from registry.issue import Terms, append_trust, issue
from registry.keyring import Keyring
from registry.pages import Assets
from registry.source import Unreachable
from registry.store import Store
from registry.workspace import Names, Workspace, settings_for
from signing import build_note, keys, merkle, note, status, trust
from signing.canonical import Json, b64encode, dumps, loads
from signing.merkle import Checkpoint
from signing.reasons import Malformed
from signing.status import StatusList
from tests.registry.ledger_example import (
    ID,
    NOW,
    Ring,
    batch,
    issuer_entry,
    key,
    record,
    trust_note,
)
from tests.registry.small_bundle import small_assets

DAY = 86_400
LATER = NOW + 2 * DAY
SCHEMES = ("agroindustri-kkni3", "junior-coder", "cleaning-service")
TILE, BUNDLE = "log/tile/0/000.p/14", "log/tile/entries/000.p/14"
SECOND = 9
"""Registry index of trust/2."""
PUBLISHER = keys.Vkey(f"{ID}/publisher/a", key("publisher").public)


class Memory:
    """A site in memory. ``down``: paths that are out of reach."""

    address = "memory"

    def __init__(self, files: dict[str, bytes], *, listed: bool = True) -> None:
        self.files, self.listed = files, listed
        self.down: set[str] = set()
        self.reads: list[str] = []

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        self.reads.append(path)
        if path in self.down:
            raise Unreachable(f"{path}: the network is down")
        data = self.files.get(path)
        if data is not None and len(data) > limit:
            raise Unreachable(f"{path}: more than {limit} bytes")
        return data

    def listing(self) -> list[str] | None:
        return sorted(self.files) if self.listed else None


@contextmanager
def small_pages() -> Iterator[None]:
    """Builds inside take the small browser side, so no bundle need be there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Assets, "load", classmethod(lambda cls: small_assets()))
        yield


def workspace(folder: Path) -> tuple[Workspace, Keyring]:
    """A workspace with a small catalogue and the keys of the example."""
    names = Names(id="Contoh", ja="見本", en="Example")
    made = Workspace.create(folder, settings_for(f"https://{ID}/", names, demo=True))
    install_demonstration(made.catalogue)
    for path in (made.catalogue / "schemes").glob("*.json"):
        if path.name.partition(".")[0] not in SCHEMES:
            path.unlink()
    lsps = made.catalogue / "lsps.json"
    lsps.write_text(json.dumps(json.loads(lsps.read_text(encoding="utf-8"))[:2]), encoding="utf-8")
    (made.catalogue / "errata.json").write_text("[]", encoding="utf-8")
    ring = Keyring(made.keys, demo=True)
    ring.create("publisher", "main", PUBLISHER.name, None, key("publisher"))
    ring.create("log", "main", f"{ID}/log", None, key("log"))
    return made, ring


def second_trust(**changed: Any) -> bytes:
    """trust/2 of the example: one more issuer key."""
    first = trust.parse(trust_note())
    entries = (issuer_entry("general"), issuer_entry("spare"))
    return trust_note(*entries, version=2, previous=first.digest, **changed)


def made(folder: Path, first: int = 8, more: int = 4) -> dict[str, bytes]:
    """The files of the example after its second build: ``first`` records, then ``more``."""
    return both(folder, first, more)[1]


def both(folder: Path, first: int = 8, more: int = 4) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of the example after its first build, and after its second."""
    space, ring = workspace(folder)
    catalogue = Catalogue.load(space.catalogue)
    drawn = random.Random(7).randbytes

    def import_rows(start: int, count: int, now: int) -> None:
        rows = batch(*(record(n) for n in range(start, start + count)))
        issue(store, rows, catalogue, Ring("general"), Terms(now=now, random=drawn))

    with small_pages(), Store.open(space.database, writer=True) as store:
        append_trust(store, trust_note())
        import_rows(1, first, NOW)
        changes.suspend(store, ["3", "4"], ReasonCode.UNDER_REVIEW, NOW)
        build.build(space, store, ring, build.Terms(now=NOW))
        old = _files(space.public)
        append_trust(store, second_trust())
        import_rows(1 + first, more, LATER)
        changes.reinstate(store, ["3"], ReasonCode.UNDER_REVIEW, LATER)
        changes.revoke(store, ["2"], ReasonCode.DATA_ERROR, LATER)
        changes.supersede(store, "5", "10", LATER)
        build.build(space, store, ring, build.Terms(now=LATER))
    return old, _files(space.public)


def _files(public: Path) -> dict[str, bytes]:
    paths = sorted(path for path in public.rglob("*") if path.is_file())
    return {path.relative_to(public).as_posix(): path.read_bytes() for path in paths}


def without_twins(files: dict[str, bytes]) -> dict[str, bytes]:
    """The site as a host without compression has it."""
    return {path: data for path, data in files.items() if not path.endswith((".br", ".gz"))}


@contextmanager
def remembering() -> Iterator[None]:
    """Pure functions keep their answers, so only what a test changed is computed again."""
    pure = (
        (keys, "verify"),
        (keys, "admit"),
        (keys, "thumbprint"),
        (note, "parse"),
        (trust, "parse"),
        (build_note, "parse"),
        (audit_files, "loads"),
        (single_file, "emptied"),
        (single_file, "contents"),
    )
    keep = functools.lru_cache(4096)
    parsed = keep(lambda data, registry, publishers: parse(data, registry, list(publishers)))
    refused = keep(lambda old, new: tuple(differing(old, new)))

    def parse_kept(data: bytes, registry: str, publishers: Sequence[bytes]) -> StatusList:
        found: StatusList = parsed(data, registry, tuple(publishers))
        return found

    with pytest.MonkeyPatch.context() as patch:
        for module, name in pure:
            patch.setattr(module, name, keep(getattr(module, name)))
        parse, differing = status.parse, audit_status._refused
        patch.setattr(status, "parse", parse_kept)
        patch.setattr(audit_status, "_refused", refused)
        for module in (audit_files, audit_status):
            # Only where whole files are hashed at once: a digest that grows is no pure answer.
            patch.setattr(module, "hashlib", SimpleNamespace(sha256=keep(hashlib.sha256)))
        yield


def run(files: dict[str, bytes]) -> Report:
    """An audit of a site in memory, right after its second build."""
    return audit(Memory(files), None, LATER)


def found(files: dict[str, bytes]) -> set[tuple[str, str]]:
    """(path, code) of every fault."""
    return {(fault.path, fault.code) for fault in run(files).faults}


# Wrong things, rightly signed ----------------------------------------------------------------


def fields(data: bytes) -> Json:
    """The JSON object in a signed note."""
    return loads(note.parse(data, note.TRUST_LIMIT).text.partition("\n")[2])


def renoted(files: dict[str, bytes], number: int, change: Callable[[Json], None]) -> None:
    """Sign build note ``number`` anew after ``change``; ``build.note`` follows its newest."""
    path = f"builds/{number}.note"
    value = fields(files[path])
    old = files[path]
    change(value)
    files[path] = build_note.sign(value, PUBLISHER, key("publisher"))
    if files["build.note"] == old:
        files["build.note"] = files[path]
    refilled(files)


def refilled(files: dict[str, bytes]) -> None:
    """Put what is published now into the file for use without a network."""
    try:
        present = build_note.parse(files["build.note"])
        listed = [path for path, _ in loads(files["files.json"].decode())]
    except (Malformed, TypeError, ValueError):
        return  # a test made one of them wrong: nothing can be published by it
    wanted = [path for path in single_file.paths(present, listed) if path in files]
    page = single_file.emptied(files[single_file.PATH])
    data = single_file.filled(page, {path: files[path] for path in wanted})
    files[single_file.PATH] = data
    for path, pack in twins.made(single_file.PATH, data).items():
        if path in files:
            files[path] = pack()


def relisted(files: dict[str, bytes], change: Callable[[list[Any]], None]) -> None:
    """Change ``files.json`` and have the newest note pin it."""
    lines = loads(files["files.json"].decode())
    change(lines)
    files["files.json"] = dumps(lines).encode()
    repinned(files)


def repinned(files: dict[str, bytes]) -> None:
    """Have the newest note pin ``files.json`` as it is."""
    digest = hashlib.sha256(files["files.json"]).hexdigest()
    renoted(files, 2, lambda value: value.update(files=digest))


def relist_states(files: dict[str, bytes], number: int, states: dict[int, int]) -> str:
    """Give note ``number`` a list of its own with other states, signed; the path of the list."""
    value = fields(files[f"builds/{number}.note"])
    old_path = f"status/0-{value['status'][0]['sha256'][:16]}.cwt"
    held = status.parse(files[old_path], ID, [PUBLISHER.public])
    bits = bytearray(held.bits)
    for index, state in states.items():
        bits[index >> 2] &= ~(3 << 2 * (index & 3))
        bits[index >> 2] |= state << 2 * (index & 3)
    data = status.sign(ID, status.StatusList(0, held.issued, bytes(bits)), key("publisher"))
    return replace_list(files, number, data)


def replace_list(files: dict[str, bytes], number: int, data: bytes) -> str:
    """Put other bytes in the place of the list that note ``number`` pins; the path of the list."""
    value = fields(files[f"builds/{number}.note"])
    old = value["status"][0]["sha256"]
    digest = hashlib.sha256(data).hexdigest()
    before = files.pop(f"status/0-{old[:16]}.cwt")
    path = status.path(0, data)
    files[path] = data
    if files["status/0.cwt"] == before:
        files["status/0.cwt"] = data
    renoted(files, number, lambda value: value["status"][0].update(sha256=digest))
    rechained(files)
    return path


def rechained(files: dict[str, bytes]) -> None:
    """Let the second note name the first one again."""
    digest = build_note.parse(files["builds/1.note"]).digest
    renoted(files, 2, lambda value: value.update(previous=digest))


def forked(files: dict[str, bytes], change: Callable[[list[bytes]], Any]) -> None:
    """Sign another log of the same size: entries, tiles, checkpoint 14 and note 2 agree."""
    entries = merkle.decode_bundle(files[BUNDLE])
    change(entries)
    tree = log.Tree(map(merkle.leaf_hash, entries))
    files[BUNDLE] = merkle.encode_bundle(entries)
    files[TILE] = tree[0, 0, 14]
    checkpointed(files, 14, tree.root())
    renoted(files, 2, lambda value: value["log"].update(root=b64encode(tree.root())))


def checkpointed(files: dict[str, bytes], size: int, root: bytes, signer: str = "log") -> None:
    """Sign a checkpoint."""
    data = merkle.sign_checkpoint(Checkpoint(f"{ID}/log", size, root), key(signer))
    files[f"log/checkpoints/{size}"] = data
    if size == 14:
        files["log/checkpoint"] = data
        refilled(files)


def trust_signed(value: Json, *roots: str) -> bytes:
    """A trust document signed by the roots of these names; ``a`` and ``b`` if none is given."""
    text = trust.text_of(value)
    lines = [
        note.sign_line(text, f"{ID}/root/{name}", key(f"root {name}")) for name in roots or "ab"
    ]
    return note.assemble(text, lines)


def retrusted(files: dict[str, bytes], change: Callable[[Json], Any], *roots: str) -> None:
    """Sign another trust/2, and have log and note 2 name it: the site agrees with itself."""
    value = fields(files["trust/2.note"])
    change(value)
    data = trust_signed(value, *roots)
    text = note.parse(data, note.TRUST_LIMIT).text
    files["trust/2.note"] = data
    digest = hashlib.sha256(text.encode()).hexdigest()
    renoted(files, 2, lambda note_value: note_value["trust"].update(sha256=digest))
    forked(files, lambda entries: entries.__setitem__(SECOND, merkle.trust_entry(text)))
