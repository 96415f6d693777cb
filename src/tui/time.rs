//! Moments as people read them.

use crate::desk::page::Moment;
use chrono::{Datelike, FixedOffset};

/// How long ago, in at most six columns: "now", "2m", "9h", "3d", "3 May", "5/2024".
pub fn age(now: Moment, at: Moment, zone: FixedOffset) -> String {
    let minutes = now.signed_duration_since(at).num_minutes();
    match minutes {
        ..1 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440..10_080 => format!("{}d", minutes / 1440),
        _ => {
            let (then, today) = (at.with_timezone(&zone), now.with_timezone(&zone));
            if minutes < 300 * 1440 || then.year() == today.year() {
                then.format("%-d %b").to_string()
            } else {
                then.format("%-m/%Y").to_string()
            }
        }
    }
}

/// The time of the day: "10:02".
pub fn clock(at: Moment, zone: FixedOffset) -> String {
    at.with_timezone(&zone).format("%H:%M").to_string()
}

/// The day: "Today", "Yesterday", "Monday 3 May", "3 May 2024".
pub fn day(now: Moment, at: Moment, zone: FixedOffset) -> String {
    let (then, today) = (at.with_timezone(&zone).date_naive(), now.with_timezone(&zone).date_naive());
    match today.signed_duration_since(then).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=180 => then.format("%A %-d %b").to_string(),
        _ => then.format("%-d %b %Y").to_string(),
    }
}

/// Day and time in few columns, for lists of their own: "3 May 10:02".
pub fn stamp(at: Moment, zone: FixedOffset) -> String {
    at.with_timezone(&zone).format("%-d %b %Y %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use chrono::{Duration, TimeZone, Utc};

    #[test]
    fn ages_and_days_read_like_speech() {
        let zone = FixedOffset::east_opt(7200).unwrap();
        let now = Utc.with_ymd_and_hms(2026, 5, 4, 8, 0, 0).unwrap();
        let of = |minutes| age(now, now - Duration::minutes(minutes), zone);
        assert_eq!(
            [of(0), of(2), of(61), of(3 * 1440), of(20 * 1440), of(800 * 1440)],
            ["now", "2m", "1h", "3d", "14 Apr", "2/2024"]
        );
        assert_eq!(clock(now, zone), "10:00");
        assert_eq!(day(now, now - Duration::hours(9), zone), "Today");
        assert_eq!(day(now, now - Duration::hours(11), zone), "Yesterday");
        assert_eq!(day(now, now - Duration::days(10), zone), "Friday 24 Apr");
    }
}
