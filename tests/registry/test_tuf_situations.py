"""The situations of TUF's conformance suite on rollback, expiry and keys, by both clients.

Situations carry over, code does not: timestamp and snapshot are our build note, targets our status
lists and log. Rotations of root keys, and how they are counted, are vectors of the trust walk
(tests/vectors/trust_rotations.py).
"""

from __future__ import annotations

import pytest

from signing.canonical import time_text
from tests.simulator import DAY, Registry
from tests.vectors.world import (
    MAX_AGE,
    NOW,
    PUBLISHER,
    SPARE_PUBLISHER,
    issuer,
    key,
    roots_sign,
    sha256,
    signed,
)
from tests.visitors import Device, Visitors


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def text(registry: Registry) -> str:
    return registry.codes[7]


@pytest.fixture
def device(registry: Registry, visitors: Visitors) -> Device:
    """A device that has seen build 1."""
    made = visitors.device(registry)
    assert made.sees(registry) == ""
    return made


def _is_at(device: Device, registry: Registry, text: str, said: str, build: int) -> None:
    """What is said about a code, and which build is held afterwards."""
    for seen in device.each(registry, text):
        assert (seen.said, seen.build) == ((said,), build)


# Rollback ------------------------------------------------------------------------------------


def test_snapshot_rolled_back_under_the_same_timestamp(
    registry: Registry, device: Device, text: str
) -> None:
    older = registry.files[registry.paths("status/")[0]]
    registry.states[7] = 1
    registry.publish()
    _is_at(device, registry, text, "revoked", 2)
    registry.replace("status/", older)
    _is_at(device, registry, text, "revoked", 2)


def test_timestamp_rolled_back(registry: Registry, device: Device, text: str) -> None:
    older = registry.files["build.note"]
    registry.publish()
    _is_at(device, registry, text, "valid", 2)
    registry.files["build.note"] = older
    _is_at(device, registry, text, "valid", 2)


def test_snapshot_rolled_back_under_a_new_timestamp(
    registry: Registry, device: Device, text: str
) -> None:
    registry.issue()
    registry.publish()
    _is_at(device, registry, text, "valid", 2)
    registry.entries.pop()
    registry.publish()
    _is_at(device, registry, text, "conflict", 2)


def test_trust_version_rolled_back_under_a_new_timestamp(
    registry: Registry, device: Device, text: str
) -> None:
    first = registry.document
    registry.amend()
    registry.publish()
    _is_at(device, registry, text, "valid", 2)
    assert first is not None
    registry.publish(trust={"version": 1, "sha256": first.digest})
    _is_at(device, registry, text, "conflict", 2)


@pytest.mark.parametrize("what", ["build", "log"])
def test_fast_forward_is_recovered_from_by_other_keys(
    registry: Registry, device: Device, text: str, what: str
) -> None:
    thief = registry.stolen("publisher", "log")
    if what == "build":
        thief.build = 99_998
    else:
        for _ in range(80):
            thief.issue("attacker issuer")
    thief.publish()
    _is_at(device, thief, text, "valid", thief.build)
    registry.succeed("publisher", "publisher 2")
    end = {"origin": registry.log.name, "vkey": registry.log.text, "final": registry.final()}
    new = registry.succeed("log", "log 2")
    logs = [end, {"origin": new.name, "vkey": new.text}]
    registry.amend(publishers=[SPARE_PUBLISHER.text], logs=logs)
    registry.publish()
    _is_at(device, registry, text, "valid", 2)


def test_snapshot_that_the_timestamp_does_not_name(
    registry: Registry, visitors: Visitors, text: str
) -> None:
    registry.publish(trust={"version": 2, "sha256": sha256(b"another").hex()})
    assert visitors.sees(registry, text) == "status-stale none"


# Expiration ----------------------------------------------------------------------------------


def test_root_expired(registry: Registry, device: Device, text: str) -> None:
    """It is taken all the same, and said to have expired."""
    registry.amend(expires=time_text(NOW - DAY))
    registry.publish()
    for seen in device.each(registry, text):
        assert (seen.said, seen.trust) == (("trust-expired",), 2)


def test_root_expired_on_the_way(registry: Registry, device: Device, text: str) -> None:
    """T6: only the last version's expiry counts."""
    registry.amend(expires=time_text(NOW - DAY))
    registry.amend(expires=time_text(NOW + DAY))
    registry.publish()
    for seen in device.each(registry, text):
        assert (seen.said, seen.trust) == (("valid",), 3)


def test_timestamp_expired(registry: Registry, device: Device, text: str) -> None:
    registry.publish(issued=NOW - MAX_AGE - 1)
    _is_at(device, registry, text, "status-stale registry", 2)


def test_snapshot_and_targets_have_no_clock_of_their_own(
    registry: Registry, visitors: Visitors, text: str
) -> None:
    """A list whose content has long been the same is as fresh as the note that pins it."""
    late = NOW + 100 * DAY
    registry.publish(issued=late)
    assert visitors.sees(registry, text, now=late) == "valid"


def test_expired_local_metadata_are_a_start_for_newer_ones(
    registry: Registry, device: Device, text: str
) -> None:
    late = NOW + 18 * DAY
    assert device.sees(registry, text, now=late, online=False) == "status-stale"
    registry.states[7] = 1
    registry.publish(issued=late)
    assert device.sees(registry, text, now=late) == "revoked"


def test_expired_root_and_an_attacker_who_renews_it(
    registry: Registry, device: Device, text: str
) -> None:
    registry.amend(expires=time_text(NOW - DAY))
    registry.publish()
    thief = registry.stolen("publisher", "log", "issuer")
    thief.amend(expires=time_text(NOW + 900 * DAY))
    thief.publish()
    assert device.sees(registry, text) == "trust-expired"
    assert device.sees(thief, text) == "trust-expired"


# Keys ----------------------------------------------------------------------------------------


def test_keys_that_were_added_do_not_sign_by_being_there(
    registry: Registry, visitors: Visitors, text: str
) -> None:
    roots = {"threshold": 3, "keys": registry.fields["roots"]["keys"]}
    registry.amend(by="ab", roots=roots)
    registry.publish()
    assert visitors.sees(registry, text) == "status-stale none"


def test_a_key_signs_in_its_own_role_only(
    registry: Registry, visitors: Visitors, text: str
) -> None:
    """A note by the log key, a root or an issuer, under the publisher's name, is nobody's."""
    said = registry.files["build.note"]
    assert isinstance(said, bytes)
    body = said.decode().rpartition("\n\n")[0] + "\n"
    for label in ("log", "root a", "issuer active"):
        registry.files["build.note"] = signed(body, [(PUBLISHER.name, key(label))])
        assert visitors.sees(registry, text) == "status-stale none", label


def test_a_document_of_unknown_fields_is_read(
    registry: Registry, visitors: Visitors, text: str
) -> None:
    registry.amend(keyid_hash_algorithms=["md5"], issuers=[{**issuer("issuer active"), "x5c": []}])
    registry.publish()
    assert visitors.sees(registry, text) == "valid"


@pytest.mark.parametrize("text_of_two", ["absah-trust/v1\n{}\n", "absah-trust/v1\n[]\n", "x\n"])
def test_a_document_that_roots_signed_and_nobody_can_read(
    registry: Registry, device: Device, text: str, text_of_two: str
) -> None:
    registry.files["trust/2.note"] = signed(text_of_two, roots_sign("ab"))
    registry.publish(trust={"version": 2, "sha256": sha256(text_of_two.encode()).hex()})
    for seen in device.each(registry, text):
        assert (seen.said, seen.trust, seen.fetched) == (("valid",), 1, False)
