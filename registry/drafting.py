"""Makes the next trust document, and puts a signed one into force.

It knows which keys the workspace holds and what the document in force says. The rules of
succession are ``signing.trust``'s, what a root holder sees is ``ceremony``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.audit_history import loosened
from registry.ceremony import SHOW, check_rules, refused
from registry.errors import UserError, Words
from registry.issue import append_trust
from registry.keyring import KeyFile
from registry.store import Store
from registry.workspace import Settings
from signing import trust
from signing.canonical import Json, b64encode, loads, time_text
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
    """Publisher vkeys that the new version no longer names."""


def draft(
    settings: Settings, current: TrustDocument | None, files: Sequence[KeyFile], wishes: Wishes
) -> str:
    """The text of the next version: the current one, the wishes, and every key that is new.

    UserError: the keys do not make a document (no root, no log key, ...).
    """
    _refuse_unmeant(settings, current, files, wishes)
    document = _first(settings, wishes) if current is None else _next(settings, current, wishes)
    _add_keys(document, settings, files, wishes)
    if wishes.threshold is not None:
        document["roots"]["threshold"] = wishes.threshold
    text = trust.text_of(document)
    try:
        drafted = trust.read_text(text)
        check_rules(drafted)
        _check_history(current, drafted)
    except Malformed as error:
        raise refused(f"trust/{document['version']}", error) from error
    return text


def publish(store: Store, data: bytes) -> tuple[TrustDocument, int]:
    """Put a signed document into force: (document, its registry index in the log).

    UserError: signatures are missing, it is not the successor of the published one, or it takes
    back what that one said (T9).
    """
    known = store.trust()
    try:
        document = trust.parse(data)
        check_rules(document)
        _check_history(trust.parse(known[-1].note) if known else None, document)
    except Malformed as error:
        raise refused("trust document", error) from error
    return document, append_trust(store, data)


def _check_history(before: TrustDocument | None, document: TrustDocument) -> None:
    """T9. Malformed: names the first rule that the document breaks."""
    broken = loosened(before, document) if before else []
    if broken:
        raise Malformed(broken[0].code, broken[0].name)


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
    publishers = {key.text for key in current.publishers} if current else set()
    for vkey in wishes.removed:
        if vkey not in publishers:
            raise UserError("no-such-publisher", vkey, _NO_PUBLISHER, SHOW)


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
    document["publishers"] = [v for v in document["publishers"] if v not in wishes.removed]
    if wishes.max_age:
        document["max_age"] = wishes.max_age
    for issuer in document["issuers"]:
        if issuer["kid"] in wishes.closed:
            status, final = wishes.closed[issuer["kid"]]
            issuer["status"] = status
            if final is not None:
                issuer["final"] = {"size": final.size, "root": b64encode(final.root)}
    return document


def _add_keys(document: Json, settings: Settings, files: Sequence[KeyFile], wishes: Wishes) -> None:
    removed = set(wishes.removed)
    for file in files:
        text = file.vkey.text
        if file.role == "root" and text not in document["roots"]["keys"]:
            document["roots"]["keys"].append(text)
        elif file.role == "publisher" and text not in {*document["publishers"], *removed}:
            document["publishers"].append(text)
        elif file.role == "approver" and text not in document["approvers"]:
            document["approvers"].append(text)
        elif file.role == "log" and not document["logs"]:
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
_NO_PUBLISHER = Words(
    "the document in force has no such publisher key",
    "dokumen yang berlaku tidak memuat kunci penerbitan data ini",
)
_OTHER_ID = Words(
    "the document in force is of another registry; an id is for life",
    "dokumen yang berlaku milik registri lain; id berlaku seumur hidup",
)
