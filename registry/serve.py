"""A preview of a published folder with the headers of a real host, on 127.0.0.1 only.

It obeys the folder's own ``_headers``, sends the compressed twin where the browser takes it, and
answers 404.html for what is not there. It is no host for the public.
"""

from __future__ import annotations

import functools
import mimetypes
import re
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HOST = "127.0.0.1"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".note": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".cwt": "application/statuslist+cwt",
}
_TWINS = (("br", ".br"), ("gzip", ".gz"))
_SKIPPED = ("Strict-Transport-Security",)
"""A browser would remember it for the whole loopback host."""


def server(folder: Path, port: int, base: str = "/") -> ThreadingHTTPServer:
    """A server of ``folder`` under the path ``base``; port 0 takes a free one. OSError: port."""
    handler = functools.partial(_Handler, folder=folder, base=base)
    return ThreadingHTTPServer((HOST, port), handler)


def rules(text: str) -> list[tuple[str, dict[str, str]]]:
    """The blocks of a ``_headers`` file: (pattern, headers)."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in text.split("\n"):
        if line.startswith("  ") and found:
            name, _, value = line.strip().partition(": ")
            found[-1][1][name] = value
        elif line.strip():
            found.append((line.strip(), {}))
    return found


def headers_for(path: str, blocks: list[tuple[str, dict[str, str]]]) -> dict[str, str]:
    """Headers of every block that matches a path; ``*`` at the end stands for any rest."""
    found: dict[str, str] = {}
    for pattern, headers in blocks:
        if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1])):
            found |= headers
    return {name: value for name, value in found.items() if name not in _SKIPPED}


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: object, folder: Path, base: str) -> None:
        self.folder, self.base = folder, base
        super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        file, code = self._file(path)
        if path + "/" == self.base or (file and file.is_dir()):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", path + "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if file is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        coding, data = self._data(file)
        self.send_response(code)
        self.send_header("Content-Type", _type(file))
        self.send_header("Content-Length", str(len(data)))
        if coding:
            self.send_header("Content-Encoding", coding)
        self.send_header("Vary", "Accept-Encoding")
        for name, value in headers_for(path, self._blocks()).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def _file(self, path: str) -> tuple[Path | None, HTTPStatus]:
        try:
            file = self._inside(path[len(self.base) :]) if path.startswith(self.base) else None
        except (OSError, ValueError):  # a name that no file can have
            file = None
        if file is not None:
            return file, HTTPStatus.OK
        missing = self.folder / "404.html"
        return (missing if missing.is_file() else None), HTTPStatus.NOT_FOUND

    def _inside(self, inner: str) -> Path | None:
        """The file or folder of this name, if it is in the served folder and not hidden."""
        file = (self.folder / inner).resolve()
        hidden = any(part.startswith((".", "_")) for part in Path(inner).parts)
        if hidden or not file.is_relative_to(self.folder.resolve()):
            return None
        if file.is_dir() and (inner.endswith("/") or not inner):
            file /= "index.html"
        return file if file.exists() else None

    def _data(self, file: Path) -> tuple[str, bytes]:
        asked = [part.split(";") for part in self.headers.get("Accept-Encoding", "").split(",")]
        refused = re.compile(r"\s*q=0(\.0*)?\s*")
        accepted = {name.strip() for name, *q in asked if not (q and refused.fullmatch(q[0]))}
        for coding, suffix in _TWINS:
            twin = file.with_name(file.name + suffix)
            if coding in accepted and twin.is_file():
                return coding, twin.read_bytes()
        return "", file.read_bytes()

    def _blocks(self) -> list[tuple[str, dict[str, str]]]:
        try:
            return rules((self.folder / "_headers").read_text(encoding="utf-8"))
        except OSError:
            return []

    def log_message(self, format: str, *_args: object) -> None:
        """Requests are not logged: nobody's checks are written down."""


def _type(file: Path) -> str:
    if file.suffix in _TYPES:
        return _TYPES[file.suffix]
    if not file.suffix or "checkpoints" in file.parts:
        return "text/plain; charset=utf-8"
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"
