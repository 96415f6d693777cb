//! One way to read every format: a source that gives conversation after conversation.

use super::{
    ImportError, Team,
    files::{SourceFile, files, maildir_files, unreadable},
    irc::LogFiles,
    json::JsonFiles,
    jsonl::Export,
    mail::{Holding, Mailbox, looks_like_mbox},
};
use crate::domain::history::{PastConversation, PastState};
use std::{
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// What `deskline import FORMAT` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Mailbox files; many mails in each.
    Mbox,
    /// Maildirs, with the maildirs in them.
    Maildir,
    /// Mails in files of their own, or folders of them.
    Eml,
    /// Chat logs.
    Irc,
    /// JSON of another system, by a mapping.
    Json,
    /// deskline's own export.
    Jsonl,
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 6] = [Self::Mbox, Self::Maildir, Self::Eml, Self::Irc, Self::Json, Self::Jsonl];

    /// The word on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mbox => "mbox",
            Self::Maildir => "maildir",
            Self::Eml => "eml",
            Self::Irc => "irc",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
        }
    }
}

/// What the person said beside format and paths.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--team`, each entry as given: handles or mail addresses.
    pub team: Vec<String>,
    /// `--state`: what a conversation is imported as where its source does not say.
    pub state: PastState,
    /// `--map`: the mapping for [`Format::Json`].
    pub map: Option<PathBuf>,
}

/// One thing that a source gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and nearly all of them are conversations")]
pub enum Found {
    /// A conversation. Its key is the same whenever the source is read, and when it has grown.
    Conversation(PastConversation),
    /// Something that could not be read; the run goes on.
    Unread {
        /// Where it stands.
        place: Place,
        /// Why, as a sentence without capital and full stop.
        reason: String,
    },
    /// Nothing yet: a moment to draw the progress bar or to stop. Large mailboxes are read once for their headers first.
    Working,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file; its name comes from outside and has to be made safe before it is shown.
    pub file: PathBuf,
    /// The place in it.
    pub position: Position,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The file as a whole.
    Whole,
    /// Bytes from its start.
    Byte(u64),
    /// A line, counted from 1.
    Line(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file.display())?;
        match self.position {
            Position::Whole => Ok(()),
            Position::Byte(byte) => write!(out, ", byte {byte}"),
            Position::Line(line) => write!(out, ", line {line}"),
        }
    }
}

/// How far a source has been read. `done` never exceeds `total`, save where a file grew meanwhile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes done; mail counts twice, for its header and its text.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// A source being read. It ends after `None`; dropping it earlier stops the reading.
#[derive(Debug)]
pub struct Source(Kind);

#[derive(Debug)]
enum Kind {
    Mail(Box<Mailbox>),
    Irc(Box<LogFiles>),
    Json(Box<JsonFiles>),
    Jsonl(Box<Export>),
}

/// Opens a source. Nothing has been read of it then but the beginnings of its files, so a mistake in what was asked for changes
/// nothing.
///
/// # Errors
/// [`ImportError`]: a path that is not there or cannot be read, a file of another kind, a team entry or mapping that is wrong.
pub fn open(format: Format, paths: &[PathBuf], options: &Options) -> Result<Source, ImportError> {
    let team = Team::new(&options.team)?;
    let state = options.state;
    let kind = match format {
        Format::Mbox => {
            let found = files(paths, |_| true)?;
            for file in found.iter().filter(|file| file.named) {
                expect_mbox(file)?;
            }
            Kind::Mail(Box::new(Mailbox::new(found, Holding::Mbox, team, state)))
        }
        Format::Maildir => Kind::Mail(Box::new(Mailbox::new(maildir_files(paths)?, Holding::Single, team, state))),
        Format::Eml => Kind::Mail(Box::new(Mailbox::new(plain_files(paths)?, Holding::Single, team, state))),
        Format::Irc => Kind::Irc(Box::new(LogFiles::new(plain_files(paths)?, team, state))),
        Format::Json => {
            let map = options.map.as_deref().ok_or(ImportError::MapMissing)?;
            Kind::Json(Box::new(JsonFiles::new(plain_files(paths)?, map, team, state)?))
        }
        Format::Jsonl => Kind::Jsonl(Box::new(Export::new(plain_files(paths)?)?)),
    };
    Ok(Source(kind))
}

impl Source {
    /// Mails that were there more than once and are brought in once, so far.
    pub fn copies(&self) -> u64 {
        match &self.0 {
            Kind::Mail(mailbox) => mailbox.copies(),
            Kind::Irc(_) | Kind::Json(_) | Kind::Jsonl(_) => 0,
        }
    }

    /// How far it has been read.
    pub fn progress(&self) -> Progress {
        match &self.0 {
            Kind::Mail(mailbox) => mailbox.progress(),
            Kind::Irc(logs) => logs.progress(),
            Kind::Json(files) => files.progress(),
            Kind::Jsonl(export) => export.progress(),
        }
    }
}

impl Iterator for Source {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        match &mut self.0 {
            Kind::Mail(mailbox) => mailbox.next(),
            Kind::Irc(logs) => logs.next(),
            Kind::Json(files) => files.next(),
            Kind::Jsonl(export) => export.next(),
        }
    }
}

/// The files named; packed ones are refused, because they would only be read as nonsense.
fn plain_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, ImportError> {
    let found = files(paths, |_| true)?;
    for file in found.iter().filter(|file| file.named) {
        let start = beginning(&file.path)?;
        let packed = [
            (&b"PK\x03\x04"[..], "unzip"),
            (&b"\x1f\x8b"[..], "gunzip"),
            (&b"\xfd7zXZ"[..], "unxz"),
            (&b"(\xb5/\xfd"[..], "unzstd"),
        ];
        if let Some((_, tool)) = packed.iter().find(|(mark, _)| start.starts_with(mark)) {
            return Err(ImportError::WrongFormat {
                path: file.path.clone(),
                expected: "a file that can be read",
                reason: "it is packed".to_owned(),
                advice: format!("Unpack it ({tool}), then import what was inside."),
            });
        }
    }
    Ok(found)
}

/// Refuses a file that plainly is no mbox.
fn expect_mbox(file: &SourceFile) -> Result<(), ImportError> {
    let start = beginning(&file.path)?;
    if start.trim_ascii().is_empty() || looks_like_mbox(&start) {
        return Ok(());
    }
    Err(ImportError::WrongFormat {
        path: file.path.clone(),
        expected: "an mbox file",
        reason: "its first line does not begin with \"From \"".to_owned(),
        advice: "For a single mail, or a folder of them, use `import eml`.".to_owned(),
    })
}

/// The first bytes of a file.
fn beginning(path: &Path) -> Result<Vec<u8>, ImportError> {
    let mut start = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(512).read_to_end(&mut start));
    opened.map_err(|error| unreadable(path, &error))?;
    Ok(start)
}
