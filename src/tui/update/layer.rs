//! Keys and answers of the layers over the screen.

use super::{acting, attaching, moving, panel, press::act, settle, writing};
use crate::tui::{
    ask::Effect,
    dialog::{DialogKey, Outcome, Place},
    keymap::{Action, Context, Found, KeyPress},
    model::{Message, Model},
};

/// A key for the topmost layer.
pub fn press(model: &mut Model, press: KeyPress) -> Vec<Effect> {
    let Some(mut layer) = model.layers.pop() else { return Vec::new() };
    if layer.context() == Context::Dialog
        && model.keymap.find(Context::Dialog, &[press]) == Found::Action(Action::Repaint)
    {
        model.layers.push(layer);
        return vec![Effect::Repaint];
    }
    let key = DialogKey::of(&model.keymap, layer.context(), press);
    let outcome = layer.press(key, model);
    let at = model.layers.len();
    model.layers.push(layer);
    finish(model, at, outcome)
}

/// Does what a layer's key or answer came to; the layer stands at `at`.
pub fn finish(model: &mut Model, at: usize, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Stay => Vec::new(),
        Outcome::Close => {
            model.layers.truncate(at);
            Vec::new()
        }
        Outcome::Do(effects) => effects,
        Outcome::CloseAnd(effects) => {
            model.layers.truncate(at);
            acting::spread(model, effects)
        }
        Outcome::Open(layer) => {
            model.layers.push(*layer);
            Vec::new()
        }
        Outcome::OpenAnd(layer, effects) => {
            model.layers.push(*layer);
            effects
        }
        Outcome::Replace(layer) => {
            model.layers.truncate(at);
            model.layers.push(*layer);
            Vec::new()
        }
        Outcome::Act(action) => {
            model.layers.clear();
            act(model, action)
        }
        Outcome::Go(place) => {
            model.layers.clear();
            go(model, &place)
        }
        Outcome::Files(change) => attaching::change(model, change),
        Outcome::SaveAttached(conversation, seq, files) => {
            model.layers.clear();
            attaching::save(model, conversation, seq, files)
        }
        Outcome::Say(text) => model.say(Message::said(text)),
        Outcome::SendAnyway(seen) => {
            model.layers.clear();
            writing::send_although(model, seen)
        }
    }
}

fn go(model: &mut Model, place: &Place) -> Vec<Effect> {
    match place {
        Place::Conversation(id, entry) => {
            let mut effects = moving::open(model, *id, *entry);
            effects.extend(settle::settle(model));
            effects
        }
        Place::Item(key) => {
            panel::show(model, *key);
            Vec::new()
        }
        Place::Section(section) => moving::to_section(model, *section),
    }
}
