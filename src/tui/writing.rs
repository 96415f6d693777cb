//! What the composer box shows and how high it is: for drawing it, and for knowing what is left above it.

use super::{
    composer::{Composer, addresses},
    layout,
    model::{Area, Model},
};
use crate::{
    desk::page::{AgentRow, DraftFile, DraftPlace, Mode, Readers},
    domain::{
        conversation::State,
        text::{SafeText, width},
    },
};

/// The control that sends.
pub const BUTTON: &str = "[ Send Message ]";

/// What everybody who writes directly should know (R6.11).
pub const DIRECT: &str = "r writes · owner, admins may open: audited";

/// Columns that a text being edited has in an area of so many: one stays free for the cursor behind the last letter.
pub fn text_columns(area: u16) -> usize {
    usize::from(area.saturating_sub(1).max(2))
}

/// What the composer box shows.
pub struct Look<'a> {
    /// Its mode.
    pub mode: Mode,
    /// The draft, while nobody writes.
    pub draft: &'a str,
    /// The open composer, if this is where it writes.
    pub open: Option<&'a Composer>,
    /// What goes with it.
    pub files: &'a [DraftFile],
    /// Who will receive it.
    pub readers: Readers,
    /// Why nothing can be sent.
    pub why_not: Option<String>,
    /// More to know before writing.
    pub hint: &'static str,
}

/// What the composer of the opened conversation shows.
pub fn of_thread(model: &Model) -> Option<Look<'_>> {
    let thread = model.opened()?;
    let id = thread.row.id;
    let open = model.composer.as_ref().filter(|composer| composer.conversation() == Some(id));
    let place = DraftPlace::Conversation(id);
    let main = model.reply_mode(id);
    let mode = open.map_or_else(
        || {
            if model.draft(&place, main).is_none() && model.draft(&place, Mode::Note).is_some() {
                Mode::Note
            } else {
                main
            }
        },
        |composer| composer.mode,
    );
    let (verdict, readers) = match mode {
        Mode::Reply | Mode::Internal => (&thread.may.reply, &thread.reply_to),
        Mode::Note => (&thread.may.note, &thread.note_to),
    };
    let why_not =
        (!verdict.allowed).then(|| verdict.why.clone().unwrap_or_else(|| "You may not write here.".to_owned()));
    let hint = match (main, thread.row.item.is_none(), thread.row.state) {
        (Mode::Internal, true, _) => DIRECT,
        (Mode::Internal, false, _) => "r writes internally",
        (Mode::Reply | Mode::Note, _, State::Closed) => "r replies and re-opens it · n writes a note",
        (Mode::Reply | Mode::Note, _, State::Open | State::Locked) => "r replies · n writes a note for agents",
    };
    let draft = model.draft(&place, mode).unwrap_or_default();
    let files = open.map_or_else(|| model.draft_files(&place, mode), |composer| &composer.files);
    Some(Look { mode, draft, open, files, readers: readers.clone(), why_not, hint })
}

/// What the composer of the item shows.
pub fn of_item(model: &Model) -> Option<Look<'_>> {
    let item = model.page.item.as_ref()?;
    let open = model.composer.as_ref().filter(|composer| composer.place == DraftPlace::NewOnItem(item.row.item.key.id));
    let mode = open.map_or_else(|| model.item_mode(), |composer| composer.mode);
    let requester = item.row.requester.as_ref();
    let readers = match mode {
        Mode::Reply => Readers {
            customers: requester.iter().map(|person| person.name.clone()).collect(),
            addresses: requester.iter().map(|person| person.address.clone()).collect(),
            agents: 0,
            by_mail: true,
        },
        Mode::Note | Mode::Internal => Readers::default(),
    };
    let place = DraftPlace::NewOnItem(item.row.item.key.id);
    let draft = model.draft(&place, mode).unwrap_or_default();
    let files = open.map_or_else(|| model.draft_files(&place, mode), |composer| &composer.files);
    let hint = match mode {
        Mode::Reply => "r to the requester · n internal",
        Mode::Note | Mode::Internal => "r internal · n to the requester",
    };
    let why_not = (mode == Mode::Reply && item.row.requester.is_none())
        .then(|| "The item has no requester. Use + to start a conversation with a customer.".to_owned());
    Some(Look { mode, draft, open, files, readers, why_not, hint })
}

/// Lines that the composer takes of a pane so wide.
pub fn rows(model: &Model, look: &Look, pane: u16) -> u16 {
    let inner = pane.saturating_sub(4);
    let lines = look.open.map_or(1, |composer| composer.editor.rows(text_columns(inner)).len());
    let reason = reason_lines(look, pane).len();
    // Where nothing is written, the reason stands in the place of the text.
    let beside = usize::from(reason > 0 && look.open.is_none() && look.draft.is_empty());
    let writing = look.open.is_some() && model.area == Area::Composer;
    let addresses = u16::try_from(address_lines(model, look, pane).len()).unwrap_or(0);
    layout::composer_rows(model.size.1, writing, lines) + addresses + u16::try_from(reason - beside).unwrap_or(0)
}

/// The addresses above the text: while a mail is being written, where the screen is not low.
pub fn address_lines(model: &Model, look: &Look, pane: u16) -> Vec<String> {
    let writing = look.open.is_some() && model.area == Area::Composer;
    let mail = look.mode == Mode::Reply && look.readers.by_mail;
    if writing && mail && model.size.1 > layout::LOW {
        addresses(&look.readers, usize::from(pane.saturating_sub(4)))
    } else {
        Vec::new()
    }
}

/// The reason as lines of its own, where it does not fit beside the button.
pub fn reason_lines(look: &Look, pane: u16) -> Vec<String> {
    let Some(why) = &look.why_not else { return Vec::new() };
    let safe = SafeText::line(why);
    let beside = usize::from(pane).saturating_sub(width(BUTTON) + 8);
    if safe.width() <= beside { Vec::new() } else { safe.wrap(usize::from(pane.saturating_sub(4)).max(10)) }
}

/// The agents whom the `@` being typed can mean, and the picked one.
pub struct Mentions<'a> {
    /// The agents, the first few.
    pub agents: Vec<&'a AgentRow>,
    /// The picked one.
    pub picked: usize,
}

/// Agents whom an `@` being typed can mean.
pub fn mentionable<'a>(agents: &'a [AgentRow], typed: &str) -> Vec<&'a AgentRow> {
    let typed = typed.to_lowercase();
    let fits = |row: &&AgentRow| {
        let agent = &row.agent;
        agent.active
            && (agent.handle.starts_with(&typed)
                || agent.name.to_lowercase().split(' ').any(|part| part.starts_with(&typed)))
    };
    agents.iter().filter(fits).take(8).collect()
}

/// The mention list, while one is open and the agents are read.
pub fn mention_list(model: &Model) -> Option<Mentions<'_>> {
    let composer = model.composer.as_ref().filter(|_| model.area == Area::Composer && model.layers.is_empty())?;
    let picked = composer.mention?;
    let (_, typed) = composer.mention_typed()?;
    let agents = mentionable(model.page.agents.as_deref()?, typed);
    (!agents.is_empty()).then(|| Mentions { picked: picked.min(agents.len() - 1), agents })
}
