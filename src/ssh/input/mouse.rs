//! Mice, in the three ways in which terminals report them.

use super::parameters::Parameters;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// `CSI M` and three bytes, each 32 more than what it says.
pub(super) fn three_bytes([button, column, row]: [u8; 3]) -> Option<Event> {
    let number = |byte: u8| Some(u32::from(byte.checked_sub(32)?));
    at(meaning(number(button)?)?, number(column)?, number(row)?)
}

/// `CSI < button ; column ; row M`, or `m` where the button goes up (mode 1006); without the `<`, the button is 32 more
/// than it says and never goes up by name (mode 1015). Some terminals write one `;` more.
pub(super) fn numbers(body: &[u8], last: u8) -> Option<Event> {
    let marked = body.strip_prefix(b"<");
    let body = marked.unwrap_or(body);
    let parameters = Parameters::read(body.strip_suffix(b";").unwrap_or(body))?;
    if parameters.count() != 3 || marked.is_none() && last == b'm' {
        return None;
    }
    let (kind, modifiers) = meaning(parameters.one(0, 0)?.checked_sub(if marked.is_some() { 0 } else { 32 })?)?;
    let kind = match kind {
        MouseEventKind::Down(button) if last == b'm' => MouseEventKind::Up(button),
        other => other,
    };
    at((kind, modifiers), parameters.one(1, 1)?, parameters.one(2, 1)?)
}

/// Terminals count from 1. A place that cannot be is none: a report in pixels has the same form.
fn at((kind, modifiers): (MouseEventKind, KeyModifiers), column: u32, row: u32) -> Option<Event> {
    let place = |number: u32| u16::try_from(number.checked_sub(1)?).ok();
    Some(Event::Mouse(MouseEvent { kind, column: place(column)?, row: place(row)?, modifiers }))
}

fn meaning(number: u32) -> Option<(MouseEventKind, KeyModifiers)> {
    let bits = u8::try_from(number).ok()?;
    let button = bits & 3 | (bits & 0xc0) >> 4;
    let moving = bits & 32 != 0;
    let kind = match (button, moving) {
        (0, false) => MouseEventKind::Down(MouseButton::Left),
        (1, false) => MouseEventKind::Down(MouseButton::Middle),
        (2, false) => MouseEventKind::Down(MouseButton::Right),
        (0, true) => MouseEventKind::Drag(MouseButton::Left),
        (1, true) => MouseEventKind::Drag(MouseButton::Middle),
        (2, true) => MouseEventKind::Drag(MouseButton::Right),
        // Not said which.
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (3..=5, true) => MouseEventKind::Moved,
        (4, false) => MouseEventKind::ScrollUp,
        (5, false) => MouseEventKind::ScrollDown,
        (6, false) => MouseEventKind::ScrollLeft,
        (7, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let mut modifiers = KeyModifiers::empty();
    modifiers.set(KeyModifiers::SHIFT, bits & 4 != 0);
    modifiers.set(KeyModifiers::ALT, bits & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 16 != 0);
    Some((kind, modifiers))
}
