//! The header of an earlier mail in a text ("From: … Sent: …"), and the line between dashes that may stand above it.

use super::{
    Line, following,
    phrases::{DATE, FROM, ORIGINAL, PASSED_ON, PASSED_ON_SUBJECTS, SUBJECT, TO},
};

/// The most lines that such a header has.
const MOST_LINES: usize = 14;

/// A field of such a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Subject,
}

/// Whether a mail that is answered begins at this line.
pub(super) fn begins_quote(lines: &[Line<'_>], at: usize) -> bool {
    let line = lines[at].text;
    if is_between_dashes(line, ORIGINAL) || says_above(line) {
        return true;
    }
    let next = following(lines, at + 1);
    if is_rule(line) && next < lines.len() && next <= at + 2 {
        return is_header(lines, next, true) || is_between_dashes(lines[next].text, ORIGINAL);
    }
    is_header(lines, at, false)
}

/// The line that help desks put above what they send, so that answers to it stand above it.
fn says_above(line: &str) -> bool {
    let low = line.to_lowercase();
    line.len() < 120
        && ["reply above this line", "write above this line", "oberhalb dieser linie", "au-dessus de cette ligne"]
            .iter()
            .any(|it| low.contains(it))
}

/// Whether a mail that is passed on begins at this line.
pub(super) fn passes_on(lines: &[Line<'_>], at: usize) -> bool {
    let line = lines[at].text;
    if line.len() > 120 || line.starts_with('>') {
        return false;
    }
    let dashed = line.starts_with("--") || line.starts_with("==") || line.starts_with("__");
    let low = line.trim_matches(['-', '=', '_', ' ', '*', ':', '：']).to_lowercase();
    PASSED_ON.iter().any(|phrase| if dashed { low.starts_with(phrase) } else { low == *phrase })
}

/// Whether a subject says that the mail passes another one on.
pub(in crate::mail) fn passes_on_by_subject(subject: &str) -> bool {
    let low = subject.trim_start().to_lowercase().replace(" :", ":").replace('：', ":");
    PASSED_ON_SUBJECTS.iter().any(|start| low.starts_with(start))
}

fn is_between_dashes(line: &str, phrases: &[&str]) -> bool {
    if line.chars().take_while(|letter| is_dash(*letter)).count() < 2 || line.len() > 160 {
        return false;
    }
    let inside = line.trim_matches(|letter: char| is_dash(letter) || matches!(letter, ' ' | ':' | '\u{a0}'));
    let low = inside.to_lowercase().replace('\u{2019}', "'");
    phrases.contains(&low.as_str())
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '_' | '=' | '*' | '\u{2010}'..='\u{2015}' | '\u{2500}' | '\u{2501}')
}

/// A line of nothing but dashes or underscores.
fn is_rule(line: &str) -> bool {
    line.chars().count() >= 3 && line.chars().all(is_dash) && (line.len() >= 4 || !line.is_ascii())
}

/// Whether a header of an earlier mail begins here: two fields or more, of which one says who or when, and enough to tell it
/// from a form that somebody filled in.
fn is_header(lines: &[Line<'_>], at: usize, below_rule: bool) -> bool {
    let Some((first, value)) = field(lines[at].text) else { return false };
    let mut found = vec![first];
    let mut proof = is_proof(first, value);
    let mut continued = 0;
    for line in lines.iter().skip(at + 1).take(MOST_LINES) {
        if line.is_empty() {
            break;
        }
        if let Some((field, value)) = field(line.text) {
            continued = 0;
            proof |= is_proof(field, value);
            if !found.contains(&field) {
                found.push(field);
            }
        } else {
            continued += 1;
            if continued > 3 {
                break;
            }
        }
    }
    let who = found.contains(&Field::From);
    let when = found.contains(&Field::Date);
    (who || when)
        && proof
        && (found.len() >= 3 || found.len() == 2 && (below_rule || who && when || first == Field::Date))
        || below_rule && who && proof
}

/// Whether a value is what only mails have there: an address or a date.
fn is_proof(field: Field, value: &str) -> bool {
    match field {
        Field::From | Field::To => value.contains('@') || value.contains('<'),
        Field::Date => value.bytes().filter(u8::is_ascii_digit).count() >= 3,
        Field::Subject => false,
    }
}

/// The field that a line holds.
fn field(line: &str) -> Option<(Field, &str)> {
    let line = line.trim_start_matches(['*', '|', ' ', '\u{200e}', '\u{200f}']);
    let end = line.char_indices().take(32).find(|(_, letter)| matches!(letter, ':' | '：'))?;
    let name = line[..end.0].trim_matches(['*', ' ', '\u{a0}', '_']).to_lowercase();
    let value = line[end.0 + end.1.len_utf8()..].trim_matches(['*', ' ', '\u{a0}']);
    let name = name.as_str();
    let known = [(Field::From, FROM), (Field::Date, DATE), (Field::Subject, SUBJECT), (Field::To, TO)];
    known.into_iter().find(|(_, names)| names.contains(&name)).map(|(field, _)| (field, value))
}
