//! `demo`: the messenger on a made-up desk, or such a desk of any size.

use super::messenger;
use crate::{
    cli::{
        arguments::DemoArguments,
        call::{Acting, Call, make_folder, said},
        failure::Failure,
        output::Output,
        progress::Progress,
    },
    config::Source,
    desk::Desk,
};
use serde::Serialize;
use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
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
    let named = call.config.desk.as_ref().filter(|desk| desk.source == Source::Flag("--desk"));
    let folder = match (named, arguments.build_only) {
        (Some(_), _) => None,
        (None, true) => return Err(Failure::usage("Say where to build the desk, with --desk FILE.")),
        (None, false) => Some(Folder::make(&call.config.temporary)?),
    };
    let file = match (named, &folder) {
        (Some(desk), _) => desk.value.clone(),
        (None, Some(folder)) => folder.0.join("desk.db"),
        (None, None) => return Err(Failure::usage("Say where to build the desk, with --desk FILE.")),
    };
    let (desk, messages) = build(&file, size)?;
    if arguments.build_only {
        let desk = said(&file);
        return if output.json() {
            output.object(&BuiltJson { desk, messages })
        } else {
            output.line(&format!("Built a desk of {messages} messages in {desk}"))
        };
    }
    let handle = match call.config.actor.as_ref().filter(|actor| actor.source == Source::Flag("--as")) {
        Some(actor) => actor.value.clone(),
        None => choose()?,
    };
    let viewer = desk.admit(Some(&handle))?;
    messenger::open(Acting { desk, viewer }, &call.config)
}

/// Makes the desk; how many messages it holds.
fn build(file: &Path, size: Size) -> Result<(Desk, usize), Failure> {
    let what = size.map_or("script".to_owned(), |(messages, seed)| format!("{messages} messages of seed {seed}"));
    let _progress = Progress::start("messages")?;
    Err(Failure::failed(format!("No demo desk ({what}) can be built in {} by this build.", said(file))))
}

/// A folder for one demo, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn make(parent: &Path) -> Result<Self, Failure> {
        let folder = parent.join(format!("deskline-demo-{}", std::process::id()));
        make_folder(&folder.join("desk.db"))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The people of the demo desk, and what makes each worth a look.
const PEOPLE: &[(&str, &str)] = &[
    ("ana", "agent in Support"),
    ("ben", "agent in Support"),
    ("cleo", "agent in Support"),
    ("dev", "agent in Billing, without From Customers"),
    ("adam", "admin: privacy, settings, everything of everybody"),
    ("olga", "owner"),
];

/// Asks on the terminal whom to be; an empty answer is the first.
fn choose() -> Result<String, Failure> {
    let mut screen = io::stderr().lock();
    if !(io::stdin().is_terminal() && screen.is_terminal()) {
        return Err(Failure::usage("Say whom to be on the demo desk, with --as ana."));
    }
    let mut question = "Whom do you want to be?\n".to_owned();
    for (place, (handle, what)) in PEOPLE.iter().enumerate() {
        question = format!("{question}  {}  {handle:<6}{what}\n", place + 1);
    }
    let _ = write!(screen, "{question}[1] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::failed(format!("No answer: {error}.")))?;
    let answer = answer.trim();
    let chosen = match answer.parse::<usize>() {
        Ok(number) => number.checked_sub(1).and_then(|place| PEOPLE.get(place)),
        Err(_) if answer.is_empty() => PEOPLE.first(),
        Err(_) => PEOPLE.iter().find(|(handle, _)| *handle == answer),
    };
    let unknown =
        || Failure::usage(format!("“{answer}” is nobody of the demo desk. Use a number or a handle, as ana."));
    chosen.map(|(handle, _)| (*handle).to_owned()).ok_or_else(unknown)
}
