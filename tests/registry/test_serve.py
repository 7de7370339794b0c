"""The preview: this machine only, the headers of a real host, and nothing beside the folder."""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
import pytest

from registry import hosting, serve
from registry.serve import headers_for, rules, server
from tests.demonstration import Demonstration

SITE = "http://127.0.0.1:8080/"


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.code = response.status
        self.headers = response.headers
        self.body = response.read()

    def __getitem__(self, name: str) -> str | None:
        return self.headers[name]


class Browser:
    """Asks a running preview."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            return Answer(connection.getresponse())
        finally:
            connection.close()


@contextmanager
def running(folder: Path, base: str = "/") -> Iterator[Browser]:
    """A preview of ``folder``."""
    with server(folder, 0, base) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Browser(int(made.server_address[1]))
        finally:
            made.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def browser(demonstration: Demonstration) -> Iterator[Browser]:
    with running(demonstration.public) as made:
        yield made


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with something beside it that nobody may see."""
    folder = tmp_path / "public"
    (folder / "inner").mkdir(parents=True)
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "public-secret").mkdir()
    (tmp_path / "public-secret" / "x.txt").write_bytes(b"secret")
    for name in ("index.html", "inner/index.html", "a.txt", ".gitignore", "_headers"):
        (folder / name).write_bytes(f"this is {name}".encode())
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "aside").symlink_to(tmp_path / "public-secret")
    return folder


def test_only_this_machine(tmp_path: Path) -> None:
    with server(tmp_path, 0) as made:
        assert made.server_address[0] == serve.HOST == "127.0.0.1"


def test_a_page_with_the_headers_of_its_folder(
    browser: Browser, demonstration: Demonstration
) -> None:
    answer = browser("/?lang=ja#1")
    assert answer.code == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer.body == (demonstration.public / "index.html").read_bytes()
    policy = answer["Content-Security-Policy"] or ""
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Strict-Transport-Security"] is None
    assert browser("/build.note")["Cache-Control"] == "no-store"
    assert browser("/registry/")["Cache-Control"] == "no-cache"


def test_types(browser: Browser, demonstration: Demonstration) -> None:
    wanted = {
        "build.note": "text/plain; charset=utf-8",
        "log/checkpoint": "text/plain; charset=utf-8",
        "files.json": "application/json",
        "status/0.cwt": "application/statuslist+cwt",
        "assets/*.js": "text/javascript; charset=utf-8",
        "assets/*.css": "text/css; charset=utf-8",
        "log/checkpoints/*": "text/plain; charset=utf-8",
        "robots.txt": "text/plain; charset=utf-8",
    }
    for pattern, kind in wanted.items():
        path = min(demonstration.public.glob(pattern))
        answer = browser("/" + path.relative_to(demonstration.public).as_posix())
        assert (answer.code, answer["Content-Type"]) == (200, kind), pattern
        assert answer.body == path.read_bytes()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip, deflate, br", "br"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("zstd", None),
    ],
)
def test_twins(
    browser: Browser, demonstration: Demonstration, accepted: str, coding: str | None
) -> None:
    answer = browser("/index.html", Accept_Encoding=accepted)
    assert answer["Content-Encoding"] == coding
    assert answer["Vary"] == "Accept-Encoding"
    unpack = {None: bytes, "br": brotli.decompress, "gzip": gzip.decompress}[coding]
    assert unpack(answer.body) == (demonstration.public / "index.html").read_bytes()


def test_head_has_no_body(browser: Browser) -> None:
    whole, head = browser("/index.html"), browser("/index.html", "HEAD")
    assert head.body == b""
    assert head.code == 200
    assert head["Content-Length"] == str(len(whole.body))


def test_what_is_not_there(browser: Browser, demonstration: Demonstration, small: Path) -> None:
    page = (demonstration.public / "404.html").read_bytes()
    for path in ("/none", "/log/tile/0/none", "/trust/99.note", "/index.html/x"):
        answer = browser(path)
        assert (answer.code, answer.body) == (404, page), path
        assert answer["Content-Type"] == "text/html; charset=utf-8"
    with running(small) as plain:
        assert plain("/none").code == 404


def test_a_folder_without_its_slash_moves(small: Path) -> None:
    with running(small) as ask:
        moved = ask("/inner")
        assert (moved.code, moved["Location"]) == (301, "/inner/")
        assert ask("/inner/").body == b"this is inner/index.html"
        assert ask("/").body == b"this is index.html"


OUTSIDE = (
    *("/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/inner/../../secret.txt"),
    *("/inner/..%2f..%2fsecret.txt", "/..\\secret.txt", "/..%5csecret.txt", "//secret.txt"),
    *("/../public-secret/x.txt", "/..%2fpublic-secret/x.txt", "/link.txt", "/aside/x.txt"),
    *("/%2fetc/hostname", "/%00", "/a.txt%00.html", "/%252e%252e/secret.txt", "/" + "a" * 5000),
    *("/.gitignore", "/%2egitignore", "/_headers", "/%5fheaders", "/inner/../_headers"),
)


def test_nothing_beside_the_folder_and_nothing_hidden(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = 0
    with running(small) as ask:
        for path in OUTSIDE:
            answer = ask(path)
            assert answer.code == 404, path
            assert b"secret" not in answer.body, path
            assert b"this is" not in answer.body, path
            tried += 1
        assert ask("/a.txt").body == b"this is a.txt"
    print(f"{tried} paths refused")
    assert tried == 22
    assert "Traceback" not in capsys.readouterr().err


def test_nobodys_checks_are_written_down(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(small) as ask:
        ask("/a.txt")
        ask("/none")
    assert capsys.readouterr() == ("", "")


def test_other_methods_are_not_known(small: Path) -> None:
    with running(small) as ask:
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert ask("/a.txt", method).code == 501


def test_a_site_below_a_path(small: Path) -> None:
    with running(small, "/cek/") as ask:
        assert ask("/cek/a.txt").body == b"this is a.txt"
        assert (ask("/cek").code, ask("/cek")["Location"]) == (301, "/cek/")
        for path in ("/", "/a.txt", "/cek/../a.txt", "/cekk/a.txt"):
            assert ask(path).code == 404, path


def test_a_folder_without_headers(small: Path) -> None:
    (small / "_headers").unlink()
    with running(small) as ask:
        assert ask("/a.txt")["Content-Security-Policy"] is None


def test_rules_are_read_as_they_are_written() -> None:
    blocks = rules(hosting.headers("https://cek.example/a/", "form-action 'none'").decode())
    assert len(blocks) > 10
    assert all(pattern.startswith("/a/") and headers for pattern, headers in blocks)
    assert all("Strict-Transport-Security" in headers for _, headers in blocks)
    found = headers_for("/a/assets/app.js", blocks)
    assert found["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Strict-Transport-Security" not in found
    assert headers_for("/assets/app.js", blocks) == {}
    assert headers_for("/a/index.htm", blocks) == {}


def test_every_published_file_falls_under_one_block(demonstration: Demonstration) -> None:
    blocks = rules((demonstration.public / "_headers").read_text(encoding="utf-8"))
    read = 0
    for path in demonstration.files():
        if path in ("_headers", ".nojekyll") or path.endswith((".br", ".gz")):
            continue
        matching = [p for p, h in blocks if headers_for("/" + path, [(p, h)])]
        assert len(matching) == 1, (path, matching)
        read += 1
    assert read > 60
