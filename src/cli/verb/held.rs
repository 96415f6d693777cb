//! `held …` and `why`: mails that wait for an administrator, and why others went where they went.

use crate::{
    cli::{
        arguments::{Asked, HeldCommand, WhyArguments},
        call::{Acting, Call},
        failure::Failure,
        json::{HeldJson, TakenJson},
        output::Output,
    },
    desk::mail::WhyMail,
    domain::id::{ConversationId, EntrySeq},
    mail::Reader,
};
use serde::Serialize;

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    mail: HeldJson<'a>,
    /// As far as it is text; what is not stands as a replacement character.
    raw: &'a str,
}

#[derive(Serialize)]
struct Why<'a> {
    conversation: ConversationId,
    message: EntrySeq,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct WhyOne<'a> {
    conversation: Option<ConversationId>,
    message: Option<EntrySeq>,
    verdict: &'a str,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct Discarded {
    discarded: i64,
}

/// Does what `held …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: &HeldCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    match command {
        HeldCommand::List => {
            let held = desk.held(&viewer)?;
            output.rows(&held.iter().map(HeldJson::from).collect::<Vec<_>>())
        }
        HeldCommand::Show { mail } => {
            let (held, raw) = desk.held_mail(&viewer, *mail)?;
            let raw = String::from_utf8_lossy(&raw);
            if output.json() {
                return output.object(&Shown { mail: HeldJson::from(&held), raw: &raw });
            }
            output.row(HeldJson::from(&held))?;
            for reason in &held.reasons {
                output.line(reason)?;
            }
            output.block(&raw.replace("\r\n", "\n"))
        }
        HeldCommand::Release { mail, yes } => {
            let reader = Reader::new();
            let taken = desk.release_held(&viewer, *mail, &|raw| reader.letter(raw), *yes)?;
            let json = TakenJson::from(&taken);
            if output.json() { output.object(&json) } else { output.line(&json.sentence()) }
        }
        HeldCommand::Discard { mail } => {
            desk.discard_held(&viewer, *mail)?;
            if output.json() {
                return output.object(&Discarded { discarded: mail.0 });
            }
            output.line(&format!("mail {mail} discarded"))
        }
    }
}

/// Prints why a message is where it is.
///
/// # Errors
/// As the desk says.
pub fn why(arguments: &WhyArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    let (conversation, seq) = match (&arguments.asked, arguments.seq) {
        (Asked::Conversation(conversation), Some(seq)) => (*conversation, seq),
        (Asked::Message(conversation, seq), None) => (*conversation, *seq),
        (Asked::MessageId(id), None) => return why_mails(&desk.why_mail(&viewer, id)?, output),
        (Asked::Conversation(id), None) => {
            return Err(Failure::usage(format!(
                "Name the message in #{id} too, as {id}/1. See “deskline conversation show {id}”."
            )));
        }
        (Asked::Message(..) | Asked::MessageId(_), Some(_)) => {
            return Err(Failure::usage("One word names the message already; leave the second away."));
        }
    };
    let reasons = desk.why(&viewer, conversation, seq)?;
    if output.json() {
        return output.object(&Why { conversation, message: seq, reasons: &reasons });
    }
    reasons.iter().try_for_each(|reason| output.line(reason))
}

/// Each mail by itself: an object a line, or its sentences, with an empty line between two.
fn why_mails(mails: &[WhyMail], output: &mut Output) -> Result<(), Failure> {
    for (at, mail) in mails.iter().enumerate() {
        if output.json() {
            let WhyMail { conversation, message, verdict, sentences } = mail;
            output.object(&WhyOne { conversation: *conversation, message: *message, verdict, reasons: sentences })?;
            continue;
        }
        if at > 0 {
            output.line("")?;
        }
        mail.sentences.iter().try_for_each(|sentence| output.line(sentence))?;
    }
    Ok(())
}
