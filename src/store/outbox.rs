//! What is on its way out; written in the transaction of what it carries, and taken by workers on a lease.

use super::{Result, conversations::moment, people::word};
use crate::domain::{
    id::{AgentId, ConversationId, CustomerId, EntrySeq, OutboxId},
    mail::DeliveryState,
    outgoing::{Delivery, OutboxKind},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// To whom a row goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A customer.
    Customer(CustomerId),
    /// An agent.
    Agent(AgentId),
    /// An address alone.
    Address(String),
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The row.
    pub id: OutboxId,
    /// What it carries.
    pub kind: OutboxKind,
    /// The conversation; none for a refusal.
    pub conversation: Option<ConversationId>,
    /// The message's row, for replies and notices.
    pub message: Option<i64>,
    /// To whom.
    pub to: Recipient,
    /// How far it is.
    pub state: DeliveryState,
    /// When it was queued; milliseconds since 1970.
    pub at: i64,
    /// Since when it is tried; milliseconds since 1970.
    pub since: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// How often nobody knew whether the server took it.
    pub doubts: u32,
    /// Whether it was given up: by whoever tried or waited, or, while it is held, in the eyes of whoever does not administer.
    pub given_up: bool,
    /// The attempt whose last step began; 0: none, -1: an earlier one that may have left.
    pub begun: i64,
    /// Its Message-ID without brackets, once it was tried.
    pub header_id: Option<String>,
    /// The mailbox it was tried by.
    pub mailbox: Option<String>,
    /// The locked conversation that a `told` line is about.
    pub about: Option<ConversationId>,
}

pub(super) const OUTGOING: &str = "SELECT id, kind, conversation_id, message_id, customer_id, agent_id, address, state, at, since, \
     attempts, doubts, header_id, mailbox, about, begun, failed_at IS NOT NULL FROM outbox";

pub(super) fn outgoing(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let (customer, agent): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
    Ok(Outgoing {
        id: OutboxId(row.get(0)?),
        kind: word(row, 1)?,
        conversation: row.get::<_, Option<i64>>(2)?.map(ConversationId),
        message: row.get(3)?,
        to: match (customer, agent) {
            (Some(customer), _) => Recipient::Customer(CustomerId(customer)),
            (None, Some(agent)) => Recipient::Agent(AgentId(agent)),
            (None, None) => Recipient::Address(row.get(6)?),
        },
        state: word(row, 7)?,
        at: row.get(8)?,
        since: row.get(9)?,
        attempts: row.get(10)?,
        doubts: row.get(11)?,
        header_id: row.get(12)?,
        mailbox: row.get(13)?,
        about: row.get::<_, Option<i64>>(14)?.map(ConversationId),
        begun: row.get(15)?,
        given_up: row.get(16)?,
    })
}

/// A conversation's door: mail where it came by mail or an agent began it, else where its customer waits.
const DOOR: &str = "(SELECT CASE WHEN coalesce(channel, 'email') = 'email' THEN 'mail' ELSE 'web' END \
     FROM conversation WHERE id = ?1)";

/// Queues a reply for a customer, to leave at once.
///
/// # Errors
/// What SQLite says.
pub fn queue_reply(
    connection: &Connection,
    conversation: ConversationId,
    message: i64,
    customer: CustomerId,
    now: i64,
) -> Result<()> {
    queue_reply_at(connection, conversation, message, customer, now, Some(now))
}

/// Queues a reply for a customer: not to leave before `due` (milliseconds since 1970), or held for the administrators.
///
/// # Errors
/// What SQLite says.
pub fn queue_reply_at(
    connection: &Connection,
    conversation: ConversationId,
    message: i64,
    customer: CustomerId,
    now: i64,
    due: Option<i64>,
) -> Result<()> {
    let state = if due.is_some() { DeliveryState::Queued } else { DeliveryState::Held };
    connection
        .prepare_cached(&format!(
            "INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at, door, since, due, held) \
             SELECT 'reply', ?1, ?2, ?3, ?4, ?5, door, ?5, CASE door WHEN 'mail' THEN ?6 END, ?6 IS NULL \
             FROM (SELECT {DOOR} AS door)"
        ))?
        .execute(params![conversation.0, message, customer.0, state.word(), now, due])?;
    Ok(())
}

/// Queues the line that tells a writer, once, that a locked conversation got a follow-up (R2.7). One that was cancelled before
/// it was ever tried told nobody anything: it tells of this follow-up now.
///
/// # Errors
/// What SQLite says.
pub fn queue_told(
    connection: &Connection,
    follow_up: ConversationId,
    locked: ConversationId,
    customer: CustomerId,
    now: i64,
) -> Result<()> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at, about, door, since, due) \
             SELECT 'told', ?1, NULL, ?2, 'queued', ?3, ?4, door, ?3, CASE door WHEN 'mail' THEN ?3 END \
             FROM (SELECT {DOOR} AS door) WHERE true ON CONFLICT (about, customer_id) WHERE kind = 'told' DO UPDATE \
             SET conversation_id = ?1, state = 'queued', at = ?3, door = excluded.door, since = ?3, due = excluded.due, words = '' \
             WHERE outbox.state = 'cancelled' AND outbox.attempts = 0"
        ))?
        .execute(params![follow_up.0, customer.0, now, locked.0])?;
    Ok(())
}

/// Queues a message for an agent who may not have read it by then.
///
/// # Errors
/// What SQLite says.
pub fn queue_notice(
    connection: &Connection,
    conversation: ConversationId,
    message: i64,
    agent: AgentId,
    now: i64,
    due: i64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (kind, conversation_id, message_id, agent_id, state, at, door, since, due) \
             VALUES ('notice', ?1, ?2, ?3, 'queued', ?4, 'mail', ?4, ?5)",
        )?
        .execute(params![conversation.0, message, agent.0, now, due])?;
    Ok(())
}

/// Takes over what is to be told to agents whose mail was refused; gives how many.
///
/// # Errors
/// What SQLite says.
pub fn queue_refusals(connection: &Connection, now: i64) -> Result<usize> {
    let queued = connection
        .prepare_cached(
            "INSERT INTO outbox (kind, address, state, at, door, since, due, mailbox) \
             SELECT 'refusal', r.address, 'queued', ?1, 'mail', ?1, ?1, mail.mailbox FROM mail_refusal r \
             JOIN mail ON mail.id = r.mail_id WHERE r.state = 'queued' ORDER BY r.mail_id",
        )?
        .execute([now])?;
    if queued > 0 {
        connection.prepare_cached("UPDATE mail_refusal SET state = 'sent' WHERE state = 'queued'")?.execute([])?;
    }
    Ok(queued)
}

/// What is queued for customers, oldest first, as (kind, conversation, customer): for tests of who is sent what.
///
/// # Errors
/// What SQLite says.
pub fn queued(connection: &Connection) -> Result<Vec<(String, ConversationId, CustomerId)>> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, conversation_id, customer_id FROM outbox WHERE state = 'queued' AND customer_id IS NOT NULL ORDER BY id",
    )?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, ConversationId(row.get(1)?), CustomerId(row.get(2)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When a worker has to look next, in milliseconds since 1970; `None` while there is nothing to come.
///
/// # Errors
/// What SQLite says.
pub fn next_due(connection: &Connection) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached(
            "SELECT min(due) FROM (SELECT min(due) AS due FROM outbox WHERE due IS NOT NULL \
             UNION ALL SELECT 0 FROM mail_refusal WHERE state = 'queued')",
        )?
        .query_row([], |row| row.get(0))?)
}

/// What has been due for longest.
///
/// # Errors
/// What SQLite says.
pub fn due(connection: &Connection, now: i64) -> Result<Option<Outgoing>> {
    Ok(connection
        .prepare_cached(&format!("{OUTGOING} WHERE due IS NOT NULL AND due <= ?1 ORDER BY due, id LIMIT 1"))?
        .query_row([now], outgoing)
        .optional()?)
}

/// One row that a worker has a lease on, by the attempt that the lease was for.
///
/// # Errors
/// What SQLite says.
pub fn leased(connection: &Connection, id: OutboxId, worker: &str, attempt: u32) -> Result<Option<Outgoing>> {
    Ok(connection
        .prepare_cached(&format!(
            "{OUTGOING} WHERE id = ?1 AND state = 'sending' AND leased_by = ?2 AND attempts = ?3"
        ))?
        .query_row(params![id.0, worker, attempt], outgoing)
        .optional()?)
}

/// Gives a row to a worker until a time, for one more attempt.
///
/// # Errors
/// What SQLite says.
pub fn lease(connection: &Connection, row: &Outgoing, worker: &str, until: i64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE outbox SET state = 'sending', leased_by = ?2, due = ?3, attempts = ?4, doubts = ?5, header_id = ?6, \
             mailbox = ?7 WHERE id = ?1",
        )?
        .execute(params![row.id.0, worker, until, row.attempts, row.doubts, row.header_id, row.mailbox])?;
    Ok(())
}

/// Ends a lease, or settles a row that nobody has: its state, when to look again, and why.
///
/// # Errors
/// What SQLite says.
pub fn settle(
    connection: &Connection,
    id: OutboxId,
    state: DeliveryState,
    due: Option<i64>,
    doubts: u32,
    words: &str,
) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE outbox SET state = ?2, leased_by = NULL, due = CASE id WHEN ?1 THEN ?3 END, doubts = ?4, words = ?5 \
             WHERE id = ?1 OR digest = ?1",
        )?
        .execute(params![id.0, state.word(), due, doubts, words])?;
    Ok(())
}

/// Looks at a row later.
///
/// # Errors
/// What SQLite says.
pub fn postpone(connection: &Connection, id: OutboxId, due: i64) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET due = ?2 WHERE id = ?1")?.execute([id.0, due])?;
    Ok(())
}

/// An agent's further queued notices that are due, oldest first, at most `limit`.
///
/// # Errors
/// What SQLite says.
pub fn due_notices(connection: &Connection, row: &Outgoing, now: i64, limit: usize) -> Result<Vec<Outgoing>> {
    let Recipient::Agent(agent) = row.to else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(&format!(
        "{OUTGOING} WHERE agent_id = ?1 AND kind = 'notice' AND state = 'queued' AND due <= ?2 AND id <> ?3 ORDER BY id LIMIT ?4"
    ))?;
    let rows =
        statement.query_map(params![agent.0, now, row.id.0, i64::try_from(limit).unwrap_or(i64::MAX)], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The notices that go along in the mail of another one, oldest first.
///
/// # Errors
/// What SQLite says.
pub fn along(connection: &Connection, id: OutboxId) -> Result<Vec<Outgoing>> {
    let mut statement = connection.prepare_cached(&format!("{OUTGOING} WHERE digest = ?1 ORDER BY id"))?;
    let rows = statement.query_map([id.0], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets a notice go along in the mail of another one, which a worker has.
///
/// # Errors
/// What SQLite says.
pub fn go_along(connection: &Connection, id: OutboxId, with: OutboxId, worker: &str) -> Result<()> {
    connection
        .prepare_cached("UPDATE outbox SET state = 'sending', leased_by = ?3, due = NULL, digest = ?2 WHERE id = ?1")?
        .execute(params![id.0, with.0, worker])?;
    Ok(())
}

/// Lets the notices that went along in the mail of another one go by themselves again, from `due` on.
///
/// # Errors
/// What SQLite says.
pub fn part(connection: &Connection, id: OutboxId, due: i64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE outbox SET state = 'queued', leased_by = NULL, due = ?2, digest = NULL WHERE digest = ?1",
        )?
        .execute([id.0, due])?;
    Ok(())
}

/// Everything about one message that is on its way to customers by mail, or was, or is held.
///
/// # Errors
/// What SQLite says.
pub fn of_message(connection: &Connection, message: i64) -> Result<Vec<Outgoing>> {
    let mut statement = connection.prepare_cached(&format!(
        "{OUTGOING} WHERE message_id = ?1 AND kind = 'reply' AND door = 'mail' ORDER BY id"
    ))?;
    let rows = statement.query_map([message], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is held of one message, by whatever door it would leave.
///
/// # Errors
/// What SQLite says.
pub fn held_of_message(connection: &Connection, message: i64) -> Result<Vec<Outgoing>> {
    let mut statement =
        connection.prepare_cached(&format!("{OUTGOING} WHERE message_id = ?1 AND state = 'held' ORDER BY id"))?;
    let rows = statement.query_map([message], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How far the messages of a window are on their way by mail, to each customer they go to, with the message's row. `undo`:
/// for how many milliseconds a reply can be taken back.
///
/// # Errors
/// What SQLite says.
pub fn deliveries(
    connection: &Connection,
    conversation: ConversationId,
    (first, last): (EntrySeq, EntrySeq),
    undo: i64,
) -> Result<Vec<(i64, Delivery)>> {
    let mut statement = connection.prepare_cached(
        "SELECT o.message_id, customer.address, o.state, o.words, \
         CASE WHEN o.state IN ('queued', 'held') AND o.begun = 0 AND o.failed_at IS NULL THEN o.at END \
         FROM message m CROSS JOIN outbox o ON o.message_id = m.id CROSS JOIN customer ON customer.id = o.customer_id \
         WHERE m.conversation_id = ?1 AND m.seq BETWEEN ?2 AND ?3 AND m.kind = 'reply' AND o.kind = 'reply' \
         AND o.door = 'mail' ORDER BY m.seq",
    )?;
    let rows = statement.query_map([conversation.0, first.0, last.0], |row| {
        let at: Option<i64> = row.get(4)?;
        let until = at.map(|at| moment(at + undo));
        Ok((row.get(0)?, Delivery { to: row.get(1)?, state: word(row, 2)?, words: row.get(3)?, until }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is held, oldest first: conversation, message and the recipient's address.
///
/// # Errors
/// What SQLite says.
pub fn held(connection: &Connection) -> Result<Vec<(ConversationId, i64, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT outbox.conversation_id, outbox.message_id, customer.address FROM outbox \
         JOIN customer ON customer.id = outbox.customer_id WHERE outbox.state = 'held' ORDER BY outbox.id",
    )?;
    let rows = statement.query_map([], |row| Ok((ConversationId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Queues a row anew, to leave at once, with all patience again. What is held for the administrators and was never let go is
/// held again, unless one `decides`.
///
/// # Errors
/// What SQLite says.
pub fn try_again(connection: &Connection, id: OutboxId, now: i64, decides: bool) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE outbox SET state = CASE WHEN held > ?3 THEN 'held' ELSE 'queued' END, since = ?2, \
             due = CASE WHEN door = 'mail' AND held <= ?3 THEN ?2 END, held = held > ?3, attempts = 0, doubts = 0, \
             begun = CASE begun WHEN 0 THEN 0 ELSE -1 END, words = '' WHERE id = ?1",
        )?
        .execute(params![id.0, now, decides])?;
    Ok(())
}
