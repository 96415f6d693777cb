//! Looking a file over: integrity, foreign keys, search index, and everything that is derived from something else.

use super::{Result, Store, StoreError};
use rusqlite::Connection;

/// Each check: what it is about, and a query whose rows are findings.
const CHECKS: &[(&str, &str)] = &[
    ("the file", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
    (
        "references",
        "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' points to no ' || parent FROM pragma_foreign_key_check",
    ),
    (
        "the search index",
        "SELECT 'message ' || id || ' cannot be found by search' FROM message WHERE place IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM message_search WHERE message_search.rowid = message.place) LIMIT 20",
    ),
    (
        "entries",
        "SELECT 'conversation ' || id || ' counts ' || last_seq || ' entries but has ' || (SELECT count(*) FROM message WHERE conversation_id = c.id) \
         FROM conversation c WHERE last_seq <> (SELECT count(*) FROM message WHERE conversation_id = c.id) LIMIT 20",
    ),
    (
        "lists",
        "SELECT 'agent ' || m.agent_id || ' has conversation ' || c.id || ' in the wrong place' FROM member m \
         JOIN conversation c ON c.id = m.conversation_id \
         WHERE m.at <> c.at OR m.live <> (m.assigned AND c.shut = 0) OR m.assigned <> (c.assignee_id IS m.agent_id) \
         OR m.unread <> coalesce((SELECT unread FROM reading r WHERE r.conversation_id = c.id AND r.agent_id = m.agent_id), \
         c.news > (SELECT baseline FROM agent WHERE agent.id = m.agent_id)) LIMIT 20",
    ),
    (
        "routing",
        "SELECT 'conversation ' || c.id || ' waits in a line in which it does not stand' FROM waiting \
         JOIN conversation c ON c.id = waiting.conversation_id \
         WHERE c.audience <> 'customer' OR c.shut = 1 OR c.assignee_id IS NOT NULL OR c.group_id IS NOT waiting.group_id \
         UNION ALL SELECT 'conversation ' || conversation_id || ' was rejected but does not wait' FROM past_offer \
         WHERE outcome = 'rejected' AND conversation_id NOT IN (SELECT conversation_id FROM waiting) LIMIT 20",
    ),
    (
        "numbers",
        "WITH counted (range, a, b, c, total, news) AS ( \
           SELECT 'audience', audience = 'internal', shut, reach, count(*), sum(news > 0) FROM conversation GROUP BY 2, 3, 4 \
           UNION ALL SELECT 'queue', coalesce(group_id, 0), coalesce(project_id, 0), 0, count(*), sum(news > 0) FROM conversation \
             WHERE audience = 'customer' AND shut = 0 AND assignee_id IS NULL GROUP BY 2, 3 \
           UNION ALL SELECT 'project', project_id, shut, reach, count(*), sum(news > 0) FROM conversation \
             WHERE audience = 'customer' AND project_id IS NOT NULL GROUP BY 2, 3, 4 \
           UNION ALL SELECT 'reassignment', 0, 0, 0, count(*), sum(news > 0) FROM conversation \
             WHERE needs_reassignment = 1 AND shut = 0 HAVING count(*) > 0) \
         SELECT 'the numbers of ' || range || ' ' || a || '/' || b || '/' || c || ' are wrong' FROM \
           (SELECT * FROM counted EXCEPT SELECT range, a, b, c, total, news FROM tally \
            UNION SELECT * FROM (SELECT range, a, b, c, total, news FROM tally WHERE total <> 0 OR news <> 0 EXCEPT SELECT * FROM counted)) LIMIT 20",
    ),
];

/// Looks a desk over and gives what is wrong; nothing where all is well.
///
/// # Errors
/// What SQLite says, or that `progress` (steps done, steps in all) returned false.
pub fn check(store: &Store, progress: &mut dyn FnMut(usize, usize) -> bool) -> Result<Vec<String>> {
    let connection = store.checker()?;
    let mut findings = Vec::new();
    for (done, (about, sql)) in CHECKS.iter().enumerate() {
        if !progress(done, CHECKS.len()) {
            return Err(StoreError::Sentence(format!(
                "Interrupted before {about}; {done} of {} checks were done.",
                CHECKS.len()
            )));
        }
        findings.extend(rows(&connection, sql)?.into_iter().map(|finding| format!("{about}: {finding}")));
    }
    progress(CHECKS.len(), CHECKS.len());
    Ok(findings)
}

fn rows(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
