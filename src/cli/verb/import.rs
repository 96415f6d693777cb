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
        format!(
            "{} with {} ({} there already)",
            many(conversations, "conversation"),
            many(messages, "message"),
            if known == 1 { "1 message was".to_owned() } else { format!("{known} messages were") }
        )
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

/// "1 message", "2 messages".
fn many(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

impl Summary {
    fn sentence(&self) -> String {
        let Self { conversations, messages, known, agents, unread, copies } = self;
        let mut parts =
            vec![format!("{} with {} imported", many(*conversations, "conversation"), many(*messages, "message"))];
        let mut say = |number: u64, one: &str, several: &str| match number {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            _ => parts.push(format!("{number} {several}")),
        };
        say(*known as u64, "message was there already", "messages were there already");
        say(*copies, "copy left out", "copies left out");
        say(*agents as u64, "new agent, switched off", "new agents, switched off");
        say(*unread as u64, "could not be read", "could not be read");
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn one_of_a_kind_is_said_so() {
        let one = Summary { conversations: 1, messages: 1, known: 1, agents: 1, unread: 1, copies: 1 };
        assert_eq!(
            one.sentence(),
            "1 conversation with 1 message imported, 1 message was there already, 1 copy left out, \
             1 new agent, switched off, 1 could not be read"
        );
        let several = Summary { conversations: 2, messages: 0, agents: 3, ..Summary::default() };
        assert_eq!(several.sentence(), "2 conversations with 0 messages imported, 3 new agents, switched off");
    }
}
