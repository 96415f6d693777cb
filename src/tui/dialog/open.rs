//! Which layer an action opens.

use super::Layer;
use crate::tui::{keymap::Action, model::Model};

/// The layer that an action opens over the screen as it stands; `None` where the action opens none.
pub fn layer_for(_action: Action, _model: &Model) -> Option<Layer> {
    None
}
