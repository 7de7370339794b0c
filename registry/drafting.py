"""Makes the next trust document, and puts a signed one into force.

It knows which keys the workspace holds and what the document in force says. The rules of
succession are ``signing.trust``'s, what a root holder sees is ``ceremony``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registry import log
from registry.audit_history import loosened, mixed
from registry.ceremony import SHOW, check_rules, refused
from registry.errors import UserError, Words
from registry.issue import append_trust
from registry.keyring import KeyFile
from registry.store import Store
from registry.workspace import Settings
from signing import trust
from signing.canonical import Json, b64encode, loads, time_text
from signing.keys import Vkey
from signing.reasons import Malformed
from signing.trust import Final, TrustDocument

DAY = 86_400
LIFE = 822 * DAY
"""27 months: renewed every year, so one ceremony may fail."""
MAX_AGE = 14 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a new version should say beyond the keys that the folder holds."""

    now: int
    threshold: int | None = None
    life: int = LIFE
    max_age: int | None = None
    scopes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """LSP numbers of an issuer key, by the name of its file; none = no restriction."""
    closed: Mapping[str, tuple[str, Final | None]] = field(default_factory=dict)
    """New status and cut-off by kid (hex)."""
    removed: Sequence[str] = ()
    """Root, publisher and approver keys that leave: a vkey, its name, or ``root/c``."""
    log: tuple[str, Final] | None = None
    """The log key that follows, by the name of its file, and where the present one ends."""


def draft(
    settings: Settings, past: Sequence[TrustDocument], files: Sequence[KeyFile], wishes: Wishes
) -> str:
    """The text of the next version: the last one, the wishes, and every key that is new.

    ``past``: every version in force so far, oldest first. A key that one of them named and the last
    one does not is not taken up again, although its file is still there. UserError: the keys do not
    make a document (no root, no log key, ...), or a wish names nothing.
    """
    current = past[-1] if past else None
    wishes = replace(wishes, removed=[_leaving(current, name) for name in wishes.removed])
    _refuse_unmeant(settings, current, files, wishes)
    document = _first(settings, wishes) if current is None else _next(settings, current, wishes)
    gone = {key.text for earlier in past for key in _listed(earlier)}
    _add_keys(document, settings, [f for f in files if f.vkey.text not in gone], wishes)
    if wishes.threshold is not None:
        document["roots"]["threshold"] = wishes.threshold
    text = trust.text_of(document)
    try:
        drafted = trust.read_text(text)
        check_rules(drafted)
        _check_history(past, drafted)
    except Malformed as error:
        raise refused(f"trust/{document['version']}", error) from error
    return text


def publish(store: Store, data: bytes) -> tuple[TrustDocument, int]:
    """Put a signed document into force: (document, its registry index in the log).

    UserError: signatures are missing, it is not the successor of the published one, it takes back
    what that one said (T9), or it states a root that this log does not have.
    """
    past = in_force(store)
    try:
        document = trust.parse(data)
        check_rules(document)
        _check_history(past, document)
        _check_finals(store, past, document)
    except Malformed as error:
        raise refused("trust document", error) from error
    return document, append_trust(store, data)


def in_force(store: Store) -> list[TrustDocument]:
    """Every version of the trust document in the log, oldest first."""
    return [trust.parse(row.note) for row in store.trust()]


def cut_off(store: Store, size: int | None = None) -> Final:
    """Size and root of the log at ``size``; default: with everything that the ledger holds.

    UserError: the log is not that long.
    """
    held = store.size()
    chosen = held if size is None else size
    if not 1 <= chosen <= held:
        raise UserError("no-such-size", str(chosen), _NO_SIZE, SHOW)
    return Final(chosen, log.Tree(store.leaves(0, chosen)).root())


def log_cut_off(store: Store) -> Final:
    """Where the log key that leaves ends: at the last checkpoint that it signed."""
    newest = store.newest_note()
    return cut_off(store, newest.size if newest else None)


def unsealed(settings: Settings, document: TrustDocument, files: Sequence[KeyFile]) -> list[Words]:
    """Warnings on spare keys whose private halves lie with the ones in use."""
    here = {file.vkey.public for file in files if file.path.exists()}
    active = [issuer.x for issuer in document.issuers if issuer.status == "active"]
    publishers = [key.public for key in document.publishers]
    found = []
    if len(active) > 1 and here.issuperset(active):
        found.append(_UNSEALED_ISSUER)
    if len(publishers) > 1 and here.issuperset(publishers):
        found.append(_UNSEALED_PUBLISHER)
    return [] if settings.demo else found


def _check_history(past: Sequence[TrustDocument], document: TrustDocument) -> None:
    """T9, and one role a key. Malformed: names the first rule that the document breaks."""
    broken = [*(loosened(past[-1], document) if past else ()), *mixed(past, document)]
    if broken:
        raise Malformed(broken[0].code, broken[0].name)


def _check_finals(store: Store, past: Sequence[TrustDocument], document: TrustDocument) -> None:
    """A cut-off that is not of this log would turn every answer into a conflict, for ever."""
    stated = _finals(document) - {final for earlier in past for final in _finals(earlier)}
    if not stated:
        return
    size = store.size()
    tree = log.Tree(store.leaves(0, size))
    for final in stated:
        if final.size > size or tree.root(final.size) != final.root:
            raise Malformed("final-root", f"the log has another root at size {final.size}")
    newest = store.newest_note()
    closed = len(document.logs) > len(past[-1].logs) if past else False
    last = document.logs[-2].final if closed else None
    if last is not None and newest is not None and newest.size > last.size:
        raise Malformed("final-size", f"a checkpoint of size {newest.size} was signed since")


def _finals(document: TrustDocument) -> set[Final]:
    stated = [issuer.final for issuer in document.issuers]
    stated += [entry.final for entry in document.logs]
    return {final for final in stated if final is not None}


def _listed(document: TrustDocument) -> list[Vkey]:
    """The keys that may leave a document, and the log's."""
    logs = [entry.key for entry in document.logs]
    return [*document.roots, *document.publishers, *document.approvers, *logs]


def _leaving(current: TrustDocument | None, name: str) -> str:
    """The vkey that a wish to leave out means. UserError: none of the document, or several."""
    keys = [*current.roots, *current.publishers, *current.approvers] if current else []
    names = (name, f"{current.id}/{name}") if current else ()
    found = [key.text for key in keys if key.text == name or key.name in names]
    if len(found) != 1:
        raise UserError("no-such-key", name, _NO_KEY if not found else _SEVERAL_KEYS, SHOW)
    return found[0]


def _refuse_unmeant(
    settings: Settings, current: TrustDocument | None, files: Sequence[KeyFile], wishes: Wishes
) -> None:
    """A misspelt wish must not be silently off. UserError: names what nothing answers to."""
    if current and current.id != settings.id:
        raise UserError("other-registry", settings.id, _OTHER_ID, SHOW)
    kids = {issuer.kid for issuer in current.issuers} if current else set()
    for kid in wishes.closed:
        if kid not in {known.hex() for known in kids}:
            raise UserError("no-such-kid", kid, _NO_KID, SHOW)
    new = {file.name for file in files if file.role == "issuer" and file.kid not in kids}
    for name in wishes.scopes:
        if name not in new:
            raise UserError("no-such-issuer", name, _NO_NEW_ISSUER, _KEYS_HINT)
    if wishes.log is not None:
        logs = {entry.key for entry in current.logs} if current else set()
        named = [f for f in files if (f.role, f.name) == ("log", wishes.log[0])]
        if not current or not named or named[0].vkey in logs:
            raise UserError("no-such-log", wishes.log[0], _NO_NEW_LOG, _KEYS_HINT)


def _names(settings: Settings) -> dict[str, str]:
    return {"id": settings.names.id, "ja": settings.names.ja, "en": settings.names.en}


def _first(settings: Settings, wishes: Wishes) -> Json:
    head: dict[str, Any] = {
        "registry": {
            "id": settings.id,
            "name": _names(settings),
            "site": settings.site,
            "former": [],
        },
        "version": 1,
    }
    if settings.demo:
        head["demo"] = True
    return {
        **head,
        "previous": "",
        "issued": time_text(wishes.now),
        "expires": time_text(wishes.now + wishes.life),
        "roots": {"threshold": wishes.threshold or 2, "keys": []},
        "issuers": [],
        "publishers": [],
        "logs": [],
        "approvers": [],
        "max_age": wishes.max_age or MAX_AGE,
    }


def _next(settings: Settings, current: TrustDocument, wishes: Wishes) -> Json:
    document = loads(current.text.partition("\n")[2])
    registry = document["registry"]
    registry["name"] = _names(settings)
    if settings.site != current.site:  # paper carries the old address for years
        registry["site"] = settings.site
        registry["former"] = list(dict.fromkeys([*current.former, current.site]))
    document["version"] = current.version + 1
    document["previous"] = current.digest
    document["issued"] = time_text(wishes.now)
    document["expires"] = time_text(wishes.now + wishes.life)
    for place, name in (
        (document["roots"], "keys"),
        (document, "publishers"),
        (document, "approvers"),
    ):
        place[name] = [vkey for vkey in place[name] if vkey not in wishes.removed]
    if wishes.log is not None:
        document["logs"][-1]["final"] = _json(wishes.log[1])
    if wishes.max_age:
        document["max_age"] = wishes.max_age
    for issuer in document["issuers"]:
        if issuer["kid"] in wishes.closed:
            status, final = wishes.closed[issuer["kid"]]
            issuer["status"] = status
            if final is not None:
                issuer["final"] = _json(final)
    return document


def _json(final: Final) -> Json:
    return {"size": final.size, "root": b64encode(final.root)}


def _add_keys(document: Json, settings: Settings, files: Sequence[KeyFile], wishes: Wishes) -> None:
    """Take up keys that no version has named yet; a log key only where one is asked for."""
    log_name = wishes.log[0] if wishes.log else settings.keys.log
    wants_log = wishes.log is not None or not document["logs"]
    for file in files:
        text = file.vkey.text
        if file.role == "root":
            document["roots"]["keys"].append(text)
        elif file.role == "publisher":
            document["publishers"].append(text)
        elif file.role == "approver":
            document["approvers"].append(text)
        elif file.role == "log" and wants_log and file.name == log_name:
            document["logs"].append({"origin": file.vkey.name, "vkey": text})
        elif file.role == "issuer":
            _add_issuer(document, settings, file, wishes)


def _add_issuer(document: Json, settings: Settings, file: KeyFile, wishes: Wishes) -> None:
    if any(issuer["kid"] == file.kid.hex() for issuer in document["issuers"]):
        return
    lsps = wishes.scopes.get(file.name)
    document["issuers"].append(
        {
            "kid": file.kid.hex(),
            "x": b64encode(file.vkey.public),
            "name": _names(settings),
            "scope": {} if lsps is None else {"lsps": list(lsps)},
            "from": time_text(wishes.now),
            "until": time_text(wishes.now + wishes.life),
            "status": "active",
        }
    )


_NO_KID = Words("no issuer key with this kid", "tidak ada kunci penerbit dengan kid ini")
_NO_NEW_ISSUER = Words(
    "no new issuer key of this name; the scope of one in force never changes",
    "tidak ada kunci penerbit baru dengan nama ini; lingkup kunci yang berlaku tidak berubah",
)
_KEYS_HINT = Words("see the keys at hand: absah key show", "lihat kunci: absah key show")
_NO_NEW_LOG = Words(
    "no new log key of this name; a key that has signed before is not taken again",
    "tidak ada kunci log baru dengan nama ini; kunci yang pernah dipakai tidak dipakai lagi",
)
_NO_KEY = Words(
    "the document in force has no such root, publisher or approver key",
    "dokumen yang berlaku tidak memuat kunci akar, penerbitan data, atau penyetuju ini",
)
_SEVERAL_KEYS = Words("fits several keys: give the vkey", "cocok dengan beberapa kunci: tulis vkey")
_NO_SIZE = Words("the log has no such size", "log tidak memiliki ukuran ini")
_UNSEALED_ISSUER = Words(
    "every issuer key lies on this machine: seal the spare elsewhere and delete it here",
    "semua kunci penerbit ada di mesin ini: segel cadangannya di tempat lain, hapus di sini",
)
_UNSEALED_PUBLISHER = Words(
    "every publisher key lies on this machine: seal the spare elsewhere and delete it here",
    "semua kunci penerbitan data ada di mesin ini: segel cadangannya di tempat lain, hapus di sini",
)
_OTHER_ID = Words(
    "the document in force is of another registry; an id is for life",
    "dokumen yang berlaku milik registri lain; id berlaku seumur hidup",
)
