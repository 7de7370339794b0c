"""Runs the benchmarks one after the other, each size in a process of its own, then the table.

    python -m benchmarks [--full] [NAME ...]

Small sizes take under ten minutes on two idle cores. ``--full`` adds the large ones: hours. A
benchmark that fails is told, the others go on, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks import table
from benchmarks.figure import forget

SMALL: dict[str, tuple[int, ...]] = {
    "p1_issue": (1_000, 10_000),
    "p2_qr": (200,),
    "p3_publish": (20_000,),
    "p3_log": (200_000,),
    "p4_verify": (200, 2_000),
    "p5_audit": (1_000, 10_000, 100_000),
    "p6_page": (20_000,),
    "p7_sheets": (100, 1_000),
    "p8_start": (15,),
    "peers": (3,),
    "p3_read_rate": (10,),
}
FULL: dict[str, tuple[int, ...]] = {
    "p1_issue": (1_000, 10_000, 100_000, 1_000_000),
    "p2_qr": (200, 2_000),
    "p3_publish": (1_000, 10_000, 100_000, 1_000_000),
    "p3_log": (200_000, 1_000_000, 10_000_000),
    "p4_verify": (1_000, 10_000, 100_000),
    "p5_audit": (1_000, 10_000, 100_000, 1_000_000),
    "p6_page": (20_000, 1_000_000),
    "p7_sheets": (100, 1_000, 10_000),
    "p8_start": (31,),
    "peers": (5,),
    "p3_read_rate": (40,),
}
"""Sizes by benchmark, in the order of the runs."""


def measured(name: str, size: int) -> bool:
    """Run one benchmark at one size; whether it came to its end."""
    print(f"== {name} {size:,}", flush=True)
    begun = time.monotonic()
    command = [sys.executable, "-m", f"benchmarks.{name}", "--size", str(size)]
    done = subprocess.run(command, check=False).returncode == 0
    print(f"   {'took' if done else 'FAILED after'} {time.monotonic() - begun:.0f} s", flush=True)
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, then print the table; 1 where a benchmark failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--full", action="store_true", help="all sizes")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(SMALL))
    options = parser.parse_args(arguments)
    sizes = FULL if options.full else SMALL
    unknown = sorted(set(options.names) - sizes.keys())
    if unknown:
        parser.error(f"no benchmark: {' '.join(unknown)}")
    wanted = {name: sizes[name] for name in options.names or sizes}
    if options.full:  # what is in the document afterwards comes from one run
        for name in wanted:
            forget(name)
    failed = [
        f"{name} {size}"
        for name, chosen in wanted.items()
        for size in chosen
        if not measured(name, size)
    ]
    table.main(wanted)
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
