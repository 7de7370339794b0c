"""What a root holder does with a trust document: look at it, compare it, sign it.

A draft is a file: the text, an empty line, and the signature lines collected so far. It travels to
each root holder and back, and needs no workspace, no network and nothing but the base install. The
version before it, which a holder compares it with, is known by its digest, so any copy will do.
``drafting`` makes a draft and puts it into force.
"""

from __future__ import annotations

from registry.audit_history import loosened
from registry.errors import UserError, Words
from signing import keys, note, trust
from signing.canonical import Json, loads
from signing.keys import Signer, Vkey
from signing.reasons import Malformed
from signing.trust import Issuer, TrustDocument


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
    active = [issuer for issuer in document.issuers if issuer.status == "active"]
    found += [
        _no_spare(issuer)
        for issuer in active
        if not any(_stands_in(other, issuer) for other in active if other is not issuer)
    ]
    if not active:
        found.append(_NO_ISSUER)
    if len(document.publishers) < 2:
        found.append(_NO_SPARE_PUBLISHER)
    return found


def _stands_in(spare: Issuer, issuer: Issuer) -> bool:
    """Whether ``spare`` may sign whatever ``issuer`` may."""
    pairs = ((spare.lsps, issuer.lsps), (spare.schemes, issuer.schemes))
    return all(
        wide is None or (narrow is not None and set(narrow) <= set(wide)) for wide, narrow in pairs
    )


def drafted(data: bytes, name: str = "draft") -> TrustDocument:
    """The document of a draft, signed by nobody yet or by some. UserError: it is not one."""
    try:
        return trust.read_text(_parts(data, name)[0])
    except Malformed as error:
        raise refused(name, error) from error


def precedes(data: bytes, document: TrustDocument) -> TrustDocument | None:
    """The document of a note if it is the very version before ``document``, else None."""
    try:
        before = trust.parse(data)
    except Malformed:
        return None
    return before if before.digest == document.previous else None


def check(before: TrustDocument | None, document: TrustDocument) -> None:
    """What no root holder should sign: a builder would refuse it. UserError: names the rule.

    ``before``: the version that it follows; None: not at hand, so T9 is not looked at.
    """
    try:
        check_rules(document)
    except Malformed as error:
        raise refused("draft", error) from error
    broken = loosened(before, document) if before else []
    if broken:
        raise refused("draft", Malformed(broken[0].code, broken[0].name))


def signed_by(data: bytes, document: TrustDocument) -> list[str]:
    """Names of the root holders of ``document`` whose signatures a draft carries."""
    found = note.signers(note.parse(data, note.TRUST_LIMIT), document.roots)
    return [key.name for key in document.roots if key.public in found]


def sign(data: bytes, key: Vkey, signer: Signer) -> bytes:
    """A draft with one more signature line. UserError: not a draft, or the key is no root of it."""
    document = drafted(data)
    text, lines = _parts(data)
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
            lines += [f"- {path[0]}: {old[path]}"] if path in old else []
            lines += [f"+ {path[0]}: {new[path]}"] if path in new else []
    return lines


def _parts(data: bytes, name: str = "draft") -> tuple[str, list[str]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused(name, Malformed("note", "not UTF-8")) from error
    cut = text.rfind("\n\n")
    if cut < 0 or not text.endswith("\n"):
        raise refused(name, Malformed("note", "no empty line after the text"))
    return text[: cut + 1], [line + "\n" for line in text[cut + 2 :].split("\n") if line]


def _flat(value: Json, path: str = "") -> dict[tuple[str, str], str]:
    """Every value by its path; those of a plain list by themselves: their order says nothing."""
    if isinstance(value, dict):
        parts = ((f"{path}.{key}" if path else key, item) for key, item in value.items())
    elif isinstance(value, list) and not any(isinstance(item, dict) for item in value):
        return {(path, str(item)): str(item) for item in value}
    elif isinstance(value, list):
        parts = ((f"{path}[{at}]", item) for at, item in enumerate(value))
    else:
        return {(path, ""): str(value)}
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


def _no_spare(issuer: Issuer) -> Words:
    kid = issuer.kid.hex()
    return Words(
        f"no spare for issuer key {kid}: keep one sealed elsewhere",
        f"tidak ada cadangan kunci penerbit {kid}: simpan satu tersegel di tempat lain",
    )


_NO_ISSUER = Words("no issuer key is active", "tidak ada kunci penerbit yang aktif")
_NO_SPARE_PUBLISHER = Words(
    "no spare publisher key: keep one sealed elsewhere",
    "tidak ada kunci penerbitan data cadangan: simpan satu tersegel di tempat lain",
)
