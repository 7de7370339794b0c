"""download/verify.html: a page that is the same for every build, and the data of the newest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib

import brotli
import pytest

from registry import hosting, single_file
from registry.pages import LANGUAGES, Assets, pages
from registry.single_file import PATH, contents, emptied, filled
from signing import build_note
from signing.reasons import Malformed, Reason
from tests.registry.audit_example import found, made, without_twins
from tests.registry.small_bundle import small_assets
from tests.registry.test_pages import SETTINGS, Reader

LIMIT = 90_000
"""Bytes of brotli before data (record 0029)."""
FILES = {"build.note": b"a", "catalogue/x.json": b"", "trust/1.note": bytes(range(256))}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return without_twins(made(tmp_path_factory.mktemp("registry") / "workspace"))


def test_it_is_light_before_its_data() -> None:
    page = pages(SETTINGS, Assets.load())[PATH]
    size = len(brotli.compress(page))
    print(f"verify.html before data: {size} bytes of brotli, {len(page)} unpacked")
    assert 40_000 < size <= LIMIT


def test_one_script_and_one_style_which_its_policy_names_and_nothing_from_anywhere() -> None:
    page = pages(SETTINGS, Assets.load())[PATH].decode()
    elements = Reader(page).elements
    [policy] = [a["content"] for _, a, _ in elements if "http-equiv" in a]
    [style] = re.findall(r"(?s)<style>(.*?)</style>", page)
    [script] = re.findall(r'(?s)<script type="module">(.*?)</script>', page)
    assert policy == single_file.policy(script, style)
    assert hosting.inline_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert len(script) > 100_000
    assert not re.search(r"\bimport\s*[({\"]|url\(|@import|\beval\(", script + style)
    assert [tag for tag, _, _ in elements].count("script") == 3
    for tag, attributes, _ in elements:
        assert not attributes.keys() & {"style", "integrity", "onclick"}
        assert "src" not in attributes or str(attributes["src"]).startswith("data:image/svg+xml;")
        if tag == "a":
            assert str(attributes["href"]).startswith((SETTINGS.site, "#"))
        if tag == "link":
            assert str(attributes["href"]).startswith("data:")


def test_it_has_all_words_of_every_language_in_place_of_files() -> None:
    page = pages(SETTINGS, small_assets())[PATH].decode()
    data = json.loads(re.findall(r'id="absah-page">(.*?)</script>', page)[0])
    words = {"ja": data["words"]} | {
        language: data["index"]["words"][language]["words"] for language in ("id", "en")
    }
    assert data["index"]["words"]["ja"] == {}
    assert set(words) == set(LANGUAGES)
    for said in words.values():
        assert set(said["reason"]) == {reason.value for reason in Reason}
        assert {"home", "compare", "record", "batch", "data"} <= set(said)
        # No sentence asks to connect a file to a network, which it cannot use.
        for reason in ("status-stale", "key-unchecked", "log-unchecked", "trust-expired"):
            assert "{site}" in said["reason"][reason]["do"]
        assert "{site}" in said["asof"]["note"]
    assert (data["base"], data["offline"], data["follow"]) == (SETTINGS.site, False, True)


def test_each_sentence_of_its_own_stands_in_the_place_of_another() -> None:
    page = pages(SETTINGS, small_assets())[PATH].decode()
    assert "\u3053\u306e\u30d5\u30a1\u30a4\u30eb" in page, "this file, in Japanese"
    plain = pages(SETTINGS, small_assets())["index.html"].decode()
    assert "\u3053\u306e\u30d5\u30a1\u30a4\u30eb" not in plain


def test_a_block_is_written_and_read() -> None:
    page = pages(SETTINGS, small_assets())[PATH]
    whole = filled(page, FILES)
    assert emptied(page) == page == emptied(whole)
    assert contents(whole) == FILES
    assert list(contents(whole)) == list(FILES)
    assert filled(whole, {}) == filled(page, {})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"absah-data", b"absah-date"),
        (b"</html>\n", b"</html>"),
        (b"\n}\n</script>", b"\n}</script><script>alert(1)</script>"),
        (b"\n}\n</script>", b"\n}\n\xc3\xa4</script>"),
        (b"\n}\n</script>", b"\n}</script>"),
        (b'"data": "', b'"data": "AAAA'),
        (b'"data": "', b'"data": "?'),
        (b'"data"', b'"date"'),
        (b'"build.note",\n   1', b'"build.note",\n   2'),
        (b'"build.note",\n   1', b'"build.note",\n   0'),
        (b'"build.note",\n   1', b'"build.note",\n   "one"'),
    ],
)
def test_a_block_in_another_form_is_refused(old: bytes, new: bytes) -> None:
    whole = filled(pages(SETTINGS, small_assets())[PATH], FILES)
    assert old in whole
    with pytest.raises(Malformed):
        contents(whole.replace(old, new))


def test_a_block_is_unpacked_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = filled(pages(SETTINGS, small_assets())[PATH], {"build.note": bytes(4096)})
    assert len(contents(whole)["build.note"]) == 4096
    at = whole.index(b"4096")
    for size in (b'"4096"', b"4096.0", b"true", b"null", b"4095", b"4097"):
        with pytest.raises(Malformed):
            contents(whole[:at] + size + whole[at + 4 :])
    monkeypatch.setattr(single_file, "LIMIT", 4000)
    with pytest.raises(Malformed):
        contents(whole)


@pytest.mark.parametrize("size", ['"-1"', "-1"])
def test_a_size_that_would_lift_the_bound_is_refused_before_unpacking(
    monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    whole = filled(pages(SETTINGS, small_assets())[PATH], {"build.note": bytes(4096)})
    at = whole.index(b"4096")
    asked: list[str] = []

    def unpacks() -> object:
        asked.append("unpack")
        raise zlib.error

    monkeypatch.setattr(zlib, "decompressobj", unpacks)
    with pytest.raises(Malformed):
        contents(whole[:at] + size.encode() + whole[at + 4 :])
    assert asked == []
    with pytest.raises(zlib.error):
        contents(whole)
    assert asked == ["unpack"]


def test_a_build_publishes_it_with_the_state_that_its_note_pins(built: dict[str, bytes]) -> None:
    note = build_note.parse(built["build.note"])
    held = contents(built[PATH])
    assert {path: built[path] for path in held} == held
    assert {"build.note", "trust/1.note", "trust/2.note", f"log/checkpoints/{note.size}"} <= set(
        held
    )
    assert len([path for path in held if path.startswith("status/")]) == len(note.status)
    assert {p for p in built if p.startswith("catalogue/")} - set(held) == {
        "catalogue/schemes.json"
    }
    lines = dict(json.loads(built["files.json"]))
    assert lines[PATH] == hashlib.sha256(emptied(built[PATH])).hexdigest()
    assert found(built) == set()


def test_an_audit_notices_another_page_and_other_data(built: dict[str, bytes]) -> None:
    wrong = (single_file.PATH, "single-file")
    held, page = contents(built[PATH]), built[PATH]
    older = {**held, "build.note": built["builds/1.note"]}
    lists = [path for path in held if path.startswith("status/")]
    lacking = {path: data for path, data in held.items() if path not in lists}
    for changed in (
        page.replace(b"<body>", b"<body >"),
        filled(page, older),
        filled(page, lacking),
        filled(page, held | {"zzz": b""}),
        filled(page, dict(reversed(held.items()))),
        emptied(page),
        b"",
    ):
        assert found(built | {PATH: changed}) == {wrong}
    assert found({path: data for path, data in built.items() if path != PATH}) == {
        (PATH, "missing")
    }


def test_another_zlib_may_pack_the_same_files(built: dict[str, bytes]) -> None:
    page = built[PATH]
    loose = zlib.compress(b"".join(contents(page).values()), 1)
    text = re.sub(rb'(?<="data": ")[^"]*', base64.b64encode(loose), page)
    assert text != page
    assert found(built | {PATH: text}) == set()
