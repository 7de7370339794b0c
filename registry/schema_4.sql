-- Version 4 of the store: persons who were erased, backups that were verified, newer published notes.

-- A certificate whose person was erased: certificate and record have no row of it any more, entry and
-- changes stay. No personal data.
CREATE TABLE erased (
  idx    INTEGER PRIMARY KEY REFERENCES entry (idx),
  lsp    INTEGER NOT NULL,
  batch  INTEGER NOT NULL REFERENCES batch (batch),
  erased INTEGER NOT NULL                                   -- second
) STRICT;

-- Backups that were restored aside and compared with what is published.
CREATE TABLE backup (
  build  INTEGER PRIMARY KEY REFERENCES note (build),       -- the newest note that it holds
  made   INTEGER NOT NULL,
  digest BLOB    NOT NULL CHECK (length(digest) = 32)       -- SHA-256 of the file
) STRICT;

-- Published notes that this store does not hold: it is an older copy, and must not sign.
CREATE TABLE ahead (
  build INTEGER PRIMARY KEY,
  note  BLOB    NOT NULL
) STRICT;
