//! What is asked again in the moment of sending: is everything still there, and may this recipient still have it?

use crate::{
    desk::{Outcome, act},
    domain::{
        conversation::{Audience, EntryKind, Facts, State},
        id::{AgentId, CustomerId},
        letter::Correspondent,
        outgoing::{MailPreference, MailboxInfo, OutboxKind},
        people::{Agent, Notify, check_address},
    },
    policy::audience,
    store::{
        Writing, conversations,
        messages::{self, StoredEntry},
        outbox::{self, Outgoing, Recipient},
        people, reading,
    },
};

/// A row that may leave, with everything that its mail is made of.
pub(super) struct Ready<'a> {
    pub row: &'a Outgoing,
    /// The desk's own key, for tokens.
    pub key: [u8; 32],
    /// The team's name.
    pub team: String,
    /// To whom.
    pub to: Correspondent,
    pub facts: Option<Facts>,
    pub entry: Option<StoredEntry>,
}

/// Why a row may not leave, as a sentence for those who may read the conversation.
pub(super) struct Stopped(pub String);

fn stopped(words: &str) -> Stopped {
    Stopped(words.to_owned())
}

/// The recipient and what goes to it, if it still may.
pub(super) fn recheck<'a>(
    writing: &Writing<'_>,
    row: &'a Outgoing,
    key: [u8; 32],
    mailboxes: &[MailboxInfo],
) -> Outcome<Result<Ready<'a>, Stopped>> {
    let Allowed { to, facts, entry } = match allowed(writing, row)? {
        Ok(allowed) => allowed,
        Err(stopped) => return Ok(Err(stopped)),
    };
    if mailboxes.iter().any(|mailbox| mailbox.address.eq_ignore_ascii_case(&to.address)) {
        return Ok(Err(stopped("Its recipient is an address of this desk, which does not write to itself.")));
    }
    if check_address(&to.address).is_err() {
        return Ok(Err(stopped("Its recipient's address is none that mail could be sent to.")));
    }
    let team = people::settings(writing)?.team_name;
    Ok(Ok(Ready { row, key, team, to, facts, entry }))
}

/// Whether a mail that a worker has, and everything that goes along in it, may still go to its recipient: a server can be slow,
/// and meanwhile anything can change.
pub(super) fn still_leaves(writing: &Writing<'_>, row: &Outgoing) -> Outcome<bool> {
    for row in std::iter::once(row).chain(&outbox::along(writing, row.id)?) {
        if allowed(writing, row)?.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// To whom a row may go, and what.
struct Allowed {
    to: Correspondent,
    facts: Option<Facts>,
    entry: Option<StoredEntry>,
}

fn allowed(writing: &Writing<'_>, row: &Outgoing) -> Outcome<Result<Allowed, Stopped>> {
    let facts = match row.conversation {
        Some(id) => match conversations::load_facts(writing, id)? {
            Some(facts) => Some(facts),
            None => return Ok(Err(stopped("The conversation is not there any more."))),
        },
        None => None,
    };
    let entry = match row.message {
        Some(message) => match messages::by_id(writing, message)? {
            Some(entry) if Some(entry.conversation) == row.conversation => Some(entry),
            Some(_) | None => return Ok(Err(stopped("The message is not in the conversation any more."))),
        },
        None => None,
    };
    let to = match (&row.to, &facts) {
        (Recipient::Customer(customer), Some(facts)) => {
            match to_customer(writing, row, facts, entry.as_ref(), *customer)? {
                Ok(to) => to,
                Err(stopped) => return Ok(Err(stopped)),
            }
        }
        (Recipient::Agent(agent), Some(facts)) => match still_missed(writing, facts, entry.as_ref(), *agent)? {
            Some(agent) => Correspondent { address: agent.address.unwrap_or_default(), name: agent.name },
            None => return Ok(Err(stopped("Read meanwhile, or not to be told any more."))),
        },
        (Recipient::Address(address), _) => Correspondent { name: String::new(), address: address.clone() },
        (Recipient::Customer(_) | Recipient::Agent(_), None) => {
            return Ok(Err(stopped("It belongs to no conversation.")));
        }
    };
    Ok(Ok(Allowed { to, facts, entry }))
}

/// A customer who still takes part, is not blocked, and reads this message (R1.3, §9).
fn to_customer(
    writing: &Writing<'_>,
    row: &Outgoing,
    facts: &Facts,
    entry: Option<&StoredEntry>,
    customer: CustomerId,
) -> Outcome<Result<Correspondent, Stopped>> {
    if facts.audience != Audience::Customer {
        return Ok(Err(stopped("The conversation is internal.")));
    }
    let Some(place) = facts.customers.iter().find(|place| place.customer == customer) else {
        return Ok(Err(stopped("Its recipient takes no part in the conversation any more.")));
    };
    let Some(record) = people::customer_by_id(writing, customer)? else {
        return Ok(Err(stopped("Its recipient's record is not there any more.")));
    };
    if record.blocked {
        return Ok(Err(stopped("Its recipient is blocked.")));
    }
    match (row.kind, entry) {
        (OutboxKind::Reply, Some(entry)) => {
            if entry.kind != EntryKind::Reply || entry.customer_number.is_none() {
                return Ok(Err(stopped("The message is not for customers.")));
            }
            if entry.seq <= place.since {
                return Ok(Err(stopped("Its recipient reads what came after this message only.")));
            }
            if facts.state == State::Locked {
                let reason =
                    act::lock_reason(writing, facts)?.replace("Unlock to reply.", "Unlock, then send it again.");
                return Ok(Err(Stopped(format!("The conversation was locked before it left. {reason}"))));
            }
        }
        (OutboxKind::Reply | OutboxKind::Notice, _) => return Ok(Err(stopped("There is nothing to send."))),
        (OutboxKind::Told | OutboxKind::Refusal, _) => {}
    }
    Ok(Ok(Correspondent { name: record.name, address: record.address }))
}

/// The agent, if still to be told by mail: wants it, follows, has access (R6.3), and has not read the message.
pub(super) fn still_missed(
    writing: &Writing<'_>,
    facts: &Facts,
    entry: Option<&StoredEntry>,
    agent: AgentId,
) -> Outcome<Option<Agent>> {
    let (Some(entry), Some(agent)) = (entry, people::agent_by_id(writing, agent)?) else { return Ok(None) };
    if !is_missed_by(&agent, facts) {
        return Ok(None);
    }
    let readings = reading::load(writing, facts.id)?;
    let read = readings.0.iter().find(|reading| reading.agent == agent.id);
    let has_read = read.is_some_and(|reading| !reading.unread || reading.up_to >= entry.seq);
    Ok((!has_read).then_some(agent))
}

/// Whether an agent is sent by mail what it misses in a conversation: it wants that, has an address, wants notices at all
/// (R7.1), follows, and has access (R6.3).
pub(super) fn is_missed_by(agent: &Agent, facts: &Facts) -> bool {
    let preference = match facts.audience {
        Audience::Customer => agent.notify_customers,
        Audience::Internal => agent.notify_internal,
    };
    agent.mail == MailPreference::Missed
        && agent.address.is_some()
        && preference != Notify::None
        && audience::is_sent(agent, facts, None)
}
