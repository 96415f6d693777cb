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
    let _ = write!(screen, "{question}[1] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::failed(format!("No answer: {error}.")))?;
    let answer = answer.trim();
    let chosen = match answer.parse::<usize>() {
        Ok(number) => number.checked_sub(1).and_then(|place| people.get(place)),
        Err(_) if answer.is_empty() => people.first(),
        Err(_) => people.iter().find(|persona| persona.handle == answer),
    };
    let unknown =
        || Failure::usage(format!("“{answer}” is nobody of the demo desk. Use a number or a handle, as ana."));
    chosen.map(|persona| persona.handle.clone()).ok_or_else(unknown)
}
