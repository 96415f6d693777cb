-- When a mailbox in trouble is tried next, in milliseconds since 1970.
ALTER TABLE mailbox ADD COLUMN next INTEGER;
-- How often somebody asked for it to be looked at at once: whoever serves it compares that with what it was.
ALTER TABLE mailbox ADD COLUMN nudges INTEGER NOT NULL DEFAULT 0;
