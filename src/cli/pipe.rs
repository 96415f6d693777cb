//! `receive --mail`: a mail from a mail server, and the exit codes that mail servers understand (sysexits.h).
//!
//! A server keeps a mail that ends with 75 and hands it over again; one that ends with any other goes back to its sender. So
//! whatever somebody can mend is 75, a wrong call and a wrong configuration too, and a mail that can be kept raw is taken.

use super::{
    arguments::ReceiveArguments,
    call::Call,
    failure::Failure,
    output::{Manner, Output},
    streams::Input,
};
use crate::{
    config::{Config, Flags, MailAccount},
    desk::page::Denied,
    domain::mail::MailTaken,
    email::{Fetched, Intake, addressed},
};
use serde::Serialize;
use std::{
    io::{self, Read as _},
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The mail is on the disk.
const TAKEN: u8 = 0;
/// What came is no mail that could ever be kept.
const DATA: u8 = 65;
/// Not now; it is to be handed over again.
pub const TEMPORARY: u8 = 75;

/// The largest mail that is kept at all. One that is too large to be read is kept raw, up to here.
const KEPT: u64 = 50 * 1024 * 1024;

/// Why it was not taken.
struct Ended {
    code: u8,
    failure: Failure,
}

fn ended(code: u8, sentence: impl Into<String>) -> Ended {
    Ended { code, failure: Failure::failed(sentence) }
}

#[derive(Serialize)]
struct TakenJson {
    mailbox: String,
    verdict: &'static str,
    conversation: Option<crate::domain::id::ConversationId>,
    message: Option<crate::domain::id::EntrySeq>,
    again: bool,
}

/// Whether these words call `receive --mail`, however wrongly: what is answered to them is a mail server's to read.
pub fn is_called(mut words: impl Iterator<Item = std::ffi::OsString>) -> bool {
    words.any(|word| word == "receive") && words.any(|word| word == "--mail")
}

/// Takes the mail on standard input; the exit code.
pub fn run(flags: &Flags, manner: Manner, arguments: &ReceiveArguments, input: Input, output: &mut Output) -> u8 {
    output.turn(manner);
    // A mistake of ours is no reason to send the mail back.
    let outcome = catch_unwind(AssertUnwindSafe(|| receive(flags, arguments, input)));
    let outcome = outcome.unwrap_or_else(|_| Err(ended(TEMPORARY, "deskline made a mistake. Please report it.")));
    match outcome {
        Ok((mailbox, taken)) => {
            // It is taken, whether or not anybody wants to hear of it.
            let _ = tell(mailbox, &taken, output).and_then(|()| output.finish());
            TAKEN
        }
        Err(Ended { code, failure }) => {
            failure.report(manner.json, output.errors());
            code
        }
    }
}

fn tell(mailbox: String, taken: &MailTaken, output: &mut Output) -> Result<(), Failure> {
    let MailTaken { verdict, conversation, message, again, mail: _ } = *taken;
    if output.json() {
        return output.object(&TakenJson { mailbox, verdict: verdict.word(), conversation, message, again });
    }
    let place = conversation.map(|id| format!("#{id}  ")).unwrap_or_default();
    let message = message.map(|seq| format!("message {seq}, ")).unwrap_or_default();
    let before = if again { " (taken before)" } else { "" };
    output.line(&format!("{place}{message}{}{before}", verdict.word()))
}

fn receive(flags: &Flags, arguments: &ReceiveArguments, mut input: Input) -> Result<(String, MailTaken), Ended> {
    if input.is_terminal() {
        return Err(ended(
            TEMPORARY,
            "The mail comes on standard input, from a mail server: deskline receive --mail < mail.eml",
        ));
    }
    let config = Config::load(flags).map_err(|error| ended(TEMPORARY, error.to_string()))?;
    let raw = read(&mut input)?;
    let from = arguments.envelope_from.clone().or_else(|| config.envelope_from.clone()).map(sender);
    let to = match arguments.envelope_to.as_slice() {
        [] => config.envelope_to.iter().cloned().collect(),
        named => named.to_vec(),
    };
    let accounts = config.mail.clone();
    let account = account(&accounts, arguments.mailbox.as_deref(), &to, &raw)?.clone();
    let call = Call::here(config, input);
    let temporary = |failure| Ended { code: TEMPORARY, failure };
    let desk = call.desk().map_err(temporary)?;
    let mail = Fetched { place: None, sent: false, arrived: None, raw, incomplete: None };
    let taken = Intake::new(desk, &account, &accounts).receive(mail, from, to);
    let taken = taken.map_err(|denied: Denied| temporary(denied.into()))?;
    Ok((account.name, taken))
}

/// The whole mail, without the line that some servers put before it ("From ana Thu Nov 19 …").
fn read(input: &mut Input) -> Result<Vec<u8>, Ended> {
    let mut raw = Vec::new();
    input
        .take(KEPT + 1)
        .read_to_end(&mut raw)
        .map_err(|error: io::Error| ended(TEMPORARY, format!("Standard input cannot be read: {error}.")))?;
    if raw.len() as u64 > KEPT {
        return Err(ended(DATA, format!("The mail has more than {} MiB, and is not taken.", KEPT >> 20)));
    }
    if raw.starts_with(b"From ") {
        let end = raw.iter().position(|byte| *byte == b'\n').map_or(raw.len(), |end| end + 1);
        raw.drain(..end);
    }
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(ended(DATA, "There is no mail on standard input."));
    }
    Ok(raw)
}

/// What servers call a sender whom nobody may answer.
fn sender(written: String) -> String {
    match written.trim() {
        "" | "<>" => String::new(),
        name if name.eq_ignore_ascii_case("mailer-daemon") => String::new(),
        _ => written,
    }
}

/// The mailbox that it is for: the one that is named, that of the envelope, the only one, or that of the mail's own words.
fn account<'a>(
    accounts: &'a [MailAccount],
    named: Option<&str>,
    envelope_to: &[String],
    raw: &[u8],
) -> Result<&'a MailAccount, Ended> {
    if let Some(name) = named {
        return accounts
            .iter()
            .find(|account| account.name == name)
            .ok_or_else(|| ended(TEMPORARY, format!("The configuration has no mailbox [mail.{name}].")));
    }
    let for_one = |address: &str| accounts.iter().find(|account| account.takes(address));
    if let Some(account) = envelope_to.iter().find_map(|address| for_one(address)) {
        return Ok(account);
    }
    if let [only] = accounts {
        return Ok(only);
    }
    addressed(raw, accounts).ok_or_else(|| {
        ended(
            TEMPORARY,
            if accounts.is_empty() {
                "The configuration has no mailbox: add [mail.support] with the address that customers write to."
            } else {
                "It is not clear for which mailbox this mail is. Name it with --mailbox, or let the mail server say the recipient with --envelope-to."
            },
        )
    })
}
