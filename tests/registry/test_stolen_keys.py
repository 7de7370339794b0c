"""Which keys together pass a forgery, and what holds after a theft: by both clients."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from tests.simulator import Fault, Registry, closed, code
from tests.vectors.trust_documents import NOTE_TWINS
from tests.vectors.world import ID, SPARE_PUBLISHER, TODAY, issuer
from tests.visitors import Visitors

KEYS = ("issuer", "publisher", "log")
SUBSETS = [held for count in range(4) for held in combinations(KEYS, count)]
OBJECTS = ("build.note", "status/", "log/checkpoints/", "log/tile/")
"""What a thief with the host can replace; the rest of it he leaves as it is."""

FORGED: dict[tuple[str, ...], tuple[str, str, str]] = {
    # first visit to a forged site, honest site, forged site after an honest visit
    (): ("signature-mismatch", "signature-mismatch", "signature-mismatch"),
    ("issuer",): ("status-stale none", "not-in-log absent", "log-unchecked"),
    ("publisher",): ("signature-mismatch", "signature-mismatch", "signature-mismatch"),
    ("log",): ("signature-mismatch", "signature-mismatch", "signature-mismatch"),
    ("issuer", "publisher"): (
        "log-unchecked fetched",
        "not-in-log absent",
        "log-unchecked fetched",
    ),
    ("issuer", "log"): ("status-stale none", "not-in-log absent", "log-unchecked"),
    ("publisher", "log"): ("signature-mismatch", "signature-mismatch", "signature-mismatch"),
    ("issuer", "publisher", "log"): ("valid", "not-in-log absent", "valid"),
}


@pytest.fixture(scope="module")
def honest() -> Registry:
    return Registry()


def test_every_subset_has_its_row() -> None:
    assert list(FORGED) == SUBSETS


@pytest.mark.parametrize("held", SUBSETS, ids="+".join)
def test_a_forgery_by_the_thief_of_these_keys(
    honest: Registry, visitors: Visitors, held: tuple[str, ...]
) -> None:
    """He appends a certificate to the log and signs all that he can."""
    thief = honest.stolen(*held)
    forged = thief.issue(name="Maling Contoh")
    thief.publish()
    device = visitors.device(honest)
    said = (
        visitors.sees(thief, forged),
        device.sees(honest, forged),
        device.sees(thief, forged),
    )
    assert said == FORGED[held]


@pytest.mark.parametrize("held", [held for held in SUBSETS[:-1] if "issuer" in held], ids="+".join)
def test_no_mixture_of_forged_and_honest_files_passes(
    honest: Registry, visitors: Visitors, held: tuple[str, ...]
) -> None:
    """Whatever he replaces and whatever he leaves, without all three keys it is never green."""
    for index in (7, 20):
        thief = honest.stolen(*held)
        forged = thief.issue(at=index, name="Maling Contoh")
        thief.publish()
        for replaced in product((False, True), repeat=len(OBJECTS)):
            files = dict(honest.files)
            for part, taken in zip(OBJECTS, replaced, strict=True):
                if taken:
                    files |= {path: thief.files[path] for path in thief.paths(part)}
            said = visitors.device(honest).sees(files, forged)
            assert not said.startswith("valid"), (index, replaced)


@pytest.mark.parametrize("by", ["", "a", "aa"])
def test_roots_below_the_threshold(honest: Registry, visitors: Visitors, by: str) -> None:
    """Two of three sign. One of them, however often, has no say."""
    thief = honest.copy()
    thief.amend(by=by or "d", issuers=[issuer("attacker issuer")])
    forged = thief.issue("attacker issuer")
    thief.publish()
    assert visitors.sees(thief, forged) == "key-unchecked"
    device = visitors.device(honest)
    assert device.sees(honest, forged) == "unknown-key"
    assert device.sees(thief, forged, honest.codes[7]) == "key-unchecked, valid"


# Drills --------------------------------------------------------------------------------------


def test_theft_of_an_issuer_key(visitors: Visitors) -> None:
    registry = Registry()
    honest = [registry.codes[index] for index in (1, 7, 19)]
    device, old = visitors.device(registry), visitors.device(registry)
    assert device.sees(registry, *honest) == old.sees(registry, *honest) == "valid, valid, valid"

    thief = registry.stolen("issuer")
    taken = code(thief.certificate(7, name="Maling Contoh"))
    dated_back = code(thief.certificate(7, name="Maling Contoh", issue_day=TODAY - 1_000))
    logged = registry.issue(name="Maling Contoh", issue_day=TODAY - 1_000)
    registry.publish()
    unlogged = code(thief.certificate(21, name="Maling Contoh"))
    forged = [taken, dated_back, logged, unlogged]
    assert device.sees(registry, *forged) == ("not-in-log, not-in-log, valid, not-in-log absent"), (
        "before it is noticed, what he had logged passes"
    )

    end = registry.final(20)
    keys = [closed("issuer active", "compromised", end), issuer("issuer spare")]
    registry.amend(issuers=keys)
    new = registry.issue("issuer spare")
    registry.publish()
    for visitor in (device, visitors.device(registry)):
        assert visitor.sees(registry, *honest, new) == "valid, valid, valid, valid"
        assert visitor.sees(registry, *forged) == ", ".join(["key-compromised"] * 4)
        assert visitor.sees(registry, *honest, new, online=False) == (
            ", ".join([*["key-unchecked proof"] * 3, "valid"])
        )
        assert visitor.sees(registry, *forged, online=False) == (
            "key-unchecked proof, key-unchecked proof, key-compromised, key-compromised"
        )
    registry.replace("log/tile/", None)
    assert device.sees(registry, *honest) == ", ".join(["key-unchecked proof"] * 3)
    # A state from before, as in an old verify.html: a new key's paper is never called false.
    assert old.sees(registry, *honest, new, online=False) == "valid, valid, valid, key-unchecked"
    assert old.sees(registry, *forged, online=False) == (
        "valid, valid, log-unchecked, log-unchecked"
    ), "the residual risk of docs/threats.md"


def test_theft_that_nobody_can_date(visitors: Visitors) -> None:
    """Without ``final`` every certificate of the key is refused."""
    registry = Registry()
    registry.amend(issuers=[closed("issuer active", "compromised", None)])
    registry.publish()
    device = visitors.device(registry)
    for online in (True, False):
        assert device.sees(registry, registry.codes[7], online=online) == "key-compromised"


def test_both_proofs_are_needed_below_a_cut_off(visitors: Visitors) -> None:
    """The entry in the present tree, and the tree of the cut-off at the beginning of it."""
    registry = Registry(600)
    codes = [registry.codes[index] for index in (5, 299, 300)]
    registry.amend(issuers=[closed("issuer active", "compromised", registry.final(300))])
    registry.publish()
    assert visitors.sees(registry, *codes) == "valid, valid, key-compromised"
    registry.replace("log/tile/0/001", None)
    assert visitors.sees(registry, codes[0]) == "key-unchecked proof", "the entry alone is proven"


def test_a_retired_key_keeps_its_paper(visitors: Visitors) -> None:
    registry = Registry()
    registry.amend(issuers=[closed("issuer active", "retired", registry.final(10))])
    registry.publish()
    device, codes = visitors.device(registry), (registry.codes[9], registry.codes[10])
    for online in (True, False):
        assert device.sees(registry, *codes, online=online) == "valid, key-compromised"


def test_a_cut_off_that_is_not_the_logs_is_a_conflict(visitors: Visitors) -> None:
    registry = Registry()
    fork = registry.copy()
    fork.issue(at=5, name="Lain Contoh")
    for word in ("retired", "compromised"):
        other = registry.copy()
        other.amend(issuers=[closed("issuer active", word, fork.final(15))])
        other.publish()
        assert visitors.sees(other, registry.codes[7]) == "conflict"


def test_theft_of_the_publisher_key(visitors: Visitors) -> None:
    """With the host he takes a revocation back, until a new document takes his key and note."""
    registry = Registry()
    text = registry.codes[7]
    registry.states[7] = 1
    registry.publish()
    device = visitors.device(registry)
    assert device.sees(registry, text) == "revoked"
    thief = registry.stolen("publisher")
    del thief.states[7]
    thief.publish()
    thief.files["log/checkpoints/20"] = registry.files["log/checkpoints/20"]
    assert device.sees(thief, text) == "valid", "an audit of all notes tells"
    registry.succeed("publisher", "publisher 2")
    registry.amend(publishers=[SPARE_PUBLISHER.text])
    registry.publish()
    assert device.sees(registry, text) == "revoked"
    thief.publish()
    assert device.sees(thief, text) == "revoked", "stored; his notes are nobody's any more"


def test_a_successor_that_shares_name_and_key_id(visitors: Visitors) -> None:
    """A key id has four bytes. The old note is nobody's under the new key, and no client fails."""
    registry = Registry()
    text = registry.codes[7]
    old, new = (f"note twin {number}" for number in NOTE_TWINS)
    registry.amend(publishers=[registry.succeed("publisher", old, f"{ID}/twin").text])
    registry.publish()
    device = visitors.device(registry)
    assert device.sees(registry, text) == "valid"
    registry.amend(publishers=[registry.succeed("publisher", new, f"{ID}/twin").text])
    before = dict(registry.files)
    for seen in device.each(before | {"build.note": Fault.DOWN}, text):
        assert (seen.said, seen.build) == (("status-stale none",), None)
    registry.publish()
    assert device.sees(registry, text) == "valid"


def test_a_closed_key_is_known_where_no_note_can_be_read(visitors: Visitors) -> None:
    registry = Registry()
    device = visitors.device(registry)
    assert device.sees(registry, registry.codes[7]) == "valid"
    registry.amend(issuers=[closed("issuer active", "compromised", None)])
    registry.files["build.note"] = Fault.DOWN
    for visitor in (device, visitors.device(registry)):
        for seen in visitor.each(registry, registry.codes[7]):
            assert (seen.said, seen.trust) == (("key-compromised",), 2)
            assert not seen.walked


def test_loss_of_the_log_key(visitors: Visitors) -> None:
    """The same tree goes on under a new key; the old key signs no current checkpoint."""
    registry = Registry()
    text = registry.codes[7]
    device = visitors.device(registry)
    assert device.sees(registry, text) == "valid"
    thief = registry.stolen("log")
    end = {"origin": registry.log.name, "vkey": registry.log.text, "final": registry.final()}
    new = registry.succeed("log", "log 2")
    registry.amend(logs=[end, {"origin": new.name, "vkey": new.text}])
    registry.publish()
    assert device.sees(registry, text) == visitors.sees(registry, text) == "valid"
    tree = registry.tree()
    thief.checkpoint(tree.size, tree.root())
    path = f"log/checkpoints/{tree.size}"
    forged = registry.files | {path: thief.files[path]}
    assert visitors.device(registry).sees(forged, text) == "log-unchecked fetched"
