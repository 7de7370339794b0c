"""What is not well with a registry, before anybody outside notices: this machine, its workspace.

``doctor_site`` looks at a served copy. Each finding has a code, a thing and a sentence; a fault
needs somebody to act, a remark does not.
"""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry import mounts
from registry.doctor_words import SENTENCES
from registry.errors import Words
from registry.store import Store
from registry.workspace import Workspace
from signing import build_note, note, trust
from signing.trust import TrustDocument

DAY = 86_400
ROOT_SILENT = 396 * DAY
"""Thirteen months: a root holder who has not signed for longer may have lost the key."""
EXPIRY_SAID = 180 * DAY
ROOM = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. ``fault``: somebody has to act."""

    code: str
    what: str
    fault: bool
    values: dict[str, Any]

    @property
    def words(self) -> Words:
        """The sentence in both languages."""
        english, indonesian = SENTENCES[self.code]
        return Words(english.format(**self.values), indonesian.format(**self.values))


@dataclass(slots=True)
class Findings:
    """What was found, in order. ``now`` and ``before`` (warn so long before an end) in seconds."""

    now: int
    before: int
    found: list[Finding] = field(default_factory=list)
    unreachable: bool = False

    @property
    def exit(self) -> int:
        """0 nothing to do, 1 a fault, 3 no fault but something was out of reach."""
        faults = any(finding.fault for finding in self.found)
        return 1 if faults else 3 if self.unreachable else 0

    def fault(self, code: str, what: str, **values: object) -> None:
        """Somebody has to act."""
        self.found.append(Finding(code, what, True, values))

    def remark(self, code: str, what: str, **values: object) -> None:
        """Good to know."""
        self.found.append(Finding(code, what, False, values))

    def end(self, code: str, what: str, at: int, said: int = 0) -> None:
        """Something ends at ``at``: a fault below the threshold, a remark below ``said``."""
        left = at - self.now
        if left < self.before:
            self.fault(code, what, days=left // DAY)
        elif left < said:
            self.remark(code, what, days=left // DAY)


def machine(findings: Findings) -> None:
    """This computer: what the commands need."""
    version = ".".join(map(str, sys.version_info[:3]))
    findings.remark("python", version)
    if shutil.which("rsync") is None:
        findings.remark("no-rsync", "rsync")


def workspace(findings: Findings, place: Workspace) -> None:
    """The workspace: disk, keys, store, and when what is in it ends."""
    if (kind := mounts.network_kind(place.folder)) is not None:
        findings.fault("network-share", str(place.folder), kind=kind)
    free = shutil.disk_usage(place.folder).free
    if free < ROOM:
        findings.fault("disk-full", str(place.folder), mib=free >> 20)
    _keys(findings, place.keys)
    with Store.open(place.database) as store:
        rows = store.trust()
        newest = store.newest_note()
        if place.settings.backup == "required" and newest and newest.build > store.backed_up():
            findings.fault("no-backup", f"build {newest.build}")
        confirmed = store.confirmed_size()
    if rows:
        documents = [trust.parse(row.note) for row in rows]
        trusted(findings, documents)
        if newest:
            aged(findings, newest.issued, documents[-1])
    if newest is None:
        findings.remark("no-build", str(place.public))
    elif newest.size > confirmed:
        findings.remark("unconfirmed", f"build {newest.build}")


def _keys(findings: Findings, folder: Path) -> None:
    private = sorted(folder.glob("*.key"))
    for path in [folder, *private]:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            findings.fault("open-mode", str(path), mode=f"{mode:o}")
    if private:
        findings.remark("one-machine", str(folder))


def aged(findings: Findings, issued: int, document: TrustDocument) -> None:
    """A note: when its data count as stale."""
    if issued > findings.now + build_note.AHEAD:
        findings.fault("note-ahead", "build.note")
    findings.end("note-stale", "build.note", issued + document.max_age)


def trusted(findings: Findings, documents: list[TrustDocument]) -> None:
    """Trust documents, oldest first: expiry, keys, and when each root holder signed last."""
    newest = documents[-1]
    findings.end("trust-expires", f"trust/{newest.version}", newest.expires, EXPIRY_SAID)
    for issuer in newest.issuers:
        if issuer.status == "active" and issuer.final is None:
            findings.end("key-ends", f"issuer {issuer.kid.hex()}", issuer.until)
    for root in newest.roots:
        signed = [d.issued for d in documents if root.public in note.signers(d.note, [root])]
        last = max(signed, default=None)
        if last is None:
            findings.remark("root-never", root.name)
        elif findings.now - last > ROOT_SILENT:
            findings.fault("root-silent", root.name, days=(findings.now - last) // DAY)


def report(findings: Findings) -> dict[str, Any]:
    """The findings as JSON."""
    lines: Iterable[dict[str, Any]] = (
        {
            "code": finding.code,
            "what": finding.what,
            "fault": finding.fault,
            "message": finding.words.en,
        }
        for finding in findings.found
    )
    return {"exit": findings.exit, "findings": list(lines)}
