//! The line above a quote that says who wrote it and when: "On 3 May 2021 at 12:30, Ana <ana@example.org> wrote:".

use super::{
    Line, following,
    phrases::{STARTS, WROTE},
};

/// The most lines that such a line is broken into.
const MOST_LINES: usize = 4;
/// The longest such line, in bytes.
const LONGEST: usize = 400;

/// The number of lines of an introduction that begins at this line.
pub(super) fn length(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines[at].text;
    if first.len() > LONGEST || !begins(first) {
        return None;
    }
    let mut whole = String::new();
    for length in 1..=MOST_LINES.min(lines.len() - at) {
        let line = &lines[at + length - 1];
        // Some programs break the line within the angle brackets, so that the rest looks quoted.
        let broken_off = length > 1 && line.text.starts_with(">:");
        if line.is_empty() || line.is_quoted() && !broken_off || whole.len() + line.text.len() > LONGEST {
            return None;
        }
        // An introduction of its own below another line is not that line's continuation.
        if length > 1 && begins_anew(line.text) && introduces(line.text, lines, at + length) {
            return None;
        }
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(line.text);
        if introduces(&whole, lines, at + length) {
            return Some(length);
        }
    }
    None
}

/// Whether a line can be the first of an introduction.
fn begins(line: &str) -> bool {
    let plain = line.trim_start_matches(['-', '_', ' ', '*', '"', '[', '(', '<']);
    let Some(word) = plain.split_whitespace().next() else { return false };
    let word = word.to_lowercase();
    let word = word.trim_end_matches(['.', ',', ':']);
    STARTS.contains(&word)
        || word.starts_with(|letter: char| letter.is_ascii_digit())
        || word.contains('@')
        || word
            .chars()
            .any(|letter| matches!(letter, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{3040}'..='\u{30ff}'))
        || has_date(plain.get(..40).unwrap_or(plain))
        || plain.contains('@')
}

/// Whether a line begins as introductions do, and not with the address that one was broken before.
fn begins_anew(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default().to_lowercase();
    let plain = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    !word.contains('@')
        && has_date(line)
        && (STARTS.contains(&plain) || word.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Whether this is a whole introduction. `next` is the line behind it.
fn introduces(whole: &str, lines: &[Line<'_>], next: usize) -> bool {
    let low = whole.to_lowercase();
    let end = low.trim_end_matches(['-', '_', ' ', '*']);
    let dashed = end.len() + 3 <= low.len() && low.starts_with('-');
    let colon = end.ends_with([':', '：']);
    let said = end.trim_end_matches([':', '：', ' ', '\u{a0}']);
    let dated = has_date(said);
    let addressed = said.contains('@');
    let before_quote = || {
        let next = following(lines, next);
        next < lines.len() && lines[next].is_quoted()
    };
    let wrote_last = WROTE.iter().any(|wrote| ends_with_word(said, wrote));
    if wrote_last && (dated || addressed) && (colon || dashed || addressed && dated) {
        return true;
    }
    if colon && dated && WROTE.iter().any(|wrote| has_word(said, wrote)) {
        return true;
    }
    // A date, a time and an address say it without a word.
    if colon && addressed && dated && has_time(said) {
        return true;
    }
    // In words that are not known, right above a quote.
    before_quote()
        && (colon && (dated && has_time(said) || wrote_last || addressed) || addressed && dated && said.ends_with('>'))
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word)
        .is_some_and(|before| before.ends_with(|letter: char| !letter.is_alphanumeric()) || !word.is_ascii())
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let apart = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        (apart(before) && apart(after)) || is_without_blanks(word)
    })
}

/// Whether the writing of a word puts no blanks between words.
fn is_without_blanks(word: &str) -> bool {
    word.chars().any(|letter| letter >= '\u{2e80}')
}

/// Whether there is a year, or a number of a day beside a month or between strokes.
fn has_date(text: &str) -> bool {
    let mut numbers = 0;
    for number in text.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty()) {
        if number.len() == 4 && (number.starts_with("19") || number.starts_with("20")) {
            return true;
        }
        numbers += usize::from(number.len() <= 2);
    }
    numbers >= 2
}

/// Whether there is a time of day: "12:30", "18.30", "6 PM".
fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut marks = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b':' | b'.' | b'h'));
    marks.any(|(at, _)| at > 0 && digit(at - 1) && digit(at + 1) && digit(at + 2) && !digit(at + 3))
}
