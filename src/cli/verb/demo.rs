//! `demo`: the messenger on a made-up desk, or such a desk of any size.

use super::messenger;
use crate::{
    cli::{
        arguments::DemoArguments,
        call::{Acting, Call, said},
        failure::Failure,
        output::Output,
    },
    config::Source,
    demo::{
        build, fill,
        folder::Folder,
        people::{self, Persona},
        script::{self, Script},
        visit, write_back,
    },
    desk::Desk,
    domain::text::SafeText,
};
use serde::Serialize;
use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::Path,
};

#[derive(Serialize)]
struct BuiltJson {
    desk: String,
    messages: usize,
}

/// How large a desk is built, and from which seed; `None`: the company of the script.
type Size = Option<(u64, u64)>;

/// Builds the desk, then opens the messenger on it as whoever was named or chosen.
///
/// # Errors
/// Where the desk cannot be built, or the messenger not be opened.
pub fn run(arguments: &DemoArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let size = arguments.messages.map(|messages| (messages, arguments.seed.unwrap_or(1)));
    let config = call.config()?;
    let named = config.desk.as_ref().filter(|desk| desk.source == Source::Flag("--desk"));
    let folder = match (named, arguments.build_only) {
        (Some(_), _) => None,
        (None, true) => return Err(Failure::usage("Say where to build the desk, with --desk FILE.")),
        (None, false) => Some(Folder::within(&config.temporary, "deskline-demo-")?),
    };
    let file = match (named, &folder) {
        (Some(desk), _) => desk.value.clone(),
        (None, Some(folder)) => folder.path().join("desk.db"),
        (None, None) => return Err(Failure::usage("Say where to build the desk, with --desk FILE.")),
    };
    if arguments.build_only {
        let messages = build_only(&file, size, output)?;
        let desk = said(&file);
        return if output.json() {
            output.object(&BuiltJson { desk, messages })
        } else {
            output.line(&format!("Built a desk of {messages} messages in {desk}"))
        };
    }
    let script = script::built_in();
    let handle = match config.actor.as_ref().filter(|actor| actor.source == Source::Flag("--as")) {
        Some(actor) => actor.value.clone(),
        None => choose(&people::people(&script))?,
    };
    let (desk, customers) = build(&file, size, &script, output)?;
    let viewer = desk.admit(Some(&handle))?;
    let left = messenger::open(Acting { desk, viewer }, config);
    // Nobody writes back to a desk that is being taken away.
    drop(customers);
    left
}

/// Builds a desk to be kept; how many messages it holds.
fn build_only(file: &Path, size: Size, output: &Output) -> Result<usize, Failure> {
    if let Some((messages, seed)) = size {
        fill(file, messages, seed, output)?;
        return Ok(usize::try_from(messages).unwrap_or(usize::MAX));
    }
    let script = script::built_in();
    build::build(file, &script, &Call::clock())?;
    Ok(script.conversations.iter().map(|conversation| conversation.messages.len()).sum())
}

/// Builds a desk to be worked on; the customers of the script write back for as long as the second value is kept.
fn build(
    file: &Path,
    size: Size,
    script: &Script,
    output: &Output,
) -> Result<(Desk, Option<write_back::Writing>), Failure> {
    if let Some((messages, seed)) = size {
        fill(file, messages, seed, output)?;
        // The built desk's clock stands still; people work on one that goes.
        return Ok((Desk::open(file, Call::clock())?, None));
    }
    let (desk, customers) = visit::play(file, script, &Call::clock())?;
    Ok((desk, Some(customers)))
}

fn fill(file: &Path, messages: u64, seed: u64, output: &Output) -> Result<(), Failure> {
    let mut progress = output.progress("messages")?;
    let built = fill::build(file, messages, seed, &mut |done, total| progress.at(done as u64, total as u64, done));
    progress.finish();
    built?;
    Ok(())
}

/// Asks on the terminal whom to be; an empty answer is the first.
fn choose(people: &[Persona]) -> Result<String, Failure> {
    let mut screen = io::stderr().lock();
    if !(io::stdin().is_terminal() && screen.is_terminal()) {
        return Err(Failure::usage("Say whom to be on the demo desk, with --as ana."));
    }
    let mut question = "Whom do you want to be?\n".to_owned();
    for (place, persona) in people.iter().enumerate() {
        // Wrapped here, between words: a terminal would cut them anywhere.
        let shows = SafeText::line(&persona.shows).wrap(66).join("\n           ");
        question = format!("{question}  {}  {:<6}{shows}\n", place + 1, persona.handle);
    }
    let _ = screen.write_all(question.as_bytes());
    asked(people, &mut io::stdin().lock(), &mut screen)
}

/// So often a mistyped answer is asked for again before it is given up.
const TRIES: usize = 3;

fn asked(people: &[Persona], input: &mut dyn BufRead, screen: &mut dyn Write) -> Result<String, Failure> {
    let mut wrong = String::new();
    for _ in 0..TRIES {
        let _ = write!(screen, "{wrong}[1] ");
        let _ = screen.flush();
        let mut answer = String::new();
        let read = input.read_line(&mut answer).map_err(|error| Failure::failed(format!("No answer: {error}.")))?;
        let answer = answer.trim();
        let chosen = match answer.parse::<usize>() {
            Ok(number) => number.checked_sub(1).and_then(|place| people.get(place)),
            // The input ended: that is no answer, and none will come.
            Err(_) if read == 0 => return Err(Failure::usage("Nobody was chosen.")),
            Err(_) if answer.is_empty() => people.first(),
            Err(_) => people.iter().find(|persona| persona.handle.eq_ignore_ascii_case(answer)),
        };
        if let Some(persona) = chosen {
            return Ok(persona.handle.clone());
        }
        let answer = SafeText::line(answer);
        wrong = format!("“{answer}” is nobody of the demo desk. Type a number or a handle, such as ana.\n");
    }
    Err(Failure::usage(wrong.trim_end()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn typed(lines: &str) -> (Result<String, Failure>, String) {
        let people = people::people(&script::built_in());
        let mut screen = Vec::new();
        let chosen = asked(&people, &mut lines.as_bytes(), &mut screen);
        (chosen, String::from_utf8(screen).unwrap())
    }

    #[test]
    fn a_mistyped_answer_is_asked_for_again_three_times() {
        for (lines, who) in
            [("\n", "olga"), ("2\n", "adam"), ("ana\n", "ana"), ("BEN\n", "ben"), ("anna\n99\nana\n", "ana")]
        {
            assert_eq!(typed(lines).0.unwrap(), who, "{lines:?}");
        }
        let (chosen, screen) = typed("anna\n\u{1b}[31m\n0\nana\n");
        assert_eq!(chosen.unwrap_err().exit_code(), 2);
        assert_eq!((screen.matches("[1] ").count(), screen.contains('\u{1b}')), (3, false), "{screen}");
        assert_eq!(typed("").0.unwrap_err().exit_code(), 2, "the input ended");
    }
}
