-- Mail on its way out.

-- Keys that the desk made for itself, on first use.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
