"""Where everything of a QR symbol lies: one table for each version, one for each error level.

Nothing here is typed in anew. Block sizes, alignment patterns, mask conditions and the BCH words
of format and version come from ``qrcode`` (ISO/IEC 18004, sections 7.5 to 7.10 and annex E); this
module only folds them into big integers, so that a whole symbol is one number and masking it is
one XOR. A symbol of ``size`` modules a side is a number of ``size * size`` bits, row after row,
the top left module in the highest bit, 1 = dark. ``x >> 1`` then lays every module's left
neighbour on it, and ``x >> size`` the one above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from operator import itemgetter

from qrcode import base, util  # type: ignore[import-untyped]
from qrcode.main import QRCode  # type: ignore[import-untyped]

VERSIONS = range(1, 41)
MASKS = range(8)
_MASK_PERIOD = 12
"""Every mask condition repeats after 12 rows and 12 columns (they use // and % of 2 and 3)."""


class Correction(IntEnum):
    """Error correction levels, numbered as in the format word (ISO/IEC 18004 table 12)."""

    M = 0
    L = 1
    H = 2
    Q = 3


@dataclass(frozen=True, slots=True)
class Geometry:
    """What a version fixes, whatever the error level: positions and masks."""

    version: int
    size: int
    place: Callable[[bytes], tuple[int, ...]]
    """Bits as ASCII in stream order, and one b"0" at the end -> the modules, row after row."""
    patterns: int
    """Dark modules of finder, alignment and timing patterns."""
    masks: tuple[int, ...]
    """Modules that mask 0 to 7 turns over: data modules only."""
    has_left: int
    """Modules with a left neighbour."""
    has_above: int
    has_ten_left: int
    """Modules that can end a run of eleven in their row."""
    has_ten_above: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What version and error level fix together."""

    geometry: Geometry
    blocks: tuple[tuple[int, int], ...]
    """For each Reed-Solomon block its data and its parity codewords; short blocks first."""
    data_count: int
    total_count: int
    formats: tuple[int, ...]
    """For each mask the dark modules of the format and version words, and the dark module."""


def capacity(version: int, correction: Correction) -> int:
    """Bits of data that fit in a symbol."""
    return int(util.BIT_LIMIT_TABLE[correction][version])


@cache
def geometry(version: int) -> Geometry:
    """The positions of a version, 1 to 40."""
    code = _bare(version, Correction.M)
    size = code.modules_count
    code.setup_position_probe_pattern(0, 0)
    code.setup_position_probe_pattern(size - 7, 0)
    code.setup_position_probe_pattern(0, size - 7)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    patterns = _pack(code.modules)
    _write_words(code, 0)
    free = _pack([[cell is None for cell in row] for row in code.modules])
    return Geometry(
        version=version,
        size=size,
        place=_placement(code.modules),
        patterns=patterns,
        masks=tuple(_mask(mask, size) & free for mask in MASKS),
        has_left=_pack([[column >= 1 for column in range(size)]] * size),
        has_above=_pack([[row >= 1] * size for row in range(size)]),
        has_ten_left=_pack([[column >= 10 for column in range(size)]] * size),
        has_ten_above=_pack([[row >= 10] * size for row in range(size)]),
    )


@cache
def layout(version: int, correction: Correction) -> Layout:
    """Blocks and format words of a version at an error level."""
    blocks = tuple(
        (block.data_count, block.total_count - block.data_count)
        for block in base.rs_blocks(version, correction)
    )
    data_count = sum(data for data, _ in blocks)
    return Layout(
        geometry=geometry(version),
        blocks=blocks,
        data_count=data_count,
        total_count=data_count + sum(parity for _, parity in blocks),
        formats=tuple(_words(version, correction, mask) for mask in MASKS),
    )


def _bare(version: int, correction: Correction) -> QRCode:
    code = QRCode(version=version, error_correction=correction)
    size = code.modules_count = 17 + 4 * version
    code.modules = [[None] * size for _ in range(size)]
    return code


def _write_words(code: QRCode, mask: int) -> None:
    code.setup_type_info(False, mask)
    if code.version >= 7:
        code.setup_type_number(False)


def _words(version: int, correction: Correction, mask: int) -> int:
    code = _bare(version, correction)
    _write_words(code, mask)
    return _pack(code.modules)


def _pack(cells: Sequence[Sequence[bool | None]]) -> int:
    return int("".join("1" if cell else "0" for row in cells for cell in row), 2)


def _mask(mask: int, size: int) -> int:
    """A mask over the whole square, patterns included."""
    turned = util.mask_func(mask)
    period = range(_MASK_PERIOD)
    tile = ["".join("1" if turned(row, column) else "0" for column in period) for row in period]
    wide = [(row * (size // _MASK_PERIOD + 1))[:size] for row in tile]
    return int("".join(wide[row % _MASK_PERIOD] for row in range(size)), 2)


def _placement(cells: Sequence[Sequence[bool | None]]) -> Callable[[bytes], tuple[int, ...]]:
    """Reads a stream of bits in the order of the modules.

    Modules that carry no bit (patterns, and up to 7 left-over ones) take the last item, a zero.
    """
    size = len(cells)
    source = [-1] * (size * size)
    free = (cell for cell in _zigzag(size) if cells[cell // size][cell % size] is None)
    count = sum(cell is None for row in cells for cell in row) // 8 * 8
    for bit, cell in zip(range(count), free, strict=False):
        source[cell] = bit
    return itemgetter(*source)


def _zigzag(size: int) -> Iterator[int]:
    """All modules in the order of ISO/IEC 18004 7.7.3, as row * size + column.

    Pairs of columns from the right, up and down by turns; column 6 (timing) belongs to no pair.
    """
    upwards = True
    for right in range(size - 1, 0, -2):
        column = right - 1 if right <= 6 else right
        for row in reversed(range(size)) if upwards else range(size):
            yield row * size + column
            yield row * size + column - 1
        upwards = not upwards
