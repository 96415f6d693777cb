//! Who is told that a reply did not reach whom it was for.

use crate::{
    desk::{Outcome, page::NoticeKind, tell},
    domain::{
        id::{AgentId, ConversationId, EntrySeq, OutboxId},
        mail::DeliveryState,
        people::Agent,
    },
    policy::access::Access,
    store::{
        Connection, Writing, conversations, notices, people,
        undelivered::{self, GivenUp},
    },
};

/// The kind of these notices.
const KIND: NoticeKind = NoticeKind::Undelivered;

/// A reply was given up, or reported as not delivered: its writer is told, and who is assigned; where neither is there any more
/// or may read it (R6.3), owner and admins. Of one's own words only the preference `none` asks for silence (R7.1).
pub(super) fn tell(writing: &Writing<'_>, mail: OutboxId, now: i64) -> Outcome<()> {
    let Some((conversation, writer)) = undelivered::reply(writing, mail)? else { return Ok(()) };
    undelivered::note(writing, mail, now)?;
    let Some(facts) = conversations::load_facts(writing, conversation)? else { return Ok(()) };
    let mut agents = people::agents(writing)?;
    agents.retain(|agent| agent.active && Access::of(agent).holds(&facts));
    let concerned = |agent: &&Agent| [writer, facts.assignee].contains(&Some(agent.id));
    let mut told: Vec<&Agent> = agents.iter().filter(concerned).collect();
    if told.is_empty() {
        told = agents.iter().filter(|agent| agent.role.administers()).collect();
    }
    for agent in told {
        tell::one(writing, agent, &facts, KIND, now)?;
    }
    Ok(())
}

/// A reply is on its way again. Where nothing else of its conversation is given up, nobody's bell rings of it any more.
pub(super) fn forget(writing: &Writing<'_>, conversation: ConversationId, mail: OutboxId) -> Outcome<()> {
    undelivered::forget(writing, mail)?;
    if !undelivered::any(writing, conversation)? {
        notices::clear_kind(writing, None, conversation, KIND.word())?;
    }
    Ok(())
}

/// The kind of notice by which an agent's bell rings of a conversation for this, if it does.
pub fn rings(connection: &Connection, me: AgentId, conversation: ConversationId) -> Outcome<Option<NoticeKind>> {
    Ok(notices::stands(connection, me, conversation, KIND.word())?.then_some(KIND))
}

/// An agent looked at a conversation.
pub fn seen(writing: &Writing<'_>, me: AgentId, conversation: ConversationId) -> Outcome<()> {
    notices::clear_kind(writing, Some(me), conversation, KIND.word())?;
    Ok(())
}

/// The words of such a notice about a conversation, made now (R6.7), and the message that it is about: the newest that was given
/// up when the notice was written, at `until` (milliseconds since 1970). The caller asked for access to the conversation.
pub fn words(
    connection: &Connection,
    me: AgentId,
    conversation: ConversationId,
    until: i64,
) -> Outcome<(Option<String>, Option<EntrySeq>)> {
    let given_up = undelivered::newest(connection, conversation, until)?;
    let Some(first) = given_up.first() else {
        let words = format!("A reply in #{conversation} was not delivered; it was sent again or moved since");
        return Ok((Some(words), None));
    };
    let whose = match first.writer {
        Some(writer) if writer == me => "Your".to_owned(),
        Some(writer) => people::agent_by_id(connection, writer)?
            .map_or_else(|| "A colleague's".to_owned(), |writer| format!("{}'s", writer.name)),
        None => "A colleague's".to_owned(),
    };
    let what = format!("{whose} reply in #{conversation}");
    // The worst of it, where it is not the same for all.
    let names = |state: DeliveryState| named(given_up.iter().filter(|it| it.state == state));
    let words = match (names(DeliveryState::Failed), names(DeliveryState::Cancelled)) {
        (Some(whom), _) => format!("{what} did not reach {whom}"),
        (None, Some(whom)) => format!("{what} was not sent to {whom}"),
        (None, None) => {
            let whom = named(given_up.iter()).unwrap_or_default();
            format!("{what} may not have reached {whom}")
        }
    };
    Ok((Some(words), Some(first.seq)))
}

/// "Mara Lindt and 2 others"; `None` for nobody.
fn named<'a>(mut given_up: impl Iterator<Item = &'a GivenUp>) -> Option<String> {
    let first = &given_up.next()?.customer;
    Some(match given_up.count() {
        0 => first.clone(),
        1 => format!("{first} and 1 other"),
        others => format!("{first} and {others} others"),
    })
}
