//! The colours: the terminal's own sixteen, so that light and dark both work, or none at all.

use super::traits;
use ratatui::style::{Color, Modifier, Style};

/// How things look. Whatever a colour says, a word, a mark or a border says too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    coloured: bool,
}

impl Theme {
    /// The sixteen colours, or none (`NO_COLOR`, `TERM=dumb`).
    pub const fn new(coloured: bool) -> Self {
        Self { coloured }
    }

    /// What a terminal far away gets, by what it says of itself (`TERM`, and `COLORTERM` where it was sent), and what
    /// whoever sits there asked for (`NO_COLOR`); never by the environment of this process.
    pub fn for_terminal(term: &str, colorterm: Option<&str>, no_color: bool) -> Self {
        Self::new(!no_color && traits::has_colours(term, colorterm))
    }

    const fn colour(self, colour: Color, otherwise: Modifier) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new().add_modifier(otherwise) }
    }

    /// Ordinary words.
    pub const fn plain(self) -> Style {
        Style::new()
    }

    /// What steps back: ages, hints, read rows.
    pub const fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What stands out: names, unread subjects, titles.
    pub const fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The program's own accent: headings of what has the focus, keys in the footer.
    pub const fn accent(self) -> Style {
        self.colour(Color::Cyan, Modifier::BOLD)
    }

    /// Replies to customers.
    pub const fn reply(self) -> Style {
        self.colour(Color::Blue, Modifier::empty())
    }

    /// Notes: for agents only.
    pub const fn note(self) -> Style {
        self.colour(Color::Yellow, Modifier::empty())
    }

    /// Internal messages.
    pub const fn internal(self) -> Style {
        self.colour(Color::Magenta, Modifier::empty())
    }

    /// What is new, and what is fine.
    pub const fn fresh(self) -> Style {
        self.colour(Color::Green, Modifier::BOLD)
    }

    /// What went wrong, what is locked or private.
    pub const fn alarm(self) -> Style {
        self.colour(Color::Red, Modifier::BOLD)
    }

    /// The selected row of the area that has the keys.
    pub const fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The selected row of an area that has not.
    pub const fn selected_elsewhere(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED)
    }

    /// A control that cannot be used now.
    pub const fn disabled(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_withheld_only_from_terminals_that_have_none() {
        for (term, colorterm, coloured) in [
            ("xterm-256color", None, true),
            ("xterm", Some("truecolor"), true),
            ("linux", None, true),
            ("screen", None, true),
            ("vte", None, true),
            ("ansi", None, true),
            ("made-up", None, true),
            ("dumb", None, false),
            ("dumb", Some("truecolor"), false),
            ("vt100", None, false),
            ("vt220", Some(""), false),
            ("vt100", Some("truecolor"), true),
            ("vt525-color", None, true),
            ("xterm-mono", None, false),
            ("linux-m", None, false),
            ("rxvt-m", Some("rxvt"), false),
            ("", None, false),
            ("unknown", None, false),
            ("", Some("24bit"), true),
        ] {
            assert_eq!(Theme::for_terminal(term, colorterm, false), Theme::new(coloured), "{term} {colorterm:?}");
            assert_eq!(Theme::for_terminal(term, colorterm, true), Theme::new(false), "{term} with NO_COLOR");
        }
    }
}
