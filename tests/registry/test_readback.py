"""What stands between a build and everyone who relies on it: read back, recompute, or refuse."""

from __future__ import annotations

import pytest

from registry import readback
from registry.errors import UserError
from signing import trust
from tests.demonstration import Demonstration
from tests.registry.lying_site import HTML, Lying


@pytest.fixture
def site(demonstration: Demonstration) -> Lying:
    return Lying(demonstration.files())


def _pinned(site: Lying, document: trust.TrustDocument) -> list[str]:
    """Every path that a read-back needs."""
    site.reads.clear()
    readback.check(site, document)
    return sorted({path for path, _ in site.reads})


def _refused(site: Lying, document: trust.TrustDocument, exit_code: int = 1) -> str:
    with pytest.raises(UserError) as caught:
        readback.check(site, document)
    assert caught.value.code == "read-back"
    assert caught.value.exit_code == exit_code
    return caught.value.what


def test_an_honest_site(site: Lying, demonstration: Demonstration) -> None:
    found = readback.check(site, demonstration.trust(), site.files["build.note"])
    assert found.size == 62
    for path in ("files.json", "catalogue/fields.json", f"log/checkpoints/{found.size}"):
        assert path in _pinned(site, demonstration.trust())


def test_another_build_is_served(site: Lying, demonstration: Demonstration) -> None:
    with pytest.raises(UserError) as caught:
        readback.check(site, demonstration.trust(), site.files["build.note"] + b"\n")
    assert caught.value.what == "build.note"


def test_every_file_that_is_read_missing_or_changed(
    site: Lying, demonstration: Demonstration
) -> None:
    document, whole = demonstration.trust(), dict(site.files)
    tried = 0
    for path in _pinned(site, document):
        data = whole[path]
        for bad in (None, b"", HTML, data[:-1], data + b"\0", _turned(data)):
            site.files = {**whole, path: bad} if bad is not None else _without(whole, path)
            _refused(site, document)
            tried += 1
    print(f"{tried} wrong files")
    assert tried >= 60


def _turned(data: bytes) -> bytes:
    """One bit changed in the middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _without(files: dict[str, bytes], path: str) -> dict[str, bytes]:
    return {other: data for other, data in files.items() if other != path}


def test_a_checkpoint_of_another_size(site: Lying, demonstration: Demonstration) -> None:
    newest = f"log/checkpoints/{readback.check(site, demonstration.trust()).size}"
    older = next(path for path in site.matching("log/checkpoints/") if path != newest)
    site.files[newest] = site.files[older]
    assert _refused(site, demonstration.trust()) == "log/checkpoints"


def test_out_of_reach_is_not_wrong(site: Lying, demonstration: Demonstration) -> None:
    site.down = True
    _refused(site, demonstration.trust(), exit_code=3)


def test_an_older_trust_document(site: Lying, demonstration: Demonstration) -> None:
    first = trust.anchor(site.files["trust/1.note"])
    assert _refused(site, first) == "build.note"
