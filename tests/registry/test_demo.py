"""The demonstration: its samples are a contract, a seed repeats it, and it destroys nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from registry import demo, intake, session
from registry.catalogue import Catalogue
from registry.client import Client
from registry.errors import UserError
from registry.scan import read
from registry.session import Asked
from registry.store import Store
from registry.workspace import Workspace
from signing.fragment import read as read_text
from tests import demonstration as example
from tests.demonstration import NOW, SITE, Demonstration, tree

NAMES = (
    *("valid", "expired", "not-yet-valid", "revoked", "suspended", "superseded"),
    *("signature-mismatch", "unknown-key", "out-of-scope", "key-compromised", "not-in-log"),
    *("foreign-code", "other-code", "malformed", "too-new"),
)
OFFLINE = {
    **dict.fromkeys(["valid", "revoked", "suspended", "superseded", "not-in-log"], "status-stale"),
    **dict.fromkeys(["unknown-key", "out-of-scope"], "key-unchecked"),
}


def _client(found: Demonstration, state: Path, *, offline: bool) -> Client:
    site = None if offline else str(found.public)
    trust = found.public / "trust" if offline else None
    return session.open_client(Asked(site, trust, state, offline), NOW, lambda _words: None)


def test_samples_have_one_line_for_every_reason_that_a_text_decides(
    demonstration: Demonstration,
) -> None:
    assert sorted(line["name"] for line in demonstration.samples) == sorted(NAMES)
    for line in demonstration.samples:
        name = line["name"]
        assert line == {
            "name": name,
            "file": f"{name}.txt",
            "image": f"{name}.png",
            "reason": name,
            "offline": OFFLINE.get(name, name),
        }


def test_samples_get_their_verdicts(demonstration: Demonstration, tmp_path: Path) -> None:
    online = _client(demonstration, tmp_path / "a", offline=False)
    offline = _client(demonstration, tmp_path / "b", offline=True)
    for line in demonstration.samples:
        text = demonstration.text(line["name"])
        assert online.check(text).verdict.reason == line["reason"], line
        assert offline.check(text).verdict.reason == line["offline"], line
    assert not (tmp_path / "a").exists(), "a demonstration is never pinned"


def test_images_hold_the_texts(demonstration: Demonstration) -> None:
    folder = demonstration.workspace / "samples"
    for line in demonstration.samples:
        text = demonstration.text(line["name"])
        assert [found.text for found in read(folder / line["image"])] == [text]
        if line["name"] not in ("foreign-code", "other-code"):
            assert text.startswith(SITE + "#")
            assert text.partition("#")[2].isdigit()
    page = read(folder / "batch.pdf")
    names = ("valid", "expired", "revoked", "other-code")
    assert {found.text for found in page} == {demonstration.text(name) for name in names}
    assert {found.page for found in page} == {1}


def test_digits_of_genuine_samples_are_in_the_ledger(demonstration: Demonstration) -> None:
    with Store.open(Workspace.open(demonstration.workspace).database) as store:
        held = {row.cose for row in (store.certificate(i) for i in range(store.size())) if row}
        assert len(held) == 60
    genuine = set()
    for line in demonstration.samples:
        if read_text(demonstration.text(line["name"]), (SITE,)).data in held:
            genuine.add(line["name"])
    assert genuine == {"valid", "expired", "not-yet-valid", "revoked", "suspended", "superseded"}


def test_a_seed_gives_the_same_bytes(demonstration: Demonstration, tmp_path: Path) -> None:
    again = example.make(tmp_path / "again")
    other = example.make(tmp_path / "other", seed=2)
    assert tree(again.public) == tree(demonstration.public)
    assert tree(again.workspace / "samples") == tree(demonstration.workspace / "samples")
    assert other.files()["trust/1.note"] != again.files()["trust/1.note"]


def test_without_a_seed_keys_are_random(tmp_path: Path) -> None:
    def key() -> bytes:
        public, folder = tmp_path / "public", tmp_path / "demo"
        wishes = demo.Wishes(folder=folder, public=public, site=SITE, now=NOW, records=10)
        demo.make(wishes, lambda _words: None)
        return (public / "trust" / "1.note").read_bytes()

    assert key() != key(), "the second replaces the first, with other keys"


def test_made_over_an_earlier_one(own: Demonstration) -> None:
    (own.public / ".gitignore").write_text("*\n", encoding="ascii")
    (own.public / "left.txt").write_text("of the earlier one", encoding="ascii")
    before = own.files()
    again = example.make(own.root)
    after = again.files()
    assert before.pop("left.txt")
    assert after == before
    assert after[".gitignore"] == b"*\n"


def _refused(root: Path, code: str) -> str:
    before = tree(root)
    with pytest.raises(UserError) as caught:
        example.make(root, records=10)
    assert caught.value.code == code
    assert tree(root) == before, "something was lost"
    return caught.value.what


def test_refuses_a_folder_that_is_no_demonstration(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    folder = tmp_path / "a" / "demo"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("ten years of work", encoding="ascii")
    with pytest.raises(UserError):
        example.make(tmp_path / "a")
    assert (folder / "thesis.txt").read_text(encoding="ascii") == "ten years of work"

    real = demonstration.copied(tmp_path / "b")
    settings = real.workspace / "registry.toml"
    text = settings.read_text(encoding="utf-8")
    assert "demo = true" in text
    text = text.replace("demo = true", "demo = false")
    settings.write_text(text.replace(SITE, "https://cek.example/"), encoding="utf-8")
    assert _refused(real.root, "not-a-demo") == str(real.workspace)


@pytest.mark.parametrize("first", [None, b"not a note", b""])
def test_refuses_a_public_folder_that_is_no_demonstration(
    tmp_path: Path, first: bytes | None
) -> None:
    public = tmp_path / "public"
    (public / "trust").mkdir(parents=True)
    (public / "index.html").write_text("a site of someone", encoding="ascii")
    if first is not None:
        (public / "trust" / "1.note").write_bytes(first)
    assert _refused(tmp_path, "not-a-demo") == str(public)


def test_spreadsheets_for_trying_out(demonstration: Demonstration) -> None:
    folder = demonstration.workspace / "samples"
    catalogue = Catalogue.load(Workspace.open(demonstration.workspace).catalogue)
    told = {}
    for name in ("clean.csv", "import.csv", "import.xlsx"):
        reading = intake.read(folder / name, catalogue, today=date(2026, 11, 24))
        told[name] = (len(reading.rows), {fault.row for fault in reading.faults})
    assert told["clean.csv"] == (20, set())
    assert told["import.csv"] == told["import.xlsx"]
    assert told["import.csv"][1], "no row of it is faulty"
    assert 2 not in told["import.csv"][1]
    listed = json.loads((folder / "samples.json").read_text(encoding="ascii"))
    assert listed == demonstration.samples
