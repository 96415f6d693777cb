//! The files of what was sent from this screen, so that a message that is taken back has them again.

use super::{
    ask::{Answer, Ask},
    composer,
    model::Model,
};
use crate::{
    desk::page::{Done, DraftFile, Entry},
    domain::id::{ConversationId, EntrySeq},
};

/// The most messages of which the files are remembered, the newest.
const MOST: usize = 32;

/// What went with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFiles {
    conversation: ConversationId,
    seq: EntrySeq,
    files: Vec<DraftFile>,
}

/// Remembers the files of what was written, where any went with it.
pub fn remember(model: &mut Model, ask: &Ask, answer: &Answer) {
    let Answer::Done(done) = answer else { return };
    let Done { conversation, message: Some(seq), .. } = **done else { return };
    let files = composer::going_with(model, ask).to_vec();
    if files.is_empty() {
        return;
    }
    model.sent.retain(|sent| (sent.conversation, sent.seq) != (conversation, seq));
    model.sent.push(SentFiles { conversation, seq, files });
    let over = model.sent.len().saturating_sub(MOST);
    model.sent.drain(..over);
}

/// The files that went with a message, as they were chosen; none where it was sent from elsewhere. Numbers change when history
/// comes in, so that the names have to be the same, too.
pub fn files_of(model: &Model, conversation: ConversationId, entry: &Entry) -> Vec<DraftFile> {
    let names = |sent: &&SentFiles| {
        sent.files.iter().map(DraftFile::name).eq(entry.attachments.iter().map(|file| file.name.clone()))
    };
    let sent = model.sent.iter().filter(|sent| (sent.conversation, sent.seq) == (conversation, entry.seq)).find(names);
    sent.map_or_else(Vec::new, |sent| sent.files.clone())
}
