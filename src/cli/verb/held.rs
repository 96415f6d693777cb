//! `held …` and `why`: mails that wait for an administrator, and why others went where they went.

use crate::{
    cli::{
        arguments::{HeldCommand, WhyArguments},
        call::{Acting, Call},
        failure::Failure,
        json::{HeldJson, TakenJson},
        output::Output,
    },
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
        HeldCommand::Release { mail } => {
            let reader = Reader::new();
            let taken = desk.release_held(&viewer, *mail, &|raw| reader.letter(raw))?;
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
    let reasons = desk.why(&viewer, arguments.id, arguments.seq)?;
    if output.json() {
        return output.object(&Why { reasons: &reasons });
    }
    reasons.iter().try_for_each(|reason| output.line(reason))
}
