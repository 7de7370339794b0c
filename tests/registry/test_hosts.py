"""A real nginx with the configuration that we ship, and what doctor says of it and of bad hosts."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry import doctor_site, hosting, nginx, serve
from registry.doctor import DAY, Findings
from registry.source import UrlSource
from tests.demonstration import NOW, Demonstration
from tests.registry.posting_example import hosted, next_build

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _nginx(block: str, place: Path, port: int) -> Iterator[str]:
    """nginx with one server block, until the end."""
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root nginx would give up its rights and could not read a test's folder.
    user = "user root;\n" if os.getuid() == 0 else ""
    (place / "nginx.conf").write_text(
        f"{user}daemon off; pid {place}/pid; error_log {place}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}{block}}}\n"
    )
    assert NGINX
    with subprocess.Popen(
        [NGINX, "-p", str(place), "-c", str(place / "nginx.conf")], stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(600):
                with socket.socket() as attempt:
                    if attempt.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None, (place / "error.log").read_text()
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def site(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built folder, where a host would have it."""
    place = tmp_path_factory.mktemp("host")
    shutil.copytree(demonstration.public, place / "www")
    return place / "www"


def _seen(address: str, now: int = NOW + 3600, before: int = DAY) -> Findings:
    findings = Findings(now, before)
    doctor_site.look(findings, address)
    return findings


def _codes(findings: Findings) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in findings.found:
        assert "{" not in finding.words.en + finding.words.id
        if finding.fault:
            found.setdefault(finding.code, set()).add(finding.what)
    return found


@needs_nginx
def test_nginx_with_the_shipped_configuration(
    demonstration: Demonstration, site: Path, tmp_path: Path
) -> None:
    port = _free_port()
    wanted = (site / "_headers").read_bytes()
    block = nginx.server(demonstration.site, str(site), wanted, listen=f"127.0.0.1:{port}")
    with _nginx(block, tmp_path, port) as address:
        findings = _seen(address)
        assert _codes(findings) == {}
        assert (findings.exit, findings.unreachable) == (0, False)
        source = UrlSource(address)
        packed = source.answer("", 10**7, coding="gzip")
        assert packed.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["vary"].lower()
        assert gzip.decompress(packed.data) == (site / "index.html").read_bytes()
        asset = next(path for path in (site / "assets").glob("*.js"))
        answer = source.answer(f"assets/{asset.name}", 10**7)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert source.answer("build.note", 10**7).headers["cache-control"] == "no-store"
        for hidden in ("_headers", ".nojekyll", "index.html.gz", "build.note.br", "x", "assets/"):
            assert source.answer(hidden, 10**7).status in {403, 404}, hidden
        missing = source.answer("nothing", 10**7)
        assert (missing.status, missing.data) == (404, (site / "404.html").read_bytes())
        assert missing.headers["content-security-policy"]
        for path in ("id/", "en/", "registry/", "ja/"):
            found = source.answer(path, 10**7)
            assert found.status == (200 if (site / path).is_dir() else 404), path


def test_the_configuration_has_the_headers_of_the_file() -> None:
    site = "https://cek.example.go.id/sertifikat/"
    wanted = hosting.headers(site, "default-src 'self'")
    block = nginx.server(site, "/srv/www", wanted)
    assert "listen 443 ssl;" in block
    assert "ssl_certificate /etc/letsencrypt/live/cek.example.go.id/fullchain.pem;" in block
    assert block.count("{") == block.count("}")
    blocks = serve.rules(wanted.decode())
    assert blocks[0][0] == "/sertifikat/"
    assert "rewrite ^ /sertifikat/index.html last;" in block
    for pattern, headers in blocks[1:]:
        start = block.index(f"^~ {pattern[:-1]} {{" if pattern.endswith("*") else f"= {pattern} {{")
        inside = block[start : block.index("}", start)]
        for name, value in headers.items():
            assert f'add_header {name} "{value}" always;' in inside
        assert "alias /srv/www/" in inside
    for folder in ("/srv/w w", "/srv/www; evil", 'a"b', "a\nb", "{"):
        with pytest.raises(ValueError, match="folder"):
            nginx.server(site, folder, wanted)


# Doctor and bad hosts -----------------------------------------------------------------------


@pytest.fixture
def copy(demonstration: Demonstration, tmp_path: Path) -> Path:
    shutil.copytree(demonstration.public, tmp_path / "www")
    return tmp_path / "www"


def test_the_preview_is_well(copy: Path) -> None:
    with hosted(copy) as address:
        findings = _seen(address)
    assert _codes(findings) == {}
    assert findings.exit == 0


def _no_headers(www: Path) -> None:
    (www / "_headers").unlink()


def _rewritten(www: Path) -> None:
    page = www / "index.html"
    page.write_bytes(page.read_bytes().replace(b"</body>", b"<script src=//ads></script></body>"))


def _no_tile(www: Path) -> None:
    shutil.rmtree(www / "log" / "tile" / "0")


def _short_tile(www: Path) -> None:
    for path in (www / "log" / "tile" / "0").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])


def _changed_note(www: Path) -> None:
    note = www / "build.note"
    note.write_bytes(note.read_bytes().replace(b'"build": ', b'"build": 1'))


def _no_list(www: Path) -> None:
    (www / "files.json").write_bytes(b"[]\n")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_no_headers, "header"),
        (_rewritten, "rewritten"),
        (_no_tile, "missing"),
        (_short_tile, "length"),
        (_changed_note, "bad-site"),
        (_no_list, "bad-site"),
    ],
)
def test_what_a_bad_host_shows(copy: Path, spoil: Callable[[Path], None], code: str) -> None:
    spoil(copy)
    with hosted(copy) as address:
        findings = _seen(address)
    assert set(_codes(findings)) == {code}
    assert findings.exit == 1


def test_a_cache_that_lags_and_a_host_that_answers_everything(
    own: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (own.public / "build.note").read_bytes()
    next_build(own, 1)
    real = serve._Handler._file

    def lagging(self: serve._Handler, path: str) -> object:
        return (self.folder / "404.html", 200) if "no-such" in path else real(self, path)

    monkeypatch.setattr(serve._Handler, "_file", lagging)
    read = UrlSource.read

    def cached(self: UrlSource, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        if path == "build.note" and not fresh:
            return old
        return read(self, path, limit, fresh=fresh)

    monkeypatch.setattr(UrlSource, "read", cached)
    with hosted(own.public) as address:
        assert set(_codes(_seen(address))) == {"stale-cache", "answers-all"}


def test_ages_and_out_of_reach(copy: Path) -> None:
    with hosted(copy) as address:
        for later, codes in (
            (0, set()),
            (5 * DAY, {"note-stale"}),
            (800 * DAY, {"note-stale", "trust-expires", "key-ends", "root-silent"}),
            (-2 * DAY, {"note-ahead"}),
        ):
            findings = _seen(address, NOW + 60 + later, 10 * DAY)
            assert set(_codes(findings)) == codes, later
    findings = _seen(address)
    assert (findings.exit, findings.unreachable) == (3, True)
