//! What is said of the viewer's own readiness (R8.2).

use super::{
    keymap::Action,
    model::{Message, Model},
};

/// After the viewer's own key.
pub const ON: &str = "You are ready.";
/// After the viewer's own key.
pub const OFF: &str = "You are not ready.";

/// Somebody else, or the desk, switched it off; `when` ends the sentence.
pub fn lost(model: &Model, when: &str) -> Message {
    let key = model.keymap.keys_for(Action::ToggleReady);
    let help = if key.is_empty() { String::new() } else { format!(" {key} is ready again.") };
    Message::said(format!("You were made not ready {when}.{help}"))
}
