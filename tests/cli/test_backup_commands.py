"""``absah backup``, ``restore`` and ``erase`` as they are typed."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from registry.source import Unreachable, UrlSource
from registry.workspace import Workspace
from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration, tree


def test_backup_and_restore(
    absah: Command, own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_self: UrlSource, _path: str, _limit: int, **_how: bool) -> bytes | None:
        raise Unreachable("refused")

    # Somebody's demonstration may be served at this very address.
    monkeypatch.setattr(UrlSource, "read", unreachable)
    place = ("--workspace", own.workspace, "--now", NOW)
    file = tmp_path / "b.tar"
    made = absah("backup", file, *place)
    assert (made.code, made.out.strip()) == (0, str(file))
    assert "restored aside" in made.err
    assert "it holds what is published (build 3)" in made.err
    check_error(absah("backup", file, *place), 1, "never written over")
    report = absah("backup", file, "--check", "--json", *place).json
    assert (report["build"], report["live"], report["ahead"]) == (3, 3, False)
    new = tmp_path / "new"
    check_error(absah("restore", file, "--workspace", new), 3, "--live")
    back = absah("restore", file, "--live", own.public, "--workspace", new)
    assert back.code == 0
    assert f"put the keys into {new}/keys" in back.err
    assert Workspace.open(new).settings == Workspace.open(own.workspace).settings


def test_an_older_backup(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    place = ("--workspace", own.workspace, "--now", "2026-11-25T12:00:00+09:00")
    absah("backup", tmp_path / "b.tar", *place)
    assert absah("suspend", "30", "--reason", "other", *place).code == 0
    assert absah("build", *place).code == 0
    told = absah("backup", tmp_path / "b.tar", "--check", *place)
    assert told.code == 1
    back = absah(
        "restore", tmp_path / "b.tar", "--live", own.public, "--workspace", tmp_path / "x",
        "--lang", "id",
    )  # fmt: skip
    assert back.code == 1
    assert "LEBIH LAMA" in back.err
    assert "keys" not in back.err
    refused = absah("build", "--workspace", tmp_path / "x", "--now", NOW)
    check_error(refused, 1, "older copy", "absah restore")


def test_erase_asks(absah: Command, own: Demonstration, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    before = tree(own.workspace)
    check_error(absah("erase", *place), 2, "--expired-before")
    check_error(absah("erase", "30", *place), 2, "nobody is here to say yes")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: False)
    assert absah("erase", "30", *place).code == 130
    assert tree(own.workspace)["registry.db"] == before["registry.db"]
    done = absah("erase", "30", "--yes", *place)
    assert (done.code, done.out) == (0, "30\n")
    assert "older backups still hold them" in done.err
    check_error(absah("show", "30", *place), 1, "its person was erased on 2026-11-24")
    listed = absah("list", *place)
    assert "not listed: 1 whose person was erased" in listed.err
    again = absah("erase", "30", "--expired-before", "1990-01-01", "--json", *place)
    assert again.json == {"erased": [], "unchanged": [30]}
    expired = absah("erase", "--expired-before", "2026-11-24", "--yes", "--json", *place)
    assert len(expired.json["erased"]) >= 1


def test_a_fresh_workspace_asks_for_backups_and_a_demonstration_does_not(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    names = ("--name-id", "Contoh", "--name-ja", "見本", "--name-en", "Sample")
    absah("init", tmp_path / "w", "--site", "https://cek.example.id/", *names)
    assert Workspace.open(tmp_path / "w").settings.backup == "required"
    assert Workspace.open(own.workspace).settings.backup == "none"
