"""Peers run beside ours; one that cannot be installed or run is told, and never counts."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import __main__ as peers
from benchmarks.peers import ours, rate

EXAMPLE = {"issue": 200.0, "verify": 300.0, "length": 10.0}


def script(folder: Path, code: str) -> list[str]:
    path = folder / f"{len(list(folder.iterdir()))}.py"
    path.write_text(code, encoding="utf-8")
    return [sys.executable, str(path)]


def test_who_fails_is_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = script(tmp_path, f"print({json.dumps(json.dumps(EXAMPLE))})")
    broken = script(tmp_path, "raise ValueError('no such curve')")
    names = {peers.OURS: sound, "claim169": sound, "cwt": broken}
    monkeypatch.setattr(peers, "commands", lambda: names)
    failed: dict[str, str] = {}
    found = peers.turns(2, failed)
    assert failed == {"cwt": "could not be run: ValueError: no such curve"}
    assert found[peers.OURS] == found["claim169"] == [EXAMPLE, EXAMPLE]
    told = peers.compared("cwt", "issue", found, failed)
    assert (told.ratio, told.reached, told.why) == (None, None, failed["cwt"])
    beaten = peers.compared("claim169", "verify", found, failed)
    assert (beaten.id, beaten.ratio, beaten.reached) == ("P4", 1.0, True)


def test_what_cannot_be_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise subprocess.CalledProcessError(1, "pip", stderr="Looking\nERROR: no route\n")

    monkeypatch.setattr(peers, "_install_python", fails)
    monkeypatch.setattr(peers, "_install_node", lambda: None)
    assert peers.install() == dict.fromkeys(peers.PYPI, "could not be installed: ERROR: no route")


def test_ours_issues_and_verifies_the_record() -> None:
    assert ours.verify(ours.issue()).name == rate.record()["name"]


def test_a_rate_counts_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "SECONDS", 0.05)
    done: list[None] = []
    found = rate.rate(lambda: done.append(None))
    assert 1_000 < found < len(done) / 0.05
