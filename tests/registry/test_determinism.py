"""The same registry gives the same bytes, whatever machine builds it (quality R6)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

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
clean = found.workspace / "samples" / "clean.csv"
absah("import", clean, "--processes", processes, "--now", now)
absah("revoke", "30", "31", "--reason", "other", "--now", now)
absah("build", "--now", now)
absah("confirm", found.public)
for command, out in ("qr", "codes"), ("sheet", "sheets"):
    absah(command, "--all", "--by-lsp", "--out", found.root / out, "--processes", processes)
"""


def _built_elsewhere(
    found: Demonstration, umask: str, processes: int, hash_seed: str, **changed: str
) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, **changed}
    command = [sys.executable, "-c", _CODE, str(found.root), umask, str(processes), LATER]
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
