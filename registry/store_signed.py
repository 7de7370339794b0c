"""What was signed for publication, as the store keeps it: heads, build notes, status lists."""

from __future__ import annotations

from collections.abc import Iterator

from registry.rows import HeadRow, ListRow, NoteRow
from registry.store_file import StoreFile


class SignedTables(StoreFile):
    """Everything here was committed before it was served."""

    def add_head(self, head: HeadRow) -> None:
        """Keep a signed checkpoint, before it is published."""
        self._sql.execute("INSERT INTO head VALUES (?, ?, ?, ?)", head)

    def head(self, size: int) -> HeadRow | None:
        """The signed checkpoint of this size."""
        row = self._sql.execute("SELECT * FROM head WHERE size = ?", (size,)).fetchone()
        return HeadRow(*row) if row else None

    def add_note(self, note: NoteRow) -> None:
        """Keep a build note, before it is published."""
        self._sql.execute("INSERT INTO note VALUES (?, ?, ?, ?, ?)", note)

    def newest_note(self) -> NoteRow | None:
        """The build note with the highest number."""
        row = self._sql.execute("SELECT * FROM note ORDER BY build DESC LIMIT 1").fetchone()
        return NoteRow._make((*row[:4], bool(row[4]))) if row else None

    def notes(self) -> Iterator[NoteRow]:
        """Every build note, oldest first."""
        for row in self._sql.execute("SELECT * FROM note ORDER BY build"):
            yield NoteRow._make((*row[:4], bool(row[4])))

    def note(self, build: int) -> NoteRow | None:
        """The build note with this number."""
        return next((row for row in self.notes() if row.build == build), None)

    def confirm(self, build: int) -> None:
        """Note that a build was read back where it is published."""
        self._sql.execute("UPDATE note SET confirmed = 1 WHERE build = ?", (build,))

    def confirmed_size(self) -> int:
        """Size of the largest log that was read back where it is published; 0 = none yet."""
        return self._one("SELECT coalesce(max(size), 0) FROM note WHERE confirmed = 1")

    def drawn_size(self, kind: str) -> int:
        """Indexes below it were drawn by ``kind``, ``qr`` or ``sheet``; 0 = none yet."""
        row = self._sql.execute("SELECT size FROM drawn WHERE kind = ?", (kind,)).fetchone()
        return int(row[0]) if row else 0

    def set_drawn(self, kind: str, size: int) -> None:
        """Keep how far codes were drawn. It never goes back."""
        sql = (
            "INSERT INTO drawn VALUES (?, ?)"
            " ON CONFLICT (kind) DO UPDATE SET size = max(size, excluded.size)"
        )
        self._sql.execute(sql, (kind, size))

    def add_list(self, row: ListRow) -> None:
        """Keep a signed status list, before it is published."""
        self._sql.execute("INSERT INTO status_list VALUES (NULL, ?, ?, ?, ?)", row)

    def newest_list(self, number: int) -> ListRow | None:
        """The last signed status list with this number."""
        sql = (
            "SELECT list, digest, issued, data FROM status_list WHERE list = ?"
            " ORDER BY sequence DESC LIMIT 1"
        )
        row = self._sql.execute(sql, (number,)).fetchone()
        return ListRow(*row) if row else None

    def lists(self) -> Iterator[ListRow]:
        """Every signed status list, oldest first."""
        sql = "SELECT list, digest, issued, data FROM status_list ORDER BY sequence"
        return map(ListRow._make, self._sql.execute(sql))
