"""An invented registry with a history, made by the ordinary means in the ordinary order.

Three root holders, three issuers (a general one, one for a single LSP, one that the second trust
document closes), spreadsheets that are imported, states that change, three builds. Everything says
demonstration, and keys have no passphrase.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from registry import build, ceremony, changes, demo_people, drafting, intake, issue, samples
from registry.catalogue import Catalogue, install_demonstration
from registry.changes import ReasonCode
from registry.demo_people import People, Row
from registry.errors import UserError, Words
from registry.keyring import Keyring, vkey_name
from registry.reconcile import Kind
from registry.store import Store
from registry.workspace import Names, Workspace, settings_for
from signing import trust
from signing.keys import PrivateKey
from signing.reasons import Malformed, Reason
from signing.trust import Final

DAY = 86_400
_NAMES = Names(
    id="Registri Sertifikat Kompetensi (contoh)",
    ja="職業能力証明書登録簿（見本）",
    en="Register of certificates of competence (sample)",
)
_KEYS = (
    *(("root", name) for name in ("a", "b", "c")),
    *(("issuer", name) for name in ("general", "lsp-9001", "closed")),
    *(("publisher", name) for name in ("main", "spare")),
    ("log", "main"),
)
_SCOPED, _OTHER, _CLOSED = 9001, 9002, 9003
"""LSPs of the issuer key with a scope, of a certificate outside it, and of the closed key."""
_NAME, _PASSPORT = "Dewi Kusuma Lestari, S.Tr.", "DEWI KUSUMA LESTARI"
_NAMED = (
    (Reason.VALID, 9003, "welder-plate-pipe-2", 17),
    (Reason.EXPIRED, 9004, "helper-cookery", 1200),
    (Reason.NOT_YET_VALID, 9006, "agroindustri-kkni3", -9),
    (Reason.REVOKED, 9002, "cleaning-service", 300),
    (Reason.SUSPENDED, 9001, "caregiver-pelaksana", 200),
    (Reason.SUPERSEDED, 9005, "guest-service-agent", 90),
)
"""Holder of each sample: LSP, scheme, days since the issue date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the demonstration is made."""

    folder: Path
    public: Path
    site: str
    now: int
    records: int = 1000
    seed: int | None = None
    """Seeds keys, cti and order: only a demonstration may."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made."""

    workspace: Workspace
    samples: Path
    certificates: int


def make(wishes: Wishes, tell: Callable[[Words], None]) -> Made:
    """Make the demonstration anew. UserError: a folder holds something that is not one."""
    _clear(wishes)
    settings = settings_for(wishes.site, _NAMES, demo=True)
    public = os.path.relpath(wishes.public, wishes.folder)
    settings = settings.model_copy(update={"public": Path(public).as_posix()})
    workspace = Workspace.create(wishes.folder, settings)
    install_demonstration(workspace.catalogue)
    with Store.open(workspace.database, writer=True) as store:
        return _History(workspace, store, wishes, tell).run()


class _History:
    """The invented registry's life, step by step."""

    def __init__(
        self, workspace: Workspace, store: Store, wishes: Wishes, tell: Callable[[Words], None]
    ) -> None:
        self.workspace, self.store, self.wishes, self.tell = workspace, store, wishes, tell
        self.ring = Keyring(workspace.keys, demo=True)
        self.catalogue = Catalogue.load(workspace.catalogue)
        self.random = _random_of(wishes.seed)
        store.random = _random_of(wishes.seed, "audit")
        self.people = People(self.catalogue, wishes.seed or 0)
        self.inbox = workspace.path("inbox")

    def run(self) -> Made:
        """Everything in its order; ends with the samples."""
        now = self.wishes.now
        for role, name in _KEYS:
            self._key(role, name)
        self._trust(now - 36 * DAY, {})
        self.inbox.mkdir()
        third = max(3, self.wishes.records // 3)
        first = now - 35 * DAY
        early = [*self.catalogue.lsps][:12]
        self._import("2-first.csv", [*self.people.rows(third - 2, early, _day(first))], first)
        self._import("1-closed.csv", [*self.people.rows(2, [_CLOSED], _day(first))], first)
        built = self._build(first)
        kid = self.ring.find("issuer", "closed").kid.hex()
        final = Final(built.note.size, built.note.root)
        self._trust(now - 34 * DAY, {kid: ("retired", final)})
        self._build(now - 34 * DAY)
        genuine = self._second(now, self.wishes.records - third)
        self._build(now)
        return self._samples(genuine, built.note.size)

    def _second(self, now: int, count: int) -> dict[Reason, str]:
        """The later imports and changes; registration numbers of the samples by their reason."""
        today = _day(now)
        named = {
            reason: self.people.row(
                lsp, self.catalogue.schemes[f"DEMO/{slug}"], today - timedelta(days=ago)
            )
            for reason, lsp, slug, ago in _NAMED
        }
        named[Reason.VALID] = replace(named[Reason.VALID], name=_NAME, passport=_PASSPORT, units="")
        rest = [*self.people.rows(max(1, count - 7), [*self.catalogue.lsps], today)]
        self._import("3-second.csv", [*named.values(), *rest], now - 2 * DAY)
        corrected = replace(named[Reason.SUPERSEDED], name="Sari Purnama Dewi", passport="")
        self._import("4-corrected.csv", [corrected], now - DAY, Kind.REPLACEMENT)
        indexes = {reason: self._index(row) for reason, row in named.items()}
        self._states(indexes, rest, now - DAY)
        return {reason: str(index) for reason, index in indexes.items()}

    def _states(self, indexes: dict[Reason, int], rest: list[Row], now: int) -> None:
        revoked = [indexes[Reason.REVOKED], *(self._index(row) for row in rest[::97])]
        drawn = [self._index(row) for row in rest[5::211]]
        suspended = [indexes[Reason.SUSPENDED], *(i for i in drawn if i not in revoked)]
        reason = ReasonCode.ASSESSMENT_ANNULLED
        changes.revoke(self.store, [str(i) for i in revoked], reason, now)
        changes.suspend(self.store, [str(i) for i in suspended], ReasonCode.UNDER_REVIEW, now)

    def _index(self, row: Row) -> int:
        """Registry index of the first certificate of a row."""
        return min(held.idx for held in self.store.numbered(row.registration))

    def _key(self, role: str, name: str) -> None:
        note_name = vkey_name(self.workspace.settings.id, role, name)
        self.ring.create(role, name, note_name, None, self._private(f"{role}-{name}"))

    def _private(self, label: str) -> PrivateKey:
        if self.wishes.seed is None:
            return PrivateKey.generate()
        return PrivateKey.from_seed(_seeded(self.wishes.seed, label))

    def _trust(self, now: int, closed: dict[str, tuple[str, Final | None]]) -> None:
        past = drafting.in_force(self.store)
        scopes = {} if past else {"lsp-9001": [_SCOPED], "closed": [_CLOSED]}
        wishes = drafting.Wishes(now=now, scopes=scopes, closed=closed)
        text = drafting.draft(self.workspace.settings, past, self.ring.files(), wishes)
        data = (text + "\n").encode()
        for holder in ("a", "b"):
            file = self.ring.find("root", holder)
            data = ceremony.sign(data, file.vkey, self.ring.open(file))
        document, _ = drafting.publish(self.store, data)
        (self.workspace.trust / f"{document.version}.note").write_bytes(data)

    def _import(self, name: str, rows: list[Row], now: int, kind: Kind = Kind.NEW) -> None:
        file = self.inbox / name
        file.write_bytes(demo_people.csv_bytes([row.cells() for row in rows]))
        reading = intake.read(file, self.catalogue, today=_day(now))
        terms = issue.Terms(now=now, random=self.random, accept_duplicates=True)
        batch = issue.Batch(rows=reading.rows, digest=reading.digest, name=name, kind=kind)
        done = issue.issue(self.store, batch, self.catalogue, self.ring, terms)
        faults = [*reading.faults, *done.faults]
        if faults:
            raise ValueError(f"the demonstration's own spreadsheet is refused: {faults[0]}")
        count = len(done.rows)
        self.tell(Words(f"{name}: {count} certificates", f"{name}: {count} sertifikat"))

    def _build(self, now: int) -> build.Built:
        built = build.build(self.workspace, self.store, self.ring, build.Terms(now))
        number, size = built.note.build, built.note.size
        self.tell(Words(f"build {number}: log size {size}", f"build {number}: ukuran log {size}"))
        return built

    def _samples(self, genuine: dict[Reason, str], final_size: int) -> Made:
        held = {reason: self.store.certificate(int(i)) for reason, i in genuine.items()}
        forgers = samples.Forgers(
            general=self.ring.open(self.ring.find("issuer", "general")),
            scoped=self.ring.open(self.ring.find("issuer", "lsp-9001")),
            closed=self.ring.open(self.ring.find("issuer", "closed")),
            unknown=self._private("unknown"),
            other_lsp=_OTHER,
            past_final=final_size,
        )
        certificates = {reason: row.cose for reason, row in held.items() if row}
        folder = self.workspace.path("samples")
        samples.write(folder, samples.texts(self.workspace.settings.site, certificates, forgers))
        self._spreadsheets(folder)
        return Made(self.workspace, folder, self.store.size() - len(self.store.trust()))

    def _spreadsheets(self, folder: Path) -> None:
        today = _day(self.wishes.now)
        scheme = self.catalogue.schemes["DEMO/helper-cookery"]
        issued = today - timedelta(days=3)
        clean = [self.people.row(_SCOPED, scheme, issued) for _ in range(20)]
        (folder / "clean.csv").write_bytes(demo_people.csv_bytes([row.cells() for row in clean]))
        mixed = [self.people.row(_SCOPED, scheme, issued) for _ in range(12)]
        cells = demo_people.faulty(mixed)
        (folder / "import.csv").write_bytes(demo_people.csv_bytes(cells))
        (folder / "import.xlsx").write_bytes(demo_people.xlsx_bytes(cells))


def _clear(wishes: Wishes) -> None:
    """Remove an earlier demonstration, and nothing else; look at both folders before either."""
    folder, public = wishes.folder, wishes.public
    made = folder.exists() and any(folder.iterdir())
    if made and not Workspace.open(folder).settings.demo:
        raise UserError("not-a-demo", str(folder), _NOT_A_DEMO, _OTHER_FOLDER)
    there = list(public.iterdir()) if public.exists() else []
    published = [path for path in there if path.name != ".gitignore"]
    if published and not _is_demo(public):
        raise UserError("not-a-demo", str(public), _NOT_A_DEMO, _OTHER_FOLDER)
    if made:
        shutil.rmtree(folder)
    for path in published:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _is_demo(public: Path) -> bool:
    try:
        return trust.anchor((public / "trust" / "1.note").read_bytes()).demo
    except (OSError, Malformed):
        return False


def _random_of(seed: int | None, what: str = "draw") -> issue.RandomBytes:
    """Random bytes; with a seed the same ones every time, which only a demonstration may have."""
    if seed is None:
        return secrets.token_bytes
    state = {"drawn": 0}

    def draw(count: int) -> bytes:
        state["drawn"] += 1
        label = f"{what} {state['drawn']}"
        return hashlib.shake_256(_seeded(seed, label)).digest(count)

    return draw


def _seeded(seed: int, label: str) -> bytes:
    return hashlib.sha256(f"absah demo {seed} {label}".encode()).digest()


def _day(now: int) -> date:
    """The calendar day at UTC+7."""
    return (datetime.fromtimestamp(now, UTC) + timedelta(hours=7)).date()


_NOT_A_DEMO = Words("holds something that is no demonstration", "berisi sesuatu yang bukan demo")
_OTHER_FOLDER = Words("name another folder", "sebutkan folder lain")
