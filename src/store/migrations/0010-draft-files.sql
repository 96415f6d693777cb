-- Files that are to go with an unsent text: where they lie on the machine it is written on. They are read when it is sent.
CREATE TABLE draft_file (
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    place TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('reply', 'note', 'internal')),
    number INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (agent_id, place, mode, number)
) STRICT, WITHOUT ROWID;
