-- The first schema. Times are milliseconds since 1970 in UTC; switches are 0 and 1; words are those of the rules.

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE team_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    routing TEXT NOT NULL CHECK (routing IN ('polite', 'democracy', 'dictator'))
) STRICT;

CREATE TABLE agent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    handle TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    public_name TEXT,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'agent')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    ready INTEGER NOT NULL CHECK (ready IN (0, 1)),
    reply_to_customers INTEGER NOT NULL CHECK (reply_to_customers IN (0, 1)),
    from_customers TEXT NOT NULL CHECK (from_customers IN ('off', 'all', 'projects', 'followed')),
    notify_customers TEXT NOT NULL CHECK (notify_customers IN ('all', 'mine', 'none')),
    notify_internal TEXT NOT NULL CHECK (notify_internal IN ('all', 'mine', 'none')),
    bell INTEGER NOT NULL CHECK (bell IN (0, 1)),
    -- The newest event when the agent was added: everything up to it counts as read (R3.6).
    baseline INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE group_member (
    group_id INTEGER NOT NULL REFERENCES team_group (id),
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    PRIMARY KEY (group_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_by_agent ON group_member (agent_id, group_id);

CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    organization TEXT COLLATE NOCASE,
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX customer_by_organization ON customer (organization) WHERE organization IS NOT NULL;

CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('ticket', 'task', 'article', 'project')),
    title TEXT NOT NULL CHECK (title <> ''),
    description TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'done')),
    requester_id INTEGER REFERENCES customer (id),
    assignee_id INTEGER REFERENCES agent (id),
    project_id INTEGER REFERENCES item (id),
    made_from INTEGER,
    -- A customer waits: has a requester, is open, and no agent has replied in a customer conversation of it (R3.3).
    waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)),
    source_key TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    CHECK (kind <> 'project' OR project_id IS NULL)
) STRICT;
CREATE INDEX item_waiting ON item (id) WHERE waiting = 1;
CREATE INDEX item_waiting_by_project ON item (project_id, id) WHERE waiting = 1;
CREATE INDEX item_by_requester ON item (requester_id) WHERE requester_id IS NOT NULL;

CREATE TABLE item_agent (
    item_id INTEGER NOT NULL REFERENCES item (id),
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    PRIMARY KEY (item_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_agent_by_agent ON item_agent (agent_id, item_id);
CREATE TABLE item_customer (
    item_id INTEGER NOT NULL REFERENCES item (id),
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    PRIMARY KEY (item_id, customer_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE item_group (
    item_id INTEGER NOT NULL REFERENCES item (id),
    group_id INTEGER NOT NULL REFERENCES team_group (id),
    PRIMARY KEY (item_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_group_by_group ON item_group (group_id, item_id);

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    audience TEXT NOT NULL CHECK (audience IN ('customer', 'internal')),
    privacy TEXT NOT NULL CHECK (privacy IN ('public', 'private')),
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'locked')),
    subject TEXT NOT NULL,
    channel TEXT,
    requester_id INTEGER REFERENCES customer (id),
    assignee_id INTEGER REFERENCES agent (id),
    group_id INTEGER REFERENCES team_group (id),
    item_id INTEGER REFERENCES item (id),
    project_id INTEGER REFERENCES item (id),
    starter_id INTEGER REFERENCES agent (id),
    follow_up_to INTEGER REFERENCES conversation (id),
    needs_reassignment INTEGER NOT NULL CHECK (needs_reassignment IN (0, 1)),
    locked_by INTEGER REFERENCES agent (id),
    locked_at INTEGER,
    created_at INTEGER NOT NULL,
    -- Last reply or note.
    at INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_from TEXT NOT NULL,
    last_text TEXT NOT NULL,
    -- The event of the newest reply or note that was not imported; 0 for none.
    news INTEGER NOT NULL,
    -- How many replies agents wrote; automatic answers do not count (R3.3).
    agent_replies INTEGER NOT NULL,
    -- What its customers see of it is kept apart, so that a note changes no byte of theirs.
    customer_at INTEGER NOT NULL,
    customer_count INTEGER NOT NULL,
    -- The class that it is in (policy::access) and whether it is closed or locked, for the lists.
    reach INTEGER NOT NULL,
    shut INTEGER NOT NULL CHECK (shut = (state <> 'open')),
    UNIQUE (id, audience),
    CHECK (audience = 'customer' OR (requester_id IS NULL AND assignee_id IS NULL AND group_id IS NULL)),
    CHECK ((state = 'locked') = (locked_by IS NOT NULL AND locked_at IS NOT NULL))
) STRICT;
-- R1.1: neither audience can become the other.
CREATE TRIGGER conversation_audience_is_fixed BEFORE UPDATE OF audience ON conversation
    WHEN NEW.audience <> OLD.audience
    BEGIN SELECT RAISE (ABORT, 'the audience of a conversation is fixed'); END;
CREATE INDEX conversation_newest ON conversation (at DESC, id DESC);
CREATE INDEX conversation_from_customers ON conversation (audience, shut, at DESC, id DESC);
CREATE INDEX conversation_by_reach ON conversation (audience, shut, reach, at DESC, id DESC);
CREATE INDEX conversation_by_project ON conversation (project_id, shut, reach, at DESC, id DESC)
    WHERE project_id IS NOT NULL AND audience = 'customer';
CREATE INDEX conversation_unassigned ON conversation (at DESC, id DESC)
    WHERE audience = 'customer' AND shut = 0 AND assignee_id IS NULL;
CREATE INDEX conversation_unassigned_by_group ON conversation (group_id, at DESC, id DESC)
    WHERE audience = 'customer' AND shut = 0 AND assignee_id IS NULL;
CREATE INDEX conversation_needs_reassignment ON conversation (at DESC, id DESC)
    WHERE needs_reassignment = 1 AND shut = 0;
CREATE INDEX conversation_by_item ON conversation (item_id, at DESC, id DESC) WHERE item_id IS NOT NULL;
CREATE INDEX conversation_by_assignee ON conversation (assignee_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX conversation_by_requester ON conversation (requester_id) WHERE requester_id IS NOT NULL;

-- An agent's place in a conversation: why, and where it stands in the agent's own lists.
CREATE TABLE member (
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    starter INTEGER NOT NULL CHECK (starter IN (0, 1)),
    added INTEGER NOT NULL CHECK (added IN (0, 1)),
    chosen INTEGER NOT NULL CHECK (chosen IN (0, 1)),
    posted INTEGER NOT NULL CHECK (posted IN (0, 1)),
    assigned INTEGER NOT NULL CHECK (assigned IN (0, 1)),
    via_item INTEGER NOT NULL CHECK (via_item IN (0, 1)),
    via_group INTEGER NOT NULL CHECK (via_group IN (0, 1)),
    unfollowed INTEGER NOT NULL CHECK (unfollowed IN (0, 1)),
    -- Which list of My Conversations: 0 none, 1 customer replies, 2 internal inbox, 3 internal sent, 4 all closed.
    list INTEGER NOT NULL CHECK (list BETWEEN 0 AND 4),
    -- Which list of From Customers under the scope `followed`: 0 none, 1 open, 2 closed.
    followed INTEGER NOT NULL CHECK (followed BETWEEN 0 AND 2),
    live INTEGER NOT NULL CHECK (live IN (0, 1)),
    reach INTEGER NOT NULL,
    at INTEGER NOT NULL,
    unread INTEGER NOT NULL CHECK (unread IN (0, 1)),
    PRIMARY KEY (agent_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_conversation ON member (conversation_id, agent_id);
CREATE INDEX member_list ON member (agent_id, list, at DESC, conversation_id DESC) WHERE list > 0;
CREATE INDEX member_list_by_reach ON member (agent_id, list, reach, at DESC, conversation_id DESC) WHERE list > 0;
CREATE INDEX member_list_unread ON member (agent_id, list, reach) WHERE list > 0 AND unread = 1;
CREATE INDEX member_followed ON member (agent_id, followed, at DESC, conversation_id DESC) WHERE followed > 0;
CREATE INDEX member_followed_by_reach ON member (agent_id, followed, reach, at DESC, conversation_id DESC) WHERE followed > 0;
CREATE INDEX member_followed_unread ON member (agent_id, followed, reach) WHERE followed > 0 AND unread = 1;
CREATE INDEX member_live ON member (agent_id, at DESC, conversation_id DESC) WHERE live = 1;
CREATE INDEX member_live_unread ON member (agent_id) WHERE live = 1 AND unread = 1;

-- A customer's place in a customer conversation. The second key makes one in an internal conversation impossible (R1.6).
CREATE TABLE participant (
    conversation_id INTEGER NOT NULL,
    audience TEXT NOT NULL CHECK (audience = 'customer'),
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    requester INTEGER NOT NULL CHECK (requester IN (0, 1)),
    added INTEGER NOT NULL CHECK (added IN (0, 1)),
    via_item INTEGER NOT NULL CHECK (via_item IN (0, 1)),
    since INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, customer_id),
    FOREIGN KEY (conversation_id, audience) REFERENCES conversation (id, audience)
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_by_customer ON participant (customer_id, conversation_id);

CREATE TABLE following_group (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    group_id INTEGER NOT NULL REFERENCES team_group (id),
    via_item INTEGER NOT NULL CHECK (via_item IN (0, 1)),
    PRIMARY KEY (conversation_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX following_group_by_group ON following_group (group_id, conversation_id);

CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    agent_id INTEGER REFERENCES agent (id),
    customer_id INTEGER REFERENCES customer (id),
    conversation_id INTEGER REFERENCES conversation (id),
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_conversation ON event (conversation_id, seq) WHERE conversation_id IS NOT NULL;

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'note', 'system')),
    agent_id INTEGER REFERENCES agent (id),
    customer_id INTEGER REFERENCES customer (id),
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    channel TEXT,
    -- Its number as customers count; absent for what they never see.
    customer_number INTEGER,
    attachments INTEGER NOT NULL,
    -- Its place in time among all messages, for the search, which can only go by one number; absent for system lines.
    place INTEGER UNIQUE,
    UNIQUE (conversation_id, seq),
    CHECK (agent_id IS NULL OR customer_id IS NULL),
    CHECK (kind <> 'system' OR (customer_id IS NULL)),
    CHECK (kind <> 'note' OR customer_id IS NULL),
    CHECK ((customer_number IS NULL) OR kind = 'reply')
) STRICT;
-- R1.4: a reply can never become a note or a note a reply.
CREATE TRIGGER message_kind_is_fixed BEFORE UPDATE OF kind ON message
    WHEN NEW.kind <> OLD.kind
    BEGIN SELECT RAISE (ABORT, 'the kind of a message is fixed'); END;

CREATE TABLE attachment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES message (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_by_message ON attachment (message_id);

-- The same write under the same client id is the same write (R1.8). The writer is "agent 3" or "customer 7";
-- conversation 0 stands for starting one and for whatever a channel hands in.
CREATE TABLE client_write (
    writer TEXT NOT NULL,
    conversation_id INTEGER NOT NULL,
    client_id TEXT NOT NULL,
    message_id INTEGER NOT NULL REFERENCES message (id),
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (writer, conversation_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_key (
    key TEXT PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    message_id INTEGER REFERENCES message (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_key_by_conversation ON import_key (conversation_id) WHERE message_id IS NULL;

-- How far an agent has read. Without a row, what is newer than the agent's baseline is unread.
CREATE TABLE reading (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    up_to INTEGER NOT NULL,
    unread INTEGER NOT NULL CHECK (unread IN (0, 1)),
    PRIMARY KEY (conversation_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reading_by_agent ON reading (agent_id, conversation_id);

-- How many conversations each range of a list holds, and how many of those have news; kept by the transaction that
-- changes them. Ranges: 'audience' (audience 0 customer 1 internal, shut, reach), 'queue' (group or 0, project or 0, 0),
-- 'project' (project, shut, reach), 'reassignment' (0, 0, 0).
CREATE TABLE tally (
    range TEXT NOT NULL CHECK (range IN ('audience', 'queue', 'project', 'reassignment')),
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    c INTEGER NOT NULL,
    total INTEGER NOT NULL,
    news INTEGER NOT NULL,
    PRIMARY KEY (range, a, b, c)
) STRICT, WITHOUT ROWID;
-- What to add to `news` to get one agent's unread: only agents who differ have a row.
CREATE TABLE tally_agent (
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    range TEXT NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    c INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    PRIMARY KEY (agent_id, range, a, b, c)
) STRICT, WITHOUT ROWID;

-- Numbered for each agent apart, so that a number tells nothing of the bells of others.
CREATE TABLE notice (
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    at INTEGER NOT NULL,
    cleared INTEGER NOT NULL CHECK (cleared IN (0, 1)),
    PRIMARY KEY (agent_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX notice_standing ON notice (agent_id, conversation_id, kind) WHERE cleared = 0;
CREATE INDEX notice_told ON notice (conversation_id, agent_id);

CREATE TABLE draft (
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    -- "conversation 4821", "new customer", "new agents", "new on item 102".
    place TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('reply', 'note', 'internal')),
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (agent_id, place, mode)
) STRICT, WITHOUT ROWID;

-- What is on its way to customers. `reply`: a message; `told`: the line that says a locked conversation got a follow-up.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('reply', 'told')),
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    message_id INTEGER REFERENCES message (id),
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    at INTEGER NOT NULL,
    -- The locked conversation that a `told` line is about, so that its writer is told once (R2.7).
    about INTEGER
) STRICT;
CREATE INDEX outbox_queued ON outbox (id) WHERE state = 'queued';
CREATE UNIQUE INDEX outbox_told_once ON outbox (about, customer_id) WHERE kind = 'told';
CREATE INDEX outbox_by_message ON outbox (message_id) WHERE message_id IS NOT NULL;

-- Conversations offered to ready members of a polite group (R8.1).
CREATE TABLE offer (
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    agent_id INTEGER NOT NULL REFERENCES agent (id),
    at INTEGER NOT NULL,
    rejected INTEGER NOT NULL CHECK (rejected IN (0, 1)),
    PRIMARY KEY (conversation_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_by_agent ON offer (agent_id, at) WHERE rejected = 0;

-- Message texts and, with its first message, a conversation's subject. Only the index is kept; Chinese, Japanese and
-- Korean runs come in as overlapping pairs.
CREATE VIRTUAL TABLE message_search USING fts5 (
    subject, text, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);
