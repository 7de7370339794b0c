"""A record of a check as the page saves it, and the check repeated from it (docs/formats.md A).

A record holds a code and the files of the site that its check rested on, by path: a small copy of
the site. To repeat the check they are read like any site, by the ordinary client; all that a record
says besides is what its maker wrote there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.client import Client, Held
from registry.errors import UserError, Words
from registry.memory import Memory, trust_at
from registry.session import Asked, Tell, first_use
from registry.source import Unreachable
from signing import build_note, note, trust
from signing.build_note import Against
from signing.canonical import b64decode, loads, time_seconds
from signing.reasons import Malformed, Reason
from signing.trust import TrustDocument

FORMAT = "absah-record/v1"
LIMIT = 8 * 1024 * 1024
"""Most bytes of a record: trust documents are the only large part."""
RIVAL = "conflict.note"
"""The file of a record that contradicts its build note."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is taken from a record. Nothing in it is believed for standing there."""

    checked: int
    """When the device that checked said it was, seconds."""
    fetched: bool
    walked: bool
    text: str
    """Of the code."""
    reason: Reason
    """The result that was shown."""
    files: Mapping[str, bytes]
    """Files of the site, by path."""


@dataclass(slots=True)
class RecordSource:
    """The files of a record, read as a site."""

    files: Mapping[str, bytes]
    address: str = "record"

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:  # noqa: ARG002
        """See :class:`registry.source.Source`."""
        data = self.files.get(path)
        if data is not None and len(data) > limit:
            raise Unreachable(f"{path}: more than {limit} bytes")
        return data


def parse(data: bytes) -> Record:
    """A record in its one form; Malformed else. Fields that it does not know are passed over."""
    if len(data) > LIMIT:
        raise Malformed("record", "too long")
    try:
        fields = loads(data.decode("utf-8"))
        if fields["format"] != FORMAT:
            raise Malformed("record", "no such format")
        return Record(
            checked=time_seconds(fields["checked"]),
            fetched=_typed(fields["fetched"], bool),
            walked=_typed(fields["walked"], bool),
            text=_typed(fields["text"], str),
            reason=Reason(fields["result"]["reason"]),
            files={path: b64decode(text) for path, text in fields["files"].items()},
        )
    except UnicodeDecodeError as error:
        raise Malformed("record", "no text") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("record", "a field is missing or of another type") from error


def read(path: Path) -> Record:
    """The record in a file. UserError: it cannot be read, or is none."""
    try:
        with path.open("rb") as file:
            return parse(file.read(LIMIT + 1))
    except OSError as error:
        why = error.strerror or "?"
        raise _bad(
            path, Words(f"cannot be read: {why}", f"gagal dibaca: {why}", f"読み取れません: {why}")
        ) from error
    except Malformed as error:
        words = Words(
            f"not a record of a check ({error})",
            f"bukan catatan verifikasi ({error})",
            f"確認記録ではありません（{error}）",
        )
        raise _bad(path, words) from error


def anchor(record: Record, name: str, asked: Asked, tell: Tell) -> TrustDocument:
    """The first trust document of a record, after it was compared with what is believed here.

    A record can bring a registry of its own. UserError: it has no trust document, or another one
    than is named with ``--trust`` or pinned on this machine. Where none is known, its digest is
    said aloud; a record never pins a registry.
    """
    try:
        first = trust.anchor(record.files.get("trust/1.note", b""))
    except Malformed as error:
        raise _bad(Path(name), _NO_TRUST) from error
    if asked.trust is not None:
        named = trust_at(asked.trust)
        held = record.files.get(f"trust/{named.version}.note", b"")
        if not _is(held, named):
            raise UserError("other-registry", name, _OTHER, _NAME_OLDER, exit_code=3)
    elif not Memory(asked.state).knows(first):
        tell(first_use(first))
    return first


def reopened(record: Record, first: TrustDocument) -> Client:
    """A client that stands where the one of the record stood: its time, its files and no others."""
    client = Client(RecordSource(record.files), Held(trust=first), record.checked)
    client.refresh()
    held = client.held
    held.fetched = held.fetched and record.fetched
    held.walked = held.walked and record.walked
    held.conflict = held.conflict or _contradicted(record, client)
    return client


def compare(then: Client, client: Client) -> None:
    """Hold what a record saw against the present state: every record is a checkpoint.

    Two notes that contradict each other, or a log that no longer begins with the recorded one, are
    a conflict of the registry. A record that stands on other trust documents says nothing about it.
    """
    seen, held = then.held.note, client.held
    if seen is None or held.note is None or not _one_chain(then, client):
        return
    older, newer = sorted((seen, held.note), key=lambda n: n.build)
    if build_note.compare(older, newer) is Against.CONFLICT:
        held.conflict = True
        client.rival = then.raw.get("build.note")
    elif seen.size <= held.note.size:
        client.before = seen
        client.compare_history()


def _one_chain(then: Client, client: Client) -> bool:
    """Whether both stand on one chain of trust documents; each has walked its own end of it."""
    older, newer = sorted((then, client), key=lambda c: c.held.trust.version if c.held.trust else 0)
    goal, document = older.held.trust, newer.held.trust
    try:
        while goal and document and document.version > goal.version:
            path = f"trust/{document.version - 1}.note"
            data = newer.source.read(path, note.TRUST_LIMIT) if newer.source else None
            before = trust.parse(data or b"")
            document = before if before.digest == document.previous else None
    except (Unreachable, Malformed):
        return False
    return goal is not None and document is not None and goal.digest == document.digest


def _contradicted(record: Record, client: Client) -> bool:
    held, data = client.held, record.files.get(RIVAL)
    if data is None or held.note is None or held.trust is None:
        return False
    try:
        rival = build_note.verified(data, held.trust)
    except Malformed:
        return False
    return build_note.compare(held.note, rival) is Against.CONFLICT


def _is(data: bytes, document: TrustDocument) -> bool:
    try:
        return trust.parse(data).digest == document.digest
    except Malformed:
        return False


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise Malformed("record", "a field is of another type")
    return value


def _bad(path: Path, why: Words) -> UserError:
    return UserError("bad-record", str(path), why, _SAVE_AGAIN, exit_code=3)


_NO_TRUST = Words(
    "has no trust document", "tidak memuat dokumen kepercayaan", "鍵の一覧が入っていません"
)
_SAVE_AGAIN = Words(
    "save the result on the page again as JSON",
    "simpan lagi hasilnya di halaman sebagai JSON",
    "ページで確認結果をもう一度ファイルに保存してください",
)
_OTHER = Words(
    "does not hold the trust document that --trust names",
    "tidak memuat dokumen kepercayaan yang disebut --trust",
    "--trust で指定した鍵の一覧が入っていません",
)
_NAME_OLDER = Words(
    "name trust/1 of the registry, or check afresh with --site",
    "sebutkan trust/1 registri itu, atau periksa ulang dengan --site",
    "その登録簿のtrust/1を指定するか、--site で改めて確認してください",
)
