"""What a new version of the trust document changes, in sentences for the people who sign it.

Two versions in, sentences in id and en out: the part of a difference that root holders read aloud
to each other before they sign. ``ceremony.difference`` shows every value beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from registry.errors import Words
from signing.canonical import time_text
from signing.keys import Vkey
from signing.trust import Issuer, TrustDocument


def changes(before: TrustDocument, after: TrustDocument) -> list[Words]:
    """One sentence for each thing that ``after`` says otherwise than ``before``."""
    return [
        *_registry(before, after),
        *_named("root", Words("root key", "kunci akar"), before.roots, after.roots),
        *_value("threshold", "ambang", str(before.threshold), str(after.threshold)),
        *_issuers(before, after),
        *_named("publisher", _PUBLISHER, before.publishers, after.publishers),
        *_log(before, after),
        *_named("approver", Words("approver", "penyetuju"), before.approvers, after.approvers),
        *_value("max_age", "max_age", str(before.max_age), str(after.max_age)),
        *_value("expires", "berlaku sampai", time_text(before.expires), time_text(after.expires)),
    ]


def _registry(before: TrustDocument, after: TrustDocument) -> Iterator[Words]:
    for language in ("id", "ja", "en"):
        old, new = before.name[language], after.name[language]
        yield from _value(f"name ({language})", f"nama ({language})", old, new)
    if before.site != after.site:
        yield Words(
            f"the site moves: {before.site} -> {after.site}; paper of the old one stays readable",
            f"situs pindah: {before.site} -> {after.site}; kertas alamat lama tetap terbaca",
        )


def _issuers(before: TrustDocument, after: TrustDocument) -> Iterator[Words]:
    for new in after.issuers:
        old = before.issuer(new.kid)
        kid = new.kid.hex()
        if old is None:
            scope = _scope(new)
            yield Words(
                f"issuer key {kid} is new, {scope.en}", f"kunci penerbit {kid} baru, {scope.id}"
            )
        elif (old.status, old.final) != (new.status, new.final):
            cut = _cut_off(new)
            yield Words(
                f"issuer key {kid}: {old.status} -> {new.status}{cut.en}",
                f"kunci penerbit {kid}: {old.status} -> {new.status}{cut.id}",
            )
        if old is not None and old.until != new.until:
            until = f"{time_text(old.until)} -> {time_text(new.until)}"
            yield Words(f"issuer key {kid}: until {until}", f"kunci penerbit {kid}: sampai {until}")


def _scope(issuer: Issuer) -> Words:
    if issuer.lsps is None and issuer.schemes is None:
        return Words("for every LSP and scheme", "untuk semua LSP dan skema")
    parts = [str(number) for number in issuer.lsps or ()] + [*(issuer.schemes or ())]
    return Words(f"only for {', '.join(parts)}", f"hanya untuk {', '.join(parts)}")


def _cut_off(issuer: Issuer) -> Words:
    if issuer.final is None:
        if issuer.status == "compromised":
            return Words(
                ", no cut-off: EVERY certificate of it is refused",
                ", tanpa batas: SEMUA sertifikatnya ditolak",
            )
        return Words("", "")
    size = issuer.final.size
    return Words(
        f", certificates from index {size} on are refused",
        f", sertifikat mulai indeks {size} ditolak",
    )


def _named(
    role: str, what: Words, before: Sequence[Vkey], after: Sequence[Vkey]
) -> Iterator[Words]:
    for key in after:
        if key not in before:
            yield Words(
                f"new {what.en}: {_short(role, key)}", f"{what.id} baru: {_short(role, key)}"
            )
    for key in before:
        if key not in after:
            name = _short(role, key)
            yield Words(f"{what.en} leaves: {name}", f"{what.id} dikeluarkan: {name}")


def _short(role: str, key: Vkey) -> str:
    """The part of a key's name that people know it by, and its first digits."""
    name = key.name.partition(f"/{role}/")[2] or key.name
    return f"{name} ({key.text.split('+')[1]})"


def _log(before: TrustDocument, after: TrustDocument) -> Iterator[Words]:
    if before.log == after.log:
        return
    closed = after.logs[len(before.logs) - 1].final
    size = closed.size if closed else 0
    yield Words(
        f"another log key signs the same log after size {size}",
        f"kunci log lain menandatangani log yang sama setelah ukuran {size}",
    )


def _value(name: str, nama: str, old: str, new: str) -> Iterator[Words]:
    if old != new:
        yield Words(f"{name}: {old} -> {new}", f"{nama}: {old} -> {new}")


_PUBLISHER = Words("publisher key", "kunci penerbitan data")
