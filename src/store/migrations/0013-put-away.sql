-- What administrators threw away or have to decide about, by its bytes: a mailbox that is read anew under another name brings
-- it again.
CREATE INDEX mail_put_away ON mail (hash) WHERE verdict IN ('held', 'quarantined', 'discarded');
