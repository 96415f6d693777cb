//! What a customer can see, to the byte: replies of its own conversations, numbered and timed apart from what is internal.

use super::{
    Desk, Outcome,
    directory::customer_row,
    page::{Attachment, CustomerRow, Denied, Moment, Viewer},
};
use crate::{
    domain::{
        conversation::{Author, EntryKind, Facts},
        event::EventKind,
        id::{ConversationId, EntrySeq},
        people::{Customer, check_address},
    },
    policy::{access::customer_reads_after, rights},
    store::{
        Connection,
        conversations::{self, moment},
        headers,
        messages::{self, Window},
        people,
    },
};

/// What one customer can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerView {
    /// The customer.
    pub customer: CustomerRow,
    /// The conversations, newest first by what the customer sees of them.
    pub conversations: Vec<CustomerConversation>,
}

/// A conversation as a customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerConversation {
    /// Its number.
    pub id: ConversationId,
    /// Its subject.
    pub subject: String,
    /// When something was last written that the customer sees.
    pub at: Moment,
    /// What was written; only where one conversation was asked for.
    pub messages: Vec<CustomerMessage>,
}

/// A message as a customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerMessage {
    /// 1, 2, 3 … over what customers see.
    pub number: i64,
    /// The writer: an agent's public name, or a customer's name.
    pub from: String,
    /// When.
    pub at: Moment,
    /// The text, exactly as written.
    pub text: String,
    /// What was attached.
    pub attachments: Vec<Attachment>,
}

impl Desk {
    /// What a customer can see, in all conversations or with the messages of one. Writes an audit entry.
    ///
    /// # Errors
    /// Not for this agent (R5.6), no such customer, or a conversation this customer cannot see: "not found", as for a number
    /// that never was (R6.6).
    pub fn customer_view(
        &self,
        who: &Viewer,
        address: &str,
        conversation: Option<ConversationId>,
    ) -> Outcome<CustomerView> {
        let address = check_address(address).map_err(Denied::Invalid)?;
        self.write(|writing| {
            rights::administer(&Desk::me(writing, who)?)?;
            let customer = people::customer_by_address(writing, &address)?;
            let customer = customer.ok_or_else(|| Denied::NotFound(format!("There is no customer {address}.")))?;
            let conversations = match conversation {
                Some(id) => {
                    let seen = seen(writing, &customer, id)?;
                    vec![one(writing, seen.ok_or_else(|| super::act::not_found(id))?, true)?]
                }
                None => all(writing, &customer)?,
            };
            // Logged last: a number that never was can stand in no log.
            self.log(writing, EventKind::ViewedCustomer, who, conversation, &address)?;
            Ok(CustomerView { customer: customer_row(customer), conversations })
        })
    }
}

/// A conversation that the customer can see, with the entry after which it does.
fn seen(connection: &Connection, customer: &Customer, id: ConversationId) -> Outcome<Option<(Facts, EntrySeq)>> {
    let Some(facts) = conversations::load_facts(connection, id)? else { return Ok(None) };
    // What was in it went into another one, which this customer sees instead.
    if facts.tail.customer_count == 0 {
        return Ok(None);
    }
    let shared = shares_with_requester(connection, customer, &facts)?;
    Ok(customer_reads_after(customer.id, &facts, shared).map(|since| (facts, since)))
}

/// Whether the organization setting is on and the requester is of this customer's organization (§9).
fn shares_with_requester(connection: &Connection, customer: &Customer, facts: &Facts) -> Outcome<bool> {
    let (Some(own), Some(requester)) = (&customer.organization, facts.requester) else { return Ok(false) };
    if !people::settings(connection)?.organization_sharing {
        return Ok(false);
    }
    let requester = people::customer_by_id(connection, requester)?;
    Ok(requester.and_then(|it| it.organization).is_some_and(|organization| organization.eq_ignore_ascii_case(own)))
}

fn all(connection: &Connection, customer: &Customer) -> Outcome<Vec<CustomerConversation>> {
    let organization = customer.organization.as_deref();
    let mut listed = Vec::new();
    for id in conversations::of_customer(connection, customer.id, organization)? {
        if let Some(seen) = seen(connection, customer, id)? {
            listed.push(one(connection, seen, false)?);
        }
    }
    listed.sort_by_key(|it| std::cmp::Reverse((it.at, it.id)));
    Ok(listed)
}

fn one(
    connection: &Connection,
    (facts, since): (Facts, EntrySeq),
    with_messages: bool,
) -> Outcome<CustomerConversation> {
    let mut messages = Vec::new();
    if with_messages {
        let entries = messages::window(connection, facts.id, Window::From(EntrySeq(since.0 + 1)), usize::MAX)?;
        for entry in entries.into_iter().filter(|entry| entry.kind == EntryKind::Reply) {
            // What was taken back before it left, or waits for an administrator, was never said.
            if headers::withheld(connection, entry.id)? {
                continue;
            }
            let from = match entry.author {
                Author::Agent(agent) => people::agent_by_id(connection, agent)?.and_then(|agent| agent.public_name),
                Author::Customer(_) | Author::System => None,
            };
            let attachments = messages::attachments(connection, entry.id)?;
            messages.push(CustomerMessage {
                number: entry.customer_number.unwrap_or_default(),
                from: from.unwrap_or(entry.name),
                at: moment(entry.at),
                text: entry.text,
                attachments: attachments
                    .into_iter()
                    .map(|it| Attachment { name: it.name, media_type: it.media_type, size: it.size })
                    .collect(),
            });
        }
    }
    Ok(CustomerConversation { id: facts.id, subject: facts.subject, at: facts.tail.customer_at, messages })
}
