//! What goes with a mail to a customer: the files of a message that customers read, as far as one mail carries them.

use crate::{
    desk::Outcome,
    domain::file::{cleaned_media_type, cleaned_name, fitting, in_a_mail, size},
    store::{
        Connection,
        messages::StoredEntry,
        parts::{self, OpenFile},
    },
};
use std::fmt;

/// A file that a customer may have. Only this file makes one: from what is attached to a reply with a number that customers
/// count by. What belongs to a note or an internal message has no way into it (R1.4).
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerFile {
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    content: Vec<u8>,
    /// How many bytes these are, known before they are read.
    size: u64,
    row: i64,
}

impl CustomerFile {
    /// Its bytes.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// How many bytes it takes in a mail, whether it is read yet or not.
    pub(super) fn in_a_mail(&self) -> u64 {
        in_a_mail(self.size)
    }
}

impl fmt::Debug for CustomerFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} ({}, {} bytes)", self.name, self.media_type, self.size)
    }
}

/// What goes with a mail.
pub(super) struct Enclosed {
    /// The files, their contents still to be read.
    pub files: Vec<CustomerFile>,
    /// A line about those that do not go with it.
    pub left_out: Option<String>,
}

/// What goes with a message's mail that has so many bytes of text.
pub(super) fn of(connection: &Connection, entry: &StoredEntry, text: usize) -> Outcome<Enclosed> {
    if entry.attachments == 0 {
        return Ok(Enclosed { files: Vec::new(), left_out: None });
    }
    let (kept, lost): (Vec<OpenFile>, Vec<OpenFile>) =
        parts::open_files(connection, entry.id)?.into_iter().partition(|file| file.kept);
    let sizes: Vec<u64> = kept.iter().map(|file| file.size).collect();
    let (mut files, mut large) = (Vec::new(), Vec::new());
    for (file, fits) in kept.into_iter().zip(fitting(text, &sizes)) {
        if fits {
            let name = Some(cleaned_name(&file.name)).filter(|name| !name.is_empty());
            files.push(CustomerFile {
                name: name.unwrap_or_else(|| "file".to_owned()),
                media_type: cleaned_media_type(&file.media_type),
                content: Vec::new(),
                size: file.size,
                row: file.id,
            });
        } else {
            large.push(file);
        }
    }
    Ok(Enclosed { files, left_out: left_out(&large, &lost) })
}

/// Reads the contents of a mail's files, and leaves out what customers may not have any more.
pub(super) fn read(connection: &Connection, files: &mut Vec<CustomerFile>) -> Outcome<()> {
    for mut file in std::mem::take(files) {
        if let Some(content) = parts::open_content(connection, file.row)? {
            file.content = content;
            files.push(file);
        }
    }
    Ok(())
}

/// "Not in this mail, since it would be too large: scan.tiff (24.1 MB)."
fn left_out(large: &[OpenFile], lost: &[OpenFile]) -> Option<String> {
    let names = |files: &[OpenFile]| {
        let named = |file: &OpenFile| format!("{} ({})", cleaned_name(&file.name), size(file.size));
        files.iter().map(named).collect::<Vec<_>>().join(", ")
    };
    let mut lines = Vec::new();
    if !large.is_empty() {
        lines.push(format!("[Not in this mail, since it would be too large: {}]", names(large)));
    }
    if !lost.is_empty() {
        lines.push(format!("[Not in this mail, since their contents are not here: {}]", names(lost)));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
