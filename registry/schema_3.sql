-- Version 3 of the store: how far codes were drawn, so that "--new" means those after it.

CREATE TABLE drawn (
  kind TEXT    PRIMARY KEY CHECK (kind IN ('qr', 'sheet')),
  size INTEGER NOT NULL                                     -- indexes below it were drawn
) STRICT, WITHOUT ROWID;
