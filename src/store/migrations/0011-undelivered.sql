-- Replies that did not reach whom they were for.

-- When it was given up, or reported as not delivered; absent while it is on its way, and once it is sent again.
ALTER TABLE outbox ADD COLUMN failed_at INTEGER;
UPDATE outbox SET failed_at = since
    WHERE kind = 'reply' AND door = 'mail' AND (state = 'failed' OR (state = 'unknown' AND due IS NULL));
CREATE INDEX outbox_undelivered ON outbox (conversation_id, message_id) WHERE failed_at IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (failed_at, message_id) WHERE failed_at IS NOT NULL;
