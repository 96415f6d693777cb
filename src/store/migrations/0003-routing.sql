-- Routing (R8.1). What is on offer to whom is worked out when it is asked for, from who waits, who is ready and who
-- rejected: so nothing is written for each agent when a conversation arrives or somebody becomes ready.
DROP TABLE offer;

-- Customer conversations that wait in a group for somebody: open, unassigned, and arrived there while the desk was at
-- work; what was imported and not touched since does not wait (R1.7). `since`: when it came to wait there.
CREATE TABLE waiting (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id),
    group_id INTEGER NOT NULL REFERENCES team_group (id),
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_by_group ON waiting (group_id, since, conversation_id);

-- Who rejected an offer while the conversation waits (handing it back counts as that), and who lost one without having
-- been told of the conversation in any other way (R6.6).
CREATE TABLE past_offer (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('rejected', 'lost')),
    PRIMARY KEY (conversation_id, agent_id)
) STRICT, WITHOUT ROWID;

-- The newest event with which a conversation became the agent's, in whatever way; 0 for none. Who has gone longest
-- without one is "longest idle".
ALTER TABLE agent ADD COLUMN last_assigned INTEGER NOT NULL DEFAULT 0;
UPDATE agent SET last_assigned = latest.seq
    FROM (SELECT detail, max(seq) AS seq FROM event WHERE kind = 'assigned' GROUP BY detail) AS latest
    WHERE latest.detail = agent.handle;

INSERT INTO waiting (conversation_id, group_id, since)
    SELECT id, group_id, created_at FROM conversation
    WHERE audience = 'customer' AND shut = 0 AND assignee_id IS NULL AND group_id IS NOT NULL AND news > 0;
