"""What ``absah verify`` of a text does not load: libraries that only other inputs need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.command import NOW
from tests.demonstration import Demonstration

UNNEEDED = {
    *("PIL", "bcrypt", "brotli", "jinja2", "mkdocs", "openpyxl", "pikepdf", "pydantic"),
    *("pypdfium2", "qrcode", "reportlab", "rich", "ssl", "urllib.request", "zxingcpp"),
    *("cryptography", "importlib.metadata", "sqlite3"),
}


def test_a_text_is_verified_without_what_it_does_not_need(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    code = (
        "import sys; from registry.cli import main\n"
        "done = main(sys.argv[1:])\n"
        f"print(sorted({UNNEEDED} & sys.modules.keys()), file=sys.stderr)\n"
        "sys.exit(done)"
    )
    where = ["--site", str(demonstration.public), "--state", str(tmp_path), "--now", NOW]
    trust = ["--trust", str(demonstration.public / "trust")]
    command = [sys.executable, "-c", code, "verify", demonstration.text("valid"), *where, *trust]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (0, ["[]"])
