"""QR symbols, the same bit for bit as those of ``qrcode`` 8.2 and some 100 times as fast.

A registry draws a million of them, and ``qrcode`` spends 22 ms on one, nine tenths of it in
scoring eight masks module by module. Here a symbol is one big integer (``qr_layout``): masks are
XOR, the rules of the score are shifts and bit counts. docs/decisions/0005 says why this is worth
own code; tests hold it equal to ``qrcode``, and zxing-cpp reads every symbol that is drawn.

>>> made = symbol_of([Segment(Mode.NUMERIC, b"0123456789")])
>>> (made.version, made.mask, made.size, made.rows[0])
(1, 0, 21, '111111100001101111111')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, reduce
from operator import getitem, xor

from qrcode import base, util  # type: ignore[import-untyped]

from registry.errors import UserError, Words
from registry.qr_layout import MASKS, VERSIONS, Correction, Geometry, Layout, capacity, layout

_THREE = {f"{number:03d}": f"{number:010b}" for number in range(1000)}
"""Three digits -> ten bits (ISO/IEC 18004 7.4.3)."""
_PADDING = b"\xec\x11"
_ALPHANUMERIC: bytes = util.ALPHA_NUM


class SymbolTooLargeError(UserError):
    """The data fit in no symbol, or in none that a reader takes."""

    def __init__(self, why: Words) -> None:
        hint = Words("shorten the longest field", "pendekkan isian yang terpanjang")
        super().__init__("symbol-too-large", "QR", why, hint)


class Mode(IntEnum):
    """Mode indicators (ISO/IEC 18004 table 2); no ECI, no kanji."""

    NUMERIC = 1
    ALPHANUMERIC = 2
    BYTE = 4


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the data in one mode. ValueError if it is empty or the mode cannot carry it."""

    mode: Mode
    data: bytes

    def __post_init__(self) -> None:
        numeric = self.mode is Mode.NUMERIC
        odd = self.data.translate(None, _ALPHANUMERIC[:10] if numeric else _ALPHANUMERIC)
        if not self.data or (odd and self.mode is not Mode.BYTE):
            raise ValueError(f"not {self.mode.name.lower()} data: {self.data[:40]!r}")

    def length(self, version: int) -> int:
        """Bits in a symbol of this version, head included."""
        return 4 + int(util.length_in_bits(self.mode, version)) + self._body_length()

    def bits(self, version: int) -> str:
        """The bits as ``0`` and ``1``: mode, count of characters, data."""
        count = f"{len(self.data):0{util.length_in_bits(self.mode, version)}b}"
        return f"{self.mode:04b}{count}{self._body()}"

    def _body_length(self) -> int:
        count = len(self.data)
        if self.mode is Mode.NUMERIC:
            return count // 3 * 10 + (0, 4, 7)[count % 3]
        if self.mode is Mode.ALPHANUMERIC:
            return count // 2 * 11 + count % 2 * 6
        return 8 * count

    def _body(self) -> str:
        if self.mode is Mode.NUMERIC:
            return _numeric_bits(self.data.decode("ascii"))
        if self.mode is Mode.ALPHANUMERIC:
            return _alphanumeric_bits(self.data)
        return f"{int.from_bytes(self.data, 'big'):0{8 * len(self.data)}b}"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A finished symbol. ``rows`` hold one character a module, ``1`` = dark, no quiet zone."""

    version: int
    correction: Correction
    mask: int
    rows: tuple[str, ...]

    @property
    def size(self) -> int:
        """Modules a side."""
        return len(self.rows)


def symbol_of(
    segments: Sequence[Segment],
    *,
    correction: Correction = Correction.M,
    minimum_version: int = 1,
    mask: int | None = None,
) -> Symbol:
    """The symbol of these segments in the smallest version that fits.

    ``mask`` None takes the one that ``qrcode`` takes. SymbolTooLargeError if no version fits;
    ValueError without segments, or for a version or mask that does not exist.
    """
    if not segments:
        raise ValueError("a symbol needs data")
    if minimum_version not in VERSIONS or mask not in {None, *MASKS}:
        raise ValueError(f"no version {minimum_version} or no mask {mask}")
    version = _fitting(segments, correction, minimum_version)
    form = layout(version, correction)
    geometry = form.geometry
    plain = _placed(_codewords(segments, form), geometry) | geometry.patterns
    chosen = _best_mask(plain, geometry) if mask is None else mask
    modules = plain ^ geometry.masks[chosen] | form.formats[chosen]
    size = geometry.size
    flat = f"{modules:0{size * size}b}"
    rows = tuple(flat[start : start + size] for start in range(0, size * size, size))
    return Symbol(version, correction, chosen, rows)


def _fitting(segments: Iterable[Segment], correction: Correction, minimum_version: int) -> int:
    bits = limit = 0
    for version in range(minimum_version, VERSIONS.stop):
        bits = sum(segment.length(version) for segment in segments)
        limit = capacity(version, correction)
        if bits <= limit:
            return version
    raise SymbolTooLargeError(
        Words(
            f"the data need {bits} bits, and the largest symbol at this level holds {limit}",
            f"data memerlukan {bits} bit, simbol terbesar pada tingkat ini memuat {limit} bit",
        )
    )


def _numeric_bits(digits: str) -> str:
    whole = len(digits) - len(digits) % 3
    body = "".join(map(_THREE.__getitem__, re.findall("...", digits[:whole])))
    rest = digits[whole:]
    return body + f"{int(rest):0{1 + 3 * len(rest)}b}" if rest else body


def _alphanumeric_bits(text: bytes) -> str:
    values = [_ALPHANUMERIC.index(letter) for letter in text]
    pairs = zip(values[::2], values[1::2], strict=False)
    body = "".join(f"{45 * first + second:011b}" for first, second in pairs)
    return body + f"{values[-1]:06b}" if len(values) % 2 else body


def _codewords(segments: Iterable[Segment], form: Layout) -> bytes:
    """Data and parity, interleaved as they are placed (ISO/IEC 18004 7.4.10, 7.5, 7.6)."""
    version = form.geometry.version
    bits = "".join(segment.bits(version) for segment in segments)
    bits += "0" * min(4, 8 * form.data_count - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    data += (_PADDING * form.data_count)[: form.data_count - len(data)]
    return _interleaved(data, form)


def _interleaved(data: bytes, form: Layout) -> bytes:
    count = len(form.blocks)
    shortest, parity_count = form.blocks[0]
    longest = form.blocks[-1][0]
    tables = _parity_tables(parity_count, longest)
    out = bytearray(form.total_count)
    parity_at = form.data_count
    start = 0
    for number, (length, _) in enumerate(form.blocks):
        block = data[start : start + length]
        start += length
        out[number : count * shortest : count] = block[:shortest]
        if length > shortest:
            # Only the long blocks, the last ones, have this byte: they stand without gaps.
            out[parity_at - count + number] = block[shortest]
        parity = reduce(xor, map(getitem, tables[longest - length :], block))
        out[parity_at + number :: count] = parity.to_bytes(parity_count, "big")
    return bytes(out)


@cache
def _parity_tables(parity_count: int, length: int) -> tuple[tuple[int, ...], ...]:
    """What each value of each byte of a block adds to its parity, first byte first.

    Reed-Solomon parity is linear, so the parity of a block is the XOR of one table entry a byte.
    A block shorter by k bytes uses the tables from the k-th on.
    """
    generator = base.Polynomial([1], 0)
    for power in range(parity_count):
        generator = generator * base.Polynomial([1, base.gexp(power)], 0)
    tail: list[int] = [base.glog(term) for term in generator.num[1:]]
    last = (0, *(_multiple(tail, base.glog(factor)) for factor in range(1, 256)))
    shift = 8 * (parity_count - 1)
    low = (1 << shift) - 1
    tables = [last]
    for _ in range(length - 1):
        tables.append(tuple((value & low) << 8 ^ last[value >> shift] for value in tables[-1]))
    return tuple(reversed(tables))


def _multiple(logs: Iterable[int], factor_log: int) -> int:
    return int.from_bytes(bytes(base.gexp(log + factor_log) for log in logs), "big")


def _placed(codewords: bytes, geometry: Geometry) -> int:
    bits = f"{int.from_bytes(codewords, 'big'):0{8 * len(codewords)}b}0"
    return int(bytes(geometry.place(bits.encode("ascii"))), 2)


def _best_mask(plain: int, geometry: Geometry) -> int:
    """The mask with the lowest score; of equal ones the first.

    Like ``qrcode``, and unlike the standard, the format and version words count as light.
    """
    scores = [_score(plain ^ geometry.masks[mask], geometry) for mask in MASKS]
    return scores.index(min(scores))


def _score(modules: int, geometry: Geometry) -> int:
    """Penalty points N1 to N4 of ISO/IEC 18004 7.8.3, counted as ``qrcode`` counts them."""
    size = geometry.size
    lines, same_left = _line_score(modules, 1, geometry.has_left, geometry.has_ten_left)
    columns, same_above = _line_score(modules, size, geometry.has_above, geometry.has_ten_above)
    squares = same_left & same_left >> size & same_above
    dark = float(modules.bit_count()) / size**2
    imbalance = int(abs(dark * 100 - 50) / 5)
    return lines + columns + 3 * squares.bit_count() + 10 * imbalance


def _line_score(modules: int, step: int, has_one: int, has_ten: int) -> tuple[int, int]:
    """N1 and N3 in one direction, and the modules that equal the one a step before.

    A run of n >= 5 scores n - 2: it holds n - 4 windows of five, and one of them starts it.
    N3 is 1011101 (modules) with 0000 before or after, 40 points each.
    """
    same = has_one & ~(modules ^ modules >> step)
    fives = same & same >> step
    fives &= fives >> 2 * step
    starts = fives & ~(fives >> step)
    finder = modules & modules >> 2 * step & modules >> 3 * step & modules >> 4 * step
    finder &= modules >> 6 * step & ~(modules >> step | modules >> 5 * step)
    # An empty place before the first row counts as light, but `has_ten` cuts those windows off.
    two_light = ~(modules | modules >> step)
    light = two_light & two_light >> 2 * step
    framed = (finder >> 4 * step & light | finder & light >> 7 * step) & has_ten
    return fives.bit_count() + 2 * starts.bit_count() + 40 * framed.bit_count(), same
