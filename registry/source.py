"""The only reader of a published site: a folder or an address, every read capped in bytes.

It knows how to fetch a path and nothing about what stands in it. "There is no such file" (None) and
"it could not be read" (:class:`Unreachable`) are different answers: only the first ends a trust
walk, and neither ever makes a certificate false.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

TIMEOUT = 20
"""Seconds without an answer after which a site counts as out of reach."""


class Unreachable(Exception):
    """A path could not be read: no network, an error of the host, or more bytes than allowed."""


class Untrusted(Unreachable):
    """A host shows a TLS certificate that no browser takes: ended, of another name, self-made."""


class Source(Protocol):
    """A published site."""

    address: str

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        """The bytes at ``path`` below the site, None where there is no such file.

        Unreachable: it could not be read, or has more than ``limit`` bytes. ``fresh`` asks every
        cache on the way to be passed by.
        """
        ...


class ListedSource(Source, Protocol):
    """A site that may be able to say which files it holds."""

    def listing(self) -> list[str] | None:
        """Paths of all files below the site, sorted; None where a host cannot tell.

        Unreachable: a folder of it could not be read.
        """
        ...


class Answer(NamedTuple):
    """What a host says to a request. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class FolderSource:
    """A published folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:  # noqa: ARG002
        """See :class:`Source`."""
        try:
            # By name: an audit opens each of many files, and a Path costs as much as reading one.
            with open(f"{self.address}/{path}", "rb") as file:  # noqa: PTH123
                # A room of the whole limit would be made for each file else.
                data = file.read(min(limit, os.fstat(file.fileno()).st_size) + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreachable(f"{path}: {error.strerror}") from error
        return _capped(path, data, limit)

    def listing(self) -> list[str]:
        """See :class:`ListedSource`. A link to a folder counts as a file: it is not followed."""
        found, folders = [], [""]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(f"{self.address}/{folder}") as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(f"{folder}{entry.name}/")
                        else:
                            found.append(folder + entry.name)
            except OSError as error:
                raise Unreachable(f"{self.folder / folder}: {error.strerror}") from error
        return sorted(found)


class UrlSource:
    """A site on the network. Redirects are followed: what is fetched is signed, not the address."""

    def __init__(self, address: str) -> None:
        self.address = address if address.endswith("/") else address + "/"

    def read(self, path: str, limit: int, *, fresh: bool = False) -> bytes | None:
        """See :class:`Source`."""
        headers = {"Cache-Control": "no-cache"} if fresh else {}
        found = self._asked(path, "?fresh" if fresh else "", limit, headers)
        if found.status in (404, 410):
            return None
        if not 200 <= found.status < 300:
            raise Unreachable(f"{path}: HTTP status {found.status}")
        return _capped(path, found.data, limit)

    def answer(self, path: str, limit: int, *, coding: str = "identity") -> Answer:
        """What the host says to a path: status, headers by lower-case name, bytes as sent.

        Unreachable: it does not answer, or sends more than ``limit`` bytes.
        """
        found = self._asked(path, "", limit, {"Accept-Encoding": coding})
        _capped(path, found.data, limit)
        return found

    def certificate_ends(self) -> int | None:
        """When the TLS certificate of the host ends, in seconds; None without TLS.

        Untrusted: it is refused. Unreachable: the host does not answer.
        """
        import socket  # noqa: PLC0415
        import ssl  # noqa: PLC0415
        import urllib.parse  # noqa: PLC0415

        parts = urllib.parse.urlsplit(self.address)
        if parts.scheme != "https":
            return None
        place = (parts.hostname or "", parts.port or 443)
        try:
            with (
                socket.create_connection(place, timeout=TIMEOUT) as plain,
                ssl.create_default_context().wrap_socket(
                    plain, server_hostname=place[0]
                ) as secured,
            ):
                found = secured.getpeercert() or {}
        except ssl.SSLCertVerificationError as error:
            raise Untrusted(error.verify_message) from error
        except (OSError, ValueError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        return int(ssl.cert_time_to_seconds(str(found["notAfter"])))

    def _asked(self, path: str, query: str, limit: int, headers: Mapping[str, str]) -> Answer:
        """The answer to a path, of its data one byte more than ``limit`` at most. Unreachable."""
        # A check against a folder does not wait for what only the network needs.
        import http.client  # noqa: PLC0415
        import urllib.error  # noqa: PLC0415
        import urllib.parse  # noqa: PLC0415
        import urllib.request  # noqa: PLC0415

        sent = {"User-Agent": "absah", "Accept-Encoding": "identity", **headers}
        try:
            url = self.address + urllib.parse.quote(path) + query
            request = urllib.request.Request(url, headers=sent)  # noqa: S310
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return Answer(answer.status, _named(answer.headers.items()), answer.read(limit + 1))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _named(error.headers.items()), error.read(limit + 1))
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unreachable(f"{path}: {str(error) or type(error).__name__}") from error

    def listing(self) -> None:
        """See :class:`ListedSource`: a static host does not list its files."""


def open_source(site: str) -> ListedSource:
    """The source of an ``http(s)://`` address, or of a folder."""
    if site.startswith(("http://", "https://")):
        return UrlSource(site)
    return FolderSource(Path(site))


def _named(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _capped(path: str, data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise Unreachable(f"{path}: more than {limit} bytes")
    return data
