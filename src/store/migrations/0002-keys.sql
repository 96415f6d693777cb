-- Keys that let agents in. A revoked one stays, so that the log can be read; added again it is another row.
CREATE TABLE agent_key (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    algorithm TEXT NOT NULL,
    blob TEXT NOT NULL,
    fingerprint TEXT NOT NULL CHECK (fingerprint LIKE 'SHA256:%'),
    comment TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    revoked_at INTEGER,
    -- When it last let its agent in, to the minute.
    used_at INTEGER
) STRICT;
-- One key lets one agent in.
CREATE UNIQUE INDEX agent_key_live ON agent_key (fingerprint) WHERE revoked_at IS NULL;
CREATE INDEX agent_key_by_fingerprint ON agent_key (fingerprint);
CREATE INDEX agent_key_by_agent ON agent_key (agent_id);

-- The newest invite of each agent, until another takes its place. Of its code only the SHA-256 is kept, in hexadecimal.
CREATE TABLE invite (
    agent_id INTEGER PRIMARY KEY REFERENCES agent (id),
    code_hash TEXT NOT NULL UNIQUE,
    -- Who made it: it lets a key in only while they may still make one.
    made_by INTEGER NOT NULL REFERENCES agent (id),
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
