//! What the desk answered: said on the message line, or shown where it was asked.

use super::{acting, layer, mails, moving, settle, writing};
use crate::{
    desk::page::{Denied, Done, Draft},
    domain::{command::Command, conversation::State, id::ConversationId},
    tui::{
        ask::{Answer, Ask, Effect},
        dialog::{Confirm, Held, Layer},
        model::{Message, Model},
        readiness, remembered, sent,
    },
};

/// Takes an answer in.
pub fn answered(model: &mut Model, ask: Ask, answer: Result<Answer, Denied>) -> Vec<Effect> {
    let background =
        matches!(ask, Ask::SaveDraft { .. } | Ask::OpenDirect(_) | Ask::Run { command: Command::MarkRead(_), .. });
    if !background && let Some(at) = model.layers.iter().rposition(|layer| layer.waits_for(&ask)) {
        let outcome = model.layers[at].answered(&ask, &answer);
        if answer.is_ok() {
            tell(model, &ask, answer.as_ref().ok());
        }
        return layer::finish(model, at, outcome);
    }
    match answer {
        Ok(answer) => {
            sent::remember(model, &ask, &answer);
            done(model, &ask, answer)
        }
        Err(denied) => refused(model, ask, denied),
    }
}

fn done(model: &mut Model, ask: &Ask, answer: Answer) -> Vec<Effect> {
    match (ask, answer) {
        (Ask::Run { conversation, command }, Answer::Done(done)) => ran(model, *conversation, command, &done),
        (Ask::Start(_), Answer::Done(done)) => {
            model.say(Message::said(with_not_notified(format!("Started #{}.", done.conversation), &done)));
            writing::started(model, done.conversation)
        }
        (Ask::TakeBack { conversation, entry }, _) => mails::taken_back(model, *conversation, *entry),
        (Ask::Merge { from, into, .. }, _) => mails::merged(model, *from, *into),
        (Ask::UndoMerge(from), _) => mails::parted(model, *from),
        (Ask::AcceptOffer { conversation, open: true }, _) => {
            tell(model, ask, None);
            let mut effects = moving::open(model, *conversation, None);
            effects.extend(settle::settle(model));
            effects
        }
        (ask, answer) => {
            tell(model, ask, Some(&answer));
            Vec::new()
        }
    }
}

/// Says what was done, for asks that change nothing on the screen by themselves.
fn tell(model: &mut Model, ask: &Ask, answer: Option<&Answer>) {
    let item = match answer {
        Some(Answer::Item(key)) => key.to_string(),
        Some(
            Answer::Done(_)
            | Answer::Invited(_)
            | Answer::File(_)
            | Answer::Completed(..)
            | Answer::Saved(_)
            | Answer::Kept,
        )
        | None => "The item".to_owned(),
    };
    let words = match ask {
        Ask::Run { conversation, command } => match acting::past(command) {
            Some(past) => format!("{past} #{conversation}."),
            None => return,
        },
        Ask::Start(_) => match answer {
            Some(Answer::Done(done)) => with_not_notified(format!("Started #{}.", done.conversation), done),
            Some(
                Answer::Item(_)
                | Answer::Invited(_)
                | Answer::File(_)
                | Answer::Completed(..)
                | Answer::Saved(_)
                | Answer::Kept,
            )
            | None => return,
        },
        Ask::Dismiss(_, address) => format!("{address} is not suggested here any more."),
        Ask::SaveAttached { .. } => match answer {
            Some(Answer::Saved(places)) => format!("Saved {}", places.join(", ")),
            _ => return,
        },
        Ask::Attach(_) | Ask::CompletePath(_) | Ask::SaveDraft { .. } | Ask::OpenDirect(_) | Ask::SeeHeld => return,
        Ask::AcceptOffer { conversation, .. } => format!("#{conversation} is assigned to you now."),
        Ask::RejectOffer(conversation) => format!("Rejected #{conversation}. It waits in Unassigned."),
        Ask::TakeBack { .. } => "Taken back: it was not sent.".to_owned(),
        Ask::SendAgain { .. } => "It is on its way again.".to_owned(),
        Ask::Merge { from, into, .. } => format!("Merged #{from} into #{into}."),
        Ask::UndoMerge(from) => format!("#{from} stands by itself again."),
        Ask::ReleaseMail { .. } => "The mail went its way.".to_owned(),
        Ask::DiscardMail(_) => "The mail was thrown away.".to_owned(),
        Ask::ReleaseReply(..) => "The reply is on its way.".to_owned(),
        Ask::DiscardReply(..) => "The reply will not leave.".to_owned(),
        Ask::ClearNotices => "The bell is empty.".to_owned(),
        Ask::AddItem { .. } => format!("{item} was added."),
        Ask::SetItem { .. } => format!("{item} was changed."),
        Ask::FollowItem(key, true) => format!("Following {key}."),
        Ask::FollowItem(key, false) => format!("No longer following {key}."),
        Ask::AddItemFollower(key, _) => format!("Added to {key}."),
        Ask::AddAgent { handle, .. } => format!("@{handle} was added."),
        Ask::SetAgent(handle, change) if *handle == model.page.me.handle && change.ready.is_some() => {
            if change.ready == Some(true) { readiness::ON } else { readiness::OFF }.to_owned()
        }
        Ask::SetAgent(handle, _) => format!("@{handle} was changed."),
        Ask::RevokeKey(_) => "The key was revoked.".to_owned(),
        Ask::Invite(handle) => format!("@{handle} is invited."),
        Ask::AddGroup(name, _) => format!("Group {name} was added."),
        Ask::SetGroup(name, _) => format!("Group {name} was changed."),
        Ask::JoinGroup(group, handle) => format!("@{handle} is in {group}."),
        Ask::LeaveGroup(group, handle) => format!("@{handle} is no longer in {group}."),
        Ask::AddCustomer { address, .. } => format!("{address} was added."),
        Ask::SetCustomer { address, .. } => format!("{address} was changed."),
        Ask::SaveSettings(_) => "Saved.".to_owned(),
    };
    model.say(Message::said(words));
}

fn with_not_notified(words: String, done: &Done) -> String {
    match done.not_notified.as_slice() {
        [] => words,
        handles => {
            let names: Vec<String> = handles.iter().map(|handle| format!("@{handle}")).collect();
            format!("{words} {} cannot see this conversation, not notified.", names.join(", "))
        }
    }
}

fn ran(model: &mut Model, id: ConversationId, command: &Command, done: &Done) -> Vec<Effect> {
    match command {
        Command::Reply(_) | Command::Note(_) => return wrote(model, id, command, done),
        Command::MarkRead(_) => return Vec::new(),
        Command::Close
        | Command::Reopen
        | Command::Lock
        | Command::Unlock
        | Command::Assign(_)
        | Command::Release { .. }
        | Command::Forward { .. }
        | Command::Follow
        | Command::Unfollow
        | Command::Add { .. }
        | Command::Remove(_)
        | Command::Link { .. }
        | Command::Unlink
        | Command::CreateItem { .. }
        | Command::SetPrivacy { .. }
        | Command::MarkUnread => {}
    }
    let inverse = acting::inverse(command, model.row_of(id)).map(|command| Ask::Run { conversation: id, command });
    let past = acting::past(command).unwrap_or("Done:");
    if let Some(batch) = &mut model.batch {
        batch.verb = past;
        batch.done += usize::from(done.changed);
        batch.undo.extend(inverse.filter(|_| done.changed));
        return end_batch(model);
    }
    let words = match (done.changed, command, &done.item, &done.row) {
        (false, ..) => format!("#{id} stands like that already."),
        (true, Command::CreateItem { .. }, Some(item), _) => format!("Created {} from #{id}.", item.key),
        (true, Command::Assign(handle), _, None) => format!("Assigned #{id} to @{handle}. You cannot see it any more."),
        (true, Command::Assign(handle), _, Some(_)) => format!("Assigned #{id} to @{handle}."),
        (true, Command::Forward { group, .. }, ..) => format!("Forwarded #{id} to {group}."),
        (true, ..) => format!("{past} #{id}."),
    };
    let undo = done.changed && inverse.is_some() && done.row.is_some();
    (model.undo, model.again) = (inverse.filter(|_| undo).into_iter().collect(), model.undoing);
    let message = if undo { Message::undoable(words) } else { Message::said(words) };
    // What took the access away is said all the same.
    model.message = Some(if done.row.is_some() { message.about(id) } else { message });
    model.list.chosen.remove(&id);
    if done.changed && model.taking.take() == Some(id) {
        return moving::open(model, id, None);
    }
    Vec::new()
}

/// A message was written.
fn wrote(model: &mut Model, id: ConversationId, command: &Command, done: &Done) -> Vec<Effect> {
    let before = model.row_of(id).map(|row| (row.state, row.assignee.is_some()));
    let reopened = matches!((before, &done.row), (Some((State::Closed, _)), Some(row)) if row.state == State::Open);
    let taken = matches!((before, &done.row), (Some((_, false)), Some(row)) if row.assignee.as_ref().is_some_and(|person| person.address == model.page.me.handle));
    let mut words = if matches!(command, Command::Note(_)) { "Noted.".to_owned() } else { "Sent.".to_owned() };
    if reopened {
        words.push_str(" It is open again.");
    }
    if taken {
        words.push_str(" It is assigned to you now.");
    }
    model.message = Some(Message::said(with_not_notified(words, done)).about(id));
    if matches!(command, Command::Reply(_)) {
        // What is taken back next is the reply itself, as long as its mail has not left.
        model.undo.clear();
    }
    writing::sent(model)
}

fn refused(model: &mut Model, ask: Ask, denied: Denied) -> Vec<Effect> {
    let writing = matches!(&ask, Ask::Start(_) | Ask::Run { command: Command::Reply(_) | Command::Note(_), .. });
    if writing {
        writing::not_sent(model);
    }
    if let (Some(question), Some(conversation)) = (Confirm::widening(&ask, &denied), remembered::conversation(&ask)) {
        let question = question.or_never(&ask, model.opened());
        return confirm(model, conversation, question);
    }
    if let (Some(question), Ask::Start(_)) = (Confirm::widening(&ask, &denied), &ask) {
        model.layers.push(Layer::Confirm(question));
        return Vec::new();
    }
    match (denied, ask) {
        (Denied::Stale { unseen }, Ask::Run { conversation, .. }) => {
            if let (Some(view), Some(newest)) = (&mut model.thread, unseen.iter().map(|entry| entry.seq).max()) {
                // The question shows it.
                view.settled = view.settled.max(newest);
            }
            model.layers.push(Layer::Held(Held::new(conversation, unseen)));
            Vec::new()
        }
        (denied, ask) => {
            let kept = if writing { " The draft is kept." } else { "" };
            let words = format!("{denied}{kept}");
            if matches!(ask, Ask::Run { command: Command::MarkRead(_), .. } | Ask::OpenDirect(_)) {
                return Vec::new();
            }
            let about = remembered::conversation(&ask);
            if let Ask::SaveDraft { place, mode, text, files } = ask {
                // The composer may be gone by now.
                writing::not_kept(model, Draft { place, mode, text, files });
            }
            if let (Some(batch), Some(id)) = (&mut model.batch, about) {
                batch.refused.push((id, words));
                return end_batch(model);
            }
            let message = Message::trouble(words);
            model.say(match about {
                Some(id) => message.about(id),
                None => message,
            })
        }
    }
}

/// What lets more people read is asked first (R5.4).
fn confirm(model: &mut Model, id: ConversationId, mut question: Confirm) -> Vec<Effect> {
    if model.batch.is_some() {
        let subject = model.row_of(id).map_or("", |row| row.subject.as_str());
        question.details.insert(0, format!("#{id} {subject}"));
    }
    // The first question is answered first.
    let first = model.layers.iter().position(|layer| matches!(layer, Layer::Confirm(_))).unwrap_or(model.layers.len());
    model.layers.insert(first, Layer::Confirm(question));
    end_batch(model)
}

/// One of several acts was answered; the last answer says how it went.
fn end_batch(model: &mut Model) -> Vec<Effect> {
    let Some(batch) = &mut model.batch else { return Vec::new() };
    batch.left = batch.left.saturating_sub(1);
    if batch.left > 0 {
        return Vec::new();
    }
    let Some(batch) = model.batch.take() else { return Vec::new() };
    model.list.chosen.clear();
    let count =
        |number: usize| if number == 1 { "1 conversation".to_owned() } else { format!("{number} conversations") };
    let mut words = if batch.done == 0 {
        "Nothing was changed.".to_owned()
    } else {
        format!("{} {}.", batch.verb.trim_end_matches(':'), count(batch.done))
    };
    let reason = batch.refused.first();
    if let Some((_, reason)) = reason {
        words = format!("{words} {} refused: {reason}", batch.refused.len());
    }
    let undo = !batch.undo.is_empty();
    (model.undo, model.again) = (batch.undo, model.undoing);
    if batch.done == 0 && batch.refused.is_empty() && !model.layers.is_empty() {
        return Vec::new();
    }
    let about = reason.map(|(id, _)| *id);
    model.message = Some(Message { text: words, trouble: reason.is_some(), undo, about });
    Vec::new()
}
