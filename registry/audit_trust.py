"""The trust documents of a site: walked from an anchor, every version, every key, T9.

Upward it is the walk of every reader (T3 to T5), one version past the newest. Downward from an
anchor the digest in ``previous``, which the roots signed, says which document came before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.audit_history import loosened, roles
from registry.audit_site import Site
from registry.source import Unreachable
from signing import keys, note, trust
from signing.canonical import time_text
from signing.reasons import Malformed, TooNew
from signing.trust import TrustDocument


@dataclass(slots=True)
class Trusted:
    """The versions that could be verified."""

    documents: dict[int, TrustDocument] = field(default_factory=dict)
    whole: bool = True
    """False: the walk ended at a file that was refused or out of reach, not at the newest one."""

    @property
    def newest(self) -> TrustDocument:
        """The highest version. ValueError: there is none."""
        return self.documents[max(self.documents)]

    def ordered(self) -> list[TrustDocument]:
        """All versions, ascending."""
        return [self.documents[version] for version in sorted(self.documents)]


def check(site: Site, anchor: TrustDocument | None, now: int) -> Trusted:
    """Walk, then look at every version by itself and against the one before it."""
    trusted = Trusted()
    held: dict[int, bytes] = {}
    _anchor(site, anchor, trusted, held)
    if trusted.documents:
        _down(site, trusted, held)
        _up(site, trusted)
        _look(site, trusted)
        expires = trusted.newest.expires
        if now >= expires:
            path = _path(trusted.newest.version)
            site.remark(path, "trust-expired", expires=time_text(expires))
    if not trusted.whole:
        for version in site.numbered("trust/{}.note"):
            if _path(version) not in site.named:
                site.missed(_path(version), "a version before it could not be verified")
    return trusted


def _path(version: int) -> str:
    return f"trust/{version}.note"


def _anchor(
    site: Site, anchor: TrustDocument | None, trusted: Trusted, held: dict[int, bytes]
) -> None:
    """Where trust begins: the document that the auditor holds, else the site's first."""
    version = anchor.version if anchor else 1
    data = site.get(_path(version))
    found = _taken(site, version, data) if data is not None else None
    if found is not None and anchor is not None and found.digest != anchor.digest:
        site.fault(_path(version), "trust-anchor")
        found = None
    if found is not None and found.version != version:
        site.fault(_path(version), "trust-refused", why=f"version {found.version}")
        found = None
    if anchor is not None:
        trusted.documents[version] = anchor
    elif found is not None:
        trusted.documents[version] = found
    if found is not None and data is not None:
        held[version] = data
    else:
        trusted.whole = False


def _taken(site: Site, version: int, data: bytes) -> TrustDocument | None:
    """A document by its own roots. No key is known before it, so a later header proves nothing."""
    try:
        return trust.anchor(data)
    except Malformed as error:
        site.fault(_path(version), "trust-refused", why=str(error))
    return None


def _down(site: Site, trusted: Trusted, held: dict[int, bytes]) -> None:
    """From an anchor above version 1 to the first one, by the digests that the roots signed."""
    for version in range(min(trusted.documents) - 1, 0, -1):
        later = trusted.documents[version + 1]
        data = site.get(_path(version))
        if data is None:
            trusted.whole = False
            return
        document = _taken(site, version, data)
        if document is not None and document.digest != later.previous:
            why = f"not the predecessor of version {version + 1}"
            site.fault(_path(version), "trust-refused", why=why)
            document = None
        if document is None or not _steps(site, document, held.get(version + 1)):
            trusted.whole = False
            return
        trusted.documents[version] = document
        held[version] = data


def _steps(site: Site, document: TrustDocument, later: bytes | None) -> bool:
    """Whether the later version is a valid step from this one; None: nothing to compare."""
    try:
        if later is not None:
            trust.step(document, later)
    except Malformed as error:
        site.fault(_path(document.version + 1), "trust-refused", why=str(error))
        return False
    return True


def _up(site: Site, trusted: Trusted) -> None:
    """T3: one version after the other, until there is none."""
    for _ in range(trust.HOPS):
        current = trusted.newest
        path = _path(current.version + 1)
        try:
            data = site.find(path)
        except Unreachable as error:
            site.missed(path, str(error))
            trusted.whole = False
            return
        # Some hosts answer every address with a page; in a folder such a file is no answer.
        if data is None or (site.names is None and not data.startswith(trust.PREFIX)):
            return
        try:
            trusted.documents[current.version + 1] = trust.step(current, data)
        except Malformed as error:
            if isinstance(error, TooNew):
                site.missed(path, str(error))
            else:
                site.fault(path, "trust-refused", why=str(error))
            trusted.whole = False
            return


def _look(site: Site, trusted: Trusted) -> None:
    before: TrustDocument | None = None
    held: dict[bytes, str] = {}
    for document in trusted.ordered():
        path = _path(document.version)
        # Roots that left sign too; without the version before nobody can say who they were.
        known = (*document.roots, *(before.roots if before else ()))
        if before or document.version == 1:
            for name in note.unknown_lines(document.note, known):
                site.fault(path, "unknown-line", name=name)
        for x, role in roles(document):
            _admit(site, path, x, role, held)
        for rule in loosened(before, document) if before else ():
            site.fault(path, rule.code, name=rule.name)
        before = document


def _admit(site: Site, path: str, x: bytes, role: str, held: dict[bytes, str]) -> None:
    """One key has one role in one registry, in all its versions (formats 4)."""
    name = keys.thumbprint(x).hex()[:16]
    if x not in held:
        try:
            keys.admit(x)
        except Malformed as error:
            site.fault(path, "key-refused", name=name, why=str(error))
    elif held[x] != role:
        site.fault(path, "key-role", name=name, old=held[x])
    held[x] = role
