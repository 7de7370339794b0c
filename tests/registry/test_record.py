"""Records made by the page's own script, read and repeated in Python."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry import record, session
from registry.errors import UserError, Words
from registry.keyring import Keyring
from registry.record import Record
from registry.session import Asked
from signing import build_note, trust
from signing.canonical import b64encode, dumps, loads
from signing.reasons import Malformed, Reason
from tests.demonstration import NOW, Demonstration

ROOT = Path(__file__).parents[2]
NO_BYTES = {"other-code", "malformed", "foreign-code"}
"""Samples that are no certificate of this registry: nothing rests on anything."""


def _made(site: Demonstration, names: list[str], mode: str = "online", now: int = NOW) -> list[Any]:
    first = trust.parse((site.public / "trust" / "1.note").read_bytes())
    command = ["node", "tests/script/make_record.js", str(site.public), first.id, first.digest]
    texts = "\n".join(site.text(name) for name in names)
    done = subprocess.run(
        [*command, str(now), mode],
        input=texts, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: list[Any] = json.loads(done.stdout)
    return found


def _asked(tmp_path: Path, site: str | None = None, anchor: Path | None = None) -> Asked:
    return Asked(site, anchor, tmp_path / "state", offline=False)


def _heard(into: list[str]) -> Callable[[Words], None]:
    return lambda words: into.append(words.en)


def _repeated(made: str, tmp_path: Path) -> tuple[Record, Reason]:
    held = record.parse(made.encode())
    first = record.anchor(held, "record.json", _asked(tmp_path), lambda _words: None)
    return held, record.reopened(held, first).check(held.text).verdict.reason


@pytest.fixture(scope="module")
def valid(demonstration: Demonstration) -> str:
    """The record of the valid sample."""
    [made] = _made(demonstration, ["valid"])
    return str(made)


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_every_check_is_repeated_from_its_record_alone(
    demonstration: Demonstration, tmp_path: Path, mode: str
) -> None:
    names = [sample["name"] for sample in demonstration.samples]
    seen = set()
    for name, made in zip(names, _made(demonstration, names, mode), strict=True):
        if made is None:
            assert name in NO_BYTES
            continue
        held, found = _repeated(made, tmp_path)
        assert found is held.reason, (name, mode)
        assert held.fetched is (mode == "online")
        seen.add(held.reason)
    print(f"{mode}: {len(seen)} reasons repeated")
    assert len(seen) >= 10 if mode == "online" else len(seen) >= 6
    assert list((tmp_path).iterdir()) == [], "a record pins nothing"


def test_a_record_holds_what_the_check_needs_and_little_more(valid: str) -> None:
    held = record.parse(valid.encode())
    kinds = sorted(path.split("/")[0] for path in held.files)
    assert set(kinds) == {"build.note", "log", "status", "trust"}
    assert kinds.count("status") == 1
    assert len(valid) < 40_000
    names = json.loads(valid)
    assert names["compared"]["name"] == "order"
    assert "LESTARI" not in valid, "what was signed stands in the code only"


def test_without_a_tile_it_could_not_be_checked(valid: str, tmp_path: Path) -> None:
    fields = json.loads(valid)
    fields["files"] = {p: d for p, d in fields["files"].items() if not p.startswith("log/tile")}
    _, found = _repeated(dumps(fields), tmp_path)
    assert found is Reason.LOG_UNCHECKED


def test_a_changed_record_never_turns_green(
    demonstration: Demonstration, valid: str, tmp_path: Path
) -> None:
    [revoked] = _made(demonstration, ["revoked"])
    lists = {p: d for p, d in json.loads(valid)["files"].items() if p.startswith("status/")}
    for path in lists:
        fields = json.loads(revoked)
        data = bytearray(record.parse(revoked.encode()).files[path])
        data[-1] ^= 1
        fields["files"][path] = b64encode(bytes(data))
        _, found = _repeated(dumps(fields), tmp_path)
        assert found is Reason.STATUS_STALE
        del fields["files"][path]
        assert _repeated(dumps(fields), tmp_path)[1] is Reason.STATUS_STALE
    assert len(lists) == 1


def _field(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(fields: dict[str, Any]) -> None:
        for key in path[:-1]:
            fields = fields[key]
        fields[path[-1]] = value

    return change


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another format": _field("format", value="absah-record/v2"),
    "no format": lambda fields: fields.pop("format"),
    "a time with a zone": _field("checked", value="2026-11-24T12:00:00+09:00"),
    "a number for yes": _field("fetched", value=1),
    "a text for no": _field("walked", value="false"),
    "no text": _field("text", value=None),
    "no reason of ours": _field("result", "reason", value="fine"),
    "a result that is none": _field("result", value="valid"),
    "files in a list": _field("files", value=[]),
    "a file that is no base64": _field("files", "build.note", value="?"),
    "a file that is a number": _field("files", "build.note", value=7),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_record_is_refused(valid: str, name: str) -> None:
    fields = json.loads(valid)
    BROKEN[name](fields)
    with pytest.raises(Malformed):
        record.parse(dumps(fields).encode())


def test_a_record_has_one_form(valid: str, tmp_path: Path) -> None:
    fields = json.loads(valid)
    for text in (json.dumps(fields), valid + "\n", valid[:-1], "[]\n", "", "7\n", "\ufeff" + valid):
        with pytest.raises(Malformed):
            record.parse(text.encode())
    for data in (b"\xff", b" " * (record.LIMIT + 1)):
        with pytest.raises(Malformed):
            record.parse(data)
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(UserError) as refusal:
            record.read(path)
        assert refusal.value.code == "bad-record"


def test_the_registry_of_a_record_is_compared_with_what_is_believed_here(
    demonstration: Demonstration, valid: str, tmp_path: Path
) -> None:
    held = record.parse(valid.encode())
    heard: list[str] = []
    first = record.anchor(held, "x", _asked(tmp_path), _heard(heard))
    assert len(heard) == 1
    assert "compare with the memorandum" in heard[0]
    named = demonstration.public / "trust"
    assert record.anchor(held, "x", _asked(tmp_path, anchor=named), _heard(heard)) == first
    assert len(heard) == 1
    fields = json.loads(valid)
    other = dumps({**fields, "files": {**fields["files"], "trust/2.note": ""}})
    with pytest.raises(UserError) as refusal:
        record.anchor(
            record.parse(other.encode()), "x", _asked(tmp_path, anchor=named), _heard(heard)
        )
    assert refusal.value.code == "other-registry"
    del fields["files"]["trust/1.note"]
    with pytest.raises(UserError) as refusal:
        record.anchor(record.parse(dumps(fields).encode()), "x", _asked(tmp_path), _heard(heard))
    assert refusal.value.code == "bad-record"


def _present(site: Demonstration, held: Record, tmp_path: Path, now: int) -> Reason:
    first = record.anchor(held, "x", _asked(tmp_path), lambda _words: None)
    client = session.open_client(_asked(tmp_path, str(site.public)), now, lambda _words: None)
    record.compare(record.reopened(held, first), client)
    return client.check(held.text).verdict.reason


def test_a_later_state_begins_with_the_recorded_one(
    demonstration: Demonstration, valid: str, tmp_path: Path
) -> None:
    site = demonstration.copied(tmp_path / "copy")
    site.build(NOW + 86_400)
    held = record.parse(valid.encode())
    assert _present(site, held, tmp_path, NOW + 86_500) is Reason.VALID
    [newer] = _made(site, ["valid"], now=NOW + 86_500)
    held = record.parse(newer.encode())
    assert _present(demonstration, held, tmp_path, NOW + 86_500) is Reason.VALID


def test_another_history_is_a_conflict(
    demonstration: Demonstration, valid: str, tmp_path: Path
) -> None:
    site = demonstration.copied(tmp_path / "copy")
    note = next((site.public / "builds").glob("3.note"))
    assert note.read_bytes() == (site.public / "build.note").read_bytes()
    other = _another_note(site)
    fields = json.loads(valid)
    fields["files"]["build.note"] = b64encode(other)
    held = record.parse(dumps(fields).encode())
    assert _present(site, held, tmp_path, NOW) is Reason.CONFLICT
    fields["files"]["build.note"] = json.loads(valid)["files"]["build.note"]
    fields["files"]["conflict.note"] = b64encode(other)
    assert _repeated(dumps(fields), tmp_path)[1] is Reason.CONFLICT
    fields["files"]["conflict.note"] = b64encode(b"no note")
    assert _repeated(dumps(fields), tmp_path)[1] is Reason.VALID


def _another_note(site: Demonstration) -> bytes:
    ring = Keyring(site.workspace / "keys", demo=True)
    file = ring.find("publisher", "main")
    honest = build_note.parse((site.public / "build.note").read_bytes())
    fields = loads(honest.text.partition("\n")[2])
    return build_note.sign({**fields, "files": "0" * 64}, file.vkey, ring.open(file))
