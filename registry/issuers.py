"""Which issuer key signs for an LSP and a scheme, by the trust document in force."""

from __future__ import annotations

from typing import Protocol

from registry.errors import UserError, Words
from registry.store import Store
from signing import keys, trust


class IssuerKeys(Protocol):
    """Where the private halves of issuer keys are: a keyring, or a token."""

    def issuer(self, kid: bytes) -> keys.Signer | None:
        """The signer with this key id; None when it is not at hand."""
        ...


def newest_trust(store: Store) -> trust.TrustDocument:
    """The trust document in force. UserError: there is none yet."""
    known = store.trust()
    if not known:
        why = Words("there is no trust document yet", "dokumen kepercayaan belum ada")
        raise UserError("no-trust", "registry", why, _TRUST_FIRST)
    return trust.parse(known[-1].note)


def eligible(document: trust.TrustDocument, lsp: int, scheme: str, now: int) -> list[trust.Issuer]:
    """Issuer keys that may sign for an LSP and a scheme now, the narrower scope first.

    Of equal scopes the first in the document comes first: a spare is named after the key for which
    it stands in. UserError: there is none.
    """
    fit = [
        entry
        for entry in document.issuers
        if entry.status == "active"
        and entry.final is None
        and entry.begins <= now < entry.until
        and entry.covers(lsp, scheme)
    ]
    if not fit:
        raise UserError("no-issuer-key", f"LSP {lsp}, {scheme}", _NO_SCOPE, _SCOPE_HINT)
    return sorted(fit, key=lambda entry: (entry.lsps is None) + (entry.schemes is None))


def choose_issuer(
    document: trust.TrustDocument, lsp: int, scheme: str, now: int, issuers: IssuerKeys
) -> keys.Signer:
    """The first eligible key that is at hand. UserError: none is eligible, or none at hand."""
    fit = eligible(document, lsp, scheme, now)
    for entry in fit:
        signer = issuers.issuer(entry.kid)
        if signer is not None and signer.public == entry.x:
            return signer
    kids = ", ".join(entry.kid.hex() for entry in fit)
    why = Words(f"issuer key {kids} is not at hand", f"kunci penerbit {kids} tidak tersedia")
    raise UserError("no-issuer-key", f"LSP {lsp}, {scheme}", why, _KEY_HINT)


_TRUST_FIRST = Words(
    "begin with: absah trust draft, trust sign, trust publish",
    "mulai dengan: absah trust draft, trust sign, trust publish",
)
_NO_SCOPE = Words(
    "the trust document has no issuer key that is open now and in scope",
    "dokumen kepercayaan tidak memuat kunci penerbit yang berlaku sekarang untuk lingkup ini",
)
_KEY_HINT = Words("put its file into keys/", "letakkan berkasnya di keys/")
_SCOPE_HINT = Words(
    "add a key with: absah trust draft; see all with: absah trust show",
    "tambah kunci dengan: absah trust draft; lihat dengan: absah trust show",
)
