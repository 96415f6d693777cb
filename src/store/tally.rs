//! Counters of the lists, kept by the transaction that changes them (R3.6), so that a number costs what it says and not
//! what the desk holds.
//!
//! For every range of a list: how many conversations it holds and how many of them have news. Who reads is the exception,
//! so an agent's unread is `news` plus a correction that only agents who differ have.

use super::{Result, reading::Readings};
use crate::{
    domain::{
        conversation::{Audience, Facts},
        id::{AgentId, Seq},
    },
    policy::access::reach,
};
use rusqlite::{Connection, params};

/// One range: which kind, and three numbers that say which of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    kind: &'static str,
    a: i64,
    b: i64,
    c: i64,
}

/// The code of an audience in a range.
pub const fn audience_code(audience: Audience) -> i64 {
    match audience {
        Audience::Customer => 0,
        Audience::Internal => 1,
    }
}

/// The ranges that a conversation is in.
pub fn ranges(facts: &Facts) -> Vec<Range> {
    let shut = i64::from(facts.shut());
    let reach = reach(facts).code();
    let project = facts.project.map_or(0, |id| id.0);
    let mut ranges = vec![Range { kind: "audience", a: audience_code(facts.audience), b: shut, c: reach }];
    if facts.audience == Audience::Customer {
        if !facts.shut() && facts.assignee.is_none() {
            ranges.push(Range { kind: "queue", a: facts.group.map_or(0, |id| id.0), b: project, c: 0 });
        }
        if project != 0 {
            ranges.push(Range { kind: "project", a: project, b: shut, c: reach });
        }
    }
    if facts.needs_reassignment && !facts.shut() {
        ranges.push(Range { kind: "reassignment", a: 0, b: 0, c: 0 });
    }
    ranges
}

/// A conversation with its readings, before or after a change; `None` for the facts: not there yet.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The conversation.
    pub facts: Option<&'a Facts>,
    /// Who has read it.
    pub readings: &'a Readings,
}

/// Moves one conversation from one standing to another in all counters.
///
/// # Errors
/// What SQLite says.
pub fn shift(connection: &Connection, before: Standing<'_>, after: Standing<'_>) -> Result<()> {
    let mut totals: Vec<(Range, i64, i64)> = Vec::new();
    let mut corrections: Vec<(AgentId, Range, i64)> = Vec::new();
    let concerned = concerned(connection, before, after)?;
    for (standing, sign) in [(before, -1), (after, 1)] {
        let Some(facts) = standing.facts else { continue };
        let has_news = i64::from(facts.news.0 > 0);
        for range in ranges(facts) {
            match totals.iter_mut().find(|(other, ..)| *other == range) {
                Some((_, total, news)) => (*total, *news) = (*total + sign, *news + sign * has_news),
                None => totals.push((range, sign, sign * has_news)),
            }
            for (agent, baseline) in &concerned {
                let unread = i64::from(standing.readings.unread(*agent, *baseline, facts.news));
                let differs = sign * (unread - has_news);
                match corrections.iter_mut().find(|(other, at, _)| other == agent && *at == range) {
                    Some((.., sum)) => *sum += differs,
                    None => corrections.push((*agent, range, differs)),
                }
            }
        }
    }
    for (range, total, news) in totals.into_iter().filter(|(_, total, news)| (*total, *news) != (0, 0)) {
        add(connection, range, total, news)?;
    }
    for (agent, range, sum) in corrections.into_iter().filter(|(.., sum)| *sum != 0) {
        correct(connection, agent, range, sum)?;
    }
    Ok(())
}

/// The agents for whom a conversation may count otherwise than by its news alone: those with a reading, and those who
/// came after its news.
fn concerned(connection: &Connection, before: Standing<'_>, after: Standing<'_>) -> Result<Vec<(AgentId, Seq)>> {
    let oldest = [before, after]
        .iter()
        .filter_map(|standing| standing.facts)
        .map(|facts| facts.news)
        .filter(|news| news.0 > 0)
        .min();
    let mut statement = connection.prepare_cached("SELECT id, baseline FROM agent ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut concerned = Vec::new();
    while let Some(row) = rows.next()? {
        let (agent, baseline) = (AgentId(row.get(0)?), Seq(row.get(1)?));
        let reads = |standing: Standing<'_>| standing.readings.0.iter().any(|reading| reading.agent == agent);
        if oldest.is_some_and(|oldest| baseline >= oldest) || reads(before) || reads(after) {
            concerned.push((agent, baseline));
        }
    }
    Ok(concerned)
}

fn add(connection: &Connection, range: Range, total: i64, news: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO tally (range, a, b, c, total, news) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (range, a, b, c) DO UPDATE SET total = total + ?5, news = news + ?6",
        )?
        .execute(params![range.kind, range.a, range.b, range.c, total, news])?;
    Ok(())
}

fn correct(connection: &Connection, agent: AgentId, range: Range, unread: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO tally_agent (agent_id, range, a, b, c, unread) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (agent_id, range, a, b, c) DO UPDATE SET unread = unread + ?6",
        )?
        .execute(params![agent.0, range.kind, range.a, range.b, range.c, unread])?;
    Ok(())
}

/// Counts a new agent in: everything that is there counts as read (R3.6).
///
/// # Errors
/// What SQLite says.
pub fn welcome(connection: &Connection, agent: AgentId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO tally_agent (agent_id, range, a, b, c, unread) \
             SELECT ?1, range, a, b, c, -news FROM tally WHERE news <> 0",
        )?
        .execute([agent.0])?;
    Ok(())
}

/// How many conversations a set of ranges holds, and how many of them are unread for an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// All of them.
    pub total: i64,
    /// Those the agent has not read.
    pub unread: i64,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.total += other.total;
        self.unread += other.unread;
    }
}

const SUM: &str = "SELECT coalesce(sum(tally.total), 0), coalesce(sum(tally.news + coalesce(tally_agent.unread, 0)), 0) FROM tally \
     LEFT JOIN tally_agent ON tally_agent.agent_id = ?1 AND tally_agent.range = tally.range \
     AND tally_agent.a = tally.a AND tally_agent.b = tally.b AND tally_agent.c = tally.c";

fn sum(connection: &Connection, condition: &str, values: impl rusqlite::Params) -> Result<Sum> {
    Ok(connection
        .prepare_cached(&format!("{SUM} WHERE {condition}"))?
        .query_row(values, |row| Ok(Sum { total: row.get(0)?, unread: row.get(1)? }))?)
}

/// All conversations of an audience, or those of one class.
///
/// # Errors
/// What SQLite says.
pub fn audience(
    connection: &Connection,
    agent: AgentId,
    audience: Audience,
    shut: bool,
    class: Option<i64>,
) -> Result<Sum> {
    let (a, b) = (audience_code(audience), i64::from(shut));
    match class {
        Some(class) => sum(
            connection,
            "tally.range = 'audience' AND tally.a = ?2 AND tally.b = ?3 AND tally.c = ?4",
            params![agent.0, a, b, class],
        ),
        None => sum(connection, "tally.range = 'audience' AND tally.a = ?2 AND tally.b = ?3", params![agent.0, a, b]),
    }
}

/// The unassigned ones: of a group (`Some(0)`: of none) or of all, of a project or of all.
///
/// # Errors
/// What SQLite says.
pub fn queue(connection: &Connection, agent: AgentId, group: Option<i64>, project: Option<i64>) -> Result<Sum> {
    match (group, project) {
        (None, _) => sum(connection, "tally.range = 'queue'", params![agent.0]),
        (Some(group), None) => sum(connection, "tally.range = 'queue' AND tally.a = ?2", params![agent.0, group]),
        (Some(group), Some(project)) => {
            sum(connection, "tally.range = 'queue' AND tally.a = ?2 AND tally.b = ?3", params![agent.0, group, project])
        }
    }
}

/// Customer conversations of a project, of one class or of all.
///
/// # Errors
/// What SQLite says.
pub fn project(connection: &Connection, agent: AgentId, project: i64, shut: bool, class: Option<i64>) -> Result<Sum> {
    match class {
        Some(class) => sum(
            connection,
            "tally.range = 'project' AND tally.a = ?2 AND tally.b = ?3 AND tally.c = ?4",
            params![agent.0, project, i64::from(shut), class],
        ),
        None => sum(
            connection,
            "tally.range = 'project' AND tally.a = ?2 AND tally.b = ?3",
            params![agent.0, project, i64::from(shut)],
        ),
    }
}

/// Those that need reassignment (R6.8).
///
/// # Errors
/// What SQLite says.
pub fn reassignment(connection: &Connection, agent: AgentId) -> Result<Sum> {
    sum(connection, "tally.range = 'reassignment'", params![agent.0])
}
