"""One state of the registry becomes one public site: ``{path: bytes}``, signed, then published.

Everything published follows from the private store, the catalogue, the templates and ``now``; the
public folder could be lost and would come out the same, byte for byte. What is signed (checkpoint,
lists, build note) is committed to the store before any of it is served, so after a crash the same
text is published again, or a higher number; never the same number with another text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry import changes, log, publish, readback, single_file, staging, twins
from registry.errors import UserError, Words
from registry.keyring import Keyring
from registry.rows import HeadRow, ListRow, NoteRow
from registry.served import Served, stamp
from registry.site_files import Files, SiteFiles
from registry.source import FolderSource
from registry.store import Store
from registry.workspace import Settings, Workspace
from signing import build_note, merkle, status, trust
from signing.build_note import BuildNote
from signing.canonical import loads
from signing.keys import Signer, Vkey
from signing.merkle import Checkpoint, Tile
from signing.reasons import Malformed
from signing.status import StatusList
from signing.trust import TrustDocument

DAY = 86_400
RENEW_AFTER = 20 * 3600
"""Seconds after which a note is made anew although nothing changed."""
LONGEST_GAP = 40 * DAY
"""Seconds since the last note above which the clock has to be looked at by a person."""


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
    store.refuse_behind()
    document = newest_trust(store)
    signers = _signers(workspace.settings, document, keyring)
    public = workspace.public
    live = _live(public)
    tree = _tree(store, public, live)
    _refuse_fork(public, tree, live)
    _refuse_older_store(public, store, live)
    _refuse_clock(store, terms)
    due = changes.apply_due(store, terms.now)
    site = SiteFiles(workspace, store, document, tree, terms.now)
    note, data = _Signing(store, document, signers, terms.now).note(site, live)
    if live is not None and live.text == note.text:
        return Built(note, False, 0, len(due.changed))
    if live is not None and live.files != note.files:
        publish.keep(public, workspace.path("pages"), live.build, _page_paths(public))
    count = _put(store, public, site, data, document)
    if workspace.settings.demo:
        with store.transaction():
            store.confirm(note.build)
    return Built(note, True, count, len(due.changed))


def _put(store: Store, public: Path, site: SiteFiles, data: bytes, document: TrustDocument) -> int:
    """Stage, read back, exchange, read back; the number of files."""
    marks = {stamp(row.build, row.issued) for row in store.notes()}
    live = _live(public)
    # What was read back before, and is in the same files still, proves the part before the edge.
    since = readback.Since(live.size, live.root) if live and site.tree.known else None
    note = build_note.parse(data)
    served = Served(public, marks)
    files = site.everything(data, served)
    mark = stamp(note.build, note.issued)
    with publish.staged(public, files, kept=files.kept, served=served, mark=mark) as folder:
        readback.check(FolderSource(folder), document, data, since)
        publish.exchange(folder, public)
    readback.check(FolderSource(public), document, data, since)
    return len(files) + len(files.kept)


def compare(workspace: Workspace, store: Store) -> list[str]:
    """Build the published state aside; paths that differ from the served folder, sorted."""
    document = newest_trust(store)
    newest = store.newest_note()
    if newest is None:
        raise UserError("no-build", str(workspace.public), _NOT_BUILT, _BUILD_FIRST)
    tree = log.Tree(store.leaves(0, newest.size))
    wanted = SiteFiles(workspace, store, document, tree, newest.issued).everything(newest.note)
    served = {
        p.relative_to(workspace.public).as_posix(): p
        for p in workspace.public.rglob("*")
        if p.is_file() and p.name not in staging.CARRIED
    }
    paths = wanted.keys() | served.keys()
    return sorted(
        p
        for p in paths
        if p not in served or p not in wanted or _differs(p, wanted, served[p].read_bytes())
    )


def _differs(path: str, wanted: Files, found: bytes) -> bool:
    """A twin is right while it unpacks to its file, whichever packer made it."""
    if path == single_file.PATH:  # another release of zlib packs the same files otherwise
        return _opened(wanted[path]) != _opened(found)
    original = twins.original(path)
    if original is None or original not in wanted:
        return wanted[path] != found
    data = wanted[original]
    return twins.unpacked(path, found, len(data)) != data


def _opened(data: bytes) -> tuple[bytes, dict[str, bytes]] | None:
    """A single file as its page and its files; None: it is none."""
    try:
        return single_file.emptied(data), single_file.contents(data)
    except Malformed:
        return None


def newest_trust(store: Store) -> TrustDocument:
    """The newest published trust document. UserError: there is none."""
    known = store.trust()
    if not known:
        raise UserError("no-trust", "registry", _NO_TRUST, _TRUST_FIRST)
    return trust.parse(known[-1].note)


@dataclass(frozen=True, slots=True)
class _Signing:
    """Signs one state: lists, checkpoint and note, committed before any of it is served."""

    store: Store
    document: TrustDocument
    signers: Signers
    now: int

    def note(self, site: SiteFiles, live: BuildNote | None) -> tuple[BuildNote, bytes]:
        """The note of this state: the last one where it still says all of it, else a new one."""
        last = self.store.newest_note()
        root, audit = site.tree.root(), self.store.audit_head()
        lists = [self._list(number) for number in status.lists_for(site.tree.size)]
        wanted = build_note.state_fields(
            registry=self.document.id,
            trust=self.document,
            size=site.tree.size,
            root=root,
            status=[row.digest.hex() for row in lists],
            catalogue=site.pinned(),
            files=hashlib.sha256(site.listed).hexdigest(),
            audit=None if audit is None else audit.hex(),
        )
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
        data = build_note.sign(fields, self.signers.publisher, self.signers.publisher_key)
        note = build_note.verified(data, self.document)
        self._keep(note, data, lists, self._head(number, site.tree.size, root))
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

    def _head(self, build: int, size: int, root: bytes) -> HeadRow:
        checkpoint = Checkpoint(self.document.log.name, size, root)
        data = merkle.sign_checkpoint(checkpoint, self.signers.log_key)
        merkle.parse_checkpoint(data, self.document.log)
        return HeadRow(size, root, data, build)

    def _list(self, number: int) -> ListRow:
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
        held_bits = StatusList(number, self.now, bits)
        data = status.sign(self.document.id, held_bits, self.signers.publisher_key)
        return ListRow(number, hashlib.sha256(data).digest(), self.now, data)


def _tree(store: Store, public: Path, live: BuildNote | None) -> log.Tree:
    """The tree of the store: grown from the served one where its right edge is whole."""
    size = store.size()
    if live is not None and live.size <= size:
        leaves = store.leaves(live.size - live.size % merkle.TILE, size)
        try:
            return log.Tree.grown(live.size, live.root, _tiles(public), leaves)
        except (Malformed, OSError):
            pass  # files were lost or touched, or the logs fork: all entries decide
    return log.Tree(store.leaves(0, size))


def _tiles(public: Path) -> Callable[[Tile], bytes]:
    return lambda tile: (public / "log" / merkle.tile_path(tile)).read_bytes()


def _page_paths(public: Path) -> Sequence[str]:
    """What the served ``files.json`` lists, and itself; nothing where it is not at hand."""
    try:
        lines = loads((public / "files.json").read_text(encoding="utf-8"))
        return ["files.json", "build.note", *(path for path, _ in lines)]
    except (OSError, ValueError, TypeError, Malformed):
        return ()


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
    held = store.note(live.build)
    if held is None or build_note.parse(held.note).text != live.text:
        raise UserError("log-ahead", str(public), _BUILD_AHEAD, _RESTORE)


def _refuse_clock(store: Store, terms: Terms) -> None:
    last = store.newest_note()
    if last is None:
        return
    if terms.now < last.issued:
        raise UserError("clock-back", "clock", _CLOCK_BACK, _SET_CLOCK)
    if terms.now - last.issued > LONGEST_GAP and not terms.clock_checked:
        raise UserError("clock-unchecked", "clock", _CLOCK_GAP, _CHECK_CLOCK)


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
