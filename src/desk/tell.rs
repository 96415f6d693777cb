//! Who is told: notices, each through access and the agent's own preferences.

use super::{Outcome, page::NoticeKind};
use crate::{
    domain::{
        conversation::{Audience, EntryKind, Facts},
        id::{AgentId, ConversationId},
        people::{Agent, Notify},
    },
    policy::{access::Access, audience},
    store::{Writing, lists, notices, people},
};

/// What happened that agents may want to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct News<'a> {
    /// The agent who wrote; `None` for customers.
    pub writer: Option<AgentId>,
    /// Reply or note.
    pub kind: EntryKind,
    /// Whether the conversation is new (R7.4).
    pub new: bool,
    /// Agents who were mentioned and told already.
    pub mentioned: &'a [AgentId],
}

/// Tells whoever is to be told of a new entry (R7.1, R7.4).
pub(super) fn of_entry(
    writing: &Writing<'_>,
    id: ConversationId,
    facts: &Facts,
    news: &News<'_>,
    now: i64,
) -> Outcome<()> {
    for agent in people::agents(writing)?.iter().filter(|agent| agent.active && !news.mentioned.contains(&agent.id)) {
        let follows_project = || -> Outcome<bool> {
            let Some(project) = facts.project else { return Ok(false) };
            Ok(lists::followed_projects(writing, agent)?.contains(&project.0))
        };
        let candidate = news.new
            || facts.member(agent.id).is_some()
            || [agent.notify_customers, agent.notify_internal].contains(&Notify::All);
        if !candidate {
            continue;
        }
        let in_project = follows_project()?;
        let kind = if news.new
            && facts.audience == Audience::Customer
            && audience::is_told_of_new(agent, facts, news.writer, in_project)
        {
            NoticeKind::NewConversation
        } else if audience::is_told(agent, facts, news.writer, in_project) {
            kind(facts, news)
        } else {
            continue;
        };
        notices::ring(writing, agent.id, kind.word(), id, now)?;
    }
    super::mail::queue_missed(writing, facts, news.writer, now)
}

fn kind(facts: &Facts, news: &News<'_>) -> NoticeKind {
    match (facts.audience, news.kind, news.writer) {
        (Audience::Internal, ..) => NoticeKind::InternalMessage,
        (Audience::Customer, EntryKind::Note, _) => NoticeKind::Note,
        (Audience::Customer, _, Some(_)) => NoticeKind::AgentReply,
        (Audience::Customer, _, None) => NoticeKind::CustomerMessage,
    }
}

/// Who a text mentions: agents who have access are told and follow from now on; the others are named to the author (R7.3).
pub(super) fn mentioned(
    writing: &Writing<'_>,
    facts: &mut Facts,
    me: AgentId,
    text: &str,
) -> Outcome<(Vec<AgentId>, Vec<String>)> {
    let (mut told, mut not_notified) = (Vec::new(), Vec::new());
    for handle in mentions(text) {
        let Some(agent) = people::agent_by_handle(writing, &handle)? else { continue };
        if agent.id == me || told.contains(&agent.id) || not_notified.contains(&agent.handle) {
            continue;
        }
        let access = Access::of(&agent);
        if access.holds(facts) && !access.withheld(facts) {
            let member = facts.member_mut(agent.id);
            (member.chosen, member.unfollowed) = (true, false);
            told.push(agent.id);
        } else {
            not_notified.push(agent.handle);
        }
    }
    Ok((told, not_notified))
}

/// Rings the bell of one agent about one conversation, unless it wants no notices of that audience (R7.1).
pub(super) fn one(writing: &Writing<'_>, agent: &Agent, facts: &Facts, kind: NoticeKind, now: i64) -> Outcome<()> {
    let preference = match facts.audience {
        Audience::Customer => agent.notify_customers,
        Audience::Internal => agent.notify_internal,
    };
    if preference != Notify::None && Access::of(agent).holds(facts) {
        notices::ring(writing, agent.id, kind.word(), facts.id, now)?;
    }
    Ok(())
}

/// Rings the bells of those who were mentioned (R7.3), as far as they want notices (R7.1).
pub(super) fn ring_mentioned(writing: &Writing<'_>, told: &[AgentId], facts: &Facts, now: i64) -> Outcome<()> {
    for agent in told {
        if let Some(agent) = people::agent_by_id(writing, *agent)? {
            one(writing, &agent, facts, NoticeKind::Mention, now)?;
        }
    }
    Ok(())
}

/// The handles that a text mentions: `@` at the beginning of a word.
fn mentions(text: &str) -> Vec<String> {
    let letter = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let mut found = Vec::new();
    for (place, _) in text.match_indices('@') {
        if text[..place].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '.') {
            continue;
        }
        let handle: String = text[place + 1..].chars().take_while(|it| letter(*it)).collect();
        let handle = handle.trim_end_matches(['.', '-', '_']).to_lowercase();
        if !handle.is_empty() {
            found.push(handle);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_mention_stands_at_the_beginning_of_a_word() {
        assert_eq!(mentions("@ana, ask @Ben.o. or mail x@cleo.example (@dev)"), ["ana", "ben.o", "dev"]);
        assert!(mentions("a@b @ @.").is_empty());
    }
}
