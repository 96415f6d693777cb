//! What a customer can see, as JSON and for people.

use super::AttachmentJson;
use crate::{
    cli::{
        failure::Failure,
        output::{Output, Row},
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::{CustomerConversation, CustomerMessage, page::Moment},
    domain::id::ConversationId,
};
use serde::Serialize;

/// A conversation as its customer sees it.
#[derive(Debug, Serialize)]
pub struct CustomerViewJson<'a> {
    id: ConversationId,
    subject: &'a str,
    at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<MessageJson<'a>>>,
}

impl<'a> CustomerViewJson<'a> {
    /// With its messages where one conversation was asked for.
    pub fn new(seen: &'a CustomerConversation, with_messages: bool) -> Self {
        Self {
            id: seen.id,
            subject: &seen.subject,
            at: seen.at,
            messages: with_messages.then(|| seen.messages.iter().map(MessageJson::from).collect()),
        }
    }
}

#[derive(Debug, Serialize)]
struct MessageJson<'a> {
    number: i64,
    from: &'a str,
    at: Moment,
    text: &'a str,
    attachments: Vec<AttachmentJson<'a>>,
}

impl<'a> From<&'a CustomerMessage> for MessageJson<'a> {
    fn from(message: &'a CustomerMessage) -> Self {
        Self {
            number: message.number,
            from: &message.from,
            at: message.at,
            text: &message.text,
            attachments: message.attachments.iter().map(AttachmentJson::from).collect(),
        }
    }
}

impl Row for CustomerViewJson<'_> {
    const COLUMNS: &'static [Column] = &[column("NUMBER", 12), column("AT", CLOCK), column("SUBJECT", 60)];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![format!("#{}", self.id), zone.clock(self.at), self.subject.to_owned()]
    }
}

/// Prints one conversation as its customer sees it, for people.
///
/// # Errors
/// Where standard output does not take it.
pub fn print_view(seen: &CustomerConversation, output: &mut Output) -> Result<(), Failure> {
    output.line(&format!("#{}  {}", seen.id, seen.subject))?;
    for message in &seen.messages {
        output.line("")?;
        output.line(&format!("{}  {}  {}", message.number, output.clock(message.at), message.from))?;
        output.block(&message.text)?;
        for attachment in &message.attachments {
            output.block(&format!(
                "attached: {} bytes, {}, {}",
                attachment.size, attachment.media_type, attachment.name
            ))?;
        }
    }
    Ok(())
}
