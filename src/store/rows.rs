//! Conversations as list rows show them, with everybody's names.

use super::{Result, people::word, search, undelivered};
use crate::domain::{
    conversation::{Audience, Privacy, State},
    id::{AgentId, ConversationId, EntrySeq, ItemId, Seq},
    item::ItemKey,
    mail::DeliveryState,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::ValueRef};

/// A name and the address or handle behind it.
pub type Named = (String, String);

/// A conversation for a list row. Access is the caller's question, and comes first.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a row")]
pub struct StoredRow {
    /// Identity.
    pub id: ConversationId,
    /// Audience.
    pub audience: Audience,
    /// Privacy.
    pub privacy: Privacy,
    /// State.
    pub state: State,
    /// Subject; may be empty.
    pub subject: String,
    /// The channel it came by.
    pub channel: Option<String>,
    /// What it follows up.
    pub follow_up_to: Option<ConversationId>,
    /// See R6.8.
    pub needs_reassignment: bool,
    /// Last activity, milliseconds since 1970.
    pub at: i64,
    /// The last writer's name; empty before the first words.
    pub last_from: String,
    /// The last words.
    pub last_text: String,
    /// The newest entry.
    pub last_seq: EntrySeq,
    /// Requester.
    pub requester: Option<Named>,
    /// Assignee.
    pub assignee: Option<Named>,
    /// Group.
    pub group: Option<String>,
    /// Linked item with its title.
    pub item: Option<(ItemKey, String)>,
    /// Who locked it, and when.
    pub locked: Option<(Named, i64)>,
    /// Whether it is unread for the viewer.
    pub unread: bool,
    /// Whether it is a direct conversation that does not name the viewer (R6.11).
    pub others_direct: bool,
    /// Whether the viewer takes part in it, follows it or is assigned.
    pub mine: bool,
    /// What became of its newest answer, where that was given up.
    pub undelivered: Option<DeliveryState>,
    /// Further customers, or the agents who take part in an internal one.
    pub participants: Vec<Named>,
}

fn named(row: &Row<'_>, name: usize) -> rusqlite::Result<Option<Named>> {
    let address: Option<String> = row.get(name + 1)?;
    let Some(address) = address else { return Ok(None) };
    let name: String = row.get(name)?;
    Ok(Some((if name.is_empty() { address.clone() } else { name }, address)))
}

/// One conversation as a row for a viewer.
///
/// # Errors
/// What SQLite says.
pub fn row(connection: &Connection, viewer: AgentId, baseline: Seq, id: ConversationId) -> Result<Option<StoredRow>> {
    let sql = format!(
        "SELECT c.id, c.audience, c.privacy, c.state, c.subject, c.channel, c.follow_up_to, c.needs_reassignment, c.at, \
         c.last_from, c.last_text, c.last_seq, customer.name, customer.address, assignee.name, assignee.handle, team_group.name, \
         item.kind, item.id, item.title, locker.name, locker.handle, c.locked_at, {}, \
         c.audience = 'internal' AND c.item_id IS NULL AND NOT coalesce(member.starter OR member.added, 0), \
         coalesce(member.list > 0 OR member.live = 1, 0), {} \
         FROM conversation c \
         LEFT JOIN customer ON customer.id = c.requester_id LEFT JOIN agent assignee ON assignee.id = c.assignee_id \
         LEFT JOIN team_group ON team_group.id = c.group_id LEFT JOIN item ON item.id = c.item_id \
         LEFT JOIN agent locker ON locker.id = c.locked_by \
         LEFT JOIN member ON member.agent_id = ?2 AND member.conversation_id = c.id WHERE c.id = ?1",
        search::unread("?2", "?3"),
        undelivered::OF_NEWEST_ANSWER
    );
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![id.0, viewer.0, baseline.0], |row| {
            let item: Option<i64> = row.get(18)?;
            let locked_at: Option<i64> = row.get(22)?;
            Ok(StoredRow {
                id: ConversationId(row.get(0)?),
                audience: word(row, 1)?,
                privacy: word(row, 2)?,
                state: word(row, 3)?,
                subject: row.get(4)?,
                channel: row.get(5)?,
                follow_up_to: row.get::<_, Option<i64>>(6)?.map(ConversationId),
                needs_reassignment: row.get(7)?,
                at: row.get(8)?,
                last_from: row.get(9)?,
                last_text: row.get(10)?,
                last_seq: EntrySeq(row.get(11)?),
                requester: named(row, 12)?,
                assignee: named(row, 14)?,
                group: row.get(16)?,
                item: match item {
                    Some(item) => Some((ItemKey { kind: word(row, 17)?, id: ItemId(item) }, row.get(19)?)),
                    None => None,
                },
                locked: named(row, 20)?.zip(locked_at),
                unread: row.get(23)?,
                others_direct: row.get(24)?,
                mine: row.get(25)?,
                undelivered: match row.get_ref(26)? {
                    ValueRef::Null => None,
                    _ => Some(word(row, 26)?),
                },
                participants: Vec::new(),
            })
        })
        .optional()?;
    let Some(mut found) = found else { return Ok(None) };
    found.participants = participants(connection, found.audience, id)?;
    Ok(Some(found))
}

fn participants(connection: &Connection, audience: Audience, id: ConversationId) -> Result<Vec<Named>> {
    let sql = match audience {
        Audience::Customer => {
            "SELECT customer.name, customer.address FROM participant CROSS JOIN customer ON customer.id = participant.customer_id \
             WHERE participant.conversation_id = ?1 AND participant.requester = 0 ORDER BY customer.id"
        }
        Audience::Internal => {
            "SELECT agent.name, agent.handle FROM member CROSS JOIN agent ON agent.id = member.agent_id \
             WHERE member.conversation_id = ?1 AND (member.starter OR member.added OR member.posted) \
             ORDER BY member.starter DESC, agent.id"
        }
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id.0])?;
    let mut participants = Vec::new();
    while let Some(row) = rows.next()? {
        participants.extend(named(row, 0)?);
    }
    Ok(participants)
}
