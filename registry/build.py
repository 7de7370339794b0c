"""One state of the registry becomes one public site: ``{path: bytes}``, signed, then published.

Everything published follows from the private store, the catalogue, the templates and ``now``; the
public folder could be lost and would come out the same, byte for byte. What is signed (checkpoint,
lists, build note) is committed to the store before any of it is served, so after a crash the same
text is published again, or a higher number; never the same number with another text.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import brotli

from registry import changes, log, pages, publish, readback
from registry.catalogue import Catalogue
from registry.errors import UserError, Words
from registry.keyring import Keyring
from registry.rows import HeadRow, ListRow, NoteRow
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Settings, Workspace
from signing import build_note, merkle, status, trust
from signing.build_note import BuildNote
from signing.canonical import dumps
from signing.keys import Signer, Vkey
from signing.merkle import Checkpoint
from signing.reasons import Malformed
from signing.status import StatusList
from signing.trust import TrustDocument

DAY = 86_400
RENEW_AFTER = 20 * 3600
"""Seconds after which a note is made anew although nothing changed."""
LONGEST_GAP = 40 * DAY
"""Seconds since the last note above which the clock has to be looked at by a person."""
_PACKED = (".html", ".js", ".css", ".json", ".svg", ".txt", "build.note")
_UNLISTED = ("_headers", ".nojekyll")


@dataclass(frozen=True, slots=True)
class Terms:
    """When a build happens. ``now`` in seconds."""

    now: int
    clock_checked: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    note: BuildNote
    written: bool
    """False: nothing had changed and the published note is young; nothing was written."""
    files: int
    superseded: int
    """Certificates whose ``--old-until`` had come."""


@dataclass(frozen=True, slots=True)
class Signers:
    """The keys that a build signs with."""

    publisher: Vkey
    publisher_key: Signer
    log_key: Signer


def build(workspace: Workspace, store: Store, keyring: Keyring, terms: Terms) -> Built:
    """Build and publish into the workspace's public folder.

    UserError: nothing to publish yet, keys that the trust document does not name, a clock that
    cannot be right, a published log that is ahead of this store, or a folder that is not writable.
    """
    document = newest_trust(store)
    signers = _signers(workspace.settings, document, keyring)
    tree = log.Tree(store.leaves(0, store.size()))
    live = _live(workspace.public)
    _refuse_fork(workspace.public, tree, live)
    _refuse_older_store(workspace.public, store, live)
    _refuse_clock(store, terms)
    due = changes.apply_due(store, terms.now)
    site = _Site(workspace, store, document, tree, terms.now)
    note, data = site.note(signers, live)
    if live is not None and live.text == note.text:
        return Built(note, False, 0, len(due.changed))
    files = site.everything(data)
    with publish.staged(workspace.public, files) as folder:
        readback.check(FolderSource(folder), document, data)
        publish.exchange(folder, workspace.public)
    readback.check(FolderSource(workspace.public), document, data)
    if workspace.settings.demo:
        with store.transaction():
            store.confirm(note.build)
    return Built(note, True, len(files), len(due.changed))


def compare(workspace: Workspace, store: Store) -> list[str]:
    """Build the published state aside; paths that differ from the served folder, sorted."""
    document = newest_trust(store)
    newest = store.newest_note()
    if newest is None:
        raise UserError("no-build", str(workspace.public), _NOT_BUILT, _BUILD_FIRST)
    tree = log.Tree(store.leaves(0, newest.size))
    site = _Site(workspace, store, document, tree, newest.issued)
    wanted = site.everything(newest.note)
    served = {
        p.relative_to(workspace.public).as_posix(): p
        for p in workspace.public.rglob("*")
        if p.is_file() and p.name not in publish.CARRIED
    }
    paths = wanted.keys() | served.keys()
    return sorted(p for p in paths if p not in served or wanted.get(p) != served[p].read_bytes())


def newest_trust(store: Store) -> TrustDocument:
    """The newest published trust document. UserError: there is none."""
    known = store.trust()
    if not known:
        raise UserError("no-trust", "registry", _NO_TRUST, _TRUST_FIRST)
    return trust.parse(known[-1].note)


class _Site:
    """One state of a registry, laid out as files."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        document: TrustDocument,
        tree: log.Tree,
        now: int,
    ) -> None:
        self.store, self.document, self.tree, self.now = store, document, tree, now
        catalogue = Catalogue.load(workspace.catalogue)
        _refuse_lost_schemes(store, catalogue)
        self.catalogue = catalogue.files()
        self.pages = pages.pages(self._page_settings(), pages.Assets.load())
        self.listed = _listed(self.catalogue, self.pages)

    def _page_settings(self) -> pages.PageSettings:
        first = trust.parse(self.store.trust()[0].note)
        return pages.PageSettings(
            registry=self.document.id,
            site=self.document.site,
            names=self.document.name,
            trust_digest=first.digest,
            version=version("absah"),
            demo=self.document.demo,
        )

    def note(self, signers: Signers, live: BuildNote | None) -> tuple[BuildNote, bytes]:
        """The note of this state: the last one where it still says all of it, else a new one."""
        last = self.store.newest_note()
        lists = [
            self._list(number, signers.publisher_key) for number in status.lists_for(self.tree.size)
        ]
        wanted = self._fields(lists)
        if last is not None:
            note = build_note.parse(last.note)
            # A served note with a higher number is unknown here: this store is an older copy.
            ahead = live is not None and live.build > note.build
            young = self.now - note.issued < RENEW_AFTER
            if build_note.says(note, wanted) and young and not ahead:
                return note, last.note
        before = build_note.parse(last.note) if last else None
        number = max(before.build if before else 0, live.build if live else 0) + 1
        fields = build_note.draft(wanted, number, self.now, before.digest if before else "")
        data = build_note.sign(fields, signers.publisher, signers.publisher_key)
        note = build_note.verified(data, self.document)
        self._keep(note, data, lists, self._head(number, signers.log_key))
        return note, data

    def _keep(self, note: BuildNote, data: bytes, lists: list[ListRow], head: HeadRow) -> None:
        """Commit what was signed, before any of it is served."""
        with self.store.transaction():
            if self.store.head(note.size) is None:
                self.store.add_head(head)
            for row in lists:
                if self.store.newest_list(row.list) != row:
                    self.store.add_list(row)
            self.store.add_note(NoteRow(note.build, self.now, note.size, data))

    def _head(self, build: int, signer: Signer) -> HeadRow:
        root = self.tree.root()
        checkpoint = Checkpoint(self.document.log.name, self.tree.size, root)
        data = merkle.sign_checkpoint(checkpoint, signer)
        merkle.parse_checkpoint(data, self.document.log)
        return HeadRow(self.tree.size, root, data, build)

    def _list(self, number: int, signer: Signer) -> ListRow:
        """The signed list: the last one while it says the same under a key that still counts."""
        bits = self.store.status_bits(number)
        held = self.store.newest_list(number)
        publishers = [key.public for key in self.document.publishers]
        if held is not None:
            try:
                if status.parse(held.data, self.document.id, publishers).bits == bits:
                    return held
            except Malformed:
                pass  # its key was removed: signed anew below
        data = status.sign(self.document.id, StatusList(number, self.now, bits), signer)
        return ListRow(number, hashlib.sha256(data).digest(), self.now, data)

    def _fields(self, lists: list[ListRow]) -> dict[str, object]:
        """What a note says about this state; the order is the format's."""
        audit = self.store.audit_head()
        return build_note.state_fields(
            registry=self.document.id,
            trust=self.document,
            size=self.tree.size,
            root=self.tree.root(),
            status=[row.digest.hex() for row in lists],
            catalogue=_pinned(self.catalogue),
            files=hashlib.sha256(self.listed).hexdigest(),
            audit=None if audit is None else audit.hex(),
        )

    def everything(self, note: bytes) -> dict[str, bytes]:
        """Every published file, sorted by path."""
        size = build_note.parse(note).size
        files = {**self.catalogue, **self.pages, "files.json": self.listed, "build.note": note}
        for row in self.store.trust():
            files[f"trust/{row.version}.note"] = row.note
        for kept in self.store.notes():
            files[f"builds/{kept.build}.note"] = kept.note
        for listed in self.store.lists():
            files[status.path(listed.list, listed.data)] = listed.data
            files[f"status/{listed.list}.cwt"] = listed.data  # the newest comes last
        heads = (self.store.head(kept.size) for kept in self.store.notes() if kept.size <= size)
        checkpoints = {head.size: head.checkpoint for head in heads if head}
        entries = list(self.store.entries(0, size))
        files |= log.files(self.tree, entries, checkpoints)
        return dict(sorted({**files, **_twins(files)}.items()))


def _signers(settings: Settings, document: TrustDocument, keyring: Keyring) -> Signers:
    publisher = keyring.find("publisher", settings.keys.publisher)
    log_file = keyring.find("log", settings.keys.log)
    if publisher.vkey not in document.publishers:
        raise UserError("key-not-in-trust", publisher.path.name, _NOT_NAMED, _SHOW_TRUST)
    if log_file.vkey != document.log:
        raise UserError("key-not-in-trust", log_file.path.name, _NOT_NAMED, _SHOW_TRUST)
    return Signers(publisher.vkey, keyring.open(publisher), keyring.open(log_file))


def _live(public: Path) -> BuildNote | None:
    """The note in the served folder. UserError: there is one, and it cannot be read."""
    try:
        return build_note.parse((public / "build.note").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, Malformed) as error:
        why = Words(f"cannot be read: {error}", f"gagal dibaca: {error}")
        raise UserError("bad-public", str(public / "build.note"), why, _MOVE_AWAY) from error


def _refuse_fork(public: Path, tree: log.Tree, live: BuildNote | None) -> None:
    """A restored backup would sign another history than the one that is published."""
    if live is None:
        return
    if live.size > tree.size or tree.root(live.size) != live.root:
        raise UserError("log-ahead", str(public), _AHEAD, _RESTORE)


def _refuse_older_store(public: Path, store: Store, live: BuildNote | None) -> None:
    """A note is in the store before it is served; one that is not shows an older copy of the store.

    Its states would silently take back what was published since: a revocation, above all.
    """
    if live is None:
        return
    texts = {kept.build: build_note.parse(kept.note).text for kept in store.notes()}
    if texts.get(live.build) != live.text:
        raise UserError("log-ahead", str(public), _BUILD_AHEAD, _RESTORE)


def _refuse_clock(store: Store, terms: Terms) -> None:
    last = store.newest_note()
    if last is None:
        return
    if terms.now < last.issued:
        raise UserError("clock-back", "clock", _CLOCK_BACK, _SET_CLOCK)
    if terms.now - last.issued > LONGEST_GAP and not terms.clock_checked:
        raise UserError("clock-unchecked", "clock", _CLOCK_GAP, _CHECK_CLOCK)


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
        if path not in pinned and path not in _UNLISTED
    ]
    return dumps(lines).encode()


def _twins(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compressed twins for hosts that can send them. The same bytes on every machine and day."""
    found = {}
    for path, data in files.items():
        if path.endswith(_PACKED) and not path.startswith("builds/"):
            found[path + ".br"] = brotli.compress(data)
            packed = gzip.compress(data, 9, mtime=0)
            # Byte 9 names the system; Python's own value of it differs between versions.
            found[path + ".gz"] = packed[:9] + b"\xff" + packed[10:]
    return found


_NO_TRUST = Words("there is no trust document yet", "dokumen kepercayaan belum ada")
_TRUST_FIRST = Words(
    "begin with: absah trust draft, trust sign, trust publish",
    "mulai dengan: absah trust draft, trust sign, trust publish",
)
_NOT_BUILT = Words("nothing was built yet", "belum ada yang dibangun")
_BUILD_FIRST = Words("build first: absah build", "bangun dulu: absah build")
_NOT_NAMED = Words(
    "the published trust document does not name this key",
    "dokumen kepercayaan terbitan tidak memuat kunci ini",
)
_SHOW_TRUST = Words(
    "see what it names with: absah trust show", "lihat isinya dengan: absah trust show"
)
_MOVE_AWAY = Words(
    "look at the folder; move it away to publish anew",
    "periksa foldernya; pindahkan untuk menerbitkan ulang",
)
_AHEAD = Words(
    "the published log holds entries that this store does not know",
    "log terbitan memuat entri yang tidak ada di penyimpanan ini",
)
_BUILD_AHEAD = Words(
    "the published build is one that this store does not know",
    "build terbitan tidak dikenal oleh penyimpanan ini",
)
_RESTORE = Words(
    "is this an old backup? restore the newest one; never sign over a published log",
    "apakah ini cadangan lama? pulihkan yang terbaru; jangan menandatangani ulang log terbitan",
)
_CLOCK_BACK = Words(
    "this computer's time is before the last build", "waktu komputer ini sebelum build terakhir"
)
_SET_CLOCK = Words("set the clock", "atur jam komputer")
_CLOCK_GAP = Words(
    "more than 40 days have passed since the last build, by this computer's clock",
    "lebih dari 40 hari sejak build terakhir menurut jam komputer ini",
)
_CHECK_CLOCK = Words(
    "compare the clock with another one, then add --clock-checked",
    "cocokkan jam dengan jam lain, lalu tambahkan --clock-checked",
)
_SCHEME_LOST = Words(
    "the catalogue no longer has a version of this scheme that certificates point to",
    "katalog tidak lagi memuat versi skema yang dirujuk sertifikat",
)
_SCHEME_BACK = Words(
    "put its file back; a changed scheme is a new file with a new version",
    "kembalikan berkasnya; skema yang berubah adalah berkas baru dengan versi baru",
)
