"""``absah publish`` and ``absah confirm``: two machines, one of them without anything private."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from registry.bundle import Bundle
from signing import build_note
from tests.cli.command import Command, check_error
from tests.demonstration import Demonstration, tree
from tests.registry.posting_example import confirmed, hosted, next_build

LATER = "2026-11-24T13:00:00+09:00"


def _unconfirm(found: Demonstration) -> None:
    with found.store() as store, store.transaction():
        store._sql.execute("UPDATE note SET confirmed = 0 WHERE build > 3")


def test_from_the_register_machine_to_the_post_machine_and_back(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    register = ("--workspace", own.workspace)
    post, www = tmp_path / "post", tmp_path / "www"
    post.mkdir()
    shutil.copytree(own.public, www)
    before = build_note.parse((www / "build.note").read_bytes()).build
    next_build(own, 1)
    _unconfirm(own)
    assert confirmed(own) == before
    stick = post / "day.tar"
    done = absah("publish", stick, *register, "--json")
    assert done.code == 0, done.err
    assert done.json["build"] == before + 1
    with Bundle.open(stick) as opened:
        assert done.json["files"] == len(opened.listing()) < len(tree(own.public))
    with hosted(www) as address:
        asked = ("publish", stick, www, "--address", address, "--now", LATER)
        done = absah(*asked, "--json")
        assert done.code == 0, done.err
        assert (done.json["before"], done.json["build"]) == (before, before + 1)
        assert tree(www) == tree(own.public)
        again = absah(*asked)
        assert (again.code, " 0 files sent" in again.out) == (0, True)
        assert "confirmed.note" in again.err
    assert {path.name for path in post.iterdir()} == {"day.tar", "confirmed.note"}
    done = absah("confirm", post / "confirmed.note", *register, "--json")
    assert (done.code, done.json["build"]) == (0, before + 1)
    assert confirmed(own) == before + 1


def test_one_machine_for_both(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    register = ("--workspace", own.workspace, "--now", LATER)
    with hosted(tmp_path / "www") as address:
        done = absah("publish", tmp_path / "www", *register, "--address", address)
        assert done.code == 0, done.err
        assert tree(tmp_path / "www") == tree(own.public)
        next_build(own, 1)
        done = absah("publish", tmp_path / "www", *register, "--address", address, "--json")
        assert done.json["before"] + 1 == done.json["build"]
        (tmp_path / "www" / "log" / "checkpoint").unlink()
        done = absah("publish", tmp_path / "www", *register, "--address", address, "--all")
        assert (done.code, tree(tmp_path / "www") == tree(own.public)) == (0, True)
    check_error(absah("publish", own.public, *register), 2, "usage")


def test_what_is_refused(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    register = ("--workspace", own.workspace, "--now", LATER)
    check_error(absah("publish", "a", "b", "c"), 2, "usage")
    check_error(absah("publish", "a", "b"), 2, "usage")
    check_error(absah("publish", tmp_path / "no.tar", tmp_path / "www"), 2, "cannot be read")
    check_error(
        absah("publish", "host:y", *register, "--address", "http://127.0.0.1:9/"), 3, "reached"
    )
    www = tmp_path / "www"
    shutil.copytree(own.public, www)
    note = own.workspace / "other.note"
    note.write_text("no note")
    check_error(absah("confirm", note, *register[:2]), 2, "no build note")
    note.write_bytes((www / "build.note").read_bytes().replace(b'"build": 3', b'"build": 9'))
    check_error(absah("confirm", note, *register[:2]), 1, "did not sign")
    next_build(own, 1)
    next_build(own, 2)
    check_error(
        absah("publish", tmp_path / "x.tar", "--workspace", tmp_path), 1, "no workspace here"
    )
    shutil.rmtree(own.public)
    check_error(absah("publish", tmp_path / "x.tar", *register), 1, "nothing was built")


def test_without_a_verified_backup(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    register = ("--workspace", own.workspace, "--now", LATER)
    path = own.workspace / "registry.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('backup = "none"', 'backup = "required"'), "utf-8")
    assert path.read_text("utf-8") != text
    for place in (tmp_path / "b.tar", tmp_path / "www"):
        check_error(absah("publish", place, *register), 1, "verified backup", "absah backup")
        assert not place.exists()
    assert absah("backup", tmp_path / "backup", *register).code == 0
    assert absah("publish", tmp_path / "b.tar", *register).code == 0


BLOCKED = ("pydantic", "jinja2", "openpyxl", "qrcode", "reportlab", "sqlite3")


def test_the_post_machine_needs_the_base_install_only(own: Demonstration, tmp_path: Path) -> None:
    code = f"""
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Block())
from registry.cli import main
sys.exit(main(sys.argv[1:]))
"""
    www = tmp_path / "www"
    stick = tmp_path / "b.tar"
    absah = [str(Path(sys.executable).with_name("absah"))]
    written = subprocess.run(
        [*absah, "publish", str(stick), "--all", "--workspace", str(own.workspace)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert written.returncode == 0, written.stderr
    with hosted(www) as address:
        done = subprocess.run(
            [sys.executable, "-c", code, "publish", str(stick), str(www), "--address", address,
             "--now", LATER, "--json", "--lang", "en"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["before"] is None
    assert "compare with the memorandum" in done.stderr
    assert tree(www) == tree(own.public)


@pytest.mark.parametrize("language", ["id", "en"])
def test_it_speaks_both_languages(
    absah: Command, own: Demonstration, tmp_path: Path, language: str
) -> None:
    done = absah("publish", tmp_path / "b.tar", "--workspace", own.workspace, "--lang", language)
    assert done.code == 0
    assert {"id": "bawa ke komputer", "en": "carry it"}[language] in done.err
