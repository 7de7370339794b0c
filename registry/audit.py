"""Recomputes a published registry from public data, with public keys only.

Trust first, then the build notes that it verifies, then what the notes pin: log, status lists,
catalogue, every other file. A check that rests on something which could not be verified is not
made, and the report says so: "could not check" is neither a fault nor a clean bill.

A host that is not atomic shows a mixture while files are put there. Its kept notes tell: the newer
state stands signed beside a note that is still the old one. Then only what is wrong by every state
from the old to the new one is a fault (docs/decisions/0030).
"""

from __future__ import annotations

from collections.abc import Sequence

from registry import (
    audit_files,
    audit_log,
    audit_notes,
    audit_since,
    audit_status,
    audit_trust,
)
from registry.audit_published import Ledger, Published
from registry.audit_report import Fault, Missed, Report
from registry.audit_since import Held
from registry.audit_site import FILE_LIMIT, Site
from registry.source import ListedSource, Unreachable
from signing.trust import TrustDocument

__all__ = ["Fault", "Missed", "Report", "audit"]

TRIES = 3
"""Runs over a site that is published anew while it is being read."""


def audit(
    source: ListedSource,
    anchor: TrustDocument | None,
    now: int,
    *,
    since: Sequence[Held] = (),
    ledger: Ledger | None = None,
) -> Report:
    """Everything that can be checked about a site at ``now`` (seconds since 1970-01-01 UTC).

    ``anchor`` is a trust document that the auditor holds; None takes the site's first one.
    ``since``: earlier sizes and roots that the auditor kept. ``ledger``: the private store.
    """
    report = Report()
    for _ in range(TRIES):
        report = Report()
        try:
            before = source.read(audit_notes.HEAD, FILE_LIMIT, fresh=True)
            coming = _run(Site(source, report), anchor, now, since, ledger)
            if coming:
                # Out of reach from here on, nothing is known that holds by every state.
                newest, report = report, Report()
                older = [Report() for _ in coming[:-1]]
                for build, other in zip(coming, older, strict=False):
                    _run(Site(source, other), anchor, now, since, ledger, build)
                report = _in_all([*older, newest], coming)
            settled = source.read(audit_notes.HEAD, FILE_LIMIT, fresh=True) == before
        except Unreachable as error:
            report.could_not_check.append(Missed(source.address, str(error)))
            break
        if settled:
            break
    else:
        why = "the site was published anew while it was read"
        report.could_not_check.append(Missed(audit_notes.HEAD, why))
    report.faults = list(dict.fromkeys(report.faults))
    return report


def _in_all(reports: Sequence[Report], coming: Sequence[int]) -> Report:
    """What holds by every state that an upload stands between; the oldest is what readers see."""
    shown, *others = reports
    for other in others:
        shown.faults = [fault for fault in shown.faults if fault in other.faults]
        shown.remarks = [remark for remark in shown.remarks if remark in other.remarks]
        shown.could_not_check = [m for m in shown.could_not_check if m in other.could_not_check]
    why = (
        f"build {coming[-1]} is being published, the note is still that of build {coming[0]}: "
        "audit again when it is there"
    )
    shown.could_not_check.append(Missed(audit_notes.HEAD, why))
    return shown


def _run(
    site: Site,
    anchor: TrustDocument | None,
    now: int,
    since: Sequence[Held],
    ledger: Ledger | None,
    build: int | None = None,
) -> list[int]:
    """Every check, by the newest state or by that of ``build``; which builds are on their way.

    These are numbers of notes, ascending, from the one that is served to the newest; none where
    the newest is served.
    """
    report = site.report
    trusted = audit_trust.check(site, anchor, now)
    report.trust_versions = len(trusted.documents)
    if not trusted.documents:
        site.missed("", "no trust document could be verified, so nothing else was")
        return []
    report.registry = trusted.newest.id
    noted = audit_notes.check(site, trusted, now, build)
    report.builds = len(noted.notes)
    if not noted.settled:
        why = "the newest build note could not be verified, so log, lists and files were not"
        site.missed("", why)
        return []
    present = noted.present
    report.build, report.size, report.root = present.build, present.size, present.root
    entries = audit_log.check(site, trusted, noted)
    lists = audit_status.check(site, trusted, noted, entries)
    report.certificates = audit_status.totals(present, lists, entries)
    audit_files.check(site, present)
    published = Published(trusted, noted.notes, entries.tree, lists)
    for held in since:
        audit_since.check(site, published, held)
    if ledger is not None:
        ledger.compare(site, published)
    return noted.coming
