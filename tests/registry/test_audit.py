"""An audit of a small registry: clean as built, and every changed byte of it is named."""

from __future__ import annotations

import gzip
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
import pytest

from registry.audit import audit
from registry.audit_files import HOST_FILES
from registry.source import FolderSource, UrlSource, open_source
from signing import build_note
from tests.registry.audit_example import LATER, Memory, found, made, remembering, run, without_twins
from tests.registry.ledger_example import ID

TWINS = (".br", ".gz")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return made(tmp_path_factory.mktemp("registry") / "workspace")


@pytest.fixture
def files(built: dict[str, bytes]) -> dict[str, bytes]:
    return dict(built)


@pytest.fixture
def remembered() -> Iterator[None]:
    with remembering():
        yield


def named(files: dict[str, bytes], path: str) -> bool:
    """Whether an audit finds a fault at ``path``."""
    return any(fault.path == path for fault in run(files).faults)


def unpacked(path: str, data: bytes) -> bytes:
    """What a browser reads of a twin; any other file is as it stands."""
    if path.endswith(".gz"):
        return gzip.decompress(data)
    return brotli.decompress(data) if path.endswith(".br") else data


def changed(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


# As built --------------------------------------------------------------------------------------


def test_a_registry_as_built_is_clean(files: dict[str, bytes]) -> None:
    report = run(files)
    assert (report.faults, report.remarks, report.could_not_check) == ([], [], [])
    assert report.exit_code == 0
    assert (report.registry, report.build, report.size) == (ID, 2, 14)
    assert report.root == build_note.parse(files["build.note"]).root
    assert report.certificates == {"valid": 9, "revoked": 1, "suspended": 1, "superseded": 1}
    assert (report.trust_versions, report.builds) == (2, 2)
    assert report.files == len(files.keys() - HOST_FILES)


def test_a_host_that_lists_no_files_is_walked_by_number(files: dict[str, bytes]) -> None:
    source = Memory(files, listed=False)
    report = audit(source, None, LATER)
    assert report.exit_code == 0
    assert (report.trust_versions, report.builds) == (2, 2)
    unseen = files.keys() - set(source.reads)
    assert all(path.endswith(TWINS) or path in HOST_FILES for path in unseen), unseen


def test_a_folder_and_its_strays(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "public"
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    source = open_source(str(folder))
    assert audit(source, None, LATER).exit_code == 0
    (folder / "linked").symlink_to(tmp_path)
    (folder / "old").mkdir()
    (folder / "old" / "a\x1b[31m.html").write_text("x")
    faults = {(f.path, f.code) for f in audit(FolderSource(folder), None, LATER).faults}
    assert faults == {("linked", "extra-file"), ("old/a\\x1b[31m.html", "extra-file")}


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    report = audit(FolderSource(tmp_path / "none"), None, LATER)
    assert (report.exit_code, report.faults, report.build) == (3, [], 0)


def test_a_host_does_not_list_its_files() -> None:
    source = UrlSource("https://cek.example.go.id")
    assert source.listing() is None  # type: ignore[func-returns-value]


def test_the_report_says_it_in_words_and_values(files: dict[str, bytes]) -> None:
    clean = run(files)
    assert clean.lines("en")[-1] == "no fault found"
    assert clean.lines("id")[-1] == "tidak ada kesalahan"
    del files["robots.txt"]
    report = run(without_twins(files))
    value = report.as_json()
    assert value["exit"] == 1
    assert value["log"]["size"] == 14
    assert [line["path"] for line in value["faults"]] == ["robots.txt"]
    assert report.lines("en")[0] == "robots.txt: is not there (missing)"
    assert report.lines("id")[0] == "robots.txt: tidak ada (missing)"
    assert report.lines("en")[-1] == "faults: 1"


# Every byte ------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[str], bool]] = {
    "tile": lambda path: path.startswith("log/tile/") and "/entries/" not in path,
    "bundle": lambda path: path.startswith("log/tile/entries/"),
    "checkpoint": lambda path: path.startswith("log/checkpoint"),
    "trust": lambda path: path.startswith("trust/"),
    "note": lambda path: path == "build.note" or path.startswith("builds/"),
    "list": lambda path: path.startswith("status/"),
    "catalogue": lambda path: path.startswith("catalogue/"),
    "files.json": lambda path: path == "files.json",
}


@pytest.mark.no_cover  # thousands of audits: what they run is traced in the others
@pytest.mark.usefixtures("remembered")
def test_every_byte_of_every_signed_file(built: dict[str, bytes]) -> None:
    files = without_twins(built)
    tried: Counter[str] = Counter()
    masks = random.Random(2)
    begun = time.process_time()
    for kind, is_of_kind in KINDS.items():
        for path in filter(is_of_kind, sorted(files)):
            data = files[path]
            for at in range(len(data)):
                files[path] = changed(data, at, masks.randrange(1, 256))
                assert named(files, path), (path, at, files[path][at])
                tried[kind] += 1
            files[path] = data
    assert run(files).exit_code == 0
    print(f"\n{sum(tried.values())} bytes in {time.process_time() - begun:.0f} s: {dict(tried)}")
    kinds = {path: kind for path in files for kind, fits in KINDS.items() if fits(path)}
    assert set(kinds.values()) == KINDS.keys()
    assert sum(tried.values()) == sum(len(files[path]) for path in kinds) > 15_000


@pytest.mark.no_cover  # hundreds of audits: what they run is traced in the others
@pytest.mark.usefixtures("remembered")
def test_one_byte_of_each_published_file(built: dict[str, bytes]) -> None:
    files, drawn, tried, same = dict(built), random.Random(1), 0, 0
    for path, data in built.items():
        if data and path not in HOST_FILES:
            files[path] = changed(data, drawn.randrange(len(data)), drawn.randrange(1, 256))
            if not named(files, path):
                # Some bits of a compressed twin (after its last block) change nothing that is read.
                assert unpacked(path, files[path]) == unpacked(path, data), path
                same += 1
            files[path] = data
            tried += 1
    print(f"\n{tried} files, {same} of them changed without effect on what is unpacked")
    assert tried == len(built.keys() - HOST_FILES)
    assert same < tried / 50


@pytest.mark.no_cover  # hundreds of audits: what they run is traced in the others
@pytest.mark.usefixtures("remembered")
def test_every_byte_of_a_twin_is_named_or_makes_no_difference(built: dict[str, bytes]) -> None:
    original = built["build.note"]
    files = {path: data for path, data in built.items() if not path.endswith(TWINS)}
    same = tried = 0
    for name in (".gz", ".br"):
        path = "build.note" + name
        data = built[path]
        for at in range(len(data)):
            files[path] = changed(data, at, 1 + at % 255)
            tried += 1
            if not named(files, path):
                same += 1
                assert unpacked(path, files[path]) == original
                assert name == ".br" or at >= 10, "a header byte of gzip is a fault by itself"
        del files[path]
    print(f"\n{tried} bytes of twins, {same} of them without effect on what is unpacked")
    assert tried == sum(len(built["build.note" + name]) for name in TWINS)
    assert same < tried / 50


# Dropped, swapped and added files --------------------------------------------------------------


@pytest.mark.no_cover  # hundreds of audits: what they run is traced in the others
@pytest.mark.usefixtures("remembered")
def test_every_dropped_file_is_missed(built: dict[str, bytes]) -> None:
    files, dropped = dict(built), 0
    elsewhere = {
        "builds/1.note": ("builds/2.note", "note-chain"),
        "trust/1.note": ("trust/1.note", "missing"),
    }
    for path, data in built.items():
        if path in HOST_FILES or path.endswith(TWINS):
            continue
        del files[path]
        assert elsewhere.get(path, (path, "missing")) in found(files), path
        files[path] = data
        dropped += 1
    print(f"\n{dropped} files dropped")
    assert dropped > 40


def test_twins_may_be_dropped(files: dict[str, bytes]) -> None:
    assert run(without_twins(files)).exit_code == 0


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("trust/1.note", "trust/2.note"),
        ("builds/1.note", "builds/2.note"),
        ("log/checkpoints/9", "log/checkpoints/14"),
        ("log/tile/0/000.p/9", "log/tile/0/000.p/14"),
        ("log/tile/entries/000.p/9", "log/tile/entries/000.p/14"),
        ("log/tile/0/000.p/14", "log/tile/entries/000.p/14"),
        ("catalogue/fields.json", "catalogue/errata.json"),
        ("index.html", "id/index.html"),
        ("index.html.br", "id/index.html.br"),
        ("index.html.gz", "index.html.br"),
    ],
)
def test_swapped_files_are_both_named(files: dict[str, bytes], one: str, two: str) -> None:
    files[one], files[two] = files[two], files[one]
    paths = {path for path, _ in found(files)}
    if one.startswith("trust/"):  # nothing can be walked from there
        assert paths == {one}
    else:
        assert {one, two} <= paths


def test_swapped_lists_are_both_named(files: dict[str, bytes]) -> None:
    one, two = sorted(path for path in files if path.startswith("status/0-"))
    files[one], files[two] = files[two], files[one]
    assert {(one, "digest"), (two, "digest")} <= found(files)


@pytest.mark.parametrize(
    "path",
    [
        "log/tile/0/000.p/13",
        "log/tile/1/000.p/1",
        "log/tile/entries/000.p/8",
        "log/checkpoints/10.bak",
        "log/checkpoints/007",
        "status/1.cwt",
        "status/0-0123456789abcdef.cwt",
        "trust/3.note.part",
        "builds/2.note.gz.gz",
        "catalogue/old.json",
        "catalogue/scheme/0123.json",
        "index.php",
        ".well-known/security.txt",
        "_headers.br",
        "id/.nojekyll",
        "gone.html.br",
    ],
)
def test_a_file_that_nothing_names_is_a_fault(files: dict[str, bytes], path: str) -> None:
    files[path] = b"x"
    assert found(files) == {(path, "extra-file")}


def test_host_configuration_is_left_alone(files: dict[str, bytes]) -> None:
    files["_headers"] = b"anything"
    files[".gitignore"] = b"*"
    assert run(files).exit_code == 0
