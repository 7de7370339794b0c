"""What the public site is made of: pages, words, styles, and the bundled browser scripts.

This package holds files only; ``registry.pages`` is the one that reads them. Node builds ``dist/``
from ``script/`` and ``styles/`` (see ``hatch_build.py``); a wheel carries ``dist/``, not its
sources.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
"""Where pages/, words/ and dist/ stand, also in an installed wheel (which is never zipped)."""

BUNDLE = FOLDER / "dist"
"""The built browser side: manifest.json and assets/, whose names carry a hash of their content."""

GUIDE = FOLDER / "dist_guide"
"""The built guide (see ``guide_build.py``), as it lies below /guide/."""
