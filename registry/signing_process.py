"""One process of signers.py: opens keys, signs, checks each signature with the other library.

``python -m registry.signing_process`` answers frames on standard input with frames on standard
output and ends with its input. Passphrases come as an answer to a question, through the same pipe.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO

from registry.errors import UserError
from registry.keyring import Keyring
from registry.signers import read_frame, sign_checked, write_frame
from signing import keys

__all__ = ["main", "serve"]


def main() -> int:
    """Serve until the input ends."""
    serve(sys.stdin.buffer, sys.stdout.buffer)
    return 0


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """K: where the keys are. O: open an issuer key. S: sign. An error is answered as E."""

    def ask(name: str) -> bytes:
        write_frame(answers, b"?", name.encode())
        _, passphrase = read_frame(questions)
        return passphrase

    try:
        _, body = read_frame(questions)
        where = json.loads(body)
        ring = Keyring(Path(where["keys"]), ask, demo=where["demo"])
        signers: dict[bytes, keys.Signer] = {}
        while True:
            kind, body = read_frame(questions)
            try:
                if kind == b"O":
                    file = ring.find("issuer", body.decode())
                    signers[file.kid] = ring.open(file)
                    write_frame(answers, b"K")
                else:
                    write_frame(answers, b"R", _signatures(body, signers))
            except UserError as error:
                write_frame(answers, b"E", _told(error))
    except (EOFError, BrokenPipeError):
        return  # the publisher's process has ended, or wants no more


def _signatures(body: bytes, signers: dict[bytes, keys.Signer]) -> bytes:
    made, at = [], 0
    while at < len(body):
        kid, end = body[at : at + 4], at + 6 + int.from_bytes(body[at + 4 : at + 6], "big")
        made.append(sign_checked(kid, signers[kid], body[at + 6 : end]))
        at = end
    return b"".join(made)


def _told(error: UserError) -> bytes:
    told = {
        "code": error.code,
        "what": error.what,
        "why": list(error.why),
        "hint": list(error.hint),
        "exit": error.exit_code,
    }
    return json.dumps(told).encode()


if __name__ == "__main__":
    sys.exit(main())
