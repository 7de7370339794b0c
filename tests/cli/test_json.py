"""Whatever reports something reports it as JSON too."""

from __future__ import annotations

from pathlib import Path

from registry.cli import cli
from tests import docs_reading as reading
from tests.cli.command import NOW, Command
from tests.demonstration import Demonstration

NAMES = ("--name-id", "Contoh", "--name-ja", "見本", "--name-en", "Sample")
SILENT = {"absah demo", "absah serve", "absah sheet"}
"""They make files or serve them, and say no more than where."""


def test_every_command_that_reports_has_json() -> None:
    without = {
        name
        for name, command in reading.commands(cli)
        if "--json" not in reading.options_of(command)
    }
    assert without == SILENT


def test_a_ceremony_as_json(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    place = ("--workspace", own.workspace)
    made = absah("key", "new", "approver", "--name", "siti", *place, "--json").json
    assert (made["role"], made["name"]) == ("approver", "siti")
    draft = tmp_path / "next.draft"
    drafted = absah("trust", "draft", "--out", draft, *place, "--now", NOW, "--json").json
    assert (drafted["version"], drafted["file"]) == (3, str(draft))
    signed = {}
    for name in "ab":
        key = own.workspace / "keys" / f"root-{name}.key"
        signed = absah("trust", "sign", draft, "--key", key, "--yes", "--demo", "--json").json
        assert signed["digest"] == drafted["digest"]
    assert len(signed["signed_by"]) == 2
    published = absah("trust", "publish", draft, *place, "--json").json
    with own.store() as store:
        assert published["index"] == store.trust()[-1].idx


def test_a_workspace_and_codes_as_json(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    site = "https://cek.example.id/"
    made = absah("init", tmp_path / "w", "--site", site, *NAMES, "--json").json
    assert made == {"folder": str(tmp_path / "w"), "id": "cek.example.id", "site": site}
    place = ("--workspace", own.workspace, "--out", tmp_path / "kode")
    drawn = absah("qr", "30", "31", *place, "--json").json["files"]
    assert sorted(Path(path).name for path in drawn) == ["30.svg", "31.svg"]
    assert all(Path(path).is_file() for path in drawn)
