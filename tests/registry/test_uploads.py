"""A host that is not atomic: whatever is there of the old and the new site, in any order.

Every file but ``build.note`` (and ``log/checkpoint``, a hint) is written once, so an upload at any
moment, in any order, is the old site with a subset of the new files. Each is shown to a first-time
visitor, to one who has seen the old site and to one who has seen the new one, by both clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import pytest

from signing.reasons import Reason
from tests.simulator import Registry, Served, closed, code
from tests.vectors.world import SPARE_PUBLISHER, issuer
from tests.visitors import Device, Visitors

GROUPS = ("build.note", "trust/", "status/", "log/checkpoint", "log/tile/")
HONEST, REVOKED, NEW, NEW_KEY, FORGED = range(5)
NOT_YET = {"not-in-log absent", "unknown-key", "key-compromised"}
"""What a paper may be called whose certificate the served note does not know: none is out yet."""


class Upload:
    """An old and a new state of one site, and codes whose answers are known for both."""

    def __init__(self, change: Callable[[Registry], None]) -> None:
        registry = Registry()
        self.old = dict(registry.files)
        forged = code(registry.certificate(8, name="Maling Contoh"))
        change(registry)
        registry.states[7] = 1
        new, new_key = registry.issue("issuer spare"), registry.issue("issuer third")
        registry.publish()
        self.registry, self.new = registry, dict(registry.files)
        self.codes = (registry.codes[8], registry.codes[7], new, new_key, forged)
        self.changed = [path for path, data in self.new.items() if self.old.get(path) != data]

    def with_new(self, paths: Iterable[str]) -> dict[str, Served]:
        """The old site with some of the new files."""
        return self.old | {path: self.new[path] for path in paths}

    def subsets(self) -> Iterator[dict[str, Served]]:
        """Every subset of the groups of new files."""
        for there in product((False, True), repeat=len(GROUPS)):
            came = tuple(group for group, yes in zip(GROUPS, there, strict=True) if yes)
            yield self.with_new(path for path in self.changed if path.startswith(came))

    def singles(self) -> Iterator[dict[str, Served]]:
        """Each file early, late, and cut off in its middle."""
        for one in self.changed:
            yield self.with_new([one])
            yield self.with_new(path for path in self.changed if path != one)
            data = self.new[one]
            assert isinstance(data, bytes)
            yield self.new | {one: data[: len(data) // 2]}


def _ordinary(registry: Registry) -> None:
    keys = ("issuer active", "issuer spare", "issuer third")
    registry.amend(issuers=[issuer(label) for label in keys])


def _theft(registry: Registry) -> None:
    stolen = closed("issuer active", "compromised", registry.final())
    registry.amend(issuers=[stolen, issuer("issuer spare"), issuer("issuer third")])


def _publisher(registry: Registry) -> None:
    registry.succeed("publisher", "publisher 2")
    keys = ("issuer active", "issuer spare", "issuer third")
    registry.amend(publishers=[SPARE_PUBLISHER.text], issuers=[issuer(label) for label in keys])


def _log_key(registry: Registry) -> None:
    end = {"origin": registry.log.name, "vkey": registry.log.text, "final": registry.final()}
    new = registry.succeed("log", "log 2")
    keys = ("issuer active", "issuer spare", "issuer third")
    registry.amend(
        logs=[end, {"origin": new.name, "vkey": new.text}], issuers=[issuer(x) for x in keys]
    )


CHANGES = (_ordinary, _theft, _publisher, _log_key)


@pytest.mark.parametrize("change", CHANGES)
def test_every_interleaving_of_an_upload(
    visitors: Visitors, change: Callable[[Registry], None]
) -> None:
    upload = Upload(change)
    known = _visitors(visitors, upload)
    # Devices that have seen something differ in what they hold, not in how they judge a new key.
    for name, device, seen_new in known if change in (_ordinary, _theft) else known[:1]:
        for files in upload.subsets():
            _look(upload, files, device.twin(), name, seen_new=seen_new)


def test_every_file_of_an_upload_early_late_or_cut(visitors: Visitors) -> None:
    upload = Upload(_ordinary)
    assert len(upload.changed) == 7
    for name, device, seen_new in _visitors(visitors, upload):
        for files in upload.singles():
            _look(upload, files, device.twin(), name, seen_new=seen_new)


def test_the_finished_upload(visitors: Visitors) -> None:
    for change in CHANGES:
        upload = Upload(change)
        told = visitors.sees(upload.registry, *upload.codes)
        forged = "key-compromised" if change is _theft else "not-in-log"
        assert told == f"valid, revoked, valid, valid, {forged}"


def _visitors(visitors: Visitors, upload: Upload) -> list[tuple[str, Device, bool]]:
    """Name, device, and whether it has seen the new site: a first visit comes first."""
    found = [("first visit", visitors.device(upload.registry), False)]
    for name, files in (("knows the old", upload.old), ("knows the new", upload.new)):
        device = visitors.device(upload.registry)
        assert device.sees(files, upload.codes[HONEST]) == "valid", name
        found.append((name, device, files is upload.new))
    return found


def _look(
    upload: Upload, files: dict[str, Served], device: Device, name: str, *, seen_new: bool
) -> None:
    """No wrong red and no wrong green, whichever of the two clients looks."""
    new_note = seen_new or files["build.note"] == upload.new["build.note"]
    there = (name, [path for path in upload.changed if files.get(path) == upload.new[path]])
    for seen in device.each(files, *upload.codes):
        levels = [_level(said) for said in seen.said]
        assert levels[HONEST] != "red", (there, seen)
        # Without a note that was fetched, green says that the log was not checked.
        assert levels[FORGED] != "green" or not seen.fetched, (there, seen)
        if new_note:
            assert levels[REVOKED] != "green" or seen.build == 1, (there, seen)
            assert "red" not in (levels[NEW], levels[NEW_KEY]), (there, seen)
        else:
            assert levels[REVOKED] != "red", (there, seen)
            for said in seen.said[NEW : NEW_KEY + 1]:
                assert _level(said) != "green", (there, seen)
                assert _level(said) != "red" or said in NOT_YET, (there, seen)


def _level(said: str) -> str:
    return Reason(said.partition(" ")[0]).level.value
