"""Settings of the tests of signing."""

from __future__ import annotations

from hypothesis import settings

# A time limit for one example measures what else the machine does, not the code.
settings.register_profile("signing", deadline=None)
settings.load_profile("signing")
