"""Bad input: one sentence and a hint on stderr, nothing on stdout, nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry import catalogue, qr
from registry.serve import server
from registry.store import Store
from signing.keys import PrivateKey
from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration, tree

NAMES = ("--name-id", "Contoh", "--name-ja", "見本", "--name-en", "Sample")


def _full(*_arguments: Any, **_named: Any) -> None:
    raise OSError(28, os.strerror(28))


def _kept(own: Demonstration) -> dict[str, bytes]:
    """Every file but SQLite's, which a reader may touch too."""
    return {path: data for path, data in tree(own.root).items() if "registry.db" not in path}


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_error_is_said_in_both_languages(
    absah: Command, own: Demonstration, tmp_path: Path, language: str
) -> None:
    spoken = ("--lang", language)
    words = {
        "id": ("bukan workspace", "petunjuk", "gagal dibaca", "tidak memiliki dokumen"),
        "en": ("no workspace here", "hint", "cannot be read", "has no trust document"),
    }[language]
    check_error(absah("build", "--workspace", tmp_path, *spoken), 1, words[0], "absah: hint: ")
    place = ("--workspace", own.workspace, "--now", NOW)
    check_error(absah("import", tmp_path / "none.csv", *place, *spoken), 2, words[2])
    check_error(absah("verify", "1", "--site", tmp_path, *spoken), 3, words[3], "absah: hint: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("verify",),
        ("verify", "1", "--nothing"),
        ("verify", "1", "--lang", "de"),
        ("verify", "1", "--trust", "none.note"),
        ("demo", "--records", "11"),
        ("demo", "--port", "0"),
        ("key", "new", "king", "--name", "a"),
        ("key", "new", "root"),
        ("key", "new", "root", "--name", "a", "--passphrase-fd", "-1"),
        ("revoke", "--reason", "other"),
        ("revoke", "1"),
        ("trust", "draft", "--scope", "main"),
        ("trust", "draft", "--scope", "main=x"),
        ("trust", "draft", "--close", "00000000=gone"),
        ("trust", "draft", "--close", "00000000=retired:x"),
        ("trust", "draft", "--close", "00000000=retired:1:!"),
        ("import",),
        ("import", "x.csv", "--old-until", "soon"),
        ("import", "x.csv", "--kind", "old"),
        ("qr", "1"),
        ("serve", "--port", "70000"),
    ],
)
def test_usage(absah: Command, own: Demonstration, arguments: tuple[str, ...]) -> None:
    before = _kept(own)
    place = ("--workspace", own.workspace) if arguments[0] == "trust" else ()
    check_error(absah(*arguments, *place), 2, "absah: usage: ", "absah: hint: see absah")
    assert _kept(own) == before


def test_without_a_command_the_commands_are_listed(absah: Command) -> None:
    done = absah()
    assert (done.code, done.out) == (2, "")
    assert "verify" in done.err


@pytest.mark.parametrize(
    "moment",
    [
        "2026-12-20T00:00:00", "2026-12-20", "tomorrow", "", "1769-12-20T00:00:00Z",
        "1970-01-01T00:00:00+09:00", "9001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
    ],
)  # fmt: skip
def test_a_moment_without_offset_or_far_away(absah: Command, moment: str) -> None:
    check_error(absah("verify", "1", "--now", moment), 2, "--now", "absah: hint: ")


def test_settings_that_do_not_hold(absah: Command, tmp_path: Path) -> None:
    def init(**changed: str) -> Any:
        given = {
            "--site": "https://cek.example.id/",
            **dict(zip(NAMES[::2], NAMES[1::2], strict=True)),
        }
        flat = [part for pair in (given | changed).items() for part in pair]
        return absah("init", tmp_path / "w", *flat)

    for site in (
        "cek.example.id",
        "https://cek.example.id",
        "https://CEK.example.id/",
        "https:///",
    ):
        check_error(init(**{"--site": site}), 2, "hint:")
    for name in ("", " a", "a\nb", "\u202eabc", "x" * 201):
        check_error(init(**{"--name-id": name}), 2, "absah: name: id: ", "1 to 200 printable")
    check_error(init(**{"--id": "Not An Id"}), 2, "id: must match")
    assert not (tmp_path / "w").exists()
    assert init().code == 0
    check_error(init(), 1, "there is a workspace already", "hint:")
    settings = tmp_path / "w" / "registry.toml"
    whole = settings.read_text("utf-8")
    for text in (
        "",
        "id = ",
        whole + 'aproval = "required"\n',
        whole.replace("[names]", "[nemes]"),
    ):
        settings.write_text(text, "utf-8")
        check_error(
            absah("build", "--workspace", tmp_path / "w"), 1, "registry.toml: cannot be used"
        )
    settings.write_bytes(b"\xff\xfe")
    check_error(absah("build", "--workspace", tmp_path / "w"), 1, "cannot be used")
    check_error(init(), 1, "there is a workspace already")
    (tmp_path / "file").write_bytes(b"")
    check_error(absah("init", tmp_path / "file" / "w", "--site", "https://x.example/", *NAMES), 1)


def test_keys_that_must_not_be_used(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace, "--now", "2026-11-26T00:00:00Z")
    key = own.workspace / "keys" / "publisher-main.key"
    whole = key.read_bytes()
    before = own.files()

    def refused(*words: str, code: int = 1) -> None:
        check_error(absah("build", *place), code, "publisher-main.key: ", *words)
        assert own.files() == before

    for mode in (0o640, 0o604, 0o666):
        key.chmod(mode)
        refused("others may read", "absah: hint: ", "chmod 600")
    key.chmod(0o600)
    for data in (b"", b"not a key", whole[:-40], whole.replace(b"OPENSSH", b"RSA", 2)):
        key.write_bytes(data)
        refused("not an OpenSSH Ed25519 key file")
    key.write_bytes(PrivateKey.from_seed(bytes(32)).to_openssh(None))
    refused("hold different keys")
    key.write_bytes(PrivateKey.from_seed(bytes(32)).to_openssh(b"correct horse", rounds=16))
    refused("rounds")
    key.unlink()
    refused("no such key")
    key.symlink_to(own.workspace / "keys" / "publisher-spare.key")
    refused("not a readable regular file")
    key.unlink()
    key.write_bytes(whole)
    key.chmod(0o600)
    assert absah("build", *place).code == 0


def test_one_writer_at_a_time(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace)
    before = _kept(own)
    with Store.open(own.workspace / "registry.db", writer=True):
        for arguments in (
            ("build",), ("confirm", own.public), ("revoke", "5", "--reason", "other"),
            ("supersede", "4", "5"), ("import", own.workspace / "samples" / "clean.csv"),
        ):  # fmt: skip
            check_error(absah(*arguments, *place), 1, "another absah is writing", "hint:")
        assert absah("build", "--check", *place).code == 0, "a reader is not kept out"
    assert _kept(own) == before


def test_a_store_that_is_none(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace)
    path = own.workspace / "registry.db"
    for name in ("registry.db-wal", "registry.db-shm"):
        (own.workspace / name).unlink(missing_ok=True)
    for data in (b"SQLite format 3\x00" + bytes(200), b"<html>" * 1000):
        path.write_bytes(data)
        check_error(absah("build", *place), 1, "registry.db: ")
        assert path.read_bytes() == data
    path.unlink()
    check_error(
        absah("qr", "--all", "--out", own.root / "out", *place), 1, "registry.db: ", "hint:"
    )


FULL: dict[str, Callable[[Demonstration], tuple[object, ...]]] = {
    "faults": lambda own: (
        "import", own.workspace / "samples" / "import.csv", "--faults", own.root / "out.csv",
        "--now", NOW,
    ),
    "qr": lambda own: ("qr", "5", "--out", own.root / "out"),
    "draft": lambda _own: ("trust", "draft", "--now", NOW),
}  # fmt: skip


@pytest.mark.parametrize("what", FULL)
def test_a_full_disk_leaves_no_half_written_file(
    absah: Command, own: Demonstration, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = _kept(own)
    monkeypatch.setattr(Path, "replace", _full)
    done = absah(*FULL[what](own), "--workspace", own.workspace)
    assert done.code == 1
    assert "cannot be written: No space left on device" in done.err
    assert _kept(own) == before


def test_a_publication_that_fails_is_one_sentence(
    absah: Command, own: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = own.files()
    place = ("--workspace", own.workspace, "--now", "2026-11-26T00:00:00Z")
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", _full)
        check_error(absah("build", *place), 1, "No space left", "served as before")
    assert own.files() == before
    assert absah("build", *place, "--json").json["written"]


def test_a_confirmation_of_another_build_is_refused(
    absah: Command, own: Demonstration, demonstration: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace)
    absah("build", *place, "--now", "2026-11-26T00:00:00Z")
    check_error(absah("confirm", demonstration.public, *place), 1, "another build is served")
    check_error(absah("confirm", tmp_path, *place), 1, "build.note: ", "missing")
    check_error(absah("confirm", "http://127.0.0.1:9/", *place), 3, "build.note: ")
    assert absah("confirm", own.public, *place, "--json").json["build"] == 4


def test_serve_without_a_site_or_a_port(absah: Command, own: Demonstration, tmp_path: Path) -> None:
    absah("init", tmp_path / "w", "--site", "https://cek.example.id/", *NAMES)
    check_error(absah("serve", "--workspace", tmp_path / "w"), 1, "no site was built", "hint:")
    with server(own.public, 0) as running:
        port = running.server_address[1]
        done = absah("serve", "--port", port, "--workspace", own.workspace)
        check_error(done, 1, f"port {port}: cannot be used", "--port")


def test_a_missing_part_is_named(
    absah: Command, own: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = ("registry.cli.qr", "registry.cli.drawing", "registry.drawing")
    for name in [name for name in sys.modules if name.startswith(ours)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "qrcode", None)
    for module in (catalogue, qr):
        monkeypatch.delitem(sys.modules, module.__name__)
    monkeypatch.setattr(sys.modules["registry"], "qr", None, raising=False)
    done = absah("qr", "1", "--out", own.root, "--workspace", own.workspace)
    check_error(done, 2, "not installed (qrcode)", "pip install 'absah[publisher]'")


def test_a_reader_that_goes_away_is_no_error(demonstration: Demonstration) -> None:
    folder = demonstration.workspace / "samples"
    code = "import sys; from registry.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["verify", str(folder), "--site", str(demonstration.public), "--now", NOW]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
        assert process.wait(30) in (1, 141)


def test_lists_and_reports_that_cannot_be_used(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    place = ("--workspace", own.workspace)
    before = _kept(own)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name in ("none", "binary"):
        done = absah("revoke", f"@{tmp_path / name}", "--reason", "other", *place)
        check_error(done, 2, f"{name}: cannot be read")
    clean = own.workspace / "samples" / "clean.csv"
    for rest in (("--faults", "out.txt"), (clean, "--faults", "out.csv")):
        check_error(absah("import", clean, *rest, *place, "--now", NOW), 2, "--faults")
    check_error(absah("build", "--check", "--workspace", tmp_path), 1, "no workspace")
    settings = own.workspace / "registry.toml"
    text = settings.read_text("utf-8")
    assert _kept(own) == before
    settings.write_text(text.replace('approval = "none"', 'approval = "required"'), "utf-8")
    check_error(absah("batch", "issue", "1", *place, "--now", NOW), 1, "batch 1: ")
    settings.write_text(text.replace(own.site, "http://127.0.0.1:1/"), "utf-8")
    done = absah("qr", "5", "--out", tmp_path, *place)
    check_error(done, 1, "not the site of the published trust document", "hint:")


def test_what_is_said_in_plain_text(absah: Command, own: Demonstration) -> None:
    place = ("--workspace", own.workspace)
    now = ("--now", "2026-11-26T00:00:00Z")
    done = absah("suspend", "5", "--reason", "other", *place, *now)
    assert done.out == "5\n"
    assert "after the next build" in done.err
    again = absah("suspend", "5", "--reason", "other", *place, *now)
    assert (again.out, again.code) == ("", 0)
    assert "already in this state: 5" in again.err
    built = absah("build", *place, *now)
    assert built.out.startswith("build 4: ")
    assert "published in " in built.err
    assert "nothing was written" in absah("build", *place, *now).out
    assert absah("build", "--check", *place, "--json").json == {"differing": []}
    assert absah("confirm", own.public, *place).out.startswith("build 4: read back, log size ")
    path = own.workspace / "samples" / "clean.csv"
    dry = absah("import", path, "--dry-run", *place, *now, "--lang", "id")
    assert "20 baris dapat diterbitkan" in dry.err
