"""``download/verify.html``: one file that checks certificates without a network, from any disk.

The page is the same for every build (pages.py); the block of data at its end is new with every
note. ``files.json`` holds the digest of the file with that block empty, for a note cannot hold a
digest of itself; what stands in the block is published elsewhere too, and compared with that
(docs/formats.md section 7).
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Mapping

from registry.hosting import inline_hash
from signing.build_note import BuildNote
from signing.canonical import b64decode, dumps, loads
from signing.reasons import Malformed

PATH = "download/verify.html"
BLOCK = '<script type="application/json" id="absah-data">'
_HEAD = BLOCK.encode()
_TAIL = b"</script>\n</body>\n</html>\n"
_CONTENT = re.compile(rb"[\n -;=-~]*\Z")
"""ASCII but `<`, which alone can end the block."""
LIMIT = 64 * 1024 * 1024
"""Bytes of all files in a block that are unpacked."""


def policy(script: str, style: str) -> str:
    """What the file may do: its one script and style, and no request to anywhere."""
    return (
        f"default-src 'none'; script-src {inline_hash(script)}; style-src {inline_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def paths(note: BuildNote, listed: Iterable[str]) -> list[str]:
    """What its block holds, in ASCII order: all that a certificate can be judged by offline.

    ``listed``: paths of ``files.json``, among them the entries of schemes.
    """
    found = {"build.note", f"log/checkpoints/{note.size}"}
    found |= {f"trust/{version}.note" for version in range(1, note.trust_version + 1)}
    found |= {f"status/{k}-{digest[:16]}.cwt" for k, digest in enumerate(note.status)}
    found |= {f"catalogue/{name}" for name in note.catalogue}
    return sorted(found | {path for path in listed if path.startswith("catalogue/scheme/")})


def filled(page: bytes, files: Mapping[str, bytes]) -> bytes:
    """``page``, whose block is empty, with these files in it."""
    packed = zlib.compress(b"".join(files.values()), 9)
    sizes = [[path, len(data)] for path, data in files.items()]
    block = dumps({"data": base64.b64encode(packed).decode(), "files": sizes})
    before, after = _cut(page)
    return before + block.encode() + after


def emptied(data: bytes) -> bytes:
    """The file with its block empty, as ``files.json`` counts it. Malformed: it has no block."""
    before, after = _cut(data)
    return before + after


def contents(data: bytes) -> dict[str, bytes]:
    """The files in its block by path. Malformed: no block, or not in this form."""
    before, after = _cut(data)
    try:
        value = loads(data[len(before) : len(data) - len(after)].decode())
        sizes = [_sized(path, size) for path, size in value["files"]]
        packed = b64decode(value["data"])
    except (TypeError, ValueError, KeyError) as error:
        raise Malformed("single-file", "its block is not in the form of such a block") from error
    whole = sum(size for _, size in sizes)
    stream = zlib.decompressobj()
    try:
        unpacked = stream.decompress(packed, min(whole, LIMIT) + 1)
    except zlib.error as error:
        raise Malformed("single-file", "its block is damaged") from error
    if not stream.eof or len(unpacked) != whole:
        raise Malformed("single-file", "its block does not unpack to what it lists")
    found, at = {}, 0
    for path, size in sizes:
        found[path] = unpacked[at : at + size]
        at += size
    return found


def fault(
    data: bytes, digest: str, wanted: Iterable[str], read: Callable[[str], bytes | None]
) -> str:
    """Why a served file is not the one that is published; "" where it is.

    ``digest``: its line of ``files.json``; ``wanted``: ``paths()``; ``read``: a published
    file, None where it cannot be compared with.
    """
    try:
        if hashlib.sha256(emptied(data)).hexdigest() != digest:
            return "not the digest that is signed, with its block empty"
        found = contents(data)
    except Malformed as error:
        return str(error)
    if list(found) != list(wanted):
        return "its block does not hold the files that it should"
    differing = [path for path, held in found.items() if read(path) not in (held, None)]
    return f"its block holds another {differing[0]}" if differing else ""


def _sized(path: object, size: object) -> tuple[str, int]:
    """A line of the list, before a byte is unpacked: to zlib a bound below 1 means none."""
    if not isinstance(path, str) or type(size) is not int or size < 0:
        raise TypeError(path, size)
    return path, size


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the content of the block."""
    before, mark, rest = data.partition(_HEAD)
    content = rest.removesuffix(_TAIL)
    if not mark or len(content) == len(rest) or not _CONTENT.match(content):
        raise Malformed("single-file", "it does not end in a block of data")
    return before + mark, _TAIL
