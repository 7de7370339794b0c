"""A batch file has one form, and an approval is about exactly its bytes."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry import approval, batch_file
from registry.batch_file import BatchFile
from registry.errors import UserError
from signing import note
from signing.canonical import time_seconds
from signing.keys import Vkey
from signing.reasons import Malformed
from tests.registry.ledger_example import ID, NOW, approver, key

DIGEST = "ab" * 32


def line(row: int, **changed: Any) -> dict[str, Any]:
    return {
        "row": row,
        "number": f"62019 2512 4 {row:07d} 2026",
        "registration": f"TIK 9001 {row:05d} 2026",
        "name": f"Contoh {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[row % 26]}ri",
        "birth_date": f"19{60 + row % 40}-0{1 + row % 9}-{1 + row % 28:02d}",
        "scheme": "DEMO/junior-coder",
        "lsp": 9001,
        "issued": "2026-11-02",
        "expires": "2029-11-02",
    } | changed


def batch(*rows: dict[str, Any], **changed: Any) -> BatchFile:
    values: dict[str, Any] = {
        "registry": ID,
        "kind": "new",
        "made": NOW,
        "file": "import.csv",
        "sha256": DIGEST,
        "schemes": {"DEMO/junior-coder": DIGEST},
        "rows": rows or tuple(line(n) for n in range(2, 52)),
    }
    return BatchFile(**(values | changed))


def change(row: int, **changed: Any) -> dict[str, Any]:
    kept = {n: v for n, v in line(row).items() if n not in ("birth_date", "issued", "expires")}
    return {**kept, "index": row + 5, "state": "valid", "reason": "misuse"} | changed


def test_a_batch_file_is_read_as_it_was_written() -> None:
    for one in (
        batch(),
        batch(line(2, units=["A.1", "A.2"], old=7, replaces="7", passport_name="CONTOH")),
        batch(kind="replacement", old_until=NOW, accept_duplicates=True, sign_blank=True),
        batch(change(1), change(2), kind="revoke", file="", sha256="", schemes={}),
    ):
        assert batch_file.parse(one.data) == one
        assert one.issues == (one.kind in batch_file.ISSUING)


BROKEN: dict[str, Callable[[str], str]] = {
    "header": lambda t: t.replace("absah-batch/v1", "absah-batch/v2"),
    "kind": lambda t: t.replace('"new"', '"suspend"'),
    "layout": lambda t: t.replace('{\n "registry"', '{"registry"'),
    "field-more": lambda t: t.replace('"kind"', '"more": 1,\n "kind"'),
    "row-field-more": lambda t: t.replace('"row": 2,', '"row": 2,\n   "nik": "1",'),
    "row-field-less": lambda t: t.replace('   "lsp": 9001,\n', "", 1),
    "row-is-text": lambda t: t.replace('"row": 2,', '"row": "2",'),
    "no-day": lambda t: t.replace("2026-11-02", "2026-02-30", 1),
    "day-form": lambda t: t.replace("2026-11-02", "20261102", 1),
    "digest": lambda t: t.replace(DIGEST, DIGEST.upper(), 1),
    "time": lambda t: t.replace('"made": "2026', '"made": "26'),
    "no-rows": lambda t: t[: t.index('"rows"')] + '"rows": []\n}\n',
    "cut": lambda t: t[:-3],
    "empty": lambda _: "",
    "name-is-number": lambda t: t.replace('"name": "Contoh Cri"', '"name": 5'),
}


@pytest.mark.parametrize("how", BROKEN)
def test_another_form_is_refused(how: str) -> None:
    text = batch().text
    assert BROKEN[how](text) != text
    with pytest.raises(Malformed):
        batch_file.parse(BROKEN[how](text).encode())
    with pytest.raises(UserError) as error:
        approval.approve(BROKEN[how](text).encode(), approver("a"), key("approver a"), NOW)
    assert error.value.code == "bad-batch"


def test_bytes_that_are_no_text_or_too_many_are_refused() -> None:
    with pytest.raises(Malformed):
        batch_file.parse(b"absah-batch/v1\n\xff")
    with pytest.raises(Malformed, match="too long"):
        batch_file.parse(bytes(batch_file.LIMIT + 1))


def approved(data: bytes, name: str = "a") -> bytes:
    return approval.approve(data, approver(name), key(f"approver {name}"), NOW)


def test_an_approval_is_of_these_bytes_by_a_listed_key() -> None:
    data = batch().data
    digest, signed = batch_file.digest_of(data), approved(data)
    found = approval.check(signed, digest, ID, [approver("b"), approver("a")])
    assert found == approval.Approval((approver("a").name,), NOW)
    other = batch_file.digest_of(batch(line(2)).data)
    for wrong in (
        (signed, other, ID, [approver("a")]),
        (signed, digest, "other.example", [approver("a")]),
        (signed, digest, ID, [approver("b")]),
        (signed, digest, ID, []),
        (signed.replace(b"v1", b"v2"), digest, ID, [approver("a")]),
        (signed[:-9] + b"AAAAAAA=\n", digest, ID, [approver("a")]),
        (data, digest, ID, [approver("a")]),
        (b"", digest, ID, [approver("a")]),
    ):
        with pytest.raises(Malformed):
            approval.check(*wrong)


def test_a_note_of_another_kind_by_an_approver_is_no_approval() -> None:
    data = batch().data
    digest = batch_file.digest_of(data)
    body = f'{{\n "registry": "{ID}",\n "batch": "{digest.hex()}"\n}}\n'
    for text in (f"absah-trust/v1\n{body}", f"absah-approval/v1\n{body}", "absah-approval/v1\n"):
        signed = note.assemble(text, [note.sign_line(text, approver("a").name, key("approver a"))])
        with pytest.raises(Malformed):
            approval.check(signed, digest, ID, [approver("a")])


def test_only_an_approver_of_this_registry_signs() -> None:
    for name in (f"{ID}/issuer/a", "other.example/approver/a", f"{ID}/approver"):
        with pytest.raises(UserError) as error:
            approval.approve(batch().data, Vkey(name, key("x").public), key("x"), NOW)
        assert error.value.code == "not-an-approver"


def test_what_a_second_person_sees() -> None:
    rows = [line(n, birth_date=f"1990-01-{n:02d}") for n in range(2, 28)]
    rows[0] |= {"name": "Contoh 7"}
    rows[1] |= {"name": "Al"}
    rows[2] |= {"birth_date": "2012-11-03"}
    rows[3] |= {"birth_date": "1930-01-01"}
    for at in (5, 6, 7):
        rows[at] |= {"birth_date": "1991-05-05"}
    rows[8] |= {"issued": "2026-12-24", "lsp": 9002}
    rows[9] |= {"issued": "2026-01-02"}
    rows[11] |= {"name": rows[10]["name"], "birth_date": rows[10]["birth_date"]}
    one = batch(*rows)
    seen = [(odd.row, odd.code) for odd in approval.odd_rows(one)]
    assert seen == [
        (2, "digit-in-name"),
        (3, "short-name"),
        (4, "age"),
        (5, "age"),
        (7, "same-birth-date"),
        (8, "same-birth-date"),
        (9, "same-birth-date"),
        (10, "issued-later"),
        (11, "issued-long-ago"),
        (12, "same-person"),
        (13, "same-person"),
    ]
    assert {odd.value for odd in approval.odd_rows(one) if odd.code == "age"} == {"13", "96"}
    late = [odd.row for odd in approval.odd_rows(replace(one, kind="onboarding"))]
    assert 11 not in late
    counts = approval.counts(one)
    assert counts["lsp"] == {"9001": 25, "9002": 1}
    assert sum(counts["issued"].values()) == sum(counts["scheme"].values()) == 26
    drawn = [row["row"] for row in approval.drawn(one, random.Random(3))]
    assert len(set(drawn)) == 20
    assert drawn == sorted(drawn)
    assert drawn != [row["row"] for row in approval.drawn(one, random.Random(4))]


def test_a_birthday_on_the_day_of_issue_counts() -> None:
    turned = batch(line(2, birth_date="2009-11-02"))
    missed = batch(line(2, birth_date="2009-11-03"))
    assert approval.odd_rows(turned) == []
    assert [odd.value for odd in approval.odd_rows(missed)] == ["16"]


def test_a_batch_of_changes_is_counted_by_reason() -> None:
    one = batch(change(1), change(2, reason="other", name="Al"), kind="revoke")
    assert approval.counts(one)["reason"] == {"misuse": 1, "other": 1}
    assert [odd.code for odd in approval.odd_rows(one)] == ["short-name"]


def test_nothing_that_only_a_publisher_has_is_loaded() -> None:
    """An approver has the base install, on any system."""
    code = (
        "import sys\n"
        "class No:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in {'pydantic', 'openpyxl', 'jinja2', 'sqlite3', 'fcntl',\n"
        "                'resource', 'qrcode', 'reportlab', 'pikepdf', 'pkcs11'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, No())\n"
        "import registry.cli.approve\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_moment_stands_in_the_note() -> None:
    moment = time_seconds("2026-11-24T03:00:00Z")
    assert b'"approved": "2026-11-24T03:00:00Z"' in approved(batch().data)
    assert moment == NOW
