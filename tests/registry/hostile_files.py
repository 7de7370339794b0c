"""Hostile and broken import files, each with the code and the row that intake must name."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from tests.registry.intake_samples import SOUND, as_csv, as_lines, as_xlsx, own, table

Change = Callable[[bytes], bytes]
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FILE_ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHARED_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
_SHARED_LINK = (
    b'<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.'
    b'openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


class Hostile(NamedTuple):
    """A file and what must be said of it."""

    name: str
    data: bytes
    code: str
    row: int
    options: Mapping[str, int] = MappingProxyType({})


@lru_cache(maxsize=1)
def sound_csv() -> bytes:
    """Header and three sound rows."""
    return as_csv(table(own(number) for number in (1, 2, 3)))


@lru_cache(maxsize=1)
def sound_xlsx() -> bytes:
    """The same as a workbook."""
    return as_xlsx(table(own(number) for number in (1, 2, 3)))


def repacked(changes: dict[str, Change], data: bytes = b"") -> bytes:
    """The sound workbook with some parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data or sound_xlsx())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        if not changes.keys() <= set(old.namelist()):
            raise AssertionError("a part to change is not there")
        for member in old.infolist():
            part = old.read(member)
            new.writestr(member.filename, changes.get(member.filename, bytes)(part))
    return out.getvalue()


def swap(old: bytes, new: bytes) -> Change:
    """Replace the first ``old``, which must be there."""

    def change(part: bytes) -> bytes:
        if old not in part:
            raise AssertionError(f"{old!r} is not in the part")
        return part.replace(old, new, 1)

    return change


def with_rows(rows: bytes) -> bytes:
    """The sound workbook with more rows at the end of its sheet."""
    return repacked({SHEET: swap(b"</sheetData>", rows + b"</sheetData>")})


def with_members(members: dict[str, bytes]) -> bytes:
    """The sound workbook with more members."""
    out = io.BytesIO(sound_xlsx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return out.getvalue()


def _text_cell(place: bytes, text: bytes) -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place, text)


def _row(number: int, *cells: bytes) -> bytes:
    return b'<row r="%d">%s</row>' % (number, b"".join(cells))


def _born(serial: int) -> bytes:
    """A workbook whose one row has this serial number in a date cell: 29 February 1900 is 60."""
    day = date(1998, 4, 11)
    number = (day - date(1899, 12, 30)).days
    dated = as_xlsx(table([own(1, tanggal_lahir=day)]))
    return repacked({SHEET: swap(b"<v>%d</v>" % number, b"<v>%d</v>" % serial)}, dated)


def _changed_header(old: str, new: str) -> bytes:
    return sound_csv().replace(old.encode(), new.encode(), 1)


def _line(**changes: object) -> bytes:
    return (json.dumps(own(9) | changes) + "\n").encode()


def csv_texts() -> list[Hostile]:
    """CSV files whose bytes are the trouble, or that are no CSV at all."""
    text = sound_csv()
    return [
        Hostile("empty.csv", b"", "empty-file", 0),
        Hostile("mark-only.csv", b"\xef\xbb\xbf", "no-header", 1),
        Hostile("cp1252.csv", text.replace(b"Budi", b"Jos\xe9", 1), "encoding", 2),
        Hostile("overlong-utf8.csv", text.replace(b"Budi", b"\xc0\xafudi", 1), "encoding", 2),
        Hostile("surrogate-utf8.csv", text.replace(b"Budi", b"\xed\xa0\x80", 1), "encoding", 2),
        Hostile("utf16-no-mark.csv", as_csv(table([own(1)]), encoding="utf-16-le"), "nul", 1),
        Hostile("utf32.csv", as_csv(table([own(1)]), encoding="utf-32"), "nul", 1),
        Hostile("utf16-cut.csv", as_csv(table([own(1)]), encoding="utf-16")[:-1], "ragged", 3),
        Hostile("nul.csv", text.replace(b"Hartono", b"Hart\0no", 1), "nul", 2),
        Hostile("gzip.csv", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "nul", 1),
        Hostile("open-quote.csv", text.replace(b"Budi", b'"Budi', 1), "csv-quotes", 2),
        Hostile("stray-quote.csv", text.replace(b"Budi", b'"B"udi', 1), "csv-quotes", 2),
        Hostile("long-line.csv", text + b"x" * 3_000_000, "line-too-long", 5),
        Hostile("long-cell.csv", text + b"x" * 200_000, "cell-too-long", 5),
        Hostile("quote-swallows.csv", text + b'"' + text * 2_000, "cell-too-long", 5),
        Hostile("page.xls", b"<html><table><tr><td>nama</td></tr></table></html>",
            "not-a-workbook", 0),
        Hostile("renamed.xlsx", text, "not-a-workbook", 0),
        Hostile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "workbook-encrypted", 0),
    ]  # fmt: skip


def csv_shapes() -> list[Hostile]:
    """CSV files whose header or rows are the trouble."""
    text, bare = sound_csv(), sound_csv().replace(b"\r\n", b"\n")
    header, *rows = bare.decode().splitlines()
    cut = ";".join(rows[1].split(";")[:-1])
    doubled = [own(n, nama="=x") for n in range(1, 40)]
    return [
        Hostile("blank-first.csv", b"\r\n" + text, "no-header", 1),
        Hostile("header-only.csv", header.encode(), "no-rows", 0),
        Hostile("blank-rows.csv", header.encode() + b"\n;;;;;\n\n;;\n", "no-rows", 0),
        Hostile("no-header.csv", "\n".join(rows).encode(), "no-header", 1),
        Hostile("pipe.csv", text.replace(b";", b"|"), "no-header", 1),
        Hostile("title-row.csv", b"DAFTAR PESERTA\n" + text, "no-header", 1),
        Hostile("short-row.csv", "\n".join([header, rows[0], cut]).encode(), "ragged", 3),
        Hostile("long-row.csv", "\n".join([header, rows[0] + ";x"]).encode(), "ragged", 2),
        Hostile("cut.csv", text[:-40], "ragged", 4),
        Hostile("missing-column.csv", _changed_header("lsp", "kota"), "column-missing", 1),
        Hostile("twin-column.csv", _changed_header("NIK", "nama"), "column-twice", 1),
        Hostile("twin-languages.csv", _changed_header("NIK", "name"), "column-twice", 1),
        Hostile("misspelt-column.csv", _changed_header("unit", "unitt"), "column-unclear", 1),
        Hostile("hidden-in-header.csv", _changed_header("hasil", "hasil\u200b"),
            "column-unclear", 1),
        Hostile("nameless-column.csv", _changed_header("nama_paspor", "").replace(
            b"Budi Hartono;", b"Budi Hartono;X", 1), "column-nameless", 2),
        Hostile("many-faults.csv", as_csv(table(doubled)), "too-many-faults", 31,
            {"max_faults": 30}),
        Hostile("many-rows.csv", text, "too-many-rows", 4, {"max_rows": 2}),
    ]  # fmt: skip


def line_files() -> list[Hostile]:
    """JSON Lines."""
    sound = as_lines(table([own(1)]))
    twin = sound.replace(b'"NIK"', b'"nama"')
    return [
        Hostile("text.jsonl", sound + b"nama\n", "json", 2),
        Hostile("array.jsonl", sound + b'["nama"]\n', "json-object", 2),
        Hostile("bare-text.jsonl", b'"nama"\n', "json-object", 1),
        Hostile("nested.jsonl", sound + _line(nama={"a": 1}), "json-object", 2),
        Hostile("list.jsonl", sound + _line(unit=["J.620100.025.02"]), "json-object", 2),
        Hostile("twin.jsonl", sound + twin, "column-twice", 2),
        Hostile("twice-the-name.jsonl", twin + twin, "column-twice", 2),
        Hostile("missing.jsonl", sound + b'{"nama": "Budi"}\n', "column-missing", 2),
        Hostile("deep.jsonl", sound + b"[" * 100_000 + b"\n", "json", 2),
        Hostile("digits.jsonl", sound + b'{"nama": ' + b"9" * 9_000 + b"}\n", "column-missing", 2),
        Hostile("not-a-number.jsonl", sound + _line(nama=float("nan")), "number-cell", 2),
        Hostile("surrogate.jsonl", sound + _line(nama="Budi\ud800"), "character", 2),
        Hostile("nul.jsonl", sound + b"\0\n", "nul", 2),
        Hostile("escaped-nul.jsonl", sound + _line(nama="Bu\0di"), "control-character", 2),
    ]


def workbook_zips() -> list[Hostile]:
    """Workbooks whose container is the trouble."""
    encrypted = bytearray(sound_xlsx())
    entry = encrypted.rindex(b"PK\x01\x02")
    encrypted[entry + 8] |= 1
    damaged = bytearray(sound_xlsx())
    damaged[damaged.index(SHEET.encode()) + len(SHEET) + 99] ^= 0xFF
    extra = SHEET.replace("sheet1", "sheet2")
    return [
        Hostile("cut.xlsx", sound_xlsx()[:-400], "workbook-damaged", 0),
        Hostile("flipped.xlsx", bytes(damaged), "workbook-damaged", 0),
        Hostile("start-only.xlsx", b"PK\x03\x04", "workbook-damaged", 0),
        Hostile("encrypted.xlsx", bytes(encrypted), "workbook-encrypted", 0),
        Hostile("no-book.xlsx", as_zip({"mimetype": b"text"}), "not-a-workbook", 0),
        Hostile("as.csv", as_zip({"a": b"text"}), "not-a-workbook", 0),
        Hostile("bomb.xlsx", with_members({extra: b" " * (64 << 20)}), "zip-budget", 0),
        Hostile("members.xlsx", with_members({f"x{n}.bin": b"" for n in range(201)}),
            "zip-budget", 0),
        Hostile("declared.xlsx", declared_size(300 << 20), "zip-budget", 0),
        Hostile("twin-part.xlsx", twin_part(), "workbook-damaged", 0),
    ]  # fmt: skip


def workbook_parts() -> list[Hostile]:
    """Workbooks whose XML is the trouble."""
    return [
        Hostile("laughs-sheet.xlsx", repacked({SHEET: lambda part: BOMB + part}),
            "workbook-dtd", 0),
        Hostile("laughs-strings.xlsx", repacked({STRINGS: lambda part: BOMB + part}, shared()),
            "workbook-dtd", 0),
        Hostile("no-strings.xlsx", repacked({STRINGS: lambda part: b"<sst/>"}, shared()),
            "workbook-damaged", 0),
        Hostile("entity-book.xlsx", repacked({BOOK: lambda part: FILE_ENTITY + part}),
            "workbook-dtd", 0),
        Hostile("entity-rels.xlsx", repacked({"_rels/.rels": lambda part: FILE_ENTITY + part}),
            "workbook-dtd", 0),
        Hostile("dtd-behind-1MiB.xlsx", repacked({SHEET: lambda part: b"<!--" +
            bytes(range(33, 45)) * 87_381 + b"-->" + BOMB + part}), "workbook-dtd", 0),
        Hostile("utf16-xml.xlsx", repacked({SHEET: lambda part: (BOMB + part).decode()
            .encode("utf-16")}), "workbook-damaged", 0),
        Hostile("cut-xml.xlsx", repacked({SHEET: lambda part: part[:-60]}), "workbook-damaged", 0),
        Hostile("not-xml.xlsx", repacked({BOOK: lambda part: b"nama;lsp"}), "workbook-damaged", 0),
    ]  # fmt: skip


def workbook_cells() -> list[Hostile]:
    """Workbooks whose rows and cells are the trouble."""
    far = _text_cell(b"XFD1048576", b"x")
    return [
        Hostile("far-cell.xlsx", with_rows(_row(1_048_576, far)), "too-many-columns", 1_048_576),
        Hostile("far-column.xlsx", with_rows(_row(5, _text_cell(b"BM5", b"x"))),
            "too-many-columns", 5),
        Hostile("far-row.xlsx", with_rows(_row(99_999_999_999, _text_cell(b"A99999999999", b"x"))),
            "too-many-rows", 99_999_999_999),
        Hostile("twin-row.xlsx", with_rows(_row(3, _text_cell(b"A3", b"x"))),
            "workbook-damaged", 0),
        Hostile("rows-in-disorder.xlsx", with_rows(_row(2, _text_cell(b"A2", b"x"))),
            "workbook-damaged", 0),
        Hostile("cell-of-other-row.xlsx", with_rows(_row(9, _text_cell(b"A2", b"x"))),
            "workbook-damaged", 0),
        Hostile("twin-cell.xlsx", with_rows(_row(9, _text_cell(b"A9", b"x"), _text_cell(
            b"A9", b"y"))), "workbook-damaged", 0),
        Hostile("cell-nowhere.xlsx", with_rows(_row(9, _text_cell(b"9A", b"x"))),
            "workbook-damaged", 0),
        Hostile("string-index.xlsx", with_rows(
            b'<row r="9"><c r="A9" t="s"><v>99999</v></c></row>'), "workbook-damaged", 0),
        Hostile("number-text.xlsx", with_rows(b'<row r="9"><c r="A9"><v>abc</v></c></row>'),
            "workbook-damaged", 0),
        Hostile("number-9000-digits.xlsx", with_rows(b'<row r="9"><c r="A9"><v>' + b"9" * 9_000 +
            b"</v></c></row>"), "workbook-damaged", 0),
        Hostile("array-formula.xlsx", with_rows(b'<row r="5"><c r="C5"><f t="array" ref="C5:C5">'
            b"1+1</f><v>2</v></c></row>"), "formula-cell", 5),
        Hostile("serial-past-9999.xlsx", with_rows(b'<row r="5"><c r="E5"><v>99999999999</v></c>'
            b"</row>"), "date-is-number", 5),
    ]  # fmt: skip


def workbook_sheets() -> list[Hostile]:
    """Workbooks whose sheets or header are the trouble."""
    return [
        Hostile("many-rows.xlsx", sound_xlsx(), "too-many-rows", 4, {"max_rows": 2}),
        Hostile("hidden-row.xlsx", repacked({SHEET: swap(b'<row r="3"', b'<row r="3" hidden="1"')}),
            "hidden-row", 3),
        Hostile("merged-lsp.xlsx", repacked({SHEET: swap(b"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="G2:G4"/></mergeCells>')}),
            "merged-cells", 2),
        Hostile("merged-units.xlsx", repacked({SHEET: swap(b"</sheetData>", b'</sheetData>'
            b'<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="I3:J4"/></mergeCells>')}),
            "merged-cells", 3),
        Hostile("two-headers.xlsx", as_xlsx([list(SOUND), *table([own(1)])]), "no-digits", 2),
        Hostile("serial-60.xlsx", _born(60), "date-unsure", 2),
        Hostile("serial-0.xlsx", _born(0), "date-with-time", 2),
        Hostile("two-sheets.xlsx", as_two_sheets(), "which-sheet", 0),
        Hostile("hidden-sheet.xlsx", repacked({BOOK: swap(b'state="visible"',
            b'state="hidden"')}), "which-sheet", 0),
        Hostile("title-row.xlsx", as_xlsx([["DAFTAR PESERTA"], *table([own(1)])]), "no-header", 1),
        Hostile("empty-sheet.xlsx", as_xlsx([]), "empty-file", 0),
        Hostile("header-only.xlsx", as_xlsx([list(SOUND)]), "no-rows", 0),
        Hostile("numbers-as-header.xlsx", as_xlsx([[1, 2, 3], *table([own(1)])]), "no-header", 1),
    ]  # fmt: skip


def as_zip(members: dict[str, bytes]) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return out.getvalue()


def as_two_sheets() -> bytes:
    """Two visible sheets, none of them named as the one with the data."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    book.create_sheet("Lain")
    for sheet in book.worksheets:
        sheet.append(list(SOUND))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def declared_size(size: int) -> bytes:
    """A workbook whose directory declares one member larger than it is."""
    data = bytearray(with_members({"x.bin": bytes(range(256)) * 8_000}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    return bytes(data)


def deep_xml(depth: int) -> bytes:
    """Nested elements of names that do not compress away."""
    names = [hashlib.sha256(b"%d" % n).hexdigest()[:6] for n in range(depth)]
    opened = "".join(f"<a{name}>" for name in names)
    return (opened + "".join(f"</a{name}>" for name in reversed(names))).encode()


def shared(texts: Iterable[str] = ()) -> bytes:
    """The sound workbook with its texts in the shared table, as Excel writes them, and more."""
    found: list[str] = []

    def move(part: bytes) -> bytes:
        def refer(match: re.Match[str]) -> str:
            found.append(match[2])
            return f'<c{match[1]} t="s"><v>{len(found) - 1}</v></c>'

        return re.sub(
            r'<c([^>]*) t="inlineStr"[^>]*><is><t[^>]*>([^<]*)</t></is></c>', refer, part.decode()
        ).encode()

    moved = repacked(
        {
            SHEET: move,
            "[Content_Types].xml": swap(b"</Types>", _SHARED_TYPE + b"</Types>"),
            "xl/_rels/workbook.xml.rels": swap(b"</Relationships>", _SHARED_LINK),
        }
    )
    out = io.BytesIO(moved)
    table_part = "".join(f"<si><t>{text}</t></si>" for text in [*found, *texts])
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(STRINGS, f'<sst xmlns="{_MAIN}">{table_part}</sst>')
    return out.getvalue()


def many_strings(count: int) -> bytes:
    """A workbook whose shared texts cost more memory and time than its size tells."""
    return shared(hashlib.sha256(b"%d" % n).hexdigest()[:12] for n in range(count))


def twin_part() -> bytes:
    """Two members of one name: which of them counts is anybody's guess."""
    data = with_members({"xl/worksheets/sheet9.xml": b"<worksheet/>"})
    return data.replace(b"xl/worksheets/sheet9.xml", b"xl/worksheets/sheet1.xml")


def hostile() -> list[Hostile]:
    """All of them."""
    texts = [*csv_texts(), *csv_shapes(), *line_files()]
    return [
        *texts,
        *workbook_zips(),
        *workbook_parts(),
        *workbook_cells(),
        *workbook_sheets(),
    ]
