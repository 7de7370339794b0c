"""From ``absah init`` to a green verdict: a registry with passphrases, as a publisher makes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from registry.cli import COMMANDS, cli
from registry.memory import Memory
from tests.cli.command import NOW, Command, check_error
from tests.cli.second_registry import publish
from tests.demonstration import Demonstration

SECRET = "correct horse"
SITE = "https://cek.example.id/"


def _init(absah: Command, folder: Path) -> None:
    names = ("--name-id", "Contoh", "--name-ja", "見本", "--name-en", "Sample")
    done = absah("init", folder, "--site", SITE, *names)
    assert (done.code, done.out.strip()) == (0, str(folder))
    check_error(absah("init", folder, "--site", SITE, *names), 1, "there is a workspace already")
    wrong = absah("init", folder / "x", "--site", "http://cek.example.id/", *names)
    check_error(wrong, 2, "https://", "hint:")


def _keys(absah: Command, folder: Path) -> None:
    place = ("--workspace", folder)
    for role, name in (
        *(("root", holder) for holder in ("a", "b", "c")),
        *(("issuer", "main"), ("publisher", "main"), ("log", "main")),
    ):
        done = absah("key", "new", role, "--name", name, *place, lines=(SECRET,))
        assert done.out.startswith("cek.example.id/"), done
    assert {path.stat().st_mode & 0o777 for path in (folder / "keys").glob("*.key")} == {0o600}
    listed = absah("key", "show", *place, "--json").json
    assert [key["role"] for key in listed].count("root") == 3
    short = absah("key", "new", "root", "--name", "d", *place, lines=("short",))
    check_error(short, 1, "8 to 72 bytes")
    twice = absah("key", "new", "root", "--name", "a", *place, lines=(SECRET,))
    check_error(twice, 1, "exists already")


def _trust(absah: Command, folder: Path) -> None:
    place = ("--workspace", folder)
    drafted = absah("trust", "draft", *place, "--now", NOW)
    assert drafted.code == 0
    assert "+ registry.site: https://cek.example.id/" in drafted.err
    assert "warning: fewer than two root keys may be lost" in drafted.err
    path = Path(drafted.out.strip())
    check_error(absah("trust", "publish", path, *place), 1, "refused")
    sign = ("trust", "sign", path, "--yes", "--key")
    first = absah(*sign, folder / "keys/root-a.key", lines=(SECRET,))
    assert first.code == 0, first.err
    assert "+ registry.site: https://cek.example.id/" in first.err
    assert "signatures by roots of version 1: 1/2 (a)" in first.err
    check_error(absah("trust", "publish", path, *place), 1, "threshold")
    wrong = absah(*sign, folder / "keys/root-b.key", lines=("wrong one",))
    check_error(wrong, 1, "wrong passphrase", "hint:")
    other = absah(*sign, folder / "keys/log-main.key", lines=(SECRET,))
    check_error(other, 1, "not a root key")
    second = absah(*sign, folder / "keys/root-b.key", lines=(SECRET,))
    assert second.code == 0, second.err
    assert absah("trust", "publish", path, *place).out.strip() == "trust/1  #0"
    shown = absah("trust", "show", *place, "--json").json
    assert (shown["version"], shown["threshold"], len(shown["roots"])) == (1, 2, 3)
    digest = " ".join(shown["digest"][i : i + 4] for i in range(0, 64, 4))
    assert digest in absah("trust", "show", *place).err


def test_from_init_to_a_green_verdict(
    absah: Command, demonstration: Demonstration, tmp_path: Path
) -> None:
    folder, state, out = tmp_path / "registry", tmp_path / "state", tmp_path / "codes"
    place = ("--workspace", folder, "--now", NOW)
    _init(absah, folder)
    check_error(absah("build", *place), 1, "hint: begin with")
    _keys(absah, folder)
    _trust(absah, folder)
    clean = demonstration.workspace / "samples" / "clean.csv"
    check_error(absah("import", clean, *place, lines=()), 2, "passphrase is needed")
    issued = absah("import", clean, *place, "--json", lines=(SECRET,)).json["files"][0]["issued"]
    assert len(issued) == 20
    built = absah("build", *place, "--json", lines=(SECRET, SECRET))
    assert built.json["log_size"] == 21
    check_error(absah("qr", "1", "--out", out, "--workspace", folder), 1, "not read back")
    assert absah("confirm", folder / "public", "--workspace", folder).code == 0
    assert absah("qr", "1", "--out", out, "--format", "png", "--workspace", folder).code == 0
    _verify(absah, folder / "public", out / "1.png", state)
    assert absah("audit", folder / "public", "--now", NOW).code == 0


def _verify(absah: Command, public: Path, code: Path, state: Path) -> None:
    """First use pins and says so; then the state folder alone is enough; no other may come."""
    first = absah("verify", code, "--site", public, "--state", state, "--now", NOW, "--json")
    assert (first.code, first.json["reason"]) == (0, "valid"), first
    assert "compare with the memorandum" in first.err
    pinned = Memory(state).pinned()
    assert [document.id for document in pinned] == ["cek.example.id"]
    again = absah("verify", code, "--site", public, "--state", state, "--now", NOW, "--json")
    assert "memorandum" not in again.err
    offline = absah("verify", code, "--offline", "--state", state, "--now", NOW, "--json")
    assert offline.json["reason"] == "valid"
    assert offline.json["answers"]["standing"] == "ok_offline"
    assert offline.json["as_of"] == first.json["as_of"]


def test_another_registry_of_the_same_name_is_refused(absah: Command, tmp_path: Path) -> None:
    one, two, state = tmp_path / "one", tmp_path / "two", tmp_path / "state"
    code = publish(one, seed=1)
    publish(two, seed=2)
    site = ("--state", state, "--now", NOW)
    assert absah("verify", code, "--site", one, *site).code == 0
    check_error(absah("verify", code, "--site", two, *site), 1, "another registry is pinned")
    shutil.rmtree(state)
    assert absah("verify", code, "--site", two, *site, "--json").json["reason"] == "unknown-key"
    assert len(list(state.iterdir())) == 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_help_and_version(absah: Command, language: str) -> None:
    helped = absah("--lang", language, "--help")
    assert helped.code == 0
    assert "verify" in helped.out
    assert absah("--version").out.startswith("absah ")
    for name, (_, summary) in COMMANDS.items():
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert (command.get_short_help_str(200) or "").split(".")[0].split(" ")[0] == (
            summary.split(" ")[0]
        ), name
