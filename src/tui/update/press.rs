//! A key to what it does.

use super::{acting, attaching, layer, mails, moving, offering, panel, reading, unfolding, writing};
use crate::{
    domain::{command::Command, people::AgentChange},
    tui::{
        ask::{Ask, Effect},
        dialog::{allowed::why_not, open::layer_for},
        footer,
        keymap::{Action, Context, Found, KeyPress},
        model::{Area, Message, Model, ThreadView},
    },
};

/// A key, wherever the keys go now.
pub fn press(model: &mut Model, press: KeyPress) -> Vec<Effect> {
    model.message = None;
    if model.shut.is_some() {
        let quit = model.keymap.find(Context::Everywhere, &[press]) == Found::Action(Action::Quit);
        return if quit { vec![Effect::Quit] } else { Vec::new() };
    }
    if !model.layers.is_empty() {
        return layer::press(model, press);
    }
    let context = footer::context(model);
    if context == Context::Composer {
        return writing::press(model, press);
    }
    // Outside of text, Alt with a key is Esc and then the key.
    if let Some(after) = press.after_escape() {
        let mut effects = act(model, Action::Back);
        effects.extend(super::settle::settle(model));
        effects.extend(self::press(model, after));
        return effects;
    }
    model.pending.push(press);
    match model.keymap.find(context, &model.pending) {
        Found::Action(action) => {
            model.pending.clear();
            act(model, action)
        }
        Found::Prefix => Vec::new(),
        Found::Nothing => {
            model.pending.clear();
            Vec::new()
        }
    }
}

/// Does what an action says, from its key, a menu or the palette.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if !matches!(action, Action::CopyNumber) {
        model.copied = None;
    }
    model.taking = None;
    let mut effects = Vec::new();
    if model.list.show_at.is_some() && model.keymap.row(action).context == Context::Conversation {
        // Rows were being passed: from here on the marked one is meant, and it is what stands beside the list.
        effects = moving::show_selected(model);
    }
    effects.extend(act_on_shown(model, action));
    effects
}

fn act_on_shown(model: &mut Model, action: Action) -> Vec<Effect> {
    use Action as A;
    match action {
        A::AllKeys
        | A::Palette
        | A::Search
        | A::Add
        | A::StartWithAgent
        | A::StartWithCustomer
        | A::AddTicket
        | A::AddTask
        | A::AddArticle
        | A::AddProject
        | A::Bell
        | A::Offers
        | A::Administration
        | A::MyNotifications
        | A::GoToHeld
        | A::ForwardByMail
        | A::Assign
        | A::Forward
        | A::CreateItem
        | A::CreateTicket
        | A::CreateTask
        | A::CreateArticle
        | A::Link
        | A::CustomerDetails
        | A::People
        | A::ConversationMenu => open_layer(model, action),
        A::ChangeRecipients => open_layer(model, A::People),
        A::Back => back(model),
        A::NextArea => next_area(model, 1),
        A::PreviousArea => next_area(model, -1),
        A::JumpToSection(number) => moving::to_section_number(model, number),
        A::ToggleReady => {
            let change = AgentChange { ready: Some(!model.page.me.ready), ..AgentChange::default() };
            vec![Effect::Ask(Ask::SetAgent(model.page.me.handle.clone(), change))]
        }
        A::ThreadPageUp => reading::scroll_pages(model, -1),
        A::ThreadPageDown => reading::scroll_pages(model, 1),
        A::ThreadStart => reading::to_start(model),
        A::ThreadEnd => reading::to_end(model),
        A::Repaint => vec![Effect::Repaint],
        A::ToggleMouse => {
            model.mouse = !model.mouse;
            let words = if model.mouse { "The mouse is on. F2 switches it off." } else { "The mouse is off." };
            model.say(Message::said(words));
            vec![Effect::Mouse(model.mouse)]
        }
        A::Quit => {
            let mut effects = writing::keep(model);
            effects.push(Effect::Quit);
            effects
        }
        A::NextRow => step(model, 1),
        A::PreviousRow => step(model, -1),
        A::HalfPageDown => step(model, moving::half_page(model)),
        A::HalfPageUp => step(model, -moving::half_page(model)),
        A::FirstRow => moving::to_first(model),
        A::LastRow => moving::to_last(model),
        A::NextSection => moving::section_by(model, 1),
        A::PreviousSection => moving::section_by(model, -1),
        A::NextUnread => moving::next_unread(model),
        A::Open => open(model),
        A::SelectSeveral => moving::choose(model),
        A::GoToUnassigned
        | A::GoToLive
        | A::GoToOpen
        | A::GoToUnanswered
        | A::GoToClosed
        | A::GoToCustomerReplies
        | A::GoToInternalInbox
        | A::GoToInternalSent
        | A::GoToAllClosed
        | A::GoToNeedsReassignment
        | A::GoToAll => moving::go_to(model, action),
        A::NextMessage => reading::next_entry(model, 1),
        A::PreviousMessage => reading::next_entry(model, -1),
        A::Unfold => unfolding::unfold(model),
        A::SelectMessage => reading::choose(model),
        A::SendAgain | A::TakeBack | A::AddNamed | A::Merge => mails::act(model, action),
        A::RawText => reading::toggle_raw(model),
        A::Reply | A::Note => writing::open(model, action == A::Note),
        A::Take => acting::take(model),
        A::Release => acting::each(model, |_, _| Command::Release { confirmed: false }),
        A::CloseOrReopen => acting::each(model, acting::close_or_reopen),
        A::LockOrUnlock => acting::each(model, acting::lock_or_unlock),
        A::PrivateOrPublic => acting::each(model, acting::private_or_public),
        A::FollowOrUnfollow => acting::each(model, acting::follow_or_unfollow),
        A::Unlink => acting::each(model, |_, _| Command::Unlink),
        A::MarkUnread => acting::mark_unread(model),
        A::CopyNumber => acting::copy_number(model),
        A::Undo => acting::undo(model),
        A::ItemPanel => panel::toggle(model),
        A::ItemDetails => panel::details(model),
        A::AcceptOffer | A::AcceptAndOpen | A::RejectOffer => offering::answer(model, action),
        A::Send | A::PressSend => writing::send(model),
        A::OpenEditor => writing::open_editor(model),
        A::Attach => attaching::open(model),
        A::SaveAttachments => attaching::save_shown(model),
        A::FocusSend => writing::focus_send(model),
        A::LeaveComposer => writing::leave(model),
        // Text, or only meant inside a layer.
        A::NewLine
        | A::Mention
        | A::NextChoice
        | A::PreviousChoice
        | A::ChoicesPageDown
        | A::ChoicesPageUp
        | A::Choose
        | A::NextField
        | A::PreviousField
        | A::Save
        | A::Cancel
        | A::AnswerYes
        | A::AnswerNo
        | A::NextOffer
        | A::PreviousOffer
        | A::LeaveOffers => Vec::new(),
    }
}

fn open_layer(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(layer) = layer_for(action, model) {
        model.layers.push(layer);
        // It is looked at from now on; where nothing rings, nothing has to stop.
        let rings = action == Action::GoToHeld && model.page.bell > 0;
        return if rings { vec![Effect::Ask(Ask::SeeHeld)] } else { Vec::new() };
    }
    let why = why_not(action, model).unwrap_or_else(|| "Select a conversation first.".to_owned());
    model.say(Message::trouble(why))
}

/// So many rows down, or up, in whichever list has the keys.
fn step(model: &mut Model, rows: isize) -> Vec<Effect> {
    match model.area {
        Area::Sidebar => moving::section_by(model, rows.signum()),
        Area::Item => panel::pick(model, rows),
        Area::List | Area::Thread | Area::Composer => moving::rows_by(model, rows),
    }
}

/// Opens what is selected in whichever list has the keys.
fn open(model: &mut Model) -> Vec<Effect> {
    match model.area {
        Area::Sidebar => {
            model.area = Area::List;
            Vec::new()
        }
        Area::Item => panel::open_picked(model),
        Area::List | Area::Thread | Area::Composer => moving::open_selected(model),
    }
}

/// One level back; never destroys.
fn back(model: &mut Model) -> Vec<Effect> {
    if !model.list.chosen.is_empty() {
        model.list.chosen.clear();
        return Vec::new();
    }
    let chosen = |view: &&mut ThreadView| !view.chosen.is_empty();
    if let Some(view) = model.thread.as_mut().filter(|_| model.area == Area::Thread).filter(chosen) {
        view.chosen.clear();
        view.flow.basis = None;
        return Vec::new();
    }
    match model.area {
        Area::Composer => writing::leave(model),
        Area::Thread if model.panel.pinned.is_some() => {
            model.area = Area::Item;
            Vec::new()
        }
        Area::Thread | Area::Sidebar => {
            model.area = Area::List;
            Vec::new()
        }
        Area::Item => panel::back(model),
        Area::List => moving::show_selected(model),
    }
}

fn next_area(model: &mut Model, step: isize) -> Vec<Effect> {
    if model.area == Area::Composer {
        if step < 0 {
            return writing::focus_text(model);
        }
        let effects = writing::leave(model);
        model.area = Area::Thread;
        let mut all = effects;
        all.extend(next_area(model, 1));
        return all;
    }
    let panel = model.panel_beside();
    let docked = panel && model.size.0 < crate::tui::layout::FOUR && model.size.0 >= crate::tui::layout::TWO;
    let mut areas = vec![Area::Sidebar];
    if !docked {
        areas.push(Area::List);
    }
    if model.item_is_main() || docked {
        areas.push(Area::Item);
    }
    if model.thread.is_some() || model.target().is_some() {
        areas.push(Area::Thread);
    }
    if panel && !docked {
        areas.push(Area::Item);
    }
    let at = areas.iter().position(|area| *area == model.area).unwrap_or(0);
    let count = areas.len();
    model.area = areas[(at + count).saturating_add_signed(step) % count];
    if model.area == Area::Thread && model.thread.is_none() { moving::show_selected(model) } else { Vec::new() }
}
