"""P2: QR symbols against ``qrcode`` and libqrencode, as ratios of CPU time in one run.

    python -m benchmarks.p2_qr [--size 200]

Every contender gets the same payloads, in batches by turns, so that a busy machine slows all of
them alike. All make version 12 or larger at level M and choose the mask themselves. Before that
our symbols are compared with those of ``qrcode`` and, mask by mask, with those that zxing-cpp's
writer makes; one of libqrencode is read back. Last, files are drawn as ``absah qr`` draws them, by
this process and by two, their start and the disk included.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import zxingcpp
from qrcode.main import QRCode  # type: ignore[import-untyped]

from benchmarks.figure import Direction, Figure, Found, Point, run
from registry.drawing import Style, draw_all
from registry.executors import executor
from registry.qr import checked, png, svg, symbol
from registry.qr_symbol import Mode, Segment, symbol_of
from registry.sheet_label import Label
from signing.fragment import qr_text

SITE = "https://sertifikat.example.go.id/v"
"""35 characters with the ``#``."""
BYTES = 275
"""Of a certificate: version 13 at level M."""
FILES = 4_000
"""Files drawn, whatever the size: below that the start of a process would be all that is seen."""
FORMAT = zxingcpp.BarcodeFormat.QRCode
SMALLEST_VERSION = 12
BATCH = 20
"""Payloads that a contender takes in one go, with its code and tables warm, as in a real batch."""
LEVEL_M, MODE_NUMERIC, MODE_BYTE = 1, 0, 2
"""libqrencode's QR_ECLEVEL_M, QR_MODE_NUM and QR_MODE_8 (qrencode.h)."""


class EncodedCode(ctypes.Structure):
    """libqrencode's ``QRcode``."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("width", ctypes.c_int),
        ("data", ctypes.POINTER(ctypes.c_ubyte)),
    )


class Libqrencode:
    """The C library through ctypes. OSError if it is not installed."""

    def __init__(self) -> None:
        library = ctypes.CDLL(ctypes.util.find_library("qrencode") or "libqrencode.so.4")
        library.QRinput_new2.restype = ctypes.c_void_p
        library.QRinput_new2.argtypes = [ctypes.c_int, ctypes.c_int]
        library.QRinput_append.argtypes = [
            *(ctypes.c_void_p, ctypes.c_int, ctypes.c_int),
            ctypes.c_char_p,
        ]
        library.QRinput_free.argtypes = [ctypes.c_void_p]
        library.QRcode_encodeInput.restype = ctypes.POINTER(EncodedCode)
        library.QRcode_encodeInput.argtypes = [ctypes.c_void_p]
        library.QRcode_free.argtypes = [ctypes.c_void_p]
        self._library = library

    def modules(self, text: str) -> tuple[int, bytes]:
        """Size and modules (lowest bit 1 = dark), from the same two segments as ours."""
        address, mark, digits = text.partition("#")
        given = self._library.QRinput_new2(SMALLEST_VERSION, LEVEL_M)
        for mode, piece in ((MODE_BYTE, address + mark), (MODE_NUMERIC, digits)):
            data = piece.encode()
            if self._library.QRinput_append(given, mode, len(data), data):
                raise RuntimeError("libqrencode refused the data")
        made = self._library.QRcode_encodeInput(given)
        self._library.QRinput_free(given)
        if not made:
            raise RuntimeError("libqrencode made no symbol")
        size = made.contents.width
        modules = ctypes.string_at(made.contents.data, size * size)
        self._library.QRcode_free(made)
        return size, modules


@dataclass(slots=True)
class Contender:
    """Work on one payload and the CPU seconds that it took, payload by payload."""

    name: str
    run: Callable[[bytes, str], object]
    seconds: list[float] = field(default_factory=list)

    def take(self, batch: Sequence[tuple[bytes, str]]) -> None:
        """Run once for each payload and note the times."""
        for data, text in batch:
            start = time.process_time()
            self.run(data, text)
            self.seconds.append(time.process_time() - start)

    @property
    def median(self) -> float:
        """CPU seconds for one payload."""
        return statistics.median(self.seconds)


def stock_rows(text: str) -> tuple[str, ...]:
    """``qrcode`` as its documentation uses it, but for the smallest version."""
    return tuple("".join("1" if cell else "0" for cell in row) for row in stock(text).modules)


def stock(text: str) -> QRCode:
    """A finished ``qrcode`` symbol, mask of its own choice."""
    code = QRCode(version=SMALLEST_VERSION)
    code.add_data(text)
    code.make()
    return code


def library_contender() -> Contender | None:
    """libqrencode, after one of its symbols was read back; None if it is not installed."""
    try:
        library = Libqrencode()
    except OSError:
        return None
    text = qr_text(SITE, bytes(275))
    size, modules = library.modules(text)
    pixels = bytes(0 if module & 1 else 255 for module in modules)
    picture = memoryview(pixels).cast("B", (size, size))
    if [code.text for code in zxingcpp.read_barcodes(picture, is_pure=True)] != [text]:
        raise RuntimeError("libqrencode's symbol does not read back")
    return Contender("libqrencode", lambda _, text: library.modules(text))


def contenders() -> list[Contender]:
    """Ours, the two references, and ours with files that are read back."""
    found = [
        Contender("symbol", lambda data, _: symbol(SITE, data)),
        Contender("qrcode", lambda _, text: stock(text)),
        Contender(
            "symbol, SVG and check", lambda data, text: checked(svg(symbol(SITE, data)), text)
        ),
        Contender(
            "symbol, PNG and check", lambda data, text: checked(png(symbol(SITE, data)), text)
        ),
    ]
    library = library_contender()
    return [*found, library] if library else found


def medians_of(work: Sequence[tuple[bytes, str]]) -> dict[str, float]:
    """Median CPU seconds of each contender, by turns."""
    rivals = contenders()
    for rival in rivals:  # tables and caches are made once, whoever comes first
        rival.run(*work[0])
    for start in range(0, len(work), BATCH):
        for rival in rivals:
            rival.take(work[start : start + BATCH])
    return {rival.name: rival.median for rival in rivals}


def equal_to_others(work: Sequence[tuple[bytes, str]]) -> None:
    """RuntimeError: a symbol is not that of ``qrcode``, or at some mask not that of zxing-cpp."""
    for data, text in work[:BATCH]:
        if symbol(SITE, data).rows != stock_rows(text):
            raise RuntimeError("our symbol is not that of qrcode")
    for number, (_, text) in enumerate(work):
        mask = number % 8
        if symbol_of(zxing_segments(text), mask=mask).rows != zxing_rows(text, mask):
            raise RuntimeError("our symbol is not that of zxing-cpp")


def zxing_segments(text: str) -> list[Segment]:
    """The segments that zxing-cpp chooses for such a text, which are those of a certificate."""
    address, mark, digits = text.partition("#")
    return [
        Segment(Mode.BYTE, (address + mark).encode()),
        Segment(Mode.NUMERIC, digits.encode()),
    ]


def zxing_rows(text: str, mask: int) -> tuple[str, ...]:
    """The modules as zxing-cpp's own writer makes them, 1 = dark."""
    made = zxingcpp.create_barcode(text, FORMAT, ec_level="M", dataMask=mask)
    picture = memoryview(made.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    cells = picture.tobytes().translate(_CELLS).decode()
    size = math.isqrt(len(cells))
    return tuple(cells[at : at + size] for at in range(0, len(cells), size))


_CELLS = bytes(49 if value < 128 else 48 for value in range(256))


def figures(medians: dict[str, float]) -> list[Figure]:
    """The ratios of quality.md P2 and two more, as far as both sides were measured."""
    wanted: tuple[tuple[str, str, float | None, Direction], ...] = (
        ("qrcode", "symbol", 50, ">="),
        ("libqrencode", "symbol", 1, ">="),
        ("symbol, SVG and check", "symbol", 3, "<="),
        ("symbol, PNG and check", "symbol", None, "<="),
        ("qrcode", "symbol, SVG and check", None, ">="),
    )
    return [
        Figure(
            id="P2",
            work=upper,
            reference=lower,
            ratio=medians[upper] / medians[lower] if upper in medians else None,
            target=target,
            direction=direction,
            why="" if upper in medians else "not installed (apt install libqrencode4)",
        )
        for upper, lower, target, direction in wanted
    ]


def files_a_second(processes: int) -> float:
    """SVG files by the clock, each made, read back, written and noted."""
    rng = random.Random(FILES)
    drawings = [
        (f"{index}.svg", [Label(index, "", "", 9001, b"\xd2" + rng.randbytes(BYTES - 1))])
        for index in range(FILES)
    ]
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        with executor(processes) as running:
            draw_all(drawings, Style("svg", SITE), Path(out), running)
        return FILES / (time.perf_counter() - start)


def by_processes(rates: dict[str, float]) -> Figure:
    """What a second process gains. It has no target: it is the machine's."""
    ratio = rates["two processes"] / rates["one process"]
    work, reference = "files a second, two processes", "one process"
    return Figure(id="P2", work=work, reference=reference, ratio=ratio, target=None, direction=">=")


def measure(size: int) -> Found:
    """The ratios over ``size`` random payloads, all of them compared with zxing-cpp's symbols."""
    rng = random.Random(BYTES)
    payloads = [b"\xd2" + rng.randbytes(BYTES - 1) for _ in range(size)]
    work = [(data, qr_text(SITE, data)) for data in payloads]
    equal_to_others(work)
    medians = medians_of(work)
    rates = {"one process": files_a_second(1), "two processes": files_a_second(2)}
    return Found(
        size=size,
        things="payloads",
        figures=[*figures(medians), by_processes(rates)],
        points=[Point(name, seconds * size) for name, seconds in medians.items()],
        details={
            "bytes of a payload": BYTES,
            "symbols equal to qrcode": min(BATCH, size),
            "symbols equal to zxing-cpp at a fixed mask": size,
            "files a second": {name: round(rate) for name, rate in rates.items()},
            "microseconds": {name: round(took * 1e6, 1) for name, took in medians.items()},
        },
    )


if __name__ == "__main__":
    run("p2_qr", measure, 200)
