//! What a key, a page or an answer does to the model; pure.

use super::{
    ask::{Effect, Msg},
    dialog::{DialogKey, Layer, Outcome},
    keymap::KeyPress,
    model::{Message, Model},
};

/// Takes one message in; what comes back is to be done outside, in order.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Press(press) if !model.layers.is_empty() => press_layer(model, press),
        Msg::Paste(text) => {
            if let Some(layer) = model.layers.last_mut() {
                layer.paste(&text);
            }
            Vec::new()
        }
        Msg::Page(page) => {
            model.page = *page;
            Vec::new()
        }
        Msg::Answered(ask, answer) => {
            let waiting = model.layers.iter().rposition(Layer::waits);
            match waiting {
                Some(at) => {
                    let outcome = model.layers[at].answered(&ask, &answer);
                    finish(model, at, outcome)
                }
                None => Vec::new(),
            }
        }
        Msg::Tick(now) => {
            model.now = now;
            Vec::new()
        }
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Msg::Trouble(text) => {
            model.message = Some(Message::trouble(text));
            Vec::new()
        }
        Msg::Press(_) | Msg::Click(..) | Msg::Wheel(..) | Msg::Edited(_) | Msg::Focus(_) => Vec::new(),
    }
}

fn press_layer(model: &mut Model, press: KeyPress) -> Vec<Effect> {
    let Some(mut layer) = model.layers.pop() else { return Vec::new() };
    let key = DialogKey::of(&model.keymap, layer.context(), press);
    let outcome = layer.press(key, model);
    let at = model.layers.len();
    model.layers.push(layer);
    finish(model, at, outcome)
}

/// Does what a layer's key or answer came to; the layer stands at `at`.
fn finish(model: &mut Model, at: usize, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Stay => Vec::new(),
        Outcome::Close => {
            model.layers.truncate(at);
            Vec::new()
        }
        Outcome::Do(effects) => effects,
        Outcome::CloseAnd(effects) => {
            model.layers.truncate(at);
            effects
        }
        Outcome::Open(layer) => {
            model.layers.push(*layer);
            Vec::new()
        }
        Outcome::Replace(layer) => {
            model.layers.truncate(at);
            model.layers.push(*layer);
            Vec::new()
        }
        Outcome::Act(_) | Outcome::Go(_) | Outcome::SendAnyway(_) => {
            model.layers.clear();
            Vec::new()
        }
        Outcome::Say(text) => {
            model.message = Some(Message::said(text));
            Vec::new()
        }
    }
}
