"""Makes the font of the print sheets from BIZ UDPGothic: ``make font`` runs it.

``python subset.py BIZUDPGothic_400Regular.ttf OUT.ttf``. Kept are the letters that a certificate
may hold (docs/formats.md section 1), kana, punctuation and the kanji of JIS X 0208 level 1, so
that loading the font costs a few hundredths of a second. The same input gives the same bytes.
"""

from __future__ import annotations

import sys

LEVEL_1 = range(0x30, 0x50)
"""First bytes of JIS X 0208 level 1, 16-1 to 47-94."""
LATIN = {*range(0x20, 0x7F), *range(0xC0, 0x180), 0x2019} - {0xD7, 0xF7}
MARKS = {*range(0x3000, 0x301A), *range(0x3041, 0x3100), *range(0xFF01, 0xFF9F)} - {0x3097, 0x3098}
SIGNS = {*map(ord, "·×–—‘“”•…→←↑↓①②③④⑤⑥⑦⑧⑨⑩□■○●◎△▲▽▼☆★〒℃№㎜")}


def letters() -> set[int]:
    """Code points that the subset keeps."""
    kanji: set[int] = set()
    for first in LEVEL_1:
        for second in range(0x21, 0x7F):
            pair = b"\x1b$B" + bytes([first, second]) + b"\x1b(B"
            kanji.update(map(ord, pair.decode("iso2022_jp", "ignore")))
    return LATIN | MARKS | SIGNS | kanji


def main(source: str, target: str) -> None:
    """Write the subset of the font file ``source`` to ``target``."""
    # Only `make font` has the library.
    from fontTools import subset  # type: ignore[import-not-found]  # noqa: PLC0415

    options = subset.Options(
        hinting=False, layout_features=[], drop_tables=["DSIG", "GPOS", "GSUB", "vhea", "vmtx"]
    )
    options.recalc_timestamp = False
    font = subset.load_font(source, options)
    maker = subset.Subsetter(options)
    maker.populate(unicodes=letters())
    maker.subset(font)
    subset.save_font(font, target, options)


if __name__ == "__main__":
    main(*sys.argv[1:])
