"""Cells to values: whatever a cell holds, a value in its one form or a code that has words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import intake_text
from registry.intake_cells import NO_TEXT, Cell, CellError, Kind, Raw, is_blank
from registry.intake_faults import line, sentence
from registry.intake_rows import _READERS
from registry.printable import shown
from registry.records import Fault, registration_key
from signing.certificate import TEXT_LIMITS, text_fault

ANY_TEXT = st.text(st.characters(exclude_characters="\0"), max_size=120)
LATIN = st.text(st.sampled_from("aAéÉ’' .,-=+@09\u0301\u00a0"), min_size=1, max_size=60)
CELLS = st.builds(Cell, st.sampled_from(Kind), ANY_TEXT)


def code_of(read: Callable[[], Any]) -> str:
    with pytest.raises(CellError) as caught:
        read()
    return caught.value.code


def fault_of(text: str) -> CellError | None:
    """What is wrong with a name."""
    try:
        intake_text.as_name(text, 80)
    except CellError as error:
        return error
    return None


@settings(max_examples=600, deadline=None)
@given(st.one_of(ANY_TEXT, LATIN, CELLS), st.sampled_from(sorted(_READERS)))
def test_every_cell_gives_a_value_or_a_code_with_words(raw: Raw, field: str) -> None:
    if is_blank(raw):
        return
    try:
        value = _READERS[field](raw)
    except CellError as error:
        fault = Fault(row=2, column=field, code=error.code, values=error.values)
        assert all(line(fault, language).isprintable() for language in ("id", "en"))
        return
    if isinstance(value, tuple):
        text, note = value
        assert text_fault(text, TEXT_LIMITS.get(field, 40)) is None
        assert intake_text.tidy(text) == (text, None)
        assert note in (None, "tidied-form", "tidied-blanks")
        # Nothing but form and blanks has changed.
        composed = unicodedata.normalize("NFC", str(raw)).replace("\u00a0", " ")
        assert text.split() == composed.split()


def test_every_character_is_kept_or_named() -> None:
    """Nothing disappears: a character stands in the value, was composed into it, or is named."""
    points = [*range(0x3100), *range(0xD7F0, 0xE010), *range(0xF900, 0x10000), 0x1D7D8, 0xE0041]
    kept = named = 0
    for character in map(chr, points):
        fault = fault_of(f"Bu{character}di")
        if fault:
            assert fault.values["character"].startswith("U+")
            named += 1
            continue
        text, _ = intake_text.as_name(f"Bu{character}di", 80)
        assert text_fault(text, 80) is None
        composed = unicodedata.normalize("NFC", f"Bu{character}di").replace("\u00a0", " ")
        assert text == composed
        kept += 1
    print(f"characters: {kept} kept, {named} named")
    assert kept > 250
    assert named > 14_000


@pytest.mark.parametrize(
    ("character", "code"),
    [
        (NO_TEXT, "encoding"),
        ("\n", "line-break"),
        ("\u2028", "line-break"),
        ("\x85", "control-character"),
        ("\x7f", "control-character"),
        ("\u202e", "bidi-character"),
        ("\u2069", "bidi-character"),
        ("\u200d", "invisible-character"),
        ("\u2060", "invisible-character"),
        ("\U000e0041", "invisible-character"),
        ("\ufe0f", "invisible-character"),
        ("\u3164", "invisible-character"),
        ("\u3000", "full-width-character"),
        ("\u2003", "full-width-character"),
        ("Ａ", "full-width-character"),
        ("ﬁ", "full-width-character"),
        ("²", "full-width-character"),
        ("×", "character"),
        ("Ж", "character"),
        ("\ud800", "character"),
        ("\ue000", "character"),
    ],
)  # fmt: skip
def test_a_character_is_named_by_what_to_do_about_it(character: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        intake_text.as_name(f"Budi{character}x", 80)
    assert caught.value.code == code
    assert caught.value.values["place"] == "5"


@pytest.mark.parametrize(
    ("text", "limit", "code"),
    [("ĄĄĄ", 5, "too-long"), ("#N/A", 80, "error-cell"), ("#DIV/0!", 80, "error-cell")],
)
def test_texts(text: str, limit: int, code: str) -> None:
    assert code_of(lambda: intake_text.as_text(text, limit)) == code


def test_a_hash_that_is_no_error_is_text() -> None:
    assert intake_text.as_text("#1 Budi", 80) == ("#1 Budi", None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("62019 2512 4 12345 2026", "lost-zeros"),
        ("2019 2512 4 0012345 2026", "lost-zeros"),
        ("62019 512 4 0012345 2026", "lost-zeros"),
        ("62019 2512 4 0012345 26", "lost-zeros"),
        ("6.2019E+20", "digits-lost"),
        ("6,2019E20", "digits-lost"),
        ("1234567890123456", "long-number"),
        ("123456789012345", "bare-number"),
        ("14-01-2026", "date-cell"),
        ("2026.01.14", "date-cell"),
        ("belum ada", "no-digits"),
    ],
)
def test_certificate_numbers(text: str, code: str) -> None:
    assert code_of(lambda: intake_text.as_certificate_number(text, 40)) == code


@pytest.mark.parametrize("text", ["62019 2512 4 012345 2026", "KON.2512.7.00012 2026", "A-17"])
def test_certificate_numbers_of_every_printed_form(text: str) -> None:
    assert intake_text.as_certificate_number(text, 40) == (text, None)


@pytest.mark.parametrize("text", ["TIK.18.00123.2026", "TIK 9001 12 2026", "J 9001 00123 26"])
def test_registration_numbers_that_lost_zeros(text: str) -> None:
    assert code_of(lambda: intake_text.as_registration(text, 40)) == "lost-zeros"


def test_one_registration_number_in_every_print_has_one_key() -> None:
    forms = [
        "TIK 9001 00123 2026",
        "TIK.9001.00123.2026",
        "tik.9001.00123 2026",
        "TIK-9001/00123/2026",
    ]
    assert {registration_key(form) for form in forms} == {"TIK 9001 00123 2026"}


@pytest.mark.parametrize(
    "text", ["9001", "BNSP-LSP-9001-ID", "bnsp-lsp-9001-id", " 9001 ", "09001"]
)
def test_lsp_numbers(text: str) -> None:
    assert intake_text.as_lsp(text) == 9001


@pytest.mark.parametrize("text", ["LSP 9001", "BNSP-LSP-9001", "9001-ID", "123456", "9001.0"])
def test_no_lsp_numbers(text: str) -> None:
    assert code_of(lambda: intake_text.as_lsp(text)) == "lsp-form"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2026-1-14", "date-form"),
        ("20260114", "date-form"),
        ("14.01.2026", "date-form"),
        ("45509", "date-is-number"),
        ("45509,5", "date-is-number"),
        ("2026-01-14T00:00", "date-with-time"),
        ("2026-02-30", "no-such-date"),
        ("0000-01-01", "no-such-date"),
        ("２０２６-01-14", "full-width-character"),
        ("2026-01-14\u200b", "invisible-character"),
        ("\u0662\u0660\u0662\u0666-01-14", "character"),
        ("#REF!", "error-cell"),
        (Cell(Kind.NUMBER, "45509"), "date-is-number"),
        (Cell(Kind.DATE, "2026-01-14T01:00:00"), "date-with-time"),
        (Cell(Kind.DATE, "T12:00:00"), "date-with-time"),
        (Cell(Kind.FORMULA, "=TODAY()"), "formula-cell"),
        (Cell(Kind.BOOLEAN, "TRUE"), "boolean-cell"),
        (Cell(Kind.ERROR, "#REF!"), "error-cell"),
    ],
)
def test_dates_that_are_none(raw: Raw, code: str) -> None:
    assert code_of(lambda: intake_text.as_date(raw)) == code


def test_dates() -> None:
    assert intake_text.as_date(" 2026-01-14\u00a0") == date(2026, 1, 14)
    assert intake_text.as_date(Cell(Kind.DATE, "2026-01-14")) == date(2026, 1, 14)


@pytest.mark.parametrize(
    ("text", "code"),
    [("123", "number-cell"), ("1.5e+18", "digits-lost"), ("1234567890123456789", "digits-lost")],
)
def test_number_cells(text: str, code: str) -> None:
    assert code_of(lambda: intake_text.as_text(Cell(Kind.NUMBER, text), 40)) == code


def test_what_is_shown_is_printable_and_bounded() -> None:
    assert shown("a\u202e\x1b[31m\u0301\udcff") == "a<U+202E><U+001B>[31m<U+0301><U+DCFF>"
    assert shown("x" * 61) == "x" * 60 + "…"


def test_sentences_fall_back_to_english() -> None:
    fault = Fault(row=2, column="nama", code="empty-cell")
    assert sentence(fault, "ja") == sentence(fault, "en") == "This cell must be filled in."
