//! What a session is made with.

use crate::tui::{keymap::Keymap, theme::Theme, time::Zone, traits::Traits};
use std::sync::Arc;

/// What a session is made with.
#[derive(Debug, Clone)]
pub struct Look {
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The colours.
    pub theme: Theme,
    /// What the terminal takes.
    pub traits: Traits,
    /// In which zone moments are told.
    pub zone: Zone,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Whether the terminal is on this machine, so that an editor can be opened in it.
    pub local: bool,
    /// What makes this session's message ids its own (R1.8); different for every session that there will ever be.
    pub tag: String,
}
