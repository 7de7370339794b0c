-- The private store of a registry. Every statement here runs in one transaction, once.
-- Personal data stand in certificate and record alone: erasing a person deletes those rows and
-- leaves the log as it is. Days count from 1970-01-01, times are seconds since then, UTC.

-- The log. idx is the registry index: one counter, without a gap, from 0.
CREATE TABLE entry (
  idx    INTEGER PRIMARY KEY,
  type   INTEGER NOT NULL CHECK (type IN (1, 3)),           -- 1 certificate, 3 trust document
  digest BLOB    NOT NULL CHECK (length(digest) = 32),      -- the log entry is type || digest
  state  INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),    -- as in the status list
  CHECK (type = 1 OR state = 1)                             -- the slot of no certificate is 1
) STRICT;

CREATE INDEX entry_changed ON entry (idx, state) WHERE state <> 0;

CREATE TRIGGER entry_without_gap BEFORE INSERT ON entry
  WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM entry)
  BEGIN SELECT raise(ABORT, 'not the next index of the log'); END;

CREATE TRIGGER entry_kept BEFORE DELETE ON entry
  BEGIN SELECT raise(ABORT, 'an entry of the log is kept for ever'); END;

CREATE TRIGGER entry_unchanged BEFORE UPDATE OF idx, type, digest ON entry
  BEGIN SELECT raise(ABORT, 'an entry of the log never changes'); END;

-- docs/formats.md 6: 0 -> 1, 2, 3; 2 -> 0, 1, 3; 3 -> 1.
CREATE TRIGGER entry_state BEFORE UPDATE OF state ON entry
  WHEN NOT (OLD.state IN (0, 2) OR (OLD.state = 3 AND NEW.state = 1)) OR OLD.state = NEW.state
  BEGIN SELECT raise(ABORT, 'no allowed change of state'); END;

-- One import file.
CREATE TABLE batch (
  batch    INTEGER PRIMARY KEY,
  digest   BLOB    NOT NULL CHECK (length(digest) = 32),    -- SHA-256 of the file
  name     TEXT    NOT NULL,
  received INTEGER NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('new', 'onboarding', 'replacement')),
  rows     INTEGER NOT NULL,                                -- read from the file
  issued   INTEGER NOT NULL                                 -- certificates made of them
) STRICT;

-- Versions of schemes that certificates point to: the catalogue must go on yielding them.
CREATE TABLE scheme (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32),      -- of the entry's file
  code   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
  idx           INTEGER PRIMARY KEY REFERENCES entry (idx),
  number        TEXT    NOT NULL,
  registration  TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  passport_name TEXT,
  birth_day     INTEGER NOT NULL,
  scheme        TEXT    NOT NULL,
  lsp           INTEGER NOT NULL,
  issue_day     INTEGER NOT NULL,
  expiry_day    INTEGER NOT NULL,
  units         TEXT,                                       -- codes, ";" between; NULL = all
  blank_number  TEXT,                                       -- kept here also when not signed
  replaces      INTEGER REFERENCES entry (idx),
  kid           BLOB    NOT NULL CHECK (length(kid) = 4),
  batch         INTEGER NOT NULL REFERENCES batch (batch),
  cose          BLOB    NOT NULL                            -- the certificate, signed
) STRICT;

CREATE INDEX certificate_number ON certificate (number);
CREATE INDEX certificate_person ON certificate (name, birth_day);

-- The certificates of one record, (LSP, registration number); the newest is the current one.
CREATE TABLE record (
  registration TEXT    NOT NULL,                            -- in its one form (records.py)
  lsp          INTEGER NOT NULL,
  idx          INTEGER NOT NULL REFERENCES certificate (idx),
  PRIMARY KEY (registration, lsp, idx)
) STRICT, WITHOUT ROWID;

-- Why a state changed. Private for ever: published reasons would be data on criminal matters.
CREATE TABLE change (
  change    INTEGER PRIMARY KEY,
  idx       INTEGER NOT NULL REFERENCES entry (idx),
  old       INTEGER NOT NULL,
  new       INTEGER NOT NULL,
  reason    TEXT,                                           -- NULL where a successor says it
  successor INTEGER REFERENCES entry (idx),
  changed   INTEGER NOT NULL
) STRICT;

CREATE INDEX change_idx ON change (idx);

-- A replaced certificate that stands until a later day (import --old-until).
CREATE TABLE due (
  idx       INTEGER PRIMARY KEY REFERENCES entry (idx),
  successor INTEGER NOT NULL REFERENCES entry (idx),
  due       INTEGER NOT NULL                                -- superseded from this second on
) STRICT;

CREATE TABLE trust (
  version INTEGER PRIMARY KEY,
  idx     INTEGER NOT NULL UNIQUE REFERENCES entry (idx),
  note    BLOB    NOT NULL
) STRICT;

-- A checkpoint that was signed. It stands here before it is public, so the log cannot fork.
CREATE TABLE head (
  size       INTEGER PRIMARY KEY,
  root       BLOB    NOT NULL CHECK (length(root) = 32),
  checkpoint BLOB    NOT NULL,
  build      INTEGER NOT NULL
) STRICT;

CREATE TABLE note (
  build     INTEGER PRIMARY KEY,
  issued    INTEGER NOT NULL,
  size      INTEGER NOT NULL REFERENCES head (size),
  note      BLOB    NOT NULL,
  confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1))  -- read back where published
) STRICT;

CREATE TABLE status_list (
  sequence INTEGER PRIMARY KEY,
  list     INTEGER NOT NULL,
  digest   BLOB    NOT NULL CHECK (length(digest) = 32),
  issued   INTEGER NOT NULL,
  data     BLOB    NOT NULL,
  UNIQUE (list, digest)
) STRICT;
