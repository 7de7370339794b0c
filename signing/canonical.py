r"""Canonical JSON, strict base64 and strict times (docs/formats.md section 3).

One value has one text. JSON is printed with indent 1, non-ASCII raw and a line feed at the end; a
reader parses, walks the value and prints it again: other bytes are refused.

>>> dumps({"name": "Æ", "size": 3, "former": []})
'{\n "name": "Æ",\n "size": 3,\n "former": []\n}\n'
>>> loads('{"size": 3}\n')
Traceback (most recent call last):
    ...
signing.reasons.Malformed: json-form: not in canonical form
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from signing.reasons import Malformed

Json = Any
"""A parsed JSON value: dict, list, str, int, bool or None."""

LARGEST = 2**53 - 1
DEPTH = 8
_KEY = re.compile(r"[a-z][a-z0-9_./-]*\Z")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def b64encode(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def b64decode(text: str) -> bytes:
    """Bytes of standard base64; only the text that :func:`b64encode` would give. Malformed else."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("base64", "not base64") from error
    if b64encode(data) != text:
        raise Malformed("base64", "not in canonical form")
    return data


def b64url_encode(data: bytes) -> str:
    """Unpadded base64url (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def b64url_decode(text: str) -> bytes:
    """Bytes of unpadded base64url in its one canonical form. Malformed else."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Malformed("base64", "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise Malformed("base64", "not base64url") from error
    if b64url_encode(data) != text:
        raise Malformed("base64", "not in canonical form")
    return data


def time_text(seconds: int) -> str:
    """``YYYY-MM-DDTHH:MM:SSZ`` of whole seconds since 1970-01-01 UTC."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_seconds(text: object) -> int:
    """Seconds since 1970-01-01 of a time in its one form, years 1970 to 9999. Malformed else."""
    match = _TIME.match(text) if isinstance(text, str) else None
    if not match:
        raise Malformed("time", "not YYYY-MM-DDTHH:MM:SSZ")
    try:
        moment = datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError as error:
        raise Malformed("time", "no such time") from error
    if moment < _EPOCH:
        raise Malformed("time", "before 1970")
    return int((moment - _EPOCH) / timedelta(seconds=1))


def dumps(value: Json) -> str:
    """The one text of ``value``: indent 1, non-ASCII raw, LF at the end."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def loads(text: str) -> Json:
    """The value of a canonical JSON text. Malformed for any other text.

    Reprinting alone would not do: 2^53+1, 1.0, NaN, 1e-7, lone surrogates and integer-like keys
    are each taken by one language and refused by another, so the value is walked first.
    """
    try:
        value = json.loads(text, parse_float=_no_number, parse_constant=_no_number)
        _walk(value, 1)
        again = dumps(value)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("json", "not JSON") from error
    if again != text:
        raise Malformed("json-form", "not in canonical form")
    return value


def _no_number(_text: str) -> NoReturn:
    raise Malformed("json-value", "a number is not a whole number")


def _walk(value: Json, depth: int) -> None:
    if value is None or value is True or value is False:
        return
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Malformed("json-value", "a lone surrogate") from error
    elif isinstance(value, int):
        if not 0 <= value <= LARGEST:
            raise Malformed("json-value", "a number outside 0..2^53-1")
    elif depth > DEPTH:
        raise Malformed("json-value", "too deep")
    elif isinstance(value, list):
        for item in value:
            _walk(item, depth + 1)
    else:
        for key, item in value.items():
            if not _KEY.match(key):
                raise Malformed("json-value", "a key outside [a-z][a-z0-9_./-]*")
            _walk(item, depth + 1)
