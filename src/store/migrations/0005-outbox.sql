-- Mail on its way out: the outbox with everything that a worker needs who takes rows by lease.

CREATE TABLE new_outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- `reply`: a message, to a customer; `told`: the line that says a locked conversation got a follow-up; `notice`: a
    -- message, to an agent who has not read it; `refusal`: an agent's mail was not taken.
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'told', 'notice', 'refusal')),
    conversation_id INTEGER REFERENCES conversation (id),
    message_id INTEGER REFERENCES message (id),
    -- To whom: exactly one of a customer, an agent, and an address (of a refusal).
    customer_id INTEGER REFERENCES customer (id),
    agent_id INTEGER REFERENCES agent (id),
    address TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'held', 'cancelled')),
    at INTEGER NOT NULL,
    -- The locked conversation that a `told` line is about, so that its writer is told once (R2.7).
    about INTEGER,
    -- Which door it leaves by: what came by chat waits for the customer there.
    door TEXT NOT NULL CHECK (door IN ('mail', 'web')),
    -- Since when it is tried: when it was queued, released or last asked for again.
    since INTEGER NOT NULL,
    -- When a worker has to look at it next: when it may leave, when it is tried again, when its lease ends. Absent: never.
    due INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- How often nobody knows whether the server took it; the second time it is not tried any more.
    doubts INTEGER NOT NULL DEFAULT 0,
    -- Who has it while it is sending.
    leased_by TEXT,
    -- Its Message-ID without brackets, the same at every try.
    header_id TEXT UNIQUE,
    -- The mailbox it left by, by its name in the configuration.
    mailbox TEXT,
    -- Why it failed, is held or was cancelled: a sentence; may be empty.
    words TEXT NOT NULL DEFAULT '',
    -- The notice in whose mail this one goes along.
    digest INTEGER,
    CHECK ((customer_id IS NOT NULL) + (agent_id IS NOT NULL) + (address IS NOT NULL) = 1),
    CHECK ((kind = 'notice') = (agent_id IS NOT NULL)),
    CHECK ((kind = 'refusal') = (address IS NOT NULL)),
    CHECK (kind NOT IN ('reply', 'notice') OR message_id IS NOT NULL),
    CHECK (kind = 'refusal' OR conversation_id IS NOT NULL),
    CHECK (due IS NULL OR (door = 'mail' AND state IN ('queued', 'sending', 'unknown'))),
    CHECK ((state = 'sending') = (leased_by IS NOT NULL))
) STRICT;
-- What waited for a door by mail was written before there was one: nobody expects it any more, so it is not sent now, and
-- nothing is said of its way. Chat goes on waiting for its own.
INSERT INTO new_outbox (id, kind, conversation_id, message_id, customer_id, state, at, about, door, since)
    SELECT outbox.id, outbox.kind, conversation_id, message_id, customer_id,
        CASE WHEN coalesce(channel, 'email') = 'email' THEN 'cancelled' ELSE 'queued' END,
        outbox.at, about, CASE WHEN coalesce(channel, 'email') = 'email' THEN 'mail' ELSE 'web' END, outbox.at
    FROM outbox JOIN conversation ON conversation.id = outbox.conversation_id
    WHERE outbox.kind = 'told' OR coalesce(channel, 'email') <> 'email';
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
CREATE INDEX outbox_queued ON outbox (id) WHERE state = 'queued';
CREATE INDEX outbox_due ON outbox (due, id) WHERE due IS NOT NULL;
CREATE INDEX outbox_held ON outbox (id) WHERE state = 'held';
CREATE INDEX outbox_digest ON outbox (digest) WHERE digest IS NOT NULL;
CREATE INDEX outbox_notice ON outbox (agent_id, id) WHERE kind = 'notice';
CREATE UNIQUE INDEX outbox_told_once ON outbox (about, customer_id) WHERE kind = 'told';
CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;
-- R1.2, R1.4: nothing that is for agents is ever on its way to a customer, whatever the program thinks.
CREATE TRIGGER outbox_holds_nothing_internal BEFORE INSERT ON outbox
    WHEN NEW.customer_id IS NOT NULL AND NEW.message_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM message JOIN conversation ON conversation.id = message.conversation_id
        WHERE message.id = NEW.message_id AND message.kind = 'reply' AND conversation.audience = 'customer'
    )
    BEGIN SELECT RAISE (ABORT, 'a customer is sent replies of customer conversations only'); END;

CREATE INDEX header_id_by_conversation ON header_id (conversation_id, id);

-- What stands under the mails of a group.
ALTER TABLE team_group ADD COLUMN signature TEXT NOT NULL DEFAULT '';

-- Whether an agent is sent what it has not read within a minute.
ALTER TABLE agent ADD COLUMN mail TEXT NOT NULL DEFAULT 'off' CHECK (mail IN ('off', 'missed'));
-- When an agent was last sent such a mail; the next one waits a little.
ALTER TABLE agent ADD COLUMN mailed_at INTEGER NOT NULL DEFAULT 0;
