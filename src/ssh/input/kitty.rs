//! Keys said by their number: kitty's protocol, and xterm's `modifyOtherKeys` before it.

use super::parameters::{HeldDown, Parameters};
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers, MediaKeyCode, ModifierKeyCode,
};

/// Appends what `CSI code : shifted : base ; modifiers : kind ; text u` says.
pub(super) fn keys(parameters: Parameters<'_>, events: &mut Vec<Event>) {
    const NOT_TEXT: KeyModifiers = KeyModifiers::SHIFT.complement();
    let mut codes = parameters.at(0);
    let (Some(code), Some(held), 1..=3) = (codes.next().flatten(), parameters.held(1), parameters.count()) else {
        return;
    };
    let text = || parameters.at(2).flatten().filter_map(char::from_u32).filter(|letter| !letter.is_control());
    let writes = held.kind != KeyEventKind::Release && !held.modifiers.intersects(NOT_TEXT);
    if writes && text().next().is_some() {
        // What the key writes is said; an input method may write several characters, with no key at all (0).
        events.extend(text().map(|letter| Event::Key(letter_key(letter, held))));
    } else {
        let (shifted, base) = (codes.next().flatten(), codes.next().flatten());
        events.extend(numbered(code, shifted, base, held).map(Event::Key));
    }
}

/// The key of a number, with what is held down.
pub(super) fn numbered(code: u32, shifted: Option<u32>, base: Option<u32>, held: HeldDown) -> Option<KeyEvent> {
    let HeldDown { mut modifiers, mut state, kind } = held;
    let key = match code {
        8 | 127 | 57347 => KeyCode::Backspace,
        9 | 57346 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 | 57346 => KeyCode::Tab,
        13 | 57345 => KeyCode::Enter,
        27 | 57344 => KeyCode::Esc,
        57348 => KeyCode::Insert,
        57349 => KeyCode::Delete,
        57350 => KeyCode::Left,
        57351 => KeyCode::Right,
        57352 => KeyCode::Up,
        57353 => KeyCode::Down,
        57354 => KeyCode::PageUp,
        57355 => KeyCode::PageDown,
        57356 => KeyCode::Home,
        57357 => KeyCode::End,
        57358 => KeyCode::CapsLock,
        57359 => KeyCode::ScrollLock,
        57360 => KeyCode::NumLock,
        57361 => KeyCode::PrintScreen,
        57362 => KeyCode::Pause,
        57363 => KeyCode::Menu,
        57364..=57398 => KeyCode::F(u8::try_from(code - 57363).ok()?),
        57399..=57427 => {
            state |= KeyEventState::KEYPAD;
            keypad(code)?
        }
        57428..=57440 => KeyCode::Media(media(code)?),
        57441..=57454 => {
            let (key, modifier) = modifier(code)?;
            modifiers |= modifier;
            KeyCode::Modifier(key)
        }
        // Kept for keys that are not known yet.
        57455..=63743 => return None,
        _ => {
            let letter = char::from_u32(code).filter(|letter| !letter.is_control())?;
            let shifted = shifted.and_then(char::from_u32).filter(|letter| !letter.is_control());
            return Some(letter_numbered(letter, shifted, base, HeldDown { modifiers, state, kind }));
        }
    };
    Some(KeyEvent::new_with_kind_and_state(key, modifiers, kind, state))
}

fn letter_numbered(letter: char, shifted: Option<char>, base: Option<u32>, held: HeldDown) -> KeyEvent {
    let HeldDown { mut modifiers, state, kind } = held;
    let latin = base.and_then(char::from_u32).filter(char::is_ascii_graphic);
    let letter = match (shifted, latin) {
        // The shortcuts are Latin letters: on another layout, those that are printed on the same keys.
        (_, Some(latin)) if modifiers.contains(KeyModifiers::CONTROL) && !letter.is_ascii() => latin,
        (Some(shifted), _) if modifiers.contains(KeyModifiers::SHIFT) => {
            modifiers.remove(KeyModifiers::SHIFT);
            shifted
        }
        _ if modifiers.contains(KeyModifiers::SHIFT) => capital(letter),
        _ => letter,
    };
    KeyEvent::new_with_kind_and_state(KeyCode::Char(letter), modifiers, kind, state)
}

fn capital(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

/// A character as crossterm has it: a capital has Shift with it.
fn letter_key(letter: char, held: HeldDown) -> KeyEvent {
    let mut modifiers = held.modifiers;
    modifiers.set(KeyModifiers::SHIFT, letter.is_uppercase());
    KeyEvent::new_with_kind_and_state(KeyCode::Char(letter), modifiers, held.kind, held.state)
}

fn keypad(code: u32) -> Option<KeyCode> {
    const SIGNS: &[u8; 10] = b"./*-+\0=,\0\0";
    const KEYS: [KeyCode; 11] = [
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Insert,
        KeyCode::Delete,
        KeyCode::KeypadBegin,
    ];
    let at = usize::try_from(code.checked_sub(57399)?).ok()?;
    match at {
        0..10 => char::from_digit(code - 57399, 10).map(KeyCode::Char),
        15 => Some(KeyCode::Enter),
        10..18 => SIGNS.get(at - 10).map(|sign| KeyCode::Char(char::from(*sign))),
        _ => KEYS.get(at - 18).copied(),
    }
}

fn media(code: u32) -> Option<MediaKeyCode> {
    use MediaKeyCode as M;
    const KEYS: [MediaKeyCode; 13] = [
        M::Play,
        M::Pause,
        M::PlayPause,
        M::Reverse,
        M::Stop,
        M::FastForward,
        M::Rewind,
        M::TrackNext,
        M::TrackPrevious,
        M::Record,
        M::LowerVolume,
        M::RaiseVolume,
        M::MuteVolume,
    ];
    KEYS.get(usize::try_from(code.checked_sub(57428)?).ok()?).copied()
}

fn modifier(code: u32) -> Option<(ModifierKeyCode, KeyModifiers)> {
    use {KeyModifiers as Held, ModifierKeyCode as Key};
    const KEYS: [(Key, Held); 14] = [
        (Key::LeftShift, Held::SHIFT),
        (Key::LeftControl, Held::CONTROL),
        (Key::LeftAlt, Held::ALT),
        (Key::LeftSuper, Held::SUPER),
        (Key::LeftHyper, Held::HYPER),
        (Key::LeftMeta, Held::META),
        (Key::RightShift, Held::SHIFT),
        (Key::RightControl, Held::CONTROL),
        (Key::RightAlt, Held::ALT),
        (Key::RightSuper, Held::SUPER),
        (Key::RightHyper, Held::HYPER),
        (Key::RightMeta, Held::META),
        (Key::IsoLevel3Shift, Held::NONE),
        (Key::IsoLevel5Shift, Held::NONE),
    ];
    KEYS.get(usize::try_from(code.checked_sub(57441)?).ok()?).copied()
}
