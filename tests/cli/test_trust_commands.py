"""Keys and trust documents by command, on a demonstration: no passphrases, so no waiting."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

import click
import pytest

from registry import drafting
from registry.cli import console
from registry.keyring import Keyring
from registry.store import Store
from registry.workspace import Workspace
from signing import trust
from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration, tree


def _kid(own: Demonstration, name: str) -> str:
    ring = Keyring(Workspace.open(own.workspace).keys, demo=True)
    return ring.find("issuer", name).kid.hex()


def test_keys_are_shown(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    place = ("--workspace", own.workspace)
    listed = absah("key", "show", *place, "--json").json
    lines = absah("key", "show", *place).out.strip().split("\n")
    assert len(lines) == len(listed) == 9
    for line, key in zip(lines, listed, strict=True):
        assert line.split() == [key["role"], key["name"], key["kid"], key["vkey"]]
        assert key["fingerprint"].startswith(key["kid"])
        assert set(key) == {"role", "name", "kid", "fingerprint", "vkey"}
    assert "PRIVATE" not in absah("key", "show", *place).out
    holder = tmp_path / "holder"
    check_error(absah("key", "show", "--workspace", holder), 2, "--registry ID")
    assert absah("key", "show", "--workspace", own.workspace / "keys").out.count("root") >= 3


def test_a_root_holder_needs_no_workspace(absah: Command, tmp_path: Path) -> None:
    place = ("--registry", "cek.example.id", "--workspace", tmp_path / "holder")
    made = absah("key", "new", "root", "--name", "a", *place, lines=("correct horse",))
    assert made.code == 0
    assert made.out.startswith("cek.example.id/root/a+")
    assert sorted(tree(tmp_path)) == ["holder/root-a.key", "holder/root-a.pub"]
    check_error(absah("key", "new", "root", "--name", "A b", *place, lines=("12345678",)), 2)
    check_error(absah("key", "new", "root", "--name", "b", *place, lines=()), 2, "passphrase")


def test_passphrases_at_a_terminal(
    absah: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ("--registry", "cek.example.id", "--workspace", tmp_path)
    answers: list[str] = []
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return answers.pop(0)

    monkeypatch.setattr(getpass, "getpass", answer)
    check_error(absah("key", "new", "root", "--name", "a", *place), 2, "work at a terminal")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers[:] = ["correct horse", "correct hores"]
    check_error(absah("key", "new", "root", "--name", "a", *place), 2, "differ")
    assert tree(tmp_path) == {}
    answers[:] = ["correct horse"] * 2
    assert absah("key", "new", "root", "--name", "a", *place, "--lang", "id").code == 0
    assert asked[-2:] == ["root-a: ", "root-a (ulangi): "]
    assert all("horse" not in prompt for prompt in asked)


def test_the_document_in_force_is_shown(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace)
    document = own.trust()
    shown = absah("trust", "show", *place)
    assert f"registry.id: {document.id}" in shown.out
    assert "registry.name.ja: 職業能力証明書登録簿（見本）" in shown.out
    listed = absah("trust", "show", *place, "--json").json
    assert (listed["version"], listed["digest"]) == (2, document.digest)
    assert [issuer["status"] for issuer in listed["issuers"]].count("retired") == 1
    first = absah("trust", "show", own.public / "trust" / "1.note", "--json").json
    assert first["version"] == 1
    assert absah("trust", "show", own.public / "trust" / "1.note").err.startswith("version 1, ")
    check_error(absah("trust", "show", own.public / "build.note"), 1, "refused: ")
    check_error(absah("trust", "show", own.public / "none.note"), 2, "cannot be read")


def test_a_key_is_closed_by_command(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    kid = _kid(own, "general")
    out = tmp_path / "deep" / "3.draft"
    close = f"{kid}=compromised:40"
    drafted = absah("trust", "draft", "--close", close, "--out", out, *place)
    assert (drafted.code, drafted.out.strip()) == (0, str(out))
    at = [issuer.kid.hex() for issuer in own.trust().issuers].index(kid)
    assert f"+ issuers[{at}].status: compromised" in drafted.err
    assert f"- issuers[{at}].status: active" in drafted.err
    assert f"+ issuers[{at}].final.size: 40" in drafted.err
    assert f"issuer key {kid}: active -> compromised, certificates from index 40 on" in drafted.err
    text = out.read_text(encoding="utf-8")
    document = trust.read_text(text[:-1])
    assert (document.version, document.issuers[at].status) == (3, "compromised")
    with Store.open(Workspace.open(own.workspace).database) as store:
        now, whole = drafting.cut_off(store), store.size()
    assert absah("trust", "draft", "--close", f"{kid}=retired:now", "--out", out, *place).code == 0
    assert trust.read_text(out.read_text(encoding="utf-8")[:-1]).issuers[at].final == now
    assert now.size == whole > 40
    plain = absah("trust", "draft", "--close", f"{kid}=retired", *place)
    assert Path(plain.out.strip()) == own.workspace / "trust" / "3.draft"
    for wish in (
        ("--close", "00000000=retired"), ("--scope", "general=9001"), ("--scope", "nobody=9001"),
        ("--without", "x"), ("--threshold", "3"), ("--max-age", "0"), ("--log", "none"),
        ("--close", f"{kid}=retired:{whole + 1}"),
    ):  # fmt: skip
        done = absah("trust", "draft", *wish, *place)
        if wish == ("--max-age", "0"):
            assert done.code == 0, "0 means: as it is"
            continue
        check_error(done, 1, "hint:")
    for size in ("40:AAAA", "-1", "then"):
        wrong = absah("trust", "draft", "--close", f"{kid}=retired:{size}", *place)
        check_error(wrong, 2, "SIZE is a number, or now")
    lost = absah("trust", "draft", "--log", "x", "--workspace", own.root / "nowhere")
    check_error(lost, 1, "no workspace")


def test_a_ceremony_by_files(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    place = ("--workspace", own.workspace, "--now", NOW)
    keys = own.workspace / "keys"
    assert absah("key", "new", "issuer", "--name", "spare", "--workspace", own.workspace).code == 0
    out = tmp_path / "3.draft"
    absah("trust", "draft", "--scope", "spare=9001,9002", "--out", out, *place)
    for holder in ("a", "b"):
        before = out.read_bytes()
        signed = absah(
            "trust", "sign", out, "--yes", "--key", keys / f"root-{holder}.key", "--demo"
        )
        assert signed.code == 0, signed.err
        assert out.read_bytes().startswith(before)
        assert [path.name for path in tmp_path.glob("3.*")] == ["3.draft"]
    check_error(absah("trust", "sign", out, "--key", keys / "root-z.key", "--demo"), 1, "root-z")
    check_error(
        absah("trust", "sign", keys / "root-a.key", "--key", keys / "root-a.key", "--demo"), 1
    )
    check_error(absah("trust", "sign", out, "--key", keys / "root-a.key", "--yes"), 1, "no passph")
    published = absah("trust", "publish", out, "--workspace", own.workspace)
    size = published.out.strip().partition("#")[2]
    assert published.out.startswith("trust/3  #")
    again = absah("trust", "publish", out, "--workspace", own.workspace)
    assert again.out.strip().partition("#")[2] == size
    assert (own.workspace / "trust" / "3.note").read_bytes() == out.read_bytes()
    assert absah("build", *place, "--json").json["written"]
    assert own.trust().issuers[-1].lsps == (9001, 9002)
    old = own.workspace / "trust" / "1.note"
    check_error(absah("trust", "publish", old, "--workspace", own.workspace), 1)


def _drafted(absah: Command, own: Demonstration, out: Path) -> Path:
    place = ("--workspace", own.workspace, "--now", NOW)
    assert absah("trust", "draft", "--max-age", "86400", "--out", out, *place).code == 0
    return out


def test_a_holder_sees_what_changes_before_the_key_is_opened(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    out = _drafted(absah, own, tmp_path / "3.draft")
    sign = ("trust", "sign", out, "--key", own.workspace / "keys" / "root-a.key", "--demo")
    alone = absah(*sign, "--yes")
    assert "the version before is not at hand" in alone.err
    assert f"+ registry.id: {own.trust().id}" in alone.err
    previous = own.public / "trust" / "2.note"
    compared = absah(*sign, "--yes", "--previous", previous)
    assert "max_age: 1209600 -> 86400" in compared.err
    assert "registry.id" not in compared.err
    assert "signatures by roots of version 2: 1/2 (a)" in compared.err
    shutil.copy(previous, tmp_path)
    assert "registry.id" not in absah(*sign, "--yes", "--lang", "id").err
    check_error(absah(*sign, "--yes", "--previous", own.public / "trust" / "1.note"), 1, "version")
    check_error(absah(*sign, "--yes", "--previous", tmp_path / "none"), 2, "cannot be read")


def test_a_holder_is_asked(
    absah: Command, own: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _drafted(absah, own, tmp_path / "3.draft")
    before = out.read_bytes()
    sign = ("trust", "sign", out, "--key", own.workspace / "keys" / "root-a.key", "--demo")
    asked = absah(*sign)
    check_error(asked, 2, "nobody is here to say yes", "--yes")
    assert "digest" in asked.err, "and it was shown"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, code in ((False, 130), (True, 0)):
        monkeypatch.setattr(click, "confirm", lambda *_, answer=answer, **__: answer)
        assert out.read_bytes() == before
        assert absah(*sign).code == code
    assert out.read_bytes() != before


def test_a_holder_does_not_sign_what_takes_back(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    out = _drafted(absah, own, tmp_path / "3.draft")
    text = out.read_text(encoding="utf-8")
    longer = text.replace('"until": "20', '"until": "21')
    assert longer != text
    out.write_text(longer, encoding="utf-8")
    shutil.copy(own.public / "trust" / "2.note", tmp_path)
    sign = ("trust", "sign", out, "--key", own.workspace / "keys" / "root-a.key", "--demo", "--yes")
    check_error(absah(*sign), 1, "history-until")
    assert out.read_text(encoding="utf-8") == longer


def test_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {}
    for name in ("id_ID", "Indonesian_Indonesia", "ja_JP", "de_DE", "C", None):
        console._chosen.clear()
        monkeypatch.setenv("LANG", "")
        monkeypatch.setattr("locale.getlocale", lambda name=name: (name, None))
        said[name] = console.language()
    console._chosen.clear()
    assert list(said.values()) == ["id", "id", "ja", "en", "en", "en"]
