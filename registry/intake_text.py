"""One cell to one value: text in the repertoire of a certificate, identifiers, dates.

What cannot change a meaning is put right and noted: composed accents (NFC), blanks at the ends,
runs of blanks, no-break blanks. Nothing else is guessed: each function raises CellError with a
code of intake_faults.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

from registry.intake_cells import NO_TEXT, Cell, CellError, Kind, Raw
from registry.printable import shown
from registry.records import registration_key
from signing.certificate import text_fault

_SURE = date(1900, 3, 1)
"""Programs number the days before it in two ways, because Excel knows a 29 February 1900."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_LIKE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}")
_ERROR_TEXTS = re.compile(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)")
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[Ee]\+?[0-9]+")
_LSP = re.compile(r"BNSP-LSP-([0-9]{1,5})-ID|([0-9]{1,5})")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Drawn as nothing, though Unicode files some of them under letters or marks.
_INVISIBLE = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile("[0-9]")
_KEPT_DIGITS = 15
"""Digits of a number that a spreadsheet program keeps; the rest become zeros."""
# The usual forms, no group too short: most rows need no other check.
_NUMBER = re.compile("[0-9]{5,} [0-9]{4,} [0-9]+ [0-9]{6,} [0-9]{4,}")
_REGISTRATION = re.compile("[A-Za-z]+[ .][0-9]{3,}[ .][0-9]{3,}[ .][0-9]{4,}")
_NUMBER_WIDTHS = (5, 4, 1, 6, 4)
"""Fewest digits of KBLI, KBJI, level, serial, year."""
_REGISTRATION_WIDTHS = (1, 3, 3, 4)
"""Fewest characters of sector, LSP, serial, year."""


def tidy(text: str) -> tuple[str, str | None]:
    """The text in one form, and what was put right: ``tidied-form``, ``tidied-blanks`` or None."""
    if text.isascii() and text == text.strip() and "  " not in text:
        return text, None
    composed = unicodedata.normalize("NFC", text)
    spaced = re.sub(" +", " ", composed.replace("\u00a0", " ")).strip(" ")
    if composed != text:
        return spaced, "tidied-form"
    return spaced, "tidied-blanks" if spaced != text else None


def as_text(raw: Raw, limit: int) -> tuple[str, str | None]:
    """A text of at most ``limit`` bytes, with the note of :func:`tidy`."""
    if isinstance(raw, Cell):
        raise _wrong_kind(raw)
    text, note = tidy(raw)
    fault = text_fault(text, limit)
    if fault == "too-long":
        raise CellError("too-long", bytes=str(len(text.encode())), limit=str(limit))
    if fault is not None:
        raise _strange_character(text)
    if text[0] in "=+-@#":
        _refuse_lead(text)
    return text, note


def as_name(raw: Raw, limit: int) -> tuple[str, str | None]:
    """A person's name: text with at least one letter."""
    text, note = as_text(raw, limit)
    if text in ("TRUE", "FALSE"):  # what a spreadsheet program exports for a truth value
        raise CellError("boolean-cell", value=text)
    if not _LETTER.search(text):
        raise CellError("no-letters", value=shown(text))
    return text, note


def as_identifier(raw: Raw, limit: int) -> tuple[str, str | None]:
    """An identifier with a digit that has passed through no number cell on its way."""
    text, note = as_text(raw, limit)
    if _SCIENTIFIC.fullmatch(text):
        raise CellError("digits-lost", value=shown(text))
    if len(text) > _KEPT_DIGITS and text.isdigit():
        raise CellError("long-number", digits=str(len(text)))
    if not _DIGIT.search(text):
        raise CellError("no-digits", value=shown(text))
    return text, note


def as_certificate_number(raw: Raw, limit: int) -> tuple[str, str | None]:
    """A certificate number; five groups of digits must have their widths (formats 1, field 2)."""
    text, note = as_text(raw, limit)
    if not _NUMBER.fullmatch(text):
        _check_printed(text)
        groups = text.split(" ")
        if len(groups) == len(_NUMBER_WIDTHS) and all(group.isdigit() for group in groups):
            _check_widths(groups, _NUMBER_WIDTHS)
    return text, note


def as_registration(raw: Raw, limit: int) -> tuple[str, str | None]:
    """A registration number; SECTOR LSP SERIAL YEAR must have their widths."""
    text, note = as_text(raw, limit)
    if not _REGISTRATION.fullmatch(text):
        _check_printed(text)
        groups = registration_key(text).split(" ")
        if [group.isdigit() for group in groups] == [False, True, True, True]:
            _check_widths(groups, _REGISTRATION_WIDTHS)
    return text, note


def _check_printed(text: str) -> None:
    """An identifier that is printed in groups: in CSV a bare number may have lost its zeros."""
    as_identifier(text, len(text.encode()))
    if text.isdigit():
        raise CellError("bare-number", value=text)
    if _DATE_LIKE.fullmatch(text):
        raise CellError("date-cell", value=shown(text))


def as_lsp(raw: Raw) -> int:
    """A licence number: ``9001`` or ``BNSP-LSP-9001-ID``."""
    text, _ = as_text(raw, 40)
    match = _LSP.fullmatch(text.upper())
    if not match:
        raise CellError("lsp-form", value=shown(text))
    return int(match[1] or match[2])


def as_units(raw: Raw) -> list[str]:
    """Unit codes separated by ``;``."""
    if isinstance(raw, Cell):
        raise _wrong_kind(raw)
    parts = raw.split(";")
    if any(not part.strip(" \u00a0") for part in parts):
        raise CellError("units-form", value=shown(raw))
    return [as_text(part, 40)[0] for part in parts]


def as_result(raw: Raw) -> bool:
    """K (competent) is True, BK (not yet competent) is False."""
    if isinstance(raw, Cell):
        raise _wrong_kind(raw)
    word = tidy(raw)[0].upper()
    if word not in ("K", "BK"):
        raise CellError("result-unclear", value=shown(raw))
    return word == "K"


def as_date(raw: Raw) -> date:
    """A date: ``YYYY-MM-DD`` or a date cell without a time."""
    if isinstance(raw, str):
        return _date_of_text(raw)
    if raw.kind is Kind.NUMBER:
        raise CellError("date-is-number", value=shown(raw.text))
    if raw.kind is not Kind.DATE:
        raise _wrong_kind(raw)
    if not _DATE.fullmatch(raw.text):
        raise CellError("date-with-time", value=shown(raw.text))
    day = _date_of_text(raw.text)
    if day < _SURE:
        raise CellError("date-unsure", value=raw.text)
    return day


@lru_cache(maxsize=4096)
def _date_of_text(raw: str) -> date:
    text, _ = tidy(raw)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise CellError("no-such-date", value=text) from None
    if _ERROR_TEXTS.match(text):
        raise CellError("error-cell", value=shown(text))
    if re.fullmatch("[0-9]{1,6}([.,][0-9]+)?", text):
        raise CellError("date-is-number", value=shown(text))
    if text_fault(text, len(text.encode(errors="replace"))):
        raise _strange_character(text)
    timed = _DATE.match(text) and text[10] in " T"
    raise CellError("date-with-time" if timed else "date-form", value=shown(text))


def add_years(day: date, years: int) -> date:
    """The same day ``years`` on; 29 February becomes 28 February in a year without one.

    >>> add_years(date(2028, 2, 29), 3)
    datetime.date(2031, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _refuse_lead(text: str) -> None:
    if _ERROR_TEXTS.match(text):
        raise CellError("error-cell", value=shown(text))
    if text[0] != "#":
        raise CellError("formula-lead", character=text[0])


def _check_widths(groups: list[str], widths: tuple[int, ...]) -> None:
    for group, width in zip(groups, widths, strict=True):
        if len(group) < width:
            raise CellError("lost-zeros", group=group, digits=str(width))


def _wrong_kind(cell: Cell) -> CellError:
    value = shown(cell.text)
    if cell.kind is Kind.NUMBER:
        digits = sum(c.isdigit() for c in cell.text.lower().partition("e")[0])
        lost = digits > _KEPT_DIGITS or "e" in cell.text.lower()
        return CellError("digits-lost" if lost else "number-cell", value=value)
    return CellError(f"{cell.kind}-cell", value=value)


def _strange_character(text: str) -> CellError:
    """The first character outside the repertoire, under the code that says what to do about it."""
    place, character = next(
        (place, c) for place, c in enumerate(text, 1) if text_fault(f"a{c}a", 80) and c != " "
    )
    values = {"character": f"U+{ord(character):04X}", "place": str(place)}
    return CellError(_character_code(character), **values)


def _character_code(character: str) -> str:
    category = unicodedata.category(character)
    if character == NO_TEXT:
        return "encoding"
    if character in "\r\n\u2028\u2029":
        return "line-break"
    if category == "Cc":
        return "control-character"
    if character in _BIDI:
        return "bidi-character"
    if category == "Cf" or character in _INVISIBLE or "\ufe00" <= character <= "\ufe0f":
        return "invisible-character"
    if unicodedata.normalize("NFKC", character).isascii():
        return "full-width-character"
    return "character"
