"""What an audit recomputed from public data: the log's leaves, the states, the notes.

What stands here was verified; a comparison with something private can rest on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from registry.audit_site import Site
from registry.audit_trust import Trusted
from registry.log import Tree
from signing.build_note import BuildNote
from signing.merkle import HASH
from signing.status import ENTRIES, State, StatusList


@dataclass(frozen=True, slots=True)
class Published:
    """The present state of a site, as far as it could be verified."""

    trusted: Trusted
    notes: list[BuildNote]
    """Verified build notes, ascending; the last one is the present state."""
    tree: Tree | None
    """The log's tree; None: entries are missing or damaged."""
    lists: dict[int, StatusList] = field(default_factory=dict)
    """The status lists that the present note pins, by number; those that could be verified."""

    @property
    def size(self) -> int:
        """Entries of the log that the present note pins."""
        return self.notes[-1].size

    @property
    def issued(self) -> int:
        """When the present note was issued, in seconds."""
        return self.notes[-1].issued

    def leaf(self, index: int) -> bytes | None:
        """The leaf hash of an entry; None: it is not in the log yet, or the tree is not known."""
        if self.tree is None or index >= self.size:
            return None
        return bytes(self.tree.levels[0][index * HASH : (index + 1) * HASH])

    def state(self, index: int) -> State | None:
        """The published state of a registry index; None: its list could not be verified."""
        found = self.lists.get(index // ENTRIES)
        return None if found is None else found.state(index)


class Ledger(Protocol):
    """Something private that is compared with what is published."""

    def compare(self, site: Site, published: Published) -> None:
        """Report into the site's report whatever does not agree."""
        ...
