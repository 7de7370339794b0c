"""Golden fault reports of intake, ``tests/golden/intake``: one row of every kind.

Checks by default; ``python -m tests.registry.golden_intake --write`` writes them anew. Read the
difference before you commit it: each line is what a sender will be told.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from registry.intake import Reading
from registry.intake_faults import line
from registry.intake_report import faults_csv
from registry.records import Fault
from tests.registry.intake_samples import as_csv, as_lines, as_xlsx, kinds, reading, table

FOLDER = Path(__file__).parents[1] / "golden" / "intake"


def expected() -> dict[str, bytes]:
    """Every golden file by name."""
    rows = kinds()
    sheet = table(row for _, row in rows)
    files: dict[str, bytes] = {"kinds.csv": as_csv(sheet)}
    made = {"csv": files["kinds.csv"], "xlsx": as_xlsx(sheet), "jsonl": as_lines(sheet)}
    with tempfile.TemporaryDirectory() as folder:
        for kind, data in made.items():
            found = reading(Path(folder), f"kinds.{kind}", data)
            first = 1 if kind == "jsonl" else 2
            files[f"kinds.{kind}.json"] = _report([name for name, _ in rows], first, found)
            files[f"kinds.{kind}.faults.csv"] = faults_csv(found)
    return files


def _report(names: list[str], first: int, found: Reading) -> bytes:
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in found.faults + found.notes:
        by_row[fault.row].append(fault)
    sound, repeated = dict(found.rows), dict(found.repeated)
    report = []
    for row, name in enumerate(names, first):
        entry: dict[str, Any] = {"row": row, "kind": name}
        if row in sound:
            entry["record"] = sound[row].model_dump(mode="json", exclude_none=True)
        elif row in repeated:
            entry["same_as"] = repeated[row]
        entry["id"] = [line(fault, "id") for fault in by_row[row]]
        entry["en"] = [line(fault, "en") for fault in by_row[row]]
        report.append(entry)
    head = {
        "dropped": found.dropped,
        "not_competent": found.not_competent,
        "tidied": found.tidied,
        "file": [line(fault, "en") for fault in by_row[0]],
    }
    return (json.dumps(head | {"rows": report}, indent=1, ensure_ascii=False) + "\n").encode()


def main(arguments: list[str]) -> int:
    """Check, or write with ``--write``; the number of files that differ."""
    wrong = 0
    for name, data in expected().items():
        path = FOLDER / name
        if path.is_file() and path.read_bytes() == data:
            continue
        wrong += 1
        sys.stdout.write(f"{name} differs\n")
        if arguments == ["--write"]:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) and sys.argv[1:] != ["--write"] else 0)
