-- How far the last attempt of a mail came. Without its last step nothing of it can have left.

-- The attempt, by its number, whose last step began, after which the server may have the mail; 0: no attempt's did; -1: one's
-- that nobody knows of any more, so that it may have left before.
ALTER TABLE outbox ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
-- Of what was tried before this was written down, nobody knows.
UPDATE outbox SET begun = CASE WHEN state = 'sending' AND attempts > 0 THEN attempts ELSE -1 END WHERE header_id IS NOT NULL;

-- Whether an administrator has to decide before it leaves: it repeats what its writer may not read, and none let it go yet.
ALTER TABLE outbox ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
UPDATE outbox SET held = 1 WHERE state = 'held' OR (state = 'cancelled' AND words = 'An administrator stopped it.');
