"""What the client makes of a site that lies or withholds, in parts that only Python has.

Attacks by both clients: test_attacks.py, test_attackers.py, test_stolen_keys.py, test_uploads.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from registry.client import Client, Held
from registry.store import Store
from signing import merkle, note, trust
from signing.canonical import b64decode, b64encode
from signing.fragment import qr_text
from signing.keys import Vkey
from tests.registry.audit_example import (
    LATER,
    checkpointed,
    fields,
    forked,
    made,
    replace_list,
    retrusted,
    run,
    second_trust,
)
from tests.registry.ledger_example import ID, key
from tests.registry.lying_site import HTML, Lying, client

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, dict[int, str]]:
    """The files of a site with two builds, and the codes of its certificates by index."""
    folder = tmp_path_factory.mktemp("example") / "w"
    files = made(folder)
    with Store.open(folder / "registry.db") as store:
        rows = list(store.certificates(0, store.size()))
    return files, {row.idx: qr_text(f"https://{ID}/", row.cose) for row in rows}


@pytest.fixture
def site(example: tuple[Files, dict[int, str]]) -> Lying:
    return Lying(example[0])


@pytest.fixture
def code(example: tuple[Files, dict[int, str]]) -> str:
    return example[1][6]


def _said(found: Client, text: str) -> str:
    verdict = found.check(text).verdict
    return f"{verdict.reason} {verdict.variant}".strip()


def test_an_honest_site(site: Lying, example: tuple[Files, dict[int, str]]) -> None:
    found = client(site, now=LATER)
    assert {index: _said(found, text) for index, text in example[1].items()} == {
        **dict.fromkeys(example[1], "valid"),
        2: "revoked",
        4: "suspended",
        5: "superseded",
    }
    assert found.held.trust is not None
    assert found.held.trust.version == 2


def test_no_note(site: Lying, code: str) -> None:
    del site.files["build.note"]
    assert _said(client(site, now=LATER), code) == "status-stale none"


@pytest.mark.parametrize("data", [HTML, b"", None])
def test_the_second_trust_document_is_not_there(site: Lying, code: str, data: bytes | None) -> None:
    if data is None:
        del site.files["trust/2.note"]
    else:
        site.files["trust/2.note"] = data
    found = client(site, now=LATER)
    assert found.held.note is None
    assert _said(found, code) == "status-stale none"


@pytest.mark.parametrize("data", [None, b"", bytes(32), HTML, bytes(8193)])
def test_a_tile_that_cannot_be_used_is_unchecked_and_never_absent(
    site: Lying, code: str, data: bytes | None
) -> None:
    for path in site.matching("log/tile/0/"):
        del site.files[path]
        if data is not None:
            site.files[path] = data
    assert _said(client(site, now=LATER), code) == "log-unchecked fetched"


def test_a_wider_tile_stands_in_for_a_partial_one(site: Lying, code: str) -> None:
    [path] = [path for path in site.matching("log/tile/0/") if path.endswith(".p/14")]
    data = site.files.pop(path)
    site.files["log/tile/0/000"] = data + bytes(8192 - len(data))
    assert _said(client(site, now=LATER), code) == "valid"


def test_a_tile_of_other_hashes_is_unchecked(site: Lying, code: str) -> None:
    for path in site.matching("log/tile/0/"):
        site.files[path] = site.files[path][::-1]
    assert _said(client(site, now=LATER), code) == "log-unchecked fetched"


@pytest.mark.parametrize("data", [None, HTML, b"", bytes(70_000)])
def test_a_status_list_that_is_not_the_pinned_one(
    site: Lying, code: str, data: bytes | None
) -> None:
    for path in site.matching("status/0-"):
        del site.files[path]
        if data is not None:
            site.files[path] = data
    assert _said(client(site, now=LATER), code) == "status-stale none"


def test_a_checkpoint_of_another_size(site: Lying, code: str) -> None:
    newest, older = sorted(site.matching("log/checkpoints/"), key=lambda p: -int(p.split("/")[-1]))
    for data in (site.files[older], HTML, b""):
        site.files[newest] = data
        assert _said(client(site, now=LATER), code) == "log-unchecked fetched"
    del site.files[newest]
    assert _said(client(site, now=LATER), code) == "log-unchecked fetched"


def test_key_compromise_the_note_of_a_removed_publisher_is_forgotten(
    site: Lying, code: str
) -> None:
    first = Lying({k: v for k, v in site.files.items() if k != "trust/2.note"})
    first.files["build.note"] = site.files["builds/1.note"]
    held = client(first, now=LATER).held
    assert held.note is not None
    value = fields(second_trust())
    value["publishers"] = [Vkey(f"{ID}/publisher/b", key("publisher b").public).text]
    text = trust.text_of(value)
    lines = [note.sign_line(text, f"{ID}/root/{name}", key(f"root {name}")) for name in "ab"]
    site.files["trust/2.note"] = note.assemble(text, lines)
    found = client(site, held, LATER)
    assert found.held.trust is not None
    assert found.held.trust.version == 2
    assert (found.held.note, found.held.lists, found.held.tiles) == (None, {}, None)
    assert _said(found, code) == "status-stale none"


def test_out_of_reach_rests_on_what_is_stored(site: Lying, code: str) -> None:
    held = client(site, now=LATER).held
    assert _said(client(site, held, LATER), code) == "valid"
    stored = Held(trust=held.trust, note=held.note, lists=held.lists)
    site.down = True
    found = client(site, stored, LATER)
    result = found.check(code)
    assert result.verdict.reason == "valid"
    assert not result.fetched
    assert result.verdict.answers.standing == "ok_offline"


def test_catalogue_data_that_do_not_match_are_not_shown(site: Lying, code: str) -> None:
    shown = client(site, now=LATER).check(code).shown
    assert shown.scheme is not None
    assert shown.lsp is not None
    for data in (HTML, b"{}", b"[]"):
        for path in (*site.matching("catalogue/scheme/"), *site.matching("catalogue/lsps/")):
            site.files[path] = data
        result = client(site, now=LATER).check(code)
        assert result.verdict.reason == "valid"
        assert (result.shown.scheme, result.shown.lsp) == (None, None)


def _first_site(example: Files) -> Lying:
    """The site after its first build."""
    files = {path: data for path, data in example.items() if path != "trust/2.note"}
    return Lying({**files, "build.note": example["builds/1.note"]})


def _after_first_build(example: Files) -> Held:
    """What a client held that saw the site after its first build."""
    held = client(_first_site(example), now=LATER).held
    assert held.note is not None
    assert held.note.build == 1
    return Held(trust=held.trust, note=held.note)


def test_the_new_tree_holds_the_old_one(site: Lying, code: str) -> None:
    found = client(site, _after_first_build(site.files), LATER)
    found.compare_history()
    assert not found.held.conflict
    assert found.before is not None
    assert _said(found, code) == "valid"


def test_a_forked_history_is_a_conflict(site: Lying, code: str) -> None:
    held = _after_first_build(site.files)
    forked(site.files, lambda entries: entries.__setitem__(3, b"\x01" + bytes(32)))
    found = client(site, held, LATER)
    assert _said(found, code) == "valid", "the verdict does not wait for it"
    found.compare_history()
    assert found.held.conflict
    assert found.rival == site.files["build.note"], "kept as evidence"
    assert "build.note" not in found.raw, "and never in the place of the one before"
    assert _said(found, code) == "conflict"


def _succeeded(files: Files, end: bytes | None = None) -> None:
    """Another log key follows the one that signed the first build, and signs the second."""
    open_key = Vkey(f"{ID}/log", key("log").public)
    last = merkle.parse_checkpoint(files["log/checkpoints/9"], open_key)
    final = {"size": 9, "root": b64encode(end or last.root)}
    second = {"origin": f"{ID}/log", "vkey": Vkey(f"{ID}/log", key("log 2").public).text}

    def follow(value: Any) -> None:
        value["logs"][0]["final"] = final
        value["logs"].append(second)

    retrusted(files, follow)
    checkpointed(files, 14, b64decode(fields(files["build.note"])["log"]["root"]), "log 2")


def test_another_log_key_signs_the_same_tree(site: Lying, code: str) -> None:
    held = _after_first_build(site.files)
    _succeeded(site.files)
    for before in (held, None):
        found = client(site, before, LATER)
        found.compare_history()
        assert not found.held.conflict
        assert _said(found, code) == "valid"
    checkpointed(site.files, 14, b64decode(fields(site.files["build.note"])["log"]["root"]))
    assert _said(client(site, now=LATER), code) == "log-unchecked fetched"
    assert run(site.files).faults, "the key that ended signed once more"


def test_a_tree_that_is_not_the_one_a_log_key_left_is_a_conflict(site: Lying, code: str) -> None:
    _succeeded(site.files, bytes(32))
    found = client(site, now=LATER)
    assert _said(found, code) == "valid", "the verdict does not wait for it"
    found.compare_history()
    assert _said(found, code) == "conflict"
    assert found.rival == site.files["build.note"]


def test_history_that_cannot_be_compared_is_no_conflict(site: Lying) -> None:
    held = _after_first_build(site.files)
    for data in (None, HTML, bytes(14 * 32)):
        for path in site.matching("log/tile/0/"):
            site.files.pop(path)
            if data is not None:
                site.files[path] = data
        site.files.setdefault("log/tile/0/none", b"")
        found = client(site, Held(trust=held.trust, note=held.note), LATER)
        found.compare_history()
        assert not found.held.conflict
    new = client(site, now=LATER)
    new.compare_history()
    assert not new.held.conflict, "a first visit has nothing to compare with"


def test_stored_data_and_a_newer_paper(site: Lying, example: tuple[Files, dict[int, str]]) -> None:
    first = _first_site(site.files)
    held = client(first, now=LATER).held
    newer = example[1][max(example[1])]
    again = client(first, Held(trust=held.trust, note=held.note, lists=held.lists), LATER)
    assert _said(again, newer) == "not-in-log absent"
    first.down = True
    stored = Client(first, Held(trust=held.trust, note=held.note, lists=again.held.lists), LATER)
    stored.refresh()
    assert _said(stored, newer) == "log-unchecked"


def test_read_ahead_lets_all_be_judged_offline(
    site: Lying, example: tuple[Files, dict[int, str]]
) -> None:
    found = client(site, now=LATER)
    found.read_ahead()
    site.down = True
    stored = Client(None, Held(found.held.trust, found.held.note, lists=found.held.lists), LATER)
    stored.refresh()
    said = {index: _said(stored, text) for index, text in example[1].items()}
    assert said == {
        **dict.fromkeys(example[1], "valid"),
        2: "revoked",
        4: "suspended",
        5: "superseded",
    }


def test_a_list_that_no_publisher_signed(site: Lying, code: str) -> None:
    path = replace_list(site.files, 2, b"\xd2" + bytes(40))
    assert path in site.files
    assert _said(client(site, now=LATER), code) == "status-stale none"


def test_a_hint_of_a_width_is_never_believed(site: Lying, code: str) -> None:
    [path] = [path for path in site.matching("log/tile/0/") if path.endswith(".p/14")]
    data = site.files.pop(path)
    site.files["log/tile/0/000.p/20"] = data + bytes(6 * 32)
    for hint in (b"", b"a\nb\nc\n", b"a\n99999999999\n", b"a\n3\n", HTML):
        site.files["log/checkpoint"] = hint
        assert _said(client(site, now=LATER), code) == "log-unchecked fetched", hint
    site.files["log/checkpoint"] = b"a\n20\nwhatever\n"
    assert _said(client(site, now=LATER), code) == "valid"
