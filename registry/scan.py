"""Photos, scans, PDFs and text files to the texts of the QR codes in them.

What cannot be read says so and never stops a batch. Libraries for pictures are loaded when the
first picture comes: a file of texts does not wait for them.
"""

from __future__ import annotations

from pathlib import Path

from registry.scan_texts import Found, UnreadableFile, lines

__all__ = ["Found", "UnreadableFile", "files_in", "lines", "read"]

MAX_BYTES = 64 * 1024 * 1024
IMAGES = (".png", ".jpg", ".jpeg")


def read(path: Path) -> list[Found]:
    """Texts of every QR code of a picture or PDF, or every line of a text file, in order.

    An empty list: the file could be read, and there is no code in it. UnreadableFile else.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(f"more than {MAX_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from error
    is_pdf = data.startswith(b"%PDF-")
    named = path.suffix.lower() in IMAGES
    if not (is_pdf or named or data.startswith((b"\x89PNG", b"\xff\xd8\xff"))):
        return lines(data)
    from registry import pictures  # noqa: PLC0415

    return list(pictures.pdf_codes(data) if is_pdf else pictures.picture_codes(data))


def files_in(folder: Path) -> list[Path]:
    """Pictures, PDFs and text files of a folder and the folders in it, sorted."""
    kinds = (*IMAGES, ".pdf", ".txt")
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in kinds and p.is_file())
