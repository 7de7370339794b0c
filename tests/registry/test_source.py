"""Reading a site: "there is none" and "it could not be read" are different answers."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.source import FolderSource, Unreachable, UrlSource, open_source

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


@contextmanager
def host(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A host that gives these answers, one a connection: (address, requests so far)."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
        thread.join(5)
        assert not thread.is_alive()


def _read(*answers: bytes, limit: int = 100, fresh: bool = False) -> bytes | None:
    with host(*answers) as (address, _):
        return UrlSource(address).read("a/b.note", limit, fresh=fresh)


def test_a_file_of_a_host() -> None:
    with host(OK, OK) as (address, heard):
        source = UrlSource(address)
        assert source.address == address + "/"
        assert source.read("a/b.note", 5) == b"hello"
        assert source.read("a/b.note", 5, fresh=True) == b"hello"
        assert open_source(address).listing() is None, "a host does not list its files"
    assert heard[0].startswith(b"GET /a/b.note HTTP/1.1\r\n")
    assert b"cache-control" not in heard[0].lower()
    assert heard[1].startswith(b"GET /a/b.note?fresh HTTP/1.1\r\n")
    assert b"cache-control: no-cache" in heard[1].lower()
    assert all(b"accept-encoding: identity" in request.lower() for request in heard)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_none_there(status: str) -> None:
    assert _read(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) is None


ANSWERS = {
    "error": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "forbidden": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "no answer": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "odd status": b"HTTP/1.1 abc\r\n\r\n",
    "long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "too long": b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + bytes(101),
    "to a file": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n\r\n",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_host_that_cannot_be_read(answer: bytes) -> None:
    with pytest.raises(Unreachable) as caught:
        _read(answer)
    assert str(caught.value).startswith("a/b.note: ")
    assert len(str(caught.value)) > len("a/b.note: ")


def test_a_host_that_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(Unreachable):
        UrlSource(f"http://127.0.0.1:{port}/").read("build.note", 10)
    with pytest.raises(Unreachable):
        UrlSource("http://no such host/").read("build.note", 10)


def test_a_redirect_is_followed() -> None:
    with host(OK) as (address, heard):
        moved = f"HTTP/1.1 301 Moved\r\nLocation: {address}/new\r\nContent-Length: 0\r\n\r\n"
        assert _read(moved.encode()) == b"hello"
    assert heard[0].startswith(b"GET /new ")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "checkpoint").write_bytes(b"12345")
    source = FolderSource(tmp_path)
    assert source.read("log/checkpoint", 5) == b"12345"
    assert source.read("log/none", 5) is None
    assert source.read("log/checkpoint/none", 5) is None
    with pytest.raises(Unreachable, match="more than 4 bytes"):
        source.read("log/checkpoint", 4)
    with pytest.raises(Unreachable, match="log: "):
        source.read("log", 4)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "aside").symlink_to(tmp_path / "log")
    with pytest.raises(Unreachable, match="loop: "):
        source.read("loop", 4)
    assert source.listing() == ["aside", "log/checkpoint", "loop"]
    with pytest.raises(Unreachable, match="No such file"):
        FolderSource(tmp_path / "none").listing()


def test_which_source_is_meant(tmp_path: Path) -> None:
    kinds: dict[str, Callable[..., object]] = {
        "https://cek.example/": UrlSource,
        "http://127.0.0.1:8080/": UrlSource,
        str(tmp_path): FolderSource,
        "cek.example": FolderSource,
        os.curdir: FolderSource,
    }
    for site, kind in kinds.items():
        assert type(open_source(site)) is kind
