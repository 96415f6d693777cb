//! The days and times that chat logs write before their lines, between them and in their names.

use chrono::{NaiveDate, NaiveTime};

/// The stamp before a line's words.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) day: Option<NaiveDate>,
    pub(super) time: NaiveTime,
}

/// Takes the stamp off a line, and the channel before it where there is one.
pub(super) fn stamped(line: &str) -> Option<(Option<&str>, Stamp, &str)> {
    if let Some((stamp, rest)) = stamp(line) {
        return Some((None, stamp, rest));
    }
    let (channel, rest) = line.split_once(' ')?;
    let (stamp, rest) = stamp(rest).filter(|(stamp, _)| stamp.day.is_some())?;
    Some((Some(channel), stamp, rest))
}

/// `[12:18]`, `[12:18:05]`, `12:18`, `2019-09-05 [22:44:46]`, `[2019-09-05 22:44:46]`, `2019-09-05T22:44:46Z`.
fn stamp(line: &str) -> Option<(Stamp, &str)> {
    if let Some(inner) = line.strip_prefix('[') {
        let (inside, rest) = inner.split_once(']')?;
        let (stamp, left) = bare_stamp(inside.trim())?;
        return left.is_empty().then_some((stamp, rest));
    }
    bare_stamp(line)
}

/// A stamp without brackets around the whole of it.
fn bare_stamp(line: &str) -> Option<(Stamp, &str)> {
    let Some((day, rest)) = leading_day(line) else {
        let (time, rest) = leading_time(line)?;
        return Some((Stamp { day: None, time }, rest));
    };
    let rest = rest.strip_prefix('T').unwrap_or_else(|| rest.trim_start_matches([' ', '\t']));
    let (time, rest) = match rest.strip_prefix('[') {
        Some(inner) => {
            let (inside, after) = inner.split_once(']')?;
            (leading_time(inside).filter(|(_, left)| left.is_empty())?.0, after)
        }
        None => leading_time(rest)?,
    };
    Some((Stamp { day: Some(day), time }, rest))
}

/// `2019-09-05` or `2019/09/05` at the start.
pub(super) fn leading_day(line: &str) -> Option<(NaiveDate, &str)> {
    let head = line.get(..10)?;
    let bytes = head.as_bytes();
    if !matches!((bytes[4], bytes[7]), (b'-', b'-') | (b'/', b'/')) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(
        head.get(..4)?.parse().ok()?,
        head.get(5..7)?.parse().ok()?,
        head.get(8..)?.parse().ok()?,
    )?;
    Some((day, &line[10..]))
}

/// `22:44` or `22:44:46` at the start, followed by nothing that would make it something else.
fn leading_time(line: &str) -> Option<(NaiveTime, &str)> {
    let two = |from: usize| -> Option<u32> {
        let digits = line.get(from..from + 2)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let (hour, minute) = (two(0)?, two(3)?);
    if line.as_bytes().get(2) != Some(&b':') {
        return None;
    }
    let (second, mut used) = match line.as_bytes().get(5) {
        Some(b':') => (two(6)?, 8),
        Some(_) | None => (0, 5),
    };
    // Parts of a second and the zone mark of UTC say nothing that a log's readers need.
    let rest = &line[used..];
    if let Some(parts) = rest.strip_prefix('.') {
        used += 1 + parts.bytes().take_while(u8::is_ascii_digit).count();
    }
    let rest = &line[used..];
    let rest = rest.strip_prefix('Z').unwrap_or(rest);
    if rest.chars().next().is_some_and(|next| !matches!(next, ' ' | '\t' | '<' | ']')) {
        return None;
    }
    // A leap second is counted as the one before it.
    Some((NaiveTime::from_hms_opt(hour, minute, second.min(59))?, rest))
}

/// The day of "--- Day changed Thu Sep 05 2019" and "--- Log opened Thu Sep 05 13:00:00 2019" and their like.
pub(super) fn day_line(line: &str) -> Option<NaiveDate> {
    let lower = line.to_ascii_lowercase();
    if !["day changed", "log opened", "begin logging at", "logging started"].iter().any(|words| lower.contains(words)) {
        return None;
    }
    day_in_words(line).or_else(|| line.split_whitespace().find_map(|word| Some(leading_day(word)?.0)))
}

/// A day written with the English short name of its month and a year of four digits, in any order.
pub(in crate::import) fn day_in_words(text: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut year, mut month, mut day) = (None, None, None);
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        if let Ok(number) = word.parse::<u32>() {
            match word.len() {
                4 => year = i32::try_from(number).ok(),
                1 | 2 => day = Some(number),
                _ => {}
            }
        } else if word.len() == 3 || word.len() > 3 && month.is_none() {
            let start = word.get(..3).unwrap_or_default().to_ascii_lowercase();
            month = (1..).zip(MONTHS).find(|(_, name)| *name == start).map(|(number, _)| number).or(month);
        }
    }
    NaiveDate::from_ymd_opt(year?, month?, day?)
}

/// The day in a log's file name: `2004-11-15`, `2004_11_15`, `2004.11.15` or `20041115`, and the name before it.
pub(super) fn day_in_name(name: &str) -> Option<(NaiveDate, &str)> {
    let bytes = name.as_bytes();
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = bytes.get(range)?;
        digits.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(digits).ok()?.parse().ok())?
    };
    (0..bytes.len()).filter(|start| *start == 0 || !bytes[start - 1].is_ascii_digit()).find_map(|start| {
        let year = i32::try_from(number(start..start + 4)?).ok().filter(|year| (1988..=2200).contains(year))?;
        let apart = matches!(bytes.get(start + 4), Some(b'-' | b'_' | b'.'));
        let (month, day, end) =
            if apart { (start + 5, start + 8, start + 10) } else { (start + 4, start + 6, start + 8) };
        if bytes.get(end).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        Some((NaiveDate::from_ymd_opt(year, number(month..month + 2)?, number(day..day + 2)?)?, &name[..start]))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_in_names() {
        for (name, before) in [
            ("2004-11-15_03.raw.txt", ""),
            ("#shop-2004-11-15.log", "#shop-"),
            ("shop.20041115.log", "shop."),
            ("shop_2004_11_15", "shop_"),
            ("7-2004.11.15.log", "7-"),
        ] {
            assert_eq!(day_in_name(name), Some((day("2004-11-15"), before)), "{name}");
        }
        for name in ["shop.0.ascii.txt", "20049999.log", "120041115.log", "200411151.log", "log", ""] {
            assert_eq!(day_in_name(name), None, "{name}");
        }
    }
}
