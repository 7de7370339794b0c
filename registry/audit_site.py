"""The site as an audit sees it: what was read, what was named, what was found.

A file counts as named once a check asked for it. What is served and was never named is therefore
a file that no check looked at, and is reported as such.
"""

from __future__ import annotations

import re

from registry.audit_report import Missed, Report, fault, remark
from registry.source import ListedSource, Unreachable

FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of the largest file that is read. What is longer than its kind allows is a fault of its
own check, so the cap is one for all."""
_PART = r"[A-Za-z0-9_~@+,=-][A-Za-z0-9._~@+,=-]*"
_PATH = re.compile(rf"{_PART}(/{_PART})*\Z")


class Site:
    """A source, the report that grows, and the names that were asked for."""

    def __init__(self, source: ListedSource, report: Report) -> None:
        self.source, self.report = source, report
        listing = source.listing()
        self.names = None if listing is None else frozenset(listing)
        """Every file of the site; None where a host cannot list them."""
        self.named: set[str] = set()

    def find(self, path: str) -> bytes | None:
        """The bytes at ``path``; None: there is no such file. Unreachable: it cannot be said."""
        if self.names is not None and path not in self.names:
            return None
        data = self.source.read(path, FILE_LIMIT, fresh=True)
        if data is not None and path not in self.named:
            self.named.add(path)
            self.report.files += 1
        return data

    def get(self, path: str) -> bytes | None:
        """The bytes at ``path``; None after a fault (missing) or a note that it is out of reach."""
        try:
            data = self.find(path)
        except Unreachable as error:
            self.missed(path, str(error))
            return None
        if data is None:
            self.fault(path, "missing")
        return data

    def numbered(self, form: str) -> list[int]:
        """The numbers N of served paths ``form.format(N)``, ascending; none without a listing."""
        head, _, tail = form.partition("{}")
        middle = re.compile(re.escape(head) + r"([1-9][0-9]{0,15})" + re.escape(tail))
        found = (middle.fullmatch(name) for name in self.names or ())
        return sorted(int(match[1]) for match in found if match)

    def fault(self, path: str, code: str, **values: object) -> None:
        """Report a fault."""
        self.report.faults.append(fault(path, code, **values))

    def remark(self, path: str, code: str, **values: object) -> None:
        """Report what a reader will notice although nothing published is wrong."""
        self.report.remarks.append(remark(path, code, **values))

    def missed(self, path: str, why: str) -> None:
        """Report something that could not be looked at."""
        self.named.add(path)
        self.report.could_not_check.append(Missed(path, why))


def allowed(path: str) -> bool:
    """Whether a path may be asked for: below the site, in plain characters, nothing hidden."""
    return bool(_PATH.match(path))
