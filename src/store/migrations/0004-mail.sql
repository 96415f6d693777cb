-- E-mail: what came in, where it went and why. Addresses are in lower case; header ids stand without angle brackets.

-- Every mail that was read, once a mailbox, whatever became of it.
CREATE TABLE mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The mailbox's name in the configuration, the addresses and the group that it had then; all of it for releasing later.
    mailbox TEXT NOT NULL,
    own_addresses TEXT NOT NULL,
    group_name TEXT,
    -- SHA-256 of the raw bytes.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    received_at INTEGER NOT NULL,
    envelope_from TEXT,
    envelope_to TEXT NOT NULL,
    -- Lies in the folder of sent mail.
    sent INTEGER NOT NULL CHECK (sent IN (0, 1)),
    -- As the mail claims it; empty where it claims nobody.
    sender TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    header_id TEXT,
    -- SHA-256 of what makes it the same letter when it comes a second time on another way; absent without a header id.
    letter_hash BLOB CHECK (letter_hash IS NULL OR length(letter_hash) = 32),
    -- The topmost Authentication-Results.
    authentication TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (
        verdict IN ('message', 'report', 'held', 'quarantined', 'sent-outside', 'refused', 'ignored', 'discarded')
    ),
    held_because TEXT,
    -- Why it went where it went: sentences, one a line.
    reasons TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversation (id),
    message_id INTEGER REFERENCES message (id),
    CHECK ((verdict IN ('held', 'quarantined')) <= (held_because IS NOT NULL)),
    UNIQUE (mailbox, hash)
) STRICT;
CREATE INDEX mail_by_letter ON mail (letter_hash) WHERE letter_hash IS NOT NULL;
CREATE INDEX mail_by_message ON mail (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX mail_by_sender ON mail (sender, received_at);
CREATE INDEX mail_by_conversation ON mail (conversation_id, received_at) WHERE conversation_id IS NOT NULL;
CREATE INDEX mail_held ON mail (id) WHERE verdict IN ('held', 'quarantined');

-- The bytes as they came, apart, so that nothing else has to pass over them.
CREATE TABLE raw_mail (
    mail_id INTEGER PRIMARY KEY REFERENCES mail (id),
    bytes BLOB NOT NULL
) STRICT;

-- Where a mail lies on a server; each place is taken once.
CREATE TABLE mail_place (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    mail_id INTEGER NOT NULL REFERENCES mail (id),
    PRIMARY KEY (mailbox, folder, uid_validity, uid)
) STRICT, WITHOUT ROWID;

-- Whom a mail names, as it names them. `own`: an address of this desk.
CREATE TABLE correspondent (
    mail_id INTEGER NOT NULL REFERENCES mail (id),
    part TEXT NOT NULL CHECK (part IN ('from', 'sender', 'reply-to', 'to', 'cc')),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    PRIMARY KEY (mail_id, part, number)
) STRICT, WITHOUT ROWID;

-- The Message-IDs of what came in and of what went out, for threads. Those that came in were chosen by their senders and
-- may repeat. `outbox_id`: of what went out, which row it was; no reference, since that table may be built anew.
CREATE TABLE header_id (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    header_id TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    message_id INTEGER REFERENCES message (id),
    outbox_id INTEGER
) STRICT;
CREATE INDEX header_id_by_id ON header_id (header_id);
CREATE INDEX header_id_by_message ON header_id (message_id) WHERE message_id IS NOT NULL;

-- Parts of a message's text that are folded away on the screen: bytes from and up to, in order, without overlap.
CREATE TABLE fold (
    message_id INTEGER NOT NULL REFERENCES message (id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('quoted', 'signature')),
    PRIMARY KEY (message_id, start),
    CHECK (start >= 0 AND start < stop)
) STRICT, WITHOUT ROWID;

-- What was attached, each content once. Whoever may read the message may have it, and nobody else: there is no way to it
-- but through an attachment.
CREATE TABLE attached_content (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    bytes BLOB NOT NULL
) STRICT;
ALTER TABLE attachment ADD COLUMN hash BLOB REFERENCES attached_content (hash);
ALTER TABLE attachment ADD COLUMN special TEXT CHECK (special IN ('calendar', 'tnef', 'mail'));

-- Who wrote a message where neither an agent nor a customer did: a colleague, in a mail program of their own.
ALTER TABLE message ADD COLUMN written_as TEXT;

-- Conversations that a new one looks like: for agents, each shown through access.
CREATE TABLE likeness (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    like_id INTEGER NOT NULL REFERENCES conversation (id),
    because TEXT NOT NULL CHECK (because IN ('headers', 'subject')),
    PRIMARY KEY (conversation_id, like_id)
) STRICT, WITHOUT ROWID;

-- A conversation that was merged into another. `kept`: both as they were just before and just after, and what moved, as
-- JSON, for undoing.
CREATE TABLE merge (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    from_id INTEGER NOT NULL REFERENCES conversation (id),
    into_id INTEGER NOT NULL REFERENCES conversation (id),
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    at INTEGER NOT NULL,
    kept TEXT NOT NULL,
    undone INTEGER NOT NULL CHECK (undone IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX merge_standing ON merge (from_id) WHERE undone = 0;
CREATE INDEX merge_into ON merge (into_id) WHERE undone = 0;

-- When an address was last sent a mail that no person wrote: one a day.
CREATE TABLE automatic_mail (
    address TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Mails of agents that were refused and still have to be told so; without a word of any conversation.
CREATE TABLE mail_refusal (
    mail_id INTEGER PRIMARY KEY REFERENCES mail (id),
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown'))
) STRICT;
CREATE INDEX mail_refusal_queued ON mail_refusal (mail_id) WHERE state = 'queued';

-- How far a folder was read.
CREATE TABLE mail_folder (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    last_uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox, folder)
) STRICT, WITHOUT ROWID;

-- How each mailbox does: what its worker said last.
CREATE TABLE mailbox (
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    -- What is wrong, as a sentence; absent where all is well.
    trouble TEXT,
    -- Since when it is so.
    since INTEGER NOT NULL,
    -- When that was said last.
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- An agent's own mail address: for notices, and the only one from which that agent's tokens are taken.
CREATE TABLE agent_address (
    agent_id INTEGER PRIMARY KEY REFERENCES agent (id),
    address TEXT NOT NULL UNIQUE
) STRICT;

-- Keys that never leave the desk: 32 random bytes each.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL CHECK (length(bytes) = 32)
) STRICT, WITHOUT ROWID;
