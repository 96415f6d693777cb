//! Moments as people read them.

use crate::desk::page::Moment;
use chrono::{DateTime, Datelike, FixedOffset, Offset as _, Utc};

/// In whose zone moments are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The reader's own: its distance from UTC. It goes without saying.
    Own(FixedOffset),
    /// UTC, and said so: where the reader is nobody knows.
    Universal,
}

impl Zone {
    /// A moment as this zone tells it.
    pub fn at(self, moment: Moment) -> DateTime<FixedOffset> {
        moment.with_timezone(&match self {
            Self::Own(offset) => offset,
            Self::Universal => Utc.fix(),
        })
    }
}

/// How long ago, in at most six columns: "now", "2m", "9h", "3d", "3 May", "5/2024".
pub fn age(now: Moment, at: Moment, zone: Zone) -> String {
    let minutes = now.signed_duration_since(at).num_minutes();
    match minutes {
        ..1 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440..10_080 => format!("{}d", minutes / 1440),
        _ => {
            let (then, today) = (zone.at(at), zone.at(now));
            if minutes < 300 * 1440 || then.year() == today.year() {
                then.format("%-d %b").to_string()
            } else {
                then.format("%-m/%Y").to_string()
            }
        }
    }
}

/// The time of the day: "10:02". It stands below a [`day`], or in the conversation that has them.
pub fn clock(at: Moment, zone: Zone) -> String {
    zone.at(at).format("%H:%M").to_string()
}

/// The day: "Today", "Yesterday", "Monday 3 May", "3 May 2024"; with the zone of its hours where that is to be said:
/// "Today · UTC".
pub fn day(now: Moment, at: Moment, zone: Zone) -> String {
    let (then, today) = (zone.at(at).date_naive(), zone.at(now).date_naive());
    let day = match today.signed_duration_since(then).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=180 => then.format("%A %-d %b").to_string(),
        _ => then.format("%-d %b %Y").to_string(),
    };
    match zone {
        Zone::Own(_) => day,
        Zone::Universal => day + " · UTC",
    }
}

/// The columns that a [`stamp`] takes at most.
pub const STAMP: usize = 18;

/// Day and time in few columns, for lists of their own: "3 May 2026 10:02"; of another zone than the reader's
/// "3 May 2026 10:02Z".
pub fn stamp(at: Moment, zone: Zone) -> String {
    let mark = if zone == Zone::Universal { "Z" } else { "" };
    format!("{}{mark}", zone.at(at).format("%-d %b %Y %H:%M"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use chrono::{Duration, TimeZone};

    #[test]
    fn ages_and_days_read_like_speech() {
        let zone = Zone::Own(FixedOffset::east_opt(7200).unwrap());
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
        assert_eq!(stamp(now, zone), "4 May 2026 10:00");
    }

    #[test]
    fn a_zone_that_is_not_the_readers_is_named() {
        let now = Utc.with_ymd_and_hms(2026, 5, 14, 8, 0, 0).unwrap();
        assert_eq!(clock(now, Zone::Universal), "08:00");
        assert_eq!(day(now, now - Duration::hours(9), Zone::Universal), "Yesterday · UTC");
        assert_eq!(stamp(now, Zone::Universal), "14 May 2026 08:00Z");
        assert_eq!(stamp(now, Zone::Universal).len(), STAMP);
    }
}
