//! How long to wait after something failed: longer each time, and never all at the same moment.

use super::TroubleKind;
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(5);
/// A server that refuses a login shuts the account where it is asked too often.
const FIRST_LOGIN: Duration = Duration::from_mins(1);
const LONGEST_LOGIN: Duration = Duration::from_mins(30);

/// Counts failures in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// One more failure; how long to wait, at least half of what its count says and at most all of it. `random` is any
    /// number.
    pub fn failed(&mut self, kind: TroubleKind, random: u64) -> Duration {
        let (first, longest) = match kind {
            TroubleKind::Login | TroubleKind::Setup => (FIRST_LOGIN, LONGEST_LOGIN),
            TroubleKind::Connection
            | TroubleKind::Silence
            | TroubleKind::Refused
            | TroubleKind::Busy
            | TroubleKind::Gibberish
            | TroubleKind::Desk
            | TroubleKind::Folder
            | TroubleKind::Stopped => (FIRST, LONGEST),
        };
        let whole = first.saturating_mul(1 << self.failures.min(16)).min(longest);
        self.failures = self.failures.saturating_add(1);
        let half = whole / 2;
        half + Duration::from_millis(random % u64::try_from(half.as_millis().max(1)).unwrap_or(1))
    }

    /// It works again.
    pub fn worked(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_a_limit_and_begins_again() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> =
            (0..10).map(|_| backoff.failed(TroubleKind::Connection, u64::MAX - 615).as_millis()).collect();
        let mut whole = 1000;
        for wait in &waits {
            assert!((whole / 2..=whole).contains(wait), "{waits:?}");
            whole = (whole * 2).min(300_000);
        }
        for _ in 0..100 {
            assert!(backoff.failed(TroubleKind::Connection, 7) <= LONGEST, "it never overflows");
        }
        backoff.worked();
        assert!(backoff.failed(TroubleKind::Connection, 999) < FIRST);
        assert!(backoff.failed(TroubleKind::Login, 0) >= FIRST_LOGIN / 2);
    }

    #[test]
    fn mailboxes_that_fail_together_come_back_one_by_one() {
        let waits: std::collections::BTreeSet<Duration> =
            (0..100).map(|random| Backoff::default().failed(TroubleKind::Connection, random * 977)).collect();
        assert!(waits.len() > 50, "{}", waits.len());
    }
}
