"""The order of a publication: checked against what is live, sent in safe order, read back.

It needs public keys only, so it runs on a machine that holds neither keys nor personal data. What
it is given (a built folder, or a bundle of it) is believed as little as a stranger's: the trust
documents are walked, the log must go on from the live one, every file must be pinned by something
signed. Nothing is sent before all of that held.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry import readback, twins
from registry.errors import UserError, Words
from registry.parcel import Chain, Parcel, listed_paths
from registry.source import FolderSource, ListedSource, Source, Unreachable, UrlSource
from registry.upload import FolderTarget, Target, ordered
from signing import build_note, note, trust
from signing.build_note import Against, BuildNote
from signing.reasons import Malformed
from signing.trust import TrustDocument


@dataclass(frozen=True, slots=True)
class Checked:
    """A parcel that may be published."""

    parcel: Parcel
    chain: Chain
    live: BuildNote | None
    """The note that is served now; None: nothing is published there yet."""
    gone: list[str]
    """Files of the live site that are no longer part of it."""

    @property
    def note(self) -> BuildNote:
        """The note to publish."""
        return self.chain.note

    @property
    def since(self) -> readback.Since | None:
        """The part of the log that is live already."""
        return readback.Since(self.live.size, self.live.root) if self.live else None


@dataclass(frozen=True, slots=True)
class Posted:
    """What a publication did."""

    note: BuildNote
    sent: int
    """Files that were not there before."""
    removed: int


class _Overlay:
    """The site as it will be: the parcel's files over the live ones."""

    def __init__(self, parcel: Source, live: Source) -> None:
        self.address = parcel.address
        self._sources = (parcel, live)

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        for source in self._sources:
            data = source.read(path, limit, fresh=fresh)
            if data is not None:
                return data
        return None


class _Fresh:
    """A host, past its caches."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._source = UrlSource(address)

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:  # noqa: ARG002
        return self._source.read(path, limit, fresh=True)


def live_source(target: Target, address: str) -> Source:
    """Where to look at what is published now: the folder itself, or the public address."""
    return FolderSource(target.folder) if isinstance(target, FolderTarget) else _Fresh(address)


def check(
    source: ListedSource,
    live: Source,
    now: int,
    anchor: TrustDocument | None = None,
    *,
    own: bool = False,
) -> Checked:
    """Whether the site in ``source`` may follow what is live. ``anchor``: a document to begin from.

    ``own``: it is the folder of this workspace, whose every file its build has made; else each file
    is looked at.

    UserError: ``publish-refused`` (a number not above the live one, a log behind it, another
    history), ``bad-parcel`` (a file that nothing signed pins), ``read-back``; exit 3: live is out
    of reach.
    """
    parcel = Parcel.open(source, anchor)
    before = _live(live, parcel)
    chain = parcel.chain(before)
    _refuse(chain, before, now, live.address)
    checked = Checked(parcel, chain, before, _gone(live, before, parcel))
    overlay = _Overlay(source, live)
    readback.check(overlay, parcel.documents[chain.note.trust_version], chain.data, checked.since)
    if not own:
        parcel.inspect(chain, overlay, live, before.root if before else b"")
    return checked


def send(checked: Checked, folder: Path, target: Target, address: str, *, whole: bool) -> Posted:
    """Put the parcel's files, which stand in ``folder``, on the host and read them back there.

    ``whole`` sends every file and not only what is new. UserError: the upload broke off, or the
    public address does not show what was sent (exit 3: not yet).
    """
    paths = checked.parcel.names if whole else checked.parcel.to_send(checked.chain)
    sent = target.send(folder, ordered(paths))
    document = checked.parcel.documents[checked.note.trust_version]
    since = None if whole else checked.since
    if isinstance(target, FolderTarget):
        readback.check(FolderSource(target.folder), document, checked.chain.data, since)
    try:
        readback.check(_Fresh(address), document, checked.chain.data, since)
    except UserError as error:
        raise UserError(
            "not-confirmed", address, _not_shown(error), _CONFIRM_LATER, exit_code=3
        ) from error
    target.remove(checked.gone)
    return Posted(checked.note, sent, len(checked.gone))


def _live(live: Source, parcel: Parcel) -> BuildNote | None:
    """The live note, verified by the document that it names, which must be one of the parcel's."""
    try:
        data = live.read("build.note", note.LIMIT, fresh=True)
        first = live.read("trust/1.note", note.TRUST_LIMIT, fresh=True)
    except Unreachable as error:
        why = Words(f"cannot be reached: {error}", f"tidak dapat dihubungi: {error}")
        raise UserError("unreachable", live.address, why, _TRY_AGAIN, exit_code=3) from error
    # Some hosts answer every address with a page.
    if data is not None and not data.startswith(b"absah-build/"):
        data = None
    if first is not None and not first.startswith(trust.PREFIX):
        first = None
    try:
        _same_registry(first, parcel)
        return parcel.signed(data) if data is not None else None
    except Malformed as error:
        raise _refused(live.address, Words(str(error), str(error)), _WRONG_PLACE) from error


def _same_registry(first: bytes | None, parcel: Parcel) -> None:
    if first is not None and trust.parse(first).digest != parcel.documents[1].digest:
        raise Malformed("trust", "the live site belongs to another registry")


def _refuse(chain: Chain, live: BuildNote | None, now: int, address: str) -> None:
    new = chain.note
    if new.issued > now + build_note.AHEAD:
        raise _refused(address, _AHEAD, _CLOCK)
    if live is None or live.text == new.text:
        return
    if new.build <= live.build:
        number = Words(
            f"build {live.build} is live there; build {new.build} is not above it",
            f"build {live.build} sudah terbit; build {new.build} tidak di atasnya",
        )
        raise _refused(address, number, _BUILD_AGAIN)
    if build_note.compare(live, new) is not Against.NEWER:
        raise _refused(address, _BEHIND, _RESTORE)
    if not chain.meets:
        raise _refused(address, _NO_CHAIN, _WHOLE)


def _gone(live: Source, before: BuildNote | None, parcel: Parcel) -> list[str]:
    """Files that the live ``files.json`` lists and the new one does not, with their twins."""
    if before is None:
        return []
    try:
        old = listed_paths(live, before.files)
    except (Malformed, Unreachable):
        return []  # nothing is taken away on the word of a list that is not the signed one
    gone = [path for path in old if path not in parcel.names and path not in parcel.listed]
    return sorted(path + end for path in gone for end in ("", *twins.SUFFIXES))


def _not_shown(error: UserError) -> Words:
    return Words(
        f"sent, but its public address does not show it yet: {error.what}: {error.why.en}",
        f"terkirim, tetapi alamat publik belum menampilkannya: {error.what}: {error.why.id}",
    )


def _refused(address: str, why: Words, hint: Words) -> UserError:
    return UserError("publish-refused", address, why, hint)


_TRY_AGAIN = Words(
    "nothing was sent; look at the network and try again",
    "tidak ada yang dikirim; periksa jaringan lalu coba lagi",
)
_WRONG_PLACE = Words(
    "nothing was sent; is this the right place?", "tidak ada yang dikirim; apakah tempatnya benar?"
)
_AHEAD = Words(
    "the build lies more than a day ahead of this computer's clock",
    "build lebih dari sehari di depan jam komputer ini",
)
_CLOCK = Words(
    "compare both clocks; no reader would take this note yet",
    "cocokkan kedua jam; catatan ini belum akan diterima pembaca",
)
_BUILD_AGAIN = Words(
    "nothing was sent; take the newest bundle, or build again",
    "tidak ada yang dikirim; pakai bundel terbaru, atau build lagi",
)
_BEHIND = Words(
    "the live log or trust document is ahead of this build, or is another one",
    "log atau dokumen kepercayaan yang terbit di depan build ini, atau berbeda",
)
_RESTORE = Words(
    "is this from an old backup? restore the newest one; never publish over it",
    "apakah ini dari cadangan lama? pulihkan yang terbaru; jangan menimpanya",
)
_NO_CHAIN = Words(
    "the builds in it do not lead back to the live one",
    "build di dalamnya tidak bersambung dengan yang terbit",
)
_WHOLE = Words(
    "publish the bundle before it first, or write one with --all",
    "terbitkan dulu bundel sebelumnya, atau buat dengan --all",
)
_CONFIRM_LATER = Words(
    "when the host shows it: absah confirm",
    "setelah hosting menampilkannya: absah confirm",
)
