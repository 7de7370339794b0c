"""R1: changed certificates, notes and lists are never taken for anything but the original.

Each object has its reader: it says what was read (compared with what is known to be good), or
None when the bytes were refused. Any exception but Malformed is a failure.

Two kinds of change may say the same as the original, by design: a text with white space around
it or without its site, and a note in which a signature line became that of an unknown key, which
readers ignore, while the lines that are left still suffice. What is said is the note's text or
the certificate, and that must be the original's. All other objects have one form only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

import pytest

from signing import build_note, cose, fragment, keys, merkle, status, trust, verify
from signing.reasons import Level, Malformed
from tests.signing.mutations import EVERY_MASK, changed_bytes, endless, mixed, reshaped
from tests.vectors import build_notes_cases, status_cases
from tests.vectors.certificate_claims import payload_of
from tests.vectors.trust_documents import note_of
from tests.vectors.world import ID, LOG, NOW, SITE, certificate_of, key, sha256, trust_fields

QUICK = 250_000
SOAK = 5_000_000
TRUST_FIELDS = trust_fields()
TRUST = trust.anchor(note_of(TRUST_FIELDS))
SECOND = note_of(build_notes_cases.second())
PUBLISHERS = [publisher.public for publisher in TRUST.publishers]


@dataclass(frozen=True)
class Subject:
    """An object under test: sound ones, how it is read, and which changes are tried."""

    sound: tuple[bytes, ...]
    read: Callable[[bytes], object]
    changes: Callable[[tuple[bytes, ...]], Iterator[bytes]]
    at_least: int
    """Changes of the quick run."""
    one_form: bool = True
    """Whether no changed bytes may even say the same."""

    def check(self, changes: Iterator[bytes]) -> tuple[int, int]:
        """How many changes were tried, and how many of them read as a sound one."""
        good = [self.read(data) for data in self.sound]
        assert None not in good
        known, tried, same = set(self.sound), 0, 0
        for data in changes:
            if data in known:
                continue
            tried += 1
            said = self.read(data)
            if said is not None:
                assert said in good, data.hex()
                same += 1
        return tried, same


def _certificates() -> tuple[bytes, ...]:
    full = certificate_of(index=9, units=b"\x05", passport_name="SITI CONTOH", replaces=6)
    signer = key("issuer active")
    return tuple(cose.sign(payload_of(c), signer) for c in (certificate_of(), full))


def _read_certificate(data: bytes) -> object:
    """A certificate, with a log that holds whatever was given: only signature and form count."""
    text = fragment.qr_text(SITE, data) if data else SITE
    return _judged(verify.examine(text, TRUST))


def _read_text(data: bytes) -> object:
    return _judged(verify.examine(data.decode("latin-1"), TRUST))


def _judged(opened: verify.Opened) -> object:
    leaf = merkle.leaf_hash(merkle.certificate_entry(opened.data or b""))
    held = verify.Evidence(
        opened=opened,
        trust=TRUST,
        walked=True,
        note=NOTE,
        status=CLEAN,
        checkpoint=merkle.Checkpoint(LOG.name, NOTE.size, NOTE.root),
        leaf=leaf,
    )
    verdict = verify.judge(held, NOW)
    if verdict.level is Level.GREEN:
        return verdict.certificate, opened.data
    assert verdict.certificate is None or verdict.certificate == opened.certificate
    assert opened.certificate is None, opened.data
    return None


def _parsed(read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        try:
            return read(data)
        except Malformed:
            return None

    return run


def _status(data: bytes) -> object:
    """A list has one form, so the bytes themselves must be known."""
    return status.parse(data, ID, PUBLISHERS), sha256(data)


def _lists() -> tuple[bytes, ...]:
    states = status_cases.bits_of(status_cases.STATES)
    packed = status_cases.frame(status_cases.payload(lst=status_cases.pack(states)))
    clean = status_cases.frame(status_cases.payload(iat=0))
    return packed, clean


def _checkpoints() -> tuple[bytes, ...]:
    made = [merkle.Checkpoint(LOG.name, size, sha256(b"%d" % size)) for size in (1234, 1235)]
    return tuple(merkle.sign_checkpoint(checkpoint, key("log")) for checkpoint in made)


def _every_byte(sound: tuple[bytes, ...]) -> Iterator[bytes]:
    for data in sound:
        yield from changed_bytes(data, EVERY_MASK)
    yield from _structured(sound)


def _some_bits(sound: tuple[bytes, ...]) -> Iterator[bytes]:
    for data in sound:
        yield from changed_bytes(data)
    yield from _structured(sound)


def _few_bits(sound: tuple[bytes, ...]) -> Iterator[bytes]:
    """For the large notes, of which each change costs several signatures."""
    for data in sound:
        yield from changed_bytes(data, (0x01, 0x20, 0x80))
        yield from reshaped(data)


def _structured(sound: tuple[bytes, ...]) -> Iterator[bytes]:
    for data in sound:
        yield from reshaped(data)
    yield from mixed(sound[0], sound[-1])
    yield from mixed(sound[-1], sound[0])


BUILDS = tuple(
    build_notes_cases.signed_by(build_notes_cases.text_of(fields), "publisher 1")
    for fields in (build_notes_cases.fields_of(), build_notes_cases.fields_of(build=43))
)
NOTE = build_note.verified(BUILDS[0], TRUST)
CLEAN = status.StatusList(0, 0, bytes(status.LENGTH))
TEXTS = tuple(fragment.qr_text(SITE, data).encode() for data in _certificates())
SUBJECTS = {
    "certificate": Subject(_certificates(), _read_certificate, _every_byte, 130_000),
    "text": Subject(TEXTS, _read_text, _some_bits, 45_000, one_form=False),
    "checkpoint": Subject(
        _checkpoints(),
        _parsed(lambda data: merkle.parse_checkpoint(data, LOG)),
        _every_byte,
        100_000,
    ),
    "status": Subject(_lists(), _parsed(_status), _some_bits, 19_000),
    "build note": Subject(
        BUILDS, _parsed(lambda data: build_note.verified(data, TRUST).text), _few_bits, 30_000
    ),
    "trust document": Subject(
        (note_of(TRUST_FIELDS, "abc"),),
        _parsed(lambda data: trust.anchor(data).text),
        _few_bits,
        30_000,
        one_form=False,
    ),
    "trust step": Subject(
        (SECOND,),
        _parsed(lambda data: trust.step(TRUST, data).text),
        _few_bits,
        30_000,
        one_form=False,
    ),
}


def test_the_quick_run_is_large_enough() -> None:
    assert sum(subject.at_least for subject in SUBJECTS.values()) >= QUICK


# Every branch runs in other tests; to trace a quarter of a million inputs would take minutes.
@pytest.mark.no_cover
@pytest.mark.parametrize("name", SUBJECTS)
def test_no_change_is_accepted(name: str) -> None:
    subject = SUBJECTS[name]
    tried, same = subject.check(subject.changes(subject.sound))
    print(f"{name}: {tried} changes, none accepted as another one; {same} said the same")
    assert tried >= subject.at_least
    assert not (same and subject.one_form)


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_reader_that_checks_no_signature_is_caught(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "verify", lambda *_: True)
    subject = SUBJECTS[name]
    with pytest.raises(AssertionError):
        subject.check(changed_bytes(subject.sound[0]))


@pytest.mark.soak
@pytest.mark.parametrize("name", SUBJECTS)
def test_no_random_change_is_accepted(name: str) -> None:
    subject, count = SUBJECTS[name], -(-SOAK // len(SUBJECTS))
    tried, same = subject.check(islice(endless(subject.sound, Random(name)), count + count // 20))
    print(f"{name}: {tried} random changes, none accepted as another one; {same} said the same")
    assert tried >= count
