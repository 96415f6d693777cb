//! The files that go with what an agent writes: which are taken, what tells two sendings apart, and keeping them.

use super::{Outcome, page::Denied};
use crate::{
    domain::{
        file::{self, cleaned_media_type, cleaned_name},
        history::PastAttachment,
        letter::Attached,
    },
    store::{Writing, parts},
};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Files on their way into a message, described and with the hashes of their contents.
pub(super) struct Files<'a> {
    /// What the message says of them.
    pub described: Vec<PastAttachment>,
    contents: Vec<(&'a Attached, [u8; 32])>,
}

impl<'a> Files<'a> {
    pub fn of(files: &'a [Attached]) -> Self {
        let described = |file: &Attached| PastAttachment {
            name: Some(cleaned_name(&file.name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned()),
            media_type: cleaned_media_type(&file.media_type),
            size: file.content.len() as u64,
        };
        Self {
            described: files.iter().map(described).collect(),
            contents: files.iter().map(|file| (file, Sha256::digest(&file.content).into())).collect(),
        }
    }

    /// These, and then others.
    #[must_use]
    pub fn and(mut self, others: &'a [Attached]) -> Self {
        let others = Self::of(others);
        self.described.extend(others.described);
        self.contents.extend(others.contents);
        self
    }

    /// Checks that a message with so many bytes of text can take them.
    pub fn check(&self, text: &str) -> Outcome<()> {
        let files: Vec<&Attached> = self.contents.iter().map(|(file, _)| *file).collect();
        file::check(text.len(), &files).map_err(Denied::Invalid)
    }

    /// What makes a sending with these files another one than without, or with others (R1.8); empty for none. A text holds
    /// no NUL character, and neither does a name.
    pub fn fingerprint(&self) -> String {
        let mut all = String::new();
        for (described, (_, hash)) in self.described.iter().zip(&self.contents) {
            let _ = write!(all, "\0{}\0", described.name);
            for byte in hash {
                let _ = write!(all, "{byte:02x}");
            }
        }
        all
    }

    /// The hashes of the contents, in order.
    pub fn hashes(&self) -> impl Iterator<Item = (&'a Attached, &[u8; 32])> {
        self.contents.iter().map(|(file, hash)| (*file, hash))
    }

    /// Keeps the contents with a message that has their descriptions already.
    pub fn keep(&self, writing: &Writing<'_>, message: i64) -> Outcome<()> {
        if self.contents.is_empty() {
            return Ok(());
        }
        Ok(parts::keep(writing, message, &[], &self.contents)?)
    }
}
