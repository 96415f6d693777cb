//! A whole unit to what it means; a unit without a meaning, every answer of a terminal among them, to nothing.
//!
//! One answer has the form of a key. `CSI 1 ; 5 R` is Ctrl-F3 in xterm, and also "the cursor stands in the first row,
//! fifth column". deskline never asks where the cursor is, so with row 1 and a number that what is held down can have (2
//! to 16) it is the key, which nothing is bound to; every other report of that form is dropped.

use super::{
    frame::Unit,
    kitty, mouse,
    parameters::{HeldDown, Parameters},
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

const NONE: HeldDown = HeldDown::only(KeyModifiers::NONE);
const SHIFT: HeldDown = HeldDown::only(KeyModifiers::SHIFT);
const CONTROL: HeldDown = HeldDown::only(KeyModifiers::CONTROL);
const CONTROL_SHIFT: HeldDown = HeldDown::only(KeyModifiers::CONTROL.union(KeyModifiers::SHIFT));

/// Appends what a unit means.
pub(super) fn decode(unit: Unit<'_>, events: &mut Vec<Event>) {
    let before = events.len();
    match unit {
        Unit::Escape => events.push(key(KeyCode::Esc, NONE)),
        Unit::Control { byte, alt } => events.push(with_alt(control(byte), alt)),
        Unit::Letter { letter, alt } => letters(letter, alt, events),
        Unit::Keypad { number, last, escaped } => {
            events.extend(keypad(number, last));
            settle(escaped, before, events);
        }
        Unit::Console { number, last, escaped } => {
            events.extend(console(number, last));
            settle(escaped, before, events);
        }
        Unit::Sequence { body, last, escaped } => {
            match (last, Parameters::read(body)) {
                (b'M' | b'm', _) => events.extend(mouse::numbers(body, last)),
                (b'u', Some(parameters)) => kitty::keys(parameters, events),
                (_, Some(parameters)) => events.extend(sequence(parameters, last)),
                (_, None) => {}
            }
            settle(escaped, before, events);
        }
        Unit::Mouse(bytes) => events.extend(mouse::three_bytes(bytes)),
        Unit::Paste(text) => events.push(Event::Paste(text)),
    }
}

/// An ESC before a sequence is Alt where keys came of it, and was the Esc key by itself where not.
fn settle(escaped: bool, before: usize, events: &mut Vec<Event>) {
    if !escaped {
        return;
    }
    let came = &mut events[before..];
    if came.is_empty() || came.iter().any(|event| !matches!(event, Event::Key(_))) {
        events.insert(before, key(KeyCode::Esc, NONE));
        return;
    }
    for event in came {
        if let Event::Key(key) = event {
            key.modifiers |= KeyModifiers::ALT;
        }
    }
}

fn key(code: KeyCode, held: HeldDown) -> Event {
    Event::Key(KeyEvent::new_with_kind_and_state(code, held.modifiers, held.kind, held.state))
}

fn with_alt(mut key: KeyEvent, alt: bool) -> Event {
    key.modifiers.set(KeyModifiers::ALT, alt);
    Event::Key(key)
}

/// A character; one of C1 is a control that no keyboard has, and its ESC was the Esc key.
fn letters(letter: char, alt: bool, events: &mut Vec<Event>) {
    if letter.is_control() {
        events.extend(alt.then(|| key(KeyCode::Esc, NONE)));
        return;
    }
    let held = if letter.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    events.push(with_alt(KeyEvent::new(KeyCode::Char(letter), held), alt));
}

/// What a control character is the key of. crossterm says Ctrl-4 to Ctrl-7 for the last four; they are named here as
/// keyboards and kitty name them. BS is Backspace: terminals that send it mean that, and nothing is bound to Ctrl-H.
fn control(byte: u8) -> KeyEvent {
    let control = |letter: u8| KeyEvent::new(KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL);
    match byte {
        0x08 | 0x7f => KeyCode::Backspace.into(),
        b'\t' => KeyCode::Tab.into(),
        b'\r' => KeyCode::Enter.into(),
        0x1b => KeyCode::Esc.into(),
        0 => control(b' '),
        0x01..=0x1a => control(byte | 0x60),
        0x1c.. => control(byte | 0x40),
    }
}

/// What stands behind `CSI` and `ESC O` alike.
fn cursor(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(last - b'O'),
        _ => return None,
    })
}

fn keypad(number: &[u8], last: u8) -> Option<Event> {
    let parameters = Parameters::read(number)?;
    if parameters.count() > 0 {
        return Some(key(cursor(last)?, held_with(parameters)?));
    }
    let code = match last {
        b'I' => KeyCode::Tab,
        b'M' => KeyCode::Enter,
        b'X' => KeyCode::Char('='),
        b'j'..=b'o' => KeyCode::Char(char::from(last - b'j' + b'*')),
        b'p'..=b'y' => KeyCode::Char(char::from(last - b'p' + b'0')),
        b' ' => KeyCode::Char(' '),
        b'a'..=b'd' => return Some(key(cursor(last.to_ascii_uppercase())?, CONTROL)),
        _ => cursor(last)?,
    };
    Some(key(code, NONE))
}

/// F1 to F5; the pages by numbers as elsewhere.
fn console(number: &[u8], last: u8) -> Option<Event> {
    match (number, last) {
        ([], b'A'..=b'E') => Some(key(KeyCode::F(last - b'A' + 1), NONE)),
        (_, b'~') => sequence(Parameters::read(number)?, last),
        _ => None,
    }
}

/// A control sequence of numbers only.
fn sequence(parameters: Parameters<'_>, last: u8) -> Option<Event> {
    match last {
        b'R' if parameters.count() > 0 => {
            let said = parameters.count() == 2 && parameters.one(0, 1) == Some(1);
            let kind_said = parameters.at(1).count() > 1;
            let held = kind_said || matches!(parameters.one(1, 1), Some(2..=16));
            (said && held).then(|| Some(key(KeyCode::F(3), parameters.held(1)?)))?
        }
        b'A'..=b'F' | b'H' | b'P'..=b'S' => Some(key(cursor(last)?, held_with(parameters)?)),
        b'Z' => {
            let held = held_with(parameters)?;
            Some(key(KeyCode::BackTab, HeldDown { modifiers: held.modifiers | KeyModifiers::SHIFT, ..held }))
        }
        b'~' => numbered(parameters),
        b'$' => rxvt(parameters, SHIFT),
        b'^' => rxvt(parameters, CONTROL),
        b'@' => rxvt(parameters, CONTROL_SHIFT),
        b'a'..=b'd' if parameters.count() == 0 => Some(key(cursor(last.to_ascii_uppercase())?, SHIFT)),
        b'I' if parameters.count() == 0 => Some(Event::FocusGained),
        b'O' if parameters.count() == 0 => Some(Event::FocusLost),
        _ => None,
    }
}

/// `1 ; modifiers`, the 1 perhaps not written; older terminals write the modifiers alone.
fn held_with(parameters: Parameters<'_>) -> Option<HeldDown> {
    match (parameters.count(), parameters.one(0, 1)?) {
        (0, _) | (1, 1) => Some(NONE),
        (1, alone @ 2..=16) => HeldDown::new(alone),
        (2, 1) => parameters.held(1),
        _ => None,
    }
}

/// `CSI number ; modifiers ~`, and `CSI 27 ; modifiers ; code ~`.
fn numbered(parameters: Parameters<'_>) -> Option<Event> {
    let number = parameters.one(0, 0)?;
    let held = parameters.held(1)?;
    match (number, parameters.count()) {
        (27, 3) => kitty::numbered(parameters.one(2, 0)?, None, None, held).map(Event::Key),
        (_, 1 | 2) => Some(key(by_number(number)?, held)),
        _ => None,
    }
}

fn rxvt(parameters: Parameters<'_>, held: HeldDown) -> Option<Event> {
    if parameters.count() != 1 {
        return None;
    }
    Some(key(by_number(parameters.one(0, 0)?)?, held))
}

fn by_number(number: u32) -> Option<KeyCode> {
    let function = |before: u32| u8::try_from(number - before).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28..=29 => function(13),
        31..=34 => function(14),
        57427 => Some(KeyCode::KeypadBegin),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::ssh::input::Input;
    use crossterm::event::{
        Event, KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers, MediaKeyCode, ModifierKeyCode,
        MouseButton, MouseEvent, MouseEventKind,
    };
    use std::time::Duration;

    fn decoded(bytes: &[u8]) -> Vec<Event> {
        let mut input = Input::new();
        let mut events = input.take(bytes, Duration::ZERO);
        events.extend(input.expire(Duration::from_mins(1)));
        events
    }

    fn full(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind, state: KeyEventState) -> Event {
        Event::Key(KeyEvent::new_with_kind_and_state(code, modifiers, kind, state))
    }

    fn with(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn kind(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> Event {
        full(code, modifiers, kind, KeyEventState::NONE)
    }

    fn state(code: KeyCode, state: KeyEventState) -> Event {
        full(code, KeyModifiers::NONE, KeyEventKind::Press, state)
    }

    fn left(kind: MouseEventKind, column: u16, row: u16, modifiers: KeyModifiers) -> Event {
        Event::Mouse(MouseEvent { kind, column, row, modifiers })
    }

    /// What crossterm 0.29 promises in the tests of its own parser, byte for byte.
    #[test]
    fn keys_are_the_same_as_at_the_terminal_here() {
        use KeyCode::{Char, Down, Enter, Esc, F, Left, PageDown, PageUp, Tab, Up};
        use KeyEventKind::{Press, Release, Repeat};
        use KeyModifiers as M;
        let modifier = KeyCode::Modifier;
        for (bytes, expected) in [
            ("\x1b", with(Esc, M::NONE)),
            ("\x1bc", with(Char('c'), M::ALT)),
            ("\x1bH", with(Char('H'), M::ALT | M::SHIFT)),
            ("\x1b\x14", with(Char('t'), M::ALT | M::CONTROL)),
            ("\x1bOA", with(Up, M::NONE)),
            ("\x1b[D", with(Left, M::NONE)),
            ("\x1b[2D", with(Left, M::SHIFT)),
            ("\x1b[3~", with(KeyCode::Delete, M::NONE)),
            ("\x1b[200~on\x1b[2D\x1b[201~", Event::Paste("on\x1b[2D".into())),
            ("\x1b[32;30;40;M", left(MouseEventKind::Down(MouseButton::Left), 29, 39, M::NONE)),
            ("\x1b[I", Event::FocusGained),
            ("\x1b[O", Event::FocusLost),
            ("\x1b[<0;20;10;M", left(MouseEventKind::Down(MouseButton::Left), 19, 9, M::NONE)),
            ("\x1b[<0;20;10M", left(MouseEventKind::Down(MouseButton::Left), 19, 9, M::NONE)),
            ("\x1b[<0;20;10;m", left(MouseEventKind::Up(MouseButton::Left), 19, 9, M::NONE)),
            ("\x1b[<0;20;10m", left(MouseEventKind::Up(MouseButton::Left), 19, 9, M::NONE)),
            ("\x1b[M0\x60\x70", left(MouseEventKind::Down(MouseButton::Left), 63, 79, M::CONTROL)),
            ("ñ", with(Char('ñ'), M::NONE)),
            ("C", with(Char('C'), M::SHIFT)),
            ("\x1b[97u", with(Char('a'), M::NONE)),
            ("\x1b[97;2u", with(Char('A'), M::SHIFT)),
            ("\x1b[97;7u", with(Char('a'), M::ALT | M::CONTROL)),
            ("\x1b[13u", with(Enter, M::NONE)),
            ("\x1b[27u", with(Esc, M::NONE)),
            ("\x1b[9u", with(Tab, M::NONE)),
            ("\x1b[9;2u", with(KeyCode::BackTab, M::SHIFT)),
            ("\x1b[57358u", with(KeyCode::CapsLock, M::NONE)),
            ("\x1b[57376u", with(F(13), M::NONE)),
            ("\x1b[57428u", with(KeyCode::Media(MediaKeyCode::Play), M::NONE)),
            ("\x1b[57441u", with(modifier(ModifierKeyCode::LeftShift), M::SHIFT)),
            ("\x1b[57399u", state(Char('0'), KeyEventState::KEYPAD)),
            ("\x1b[57419u", state(Up, KeyEventState::KEYPAD)),
            ("\x1b[97;1:1u", kind(Char('a'), M::NONE, Press)),
            ("\x1b[97;5:1u", kind(Char('a'), M::CONTROL, Press)),
            ("\x1b[97;1:2u", kind(Char('a'), M::NONE, Repeat)),
            ("\x1b[97;1:3u", kind(Char('a'), M::NONE, Release)),
            ("\x1b[57449u", with(modifier(ModifierKeyCode::RightAlt), M::ALT)),
            ("\x1b[57449;3:3u", kind(modifier(ModifierKeyCode::RightAlt), M::ALT, Release)),
            ("\x1b[57450u", with(modifier(ModifierKeyCode::RightSuper), M::SUPER)),
            ("\x1b[57451u", with(modifier(ModifierKeyCode::RightHyper), M::HYPER)),
            ("\x1b[57452u", with(modifier(ModifierKeyCode::RightMeta), M::META)),
            ("\x1b[97;9u", with(Char('a'), M::SUPER)),
            ("\x1b[97;17u", with(Char('a'), M::HYPER)),
            ("\x1b[97;33u", with(Char('a'), M::META)),
            ("\x1b[97;65u", state(Char('a'), KeyEventState::CAPS_LOCK)),
            ("\x1b[49;129u", state(Char('1'), KeyEventState::NUM_LOCK)),
            ("\x1b[57:40;4u", with(Char('('), M::ALT)),
            ("\x1b[45:95;4u", with(Char('_'), M::ALT)),
            ("\x1b[;1:3B", kind(Down, M::NONE, Release)),
            ("\x1b[1;1:3B", kind(Down, M::NONE, Release)),
            ("\x1b[5;1:3~", kind(PageUp, M::NONE, Release)),
            ("\x1b[6;5:3~", kind(PageDown, M::CONTROL, Release)),
        ] {
            assert_eq!(decoded(bytes.as_bytes()), [expected], "{}", bytes.escape_debug());
        }
    }

    #[test]
    fn a_report_of_the_cursor_is_a_key_only_where_it_can_be_one() {
        let key = |modifiers| vec![with(KeyCode::F(3), modifiers)];
        assert_eq!(decoded(b"\x1b[R"), key(KeyModifiers::NONE));
        assert_eq!(decoded(b"\x1bOR"), key(KeyModifiers::NONE));
        assert_eq!(decoded(b"\x1b[1;5R"), key(KeyModifiers::CONTROL));
        assert_eq!(decoded(b"\x1b[1;16R").len(), 1);
        for report in ["\x1b[1;1R", "\x1b[1;17R", "\x1b[2;5R", "\x1b[24;80R", "\x1b[?1;5R", "\x1b[?1;5;1R", "\x1b[5R"] {
            assert_eq!(decoded(report.as_bytes()), [], "{}", report.escape_debug());
        }
    }

    #[test]
    fn what_no_keyboard_says_is_nothing() {
        for bytes in [
            "\x1b[1;0A",
            "\x1b[1;257A",
            "\x1b[1;99999999999999A",
            "\x1b[2;5A",
            "\x1b[1;5;5A",
            "\x1b[1;5:4A",
            "\x1b[1;5:1:1A",
            "\x1b[9~",
            "\x1b[200;5~",
            "\x1b[27;5~",
            "\x1b[27;5;97;1~",
            "\x1b[27;5;3~",
            "\x1b[3;5$",
            "\x1b[u",
            "\x1b[;5u",
            "\x1b[3u",
            "\x1b[55296u",
            "\x1b[99999999999u",
            "\x1b[60000u",
            "\x1b[97;5;1;1u",
            "\x1b[0u",
            "\x1b[5 A",
            "\x1b[>1u",
            "\x1b[=1u",
            "\x1b[<1u",
            "\x1b[1I",
            "\x1b[2O",
            "\x1b[31;1;1M",
            "\x1b[32;0;1M",
            "\x1b[<0;0;0M",
            "\x1b[<0;70000;1M",
            "\x1b[<256;1;1M",
            "\x1b[<128;1;1M",
            "\x1b[<0;1M",
            "\x1bOz",
            "\x1b[[F",
            "\u{9b}",
            "\u{85}",
        ] {
            assert_eq!(decoded(bytes.as_bytes()), [], "{}", bytes.escape_debug());
        }
    }

    #[test]
    fn one_that_is_no_key_gives_the_escape_before_it_back() {
        let escape = with(KeyCode::Esc, KeyModifiers::NONE);
        assert_eq!(decoded(b"\x1b\x1b[A"), [with(KeyCode::Up, KeyModifiers::ALT)]);
        assert_eq!(decoded(b"\x1b\x1b[?62;c"), std::slice::from_ref(&escape));
        assert_eq!(decoded(b"\x1b\x1b[I"), [escape.clone(), Event::FocusGained]);
        assert_eq!(decoded("\x1b\u{9b}".as_bytes()), [escape]);
    }

    #[test]
    fn what_an_input_method_writes_comes_letter_by_letter() {
        let letters = [with(KeyCode::Char('日'), KeyModifiers::NONE), with(KeyCode::Char('本'), KeyModifiers::NONE)];
        assert_eq!(decoded(b"\x1b[0;;26085:26412u"), letters);
    }
}
