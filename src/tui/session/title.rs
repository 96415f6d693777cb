//! What the terminal's window is called.

use crate::{desk::page::EXACT, domain::text::SafeText, tui::model::Model};

/// The team's name, with how much is unread before it.
pub fn window_title(model: &Model) -> String {
    let unread = match model.page.badge {
        0 => String::new(),
        more if more > EXACT => format!("({EXACT}+) "),
        some => format!("({some}) "),
    };
    format!("{unread}deskline · {}", SafeText::line(&model.page.team).fit(60))
}
