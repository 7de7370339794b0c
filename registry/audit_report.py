"""What an audit found, said to people: faults by path, remarks, counts, and what was out of reach.

Every fault has a code, on which scripts rely, and a sentence in English and Indonesian.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from registry.audit_japanese import sentence, summary
from registry.audit_ledger_report import LedgerReport
from registry.errors import Words
from signing.canonical import b64encode


class Fault(NamedTuple):
    """Something published that is not as it must be."""

    path: str
    """The file that is wrong, below the site."""
    code: str
    words: Words


class Missed(NamedTuple):
    """Something that could not be looked at. It is no fault, and never a clean bill."""

    path: str
    why: str
    """For people, in English: what the host, the disk or a check before it said."""


class Since(NamedTuple):
    """An earlier size and root that the auditor kept, and whether the log begins with it."""

    size: int
    root: bytes
    holds: bool


@dataclass(slots=True)
class Report:
    """The outcome of an audit."""

    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    """What a reader will notice at ``now`` although nothing published is wrong."""
    could_not_check: list[Missed] = field(default_factory=list)
    registry: str = ""
    build: int = 0
    """Number of the newest verified build note; 0 = there is none."""
    size: int = 0
    """Entries of its log."""
    root: bytes = b""
    certificates: dict[str, int] = field(default_factory=dict)
    """Number of certificates by state: ``valid revoked suspended superseded``."""
    trust_versions: int = 0
    builds: int = 0
    files: int = 0
    """Files that were read and checked."""
    since: list[Since] = field(default_factory=list)
    """Earlier states that the log was compared with."""
    ledger: LedgerReport | None = None
    """What the private ledger holds; None where it was not compared."""

    @property
    def exit_code(self) -> int:
        """0 clean, 1 faults, 3 no fault, but not everything could be checked."""
        return 1 if self.faults else 3 if self.could_not_check else 0

    def as_json(self) -> dict[str, Any]:
        """The report as plain values; the root in base64, sentences by language."""
        return {
            "exit": self.exit_code,
            "registry": self.registry,
            "build": self.build,
            "log": {"size": self.size, "root": b64encode(self.root)},
            "trust_versions": self.trust_versions,
            "builds": self.builds,
            "files": self.files,
            "certificates": self.certificates,
            "since": [
                {"size": kept.size, "root": b64encode(kept.root), "holds": kept.holds}
                for kept in self.since
            ],
            "ledger": None if self.ledger is None else self.ledger.as_json(),
            "faults": [_plain(found) for found in self.faults],
            "remarks": [_plain(found) for found in self.remarks],
            "could_not_check": [missed._asdict() for missed in self.could_not_check],
        }

    def lines(self, language: str) -> list[str]:
        """The report for a person: a line for each finding, then what was looked at."""
        found = [f"{f.path}: {f.words.say(language)} ({f.code})" for f in self.faults]
        found += [
            f"{f.path}: {_REMARK.say(language)}: {f.words.say(language)}" for f in self.remarks
        ]
        found += [
            f"{m.path or '.'}: {_MISSED.say(language)}: {m.why}" for m in self.could_not_check
        ]
        if self.build:
            states = self.certificates.items()
            listed = ", ".join(f"{_STATES[state].say(language)} {n}" for state, n in states)
            found.append(_STATE.say(language).format(self.registry, self.build, self.size, listed))
            found.append(f"log root: {b64encode(self.root)}")
        found += [_GREW.say(language).format(kept.size) for kept in self.since if kept.holds]
        if self.ledger is not None:
            found += self.ledger.lines(language)
        numbers = (self.files, self.trust_versions, self.builds)
        found.append(_LOOKED_AT.say(language).format(*numbers))
        return [*found, _VERDICTS[self.exit_code].say(language).format(len(self.faults))]


def _plain(found: Fault) -> dict[str, str]:
    return {"path": found.path, "code": found.code, "en": found.words.en, "id": found.words.id}


_REMARK = Words("note", "catatan", summary("note"))
_MISSED = Words("could not be checked", "tidak dapat diperiksa", summary("missed"))
_STATE = Words(
    "{}: build {}, log entries: {}, certificates: {}",
    "{}: build {}, entri log: {}, sertifikat: {}",
    summary("state"),
)
_LOOKED_AT = Words(
    "files checked: {}, trust documents: {}, build notes: {}",
    "berkas diperiksa: {}, dokumen kepercayaan: {}, catatan build: {}",
    summary("looked_at"),
)
_GREW = Words(
    "the log only grew since it had {} entries",
    "log hanya bertambah sejak berisi {} entri",
    summary("grew"),
)
_STATES = {
    "valid": Words("valid", "berlaku", summary("valid")),
    "revoked": Words("revoked", "dicabut", summary("revoked")),
    "suspended": Words("suspended", "dibekukan", summary("suspended")),
    "superseded": Words("superseded", "diganti", summary("superseded")),
}
_VERDICTS = {
    0: Words("no fault found", "tidak ada kesalahan", summary("exit_0")),
    1: Words("faults: {}", "kesalahan: {}", summary("exit_1")),
    3: Words(
        "no fault found, but not everything could be checked",
        "tidak ada kesalahan, tetapi tidak semuanya dapat diperiksa",
        summary("exit_3"),
    ),
}


def fault(path: str, code: str, **values: object) -> Fault:
    """The fault of this code; ``values`` fill its sentence."""
    return _finding(path, code, FAULT_WORDS[code], values)


FAULT_WORDS = {
    # Files
    "missing": Words("is not there", "tidak ada"),
    "extra-file": Words(
        "is served, but nothing that is signed names it",
        "disajikan, tetapi tidak disebut oleh data bertanda tangan",
    ),
    "bad-path": Words(
        "names a path that is not allowed: {name}", "menyebut jalur terlarang: {name}"
    ),
    "digest": Words(
        "is not the file whose SHA-256 {by} states", "bukan berkas dengan SHA-256 menurut {by}"
    ),
    "copy": Words("is not the copy of {of} that it should be", "bukan salinan dari {of}"),
    "form": Words("is not in the form of such a file: {why}", "bentuk berkas ini salah: {why}"),
    "files-order": Words(
        "does not list its paths in ASCII order, each once: {name}",
        "jalurnya tidak berurutan ASCII atau ganda: {name}",
    ),
    "files-listed": Words(
        "lists a file that stands elsewhere or nowhere: {name}",
        "memuat berkas yang tidak boleh didaftar di sini: {name}",
    ),
    "scheme-name": Words(
        "does not have the name that its SHA-256 gives it", "namanya tidak sesuai SHA-256 isinya"
    ),
    "single-file": Words(
        "is not the offline file as published: {why}", "bukan berkas luring terbitan: {why}"
    ),
    "twin": Words("does not unpack to {of}", "hasil dekompresinya bukan {of}"),
    "twin-header": Words(
        "has another gzip header than absah writes", "kepala gzip-nya bukan buatan absah"
    ),
    # Trust
    "trust-refused": Words("is refused: {why}", "ditolak: {why}"),
    "trust-anchor": Words(
        "is not the trust document that you hold: another registry, or a second history",
        "bukan dokumen kepercayaan yang Anda pegang: registri lain, atau riwayat kedua",
    ),
    "unknown-line": Words(
        "carries a signature line of an unknown key: {name}",
        "memuat baris tanda tangan dari kunci tak dikenal: {name}",
    ),
    "key-refused": Words(
        "names a key that must not be used, {name}: {why}",
        "memuat kunci yang tidak boleh dipakai, {name}: {why}",
    ),
    "key-role": Words(
        "gives a key a second role: {name} was {old} before",
        "memberi kunci peran kedua: {name} sebelumnya {old}",
    ),
    "history-dropped": Words(
        "leaves out or moves an entry of the version before: {name}",
        "menghapus atau memindahkan entri versi sebelumnya: {name}",
    ),
    "history-changed": Words(
        "changes what never changes in the entry {name}",
        "mengubah bagian tetap dari entri {name}",
    ),
    "history-until": Words("moves the end of {name} to later", "memundurkan batas akhir {name}"),
    "history-status": Words(
        "takes back the status of {name}: it goes from active to retired to compromised only",
        "memundurkan status {name}: hanya boleh active, retired, lalu compromised",
    ),
    "history-final": Words(
        "takes back or raises the cut-off (final) of {name}",
        "mencabut atau menaikkan batas (final) {name}",
    ),
    "history-former": Words(
        "no longer names the former address {name}", "tidak lagi memuat alamat lama {name}"
    ),
    "trust-unlogged": Words(
        "does not stand in the log of {size} entries, in its order",
        "tidak tercatat pada urutannya dalam log {size} entri",
    ),
    "trust-hidden": Words(
        "entry {index} is a trust document that is not published",
        "entri {index} adalah dokumen kepercayaan yang tidak diterbitkan",
    ),
    "final-root": Words(
        "states a root at size {size} that is not the log's",
        "menyebut root pada ukuran {size} yang bukan milik log",
    ),
    # Build notes
    "note-refused": Words("is refused: {why}", "ditolak: {why}"),
    "note-trust": Words(
        "names trust version {named}, but the newest one published is {newest}",
        "menyebut versi kepercayaan {named}, padahal yang terbaru {newest}",
    ),
    "note-number": Words("holds build {number}", "berisi build {number}"),
    "note-conflict": Words(
        "is another signed note than {of} with the same number: two histories",
        "berbeda dari {of} dengan nomor yang sama: dua riwayat",
    ),
    "note-older": Words(
        "is build {number}, but build {newest} was published",
        "adalah build {number}, padahal build {newest} sudah terbit",
    ),
    "note-chain": Words(
        "does not follow the note before it: {why}", "tidak menyambung catatan sebelumnya: {why}"
    ),
    "note-fell": Words(
        "goes back behind the note before it: {what}", "mundur dari catatan sebelumnya: {what}"
    ),
    "note-ahead": Words(
        "lies more than a day ahead of this clock: {issued}",
        "lebih dari sehari di depan jam ini: {issued}",
    ),
    "note-root": Words(
        "pins a root that is not the one of the log's first {size} entries",
        "menyebut root yang bukan milik {size} entri pertama log",
    ),
    # Log
    "checkpoint-refused": Words("is refused: {why}", "ditolak: {why}"),
    "checkpoint-root": Words(
        "is signed over a root that is not the one of the log's first {size} entries",
        "menandatangani root yang bukan milik {size} entri pertama log",
    ),
    "checkpoint-ahead": Words(
        "is signed for more entries than the newest build note pins: {size}",
        "ditandatangani untuk lebih banyak entri daripada catatan build terbaru: {size}",
    ),
    "tile": Words("is not the hashes of the log's entries", "bukan hash dari entri log"),
    "bundle": Words(
        "is not the entries under the signed root", "bukan entri di bawah root bertanda tangan"
    ),
    "entry-form": Words(
        "entry {index} is not a type and a SHA-256", "entri {index} bukan tipe dan SHA-256"
    ),
    # Status
    "status-refused": Words("is refused: {why}", "ditolak: {why}"),
    "status-time": Words(
        "states a time that its build notes contradict",
        "waktunya bertentangan dengan catatan build",
    ),
    "status-other": Words(
        "states {state} for entry {index}, which is no certificate and must be revoked",
        "menyebut {state} untuk entri {index}, yang bukan sertifikat dan harus revoked",
    ),
    "status-unused": Words(
        "states {state} for index {index}, which the log does not hold yet",
        "menyebut {state} untuk indeks {index}, yang belum ada di log",
    ),
    "status-change": Words(
        "takes certificate {index} from {old} to {new}, which is never allowed",
        "mengubah sertifikat {index} dari {old} menjadi {new}, yang tidak pernah diizinkan",
    ),
    # Since
    "since-root": Words(
        "is not the root that you kept at size {size}: the log has two histories",
        "bukan root yang Anda simpan pada ukuran {size}: log punya dua riwayat",
    ),
    "since-smaller": Words(
        "is of {size} entries, but you kept one of {held}: the log went back",
        "berisi {size} entri, padahal Anda menyimpan yang {held} entri: log mundur",
    ),
    # Ledger
    "ledger-missing": Words(
        "holds no certificate for entry {index} of the log",
        "tidak memuat sertifikat untuk entri {index} dalam log",
    ),
    "ledger-short": Words(
        "ends after {held} entries, but the log has {size}",
        "berakhir setelah {held} entri, padahal log berisi {size}",
    ),
    "ledger-unlogged": Words(
        "holds certificate {index}, for which the log has no entry",
        "memuat sertifikat {index}, yang tidak punya entri dalam log",
    ),
    "ledger-leaf": Words(
        "holds another certificate {index} than the one in the log",
        "memuat sertifikat {index} yang berbeda dari yang ada dalam log",
    ),
    "ledger-unsigned": Words(
        "holds certificate {index}, which no issuer key signed: {why}",
        "memuat sertifikat {index}, yang tidak ditandatangani kunci penerbit: {why}",
    ),
    "ledger-content": Words(
        "says other than what is signed in certificate {index}: {fields}",
        "berbeda dari isi bertanda tangan sertifikat {index}: {fields}",
    ),
    "ledger-state": Words(
        "states {state} for certificate {index}, but {stated} is published",
        "menyebut {state} untuk sertifikat {index}, padahal yang terbit {stated}",
    ),
    "ledger-changes": Words(
        "states {state} for certificate {index}, which its recorded changes do not lead to",
        "menyebut {state} untuk sertifikat {index}, yang tidak sesuai catatan perubahannya",
    ),
    "ledger-record": Words(
        "files certificate {index} under another registration number than its own",
        "mencatat sertifikat {index} di bawah nomor registrasi lain",
    ),
    "ledger-records": Words(
        "has {rows} certificates, but {records} in its records",
        "berisi {rows} sertifikat, tetapi {records} dalam catatan registrasi",
    ),
    "ledger-batch": Words(
        "says that batch {number} issued {issued}, but holds {held} of it",
        "menyebut batch {number} menerbitkan {issued}, tetapi memuat {held}",
    ),
    "ledger-note": Words(
        "does not hold the build note {number} that is published",
        "tidak memuat catatan build {number} yang terbit",
    ),
    "ledger-chain": Words(
        "has an audit table whose entry {number} does not follow from the one before",
        "punya tabel audit yang entri {number}-nya tidak menyambung entri sebelumnya",
    ),
    "ledger-chain-head": Words(
        "has an audit table that does not lead to the head in build note {number}",
        "punya tabel audit yang tidak menuju kepala dalam catatan build {number}",
    ),
    "ledger-schema": Words(
        "lacks a rule that guards its tables, or has another one: {name}",
        "kehilangan aturan pelindung tabelnya, atau aturannya berbeda: {name}",
    ),
    "ledger-damaged": Words("is damaged: {why}", "rusak: {why}"),
    "ledger-more": Words(
        "has {count} more rows with the fault {kind}", "punya {count} baris lagi: {kind}"
    ),
}

REMARK_WORDS = {
    "stale": Words(
        "was issued {issued}: older than the {days} days after which readers warn",
        "terbit {issued}: melewati {days} hari, pembaca akan diberi peringatan",
    ),
    "trust-expired": Words(
        "expired {expires}: readers are told to ask",
        "kedaluwarsa {expires}: pembaca diminta bertanya",
    ),
}


def remark(path: str, code: str, **values: object) -> Fault:
    """The remark of this code; ``values`` fill its sentence."""
    return _finding(path, code, REMARK_WORDS[code], values)


def _finding(path: str, code: str, words: Words, values: dict[str, object]) -> Fault:
    forms = (words.en, words.id, sentence(code))
    return Fault(path, code, Words(*(form.format(**values) for form in forms)))
