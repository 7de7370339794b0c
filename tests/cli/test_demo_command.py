"""``absah demo`` and ``absah serve``: one command to a site in a browser."""

from __future__ import annotations

import json
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.command import NOW, Command, check_error
from tests.demonstration import Demonstration, tree


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Servers end as soon as they begin, as by Ctrl-C; their addresses."""
    seen: list[tuple[str, int]] = []

    def stop(self: ThreadingHTTPServer) -> None:
        host, port = self.server_address[:2]
        seen.append((str(host), int(port)))
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingHTTPServer, "serve_forever", stop)
    return seen


def test_a_demonstration_is_made_and_served(
    absah: Command, bundle: None, tmp_path: Path, stopped: list[tuple[str, int]]
) -> None:
    folder, public = tmp_path / "demo", tmp_path / "public"
    given = ("demo", "--workspace", folder, "--public", public, "--records", "12", "--seed", "7")
    done = absah(*given, "--now", NOW, "--port", "8093", "--no-serve")
    assert (done.code, done.out.strip()) == (0, f"{folder}/samples/samples.json")
    assert f"try: absah verify {folder}/samples/valid.png --site {public}" in done.err
    assert stopped == []
    before = tree(public)
    again = absah(*given, "--now", NOW, "--port", "8093", "--lang", "id")
    assert again.code == 0
    assert stopped == [("127.0.0.1", 8093)]
    assert "http://127.0.0.1:8093/" in again.out
    assert "coba: absah verify" in again.err
    assert tree(public) == before, "the same seed, the same bytes"
    samples = json.loads((folder / "samples/samples.json").read_text("utf-8"))
    assert len(samples) == 15
    for sample in samples:
        path = folder / "samples" / sample["file"]
        verdict = absah("verify", path, "--site", public, "--now", NOW, "--json").json
        assert verdict["reason"] == sample["reason"]
    served = absah("serve", "--workspace", folder, "--port", "0")
    assert (served.code, len(stopped)) == (0, 2)
    assert stopped[1][0] == "127.0.0.1"


def test_a_demonstration_replaces_nothing_else(
    absah: Command, own: Demonstration, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_bytes(b"ten years")
    before = tree(own.root)
    for folder, public in ((tmp_path / "mine", own.public), (own.workspace, tmp_path / "mine")):
        done = absah("demo", "--workspace", folder, "--public", public, "--no-serve", "--now", NOW)
        check_error(done, 1, "hint:")
    assert (tmp_path / "mine" / "thesis.txt").read_bytes() == b"ten years"
    assert tree(own.root) == before, "one was cleared before the other was refused"
