"""Several processes that sign, each with the keys that it has opened by itself.

Nothing is pickled: the processes are programs of their own (signing_process.py), and what goes
through their pipes is messages, passphrases and signatures, never a key. Each one signs with one
library and checks with another before it answers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import cycle, islice
from types import TracebackType
from typing import IO, Protocol, Self, TypeVar, cast

from registry.errors import NO_HINT, UserError, Words
from registry.keyring import KeyFile, Keyring
from signing import keys

__all__ = ["Signable", "SigningPool", "read_frame", "sign_checked", "write_frame"]

_AT_ONCE = 128
"""Messages in one order: about 32 kB, so that two of them fill no more than a pipe."""
_AHEAD = 2
"""Orders that a process has before it. Its answers then always fit into their pipe."""


class Signable(Protocol):
    """Something to be signed."""

    @property
    def kid(self) -> bytes:
        """The 4-byte id of the key that signs it."""
        ...

    @property
    def message(self) -> bytes:
        """The bytes under the signature, fewer than 65,536."""
        ...


_Work = TypeVar("_Work", bound=Signable)


def write_frame(pipe: IO[bytes], kind: bytes, body: bytes = b"") -> None:
    """One byte of kind, four of length, and the body."""
    pipe.write(kind + len(body).to_bytes(4, "big") + body)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    """(kind, body). EOFError: the other side has ended."""
    head = pipe.read(5)
    body = pipe.read(int.from_bytes(head[1:], "big")) if len(head) == 5 else b""
    if len(head) < 5 or len(body) < int.from_bytes(head[1:], "big"):
        raise EOFError
    return head[:1], body


def sign_checked(kid: bytes, signer: keys.Signer, message: bytes) -> bytes:
    """A signature that the second, independent library has verified.

    So a fault of the first, of memory or of a token is seen before a certificate exists anywhere.
    UserError: it does not verify.
    """
    signature = signer.sign(message)
    if not keys.verify_libsodium(signer.public, message, signature):
        raise UserError("signature-fault", f"key {kid.hex()}", _FAULT, _FAULT_HINT)
    return signature


class SigningPool:
    """``processes`` programs that sign for a keyring whose keys this process never opens.

    A passphrase is asked for once, and the answer goes to each of them. Use it as a context.
    """

    def __init__(self, ring: Keyring, processes: int) -> None:
        self._ring = ring
        self._public: dict[bytes, bytes] = {}
        self._children: list[_Child] = []
        try:
            for _ in range(processes):
                self._children.append(_Child(ring))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        for child in self._children:
            child.end()

    def issuer(self, kid: bytes) -> PooledSigner | None:
        """The issuer key with this id, opened in each process; None when it is not at hand.

        UserError: it must not be used, and why; or it lives in a token, which signs in one process.
        """
        held = self._ring.at_hand("issuer")
        for file in self._ring.files():
            if file.role == "issuer" and file.kid == kid and file.vkey.public in held:
                if kid not in self._public:
                    self._open(file)
                return PooledSigner(self, kid, self._public[kid])
        return None

    def signed(self, works: Iterable[_Work]) -> Iterator[tuple[_Work, bytes]]:
        """Each of ``works`` with its signature, in order; the processes are kept some ahead.

        UserError: a signature did not verify, or a process has ended.
        """
        rest = iter(works)
        waiting: deque[tuple[_Child, list[_Work]]] = deque()
        turns = cycle(self._children)
        while part := list(islice(rest, _AT_ONCE)):
            child = next(turns)
            child.order(part)
            waiting.append((child, part))
            if len(waiting) == _AHEAD * len(self._children):
                yield from _answered(*waiting.popleft())
        while waiting:
            yield from _answered(*waiting.popleft())

    def _open(self, file: KeyFile) -> None:
        if file.path.with_suffix(".token").exists():
            raise UserError("token-one-process", file.path.name, _TOKEN, _ONE, exit_code=2)
        for child in self._children:
            child.send(b"O", file.name.encode())
        known: dict[bytes, bytes] = {}
        for child in self._children:
            kind, body = child.receive()
            while kind == b"?":
                if body not in known:
                    known[body] = self._passphrase(body.decode())
                child.send(b"P", known[body])
                kind, body = child.receive()
        self._public[file.kid] = file.vkey.public

    def _passphrase(self, name: str) -> bytes:
        if self._ring.ask is None:
            raise UserError("no-passphrase-given", name, _NEEDED, _GIVE, exit_code=2)
        return self._ring.ask(name)


class PooledSigner:
    """One key of a pool, as a Signer."""

    __slots__ = ("_pool", "kid", "public")

    def __init__(self, pool: SigningPool, kid: bytes, public: bytes) -> None:
        self._pool = pool
        self.kid = kid
        self.public = public

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of one message."""
        (_, signature), *_ = self._pool.signed([_One(self.kid, message)])
        return signature


class _One:
    __slots__ = ("kid", "message")

    def __init__(self, kid: bytes, message: bytes) -> None:
        self.kid = kid
        self.message = message


class _Child:
    """This side of one signing process."""

    def __init__(self, ring: Keyring) -> None:
        # -P: a folder of our name in the working directory is none of our packages.
        command = [sys.executable, "-P", "-m", "registry.signing_process"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        # The library cannot know that both are there; nothing else sets them.
        self._questions = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        where = {"keys": str(ring.folder.absolute()), "demo": ring.demo}
        self.send(b"K", json.dumps(where).encode())

    def send(self, kind: bytes, body: bytes) -> None:
        try:
            write_frame(self._questions, kind, body)
        except OSError as error:
            raise self._ended() from error

    def order(self, works: Iterable[Signable]) -> None:
        self.send(
            b"S",
            b"".join(w.kid + len(w.message).to_bytes(2, "big") + w.message for w in works),
        )

    def receive(self) -> tuple[bytes, bytes]:
        try:
            kind, body = read_frame(self._answers)
        except EOFError as error:
            raise self._ended() from error
        if kind == b"E":
            told = json.loads(body)
            why, hint = Words(*told["why"]), Words(*told["hint"]) if told["hint"] else NO_HINT
            raise UserError(told["code"], told["what"], why, hint, exit_code=told["exit"])
        return kind, body

    def _ended(self) -> UserError:
        return UserError("signing-ended", f"process {self._process.pid}", _ENDED, _AGAIN)

    def end(self) -> None:
        with suppress(OSError):  # it may have ended with something unsaid
            self._questions.close()
        self._answers.close()
        self._process.wait()


def _answered(child: _Child, part: list[_Work]) -> Iterator[tuple[_Work, bytes]]:
    _, body = child.receive()
    if len(body) != 64 * len(part):
        raise ValueError("a signing process answered something else")
    for at, work in enumerate(part):
        yield work, body[64 * at : 64 * at + 64]


_FAULT = Words("a signature did not verify", "sebuah tanda tangan tidak cocok")
_FAULT_HINT = Words(
    "nothing was stored; test this machine's memory, or the token",
    "tidak ada yang disimpan; uji memori mesin ini, atau token",
)
_TOKEN = Words("a key in a token signs in one process", "kunci dalam token hanya untuk satu proses")
_ONE = Words("leave --processes away", "jalankan tanpa --processes")
_NEEDED = Words("its passphrase is needed", "frasa sandinya diperlukan")
_GIVE = Words("give it with --passphrase-fd N or at a terminal", "berikan dengan --passphrase-fd N")
_ENDED = Words("a signing process has ended", "sebuah proses penanda tangan berhenti")
_AGAIN = Words(
    "nothing was written; run the command again", "tidak ada yang ditulis; jalankan lagi"
)
