//! Rows and entries as pages hold them.

use super::{
    Outcome,
    page::{Attachment, ConversationRow, Cursor, Entry, From, ItemRef, Last, LockedBy, Person},
};
use crate::{
    domain::{
        conversation::{Author, EntryKind},
        envelope::Channel,
        id::{AgentId, ConversationId},
        mail::DeliveryState,
    },
    policy::access::Access,
    store::{
        Connection,
        conversations::moment,
        correspondents,
        lists::Key,
        messages::{self, StoredEntry},
        outbox, parts, people,
        rows::{Named, StoredRow},
    },
};

/// A name with the address behind it.
pub(super) fn person((name, address): Named) -> Person {
    Person { name, address }
}

/// One conversation as a list row; access was asked before.
pub(super) fn row(connection: &Connection, access: &Access, id: ConversationId) -> Outcome<Option<ConversationRow>> {
    let baseline = people::baseline(connection, access.agent())?;
    Ok(crate::store::rows::row(connection, access.agent(), baseline, id)?.map(|stored| dressed(stored, true)))
}

/// One conversation as a list row, with its words even where it is a direct one of others: for who opened it deliberately.
pub(super) fn opened_row(
    connection: &Connection,
    access: &Access,
    id: ConversationId,
) -> Outcome<Option<ConversationRow>> {
    let baseline = people::baseline(connection, access.agent())?;
    Ok(crate::store::rows::row(connection, access.agent(), baseline, id)?.map(|stored| dressed(stored, false)))
}

/// The cursor behind a key.
pub(super) fn cursor(key: Key) -> Cursor {
    Cursor(format!("{}.{}", key.at, key.id))
}

/// The key behind a cursor; `None` for what the desk never wrote.
pub(super) fn key(cursor: &Cursor) -> Option<Key> {
    let (at, id) = cursor.0.rsplit_once('.')?;
    Some(Key { at: at.parse().ok()?, id: ConversationId(id.parse().ok()?) })
}

fn dressed(stored: StoredRow, withhold: bool) -> ConversationRow {
    let cursor = cursor(Key { at: stored.at, id: stored.id });
    let wordless = stored.others_direct && withhold;
    let at = moment(stored.at);
    let has_words = !stored.last_from.is_empty() || !stored.last_text.is_empty();
    let mut row = ConversationRow {
        id: stored.id,
        audience: stored.audience,
        privacy: stored.privacy,
        state: stored.state,
        subject: stored.subject,
        requester: stored.requester.map(person),
        participants: stored.participants.into_iter().map(person).collect(),
        assignee: stored.assignee.map(person),
        group: stored.group,
        item: stored.item.map(|(key, title)| ItemRef { key, title }),
        unread: stored.unread,
        follow_up_to: stored.follow_up_to,
        at,
        last: has_words.then_some(Last { at, from: stored.last_from, text: stored.last_text }),
        channel: stored.channel,
        locked: stored.locked.map(|((name, by), at)| LockedBy { by, name, at: moment(at) }),
        needs_reassignment: stored.needs_reassignment,
        withheld: wordless,
        mine: stored.mine,
        undelivered: stored.undelivered,
        cursor,
    };
    if wordless {
        row.subject.clear();
        row.participants.clear();
        row.last = None;
        row.locked = None;
        row.unread = false;
    }
    row
}

/// What was attached to an entry.
pub(super) fn attachments(connection: &Connection, stored: &StoredEntry) -> Outcome<Vec<Attachment>> {
    if stored.attachments == 0 {
        return Ok(Vec::new());
    }
    let all = messages::attachments(connection, stored.id)?.into_iter();
    Ok(all.map(|it| Attachment { name: it.name, media_type: it.media_type, size: it.size }).collect())
}

/// An entry with what was attached; nothing of its way by mail.
pub(super) fn entry(connection: &Connection, stored: StoredEntry) -> Outcome<Entry> {
    let attachments = attachments(connection, &stored)?;
    let person = Person { name: stored.name, address: stored.address };
    Ok(Entry {
        seq: stored.seq,
        kind: stored.kind,
        from: match stored.author {
            Author::Agent(_) if stored.kind != EntryKind::System => From::Agent(person),
            Author::Customer(_) => From::Customer(person),
            Author::System if stored.kind == EntryKind::Reply && !person.name.is_empty() => From::Outside(person),
            Author::Agent(_) | Author::System => From::System,
        },
        at: moment(stored.at),
        text: stored.text,
        channel: stored.channel,
        attachments,
        delivery: Vec::new(),
        folds: Vec::new(),
        by_mail: false,
        addressed: None,
    })
}

/// Who looks at the entries of a window.
pub(super) struct Eyes {
    pub agent: AgentId,
    pub administers: bool,
    /// For how many seconds a reply can be taken back.
    pub undo_seconds: u32,
}

/// The entries of a window, in order, with what is known of their mails, as they are shown to somebody. What is held repeats
/// what its sender may not read: that it was noticed would tell that it is there, so it looks queued to whoever does not
/// administer. Where nothing came or went by mail, nothing is asked about mails.
pub(super) fn entries_for(
    connection: &Connection,
    conversation: ConversationId,
    stored: Vec<StoredEntry>,
    eyes: &Eyes,
) -> Outcome<Vec<Entry>> {
    let (Some(first), Some(last)) = (stored.first(), stored.last()) else { return Ok(Vec::new()) };
    let window = (first.seq, last.seq);
    let mut deliveries = if stored.iter().any(|entry| entry.kind == EntryKind::Reply) {
        outbox::deliveries(connection, conversation, window, i64::from(eyes.undo_seconds) * 1_000)?
    } else {
        Vec::new()
    };
    for (_, to) in deliveries.iter_mut().filter(|(_, to)| to.state == DeliveryState::Held && !eyes.administers) {
        // Words stand there once it was given up as any other would have been.
        to.state = if to.words.is_empty() { DeliveryState::Queued } else { DeliveryState::Failed };
    }
    let by_mail = stored.iter().any(|entry| entry.channel.as_deref() == Some(Channel::Email.word()));
    let (folds, mut addressed) = if by_mail {
        let folds = parts::window_folds(connection, conversation, window)?;
        (folds, correspondents::of_window(connection, conversation, window)?)
    } else {
        (Vec::new(), Vec::new())
    };
    let mut entries = Vec::with_capacity(stored.len());
    for stored in stored {
        let row = stored.id;
        let delivery = deliveries.iter().filter(|(message, _)| *message == row).map(|(_, to)| to.clone()).collect();
        let folds = folds.iter().filter(|(message, _)| *message == row).map(|(_, fold)| *fold).collect();
        let named = addressed.iter().position(|(message, _)| *message == row).map(|at| addressed.swap_remove(at).1);
        // The address of an agent is the agent's own.
        let anothers = matches!(stored.author, Author::Agent(agent) if agent != eyes.agent);
        let (by_mail, named) = (named.is_some(), named.filter(|_| !anothers).map(Box::new));
        entries.push(Entry { delivery, folds, by_mail, addressed: named, ..entry(connection, stored)? });
    }
    Ok(entries)
}
