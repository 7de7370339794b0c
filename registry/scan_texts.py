"""What scanning finds, and the texts of a file of QR texts, one a line. It knows no pictures."""

from __future__ import annotations

from typing import NamedTuple

MAX_TEXT = 8 * 1024
"""Characters of the longest line taken from a text file."""


class UnreadableFile(Exception):
    """A file could not be opened as what it is, or is larger than allowed."""


class Found(NamedTuple):
    """One text, with the page of a PDF that it stands on (from 1; 0 = no pages)."""

    text: str
    page: int = 0


def lines(data: bytes) -> list[Found]:
    """The texts of a file of QR texts, one a line. UnreadableFile: it is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile("neither a picture, a PDF nor a text") from error
    found = [line.strip(" \t\r") for line in text.split("\n")]
    if any(len(line) > MAX_TEXT for line in found) or "\x00" in text:
        raise UnreadableFile("no list of QR texts")
    return [Found(line) for line in found if line]
