//! Who has read what (R3.6, R3.7).

use super::Result;
use crate::domain::id::{AgentId, ConversationId, EntrySeq, Seq};
use rusqlite::{Connection, params};

/// How far one agent has read one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reading {
    /// Which agent.
    pub agent: AgentId,
    /// Up to which entry.
    pub up_to: EntrySeq,
    /// Whether it counts as unread.
    pub unread: bool,
}

/// The readings of one conversation. Agents without one have read it if its news is not newer than their baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Readings(pub Vec<Reading>);

impl Readings {
    /// Whether a conversation with this news is unread for an agent.
    pub fn unread(&self, agent: AgentId, baseline: Seq, news: Seq) -> bool {
        self.0.iter().find(|reading| reading.agent == agent).map_or(news > baseline, |reading| reading.unread)
    }

    /// Notes how far an agent has read.
    pub fn set(&mut self, agent: AgentId, up_to: EntrySeq, unread: bool) {
        match self.0.iter_mut().find(|reading| reading.agent == agent) {
            Some(reading) => (reading.up_to, reading.unread) = (up_to.max(reading.up_to), unread),
            None => self.0.push(Reading { agent, up_to, unread }),
        }
    }

    /// News by somebody: unread for everybody else who had read it.
    pub fn news_by(&mut self, writer: Option<AgentId>) {
        for reading in &mut self.0 {
            reading.unread |= Some(reading.agent) != writer;
        }
    }
}

/// Reads the readings of a conversation.
///
/// # Errors
/// What SQLite says.
pub fn load(connection: &Connection, conversation: ConversationId) -> Result<Readings> {
    let mut statement = connection
        .prepare_cached("SELECT agent_id, up_to, unread FROM reading WHERE conversation_id = ?1 ORDER BY agent_id")?;
    let rows = statement.query_map([conversation.0], |row| {
        Ok(Reading { agent: AgentId(row.get(0)?), up_to: EntrySeq(row.get(1)?), unread: row.get(2)? })
    })?;
    Ok(Readings(rows.collect::<rusqlite::Result<_>>()?))
}

/// Writes what differs.
///
/// # Errors
/// What SQLite says.
pub fn save(connection: &Connection, conversation: ConversationId, before: &Readings, after: &Readings) -> Result<()> {
    for reading in after.0.iter().filter(|reading| !before.0.contains(reading)) {
        connection
            .prepare_cached(
                "INSERT INTO reading (conversation_id, agent_id, up_to, unread) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (conversation_id, agent_id) DO UPDATE SET up_to = ?3, unread = ?4",
            )?
            .execute(params![conversation.0, reading.agent.0, reading.up_to.0, reading.unread])?;
    }
    Ok(())
}
