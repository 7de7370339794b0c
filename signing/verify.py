"""The one policy: what the evidence says about a code at a moment (docs/verdicts.md).

``examine`` opens a text: whose code, frame, key, signature, claims. ``judge`` weighs it with build
note, status list and log. Both are total and pure: no clock, no network, no disk. ``verify`` raises
``Refused`` unless the verdict is green. ``script/verify.js`` is the twin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from signing import cose, fragment, merkle
from signing.build_note import BuildNote
from signing.certificate import Certificate, decode_payload
from signing.merkle import Checkpoint
from signing.reasons import Level, Malformed, Reason, Refused, TooNew
from signing.status import State, StatusList
from signing.trust import Issuer, TrustDocument

CLOCK_SLACK = 300
"""Seconds a device's clock may lie behind the newest signed time."""


class Opened(NamedTuple):
    """What a text holds by itself, with one trust document at hand (steps 1 to 5)."""

    fault: Reason | None = None
    """Why it ends here; ``unknown-key`` stands for any kid without an entry."""
    data: bytes | None = None
    kid: bytes = b""
    issuer: Issuer | None = None
    certificate: Certificate | None = None
    host: str = ""


class Evidence(NamedTuple):
    """All that a verifier holds about one code. Every object in it has been verified by itself."""

    opened: Opened
    trust: TrustDocument | None = None
    walked: bool = False
    """In this session, from the site itself, the walk reached the version a verified note pins."""
    note: BuildNote | None = None
    fetched: bool = False
    """The note was read from the site and verified for this check."""
    status: StatusList | None = None
    """The list that covers the index, as the note pins it; a list of another range is no list."""
    checkpoint: Checkpoint | None = None
    leaf: bytes | None = None
    """The leaf hash found at the index; ``proof`` is its inclusion proof in the note's tree."""
    proof: Sequence[bytes] = ()
    prefix: Sequence[bytes] = ()
    """Proof of the root at the issuer key's ``final.size`` inside the note's tree."""
    conflict: bool = False
    ahead: bool = False
    """A verified note was refused because it lies more than 24 h ahead."""
    too_new: bool = False
    """Trust document or build note has a later header, signed by known keys."""


class Answers(NamedTuple):
    """The three answers, as keys of the words ``answer.*``."""

    issuer: str = "skipped"
    dates: str = "skipped"
    standing: str = "skipped"


class Verdict(NamedTuple):
    """The answer about one code. ``certificate`` is None where no data may be shown."""

    reason: Reason
    variant: str = ""
    """Which sentence of the reason: "" or ``none registry proof absent fetched``."""
    answers: Answers = Answers()
    certificate: Certificate | None = None
    host: str = ""
    moment: int = 0
    """``t``: the later of now and the newest signed time held, seconds."""

    @property
    def level(self) -> Level:
        """How it is shown."""
        return self.reason.level


def examine(text: str, trust: TrustDocument | None) -> Opened:
    """Open a text as far as the trust document at hand allows (steps 1 to 5)."""
    code = fragment.read(text, trust.addresses if trust else None)
    if code.data is None:
        return Opened(code.reason, host=code.host)
    try:
        frame = cose.split(code.data)
    except Malformed:
        return Opened(Reason.MALFORMED, code.data)
    issuer = trust.issuer(frame.kid) if trust else None
    if issuer is None:
        return Opened(Reason.UNKNOWN_KEY, code.data, frame.kid)
    if not cose.check(frame, issuer.x):
        return Opened(Reason.SIGNATURE_MISMATCH, code.data, frame.kid, issuer)
    try:
        certificate = decode_payload(frame.payload)
    except TooNew:
        return Opened(Reason.TOO_NEW, code.data, frame.kid, issuer)
    except Malformed:
        return Opened(Reason.MALFORMED, code.data, frame.kid, issuer)
    return Opened(None, code.data, frame.kid, issuer, certificate)


def judge(e: Evidence, now: int) -> Verdict:
    """The verdict on the evidence at ``now`` (seconds since 1970-01-01 UTC). Total and pure."""
    newest = max((x.issued for x in (e.trust, e.note) if x), default=now)
    t = max(now, newest)
    opened = e.opened
    if e.too_new and opened.data is not None:
        return Verdict(Reason.TOO_NEW, moment=t)
    if opened.fault is Reason.UNKNOWN_KEY and not (e.walked and e.trust):
        variant = "" if e.trust else "none"
        return Verdict(Reason.KEY_UNCHECKED, variant, Answers("unproven"), moment=t)
    if opened.fault or not (opened.certificate and opened.issuer and e.trust):
        fault = opened.fault or Reason.MALFORMED
        return Verdict(
            fault, "", Answers(_ISSUER.get(fault, "skipped")), host=opened.host, moment=t
        )
    found = _Found(e, e.trust, opened.certificate, opened.issuer, now, t, newest)
    reason, variant = next(found.reasons())
    return Verdict(reason, variant, found.answers(reason), opened.certificate, moment=t)


def verify(e: Evidence, now: int) -> Certificate:
    """The certificate, if the verdict is green. Refused(reason) else."""
    verdict = judge(e, now)
    if verdict.level is not Level.GREEN or verdict.certificate is None:
        raise Refused(verdict.reason)
    return verdict.certificate


_ISSUER = {
    Reason.UNKNOWN_KEY: "unknown",
    Reason.SIGNATURE_MISMATCH: "mismatch",
    Reason.OUT_OF_SCOPE: "scope",
    Reason.KEY_COMPROMISED: "unsafe",
}
_STATES = {
    State.REVOKED: Reason.REVOKED,
    State.SUPERSEDED: Reason.SUPERSEDED,
    State.SUSPENDED: Reason.SUSPENDED,
}


class _Found:
    """What the evidence shows about a certificate whose signature holds (steps 6 to 10)."""

    def __init__(
        self,
        e: Evidence,
        trust: TrustDocument,
        certificate: Certificate,
        issuer: Issuer,
        now: int,
        t: int,
        newest: int,
    ) -> None:
        self.e, self.trust, self.c, self.issuer, self.t = e, trust, certificate, issuer, t
        self.fetched = e.note is not None and e.fetched
        self.clock_wrong = now < newest - CLOCK_SLACK or e.ahead
        self.in_scope = issuer.covers(certificate.lsp, certificate.scheme)
        self.entry = self._entry()
        self.final_root = self._final_root()
        self.list = e.status if e.status and e.status.covers(certificate.index) else None
        self.state = self.list.state(certificate.index) if self.list else State.VALID

    def _entry(self) -> str:
        """What the log is proven to hold at the index: ``ours``, ``other``, or ``unproven``."""
        e, index = self.e, self.c.index
        if not (e.note and e.checkpoint and e.leaf and e.opened.data):
            return "unproven"
        if (e.checkpoint.size, e.checkpoint.root) != (e.note.size, e.note.root):
            return "unproven"
        if not merkle.included(e.leaf, index, e.note.size, e.proof, e.note.root):
            return "unproven"
        ours = merkle.leaf_hash(merkle.certificate_entry(e.opened.data))
        return "ours" if e.leaf == ours else "other"

    def _final_root(self) -> str:
        """How the note's tree stands to the key's cut-off: ``same``, ``other``, ``unproven``."""
        final, e = self.issuer.final, self.e
        if not (final and e.note and e.prefix and self.entry != "unproven"):
            return "unproven"
        try:
            root = merkle.older_root(final.size, e.note.size, e.prefix, e.note.root)
        except Malformed:
            return "unproven"
        return "same" if root == final.root else "other"

    def reasons(self) -> Iterator[tuple[Reason, str]]:
        """Every reason that applies with its variant, the deciding one first; ends in valid."""
        yield from self._reds()
        yield from self._ambers()
        yield Reason.VALID, ""

    def _reds(self) -> Iterator[tuple[Reason, str]]:
        e, note = self.e, self.e.note
        absent = note is not None and self.c.index >= note.size
        if self._closed():
            yield Reason.KEY_COMPROMISED, ""
        if not self.in_scope and e.walked:
            yield Reason.OUT_OF_SCOPE, ""
        if (self.fetched and absent) or self.entry == "other":
            yield Reason.NOT_IN_LOG, "absent" if absent else ""
        if self.state in _STATES:
            yield _STATES[self.state], ""
        if self.t >= self.c.expires:
            yield Reason.EXPIRED, ""
        if self.t < self.c.begins:
            yield Reason.NOT_YET_VALID, ""

    def _ambers(self) -> Iterator[tuple[Reason, str]]:
        e, note = self.e, self.e.note
        if e.conflict or self.final_root == "other":
            yield Reason.CONFLICT, ""
        if self.clock_wrong:
            yield Reason.CLOCK_WRONG, ""
        if not self.in_scope or self._proof_missing():
            yield Reason.KEY_UNCHECKED, "proof" if self.in_scope else ""
        if self.t >= self.trust.expires:
            yield Reason.TRUST_EXPIRED, ""
        if self._unlogged():
            yield Reason.LOG_UNCHECKED, "fetched" if self.fetched else ""
        if note is None or self.list is None:
            yield Reason.STATUS_STALE, "none"
        elif self.t - note.issued > self.trust.max_age:
            yield Reason.STATUS_STALE, "registry" if self.fetched else ""

    def _closed(self) -> bool:
        """Whether the key's end takes this certificate with it (T10)."""
        final, compromised = self.issuer.final, self.issuer.status == "compromised"
        if final is None:
            return compromised
        return self.c.index >= final.size or (compromised and self.entry == "other")

    def _proof_missing(self) -> bool:
        if self.issuer.status != "compromised":
            return False
        return self.entry != "ours" or self.final_root != "same"

    def _unlogged(self) -> bool:
        if self.fetched:
            return self.entry != "ours"
        return self.e.note is not None and self.c.index >= self.e.note.size

    def answers(self, reason: Reason) -> Answers:
        """The three answers as found; a doubt about the key is never answered ``ok``."""
        issuer = _ISSUER.get(reason)
        if issuer is None:
            unproven = not self.in_scope or self._proof_missing() or self.t >= self.trust.expires
            issuer = "unproven" if unproven else "ok"
        if reason is Reason.OUT_OF_SCOPE:
            return Answers(issuer)
        dates = (
            "after" if self.t >= self.c.expires else "before" if self.t < self.c.begins else "ok"
        )
        if reason is Reason.CLOCK_WRONG:
            dates = "clock"
        standing = "skipped" if reason is Reason.KEY_COMPROMISED else self._standing(reason)
        return Answers(issuer, dates, standing)

    def _standing(self, reason: Reason) -> str:
        note = self.e.note
        if reason is Reason.CONFLICT:
            return "conflict"
        if self.entry == "other":
            return "mismatch"
        if note and self.fetched and self.c.index >= note.size:
            return "absent"
        if self.state in _STATES:
            return _STATES[self.state].value
        if note is None or self.list is None:
            return "none"
        if self._unlogged():
            return "unlogged"
        if self.t - note.issued > self.trust.max_age:
            return "stale"
        return "ok" if self.fetched and reason is not Reason.CLOCK_WRONG else "ok_offline"


def certificate_hash(data: bytes) -> str:
    """SHA-256 of a certificate's bytes, hex, as shown to people."""
    return hashlib.sha256(data).hexdigest()
