//! How a command that did not work ends: its sentence, its JSON and its exit code.

use super::{json::EntryJson, streams::Errors};
use crate::{
    config::ConfigError,
    desk::page::Denied,
    domain::{
        refusal::{Refusal, RefusalKind},
        text::json_escape,
    },
};
use serde::Serialize;
use std::io;

/// Why a command ends without having done what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The desk said no, or what was given cannot be used.
    Denied(Denied),
    /// Standard output does not take what is printed.
    Output(io::Error),
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Denied(Denied::Refused(refusal))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::failed(error.to_string())
    }
}

#[derive(Serialize)]
struct Report<'a> {
    error: Problem<'a>,
}

#[derive(Serialize)]
struct Problem<'a> {
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    readers: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    adds: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen: Option<Vec<EntryJson<'a>>>,
}

impl Failure {
    /// Wrong usage that clap cannot know of.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Denied(Denied::Invalid(text.into()))
    }

    /// A `set` that says nothing to set.
    pub fn nothing_to_change(command: &str) -> Self {
        Self::usage(format!("There is nothing to change. See `deskline {command} --help` for what can be."))
    }

    /// Disk, file or a bug.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Denied(Denied::Failed(text.into()))
    }

    /// No such thing, as far as this viewer may know.
    pub fn not_found(text: impl Into<String>) -> Self {
        Self::Denied(Denied::NotFound(text.into()))
    }

    /// Whether the reader of standard output went away, as `| head` does; that is no error.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit status that interface.md promises.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Output(_) if self.is_broken_pipe() => 0,
            Self::Output(_) | Self::Denied(Denied::Failed(_)) => 1,
            Self::Denied(Denied::Invalid(_)) => 2,
            Self::Denied(Denied::NotFound(_)) => 3,
            Self::Denied(Denied::Refused(_)) => 4,
            Self::Denied(Denied::Stale { .. }) => 5,
        }
    }

    /// Says it on standard error: one line for people, or one JSON object.
    pub fn report(&self, json: bool, errors: &Errors) {
        if self.is_broken_pipe() {
            return;
        }
        if json {
            errors.write(&(self.as_json() + "\n"));
        } else {
            errors.say(&self.as_sentence());
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Denied(denied) => denied.to_string(),
            Self::Output(error) => format!("Standard output cannot be written: {error}."),
        }
    }

    fn as_sentence(&self) -> String {
        let mut sentence = format!("deskline: {}", self.text());
        if let Self::Denied(Denied::Refused(refusal)) = self
            && refusal.kind == RefusalKind::Confirm
        {
            for (label, people) in [("Readers", &refusal.readers), ("Adds", &refusal.adds)] {
                if !people.is_empty() {
                    sentence = format!("{sentence} {label}: {}.", people.join(", "));
                }
            }
            sentence += " Say --yes to do it.";
        }
        sentence
    }

    fn as_json(&self) -> String {
        let mut problem =
            Problem { kind: "failed", text: self.text(), rule: None, readers: &[], adds: &[], unseen: None };
        match self {
            Self::Output(_) | Self::Denied(Denied::Failed(_)) => {}
            Self::Denied(Denied::Invalid(_)) => problem.kind = "usage",
            Self::Denied(Denied::NotFound(_)) => problem.kind = "not-found",
            Self::Denied(Denied::Refused(refusal)) => {
                problem.kind = refusal.kind.word();
                problem.rule = Some(refusal.rule);
                problem.readers = &refusal.readers;
                problem.adds = &refusal.adds;
            }
            Self::Denied(Denied::Stale { unseen }) => {
                problem.kind = "stale";
                problem.rule = Some("R7.6");
                problem.unseen = Some(unseen.iter().map(EntryJson::from).collect());
            }
        }
        // Strings, numbers and times alone always serialize.
        serde_json::to_string(&Report { error: problem }).map(|text| json_escape(&text)).unwrap_or_default()
    }
}
