//! What a terminal takes beyond letters and places, by the name it gives itself (`TERM`).

use super::ansi;

/// What a terminal takes beyond letters and places. By default everything, as every terminal emulator of today does or
/// passes over in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// It takes what came after the terminals that were made of glass: strings (a title, the clipboard), kitty's
    /// keyboard, synchronized output. Others print a part of such sequences as text.
    pub modern: bool,
    /// It can end bold, underlined and reversed one by one; others only all at once, and would go on reversed.
    pub ends_singly: bool,
}

impl Default for Traits {
    fn default() -> Self {
        Self { modern: true, ends_singly: true }
    }
}

impl Traits {
    /// By the terminal's name. A name that is not known is taken for one of today.
    pub fn of(term: &str) -> Self {
        let named = |names: &[&str]| names.iter().any(|name| is_kind_of(term, name));
        let glass = is_glass(term);
        // Those that can at least end an attribute: all of these are drawn by a program, and the later of DEC's.
        let later = named(&["linux", "cygwin", "eterm", "hurd"]) || glass && !is_early_glass(term);
        let modern = !(later || glass || is_nameless(term) || named(&["ansi", "pcansi", "cons25", "sun", "mach"]));
        Self { modern, ends_singly: modern || later }
    }

    /// What switches everything on that a session uses, and empties the screen.
    pub const fn enter(self) -> &'static str {
        if self.modern { ansi::ENTER } else { ansi::ENTER_PLAIN }
    }

    /// What switches all of it off again, the mouse too, and brings back what was on the screen, or empties it where the
    /// terminal cannot.
    pub const fn leave(self) -> &'static str {
        if self.modern { ansi::LEAVE } else { ansi::LEAVE_PLAIN }
    }

    /// What puts text on the terminal's clipboard; `None` where that cannot be.
    pub fn copy(self, text: &str) -> Option<String> {
        self.modern.then(|| ansi::copy(text))
    }
}

/// Whether a terminal's name says that it shows colours. Only those are denied that are known to have none: `colorterm`
/// (`COLORTERM`), where it says anything, knows better than an old name.
pub(super) fn has_colours(term: &str, colorterm: Option<&str>) -> bool {
    let says_none = term == "dumb" || term.ends_with("-m") || term.ends_with("-mono");
    let old = is_nameless(term) || is_glass(term) || is_kind_of(term, "sun") || is_kind_of(term, "mach");
    !says_none && (!old || term.contains("color") || colorterm.is_some_and(|said| !said.is_empty()))
}

/// "linux" and "linux-16color" and "linux.utf8" are Linux, "linuxoid" is not.
fn is_kind_of(term: &str, name: &str) -> bool {
    term.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', '+']))
}

/// What is sent as a name where there is none.
fn is_nameless(term: &str) -> bool {
    ["", "dumb", "unknown", "network", "dialup"].contains(&term)
}

/// A terminal made of glass, or what plays one: "vt100", "vt220-w".
fn is_glass(term: &str) -> bool {
    term.strip_prefix("vt").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// From the VT52 to the VT132.
fn is_early_glass(term: &str) -> bool {
    let digits: String = term.chars().skip(2).take_while(char::is_ascii_digit).collect();
    digits.parse::<u32>().is_ok_and(|number| number < 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODERN: Traits = Traits { modern: true, ends_singly: true };
    const LATER: Traits = Traits { modern: false, ends_singly: true };
    const EARLY: Traits = Traits { modern: false, ends_singly: false };

    #[test]
    fn a_terminal_is_what_it_says() {
        for (names, expected) in [
            (
                &[
                    "xterm",
                    "xterm-256color",
                    "xterm-kitty",
                    "foot",
                    "wezterm",
                    "alacritty",
                    "xterm-ghostty",
                    "vte-256color",
                    "konsole",
                    "putty",
                    "tmux-256color",
                    "screen",
                    "screen.linux",
                    "rxvt-unicode",
                    "Eterm",
                    "mintty",
                    "linuxoid",
                    "whatever comes next",
                ][..],
                MODERN,
            ),
            (&["linux", "linux-16color", "cygwin", "vt220", "vt320-w", "vt420", "vt525", "eterm-color"], LATER),
            (&["", "dumb", "unknown", "network", "vt52", "vt100", "vt102-w", "ansi", "ansi-m", "cons25", "sun"], EARLY),
        ] {
            for name in names {
                assert_eq!(Traits::of(name), expected, "{name}");
            }
        }
        assert_eq!(Traits::default(), MODERN);
    }

    #[test]
    fn an_old_terminal_is_sent_neither_strings_nor_private_marks_of_later_times() {
        for traits in [LATER, EARLY] {
            for bytes in [traits.enter(), traits.leave()] {
                assert!(!bytes.contains("\x1b]") && !bytes.contains(['<', '>', '=']), "{bytes:?}");
                assert!(!bytes.contains("2026"), "{bytes:?}");
            }
            assert_eq!(traits.copy("#1"), None);
        }
        assert_eq!(MODERN.enter(), ansi::ENTER);
        assert_eq!(MODERN.leave(), ansi::LEAVE);
        assert_eq!(MODERN.copy("#1"), Some(ansi::copy("#1")));
    }

    /// Every mode that is switched on on the way in, or by the mouse, is switched off on the way out.
    #[test]
    fn what_is_switched_on_is_switched_off() {
        for traits in [MODERN, EARLY] {
            let on = format!("{}{}", traits.enter(), ansi::mouse(true));
            for mode in on.split("\x1b[?").filter_map(|part| part.split_once('h')).map(|(mode, _)| mode) {
                if mode.bytes().all(|byte| byte.is_ascii_digit()) {
                    assert!(traits.leave().contains(&format!("\x1b[?{mode}l")), "{mode}");
                }
            }
            assert!(traits.enter().contains("\x1b[?25l") && traits.leave().contains("\x1b[?25h"));
            assert_eq!(traits.enter().contains("\x1b[>1u"), traits.leave().contains("\x1b[<1u"));
        }
    }
}
