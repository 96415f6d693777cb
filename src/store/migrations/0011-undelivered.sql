-- Replies that did not reach whom they were for.

-- When it was given up, or reported as not delivered; absent while it is on its way, and once it is sent again.
ALTER TABLE outbox ADD COLUMN failed_at INTEGER;
UPDATE outbox SET failed_at = since
    WHERE kind = 'reply' AND door = 'mail' AND (state = 'failed' OR (state = 'unknown' AND due IS NULL));
CREATE INDEX outbox_undelivered ON outbox (conversation_id, message_id) WHERE failed_at IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (failed_at, message_id) WHERE failed_at IS NOT NULL;

-- The row of the outbox that a notice is about, 0 for none; no reference, since that table may be built anew.
ALTER TABLE notice ADD COLUMN outbox_id INTEGER NOT NULL DEFAULT 0;
DROP INDEX notice_standing;
CREATE UNIQUE INDEX notice_standing ON notice (agent_id, conversation_id, kind, outbox_id) WHERE cleared = 0;
CREATE INDEX notice_about_mail ON notice (outbox_id) WHERE outbox_id > 0;
