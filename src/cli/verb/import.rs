//! `import`: bringing in conversations from other systems, batch by batch.

use crate::{
    cli::{
        arguments::ImportArguments,
        call::{Acting, Call},
        failure::Failure,
        output::Output,
        progress::Progress,
    },
    desk::{ImportOptions, page::Denied},
    domain::history::PastConversation,
    import::{Found, ImportError, Options, Source, open},
};
use serde::Serialize;

/// One transaction takes in at most so many conversations …
const CONVERSATIONS: usize = 200;
/// … and begins no further one after so many messages, so that nobody at work waits long.
const MESSAGES: usize = 2000;
/// So many of what could not be read are listed; the others are only counted.
const LISTED: usize = 20;

/// What an import did, over all its batches.
#[derive(Debug, Default, Serialize)]
struct Summary {
    conversations: usize,
    messages: usize,
    known: usize,
    agents: usize,
    unread: usize,
    copies: u64,
}

struct Importer<'a> {
    acting: &'a Acting,
    options: ImportOptions,
    batch: Vec<PastConversation>,
    waiting: usize,
    handed_in: usize,
    summary: Summary,
    progress: Progress,
}

/// Brings everything in, says what could not be read, and prints what was done.
///
/// # Errors
/// As the desk says; where a path or option is wrong; or where it was interrupted, with how far it came.
pub fn run(arguments: ImportArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let ImportArguments { format, paths, group, team, state, map } = arguments;
    let options = ImportOptions { group, state, as_news: false };
    // Whether it is allowed at all comes before whether the files are right.
    acting.desk.import(&acting.viewer, &[], &options)?;
    let source = open(format, &paths, &Options { team, state: state.unwrap_or_default(), map })
        .map_err(|error| unusable(&error))?;
    let progress = output.progress("messages")?;
    let (batch, summary) = (Vec::new(), Summary::default());
    let importer = Importer { acting: &acting, options, batch, waiting: 0, handed_in: 0, summary, progress };
    let summary = importer.all(source)?;
    if output.json() { output.object(&summary) } else { output.line(&summary.sentence()) }
}

fn unusable(error: &ImportError) -> Failure {
    let text = error.to_string();
    match error {
        ImportError::NothingNamed | ImportError::TeamEntry { .. } | ImportError::MapMissing => Failure::usage(text),
        ImportError::NoSuchPath { .. }
        | ImportError::Unreadable { .. }
        | ImportError::EmptyFolder { .. }
        | ImportError::WrongFormat { .. }
        | ImportError::Map { .. }
        | ImportError::Version { .. } => Failure::failed(text),
    }
}

impl Importer<'_> {
    fn all(mut self, mut source: Source) -> Result<Summary, Failure> {
        while let Some(found) = source.next() {
            match found {
                Found::Conversation(conversation) => {
                    self.waiting += conversation.messages.len();
                    self.batch.push(conversation);
                    if self.batch.len() >= CONVERSATIONS || self.waiting >= MESSAGES {
                        self.hand_in()?;
                    }
                }
                Found::Unread { place, reason } => {
                    self.summary.unread += 1;
                    if self.summary.unread <= LISTED {
                        self.progress.aside(&format!("{place}: {reason}"));
                    }
                }
                Found::Working => {}
            }
            let read = source.progress();
            if !self.progress.at(read.done, read.total, self.handed_in) {
                self.hand_in()?;
                return Err(self.interrupted(read.done, read.total));
            }
        }
        self.hand_in()?;
        if self.summary.unread > LISTED {
            self.progress.aside(&format!("… and {} more that could not be read.", self.summary.unread - LISTED));
        }
        self.progress.finish();
        self.summary.copies = source.copies();
        Ok(self.summary)
    }

    /// One batch in one transaction: after an interruption or a failure it is there as a whole or not at all.
    fn hand_in(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let imported = self.acting.desk.import(&self.acting.viewer, &batch, &self.options);
        let imported = imported.map_err(|denied| self.stopped(denied))?;
        self.handed_in += std::mem::take(&mut self.waiting);
        self.summary.conversations += imported.conversations;
        self.summary.messages += imported.messages;
        self.summary.known += imported.known;
        self.summary.agents += imported.agents;
        Ok(())
    }

    fn so_far(&self) -> String {
        let Summary { conversations, messages, known, .. } = self.summary;
        format!("{conversations} conversations with {messages} messages ({known} messages were there already)")
    }

    fn stopped(&self, denied: Denied) -> Failure {
        match denied {
            Denied::Failed(text) => Failure::failed(format!(
                "{text} Until then came in {}; the same command goes on from there.",
                self.so_far()
            )),
            Denied::NotFound(_) | Denied::Refused(_) | Denied::Stale { .. } | Denied::Invalid(_) => denied.into(),
        }
    }

    fn interrupted(&self, done: u64, total: u64) -> Failure {
        let percent = (done.min(total) * 100).checked_div(total).unwrap_or(0);
        Failure::failed(format!(
            "Interrupted after {}, {percent} % of the files. The same command again goes on; nothing is brought in twice.",
            self.so_far()
        ))
    }
}

impl Summary {
    fn sentence(&self) -> String {
        let Self { conversations, messages, known, agents, unread, copies } = self;
        let mut parts = vec![format!("{conversations} conversations with {messages} messages imported")];
        let mut say = |number: u64, what: &str| {
            if number > 0 {
                parts.push(format!("{number} {what}"));
            }
        };
        say(*known as u64, "messages were there already");
        say(*copies, "copies left out");
        say(*agents as u64, "new agents, switched off");
        say(*unread as u64, "could not be read");
        parts.join(", ")
    }
}
