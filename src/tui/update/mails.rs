//! What is done about mail: taking a reply back, sending it again, merging what belongs together, adding whom a mail named.

use super::{moving, reading, settle, writing};
use crate::{
    desk::page::{DraftPlace, From, Mode},
    domain::{command::EntryOf, id::ConversationId},
    tui::{
        ask::{Ask, Effect},
        composer::Composer,
        delivery,
        dialog::{
            Layer,
            suggested::{self, Suggested},
        },
        editor::Editor,
        keymap::Action,
        model::{Area, Message, Model, RowKey},
        sent,
    },
};

/// Does what an action asks for about mail.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(thread) = model.opened().filter(|thread| model.target() == Some(thread.row.id)) else {
        return model.say(Message::said("Open a conversation first."));
    };
    let conversation = thread.row.id;
    if let Some(several) = Suggested::of(action, model) {
        model.layers.push(Layer::Suggested(several));
        return Vec::new();
    }
    let (ask, why_not) = if action == Action::SendAgain {
        let ask = delivery::to_send_again(model).map(|(conversation, entry)| Ask::SendAgain { conversation, entry });
        (ask, "Nothing here failed to leave by mail.")
    } else if action == Action::TakeBack {
        let ask = delivery::to_take_back(model).map(|(conversation, entry)| Ask::TakeBack { conversation, entry });
        (ask, "Nothing here can be taken back any more.")
    } else if action == Action::AddNamed {
        let ask = thread.suggested.first().map(|person| suggested::add(conversation, person));
        (ask, "Its mails name nobody who does not take part already.")
    } else {
        let ask = thread.likenesses.first().map(|like| suggested::merge(conversation, like));
        (ask, "It looks like no other conversation that you can see.")
    };
    match ask {
        Some(ask) => vec![Effect::Ask(ask)],
        None => model.say(Message::said(why_not)),
    }
}

/// A reply was taken back: its writer has the text in the composer again, before what was begun since.
pub fn taken_back(model: &mut Model, conversation: ConversationId, meant: EntryOf) -> Vec<Effect> {
    model.message = Some(Message::said("Taken back: it was not sent.").about(conversation));
    let mine = |from: &From| match from {
        From::Agent(person) => person.address == model.page.me.handle,
        From::Customer(_) | From::Outside(_) | From::System => false,
    };
    let thread = model.opened().filter(|thread| thread.row.id == conversation);
    let entry = thread.and_then(|thread| {
        // A page that was read since may have it under another number.
        thread.entries.iter().find(|entry| entry.shown() == meant && mine(&entry.from))
    });
    let Some(entry) = entry else { return Vec::new() };
    let (text, mut files) = (entry.text.clone(), sent::files_of(model, conversation, entry));
    let words = match (entry.attachments.len(), files.len()) {
        (0, _) => "Taken back: it was not sent. Its text is here again.",
        (_, 0) => "Taken back: it was not sent. Its text is here again; attach its files again.",
        (_, 1) => "Taken back: it was not sent. Its text is here again, and its file goes with it.",
        (_, _) => "Taken back: it was not sent. Its text is here again, and its files go with it.",
    };
    let place = DraftPlace::Conversation(conversation);
    let effects = writing::keep(model);
    let begun = model.draft(&place, Mode::Reply).unwrap_or_default().to_owned();
    let client_id = model.new_client_id();
    let mut composer = Composer::new(place, Mode::Reply, client_id);
    composer.editor = Editor::new(&if begun.is_empty() { text } else { format!("{text}\n\n{begun}") });
    let begun = model.draft_files(&composer.place, Mode::Reply);
    files.extend(begun.iter().filter(|file| !files.contains(file)).cloned().collect::<Vec<_>>());
    composer.files = files;
    composer.loaded = true;
    composer.changed = Some(model.now);
    model.composer = Some(composer);
    model.area = Area::Composer;
    model.message = Some(Message::said(words).about(conversation));
    reading::to_end(model);
    effects
}

/// Two conversations are one: it is shown, and the merging can be undone.
pub fn merged(model: &mut Model, from: ConversationId, into: ConversationId) -> Vec<Effect> {
    let mut effects = moving::open(model, into, None);
    (model.undo, model.again) = (vec![Ask::UndoMerge(from)], false);
    model.message = Some(Message::undoable(format!("Merged #{from} into #{into}.")).about(into));
    effects.extend(settle::settle(model));
    effects
}

/// They are two again.
pub fn parted(model: &mut Model, from: ConversationId) -> Vec<Effect> {
    let mut effects = moving::open(model, from, None);
    // Its row is not read again yet.
    model.list.selected = Some(RowKey::Conversation(from));
    model.message = Some(Message::said(format!("#{from} stands by itself again.")).about(from));
    effects.extend(settle::settle(model));
    effects
}
