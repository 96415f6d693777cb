//! Writing a message: opening the composer, its keys, keeping the draft, sending.

use super::{moving, press::act, reading, settle};
use crate::{
    desk::page::{Draft, DraftPlace, Mode, Moment, Opened},
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::Audience,
        id::{ConversationId, EntrySeq},
    },
    tui::{
        ask::{Ask, Effect},
        composer::{Composer, Part},
        editor::Edited,
        keymap::{Context, Found, KeyCode, KeyPress},
        layout,
        model::{Area, Message, Model},
        writing,
    },
};
use chrono::Duration;

/// So long after its first change that was not kept, a draft is kept: within a second of the last key.
const KEEP: Duration = Duration::milliseconds(800);

/// When the draft will be kept; `None` where nothing changed.
pub fn keep_at(model: &Model) -> Option<Moment> {
    Some(model.composer.as_ref()?.changed? + KEEP)
}

/// Keeps the draft where it changed.
pub fn keep(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = model.composer.as_mut().filter(|composer| composer.changed.is_some()) else {
        return Vec::new();
    };
    composer.changed = None;
    let text = if composer.editor.is_blank() { String::new() } else { composer.editor.text().to_owned() };
    let (place, mode, files) = (composer.place.clone(), composer.mode, composer.files.clone());
    vec![kept(model, Draft { place, mode, text, files })]
}

/// Has a draft kept, and remembers it until a page says the same.
fn kept(model: &mut Model, draft: Draft) -> Effect {
    model.kept.retain(|kept| kept.place != draft.place || kept.mode != draft.mode);
    model.kept.push(draft.clone());
    let Draft { place, mode, text, files } = draft;
    Effect::Ask(Ask::SaveDraft { place, mode, text, files })
}

/// A draft could not be kept: it is remembered until one is, whatever becomes of the composer.
pub fn not_kept(model: &mut Model, draft: Draft) {
    let same = |kept: &Draft| kept.place == draft.place && kept.mode == draft.mode;
    if !model.kept.iter().any(same) {
        model.kept.push(draft);
    }
}

/// Opens the composer: of the item where that has the keys, else of the conversation. It opens on a locked one too (R2.4).
pub fn open(model: &mut Model, note: bool) -> Vec<Effect> {
    let (place, mode) = if model.area == Area::Item {
        let Some(item) = model.shown_item() else { return model.say(Message::said("No item is linked. # links one.")) };
        let mode = match (model.item_mode(), note) {
            (Mode::Reply, true) | (Mode::Internal | Mode::Note, false) => Mode::Internal,
            (Mode::Reply, false) | (Mode::Internal | Mode::Note, true) => Mode::Reply,
        };
        (DraftPlace::NewOnItem(item.id), mode)
    } else {
        let Some(id) = model.target() else { return model.say(Message::said("Select a conversation first.")) };
        // What is written where nothing can be seen would take the place of the draft that was kept before.
        if matches!(&model.page.opened, Some(Opened::Restricted(shut) | Opened::NotFound(shut)) if *shut == id) {
            return model.say(Message::said("Nothing can be written here."));
        }
        let mode = match (model.reply_mode(id), note) {
            (Mode::Internal, true) => {
                return model.say(Message::said("An internal conversation has no notes: r writes to its people."));
            }
            (Mode::Internal, false) => Mode::Internal,
            (Mode::Reply | Mode::Note, true) => Mode::Note,
            (Mode::Reply | Mode::Note, false) => Mode::Reply,
        };
        (DraftPlace::Conversation(id), mode)
    };
    let mut effects = Vec::new();
    if let DraftPlace::Conversation(id) = place
        && model.thread.as_ref().is_none_or(|view| view.conversation != id)
    {
        effects.extend(moving::open(model, id, None));
    }
    effects.extend(keep(model));
    let client_id = model.new_client_id();
    model.composer = Some(Composer::new(place, mode, client_id));
    model.area = Area::Composer;
    load(model);
    effects
}

/// Puts what was kept into a composer that was opened before its conversation was read.
pub fn load(model: &mut Model) {
    let Some(composer) = &model.composer else { return };
    if composer.loaded {
        return;
    }
    let known = match composer.place {
        DraftPlace::Conversation(_) => model.opened().is_some(),
        DraftPlace::NewOnItem(item) => model.page.item.as_ref().is_some_and(|page| page.row.item.key.id == item),
        DraftPlace::NewWithCustomer | DraftPlace::NewWithAgents | DraftPlace::Forwarding(_) => true,
    };
    if !known {
        return;
    }
    let text = model.draft(&composer.place, composer.mode).unwrap_or_default().to_owned();
    let files = model.draft_files(&composer.place, composer.mode).to_vec();
    if let Some(composer) = &mut model.composer {
        composer.loaded = true;
        if composer.files.is_empty() {
            composer.files = files;
        }
        if composer.editor.is_blank() {
            composer.editor = crate::tui::editor::Editor::new(&text);
        }
    }
}

/// A key while the text has them.
pub fn press(model: &mut Model, press: KeyPress) -> Vec<Effect> {
    if mention_key(model, press) {
        return Vec::new();
    }
    match model.keymap.find(Context::Composer, &[press]) {
        Found::Action(action) => return act(model, action),
        Found::Prefix | Found::Nothing => {}
    }
    // No text key: the conversation scrolls while one writes.
    if let (KeyCode::PageUp | KeyCode::PageDown, Found::Action(action)) =
        (press.code, model.keymap.find(Context::Everywhere, &[press]))
    {
        return act(model, action);
    }
    let columns = composer_columns(model);
    let now = model.now;
    let Some(composer) = &mut model.composer else { return Vec::new() };
    let rows = match (press.code, press.modifiers.control) {
        (KeyCode::Up, false) | (KeyCode::Char('p'), true) => Some(-1),
        (KeyCode::Down, false) | (KeyCode::Char('n'), true) => Some(1),
        (_, _) => None,
    };
    let new_line =
        matches!((press.code, press.modifiers.control), (KeyCode::Enter, _) | (KeyCode::Char('j' | 'm'), true));
    let edited = if let Some(rows) = rows {
        composer.editor.go_rows(columns, rows);
        Edited::Cursor
    } else if new_line {
        composer.editor.insert("\n");
        Edited::Text
    } else {
        composer.editor.press(press)
    };
    if edited == Edited::Text {
        composer.changed.get_or_insert(now);
        composer.agreed = None;
        let typed = press.code == KeyCode::Char('@') || composer.mention.is_some();
        composer.mention = (typed && composer.mention_typed().is_some()).then_some(0);
    } else if edited == Edited::Cursor {
        composer.mention = None;
    }
    Vec::new()
}

/// Columns of the composer's text as it is drawn.
fn composer_columns(model: &Model) -> usize {
    let areas = layout::areas(model);
    let pane = if model.writes_on_item() { areas.item.or(areas.main) } else { areas.main };
    writing::text_columns(pane.map_or(0, |pane| pane.width.saturating_sub(4)))
}

/// The keys of the mention list while it is open; false where the key is not its own.
fn mention_key(model: &mut Model, press: KeyPress) -> bool {
    let Some(mentions) = writing::mention_list(model) else { return false };
    let (count, picked) = (mentions.agents.len(), mentions.picked);
    let handle = mentions.agents.get(picked).map(|row| row.agent.handle.clone());
    let Some(composer) = &mut model.composer else { return false };
    match press.code {
        KeyCode::Down => composer.mention = Some((picked + 1) % count),
        KeyCode::Up => composer.mention = Some((picked + count - 1) % count),
        KeyCode::Esc => composer.mention = None,
        KeyCode::Enter | KeyCode::Tab => {
            let place = composer.mention_typed().map(|(at, _)| at);
            if let (Some(at), Some(handle)) = (place, handle) {
                let end = composer.editor.cursor();
                composer.editor.replace(at..end, &format!("@{handle} "));
                composer.changed.get_or_insert(model.now);
            }
            composer.mention = None;
        }
        _ => return false,
    }
    true
}

/// To `[ Send Message ]`.
pub fn focus_send(model: &mut Model) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.part = Part::Send;
        composer.mention = None;
    }
    Vec::new()
}

/// Back to the text.
pub fn focus_text(model: &mut Model) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.part = Part::Text;
    }
    Vec::new()
}

/// Leaves the composer; the draft is kept.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    let effects = keep(model);
    let Some(composer) = model.composer.take() else { return effects };
    model.area = if composer.on_item() { Area::Item } else { Area::Thread };
    if !composer.is_blank() {
        model.message = Some(Message::said("Draft kept."));
    }
    effects
}

/// Opens the text in the editor program; local only.
pub fn open_editor(model: &mut Model) -> Vec<Effect> {
    if !model.local {
        return model.say(Message::said("The editor can be opened only where deskline runs locally."));
    }
    let text = model.composer.as_ref().map(|composer| composer.editor.text().to_owned());
    text.map_or_else(Vec::new, |text| vec![Effect::OpenEditor(text)])
}

/// The text came back from the editor program.
pub fn edited(model: &mut Model, text: Option<String>) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    match text {
        Some(text) => {
            let text = text.strip_suffix('\n').unwrap_or(&text);
            if text != composer.editor.text() {
                composer.editor.set(text);
                composer.changed.get_or_insert(model.now);
            }
            Vec::new()
        }
        None => model.say(Message::trouble("The editor was left with an error; the text is as it was.")),
    }
}

/// Sends what was written, unless it may not be or nothing is there.
pub fn send(model: &mut Model) -> Vec<Effect> {
    let look = if model.writes_on_item() { writing::of_item(model) } else { writing::of_thread(model) };
    let why_not = look.and_then(|look| look.why_not);
    let seen = reading::seen(model);
    let subject = model.page.item.as_ref().map(|item| (item.row.item.key, item.row.item.title.clone()));
    let Some(composer) = &mut model.composer else { return Vec::new() };
    if composer.sending {
        return Vec::new();
    }
    if let Some(why) = why_not {
        return model.say(Message::trouble(format!("{why} The draft is kept.")));
    }
    if composer.editor.is_blank() {
        composer.part = Part::Text;
        let words = if composer.files.is_empty() { "Nothing is written yet." } else { "Write a word to the files." };
        return model.say(Message::said(words));
    }
    let text = composer.editor.text().trim_end().to_owned();
    let client_id = Some(composer.client_id.clone());
    composer.sending = true;
    let ask = match (&composer.place, composer.mode) {
        (DraftPlace::Conversation(conversation), mode) => {
            let writing = Writing {
                text,
                seen: Some(composer.agreed.map_or(seen, |agreed| agreed.max(seen))),
                client_id,
                confirmed: false,
                files: Vec::new(),
            };
            let command = match mode {
                Mode::Note => Command::Note(writing),
                Mode::Reply | Mode::Internal => Command::Reply(writing),
            };
            Ask::Run { conversation: *conversation, command }
        }
        (
            DraftPlace::NewOnItem(_)
            | DraftPlace::NewWithCustomer
            | DraftPlace::NewWithAgents
            | DraftPlace::Forwarding(_),
            mode,
        ) => {
            let Some((item, subject)) = subject else { return Vec::new() };
            let audience = Some(if mode == Mode::Reply { Audience::Customer } else { Audience::Internal });
            let with = StartWith::Item { item, audience, customers: Vec::new(), agents: Vec::new() };
            Ask::Start(Start { with, subject, group: None, text, client_id, confirmed: false, files: Vec::new() })
        }
    };
    // The draft is kept first, so that nothing is lost whatever becomes of the message.
    let mut effects = keep(model);
    effects.push(Effect::Ask(ask));
    effects
}

/// Sends a held message although this was added (R7.6).
pub fn send_although(model: &mut Model, seen: EntrySeq) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.agreed = Some(seen);
    }
    send(model)
}

/// The message was written: the composer goes, the keys go back to the conversation.
pub fn sent(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = model.composer.take() else { return Vec::new() };
    let drafted = model
        .kept
        .iter()
        .any(|draft| draft.place == composer.place && draft.mode == composer.mode && draft.has_something())
        || model.draft(&composer.place, composer.mode).is_some()
        || !model.draft_files(&composer.place, composer.mode).is_empty();
    model.area = if composer.on_item() { Area::Item } else { Area::Thread };
    if let Some(view) = model.thread.as_mut().filter(|_| !composer.on_item()) {
        view.new_after = None;
    }
    if !composer.on_item() {
        reading::to_end(model);
    }
    let Composer { place, mode, .. } = composer;
    let empty = Draft { place, mode, text: String::new(), files: Vec::new() };
    if drafted { vec![kept(model, empty)] } else { Vec::new() }
}

/// The message was not written: the composer stays as it is.
pub fn not_sent(model: &mut Model) {
    if let Some(composer) = &mut model.composer {
        composer.sending = false;
        composer.part = Part::Text;
    }
}

/// Puts the conversation that was started on the screen.
pub fn started(model: &mut Model, id: ConversationId) -> Vec<Effect> {
    let mut effects = sent(model);
    effects.extend(moving::open(model, id, None));
    effects.extend(settle::settle(model));
    effects
}
