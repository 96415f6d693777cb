//! What agents are sent by mail that they follow and have not read within a minute (R7.1): one mail for what came together.

use super::{
    outgoing::{OutMail, TeamText, Words, blank, notice_subject},
    recheck::{Ready, is_missed_by, still_missed},
};
use crate::{
    desk::{Outcome, token},
    domain::{
        conversation::{Audience, EntryKind, Facts},
        file::size,
        id::{AgentId, OutboxId},
        mail::DeliveryState,
    },
    store::{
        Connection, Writing, conversations,
        messages::{self, StoredEntry},
        outbox::{self, Outgoing, Recipient},
        people, sending,
    },
};
use chrono::{DateTime, Duration, Utc};
use std::fmt::Write as _;

/// How long a message may stay unread before it is sent by mail.
const MISSED_AFTER: Duration = Duration::minutes(1);

/// How long after one such mail the next one to the same agent waits, gathering what comes.
const GATHER: Duration = Duration::minutes(5);

/// How many messages one mail tells of.
const MOST: usize = 50;

/// How much of one message a mail about several holds, in characters.
const EXCERPT: usize = 2_000;

/// Queues the newest message of a conversation for the agents who want to be sent what they miss.
pub(in crate::desk) fn queue_missed(
    writing: &Writing<'_>,
    facts: &Facts,
    writer: Option<AgentId>,
    now: i64,
) -> Outcome<()> {
    let mut message = None;
    for agent in people::agents_by_mail(writing)? {
        if Some(agent.id) == writer || !is_missed_by(&agent, facts) {
            continue;
        }
        if message.is_none() {
            message = messages::newest(writing, facts.id)?;
        }
        if let Some(message) = message {
            outbox::queue_notice(writing, facts.id, message, agent.id, now, now + MISSED_AFTER.num_milliseconds())?;
        }
    }
    Ok(())
}

/// Until when a notice waits for others, if it does.
pub(super) fn wait_for_more(
    connection: &Connection,
    row: &Outgoing,
    now: DateTime<Utc>,
) -> Outcome<Option<DateTime<Utc>>> {
    let Recipient::Agent(agent) = row.to else { return Ok(None) };
    let next = conversations::moment(people::mailed_at(connection, agent)?) + GATHER;
    // One that is further away was sent by a clock that went wrong.
    Ok((row.attempts == 0 && next > now && next <= now + GATHER).then_some(next))
}

/// The mail about a notice and what else of its agent is due.
pub(super) fn build(
    writing: &Writing<'_>,
    ready: Ready<'_>,
    agent: AgentId,
    mailbox: &str,
    worker: &str,
    now: DateTime<Utc>,
) -> Outcome<Option<OutMail>> {
    let (Some(facts), Some(entry)) = (ready.facts.clone(), ready.entry.clone()) else { return Ok(None) };
    let mut missed = vec![(facts, entry)];
    for row in outbox::along(writing, ready.row.id)? {
        if let Some(one) = missed_by(writing, &row, agent)? {
            missed.push(one);
        } else {
            sending::stay_behind(writing, row.id)?;
            settle_read(writing, row.id)?;
        }
    }
    if ready.row.attempts == 1 {
        for row in outbox::due_notices(writing, ready.row, now.timestamp_millis(), MOST)? {
            match missed_by(writing, &row, agent)? {
                Some(one) => {
                    outbox::go_along(writing, row.id, ready.row.id, worker)?;
                    missed.push(one);
                }
                None => settle_read(writing, row.id)?,
            }
        }
        people::set_mailed_at(writing, agent, now.timestamp_millis())?;
    }
    missed.sort_by_key(|(facts, entry)| (facts.id, entry.seq));
    let by_mail = people::settings(writing)?.agents_by_mail;
    let first = missed[0].0.id;
    Ok(Some(if missed.iter().all(|(facts, _)| facts.id == first) {
        about_one(writing, &missed, ready, agent, by_mail)?
    } else {
        about_several(writing, &missed, ready, agent, by_mail.then_some(mailbox))?
    }))
}

/// Cancels a notice that nobody needs any more.
fn settle_read(writing: &Writing<'_>, id: OutboxId) -> Outcome<()> {
    let words = "Read meanwhile, or not to be told any more.";
    Ok(outbox::settle(writing, id, DeliveryState::Cancelled, None, 0, words)?)
}

fn missed_by(writing: &Writing<'_>, row: &Outgoing, agent: AgentId) -> Outcome<Option<(Facts, StoredEntry)>> {
    let (Some(conversation), Some(message)) = (row.conversation, row.message) else { return Ok(None) };
    let Some(facts) = conversations::load_facts(writing, conversation)? else { return Ok(None) };
    let entry = messages::by_id(writing, message)?.filter(|entry| entry.conversation == conversation);
    let missed = still_missed(writing, &facts, entry.as_ref(), agent)?.is_some();
    Ok(entry.filter(|_| missed).map(|entry| (facts, entry)))
}

fn about_one(
    writing: &Writing<'_>,
    missed: &[(Facts, StoredEntry)],
    ready: Ready<'_>,
    agent: AgentId,
    by_mail: bool,
) -> Outcome<OutMail> {
    let (facts, entry) = &missed[0];
    let mut text = missed.iter().map(|(_, entry)| worded(writing, entry, usize::MAX)).collect::<Outcome<Vec<_>>>()?;
    let token =
        (by_mail && answerable(missed)).then(|| token::write(&ready.key, facts.id, token::Bearer::Agent(agent)));
    text.push(match (&token, facts.audience) {
        (Some(_), Audience::Customer) => "-- \nWhat you answer goes to the customers of this conversation.".to_owned(),
        (Some(_), Audience::Internal) => "-- \nWhat you answer goes to the agents in this conversation.".to_owned(),
        (None, _) => "-- \nOpen the messenger to answer.".to_owned(),
    });
    let from_name = if missed.len() == 1 { entry.name.clone() } else { ready.team.clone() };
    Ok(OutMail {
        subject: notice_subject(facts),
        words: Words::Team(TeamText(text.join("\n\n"))),
        reply_token: token,
        from_name,
        ..blank(ready)
    })
}

fn about_several(
    writing: &Writing<'_>,
    missed: &[(Facts, StoredEntry)],
    ready: Ready<'_>,
    agent: AgentId,
    answer_to: Option<&str>,
) -> Outcome<OutMail> {
    let mut text = Vec::new();
    let mut conversations = 0;
    for group in missed.chunk_by(|one, other| one.0.id == other.0.id) {
        conversations += 1;
        let facts = &group[0].0;
        text.push(format!("=== {} ===", notice_subject(facts)));
        for (_, entry) in group {
            text.push(worded(writing, entry, EXCERPT)?);
        }
        let token = token::write(&ready.key, facts.id, token::Bearer::Agent(agent));
        if let Some(address) = answer_to.filter(|_| answerable(group)).and_then(|to| token::address(to, &token)) {
            text.push(match facts.audience {
                Audience::Customer => format!("To answer its customers, write to {address}"),
                Audience::Internal => format!("To answer its agents, write to {address}"),
            });
        }
    }
    Ok(OutMail {
        subject: format!("{conversations} conversations with something you have not read"),
        words: Words::Team(TeamText(text.join("\n\n"))),
        ..blank(ready)
    })
}

/// A note is no question that customers could be answered by mistake.
fn answerable(missed: &[(Facts, StoredEntry)]) -> bool {
    missed.iter().all(|(_, entry)| entry.kind == EntryKind::Reply)
}

/// What was written, and the names of what was attached: whoever may read it may know them. The files stay here.
fn worded(connection: &Connection, entry: &StoredEntry, most: usize) -> Outcome<String> {
    let kind = match entry.kind {
        EntryKind::Note => " (note, for agents only)",
        EntryKind::Reply | EntryKind::System => "",
    };
    let when = conversations::moment(entry.at).format("%-d %b %Y at %H:%M UTC");
    let text: String = entry.text.chars().take(most).collect();
    let rest = if text.len() < entry.text.len() { "\n[…]" } else { "" };
    let mut files = String::new();
    if entry.attachments > 0 {
        for file in messages::attachments(connection, entry.id)? {
            let _ = write!(files, "\n[attached: {}, {}]", file.name, size(file.size));
        }
    }
    Ok(format!("On {when}, {} wrote{kind}:\n\n{text}{rest}{files}", entry.name))
}
