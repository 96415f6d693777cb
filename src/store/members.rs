//! Agents' places in conversations: why they have one, and where it stands in their own lists.

use super::{
    Result,
    conversations::{Loaded, millis},
    reading::Readings,
};
use crate::{
    domain::{
        conversation::{Facts, Member},
        id::{AgentId, ConversationId},
        section::{Section, followed_list, own_list},
    },
    policy::access::own_reach,
};
use rusqlite::{Connection, params};

/// Everybody's place in a conversation.
///
/// # Errors
/// What SQLite says.
pub fn load(connection: &Connection, id: ConversationId) -> Result<Vec<Member>> {
    let mut statement = connection.prepare_cached(
        "SELECT agent_id, starter, added, chosen, posted, assigned, via_item, via_group, unfollowed FROM member \
         WHERE conversation_id = ?1 ORDER BY agent_id",
    )?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Member {
            agent: AgentId(row.get(0)?),
            starter: row.get(1)?,
            added: row.get(2)?,
            chosen: row.get(3)?,
            posted: row.get(4)?,
            assigned: row.get(5)?,
            via_item: row.get(6)?,
            via_group: row.get(7)?,
            unfollowed: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What a member's row holds besides its causes: where it stands in the agent's lists.
#[derive(PartialEq, Eq)]
struct Place {
    list: i64,
    followed: i64,
    live: bool,
    reach: i64,
    at: i64,
    unread: bool,
}

fn place(connection: &Connection, facts: &Facts, readings: &Readings, member: &Member) -> Result<Place> {
    let list = match own_list(facts, member) {
        Some(section) => own_list_code(section),
        None => 0,
    };
    let followed = match followed_list(facts, member) {
        Some(Section::Open) => 1,
        Some(_) => 2,
        None => 0,
    };
    let known = readings.0.iter().find(|reading| reading.agent == member.agent);
    let unread = match known {
        Some(reading) => reading.unread,
        None => facts.news > super::people::baseline(connection, member.agent)?,
    };
    Ok(Place {
        list,
        followed,
        live: member.assigned && !facts.shut(),
        reach: own_reach(facts, member).code(),
        at: millis(facts.at),
        unread,
    })
}

/// The number of a list of My Conversations in the member table.
pub(crate) const fn own_list_code(section: Section) -> i64 {
    match section {
        Section::CustomerReplies => 1,
        Section::InternalInbox => 2,
        Section::InternalSent => 3,
        Section::AllClosed => 4,
        Section::Unassigned
        | Section::Live
        | Section::NeedsReassignment
        | Section::All
        | Section::Open
        | Section::Unanswered
        | Section::Closed => 0,
    }
}

/// Writes what differs of everybody's place.
///
/// # Errors
/// What SQLite says.
pub fn save(
    connection: &Connection,
    id: ConversationId,
    before: Option<&Loaded>,
    facts: &Facts,
    readings: &Readings,
) -> Result<()> {
    for member in &facts.members {
        let new = place(connection, facts, readings, member)?;
        if let Some(before) = before
            && before.facts.member(member.agent) == Some(member)
            && place(connection, &before.facts, &before.readings, member)? == new
        {
            continue;
        }
        connection
            .prepare_cached(
                "INSERT INTO member (agent_id, conversation_id, starter, added, chosen, posted, assigned, via_item, via_group, \
                 unfollowed, list, followed, live, reach, at, unread) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
                 ON CONFLICT (agent_id, conversation_id) DO UPDATE SET starter = ?3, added = ?4, chosen = ?5, posted = ?6, \
                 assigned = ?7, via_item = ?8, via_group = ?9, unfollowed = ?10, list = ?11, followed = ?12, live = ?13, \
                 reach = ?14, at = ?15, unread = ?16",
            )?
            .execute(params![
                member.agent.0,
                id.0,
                member.starter,
                member.added,
                member.chosen,
                member.posted,
                member.assigned,
                member.via_item,
                member.via_group,
                member.unfollowed,
                new.list,
                new.followed,
                new.live,
                new.reach,
                new.at,
                new.unread
            ])?;
    }
    let gone = before.map_or(&[][..], |before| &before.facts.members);
    for member in gone.iter().filter(|member| facts.member(member.agent).is_none()) {
        connection
            .prepare_cached("DELETE FROM member WHERE agent_id = ?1 AND conversation_id = ?2")?
            .execute([member.agent.0, id.0])?;
    }
    Ok(())
}
