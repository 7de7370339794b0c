"""The attacks of TUF's table, one test each, by both clients.

Every answer here is given by the command line's client and by the page's, see tests/visitors.py.
"""

from __future__ import annotations

import pytest

from tests.registry import audit_example
from tests.simulator import DAY, HTML, REST, Cached, Fault, Registry, Served, closed, code
from tests.vectors.world import (
    MAX_AGE,
    NOW,
    PUBLISHER,
    SPARE_PUBLISHER,
    b64,
    issuer,
    key,
    roots_sign,
    sha256,
    signed,
)
from tests.visitors import Visitors


@pytest.fixture
def registry() -> Registry:
    """20 entries, of which 0 is the trust document; certificate 7 is the one that is shown."""
    return Registry()


@pytest.fixture
def text(registry: Registry) -> str:
    return registry.codes[7]


def test_an_honest_registry(registry: Registry, visitors: Visitors) -> None:
    registry.states |= {3: 1, 4: 2, 5: 3}
    registry.publish()
    codes = [registry.codes[index] for index in range(3, 8)]
    said = "revoked, suspended, superseded, valid, valid"
    device = visitors.device(registry)
    assert device.sees(registry, *codes) == said
    assert device.sees(registry, *codes, online=False) == said
    for seen in device.each(registry, *codes):
        assert (seen.build, seen.trust, seen.fetched, seen.walked) == (2, 1, True, True)


# TUF's table ---------------------------------------------------------------------------------


def test_rollback(registry: Registry, text: str, visitors: Visitors) -> None:
    old = dict(registry.files)
    registry.amend(issuers=[issuer("issuer active"), issuer("issuer spare")])
    registry.states[7] = 1
    registry.publish()
    device = visitors.device(registry)
    assert device.sees(registry, text) == "revoked"
    for files in (old, old | {"trust/2.note": registry.files["trust/2.note"]}):
        for seen in device.each(files, text):
            assert seen.said == ("revoked",)
            assert (seen.build, seen.trust, seen.fetched) == (2, 2, False)
    # The price that max_age limits: a first-time visitor cannot know.
    assert visitors.device(registry).sees(old, text) == "valid"


def test_rollback_of_the_trust_document(registry: Registry, text: str, visitors: Visitors) -> None:
    old = dict(registry.files)
    registry.amend(issuers=[closed("issuer active", "retired", registry.final(5))])
    registry.publish()
    device = visitors.device(registry)
    assert device.sees(registry, text) == "key-compromised"
    assert device.sees(old, text) == "key-compromised"
    second = registry.files["trust/2.note"]
    assert device.sees(old | {"trust/1.note": second}, text) == "key-compromised"


def test_indefinite_freeze(registry: Registry, text: str, visitors: Visitors) -> None:
    device = visitors.device(registry)
    end = registry.issued + MAX_AGE
    for now, online, offline in (
        (end, "valid", "valid"),
        (end + 1, "status-stale registry", "status-stale"),
    ):
        assert device.sees(registry, text, now=now) == online
        assert visitors.sees(registry, text, now=now) == online
        assert device.sees(registry, text, now=now, online=False) == offline


def test_mix_and_match(registry: Registry, text: str, visitors: Visitors) -> None:
    old = dict(registry.files)
    registry.issue()
    registry.states[7] = 1
    registry.publish()
    [before] = [path for path in old if path.startswith("status/")]
    [after] = [path for path in registry.paths("status/") if path != before]
    mixes: dict[str, tuple[dict[str, Served], str]] = {
        "list": ({after: old[before]}, "status-stale none"),
        "checkpoint": ({"log/checkpoints/21": old["log/checkpoints/20"]}, "revoked"),
        "tiles": ({"log/tile/0/000.p/21": old["log/tile/0/000.p/20"]}, "revoked"),
        "list and log": (
            {after: old[before], "log/checkpoints/21": old["log/checkpoints/20"]},
            "log-unchecked fetched",
        ),
        "note": ({"build.note": old["build.note"]}, "valid"),
    }
    for name, (mixed, said) in mixes.items():
        assert visitors.device(registry).sees(registry.files | mixed, text) == said, name
    del registry.states[7]
    registry.publish()
    assert visitors.sees(registry, text) == "valid"
    for mixed in (mixes["checkpoint"][0], mixes["tiles"][0]):
        assert visitors.device(registry).sees(registry.files | mixed, text) == (
            "log-unchecked fetched"
        )


def test_fast_forward(registry: Registry, text: str, visitors: Visitors) -> None:
    device = visitors.device(registry)
    thief = registry.stolen("publisher")
    thief.build = 2**53 - 2
    thief.publish(log={"size": 100_000, "root": b64(sha256(b"no tree"))})
    assert device.sees(thief, text) == "log-unchecked fetched"
    registry.publish()
    for seen in device.each(registry, text):
        assert (seen.build, seen.fetched) == (2**53 - 1, False), "the mark is poisoned"
    registry.succeed("publisher", "publisher 2")
    registry.amend(publishers=[SPARE_PUBLISHER.text])
    registry.publish()
    for seen in device.each(registry, text):
        assert seen.said == ("valid",), "T8: the mark went with the key"
        assert (seen.build, seen.fetched) == (3, True)


def test_fast_forward_of_the_clock(registry: Registry, text: str, visitors: Visitors) -> None:
    device = visitors.device(registry)
    good = dict(registry.files)
    thief = registry.stolen("publisher")
    thief.publish(issued=NOW + DAY + 1)
    assert device.sees(thief, text) == "clock-wrong"
    assert visitors.sees(thief, text) == "clock-wrong"
    for seen in device.each(good, text):
        assert (seen.said, seen.build) == (("valid",), 1), "it was not kept"


ENDLESS = {
    "build.note": "status-stale none",
    "trust/2.note": "status-stale none",
    "status/": "status-stale none",
    "log/checkpoints/": "log-unchecked fetched",
    "log/tile/": "log-unchecked fetched",
}


@pytest.mark.parametrize("part", ENDLESS)
@pytest.mark.parametrize("served", [Fault.ENDLESS, bytes(2**21), HTML, b"", Fault.DOWN, None])
def test_endless_data_and_other_answers_that_are_no_file(
    registry: Registry, visitors: Visitors, part: str, served: Served | None
) -> None:
    registry.amend()
    registry.publish()
    text = registry.codes[7]
    honest = dict(registry.files)
    registry.replace(part, served)
    assert visitors.sees(registry, text) == ENDLESS[part]
    device = visitors.device(registry)
    assert device.sees(honest, text) == "valid"
    said = ENDLESS[part] if part == "log/tile/" else "valid"
    assert device.sees(registry, text) == said, "what was seen before still counts"


def test_a_stale_cache_is_passed_by(registry: Registry, visitors: Visitors) -> None:
    registry.amend()
    registry.publish()
    for path in list(registry.files):
        for cached in (HTML, None, bytes(20 * 32)):
            served: dict[str, Served] = registry.files | {
                path: Cached(cached, _bytes(registry, path))
            }
            assert visitors.device(registry).sees(served, registry.codes[7]) == "valid", path


def test_a_cache_that_holds_an_older_build(registry: Registry, visitors: Visitors) -> None:
    """Rightly signed, but of another size: asked for once more, past the cache."""
    older = _bytes(registry, "log/checkpoints/20")
    registry.issue()
    registry.publish()
    path = "log/checkpoints/21"
    registry.files[path] = Cached(older, _bytes(registry, path))
    assert visitors.sees(registry, registry.codes[7], registry.codes[20]) == "valid, valid"
    registry.files[path] = older
    assert visitors.sees(registry, registry.codes[7]) == "log-unchecked fetched"


@pytest.mark.parametrize("rest", [HTML, b"", Fault.DOWN, Fault.ENDLESS, bytes(8192)])
def test_a_host_that_answers_every_other_path(
    registry: Registry, visitors: Visitors, rest: Served
) -> None:
    """Its own page with 200, or a refusal, where no file is: neither ends in another answer."""
    registry.amend()
    registry.publish()
    honest = dict(registry.files)
    registry.files[REST] = rest
    device, text = visitors.device(registry), registry.codes[7]
    forged = code(registry.certificate(8, name="Maling Contoh"))
    assert device.sees(registry, text, forged) == "valid, not-in-log"
    for path in honest:
        if path != "trust/1.note":
            gone = {where: data for where, data in registry.files.items() if where != path}
            assert device.sees(gone, text) in ("valid", "log-unchecked fetched"), path


def _bytes(registry: Registry, path: str) -> bytes:
    data = registry.files[path]
    assert isinstance(data, bytes)
    return data


def test_wrong_software_keys_and_lists(registry: Registry, text: str, visitors: Visitors) -> None:
    """TUF's arbitrary installation: a host that holds no key signs everything itself."""
    device = visitors.device(registry)
    assert device.sees(registry, text) == "valid"
    own = registry.stolen()
    own.amend(issuers=[issuer("attacker issuer")])
    forged = own.issue("attacker issuer")
    own.publish()
    assert device.sees(own, text, forged) == "valid, key-unchecked", "what is stored"
    assert visitors.sees(own, text, forged) == "status-stale none, key-unchecked"
    del own.files["trust/2.note"]
    assert visitors.sees(own, text, forged) == "status-stale none, key-unchecked"
    assert visitors.sees(registry, forged) == "unknown-key"


def test_wrong_software_of_the_page_is_noticed_by_an_audit(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A page cannot tell that it is another one; whoever compares the site with files.json can."""
    files = audit_example.made(tmp_path_factory.mktemp("site") / "w")
    assert not audit_example.found(files)
    for path in ("assets/app-A.js", "index.html", "registry/index.html"):
        for twin in ("", ".br", ".gz"):
            if path + twin in files:
                wrong = files | {path + twin: files[path + twin] + b"<!-- -->"}
                assert path + twin in {where for where, _ in audit_example.found(wrong)}
    assert "sw.js" in {where for where, _ in audit_example.found(files | {"sw.js": b"evil()"})}


@pytest.mark.parametrize(("by", "said"), [("ab", "too-new"), ("a", "status-stale none")])
def test_a_later_format_asks_for_a_newer_verifier(
    registry: Registry, text: str, visitors: Visitors, by: str, said: str
) -> None:
    later = signed("absah-trust/v2\n{}\n", roots_sign(by))
    registry.files["trust/2.note"] = later
    registry.publish(trust={"version": 2, "sha256": "00" * 32})
    assert visitors.sees(registry, text) == said
    registry.files["build.note"] = signed(
        "absah-build/v2\n", [(PUBLISHER.name, key("publisher 1"))]
    )
    assert visitors.sees(registry, text) == "too-new"


def test_a_malicious_mirror_that_stops_updates(
    registry: Registry, text: str, visitors: Visitors
) -> None:
    device = visitors.device(registry)
    assert device.sees(registry, text) == "valid"
    for path in list(registry.files):
        one_down = registry.files | {path: Fault.DOWN}
        said = "log-unchecked fetched" if path.startswith("log/tile") else "valid"
        assert device.sees(one_down, text) == said, path
    assert device.sees(registry, text, online=False) == "valid"
    late = registry.issued + MAX_AGE + 1
    assert device.sees(registry, text, online=False, now=late) == "status-stale"
    first = visitors.device(registry).each(registry, text, online=False)
    assert [seen.said for seen in first] == [("status-stale none",), ("key-unchecked none",)]
