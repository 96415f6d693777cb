//! The mail that came back with a report: which one it was, and to whom it went.

use super::{Evidence, add};
use crate::{
    domain::letter::Reported,
    mail::fields::{self, Fields},
};

/// The Message-ID of the mail that the report is about: of the returned mail or of its header, attached or in the text;
/// else what the report's own header says.
pub(super) fn about(evidence: &Evidence<'_>) -> Option<String> {
    let attached = headers(evidence).find_map(|header| header.get("message-id").and_then(fields::message_id));
    let named = || {
        let names = ["x-original-message-id", "original-message-id", "x-failed-message-id"];
        names.iter().find_map(|name| evidence.fields.get(name)).and_then(fields::message_id)
    };
    let answered = || {
        let first = evidence.fields.get("in-reply-to").and_then(fields::message_id);
        let last = |value: &str| fields::message_id(&value[value.rfind('<')?..]);
        first.or_else(|| evidence.fields.get("references").and_then(last))
    };
    // Broken mails hold it where no part begins.
    let anywhere = || in_text(&String::from_utf8_lossy(&evidence.body[..evidence.body.len().min(LONGEST)]));
    attached.or_else(named).or_else(|| in_text(evidence.text)).or_else(anywhere).or_else(answered)
}

/// The most bytes of a returned mail that are looked at for its header.
const LONGEST: usize = 256 * 1024;

/// Whom the returned mail was addressed to.
pub(super) fn recipients(evidence: &Evidence<'_>) -> Vec<Reported> {
    let mut all = Vec::new();
    for header in headers(evidence) {
        let to = header.all("to").flat_map(|value| value.split(',')).filter_map(fields::address);
        for address in to {
            add(&mut all, Reported { address, status: None, words: String::new() });
        }
    }
    all
}

/// The headers of what was returned.
fn headers(evidence: &Evidence<'_>) -> impl Iterator<Item = Fields> {
    let returned = evidence.parts.iter().filter(|part| {
        let kind = part.media_type.as_str();
        matches!(kind, "message/rfc822" | "message/global" | "message/partial" | "message/news")
            || kind.ends_with("/rfc822-headers")
            || kind.ends_with("/global-headers")
            || (kind.starts_with("text/") && kind != "text/html" && kind != "text/calendar")
            || kind == "application/octet-stream"
    });
    // A header is long, but not this long.
    returned.map(|part| Fields::of(&String::from_utf8_lossy(&part.content[..part.content.len().min(LONGEST)])))
}

/// A Message-ID field in a text, indented or quoted or not.
fn in_text(text: &str) -> Option<String> {
    const NAME: &str = "message-id:";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start_matches([' ', '\t', '>', '|', '*']);
        let field = line.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME));
        if field.is_some() {
            let rest = line[NAME.len()..].trim_start_matches(['*', ' ']);
            let id = fields::message_id(rest).or_else(|| lines.next().and_then(|next| fields::message_id(next.trim())));
            if id.as_ref().is_some_and(|id| id.contains('@')) {
                return id;
            }
        }
    }
    None
}
