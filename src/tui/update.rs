//! What a key, a page or an answer does to the model; pure.

mod acting;
mod answered;
mod arrival;
mod attaching;
mod forgetting;
mod layer;
mod mails;
mod moving;
mod offering;
mod panel;
mod pointing;
mod press;
mod pushed;
mod reading;
mod settle;
mod ticking;
mod unfolding;
mod writing;

pub use arrival::is_awaited;
pub use ticking::deadline;

use super::{
    ask::{Effect, Msg},
    composer::Part,
    dialog::Layer,
    model::{Area, Message, Model},
};

/// Takes one message in; what comes back is to be done outside, in order.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let since = |model: &Model| model.thread.as_ref().map(|view| (view.conversation, view.shown_since));
    let covered = (!model.layers.is_empty()).then(|| since(model));
    let mut effects = take(model, msg);
    if model.layers.is_empty() && covered == Some(since(model)) {
        // What lay under a dialog was not read (R3.7); what was opened from it is.
        reading::shown_afresh(model);
    }
    if model.shut.is_none() {
        effects.extend(settle::settle(model));
    }
    effects
}

fn take(model: &mut Model, msg: Msg) -> Vec<Effect> {
    if matches!(msg, Msg::Press(_) | Msg::Paste(_) | Msg::Click(..) | Msg::Wheel(..) | Msg::Edited(_)) {
        model.typed = Some(model.now);
    }
    match msg {
        Msg::Press(press) => {
            model.acted = true;
            press::press(model, press)
        }
        Msg::Paste(text) => paste(model, &text),
        Msg::Click(column, row) => pointing::click(model, column, row),
        Msg::Wheel(column, row, down) => pointing::wheel(model, column, row, down),
        Msg::Page(page) => arrival::arrive(model, *page),
        Msg::Answered(ask, answer) => answered::answered(model, *ask, answer),
        Msg::Edited(text) => writing::edited(model, text),
        Msg::Tick(now) => ticking::tick(model, now),
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Msg::Focus(focused) => {
            model.focused = focused;
            reading::shown_afresh(model);
            Vec::new()
        }
        Msg::Leave => {
            let mut effects = writing::keep(model);
            let unkept = model.layers.iter_mut().filter(|layer| layer.due().is_some());
            effects.extend(unkept.flat_map(Layer::keep));
            effects
        }
        Msg::Trouble(text) => model.say(Message::trouble(text)),
        Msg::Shut(why) => {
            forgetting::forget_everything(model, why);
            Vec::new()
        }
    }
}

/// A paste is one block and never sends.
fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(layer) = model.layers.last_mut() {
        layer.paste(text);
        return Vec::new();
    }
    match (model.area, model.composer.as_mut()) {
        (Area::Composer, Some(composer)) => {
            composer.part = Part::Text;
            composer.editor.insert(text);
            composer.changed.get_or_insert(model.now);
            Vec::new()
        }
        (Area::Sidebar | Area::List | Area::Thread | Area::Item | Area::Composer, _) => {
            model.say(Message::said("Nothing was pasted. Open the composer first, then paste."))
        }
    }
}
