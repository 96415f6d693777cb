//! What is said of mail on its way out: its state in words, what can still be done about it, and until when.

use super::{
    layout,
    model::{Area, Model},
    scroll,
};
use crate::{
    desk::page::{Entry, From, Moment},
    domain::{
        command::EntryOf,
        id::ConversationId,
        letter::Correspondent,
        mail::DeliveryState,
        outgoing::{Delivery, NO_SENDER},
    },
};
use chrono::Duration;

/// How far a message is as a whole: of all its recipients that which asks for most. `None` where it goes to nobody by mail.
pub fn state(entry: &Entry) -> Option<DeliveryState> {
    const RANKS: [DeliveryState; 7] = [
        DeliveryState::Failed,
        DeliveryState::Unknown,
        DeliveryState::Held,
        DeliveryState::Sending,
        DeliveryState::Queued,
        DeliveryState::Cancelled,
        DeliveryState::Sent,
    ];
    RANKS.into_iter().find(|state| entry.delivery.iter().any(|to| to.state == *state))
}

/// People as mails name them, with addresses: `Mara Lindt <mara@example.com>, jo@example.com`. A name that could be read as
/// more than a name stands in quotes.
pub fn named<'a>(people: impl IntoIterator<Item = &'a Correspondent>) -> String {
    let one = |person: &Correspondent| {
        let name = person.name.replace('"', "'");
        match name.as_str() {
            "" => person.address.clone(),
            name if name.contains([',', ';', ':', '<', '>', '@', '(', ')']) => {
                format!("\"{name}\" <{}>", person.address)
            }
            name => format!("{name} <{}>", person.address),
        }
    };
    people.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The word for a state.
pub const fn word(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued | DeliveryState::Sending => "on its way",
        DeliveryState::Sent => "sent",
        DeliveryState::Failed => "failed",
        DeliveryState::Unknown => "unknown whether it arrived",
        DeliveryState::Held => "held for an administrator",
        DeliveryState::Cancelled => "taken back, not sent",
    }
}

/// For how many seconds more a message does not leave, all of it; `None` once it may have left.
pub fn seconds_left(entry: &Entry, now: Moment) -> Option<i64> {
    let waits = |to: &Delivery| to.until.filter(|_| to.state == DeliveryState::Queued);
    let until: Option<Vec<Moment>> = entry.delivery.iter().map(waits).collect();
    let left = until?.into_iter().min()? - now;
    (left > Duration::zero()).then(|| (left.num_milliseconds() + 999) / 1_000)
}

/// How long a mail that may leave is on its way before it is said that it has not left.
const STUCK: Duration = Duration::minutes(2);

/// Whether nobody has tried to send it though it could have left long ago.
fn is_stuck(entry: &Entry, state: DeliveryState, now: Moment) -> bool {
    let waits = |to: &Delivery| to.state == DeliveryState::Queued && to.until.is_some_and(|until| until + STUCK < now);
    state == DeliveryState::Queued && entry.delivery.iter().any(waits)
}

/// Where a message was stopped by what changed before it left, and nobody took it back; nothing where something else is said of
/// it as a whole.
fn stopped(entry: &Entry) -> impl Iterator<Item = &Delivery> {
    let as_a_whole = state(entry) == Some(DeliveryState::Cancelled);
    entry.delivery.iter().filter(move |to| as_a_whole && to.state == DeliveryState::Cancelled && !to.was_taken_back())
}

/// What stands behind the writer's name: state and time, the longest words first. `undo`: the key that takes it back now.
pub fn tails(entry: &Entry, at: &str, now: Moment, undo: Option<&str>) -> Vec<String> {
    let Some(state) = state(entry) else { return Vec::new() };
    let word = if stopped(entry).next().is_some() {
        "not sent"
    } else if state == DeliveryState::Queued && entry.delivery.iter().any(|to| to.words == NO_SENDER) {
        "waits"
    } else if is_stuck(entry, state, now) {
        "still waiting"
    } else {
        word(state)
    };
    match (seconds_left(entry, now), undo) {
        (Some(seconds), Some(key)) => vec![
            format!("mail · {word} · {key} undo ({seconds} s) · {at}"),
            format!("mail · {word} · {key} undo ({seconds} s)"),
            format!("mail · {key} undo ({seconds} s)"),
        ],
        (_, _) if matches!(state, DeliveryState::Sent) => vec![format!("mail · sent {at}")],
        (_, _) => vec![format!("mail · {word} · {at}"), format!("mail · {word}")],
    }
}

/// What went wrong, a sentence for each recipient that it concerns; foreign text. `menu`: the key of the menu.
pub fn troubles(entry: &Entry, menu: &str) -> Vec<String> {
    let many = entry.delivery.len() > 1;
    let mut troubles = Vec::new();
    for to in &entry.delivery {
        let (words, again) = match to.state {
            DeliveryState::Failed => ("failed", true),
            DeliveryState::Unknown => ("nobody knows whether it arrived", true),
            DeliveryState::Queued if to.words == NO_SENDER => ("waits", false),
            DeliveryState::Queued | DeliveryState::Sending if !to.words.is_empty() => ("is tried again", false),
            DeliveryState::Cancelled if !to.was_taken_back() && !to.words.is_empty() => ("not sent", true),
            DeliveryState::Queued
            | DeliveryState::Sending
            | DeliveryState::Sent
            | DeliveryState::Held
            | DeliveryState::Cancelled => continue,
        };
        let whom = if many { format!("{}: ", to.to) } else { String::new() };
        let why = if to.words.is_empty() { String::new() } else { format!(": {}", to.words.trim_end_matches('.')) };
        let help = if again { format!(" — {menu} sends it again") } else { String::new() };
        troubles.push(format!("{whom}{words}{why}{help}"));
    }
    troubles
}

/// The viewer's newest reply that has not left yet, which the key for undoing takes back now.
pub fn undoable(model: &Model) -> Option<(ConversationId, EntryOf)> {
    let thread = model.opened().filter(|thread| thread.may.reply.allowed && model.undo.is_empty())?;
    let mine = |entry: &&Entry| match &entry.from {
        From::Agent(person) => person.address == model.page.me.handle,
        From::Customer(_) | From::Outside(_) | From::System => false,
    };
    let waits = |entry: &&Entry| seconds_left(entry, model.now).is_some();
    let entry = thread.entries.iter().rev().filter(mine).find(waits)?;
    Some((thread.row.id, entry.shown()))
}

/// The message that something is done about: the one under the cursor where it is of that kind, else the newest that is.
fn meant(model: &Model, fits: impl Fn(&Entry) -> bool) -> Option<(ConversationId, EntryOf)> {
    let thread = model.opened().filter(|thread| model.target() == Some(thread.row.id))?;
    let newest = || thread.entries.iter().rev().find(|entry| fits(entry)).map(|entry| (thread.row.id, entry.shown()));
    under_cursor(model, &fits).or_else(newest)
}

/// The message under the cursor, where it is of that kind.
fn under_cursor(model: &Model, fits: impl Fn(&Entry) -> bool) -> Option<(ConversationId, EntryOf)> {
    let thread = model.opened().filter(|_| model.area == Area::Thread)?;
    let cursor = model.thread.as_ref()?.cursor?;
    let entry = thread.entries.iter().find(|entry| entry.seq == cursor && fits(entry))?;
    Some((thread.row.id, entry.shown()))
}

/// The message that can be sent again.
pub fn to_send_again(model: &Model) -> Option<(ConversationId, EntryOf)> {
    let over = |to: &Delivery| match to.state {
        DeliveryState::Failed | DeliveryState::Unknown | DeliveryState::Cancelled => true,
        DeliveryState::Queued | DeliveryState::Sending | DeliveryState::Sent | DeliveryState::Held => false,
    };
    // What somebody took back on purpose is sent only where it is meant by itself: its text may have been sent since.
    let failed = |entry: &Entry| matches!(state(entry), Some(DeliveryState::Failed | DeliveryState::Unknown));
    under_cursor(model, |entry| entry.delivery.iter().any(over)).or_else(|| meant(model, failed))
}

/// The message that can be taken back: nothing of it has left yet.
pub fn to_take_back(model: &Model) -> Option<(ConversationId, EntryOf)> {
    let waits = |to: &Delivery| to.until.is_some() && matches!(to.state, DeliveryState::Queued | DeliveryState::Held);
    meant(model, |entry| !entry.delivery.is_empty() && entry.delivery.iter().all(waits))
}

/// When the seconds on the screen change; `None` while none run there.
pub fn next_second(model: &Model) -> Option<Moment> {
    let (_, EntryOf { seq, .. }) = undoable(model)?;
    let parts = layout::thread_parts(model)?;
    let view = model.thread.as_ref()?;
    let height = usize::from(parts.words.height);
    let mut shown = view.flow.lines.iter().skip(scroll::top(view, height)).take(height);
    let entry = model.opened()?.entries.iter().find(|entry| entry.seq == seq)?;
    let until = entry.delivery.iter().filter_map(|to| to.until).min()?;
    let left = seconds_left(entry, model.now)?;
    shown.any(|line| line.seq == seq).then(|| until - Duration::seconds(left - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{conversation::EntryKind, id::EntrySeq};

    fn entry(deliveries: &[(DeliveryState, &str, Option<i64>)]) -> Entry {
        let delivery = |(state, words, left): &(DeliveryState, &str, Option<i64>)| Delivery {
            to: "mara@acme.example".to_owned(),
            state: *state,
            words: (*words).to_owned(),
            until: left.map(|left| Moment::UNIX_EPOCH + Duration::milliseconds(left)),
        };
        Entry {
            seq: EntrySeq(1),
            kind: EntryKind::Reply,
            from: From::System,
            at: Moment::UNIX_EPOCH,
            text: String::new(),
            channel: None,
            attachments: Vec::new(),
            delivery: deliveries.iter().map(delivery).collect(),
            folds: Vec::new(),
            by_mail: false,
            addressed: None,
        }
    }

    #[test]
    fn of_several_recipients_the_one_that_asks_for_most_is_said() {
        use DeliveryState::{Failed, Queued, Sent};
        assert_eq!(state(&entry(&[])), None);
        assert_eq!(state(&entry(&[(Sent, "", None), (Queued, "", None)])), Some(Queued));
        let some = entry(&[(Sent, "", None), (Failed, "Mailbox unknown.", None)]);
        assert_eq!(state(&some), Some(Failed));
        assert_eq!(troubles(&some, "m"), ["mara@acme.example: failed: Mailbox unknown — m sends it again"]);
    }

    /// It looks alike where it is held, so that nothing is told by it.
    #[test]
    fn what_nobody_has_tried_to_send_is_not_on_its_way_for_ever() {
        let said = |minutes| {
            let now = Moment::UNIX_EPOCH + Duration::minutes(minutes);
            tails(&entry(&[(DeliveryState::Queued, "", Some(10_000))]), "09:00", now, None).remove(0)
        };
        assert_eq!([said(1), said(3)], ["mail · on its way · 09:00", "mail · still waiting · 09:00"]);
        let tried = entry(&[(DeliveryState::Queued, "The server is busy.", None)]);
        let now = Moment::UNIX_EPOCH + Duration::hours(9);
        assert_eq!(tails(&tried, "09:00", now, None)[0], "mail · on its way · 09:00");
    }

    #[test]
    fn what_was_stopped_is_not_said_to_be_taken_back() {
        use DeliveryState::{Cancelled, Sent};
        let stopped = entry(&[(Cancelled, "Its recipient is blocked.", None)]);
        assert_eq!(tails(&stopped, "10:00", Moment::UNIX_EPOCH, None)[0], "mail · not sent · 10:00");
        assert_eq!(troubles(&stopped, "m"), ["not sent: Its recipient is blocked — m sends it again"]);
        let back = entry(&[(Cancelled, "Ana Ruiz took it back before it left.", None)]);
        assert_eq!(tails(&back, "10:00", Moment::UNIX_EPOCH, None)[0], "mail · taken back, not sent · 10:00");
        assert_eq!(troubles(&back, "m"), Vec::<String>::new());
        let some = entry(&[(Sent, "", None), (Cancelled, "Its recipient is blocked.", None)]);
        assert_eq!(troubles(&some, "m").len(), 1, "of one recipient it is said, too");
    }

    #[test]
    fn the_seconds_are_counted_down_to_one_and_end_with_the_delay() {
        let left =
            |milliseconds| seconds_left(&entry(&[(DeliveryState::Queued, "", Some(milliseconds))]), Moment::UNIX_EPOCH);
        assert_eq!([left(10_000), left(9_001), left(1), left(0)], [Some(10), Some(10), Some(1), None]);
        assert_eq!(seconds_left(&entry(&[(DeliveryState::Sent, "", None)]), Moment::UNIX_EPOCH), None);
    }
}
