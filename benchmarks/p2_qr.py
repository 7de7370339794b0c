"""P2: QR symbols against ``qrcode`` and libqrencode, as ratios of CPU time in one run.

    python -m benchmarks.p2_qr [--count N] [--bytes N] [--json]

Every contender gets the same payloads, in batches by turns, so that a busy machine slows all of
them alike. All make version 12 or larger at level M and choose the mask themselves. Before that
our symbols are compared with those of ``qrcode``, and one of libqrencode is read back.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import zxingcpp
from qrcode.main import QRCode  # type: ignore[import-untyped]

from registry.qr import checked, png, svg, symbol
from signing.fragment import qr_text

SITE = "https://sertifikat.example.go.id/v"
"""35 characters with the ``#``."""
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


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long ``upper`` takes as ``lower``; ``target`` is quality.md's."""

    upper: str
    lower: str
    value: float
    target: str | None


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
        Contender("symbol+svg+check", lambda data, text: checked(svg(symbol(SITE, data)), text)),
        Contender("symbol+png+check", lambda data, text: checked(png(symbol(SITE, data)), text)),
    ]
    library = library_contender()
    return [*found, library] if library else found


def measure(payloads: Sequence[bytes]) -> dict[str, float]:
    """Median CPU seconds of each contender. RuntimeError if a symbol differs from qrcode's."""
    work = [(data, qr_text(SITE, data)) for data in payloads]
    for data, text in work[:BATCH]:
        if symbol(SITE, data).rows != stock_rows(text):
            raise RuntimeError("our symbol is not that of qrcode")
    rivals = contenders()
    for rival in rivals:  # tables and caches are made once, whoever comes first
        rival.run(*work[0])
    for start in range(0, len(work), BATCH):
        for rival in rivals:
            rival.take(work[start : start + BATCH])
    return {rival.name: rival.median for rival in rivals}


def ratios(medians: dict[str, float]) -> list[Ratio]:
    """The ratios of quality.md P2 and two more, as far as both sides were measured."""
    wanted = (
        ("qrcode", "symbol", ">= 50"),
        ("libqrencode", "symbol", ">= 1"),
        ("symbol+svg+check", "symbol", "<= 3"),
        ("symbol+png+check", "symbol", None),
        ("qrcode", "symbol+svg+check", None),
    )
    return [
        Ratio(upper, lower, round(medians[upper] / medians[lower], 2), target)
        for upper, lower, target in wanted
        if upper in medians
    ]


def print_text(size: int, count: int, medians: dict[str, float]) -> None:
    """The figures as a table."""
    print(f"P2  QR symbols of {size} bytes, {count} payloads, medians of CPU time")
    for ratio in ratios(medians):
        target = f"  (target {ratio.target})" if ratio.target else ""
        print(f"  {ratio.upper + ' / ' + ratio.lower:<28}{ratio.value:>9.2f}{target}")
    for name, seconds in medians.items():
        print(f"  {name:<28}{seconds * 1e6:>9.1f} us")
    if "libqrencode" not in medians:
        print("  libqrencode is not installed: not compared (apt install libqrencode4)")


def print_json(size: int, count: int, medians: dict[str, float]) -> None:
    """The same as one JSON object."""
    figures = {
        "id": "P2",
        "bytes": size,
        "payloads": count,
        "libqrencode": "libqrencode" in medians,
        "ratios": [asdict(ratio) for ratio in ratios(medians)],
        "cpu_seconds": medians,
    }
    print(json.dumps(figures, indent=1))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="QR symbols: ratios of CPU time")
    parser.add_argument("--count", type=int, default=200, help="payloads")
    parser.add_argument("--bytes", type=int, default=275, help="bytes of a certificate")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    rng = random.Random(options.bytes)
    payloads = [b"\xd2" + rng.randbytes(options.bytes - 1) for _ in range(options.count)]
    show = print_json if options.json else print_text
    show(options.bytes, options.count, measure(payloads))


if __name__ == "__main__":
    main()
