"""What a root holder does with a trust document: look at it, compare it, sign it.

A draft is a file: the text, an empty line, and the signature lines collected so far. It travels to
each root holder and back, and needs no workspace, no network and nothing but the base install.
``drafting`` makes it and puts it into force.
"""

from __future__ import annotations

from registry.errors import UserError, Words
from signing import keys, note, trust
from signing.canonical import Json, loads
from signing.keys import Signer, Vkey
from signing.reasons import Malformed
from signing.trust import TrustDocument


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
        raise refused("draft", error) from error
    # A root that leaves signs as well: the version before still counts it.
    if not key.name.startswith(f"{document.id}/root/"):
        raise UserError("not-a-root", key.name, _NOT_A_ROOT, SHOW)
    line = note.sign_line(text, key.name, signer)
    signed = note.assemble(text, dict.fromkeys([*lines, line]))
    try:
        # One line that is broken, or wrong under a listed key, would spoil the whole note.
        note.signers(note.parse(signed, note.TRUST_LIMIT), document.roots)
    except Malformed as error:
        raise refused("draft", error) from error
    return signed


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


def _parts(data: bytes) -> tuple[str, list[str]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused("draft", Malformed("note", "not UTF-8")) from error
    cut = text.rfind("\n\n")
    if cut < 0 or not text.endswith("\n"):
        raise refused("draft", Malformed("note", "no empty line after the text"))
    return text[: cut + 1], [line + "\n" for line in text[cut + 2 :].split("\n") if line]


def _flat(value: Json, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        parts = ((f"{path}.{key}" if path else key, item) for key, item in value.items())
    elif isinstance(value, list):
        parts = ((f"{path}[{at}]", item) for at, item in enumerate(value))
    else:
        return {path: str(value)}
    return {key: text for name, item in parts for key, text in _flat(item, name).items()}


def refused(what: str, error: Malformed) -> UserError:
    """A document that breaks a rule, as an error for people."""
    return UserError("bad-trust", what, Words(f"refused: {error}", f"ditolak: {error}"), SHOW)


SHOW = Words("see what is in force: absah trust show", "lihat yang berlaku: absah trust show")
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
