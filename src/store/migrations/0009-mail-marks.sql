-- What is noted about mails besides: what they are asked for by, whether their server answers for the sender, whom nobody is
-- to be asked about again, and a bell for what is held.

CREATE INDEX mail_by_header ON mail (header_id) WHERE header_id IS NOT NULL;

-- The server whose word stands on top in Authentication-Results, in lower case; 'unnamed' where it keeps
-- its name to itself, empty where there is no such word. And whether it says
-- that the domain of the sender owns up to the mail (DMARC).
ALTER TABLE mail ADD COLUMN checked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0 CHECK (vouched IN (0, 1));
UPDATE mail SET checked_by = lower(trim(substr(authentication, 1, instr(authentication || ';', ';') - 1)));
UPDATE mail SET
    checked_by = CASE
        WHEN instr(checked_by, '=') > 0 THEN 'unnamed'
        ELSE substr(checked_by, 1, instr(checked_by || ' ', ' ') - 1)
    END,
    vouched = replace(lower(authentication), ' ', '') LIKE '%;dmarc=pass%';
CREATE INDEX mail_vouched ON mail (sender, mailbox, received_at) WHERE vouched = 1;

-- People whom mails name besides those who take part, and of whom somebody said that they are not to be added.
CREATE TABLE dismissed (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    -- Lower case.
    address TEXT NOT NULL,
    PRIMARY KEY (conversation_id, address)
) STRICT, WITHOUT ROWID;

-- What is held belongs to no conversation that could be named; a notice says only that something waits.
CREATE TABLE new_notice (
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversation (id),
    at INTEGER NOT NULL,
    cleared INTEGER NOT NULL CHECK (cleared IN (0, 1)),
    PRIMARY KEY (agent_id, id),
    CHECK ((conversation_id IS NULL) = (kind = 'held'))
) STRICT, WITHOUT ROWID;
INSERT INTO new_notice (agent_id, id, kind, conversation_id, at, cleared)
    SELECT agent_id, id, kind, conversation_id, at, cleared FROM notice;
DROP TABLE notice;
ALTER TABLE new_notice RENAME TO notice;
CREATE UNIQUE INDEX notice_standing ON notice (agent_id, conversation_id, kind) WHERE cleared = 0;
CREATE UNIQUE INDEX notice_held ON notice (agent_id) WHERE cleared = 0 AND conversation_id IS NULL;
CREATE INDEX notice_told ON notice (conversation_id, agent_id);

-- Which reports about a mail that left were told of in its thread; each is told once.
ALTER TABLE outbox ADD COLUMN delayed INTEGER NOT NULL DEFAULT 0 CHECK (delayed IN (0, 1));
ALTER TABLE outbox ADD COLUMN complained INTEGER NOT NULL DEFAULT 0 CHECK (complained IN (0, 1));
