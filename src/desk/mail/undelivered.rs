//! Who is told that a reply did not reach whom it was for.

use crate::{
    desk::{Outcome, page::NoticeKind, tell},
    domain::{
        id::{AgentId, ConversationId, EntrySeq, OutboxId},
        mail::DeliveryState,
        people::Agent,
    },
    policy::access::Access,
    store::{Connection, Writing, conversations, people, undelivered},
};

/// A reply was given up, or reported as not delivered: its writer is told, and who is assigned; where neither is there any more
/// or may read it (R6.3), owner and admins. Of one's own words only the preference `none` asks for silence (R7.1).
pub(super) fn tell(writing: &Writing<'_>, mail: OutboxId, now: i64) -> Outcome<()> {
    let Some(reply) = undelivered::reply(writing, mail)? else { return Ok(()) };
    undelivered::note(writing, mail, now)?;
    let Some(facts) = conversations::load_facts(writing, reply.conversation)? else { return Ok(()) };
    let mut agents = people::agents(writing)?;
    agents.retain(|agent| agent.active && Access::of(agent).holds(&facts));
    let concerned = |agent: &&Agent| [reply.writer, facts.assignee].contains(&Some(agent.id));
    let mut told: Vec<&Agent> = agents.iter().filter(concerned).collect();
    if told.is_empty() {
        told = agents.iter().filter(|agent| agent.role.administers()).collect();
    }
    for agent in told {
        tell::about_mail(writing, agent, &facts, NoticeKind::Undelivered, mail, now)?;
    }
    Ok(())
}

/// The words of such a notice about a conversation, made now (R6.7), and the message that it is about. The caller asked for
/// access to the conversation; of a reply that lies elsewhere by now nothing is told.
pub fn words(
    connection: &Connection,
    me: AgentId,
    conversation: ConversationId,
    mail: Option<OutboxId>,
) -> Outcome<(String, Option<EntrySeq>)> {
    let reply = match mail {
        Some(mail) => undelivered::reply(connection, mail)?,
        None => None,
    };
    let Some(reply) = reply.filter(|reply| reply.conversation == conversation) else {
        return Ok((format!("A reply in #{conversation} was not delivered"), None));
    };
    let whose = match reply.writer {
        Some(writer) if writer == me => "your".to_owned(),
        Some(writer) => people::agent_by_id(connection, writer)?
            .map_or_else(|| "a colleague's".to_owned(), |writer| format!("{}'s", writer.name)),
        None => "a colleague's".to_owned(),
    };
    let what = format!("{whose} reply in #{conversation}");
    let whom = &reply.customer;
    let words = match reply.state {
        DeliveryState::Failed => format!("{what} did not reach {whom}"),
        DeliveryState::Unknown => format!("Nobody knows whether {what} reached {whom}"),
        DeliveryState::Cancelled => format!("{what} was not sent to {whom}"),
        DeliveryState::Queued | DeliveryState::Sending | DeliveryState::Sent | DeliveryState::Held => {
            format!("{what} was sent to {whom} once more")
        }
    };
    Ok((capitalized(&words), Some(reply.seq)))
}

/// A sentence begins with a large letter.
fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
