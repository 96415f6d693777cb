-- Folders of files (Maildir) that mails are taken from: what need not be looked at again.

-- How the folder was when it was last taken completely; absent where it may have changed since without a trace. The
-- numbers of such a folder are times, in seconds since 1970.
ALTER TABLE mail_folder ADD COLUMN state BLOB CHECK (state IS NULL OR length(state) = 16);

-- The files that were taken and changed not long before the last look: clocks are set back, so their time alone does not
-- say that they are old. Those that it does say it of are forgotten.
CREATE TABLE folder_file (
    mailbox TEXT NOT NULL,
    folder TEXT NOT NULL,
    -- The beginning of a SHA-256 of what tells the file from all others without reading it.
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
    -- When it was written, moved or marked last, in seconds since 1970.
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (mailbox, folder, fingerprint)
) STRICT, WITHOUT ROWID;
