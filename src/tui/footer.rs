//! The keys that the last line names, from the keymap: what can be done here now, the most useful first.

use super::{
    composer::Part,
    dialog::Attachments,
    flow::LineKind,
    keymap::{Action, Context, KeyPress, KeySequence},
    layout,
    model::{Area, Model},
    writing,
};
use crate::domain::{conversation::State, section::Section};

/// What has the keys.
pub fn context(model: &Model) -> Context {
    if let Some(layer) = model.layers.last() {
        return layer.context();
    }
    match (model.area, &model.composer) {
        (Area::Composer, Some(composer)) => match composer.part {
            Part::Text => Context::Composer,
            Part::Send => Context::SendButton,
        },
        (Area::Thread | Area::Composer, _) => Context::Thread,
        (Area::Sidebar | Area::List | Area::Item, _) => Context::Lists,
    }
}

/// Keys and words for the last line.
pub fn hints(model: &Model) -> Vec<(String, String)> {
    let mut actions: Vec<Action> =
        if let Some(layer) = model.layers.last() { layer.hints().to_vec() } else { here(model) };
    // Nothing is started on the server for somebody who is elsewhere.
    actions.retain(|action| *action != Action::OpenEditor || model.local);
    let named = |action: Action| {
        if action == Action::NextChoice { moving(model) } else { (model.keymap.keys_for(action), words(model, action)) }
    };
    actions.into_iter().map(named).filter(|(key, _)| !key.is_empty()).collect()
}

/// While a sequence of keys is begun: what was pressed of it, and which keys can follow with what they do; the sections
/// first, by their names in the sidebar, and only those that the viewer has.
pub fn following(model: &Model) -> Option<(String, Vec<(String, String)>)> {
    if model.pending.is_empty() || !model.layers.is_empty() {
        return None;
    }
    let spelled = |presses: &[KeyPress]| presses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let context = context(model);
    let begun: Vec<KeyPress> = model.pending.iter().map(|press| press.normalized()).collect();
    let mut places = Vec::new();
    let mut others = Vec::new();
    for row in model.keymap.rows().iter().filter(|row| row.works_in(context)) {
        let rest = |sequence: &KeySequence| sequence.presses().strip_prefix(begun.as_slice()).map(spelled);
        let Some(key) = row.keys.iter().find_map(rest) else { continue };
        match section_of(row.action) {
            Some(section) if model.page.sections.iter().any(|row| row.section == section) => {
                places.push((key, section.label().to_owned()));
            }
            Some(_) => {}
            None if row.action == Action::GoToHeld => {
                if model.page.me.role.administers() {
                    places.push((key, "Held".to_owned()));
                }
            }
            None => others.push((key, row.label.clone())),
        }
    }
    places.append(&mut others);
    Some((spelled(&begun), places))
}

/// The section that an action goes to.
pub fn section_of(action: Action) -> Option<Section> {
    const PLACES: [(Action, Section); 11] = [
        (Action::GoToUnassigned, Section::Unassigned),
        (Action::GoToLive, Section::Live),
        (Action::GoToOpen, Section::Open),
        (Action::GoToUnanswered, Section::Unanswered),
        (Action::GoToClosed, Section::Closed),
        (Action::GoToCustomerReplies, Section::CustomerReplies),
        (Action::GoToInternalInbox, Section::InternalInbox),
        (Action::GoToInternalSent, Section::InternalSent),
        (Action::GoToAllClosed, Section::AllClosed),
        (Action::GoToNeedsReassignment, Section::NeedsReassignment),
        (Action::GoToAll, Section::All),
    ];
    PLACES.iter().find(|(place, _)| *place == action).map(|(_, section)| *section)
}

/// The two keys that move the picked row, as one hint.
fn moving(model: &Model) -> (String, String) {
    let keys =
        [Action::PreviousChoice, Action::NextChoice].map(|action| match model.keymap.keys_for(action).as_str() {
            "Up" => "↑".to_owned(),
            "Down" => "↓".to_owned(),
            key => format!(" {key}"),
        });
    (keys.concat().trim().to_owned(), "move".to_owned())
}

/// " z undo", with the key that it has.
pub fn undo_hint(model: &Model) -> String {
    format!(" {} undo", model.keymap.keys_for(Action::Undo))
}

/// Whether what is being written can be kept but not sent (R2.4).
fn draft_only(model: &Model) -> bool {
    let look = if model.writes_on_item() { writing::of_item(model) } else { writing::of_thread(model) };
    look.is_some_and(|look| look.why_not.is_some())
}

/// Whether something of the message under the cursor is folded away, or was.
fn folded(model: &Model) -> bool {
    model.thread.as_ref().is_some_and(|view| {
        let open = view.cursor.is_some_and(|cursor| view.unfolded.contains(&cursor));
        open || view
            .flow
            .lines
            .iter()
            .any(|line| Some(line.seq) == view.cursor && matches!(line.kind, LineKind::Fold(_) | LineKind::Named(_)))
    })
}

fn here(model: &Model) -> Vec<Action> {
    use Action::{
        AllKeys, Assign, Attach, Back, ChangeRecipients, CloseOrReopen, FocusSend, ForwardByMail, ItemPanel,
        LeaveComposer, LockOrUnlock, NextArea, Note, Open, OpenEditor, PressSend, PreviousArea, Reply, SaveAttachments,
        Search, SelectMessage, SelectSeveral, Send, Unfold,
    };
    match context(model) {
        Context::Composer if draft_only(model) => vec![LeaveComposer, OpenEditor],
        Context::SendButton if draft_only(model) => vec![NextArea, Back],
        Context::Composer => vec![Send, FocusSend, OpenEditor, LeaveComposer],
        Context::SendButton => vec![PressSend, Attach, ChangeRecipients, NextArea, Back],
        Context::Thread
        | Context::Lists
        | Context::Everywhere
        | Context::GoTo
        | Context::Conversation
        | Context::Dialog
        | Context::Question
        | Context::Offer => {
            let mut actions = Vec::new();
            let nothing = model.list.selected.is_none() && model.area == Area::List;
            if matches!(model.area, Area::List | Area::Sidebar | Area::Item) && !nothing {
                actions.push(Open);
            }
            if model.area == Area::Thread && model.opened().is_none() {
                return vec![Back, Search, AllKeys];
            }
            if !model.list.chosen.is_empty() {
                return vec![SelectSeveral, Assign, CloseOrReopen, Back, AllKeys];
            }
            if model.area == Area::Thread && model.thread.as_ref().is_some_and(|view| !view.chosen.is_empty()) {
                return vec![SelectMessage, ForwardByMail, Back, AllKeys];
            }
            let state = model.target_row().map(|row| row.state);
            if model.area == Area::Item && model.shown_item().is_some() {
                actions.extend([Reply, Note]);
            } else if state.is_some() {
                actions.extend([Reply, Note, Assign]);
            }
            match state {
                Some(State::Open) => actions.push(CloseOrReopen),
                Some(State::Closed) => actions.extend([CloseOrReopen, LockOrUnlock]),
                Some(State::Locked) => actions.push(LockOrUnlock),
                None => {}
            }
            if model.area == Area::Thread {
                if folded(model) {
                    actions.push(Unfold);
                }
                if Attachments::shown(model)
                    .is_ok_and(|_| model.thread.as_ref().is_some_and(|view| view.cursor.is_some()))
                {
                    actions.push(SaveAttachments);
                }
                actions.extend([ItemPanel, Back]);
            }
            if model.area == Area::List && layout::areas(model).sidebar.is_none() {
                actions.push(PreviousArea);
            }
            actions.extend([Search, AllKeys]);
            actions
        }
    }
}

/// The word for an action as things stand: "re-open" where it is closed.
fn words(model: &Model, action: Action) -> String {
    if let Some(word) = model.layers.last().and_then(|layer| layer.word(action)) {
        return word.to_owned();
    }
    let state = model.target_row().map(|row| row.state);
    let turned = if action == Action::CloseOrReopen {
        match state {
            Some(State::Open) => Some("close"),
            Some(State::Closed) => Some("re-open"),
            Some(State::Locked) | None => None,
        }
    } else if action == Action::LockOrUnlock {
        match state {
            Some(State::Closed) => Some("lock"),
            Some(State::Locked) => Some("unlock"),
            Some(State::Open) | None => None,
        }
    } else if action == Action::PreviousArea {
        // Named where it leads: only where the sections are not beside the list.
        Some("sidebar")
    } else {
        None
    };
    turned.unwrap_or(model.keymap.row(action).label.as_str()).to_owned()
}
