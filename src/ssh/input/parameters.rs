//! The numbers of a control sequence, and what is held down by them.

use crossterm::event::{KeyEventKind, KeyEventState, KeyModifiers};

/// Numbers with `;` between them, each perhaps with more behind `:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameters<'a>(&'a [u8]);

impl<'a> Parameters<'a> {
    /// `None` where anything else is in it: a private mark, an intermediate byte.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        body.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')).then_some(Self(body))
    }

    /// How many; 0 where nothing was written.
    pub(super) fn count(self) -> usize {
        if self.0.is_empty() { 0 } else { self.0.split(|byte| *byte == b';').count() }
    }

    /// The numbers at a place, counted from 0; an empty or missing one is `None`.
    pub(super) fn at(self, place: usize) -> impl Iterator<Item = Option<u32>> + 'a {
        self.0.split(|byte| *byte == b';').nth(place).unwrap_or_default().split(|byte| *byte == b':').map(number)
    }

    /// The number at a place, `otherwise` where it is empty or missing; `None` where there are several.
    pub(super) fn one(self, place: usize, otherwise: u32) -> Option<u32> {
        let mut numbers = self.at(place);
        let first = numbers.next().flatten().unwrap_or(otherwise);
        numbers.next().is_none().then_some(first)
    }

    /// What is held down, by the number at a place; `None` where it cannot be that.
    pub(super) fn held(self, place: usize) -> Option<HeldDown> {
        let mut numbers = self.at(place);
        let held = HeldDown::new(numbers.next().flatten().unwrap_or(1))?;
        let kind = match numbers.next().flatten() {
            None | Some(1) => KeyEventKind::Press,
            Some(2) => KeyEventKind::Repeat,
            Some(3) => KeyEventKind::Release,
            Some(_) => return None,
        };
        numbers.next().is_none().then_some(HeldDown { kind, ..held })
    }
}

/// A number too large is larger than anything that is looked for.
fn number(digits: &[u8]) -> Option<u32> {
    let add = |sum: u32, digit: &u8| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
    (!digits.is_empty()).then(|| digits.iter().fold(0, add))
}

/// What is held down with a key, and whether it goes down or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeldDown {
    pub modifiers: KeyModifiers,
    pub state: KeyEventState,
    pub kind: KeyEventKind,
}

impl HeldDown {
    /// By xterm's number: 1 and the sum of what is held down.
    pub(super) fn new(number: u32) -> Option<Self> {
        const MODIFIERS: [KeyModifiers; 6] = [
            KeyModifiers::SHIFT,
            KeyModifiers::ALT,
            KeyModifiers::CONTROL,
            KeyModifiers::SUPER,
            KeyModifiers::HYPER,
            KeyModifiers::META,
        ];
        let bits = u8::try_from(number.checked_sub(1)?).ok()?;
        let mut modifiers = KeyModifiers::empty();
        for (bit, modifier) in MODIFIERS.into_iter().enumerate() {
            modifiers.set(modifier, bits & 1 << bit != 0);
        }
        let mut state = KeyEventState::empty();
        state.set(KeyEventState::CAPS_LOCK, bits & 64 != 0);
        state.set(KeyEventState::NUM_LOCK, bits & 128 != 0);
        Some(Self { modifiers, state, kind: KeyEventKind::Press })
    }

    /// These and nothing else.
    pub(super) const fn only(modifiers: KeyModifiers) -> Self {
        Self { modifiers, state: KeyEventState::empty(), kind: KeyEventKind::Press }
    }
}
