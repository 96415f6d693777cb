//! Where the signature begins in what somebody wrote.

use super::{
    Line,
    phrases::{CLOSINGS, FOOTERS, SENT_FROM},
};

/// The most lines of a signature below its own mark (`-- `), empty ones left out.
const MOST_MARKED: usize = 30;
/// The most lines of one that only its words tell.
const MOST_TOLD: usize = 12;
/// The most lines below the line of a telephone; some programs put the mail that is answered there, without a mark.
const MOST_BELOW: usize = 6;
/// The longest line of one that only its words tell, in characters.
const LONGEST: usize = 80;

/// The line at which the signature begins: with its mark, with what a telephone or a list puts there, with a closing and
/// more than a name behind it, or with the writer's name above a telephone number or an address.
pub(super) fn start(lines: &[Line<'_>], writer: &str) -> Option<usize> {
    let end = lines.iter().rposition(|line| !line.is_empty())? + 1;
    let lines = &lines[..end];
    let mut first = footer(lines).unwrap_or(end);
    // Each may stand above another: a name, the telephone's line below it, a list's footer below that.
    for find in [marked, sent_from] {
        first = find(&lines[..first]).unwrap_or(first);
    }
    first = closed(&lines[..first]).or_else(|| named(&lines[..first], writer)).unwrap_or(first);
    (first < end).then_some(first)
}

/// Below the mark of RFC 3676.
fn marked(lines: &[Line<'_>]) -> Option<usize> {
    let at = lines.iter().rposition(|line| line.text == "--")?;
    let below = lines[at + 1..].iter().filter(|line| !line.is_empty()).count();
    ((1..=MOST_MARKED).contains(&below)).then_some(at)
}

/// The line that a telephone or a program adds.
fn sent_from(lines: &[Line<'_>]) -> Option<usize> {
    let last = lines.iter().enumerate().rev().filter(|(_, line)| !line.is_empty()).take(MOST_BELOW);
    let mut found = None;
    for (at, line) in last {
        let low = line.text.trim_start_matches(['-', '_', '*', ' ', '[', '(', '<']).to_lowercase();
        let short = low.chars().count() <= 120 && !low.ends_with('.');
        let apart = at == 0 || lines[at - 1].text.is_empty() || lines[at - 1].text == "--" || at + 1 == lines.len();
        if short && apart && !low.ends_with(['?', '!']) && SENT_FROM.iter().any(|start| low.starts_with(start)) {
            found = Some(at);
        }
    }
    let at = found?;
    Some(if at > 0 && lines[at - 1].text == "--" { at - 1 } else { at })
}

/// What a list or a service puts under every mail, below a rule.
fn footer(lines: &[Line<'_>]) -> Option<usize> {
    let rule = |line: &Line<'_>| {
        let text = line.text;
        text.len() >= 2 && text.bytes().all(|byte| matches!(byte, b'-' | b'_' | b'=' | b'*'))
    };
    let at = lines.iter().rposition(rule)?;
    // A short one is no rule of its own unless the footer stands right below it.
    let near = if lines[at].text.len() < 10 { 1 } else { 4 };
    let below: Vec<_> = lines[at + 1..].iter().filter(|line| !line.is_empty()).collect();
    let says = below.iter().take(near).any(|line| {
        let low = line.text.to_lowercase();
        FOOTERS.iter().any(|footer| low.contains(footer))
    });
    (says && below.len() <= MOST_MARKED).then_some(at)
}

/// A closing ("Best regards,") with more than a name below it; a name alone takes less room than the fold would.
fn closed(lines: &[Line<'_>]) -> Option<usize> {
    let told = told(lines);
    let at = told.iter().copied().find(|at| {
        let low = lines[*at].text.to_lowercase();
        let plain = low.trim_end_matches([',', '.', '!', ';', ':', '，', '。', ' ']).replace('\u{2019}', "'");
        CLOSINGS.contains(&plain.as_str())
    })?;
    let below = told.iter().filter(|it| **it > at).count();
    (2..MOST_TOLD).contains(&below).then_some(at)
}

/// The writer's name with something below it that signatures have.
fn named(lines: &[Line<'_>], writer: &str) -> Option<usize> {
    let writer = writer.trim().to_lowercase();
    if writer.chars().count() < 3 {
        return None;
    }
    let told = told(lines);
    let is_rule = |at: &usize| {
        lines[*at].text.len() >= 5 && lines[*at].text.bytes().all(|byte| matches!(byte, b'-' | b'_' | b'='))
    };
    let below = |at: usize| told.iter().filter(move |it| **it > at).map(|it| lines[*it].text);
    let named = |at: &usize| lines[*at].text.trim_matches(['*', ',', ' ']).to_lowercase() == writer;
    let ruled = |at: &usize| is_rule(at) && below(*at).any(|line| line.to_lowercase().contains(&writer));
    let at = told.iter().copied().find(|at| named(at) || ruled(at))?;
    below(at).any(reaches).then_some(at)
}

/// Whether a line tells how to reach somebody.
fn reaches(line: &str) -> bool {
    let low = line.to_lowercase();
    low.contains('@')
        || low.contains("www.")
        || low.contains("http")
        || low.starts_with("via ")
        || low.bytes().filter(u8::is_ascii_digit).count() >= 7
}

/// The last lines that are short enough for a signature and none of which asks anything, oldest first.
fn told(lines: &[Line<'_>]) -> Vec<usize> {
    let mut all: Vec<usize> = lines
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, line)| !line.is_empty())
        .take(MOST_TOLD)
        .take_while(|(_, line)| line.text.chars().count() <= LONGEST && !line.text.ends_with('?'))
        .map(|(at, _)| at)
        .collect();
    all.reverse();
    all
}
