"""Attackers who show two histories, or print paper: one test each, by both clients."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signing import fragment, merkle, trust
from signing.canonical import time_text
from tests.simulator import DAY, Registry, closed, code
from tests.vectors.world import NOW, SITE, TODAY, issuer
from tests.visitors import Visitors


@pytest.fixture
def registry() -> Registry:
    """20 entries, of which 0 is the trust document; certificate 7 is the one that is shown."""
    return Registry()


@pytest.fixture
def text(registry: Registry) -> str:
    return registry.codes[7]


# Two histories -------------------------------------------------------------------------------


def _same_number(registry: Registry) -> None:
    registry.build -= 1
    registry.publish()


def _smaller(registry: Registry) -> None:
    registry.entries.pop()
    registry.publish()


def _another_root(registry: Registry) -> None:
    registry.entries[9] = merkle.certificate_entry(b"another")
    registry.publish()


def _longer(registry: Registry) -> None:
    registry.entries[9] = merkle.certificate_entry(b"another")
    registry.issue()
    registry.publish()


def _older_trust(registry: Registry) -> None:
    first = trust.anchor(registry.anchor)
    registry.publish(trust={"version": 1, "sha256": first.digest})


@pytest.mark.parametrize(
    ("change", "ninth"),
    [
        (_same_number, "conflict"),
        (_smaller, "conflict"),
        (_another_root, "conflict"),
        (_older_trust, "conflict"),
        (_longer, "not-in-log"),
    ],
)
def test_split_view_of_two_histories(
    registry: Registry, visitors: Visitors, change: Callable[[Registry], None], ninth: str
) -> None:
    registry.amend()
    registry.publish()
    device, text = visitors.device(registry), registry.codes[7]
    assert device.sees(registry, text) == "valid"
    other = registry.copy()
    change(other)
    assert device.sees(other, text, registry.codes[9]) == f"conflict, {ninth}"
    assert device.sees(registry, text) == "valid", "the first history was kept"
    assert visitors.sees(other, text) == "valid", "a first visitor has nothing to compare with"


def test_split_view_of_two_trust_documents(registry: Registry, visitors: Visitors) -> None:
    """Colluding custodians sign two successors: who holds one never takes the other."""
    other = registry.copy()
    registry.amend(max_age=7 * DAY)
    registry.publish()
    device, text = visitors.device(registry), registry.codes[7]
    assert device.sees(registry, text) == "valid"
    other.amend(issuers=[issuer("issuer active"), issuer("attacker issuer")])
    forged = other.issue("attacker issuer")
    other.publish()
    for seen in device.each(other, text, forged):
        assert seen.said == ("valid", "key-unchecked")
        assert (seen.build, seen.fetched) == (2, False)
    assert visitors.sees(other, forged) == "valid", "nothing stops them before a first visitor"


# Paper ---------------------------------------------------------------------------------------


def test_a_forger_changes_what_the_code_says(registry: Registry, visitors: Visitors) -> None:
    data = fragment.read(registry.codes[7], [SITE]).data
    assert data is not None
    assert data.count(b"Siti") == 1
    forged = code(data.replace(b"Siti", b"Sari"))
    device = visitors.device(registry)
    assert device.sees(registry, forged) == "signature-mismatch"
    assert device.sees(registry, forged, online=False) == "signature-mismatch"


@pytest.mark.parametrize(
    "site",
    [
        "https://cek-example.test/",
        "https://cek.example.test/",
        "https://cek.example@evil.test/",
        "https://cek.example\\@evil.test/",
        "https://cek.example:8443/",
        "http://cek.example/",
        "HTTPS://CEK.EXAMPLE/",
        "https://cek.exampl\u0435/",
        "https://evil.test/https://cek.example/",
    ],
)
def test_a_look_alike_domain_is_a_foreign_code(
    registry: Registry, text: str, visitors: Visitors, site: str
) -> None:
    lure = text.replace(SITE, site)
    assert visitors.sees(registry, lure) == "foreign-code"
    other = f"{site}#hello"
    assert visitors.sees(registry, other) == "other-code"


def test_an_issuer_thief_who_prints_without_logging(registry: Registry, visitors: Visitors) -> None:
    thief = registry.stolen("issuer")
    taken, free = (code(thief.certificate(index, name="Maling Contoh")) for index in (7, 20))
    device = visitors.device(registry)
    assert device.sees(registry, taken, free) == "not-in-log, not-in-log absent"
    # Offline only the index is known: the residual risk that docs/threats.md names.
    assert device.sees(registry, taken, free, online=False) == "valid, log-unchecked"


def test_back_dating_gains_nothing(registry: Registry, visitors: Visitors) -> None:
    """An issue date is what its signer writes; what counts is where the log has it."""
    thief = registry.stolen("issuer")
    day = TODAY - 1_000
    taken, free = (code(thief.certificate(index, issue_day=day)) for index in (7, 20))
    assert visitors.sees(registry, taken, free) == "not-in-log, not-in-log absent"
    registry.amend(issuers=[closed("issuer active", "compromised", registry.final())])
    registry.publish()
    assert visitors.sees(registry, taken, free) == "key-compromised, key-compromised"


def test_replay_of_an_old_status_list(registry: Registry, text: str, visitors: Visitors) -> None:
    [before] = registry.paths("status/")
    good = registry.files[before]
    registry.states[7] = 1
    registry.publish()
    device = visitors.device(registry)
    assert device.sees(registry, text) == "revoked"
    for path in registry.paths("status/"):
        registry.files[path] = good
    assert device.sees(registry, text) == "revoked", "the list that was seen counts"
    assert visitors.sees(registry, text) == "status-stale none"


def test_a_proof_of_another_entry_is_remembered_by_no_command_line(
    registry: Registry, visitors: Visitors
) -> None:
    """Offline, without tiles, an index that is taken looks like any other (record 0011)."""
    forged = code(registry.certificate(7, name="Maling Contoh"))
    device = visitors.device(registry)
    assert device.sees(registry, forged) == "not-in-log"
    assert device.sees(registry, forged, online=False) == "valid"


def test_trust_that_expired_and_no_ceremony(
    registry: Registry, text: str, visitors: Visitors
) -> None:
    registry.amend(expires=time_text(NOW + DAY))
    registry.publish()
    device = visitors.device(registry)
    assert device.sees(registry, text) == "valid"
    for online in (True, False):
        assert device.sees(registry, text, online=online, now=NOW + DAY) == "trust-expired"
