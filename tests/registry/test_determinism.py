"""The same registry gives the same bytes, whatever machine builds it (quality R6)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.p1_issue import write
from registry import single_file
from tests.demonstration import NOW, Demonstration, tree

ROOT = Path(__file__).parents[2]
LATER = "2026-11-25T03:00:00Z"
_CODE = """
import os, random, secrets, sys
os.umask(int(sys.argv[2], 8))
secrets.token_bytes = random.Random(6).randbytes  # what is drawn: cti, salts of the audit table
from pathlib import Path
from registry.cli import main
from tests.demonstration import Demonstration
found = Demonstration(Path(sys.argv[1]), [])
processes, now = sys.argv[3:5]
def absah(*given):
    assert main([*map(str, given), "--workspace", str(found.workspace)]) == 0, given
files = sys.argv[5:] or [found.workspace / "samples" / "clean.csv"]
absah("import", *files, "--processes", processes, "--now", now)
absah("revoke", "30", "31", "--reason", "other", "--now", now)
absah("build", "--now", now)
absah("confirm", found.public)
for command, out in (("qr", "codes"), ("sheet", "sheets")) if not sys.argv[5:] else ():
    absah(command, "--all", "--by-lsp", "--out", found.root / out, "--processes", processes)
"""


_AUDIT = """
import sys
from benchmarks.figure import peak
from registry.cli import main
code = main(["audit", sys.argv[1], "--ledger", sys.argv[2], "--now", sys.argv[3], "--json"])
print(peak(), file=sys.stderr)
sys.exit(code)
"""
MILLION = 1_000_000
IN_A_FILE = 50_000
AUDIT_MEMORY = 256
"""MiB that an audit with the ledger of a million may take."""


def _built_elsewhere(
    found: Demonstration,
    umask: str,
    processes: int,
    hash_seed: str,
    *files: Path,
    **changed: str,
) -> None:
    """Import ``files``, or one and print what it holds; then build, in another process."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, **changed}
    command = [sys.executable, "-c", _CODE, str(found.root), umask, str(processes), LATER]
    command += map(str, files)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_two_machines_build_and_print_the_same_bytes(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    one = demonstration.copied(tmp_path / "one")
    two = demonstration.copied(tmp_path / "an other, longer pläce")
    shutil.rmtree(two.public)  # a lost public folder comes back the same
    _built_elsewhere(one, "0002", 1, "1", TZ="Asia/Tokyo", LC_ALL="C")
    _built_elsewhere(two, "0077", 2, "4242", TZ="America/St_Johns", LC_ALL="C.UTF-8")
    files = one.files()
    assert files == two.files()
    assert len(files) > 150
    print(f"{len(files)} files are equal")
    assert files["build.note"] != demonstration.files()["build.note"]
    for path in files:
        assert (two.public / path).stat().st_mode & 0o777 == 0o644, path
    for folder, count in (("codes", 70), ("sheets", 4)):
        printed = tree(one.root / folder)
        assert printed == tree(two.root / folder)
        print(f"{len(printed)} {folder} are equal")
        assert len(printed) > count


@pytest.mark.soak
def test_two_machines_build_the_same_of_a_million(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    one = demonstration.copied(tmp_path / "one")
    two = demonstration.copied(tmp_path / "an other, longer pläce")
    files = [tmp_path / f"{n}.csv" for n in range(MILLION // IN_A_FILE)]
    for n, file in enumerate(files):
        write(file, n * IN_A_FILE, IN_A_FILE, "DEMO/helper-cookery")
    _built_elsewhere(one, "0002", 1, "1", *files, TZ="Asia/Tokyo", LC_ALL="C")
    _built_elsewhere(two, "0077", 2, "4242", *files, TZ="America/St_Johns", LC_ALL="C.UTF-8")
    made = _digests(one.public)
    assert made == _digests(two.public)
    assert len(made) > MILLION // 256
    print(f"{len(made)} files are equal")
    _audited(one)


def _digests(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).digest() for p in paths}


def _audited(found: Demonstration) -> None:
    """The site against its ledger, row by row: no fault, and memory that is counted."""
    command = [sys.executable, "-c", _AUDIT, str(found.public), str(found.workspace), LATER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    told, peak = json.loads(done.stdout), float(done.stderr)
    assert told["ledger"]["rows"] > MILLION
    assert told["ledger"]["signatures"] >= MILLION
    print(f"audit with the ledger: {told['ledger']['rows']} rows, peak {peak:.0f} MiB")
    assert peak < AUDIT_MEMORY


def _marks(folder: Path) -> dict[str, tuple[int, int]]:
    paths = [folder, *folder.rglob("*")]
    stats = {path: path.stat() for path in paths}
    return {str(path): (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}


def test_a_second_build_writes_nothing(own: Demonstration) -> None:
    before = _marks(own.public)
    for now in (NOW, NOW + 1, NOW + 20 * 3600 - 1):
        built = own.build(now)
        assert (built.written, built.files) == (False, 0)
    assert _marks(own.public) == before


def test_a_renewed_note_changes_nothing_else(own: Demonstration) -> None:
    before, marks = own.files(), _marks(own.public)
    built = own.build(NOW + 20 * 3600)
    assert built.written
    after = own.files()
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    number = built.note.build
    dated = {
        path + twin for path in ("build.note", single_file.PATH) for twin in ("", ".br", ".gz")
    }
    assert changed == {*dated, f"builds/{number}.note"}
    for path in after.keys() - changed:
        key = str(own.public / path)
        assert _marks_of(own.public / path) == marks[key], path


def _marks_of(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns
