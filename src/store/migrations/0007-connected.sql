-- When a mailbox was looked at for the first time: what had arrived a week before that is history (R1.7).
CREATE TABLE mailbox_connected (
    mailbox TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO mailbox_connected (mailbox, at) SELECT mailbox, min(received_at) FROM mail GROUP BY mailbox;
