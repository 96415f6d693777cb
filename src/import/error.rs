//! Why an import cannot start, in words for the person who asked for it.

use std::path::PathBuf;

/// What stops an import before anything was brought in.
///
/// Every sentence says what failed, why, and what to do next. What only spoils a single mail, line or file is no error:
/// it comes as [`Found::Unread`](super::Found::Unread) and the run goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No path was given.
    #[error("There is nothing to import. Name at least one file or folder.")]
    NothingNamed,
    /// A path does not exist.
    #[error("There is no file or folder {}. Check the spelling and the folder you are in.", .path.display())]
    NoSuchPath {
        /// The path as given.
        path: PathBuf,
    },
    /// A path exists and cannot be read.
    #[error("{} cannot be read ({reason}). Check its permissions, then import again.", .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A folder without a single file to look at.
    #[error("There are no files in {}. Name the folder that holds what you want to import.", .path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A file is plainly of another kind than the format named.
    #[error("{} is not {expected}: {reason}. {advice}", .path.display())]
    WrongFormat {
        /// The file or folder.
        path: PathBuf,
        /// What was expected, with its article ("an mbox file").
        expected: &'static str,
        /// What was found instead.
        reason: String,
        /// What to try next, as a sentence.
        advice: String,
    },
    /// A `--team` entry that names nobody.
    #[error("{entry:?} is not a team member. Give a handle (ana), or an address (ana@example.com) for mail.")]
    TeamEntry {
        /// The entry as given.
        entry: String,
    },
    /// `import json` without a mapping.
    #[error(
        "JSON needs a mapping that says where its conversations are. Give one with --map FILE; assets/import/crosswoz.toml is an example."
    )]
    MapMissing,
    /// The mapping file cannot be used.
    #[error("The mapping {} cannot be used: {reason}. Correct it, then import again.", .path.display())]
    Map {
        /// The mapping file.
        path: PathBuf,
        /// What is wrong with it, with the line where known.
        reason: String,
    },
    /// An export of a version this program does not know.
    #[error(
        "{}, line {line}: this export has version {found}, and this deskline reads version {known}. Import it with a newer deskline.",
        .path.display()
    )]
    Version {
        /// The export.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The version found there.
        found: String,
        /// The version this program reads.
        known: u32,
    },
}
