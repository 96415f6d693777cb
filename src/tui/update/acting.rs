//! Acts in conversations: what a key asks for, on one or on all that were chosen, and what takes it back.

use crate::{
    desk::page::ConversationRow,
    domain::{
        command::Command,
        conversation::{Privacy, State},
        id::ConversationId,
        text::SafeText,
    },
    tui::{
        ask::{Ask, Effect},
        delivery,
        model::{Area, Batch, Message, Model},
    },
};

/// The conversations that an act is about: the chosen ones in the order of the list, else the one that is read or selected.
pub fn targets(model: &Model) -> Vec<ConversationId> {
    if model.area == Area::List && !model.list.chosen.is_empty() {
        let mut chosen: Vec<ConversationId> = model.list.chosen.iter().copied().collect();
        chosen.sort_by_key(|id| model.rows().iter().position(|row| row.id == *id).unwrap_or(usize::MAX));
        chosen
    } else {
        model.target().into_iter().collect()
    }
}

/// Asks for something in every conversation that is meant, as each of them stands.
pub fn each(model: &mut Model, command: impl Fn(&Model, ConversationId) -> Command) -> Vec<Effect> {
    let targets = targets(model);
    if targets.is_empty() {
        return model.say(Message::said("Select a conversation first."));
    }
    let effects: Vec<Effect> = targets
        .into_iter()
        .map(|conversation| Effect::Ask(Ask::Run { conversation, command: command(model, conversation) }))
        .collect();
    begin_batch(model, &effects);
    effects
}

/// Assigns them to the viewer; one that is taken from a list is opened then.
pub fn take(model: &mut Model) -> Vec<Effect> {
    model.taking = match targets(model).as_slice() {
        [only] if matches!(model.area, Area::List | Area::Sidebar) => Some(*only),
        _ => None,
    };
    each(model, |model, _| Command::Assign(model.page.me.handle.clone()))
}

/// Closes an open one; takes others up again, which the desk refuses for a locked one, with what would help.
pub fn close_or_reopen(model: &Model, id: ConversationId) -> Command {
    match model.row_of(id).map(|row| row.state) {
        Some(State::Closed | State::Locked) => Command::Reopen,
        Some(State::Open) | None => Command::Close,
    }
}

/// Unlocks a locked one; locks others, which the desk refuses for an open one, with what would help.
pub fn lock_or_unlock(model: &Model, id: ConversationId) -> Command {
    match model.row_of(id).map(|row| row.state) {
        Some(State::Locked) => Command::Unlock,
        Some(State::Open | State::Closed) | None => Command::Lock,
    }
}

/// Turns the privacy round.
pub fn private_or_public(model: &Model, id: ConversationId) -> Command {
    let privacy = match model.row_of(id).map(|row| row.privacy) {
        Some(Privacy::Private) => Privacy::Public,
        Some(Privacy::Public) | None => Privacy::Private,
    };
    Command::SetPrivacy { privacy, confirmed: false }
}

/// Follows, or stops.
pub fn follow_or_unfollow(model: &Model, id: ConversationId) -> Command {
    let mine = || model.row_of(id).is_some_and(|row| row.mine);
    let opened = model.opened().filter(|thread| thread.row.id == id);
    if opened.map_or_else(mine, |thread| thread.following) { Command::Unfollow } else { Command::Follow }
}

/// Counts it as unread again, until it is opened anew.
pub fn mark_unread(model: &mut Model) -> Vec<Effect> {
    let targets = targets(model);
    if let Some(view) = model.thread.as_mut().filter(|view| targets.contains(&view.conversation)) {
        view.left_unread = true;
    }
    each(model, |_, _| Command::MarkUnread)
}

/// Repeats what a dialog asked for one conversation on all that were chosen.
pub fn spread(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    let targets = targets(model);
    if targets.len() < 2 {
        return effects;
    }
    let spread: Vec<Effect> = effects
        .into_iter()
        .flat_map(|effect| match effect {
            Effect::Ask(Ask::Run { command, .. }) if repeatable(&command) => {
                targets.iter().map(|id| Effect::Ask(Ask::Run { conversation: *id, command: command.clone() })).collect()
            }
            other => vec![other],
        })
        .collect();
    begin_batch(model, &spread);
    spread
}

/// Whether what a dialog asked for makes sense on several conversations at once. What was agreed to was agreed to for
/// one of them only.
const fn repeatable(command: &Command) -> bool {
    match command {
        Command::Assign(_) | Command::Forward { confirmed: false, .. } | Command::Link { confirmed: false, .. } => true,
        Command::Forward { .. }
        | Command::Link { .. }
        | Command::Release { .. }
        | Command::Close
        | Command::Reopen
        | Command::Lock
        | Command::Unlock
        | Command::Follow
        | Command::Unfollow
        | Command::SetPrivacy { .. }
        | Command::Unlink
        | Command::MarkRead(_)
        | Command::MarkUnread
        | Command::Reply(_)
        | Command::Note(_)
        | Command::Add { .. }
        | Command::Remove(_)
        | Command::CreateItem { .. } => false,
    }
}

/// Several acts are answered by one sentence.
fn begin_batch(model: &mut Model, effects: &[Effect]) {
    let runs = effects.iter().filter(|effect| matches!(effect, Effect::Ask(Ask::Run { .. }))).count();
    model.batch = (runs > 1).then(|| Batch { left: runs, ..Batch::default() });
}

/// What an act is called once it is done; `None` where nobody needs to be told.
pub fn past(command: &Command) -> Option<&'static str> {
    match command {
        Command::Close => Some("Closed"),
        Command::Reopen => Some("Re-opened"),
        Command::Lock => Some("Locked"),
        Command::Unlock => Some("Unlocked"),
        Command::Assign(_) => Some("Assigned"),
        Command::Release { .. } => Some("Released"),
        Command::Forward { .. } => Some("Forwarded"),
        Command::Follow => Some("Following"),
        Command::Unfollow => Some("No longer following"),
        Command::Add { .. } => Some("Added to"),
        Command::Remove(_) => Some("Removed from"),
        Command::Link { .. } => Some("Linked"),
        Command::Unlink => Some("Unlinked"),
        Command::CreateItem { .. } => Some("Created an item from"),
        Command::SetPrivacy { privacy: Privacy::Private, .. } => Some("Made private:"),
        Command::SetPrivacy { privacy: Privacy::Public, .. } => Some("Made public:"),
        Command::MarkUnread => Some("Unread again:"),
        Command::Reply(_) | Command::Note(_) | Command::MarkRead(_) => None,
    }
}

/// What takes an act back, from how the conversation stood before; `None` where nothing does.
pub fn inverse(command: &Command, before: Option<&ConversationRow>) -> Option<Command> {
    match command {
        Command::Close => Some(Command::Reopen),
        Command::Reopen => Some(Command::Close),
        Command::Lock => Some(Command::Unlock),
        Command::Unlock => Some(Command::Lock),
        Command::Assign(_) | Command::Release { .. } => Some(match before?.assignee.as_ref() {
            Some(person) => Command::Assign(person.address.clone()),
            None => Command::Release { confirmed: false },
        }),
        Command::Follow => Some(Command::Unfollow),
        Command::Unfollow => Some(Command::Follow),
        Command::Add { party, .. } => Some(Command::Remove(party.clone())),
        Command::Remove(party) => Some(Command::Add { party: party.clone(), confirmed: false }),
        Command::Link { .. } | Command::Unlink => Some(match before?.item.as_ref() {
            Some(item) => Command::Link { item: item.key, confirmed: false },
            None => Command::Unlink,
        }),
        Command::SetPrivacy { privacy: Privacy::Private, .. } => {
            Some(Command::SetPrivacy { privacy: Privacy::Public, confirmed: false })
        }
        Command::SetPrivacy { privacy: Privacy::Public, .. } => {
            Some(Command::SetPrivacy { privacy: Privacy::Private, confirmed: false })
        }
        Command::MarkUnread => Some(Command::MarkRead(None)),
        Command::Forward { .. }
        | Command::CreateItem { .. }
        | Command::Reply(_)
        | Command::Note(_)
        | Command::MarkRead(_) => None,
    }
}

/// Takes the last act back.
pub fn undo(model: &mut Model) -> Vec<Effect> {
    if let Some((conversation, entry)) = delivery::undoable(model) {
        return vec![Effect::Ask(Ask::TakeBack { conversation, entry })];
    }
    let undo = std::mem::take(&mut model.undo);
    if undo.is_empty() {
        return model.say(Message::said("There is nothing to take back."));
    }
    let effects: Vec<Effect> = undo.into_iter().map(Effect::Ask).collect();
    model.undoing = true;
    begin_batch(model, &effects);
    effects
}

/// Copies the number; pressed again, with the title.
pub fn copy_number(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.target() else { return model.say(Message::said("Select a conversation first.")) };
    let subject =
        model.row_of(id).map(|row| SafeText::line(&row.subject).into_string()).filter(|subject| !subject.is_empty());
    let again = model.copied == Some(id);
    model.copied = Some(id);
    let text = match subject {
        Some(subject) if again => format!("#{id} {subject}"),
        Some(_) | None => format!("#{id}"),
    };
    model.say(Message::said(format!("Copied “{text}”.")).about(id));
    vec![Effect::Copy(text)]
}
