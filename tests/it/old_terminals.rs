//! Terminals of former times are sent nothing that they would print as text, and show the same screen.

use crate::{desks::TestDesk, seat::Seat};
use deskline::tui::{ask::Effect, traits::Traits};

const SIZE: (u16, u16) = (80, 24);
/// Through the list, a conversation, a reply, a dialog and the help.
const KEYS: [&str; 16] = ["j", "j", "k", "Enter", "j", "r", "Esc", "Tab", "Tab", "?", "Esc", "m", "j", "Esc", "R", "+"];

fn desk() -> TestDesk {
    let desk = TestDesk::new();
    for number in 0..30 {
        desk.write_in(&format!("customer{number}@example.com"), None, "A question about the invoice of last month");
    }
    desk
}

/// On a desk of its own, the frame after each key, and the first of all before them.
fn frames(traits: Traits) -> Vec<String> {
    let desk = desk();
    let mut seat = Seat::at(&desk, "ana", SIZE, traits);
    let mut frames = vec![traits.enter().to_owned() + &seat.session.frame().unwrap()];
    for key in KEYS {
        frames.push(seat.keys(key).session.frame().unwrap_or_default());
    }
    frames
}

/// What is between `CSI` and its last byte, and that.
fn sequences(bytes: &str) -> Vec<(&str, char)> {
    let sequence = |part| {
        let inside: &str = str::strip_prefix(part, "[").unwrap_or_else(|| panic!("ESC and no CSI: {part:?}"));
        let end = inside.find(|letter: char| ('@'..='~').contains(&letter)).unwrap();
        (&inside[..end], inside[end..].chars().next().unwrap())
    };
    bytes.split('\x1b').skip(1).map(sequence).collect()
}

#[test]
fn an_old_terminal_gets_numbers_and_modes_only() {
    for name in ["linux", "vt220", "vt100"] {
        let traits = Traits::of(name);
        let bytes = frames(traits).concat() + traits.leave();
        for (inside, last) in sequences(&bytes) {
            let digits = inside.strip_prefix('?').unwrap_or(inside);
            assert!(digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{name}: {inside}{last}");
            assert_eq!(inside.starts_with('?'), "hl".contains(last), "{name}: {inside}{last}");
            assert_ne!(inside, "?2026", "{name}");
            assert!("hlmHJKC".contains(last), "{name}: {inside}{last}");
        }
    }
    // The same look at today's terminals finds what it looks for.
    let today = frames(Traits::default()).concat();
    assert!(today.contains("\x1b]0;") && today.contains("\x1b[?2026h") && today.contains("\x1b[>1u"));
}

#[test]
fn the_oldest_are_told_to_end_everything_where_something_ends() {
    let ends = |traits: Traits| {
        let bytes = frames(traits).concat();
        let mut codes = sequences(&bytes).into_iter().filter(|(_, last)| *last == 'm');
        codes.any(|(inside, _)| inside.split(';').any(|code| code.starts_with('2') && code.len() == 2))
    };
    assert!(ends(Traits::of("vt220")));
    assert!(!ends(Traits::of("vt100")));
}

#[test]
fn the_screen_is_the_same_at_every_terminal() {
    let screens = |name: &str| {
        let mut terminal = vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0);
        let painted = |frame: String| {
            terminal.process(frame.as_bytes());
            terminal.screen().state_formatted()
        };
        frames(Traits::of(name)).into_iter().map(painted).collect::<Vec<_>>()
    };
    let today = screens("xterm-256color");
    assert!(today.windows(2).any(|pair| pair[0] != pair[1]));
    for name in ["linux", "vt100"] {
        for (at, (old, new)) in screens(name).iter().zip(&today).enumerate() {
            assert_eq!(old, new, "{name}, frame {at}");
        }
    }
}

#[test]
fn where_nothing_can_be_copied_the_screen_says_what_would_have_been() {
    let desk = desk();
    let mut today = Seat::new(&desk, "ana");
    today.keys("y");
    let Some(Effect::Copy(copied)) = today.outside.last().cloned() else { panic!("{:?}", today.outside) };
    assert!(today.foot().contains("Copied"), "{}", today.foot());
    let mut console = Seat::at(&desk, "ana", (120, 40), Traits::of("linux"));
    console.keys("y");
    assert_eq!(console.outside, []);
    assert!(console.foot().contains("no clipboard") && console.foot().contains(&copied), "{}", console.foot());
}
