"""The catalogue: demonstration data, published layout, faults of source files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.catalogue import DEMONSTRATION, Catalogue, install_demonstration
from registry.errors import UserError
from signing.canonical import loads
from signing.certificate import text_fault


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    install_demonstration(tmp_path / "catalogue")
    return tmp_path / "catalogue"


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    changed = change(value)
    path.write_text(json.dumps(value if changed is None else changed), encoding="utf-8")


def test_demonstration_is_complete_and_marked() -> None:
    catalogue = Catalogue.load(DEMONSTRATION)
    assert len(catalogue.schemes) == 17
    assert len(catalogue.fields) == 19
    assert len(catalogue.lsps) >= 40
    assert all(code.startswith("DEMO/") for code in catalogue.schemes)
    assert all(text_fault(code, 40) is None for code in catalogue.schemes)
    assert min(catalogue.lsps) == 9001
    assert catalogue.schemes["DEMO/tukang-kayu-konstruksi"].years == 5
    assert catalogue.schemes["DEMO/caregiver-pelaksana"].units == ()
    assert len(catalogue.schemes["DEMO/operator-budidaya-ikan"].units) == 8
    assert {field.slug for field in catalogue.fields if field.first} == {
        "linen-supply",
        "logistics-warehouse",
        "resource-circulation",
    }
    everything = b"".join(catalogue.files().values()).decode()
    assert "SKM/BNSP" not in everything  # no real scheme number


def test_licence_intervals() -> None:
    lsps = Catalogue.load(DEMONSTRATION).lsps
    assert lsps[9001].licensed(date(2026, 11, 24))
    assert lsps[9040].licensed(date(2024, 6, 30))
    assert not lsps[9040].licensed(date(2024, 7, 1))
    assert lsps[9041].licensed(date(2021, 3, 31))
    assert not lsps[9041].licensed(date(2021, 4, 1))
    assert not lsps[9041].licensed(date(2022, 1, 14))
    assert lsps[9041].licensed(date(2022, 1, 15))


def test_names_change_on_their_day() -> None:
    lsp = Catalogue.load(DEMONSTRATION).lsps[9005]
    assert lsp.name_on(date(2023, 6, 30)).id == "LSP Perhotelan Anggrek"
    assert lsp.name_on(date(2023, 7, 1)).id == "LSP Pariwisata Anggrek"
    assert lsp.name_on(date(1999, 1, 1)).id == "LSP Perhotelan Anggrek"


def test_published_files_are_canonical_and_named_by_digest() -> None:
    catalogue = Catalogue.load(DEMONSTRATION)
    files = catalogue.files()
    assert list(files) == sorted(files)
    for path, data in files.items():
        loads(data.decode())  # canonical, or Malformed
        if path.startswith("catalogue/scheme/"):
            # A certificate carries 16 bytes of the digest: the name is all that a reader knows.
            assert path == f"catalogue/scheme/{hashlib.sha256(data).hexdigest()[:32]}.json"
    schemes = json.loads(files["catalogue/schemes.json"])
    assert [scheme["digest"] for scheme in schemes] == [
        entry.digest for entry in catalogue.by_digest.values()
    ]
    assert all(
        entry.claim == hashlib.sha256(entry.data).digest()[:16]
        for entry in catalogue.schemes.values()
    )
    shard = json.loads(files["catalogue/lsps/140.json"])
    assert {lsp["number"] // 64 for lsp in shard} == {140}
    assert shard[0].keys() == {"number", "names", "licences", "contact"}
    entry = json.loads(catalogue.schemes["DEMO/junior-coder"].data)
    assert list(entry) == [
        "code", "version", "name", "printed", "kind", "level", "years", "units", "fields",
    ]  # fmt: skip
    erratum = json.loads(files["catalogue/errata.json"])[0]
    assert erratum["digest"] in catalogue.by_digest


def test_layout_of_a_source_file_changes_nothing(folder: Path) -> None:
    before = Catalogue.load(folder).files()
    for path in folder.rglob("*.json"):
        edit(path, lambda value: None)  # printed compact, non-ASCII escaped
    assert Catalogue.load(folder).files() == before


def test_a_later_version_is_a_new_entry_and_the_old_one_stays(folder: Path) -> None:
    old = Catalogue.load(folder).schemes["DEMO/junior-coder"]
    source = json.loads((folder / "schemes/junior-coder.1.json").read_text(encoding="utf-8"))
    for version in ("2", "10"):  # 10 is newer than 2: numbers, not letters
        later = source | {"version": version, "years": 4}
        (folder / f"schemes/coder-{version}.json").write_text(json.dumps(later), encoding="utf-8")
    catalogue = Catalogue.load(folder)
    assert catalogue.schemes["DEMO/junior-coder"].version == "10"
    assert catalogue.by_digest[old.digest].data == old.data
    assert f"catalogue/scheme/{old.claim.hex()}.json" in catalogue.files()
    assert catalogue.missing([old.digest]) == []
    edit(folder / "schemes/junior-coder.1.json", lambda value: value.update(years=5))
    assert Catalogue.load(folder).missing([old.digest]) == [old.digest]


def test_installing_overwrites_nothing(folder: Path) -> None:
    with pytest.raises(UserError) as caught:
        install_demonstration(folder)
    assert caught.value.code == "catalogue-exists"


def test_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        Catalogue.load(tmp_path)
    assert caught.value.code == "no-catalogue"


CODER = "schemes/junior-coder.1.json"
WRONG: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "misspelt key": (CODER, lambda v: v.update(yaers=3)),
    "missing key": (CODER, lambda v: v.pop("printed") and None),
    "years as text": (CODER, lambda v: v.update(years="3")),
    "years as a fraction": (CODER, lambda v: v.update(years=3.5)),
    "years true": (CODER, lambda v: v.update(years=True)),
    "no years": (CODER, lambda v: v.update(years=0)),
    "level 10": (CODER, lambda v: v.update(level=10)),
    "kind": (CODER, lambda v: v.update(kind="kkni")),
    "version": (CODER, lambda v: v.update(version="01")),
    "version with LF": (CODER, lambda v: v.update(version="1\n")),
    "code too long": (CODER, lambda v: v.update(code="DEMO/" + "x" * 36)),
    "code not signable": (CODER, lambda v: v.update(code="DEMO/日本")),
    "code of another file": (CODER, lambda v: v.update(code="DEMO/helper-cookery")),
    "bidi in a title": (CODER, lambda v: v["name"].update(en="a\u202eb")),
    "zero width in a title": (CODER, lambda v: v["name"].update(ja="a\u200bb")),
    "title in NFD": (CODER, lambda v: v["name"].update(ja="\u304b\u3099")),
    "empty title": (CODER, lambda v: v["printed"].update(bidang="")),
    "no Indonesian title": (CODER, lambda v: v["name"].pop("id") and None),
    "unit twice": (CODER, lambda v: v["units"].append(v["units"][0])),
    "unit with semicolon": (CODER, lambda v: v["units"][0].update(code="A;B")),
    "257 units": (
        CODER,
        lambda v: v.update(units=[{"code": f"U.{n}", "id": "Judul"} for n in range(257)]),
    ),
    "unknown field": (CODER, lambda v: v.update(fields=["space-flight"])),
    "field twice": (CODER, lambda v: v.update(fields=["railway", "railway"])),
    "not an object": (CODER, lambda v: []),
    "lsp twice": ("lsps.json", lambda v: v.append(v[0])),
    "lsp 0": ("lsps.json", lambda v: v[0].update(number=0)),
    "lsp without licence": ("lsps.json", lambda v: v[0].update(licences=[])),
    "licence without end": ("lsps.json", lambda v: v[0]["licences"][0].update(until=None)),
    "licence ends before it begins": (
        "lsps.json",
        lambda v: v[0]["licences"][0].update(until="2013-12-31"),
    ),
    "licences overlap": ("lsps.json", lambda v: v[0]["licences"][0].update(until="2019-01-01")),
    "30 February": ("lsps.json", lambda v: v[0]["licences"][0].update(until="2018-02-30")),
    "name after licence": ("lsps.json", lambda v: v[0]["names"][0].update({"from": "2015-01-01"})),
    "contact key": ("lsps.json", lambda v: v[0]["contact"].update(fax="1")),
    "field slug twice": ("fields.json", lambda v: v.append(v[0])),
    "field slug": ("fields.json", lambda v: v[0].update(slug="Nursing Care")),
    "erratum of no scheme": ("errata.json", lambda v: v[0].update(scheme="DEMO/none")),
    "erratum of no version": ("errata.json", lambda v: v[0].update(version="7")),
    "erratum says nothing": ("errata.json", lambda v: v[0].pop("name") and None),
    "erratum of a level": ("errata.json", lambda v: v[0].update(level=3)),
    "erratum of an Indonesian title": ("errata.json", lambda v: v[0]["name"].update(id="Baru")),
    "erratum of a strange unit": (
        "errata.json",
        lambda v: v[0].update(units=[{"code": "X.1", "ja": "題"}]),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_source_file_is_named(folder: Path, name: str) -> None:
    path, change = WRONG[name]
    edit(folder / path, change)
    with pytest.raises(UserError) as caught:
        Catalogue.load(folder)
    assert caught.value.code == "bad-catalogue"
    assert caught.value.what.startswith(str(folder))
    assert caught.value.why.en
    assert caught.value.why.id


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"code": 1, "code": 2}', b"\xff", b"[" * 100_000, b"null"],
    ids=["empty", "cut", "key twice", "not UTF-8", "deep", "null"],
)
def test_a_file_that_is_not_json_is_named(folder: Path, data: bytes) -> None:
    (folder / CODER).write_bytes(data)
    with pytest.raises(UserError) as caught:
        Catalogue.load(folder)
    assert caught.value.code == "bad-catalogue"
    assert "junior-coder" in caught.value.what


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "errata.json").unlink()
    with pytest.raises(UserError, match="missing"):
        Catalogue.load(folder)


def test_counts_of_wrong_input() -> None:
    print(f"wrong catalogue files: {len(WRONG) + 7}")
    assert len(WRONG) + 7 >= 45
