//! `receive`: what a channel calls when a customer writes.

use crate::{
    cli::{arguments::ReceiveArguments, call::Call, failure::Failure, output::Output, reading},
    domain::{
        envelope::{Inbound, Received},
        id::{ConversationId, EntrySeq},
    },
};
use serde::Serialize;

#[derive(Serialize)]
struct ReceivedJson {
    conversation: ConversationId,
    message: EntrySeq,
    follow_up_to: Option<ConversationId>,
}

/// Hands the message in and prints where it went; whoever calls it needs no agent.
///
/// # Errors
/// As the desk says.
pub fn run(arguments: ReceiveArguments, call: &mut Call, output: &mut Output) -> Result<(), Failure> {
    let desk = call.desk()?;
    let text = reading::text(&arguments.text, &mut call.input)?;
    let ReceiveArguments { from, name, group, conversation, channel, message_id, subject, .. } = arguments;
    let from = from.ok_or_else(|| Failure::usage("Say who wrote it with --from."))?;
    let inbound = Inbound { from, name, group, conversation, channel, message_id, subject, text };
    let Received { conversation, message, follow_up_to } = desk.receive(&inbound)?;
    if output.json() {
        return output.object(&ReceivedJson { conversation, message, follow_up_to });
    }
    let follows = follow_up_to.map(|id| format!(", a follow-up to #{id}")).unwrap_or_default();
    output.line(&format!("#{conversation}  message {message}{follows}"))
}
