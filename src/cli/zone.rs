//! In whose zone moments are told to people.

use crate::desk::page::Moment;
use chrono::Local;

/// In whose zone moments are told to people. JSON always has UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// This machine's own, which its user knows.
    Machine,
    /// UTC, marked as such: whoever reads is elsewhere, and this machine's zone means nothing there.
    Universal,
}

impl Zone {
    /// A moment to the minute.
    pub fn clock(self, at: Moment) -> String {
        match self {
            Self::Machine => at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
            Self::Universal => at.format("%Y-%m-%d %H:%MZ").to_string(),
        }
    }
}

/// The cells that a moment takes at most in a table.
pub const CLOCK: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn elsewhere_a_moment_says_that_it_is_utc() {
        let said = Zone::Universal.clock(DateTime::from_timestamp(1_777_777_777, 0).unwrap_or_default());
        assert_eq!((said.as_str(), said.len()), ("2026-05-03 03:09Z", CLOCK));
    }
}
