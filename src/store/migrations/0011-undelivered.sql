-- Replies that did not reach whom they were for, whether anything leaves at all, and which mails no person wrote.

-- When it was given up, or reported as not delivered; absent while it is on its way, and once it is sent again.
ALTER TABLE outbox ADD COLUMN failed_at INTEGER;
UPDATE outbox SET failed_at = since
    WHERE kind = 'reply' AND door = 'mail' AND (state = 'failed' OR (state = 'unknown' AND due IS NULL));
CREATE INDEX outbox_undelivered ON outbox (conversation_id, message_id) WHERE failed_at IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (failed_at, message_id) WHERE failed_at IS NOT NULL;

-- When somebody looked last for mail that is to leave; without that, none does. Of what was before nobody knows.
CREATE TABLE mail_leaving (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;

-- Whether no person wrote it (RFC 3834): an absence note, another help desk.
ALTER TABLE mail ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0 CHECK (automatic IN (0, 1));
UPDATE mail SET automatic = 1 WHERE instr(reasons, 'It is an automatic answer: it re-opens nothing') > 0;
