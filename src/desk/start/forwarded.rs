//! What is forwarded to an address outside: where it comes from, the files that go with it, and that it stays as private
//! there (R1.2, R1.4, R6.4).

use super::{Starting, blank, seat};
use crate::{
    desk::{Outcome, act::accessible, page::Denied},
    domain::{
        command::{FileOf, StartWith},
        conversation::{Audience, Facts, Privacy},
        file::{check_sizes, cleaned_name},
        letter::Attached,
        refusal::Refusal,
    },
    policy::access::Access,
    store::{
        messages::{self, Window},
        parts::{self, OpenFile},
    },
};
use std::fmt::Write as _;

/// What makes forwarding with these files another start than without, or with others (R1.8); empty for none.
pub(super) fn fingerprint(with: &StartWith) -> String {
    let mut all = String::new();
    if let StartWith::Forward { from, files, .. } = with {
        for FileOf { seq, number, .. } in files {
            let _ = write!(all, "\0{} {} {number}", from.0, seq.0);
        }
    }
    all
}

impl Starting<'_> {
    /// The conversation that is quoted to an address outside, where it is one.
    pub(super) fn source(&self, with: &StartWith) -> Outcome<Option<Facts>> {
        let StartWith::Forward { from, .. } = with else { return Ok(None) };
        let source = accessible(self.writing, &Access::of(&self.me), *from)?;
        if source.audience == Audience::Internal {
            let text = "Nothing of an internal conversation goes outside. Write what may go there in a new one.";
            return Err(Refusal::denied("R1.2", text).into());
        }
        Ok(Some(source))
    }

    /// The files of messages that go with what is forwarded, as they are there. What customers may not read has none (R1.4).
    pub(super) fn files_of(&self, source: Option<&Facts>, with: &StartWith) -> Outcome<Vec<Attached>> {
        let (Some(source), StartWith::Forward { files: wanted, .. }) = (source, with) else { return Ok(Vec::new()) };
        let mut files: Vec<OpenFile> = Vec::new();
        for FileOf { seq, number, name, size } in wanted {
            let entry = messages::window(self.writing, source.id, Window::From(*seq), 1)?.pop();
            let open = match entry.filter(|entry| entry.seq == *seq) {
                Some(entry) => parts::open_files(self.writing, entry.id)?,
                None => Vec::new(),
            };
            let file = number.checked_sub(1).and_then(|at| open.into_iter().nth(at)).ok_or_else(|| {
                let text = "Only files of messages that customers may read go outside. Take the others off.";
                Refusal::denied("R1.4", text)
            })?;
            if file.name != *name || file.size != *size {
                return Err(Denied::Invalid(format!(
                    "{} is not where it was any more. Take it off, and forward its message once more.",
                    cleaned_name(name)
                )));
            }
            if !files.iter().any(|there| there.id == file.id) {
                files.push(file);
            }
        }
        let lost: Vec<String> = files.iter().filter(|file| !file.kept).map(|file| cleaned_name(&file.name)).collect();
        if !lost.is_empty() {
            return Err(Denied::Invalid(format!(
                "What is in {} is not kept here, only the name. Take it off.",
                lost.join(", ")
            )));
        }
        // Before they are read.
        check_sizes(&files.iter().map(|file| file.size).collect::<Vec<_>>()).map_err(Denied::Invalid)?;
        let mut attached = Vec::new();
        for OpenFile { id, name, media_type, note, .. } in files {
            if let Some(content) = parts::open_content(self.writing, id)? {
                attached.push(Attached { name, media_type, content, note });
            }
        }
        Ok(attached)
    }

    /// The new conversation, with that address alone.
    pub(super) fn outside(&self, subject: String, address: &str, source: Option<&Facts>) -> Outcome<Facts> {
        let mut facts = blank(Audience::Customer, subject, self.now);
        facts.follow_up_to = source.map(|source| source.id);
        seat(&mut facts, &self.customers(&[address.to_owned()])?);
        Ok(facts)
    }

    /// What is quoted from a private conversation stays as private: nobody reads it who could not read it there (R6.4).
    pub(super) fn keep_as_private(&self, facts: &mut Facts, source: &Facts, grouped: bool) -> Outcome<()> {
        if source.privacy == Privacy::Public {
            return Ok(());
        }
        facts.privacy = Privacy::Private;
        if self.me.role.administers() {
            if grouped {
                let text =
                    "It comes from a private conversation, and the whole group could read it. Leave the group out.";
                return Err(Refusal::denied("R6.4", text).into());
            }
            facts.group = None;
        }
        Ok(())
    }
}
