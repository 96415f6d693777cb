//! Reports that keep to no standard: known by the words that mail systems have used for decades.

use super::phrases::{DELAYS, PHRASES, RETURNED, SUBJECTS, TECHNICAL, WEAK};
use super::{Evidence, Report, ReportKind, Reported, System, add, answers, status_in, system, words};
use crate::mail::{automatic::is_machine, fields};
use serde_json::Value;

/// A bounce without the parts of RFC 3464.
///
/// It takes two of three kinds of evidence, so that a person who writes about a bounce is not taken for one: that a mail
/// system wrote it, its subject, and its words.
pub(super) fn found(evidence: &Evidence<'_>) -> Option<Report> {
    let report = |kind: ReportKind| Some(Report { kind, about: None, recipients: Vec::new() });
    let says_report = evidence.form.to_ascii_lowercase().starts_with("multipart/report");
    let failed = ["x-failed-recipients", "x-bounce-recipient"].iter().any(|name| evidence.fields.has(name));
    if says_report || failed {
        return report(kind(evidence).unwrap_or(if failed { ReportKind::Bounce } else { ReportKind::Unknown }));
    }
    let nobody = evidence.return_path.is_some_and(str::is_empty);
    let subject = evidence.subject.to_lowercase();
    let titled = !answers(evidence.subject) && SUBJECTS.iter().any(|it| subject.contains(it));
    let text = opening(evidence.text);
    let says = |phrases: &[&str]| phrases.iter().any(|it| text.contains(it));
    let returned = evidence.parts.iter().any(|part| part.media_type == "message/rfc822");
    let bounced = match system(evidence) {
        Some(System::Daemon) => titled || says(PHRASES) || says(WEAK),
        // People have that address too, and write of bounces.
        Some(System::Postmaster) if nobody || evidence.return_path.is_none() => titled || says(PHRASES) || says(WEAK),
        Some(System::Postmaster) => titled && (says(PHRASES) || returned || subject.starts_with("mail system error")),
        // A service that nobody answers may well write of parcels that could not be delivered, but not from the empty
        // address, and of full mailboxes only where mail is meant.
        None => {
            let unanswered = evidence.from.is_none_or(|from| is_machine(&from.address));
            says(PHRASES) && (nobody && (titled || unanswered) || titled && unanswered && says(TECHNICAL))
        }
    };
    if bounced {
        return report(kind(evidence).unwrap_or(ReportKind::Bounce));
    }
    if subject.trim().starts_with("loop alert") && evidence.fields.has("x-mlserver") {
        return report(ReportKind::Unknown);
    }
    if returned && subject.trim().starts_with("complaint about message from") {
        return report(ReportKind::Complaint);
    }
    notification(evidence)
}

/// What Amazon's mail service tells by its notification service, as JSON.
fn notification(evidence: &Evidence<'_>) -> Option<Report> {
    let text = evidence.text.trim_start();
    if !text.starts_with('{') || !(text.contains("\"notificationType\"") || text.contains("\"eventType\"")) {
        return None;
    }
    // Lines were broken on the way, which JSON does not allow.
    let text = text.replace('\n', "");
    let first: Value = serde_json::Deserializer::from_str(&text).into_iter().next()?.ok()?;
    let kind = match first.get("notificationType").or_else(|| first.get("eventType"))?.as_str()? {
        "Bounce" => ReportKind::Bounce,
        "Complaint" => ReportKind::Complaint,
        "Delivery" => ReportKind::Delivered,
        "DeliveryDelay" => ReportKind::Delay,
        _ => return None,
    };
    let mut recipients = Vec::new();
    let listed = [
        ("bounce", "bouncedRecipients"),
        ("complaint", "complainedRecipients"),
        ("deliveryDelay", "delayedRecipients"),
    ];
    for told in listed.iter().filter_map(|(what, who)| first.get(*what)?.get(*who)?.as_array()).flatten() {
        let word = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        if let Some(address) = fields::tidy(word("emailAddress")) {
            let said = words(word("diagnosticCode"));
            add(&mut recipients, Reported { address, status: status_in(word("status")), words: said });
        }
    }
    for address in first.get("delivery").and_then(|it| it.get("recipients")?.as_array()).into_iter().flatten() {
        if let Some(address) = address.as_str().and_then(fields::tidy) {
            add(&mut recipients, Reported { address, status: None, words: String::new() });
        }
    }
    let mail = first.get("mail")?;
    let named = mail.get("commonHeaders").and_then(|it| it.get("messageId")).and_then(Value::as_str);
    Some(Report { kind, about: named.and_then(fields::message_id), recipients })
}

/// Whether it is a delay or a failure, by what subject and text say.
pub(super) fn kind(evidence: &Evidence<'_>) -> Option<ReportKind> {
    kind_of(evidence.subject).filter(|kind| *kind == ReportKind::Delay).or_else(|| kind_of(evidence.text))
}

/// Whether a text tells of a delay or a failure.
pub(super) fn kind_of(text: &str) -> Option<ReportKind> {
    let text = opening(text);
    if DELAYS.iter().any(|it| text.contains(it)) && !text.contains("giving up") && !text.contains("given up") {
        return Some(ReportKind::Delay);
    }
    let bounced = PHRASES.iter().chain(SUBJECTS).any(|it| text.contains(it));
    bounced.then_some(ReportKind::Bounce)
}

/// The beginning of a text in lower case and with single blanks, without what it quotes: what is said to the reader.
fn opening(text: &str) -> String {
    const LONGEST: usize = 6_000;
    let mut whole = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('>')) {
        for word in line.split_whitespace() {
            whole.push_str(&word.to_lowercase());
            whole.push(' ');
        }
        if whole.len() > LONGEST {
            break;
        }
    }
    whole.replace('\u{2019}', "'")
}

/// The recipients that header fields and the words before the returned mail name.
pub(super) fn recipients(evidence: &Evidence<'_>) -> Vec<Reported> {
    let mut all = Vec::new();
    for value in evidence.fields.all("x-failed-recipients").chain(evidence.fields.all("x-bounce-recipient")) {
        for address in value.split(',').filter_map(fields::address) {
            add(&mut all, Reported { address, status: None, words: String::new() });
        }
    }
    let mut lines = evidence.text.lines().take(400).peekable();
    let named = all.len();
    while let Some(line) = lines.next() {
        let low = line.to_lowercase();
        if RETURNED.iter().any(|it| low.contains(it))
            || low.starts_with("received: ")
            || low.starts_with("return-path:")
        {
            break;
        }
        let Some(address) = at_the_start(line) else { continue };
        let mut said = line.trim_start().split_once([':', '>']).map_or("", |(_, said)| said).to_owned();
        while let Some(next) = lines.peek() {
            if next.trim().is_empty() || at_the_start(next).is_some() || said.len() > 1_000 {
                break;
            }
            said.push(' ');
            said.push_str(next.trim());
            lines.next();
        }
        let said = words(said.trim_start_matches([':', '>', ' ']));
        let reported = Reported { address, status: status_in(&said), words: said };
        // Where the header names them, the text only says why.
        if named == 0 || all.iter().any(|it: &Reported| it.address.eq_ignore_ascii_case(&reported.address)) {
            add(&mut all, reported);
        }
    }
    if let [only] = all.as_mut_slice()
        && only.status.is_none()
    {
        only.status = status_in(said_before(evidence.text));
    }
    if all.is_empty() {
        // "Your message to a@example.org could not be delivered": an address in the first sentences.
        let found = evidence.text.lines().take(30).flat_map(str::split_whitespace).filter(|word| word.contains('@'));
        let daemon = evidence.from.map(|from| from.address.clone()).unwrap_or_default();
        let address =
            found.filter_map(fields::tidy).find(|address| !address.eq_ignore_ascii_case(&daemon) && is_whole(address));
        all.extend(address.map(|address| Reported {
            address,
            status: status_in(said_before(evidence.text)),
            words: String::new(),
        }));
    }
    all
}

/// The text before the returned mail.
fn said_before(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n').take(400) {
        if returned(line) {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

/// Whether the returned mail begins behind this line.
fn returned(line: &str) -> bool {
    let low = line.to_lowercase();
    RETURNED.iter().any(|it| low.contains(it)) || low.starts_with("received: ") || low.starts_with("return-path:")
}

/// The address that a line begins with: "<a@example.org>:", "  a@example.org", "a@example.org:".
fn at_the_start(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let bracketed = word.starts_with('<') && word.contains('>');
    let behind = line.trim_start()[word.len()..].trim_start();
    let alone = behind.is_empty() || behind.starts_with(['[', '(']) || word.ends_with([':', ',']);
    if !word.contains('@') || !(bracketed || alone) {
        return None;
    }
    let inside = if bracketed { word[1..].split('>').next()? } else { word };
    fields::tidy(inside).filter(|address| is_whole(address))
}

fn is_whole(address: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| letter.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-\"".contains(letter))
    };
    address.rsplit_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain) && domain.contains('.'))
}
