"""Lighthouse on the front page of a demonstration.

    python -m benchmarks.lighthouse [--records 1000]

It is made and served by the command line and looked at with the machine's Chromium, as a middling
phone on a slow network would. Prints three scores and what a score under 100 is short of.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
HOST = "127.0.0.1"
PATIENCE = 30
"""Seconds until the server must listen."""


def main() -> int:
    """Make, serve, judge; 0 when everything is at 100."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lighthouse")
    parser.add_argument("--records", type=int, default=1000, help="certificates, default 1000")
    records = parser.parse_args().records
    chromium = shutil.which("chromium")
    if chromium is None:
        print("absah: chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    absah = [str(Path(sys.executable).parent / "absah")]
    with tempfile.TemporaryDirectory() as folder:
        places = ["--workspace", f"{folder}/demo", "--public", f"{folder}/public"]
        made = [*absah, "demo", *places, "--no-serve", "--port", str(port)]
        subprocess.run([*made, "--records", str(records)], check=True, stdout=subprocess.DEVNULL)
        serve = [*absah, "serve", "--workspace", f"{folder}/demo", "--port", str(port)]
        with subprocess.Popen(serve, stdout=subprocess.DEVNULL) as server:
            try:
                _wait_for(port)
                command = ["node", str(HERE / "run.mjs"), f"http://{HOST}:{port}/", chromium]
                return subprocess.run(command, check=False).returncode
            finally:
                server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(PATIENCE * 20):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"no server on port {port}")


if __name__ == "__main__":
    sys.exit(main())
