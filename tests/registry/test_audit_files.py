"""files.json, the catalogue and compressed twins, as an audit sees them."""

from __future__ import annotations

import gzip
import hashlib

import brotli
import pytest

from registry.audit import audit
from tests.registry.audit_example import (
    LATER,
    Memory,
    found,
    made,
    relisted,
    renoted,
    repinned,
    without_twins,
)

TWINS = (".br", ".gz")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return made(tmp_path_factory.mktemp("registry") / "workspace")


@pytest.fixture
def files(built: dict[str, bytes]) -> dict[str, bytes]:
    return dict(built)


def test_files_json_is_sorted_and_each_path_stands_once(files: dict[str, bytes]) -> None:
    relisted(files, lambda lines: lines.insert(0, lines.pop()))
    assert ("files.json", "files-order") in found(files)
    relisted(files, lambda lines: lines.append(lines[-1]))
    assert ("files.json", "files-order") in found(files)


@pytest.mark.parametrize(
    "path",
    [
        "_headers",
        "build.note",
        "builds/1.note",
        "catalogue/fields.json",
        "files.json",
        "index.html.br",
        "log/checkpoint",
        "status/0.cwt",
        "trust/1.note",
    ],
)
def test_files_json_lists_nothing_that_stands_elsewhere(files: dict[str, bytes], path: str) -> None:
    line = [path, hashlib.sha256(files[path]).hexdigest()]
    relisted(files, lambda lines: lines.__setitem__(slice(None), sorted([*lines, line])))
    assert ("files.json", "files-listed") in found(files)


@pytest.mark.parametrize(
    "line",
    [
        ["../secret", "0" * 64],
        ["/etc/passwd", "0" * 64],
        ["a//b", "0" * 64],
        ["a/./b", "0" * 64],
        ["a\\b", "0" * 64],
        ["a b", "0" * 64],
        [".git/config", "0" * 64],
        ["a.html", "0" * 63],
        ["a.html", "A" * 64],
        ["a.html"],
        ["a.html", "0" * 64, "x"],
        "a.html",
        {},
        None,
    ],
)
def test_a_line_of_files_json_has_one_form(files: dict[str, bytes], line: object) -> None:
    relisted(files, lambda lines: lines.insert(0, line))
    source = Memory(files)
    faults = {(f.path, f.code) for f in audit(source, None, LATER).faults}
    assert ("files.json", "form") in faults
    assert not any(".." in path or path.startswith("/") for path in source.reads)


def test_files_json_in_another_print_is_refused(files: dict[str, bytes]) -> None:
    files["files.json"] = files["files.json"].replace(b"\n", b"\n ", 1)
    repinned(files)
    assert ("files.json", "form") in found(files)


@pytest.mark.parametrize("name", ["a/../../b", "schemes.json", "scheme/x.json", "a//b"])
def test_catalogue_names_stay_below_the_catalogue(files: dict[str, bytes], name: str) -> None:
    renoted(files, 2, lambda value: value["catalogue"].update({name: "0" * 64}))
    source = Memory(files)
    report = audit(source, None, LATER)
    assert ("build.note", "bad-path") in {(f.path, f.code) for f in report.faults}
    assert not any(".." in path for path in source.reads)


@pytest.mark.parametrize("data", [b"[ ]\n", b"\xff\n", b"[1.5]\n", b""])
def test_a_catalogue_file_is_canonical_json(files: dict[str, bytes], data: bytes) -> None:
    path, digest = "catalogue/fields.json", hashlib.sha256(data).hexdigest()
    files[path] = data
    renoted(files, 2, lambda value: value["catalogue"].update({"fields.json": digest}))
    assert (path, "form") in found(files)


def test_a_scheme_is_named_by_its_digest(files: dict[str, bytes]) -> None:
    path = next(path for path in files if path.startswith("catalogue/scheme/") and "." in path)
    path = path.removesuffix(".br").removesuffix(".gz")
    wrong = "catalogue/scheme/" + "0" * 32 + ".json"
    files[wrong] = files.pop(path)
    for twin in TWINS:
        files.pop(path + twin)

    def rename(lines: list[list[str]]) -> None:
        lines[:] = sorted([wrong if p == path else p, digest] for p, digest in lines)

    relisted(without := without_twins(files), rename)
    assert found(without) == {(wrong, "scheme-name")}


def test_a_shorter_name_of_a_scheme_is_enough_from_32_digits_on(files: dict[str, bytes]) -> None:
    schemes = {path for path in without_twins(files) if path.startswith("catalogue/scheme/")}
    short = {path: path[: len("catalogue/scheme/") + 32] + ".json" for path in schemes}
    without = {short.get(path, path): data for path, data in without_twins(files).items()}

    def rename(lines: list[list[str]]) -> None:
        lines[:] = sorted([short.get(p, p), digest] for p, digest in lines)

    relisted(without, rename)
    assert found(without) == set()


# Twins -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        (".gz", gzip.compress(b"other", 9, mtime=0), "twin"),
        (".br", brotli.compress(b"other"), "twin"),
        (".br", b"", "twin"),
        (".gz", b"", "twin-header"),
        (".gz", b"PK\x03\x04", "twin-header"),
        (".gz", gzip.compress(b"other", 9, mtime=1), "twin-header"),
        (".gz", gzip.compress(b"other", 1, mtime=0), "twin-header"),
        (".br", brotli.compress(bytes(50_000_000)), "twin"),
        (".gz", gzip.compress(bytes(50_000_000), 9, mtime=0), "twin"),
    ],
)
def test_a_twin_of_something_else(
    files: dict[str, bytes], name: str, data: bytes, code: str
) -> None:
    files["robots.txt" + name] = data
    assert found(files) == {("robots.txt" + name, code)}


def test_nothing_stands_behind_the_end_of_a_twin(files: dict[str, bytes]) -> None:
    for name in TWINS:
        for more in (b"\0", b"x", files["robots.txt" + name], bytes(1000)):
            longer = dict(files)
            longer["robots.txt" + name] += more
            assert found(longer) == {("robots.txt" + name, "twin")}, (name, more[:4])
            shorter = dict(files)
            shorter["robots.txt" + name] = files["robots.txt" + name][:-1]
            assert found(shorter) == {("robots.txt" + name, "twin")}


def test_a_twin_out_of_reach_is_no_fault(files: dict[str, bytes]) -> None:
    source = Memory(files)
    source.down.add("robots.txt.br")
    report = audit(source, None, LATER)
    assert (report.exit_code, report.faults) == (3, [])
    assert [missed.path for missed in report.could_not_check] == ["robots.txt.br"]
