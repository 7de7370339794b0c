-- Version 2 of the store: batches that wait for a second person, withdrawn changes, the audit chain.

-- A batch that was proposed and not yet issued or dropped. Holds personal data.
CREATE TABLE pending (
  batch  INTEGER PRIMARY KEY,                               -- keeps its number when it is issued
  digest BLOB    NOT NULL CHECK (length(digest) = 32),      -- SHA-256 of data: what is approved
  kind   TEXT    NOT NULL,
  name   TEXT    NOT NULL,                                  -- of the file that it came from
  made   INTEGER NOT NULL,
  rows   INTEGER NOT NULL,
  data   BLOB    NOT NULL                                   -- the batch file
) STRICT;

-- What a second person approved, and the signed note that says so.
CREATE TABLE approval (
  batch   INTEGER PRIMARY KEY,
  digest  BLOB    NOT NULL CHECK (length(digest) = 32),
  kind    TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  rows    INTEGER NOT NULL,
  decided INTEGER NOT NULL,
  note    BLOB    NOT NULL
) STRICT;

CREATE INDEX certificate_batch ON certificate (batch);

-- A change that was taken back before anything signed showed it. Seconds, or NULL.
ALTER TABLE change ADD COLUMN withdrawn INTEGER;

DROP TRIGGER entry_state;

-- docs/formats.md 6: 0 -> 1, 2, 3; 2 -> 0, 1, 3; 3 -> 1; and back where the change was withdrawn.
CREATE TRIGGER entry_state BEFORE UPDATE OF state ON entry
  WHEN OLD.state = NEW.state
    OR NOT (OLD.state IN (0, 2) OR (OLD.state = 3 AND NEW.state = 1) OR EXISTS (
      SELECT 1 FROM change
      WHERE idx = OLD.idx AND old = NEW.state AND new = OLD.state AND withdrawn IS NOT NULL))
  BEGIN SELECT raise(ABORT, 'no allowed change of state'); END;

-- What happened to the register, each entry bound to the one before (chain.py). Its head stands in
-- the build note; the salt keeps the published head from telling a guessed reason.
CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY,
  salt   BLOB NOT NULL CHECK (length(salt) = 16),
  event  TEXT NOT NULL,                                     -- canonical JSON, no personal data
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

CREATE TRIGGER audit_without_gap BEFORE INSERT ON audit
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 1) FROM audit)
  BEGIN SELECT raise(ABORT, 'not the next entry of the audit table'); END;

CREATE TRIGGER audit_kept BEFORE DELETE ON audit
  BEGIN SELECT raise(ABORT, 'the audit table only grows'); END;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
  BEGIN SELECT raise(ABORT, 'the audit table only grows'); END;
