"""The ceremony of the trust document: drafted, shown, signed by root holders one by one, published.

A draft is a file ``<n>.draft``: the text, an empty line, and the signature lines collected so far.
It travels to each root holder and back; ``sign`` needs no workspace and no network. It knows keys
and trust documents, and nothing of certificates. The order is docs/formats.md section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.errors import UserError, Words
from registry.issue import append_trust
from registry.keyring import KeyFile
from registry.store import Store
from registry.workspace import Settings
from signing import keys, note, trust
from signing.canonical import Json, b64encode, loads, time_text
from signing.keys import Signer, Vkey
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
    document = _first(settings, wishes) if current is None else _next(current, wishes)
    _add_keys(document, settings, files, wishes)
    if wishes.threshold is not None:
        document["roots"]["threshold"] = wishes.threshold
    text = trust.text_of(document)
    try:
        check_rules(trust.read_text(text))
    except Malformed as error:
        raise _refused(f"trust/{document['version']}", error) from error
    return text


def check_rules(document: TrustDocument) -> None:
    """What a builder demands beyond a reader (formats 4). Malformed if it does not hold."""
    if not 2 <= document.threshold <= len(document.roots) - 1:
        raise Malformed("trust-threshold", "must be at least 2 and below the number of root keys")
    listed = (*document.roots, *document.publishers, *document.approvers)
    for x in (*(key.public for key in listed), *(issuer.x for issuer in document.issuers)):
        keys.admit(x)
    for entry in document.logs:
        keys.admit(entry.key.public)


def warnings(document: TrustDocument) -> list[Words]:
    """What the custodians should hear before they sign."""
    found = []
    if len(document.roots) - document.threshold < 2:
        found.append(_FEW_SPARE)
    if sum(issuer.status == "active" for issuer in document.issuers) < 2:
        found.append(_NO_SPARE_ISSUER)
    if len(document.publishers) < 2:
        found.append(_NO_SPARE_PUBLISHER)
    return found


def sign(data: bytes, key: Vkey, signer: Signer) -> bytes:
    """A draft with one more signature line. UserError: not a draft, or the key is no root of it."""
    text, lines = _parts(data)
    try:
        document = trust.read_text(text)
    except Malformed as error:
        raise _refused("draft", error) from error
    # A root that leaves signs as well: the version before still counts it.
    if not key.name.startswith(f"{document.id}/root/"):
        raise UserError("not-a-root", key.name, _NOT_A_ROOT, _SHOW)
    line = note.sign_line(text, key.name, signer)
    return note.assemble(text, dict.fromkeys([*lines, line]))


def publish(store: Store, data: bytes) -> tuple[TrustDocument, int]:
    """Put a signed document into force: (document, its registry index in the log).

    UserError: signatures are missing, or it is not the successor of the published one.
    """
    try:
        document = trust.parse(data)
        check_rules(document)
    except Malformed as error:
        raise _refused("trust document", error) from error
    return document, append_trust(store, data)


def difference(before: TrustDocument | None, after: TrustDocument) -> list[str]:
    """One line for each value that differs, ``- old`` and ``+ new``, for people to read aloud."""
    old = _flat(loads(before.text.partition("\n")[2])) if before else {}
    new = _flat(loads(after.text.partition("\n")[2]))
    lines = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            lines += [f"- {path}: {old[path]}"] if path in old else []
            lines += [f"+ {path}: {new[path]}"] if path in new else []
    return lines


def _first(settings: Settings, wishes: Wishes) -> Json:
    names = settings.names
    head: dict[str, Any] = {
        "registry": {
            "id": settings.id,
            "name": {"id": names.id, "ja": names.ja, "en": names.en},
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


def _next(current: TrustDocument, wishes: Wishes) -> Json:
    document = loads(current.text.partition("\n")[2])
    document["version"] = current.version + 1
    document["previous"] = current.digest
    document["issued"] = time_text(wishes.now)
    document["expires"] = time_text(wishes.now + wishes.life)
    document["publishers"] = [v for v in document["publishers"] if v not in wishes.removed]
    if wishes.max_age:
        document["max_age"] = wishes.max_age
    known = {issuer["kid"] for issuer in document["issuers"]}
    for kid in wishes.closed.keys() - known:
        raise UserError("no-such-kid", kid, _NO_KID, _SHOW)
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
    names = settings.names
    document["issuers"].append(
        {
            "kid": file.kid.hex(),
            "x": b64encode(file.vkey.public),
            "name": {"id": names.id, "ja": names.ja, "en": names.en},
            "scope": {} if lsps is None else {"lsps": list(lsps)},
            "from": time_text(wishes.now),
            "until": time_text(wishes.now + wishes.life),
            "status": "active",
        }
    )


def _parts(data: bytes) -> tuple[str, list[str]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused("draft", Malformed("note", "not UTF-8")) from error
    cut = text.rfind("\n\n")
    if cut < 0 or not text.endswith("\n"):
        raise _refused("draft", Malformed("note", "no empty line after the text"))
    return text[: cut + 1], [line + "\n" for line in text[cut + 2 :].split("\n") if line]


def _flat(value: Json, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        parts = ((f"{path}.{key}" if path else key, item) for key, item in value.items())
    elif isinstance(value, list):
        parts = ((f"{path}[{at}]", item) for at, item in enumerate(value))
    else:
        return {path: str(value)}
    return {key: text for name, item in parts for key, text in _flat(item, name).items()}


def _refused(what: str, error: Malformed) -> UserError:
    return UserError("bad-trust", what, Words(f"refused: {error}", f"ditolak: {error}"), _SHOW)


_SHOW = Words("see what is in force: absah trust show", "lihat yang berlaku: absah trust show")
_NO_KID = Words("no issuer key with this kid", "tidak ada kunci penerbit dengan kid ini")
_NOT_A_ROOT = Words(
    "this key is not a root key of this registry", "kunci ini bukan kunci akar registri ini"
)
_FEW_SPARE = Words(
    "fewer than two root keys may be lost: 3 of 5 is advised, one with the partner in Japan",
    "kunci akar yang boleh hilang kurang dari dua: disarankan 3 dari 5",
)
_NO_SPARE_ISSUER = Words(
    "no spare issuer key: keep one sealed elsewhere",
    "tidak ada kunci penerbit cadangan: simpan satu tersegel di tempat lain",
)
_NO_SPARE_PUBLISHER = Words(
    "no spare publisher key: keep one sealed elsewhere",
    "tidak ada kunci penerbitan data cadangan: simpan satu tersegel di tempat lain",
)
