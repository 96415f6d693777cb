//! Days and times as IMAP writes them.

use chrono::{DateTime, NaiveDate};

/// When a mail arrived, as the server says it (RFC 3501, date-time), in seconds since 1970.
pub fn arrived(written: &str) -> Option<i64> {
    DateTime::parse_from_str(written.trim(), "%d-%b-%Y %H:%M:%S %z").ok().map(|at| at.timestamp())
}

/// A day as a search wants it.
pub fn day(day: NaiveDate) -> String {
    day.format("%-d-%b-%Y").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_and_times_are_read_and_written_as_servers_do() {
        assert_eq!(arrived("17-Jul-1996 02:44:25 -0700"), Some(837_596_665));
        assert_eq!(arrived(" 1-Jan-1970 00:00:09 +0000"), Some(9));
        for wrong in ["", "17-Jul-1996", "17-Foo-1996 02:44:25 -0700", "31-Feb-2026 00:00:00 +0000"] {
            assert_eq!(arrived(wrong), None, "{wrong}");
        }
        assert_eq!(day(NaiveDate::from_ymd_opt(2026, 5, 3).unwrap()), "3-May-2026");
    }
}
