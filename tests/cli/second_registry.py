"""A small registry that is no demonstration, made in a moment: two of them may share a name."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from registry import log
from signing import build_note, cose, merkle, note, status, trust
from signing.canonical import b64encode, time_text
from signing.certificate import Certificate, day_of, encode_payload
from signing.fragment import qr_text
from signing.keys import PrivateKey, Vkey, kid
from signing.merkle import Checkpoint
from tests.demonstration import NOW

ID, SITE = "cek.example.id", "https://cek.example.id/"


def publish(folder: Path, seed: int) -> str:
    """Publish one certificate below ``folder``; the text of its code."""
    keys = {
        name: PrivateKey.from_seed(hashlib.sha256(f"{seed} {name}".encode()).digest())
        for name in ("a", "b", "c", "issuer", "publisher", "log")
    }
    vkeys = {name: Vkey(f"{ID}/{_role(name)}", key.public) for name, key in keys.items()}
    text = trust.text_of(_document(keys, vkeys))
    lines = [note.sign_line(text, vkeys[holder].name, keys[holder]) for holder in ("a", "b")]
    first = note.assemble(text, lines)
    day = day_of(datetime.fromtimestamp(NOW, UTC).date())
    certificate = Certificate(
        index=1, number="62019 2512 4 0000001 2026", registration="TIK 9001 00001 2026",
        name="Sari Contoh", birth_day=10_000, scheme="DEMO/contoh", lsp=9001,
        issue_day=day - 10, scheme_digest=bytes(16), expiry_day=day + 1000, cti=bytes(16),
    )  # fmt: skip
    data = cose.sign(encode_payload(certificate), keys["issuer"])
    entries = [merkle.trust_entry(text), merkle.certificate_entry(data)]
    tree = log.Tree(map(merkle.leaf_hash, entries))
    checkpoint = merkle.sign_checkpoint(Checkpoint(f"{ID}/log", 2, tree.root()), keys["log"])
    bits = b"\x01" + bytes(status.LENGTH - 1)
    listed = status.sign(ID, status.StatusList(0, NOW, bits), keys["publisher"])
    state = build_note.state_fields(
        registry=ID, trust=trust.parse(first), size=2, root=tree.root(),
        status=[hashlib.sha256(listed).hexdigest()], catalogue={}, files="0" * 64,
    )  # fmt: skip
    signed = build_note.sign(
        build_note.draft(state, 1, NOW, ""), vkeys["publisher"], keys["publisher"]
    )
    files = {"trust/1.note": first, "build.note": signed, status.path(0, listed): listed}
    files |= log.signed({2: checkpoint}, 2)
    pieces = log.pieces([2], tree.__getitem__, lambda first, end: entries[first:end])
    files |= {piece.path: piece.make() for piece in pieces}
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return qr_text(SITE, data)


def _role(name: str) -> str:
    return "log" if name == "log" else f"root/{name}" if len(name) == 1 else f"{name}/main"


def _document(keys: dict[str, PrivateKey], vkeys: dict[str, Vkey]) -> dict[str, object]:
    names = {"id": "Contoh", "ja": "見本", "en": "Sample"}
    x = keys["issuer"].public
    issuer = {
        "kid": kid(x).hex(), "x": b64encode(x), "name": names, "scope": {},
        "from": time_text(NOW - 99), "until": time_text(NOW + 99), "status": "active",
    }  # fmt: skip
    return {
        "registry": {"id": ID, "name": names, "site": SITE, "former": []},
        "version": 1, "previous": "",
        "issued": time_text(NOW - 99), "expires": time_text(NOW + 10**7),
        "roots": {"threshold": 2, "keys": [vkeys[holder].text for holder in "abc"]},
        "issuers": [issuer], "publishers": [vkeys["publisher"].text],
        "logs": [{"origin": f"{ID}/log", "vkey": vkeys["log"].text}],
        "approvers": [], "max_age": 1_209_600,
    }  # fmt: skip
