"""The preview: this machine only, the headers of a real host, and no file outside the site."""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
import pytest

from registry.serve import HOST, headers_for, rules, server
from tests.demonstration import Demonstration


class Preview:
    """A running preview."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of one request; the path is sent as it is."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()


@contextmanager
def _running(folder: Path, base: str = "/") -> Iterator[Preview]:
    running = server(folder, 0, base)
    assert running.server_address[0] == "127.0.0.1"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Preview(running.server_address[1])
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.fixture(scope="module")
def preview(demonstration: Demonstration) -> Iterator[Preview]:
    with _running(demonstration.public) as found:
        yield found


def test_every_file_with_the_headers_of_the_host(
    preview: Preview, demonstration: Demonstration
) -> None:
    blocks = rules((demonstration.public / "_headers").read_text(encoding="utf-8"))
    assert blocks
    asked = 0
    for path, data in demonstration.files().items():
        if path.startswith(("_", ".")):
            continue
        status, headers, body = preview.ask(f"/{path}")
        assert (status, body) == (200, data), path
        wanted = headers_for(f"/{path}", blocks)
        if not path.endswith((".br", ".gz")):
            assert "X-Content-Type-Options" in wanted, path
        assert wanted.items() <= headers.items(), path
        assert "Strict-Transport-Security" not in headers
        assert headers["Vary"] == "Accept-Encoding"
        asked += 1
    print(f"{asked} files")
    assert asked > 100


def test_types(preview: Preview, demonstration: Demonstration) -> None:
    script = next(path for path in demonstration.files() if path.endswith(".js"))
    checkpoint = next(path for path in demonstration.files() if "checkpoints/" in path)
    for path, kind in {
        "": "text/html; charset=utf-8",
        "robots.txt": "text/plain; charset=utf-8",
        "files.json": "application/json",
        "build.note": "text/plain; charset=utf-8",
        "status/0.cwt": "application/statuslist+cwt",
        checkpoint: "text/plain; charset=utf-8",
        script: "text/javascript; charset=utf-8",
    }.items():
        assert preview.ask(f"/{path}")[1]["Content-Type"] == kind, path


def test_compressed_twins(preview: Preview, demonstration: Demonstration) -> None:
    data = (demonstration.public / "files.json").read_bytes()
    for accepted, coding in {
        "br, gzip": "br",
        "gzip, deflate": "gzip",
        "gzip;q=0.5": "gzip",
        "identity": None,
        "zstd": None,
    }.items():
        _, headers, body = preview.ask("/files.json", **{"Accept-Encoding": accepted})
        assert headers.get("Content-Encoding") == coding
        assert headers["Content-Type"] == "application/json"
        unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](body)
        assert unpacked == data


def test_what_is_not_there(preview: Preview, demonstration: Demonstration) -> None:
    missing = (demonstration.public / "404.html").read_bytes()
    for path in ("/none", "/assets/none.js", "/trust/99.note", "/index.html/x", "/%00"):
        status, headers, body = preview.ask(path)
        assert (status, body) == (404, missing), path
        assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_what_is_not_the_sites(own: Demonstration) -> None:
    (own.public / ".gitignore").write_bytes(b"secret")
    (own.public / ".git").mkdir()
    (own.public / ".git" / "config").write_bytes(b"secret")
    (own.root / "beside.txt").write_bytes(b"secret")
    (own.public / "link.txt").symlink_to(own.root / "beside.txt")
    tried = 0
    with _running(own.public) as preview:
        for path in (
            *("/_headers", "/.gitignore", "/.git/config", "/.nojekyll", "/%2egitignore"),
            *("/../beside.txt", "/..%2fbeside.txt", "/%2e%2e/beside.txt", "/link.txt"),
            *("/assets/../../beside.txt", "/assets/..%2f..%2fbeside.txt", "/..%2fdemo/registry.db"),
            *("//etc/passwd", "/%2fetc/passwd", "/..%5cbeside.txt", "/assets/%2e%2e/_headers"),
        ):
            status, _, body = preview.ask(path)
            assert status == 404, path
            assert b"secret" not in body
            assert b"root:" not in body
            tried += 1
    print(f"{tried} paths refused")
    assert tried == 16


def test_folders(preview: Preview) -> None:
    assert preview.ask("/en/")[0] == 200
    status, headers, _ = preview.ask("/en")
    assert (status, headers["Location"]) == (301, "/en/")
    assert preview.ask("/assets/")[0] == 404, "no folder is listed"


def test_heads_and_other_methods(preview: Preview) -> None:
    _, headers, body = preview.ask("/files.json", "HEAD")
    assert body == b""
    assert int(headers["Content-Length"]) > 100
    assert preview.ask("/files.json", "POST")[0] == 501


def test_a_base_path(demonstration: Demonstration) -> None:
    with _running(demonstration.public, "/cek/") as preview:
        assert preview.ask("/cek/robots.txt")[0] == 200
        assert preview.ask("/cek/")[0] == 200
        assert preview.ask("/cek")[1]["Location"] == "/cek/"
        for path in ("/", "/robots.txt", "/cekrobots.txt"):
            assert preview.ask(path)[0] == 404, path


def test_a_folder_without_headers_or_404_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    with _running(tmp_path) as preview:
        assert preview.ask("/a.txt")[2] == b"a"
        assert preview.ask("/none")[0] == 404
        assert preview.ask("/")[0] == 404


def test_rules_of_a_headers_file() -> None:
    text = "/a/*\n  One: 1\n  Two: a: b\n\n/a/x\n  One: 2\n  Strict-Transport-Security: max-age=1\n"
    blocks = rules(text)
    assert headers_for("/a/y", blocks) == {"One": "1", "Two": "a: b"}
    assert headers_for("/a/x", blocks) == {"One": "2", "Two": "a: b"}
    assert headers_for("/b", blocks) == {}
