//! Bounces and other reports about mails that were sent: the standard ones (RFC 3464, 8098, 5965), then the well-known
//! shapes of those that keep to none.

mod phrases;
mod returned;
mod shapes;
mod status;

use super::{fields::Fields, words::Part};
use crate::domain::letter::{Correspondent, Report, ReportKind, Reported};

/// What there is to judge by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) fields: &'a Fields,
    /// The Content-Type, without blanks.
    pub(super) form: &'a str,
    pub(super) from: Option<&'a Correspondent>,
    pub(super) return_path: Option<&'a str>,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    pub(super) parts: &'a [Part],
    /// The body as it came.
    pub(super) body: &'a [u8],
}

/// The most recipients that are told of.
const MOST_RECIPIENTS: usize = 200;
/// The longest words of a server that are kept, in characters.
const LONGEST_WORDS: usize = 500;

/// What the mail reports, where it is a report.
pub(super) fn found(evidence: &Evidence<'_>) -> Option<Report> {
    // Somebody who passes a bounce on may attach its parts one by one.
    let says_report = evidence.form.to_ascii_lowercase().starts_with("multipart/report");
    let passed_on = answers(evidence.subject) && !says_report && system(evidence).is_none();
    let standard = evidence.parts.iter().filter(|_| !passed_on).find_map(|part| status::read(part, evidence.text));
    let mut report = match standard {
        Some(report) => report,
        None => shapes::found(evidence)?,
    };
    if report.about.is_none() {
        report.about = returned::about(evidence);
    }
    let reports_delivery = match report.kind {
        ReportKind::Bounce | ReportKind::Delay | ReportKind::Delivered | ReportKind::Unknown => true,
        ReportKind::Read | ReportKind::Complaint => false,
    };
    if report.recipients.is_empty() && reports_delivery {
        report.recipients = shapes::recipients(evidence);
    }
    if report.recipients.is_empty() && reports_delivery {
        report.recipients = returned::recipients(evidence);
    }
    report.recipients.truncate(MOST_RECIPIENTS);
    if report.kind == ReportKind::Unknown {
        report.kind = shapes::kind(evidence).unwrap_or(ReportKind::Unknown);
    }
    Some(report)
}

/// What a mail that comes from a mail system says that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    /// A program.
    Daemon,
    /// Whoever looks after it, which may be a program or somebody.
    Postmaster,
}

fn system(evidence: &Evidence<'_>) -> Option<System> {
    const DAEMONS: [&str; 5] = ["mail delivery s", "mail deliver s", "mailer-daemon", "mailer daemon", "mail system"];
    let Some(from) = evidence.from else {
        // Some write "MAILER-DAEMON <>".
        let raw = evidence.fields.get("from").unwrap_or_default().to_lowercase();
        return ["daemon", "postmaster"].iter().any(|it| raw.contains(it)).then_some(System::Daemon);
    };
    let name = from.name.to_lowercase();
    let local: String = from.address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let plain: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    let starts = |starts: &[&str]| starts.iter().any(|start| plain.starts_with(start));
    if starts(&["mailerdaemon", "maildaemon", "bounce"]) || DAEMONS.iter().any(|it| name.contains(it)) {
        return Some(System::Daemon);
    }
    let postmaster = starts(&["postmaster"]) || name.contains("postmaster") || name.contains("mail administrator");
    postmaster.then_some(System::Postmaster)
}

/// Whether a subject says that it answers or passes on.
fn answers(subject: &str) -> bool {
    let low = subject.trim_start().to_lowercase();
    ["re:", "fw:", "fwd:", "aw:", "wg:", "sv:", "tr:", "rv:", "antw:", "odp:"]
        .iter()
        .any(|start| low.starts_with(start))
}

/// A server's words in one line of a bearable length.
fn words(text: &str) -> String {
    let line = super::head::one_line(text);
    match line.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => line[..end].to_owned(),
        None => line,
    }
}

/// The first status code of RFC 3463 in a text: `5.1.1`.
fn status_in(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(dot) = text[from..].find('.').map(|at| at + from) {
        from = dot + 1;
        if dot == 0 || !matches!(bytes[dot - 1], b'2' | b'4' | b'5') {
            continue;
        }
        if dot >= 2 && (bytes[dot - 2].is_ascii_alphanumeric() || matches!(bytes[dot - 2], b'.' | b'-')) {
            continue;
        }
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let subject = digits(dot + 1);
        let second = dot + 1 + subject;
        if !(1..=3).contains(&subject) || bytes.get(second) != Some(&b'.') {
            continue;
        }
        let detail = digits(second + 1);
        let end = second + 1 + detail;
        // An address of the internet has a fourth number.
        let goes_on = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if (1..=3).contains(&detail) && !goes_on && !bytes.get(end).is_some_and(u8::is_ascii_alphabetic) {
            return Some(text[dot - 1..end].to_owned());
        }
    }
    None
}

fn add(recipients: &mut Vec<Reported>, reported: Reported) {
    if let Some(known) = recipients.iter_mut().find(|it| it.address.eq_ignore_ascii_case(&reported.address)) {
        if known.status.is_none() {
            known.status = reported.status;
        }
        if known.words.is_empty() {
            known.words = reported.words;
        }
    } else if recipients.len() < MOST_RECIPIENTS {
        recipients.push(reported);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::letter::{Letter, Nature},
        mail::Reader,
    };

    fn letter(mail: &str) -> Letter {
        Reader::new().letter(mail.as_bytes()).unwrap()
    }

    fn report(mail: &str) -> Report {
        match letter(mail).nature {
            Nature::Report(report) => report,
            other => panic!("{other:?}"),
        }
    }

    fn standard(status: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered Mail Returned to Sender\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nI'm sorry.\n\n--b\nContent-Type: message/delivery-status\n\n{status}\n\
             --b\n{returned}\n--b--\n"
        )
    }

    #[test]
    fn a_standard_bounce_tells_all_there_is_to_know() {
        let status = "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; Mara@Example.org\nAction: failed\n\
                      Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <mara@example.org>:\n  no such user\n\n\
                      Final-Recipient: rfc822; jo@example.org\nAction: failed\nStatus: 5.2.2 (full)\n";
        let returned = "Content-Type: message/rfc822\n\nMessage-ID: <reply.1@acme.example>\nTo: mara@example.org\n\nx";
        let report = report(&standard(status, returned));
        assert_eq!((report.kind, report.about.as_deref()), (ReportKind::Bounce, Some("reply.1@acme.example")));
        let told: Vec<_> =
            report.recipients.iter().map(|it| (it.address.as_str(), it.status.as_deref(), it.words.as_str())).collect();
        let words = "550 5.1.1 <mara@example.org>: no such user";
        assert_eq!(told, [("Mara@example.org", Some("5.1.1"), words), ("jo@example.org", Some("5.2.2"), "")]);
    }

    #[test]
    fn delays_and_deliveries_are_no_bounces() {
        let kind = |action: &str| {
            let status = format!("Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.org\nAction: {action}\n");
            report(&standard(&status, "Content-Type: text/rfc822-headers\n\nMessage-ID: <a@b>\n")).kind
        };
        assert_eq!(kind("failed"), ReportKind::Bounce);
        assert_eq!(kind("Delayed"), ReportKind::Delay);
        for action in ["delivered", "relayed", "expanded"] {
            assert_eq!(kind(action), ReportKind::Delivered);
        }
    }

    #[test]
    fn receipts_and_complaints_are_told_apart() {
        let receipt = report(
            "From: mara@example.org\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
             --b\n\nRead.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;mara@example.org\n\
             Original-Message-ID: <reply.2@acme.example>\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n",
        );
        assert_eq!((receipt.kind, receipt.about.as_deref()), (ReportKind::Read, Some("reply.2@acme.example")));
        let complaint = report(
            "From: staff@hotmail.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n\
             --b\n\nSpam.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\
             Original-Rcpt-To: <mara@example.org>\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <reply.3@acme.example>\n\nx\n--b--\n",
        );
        assert_eq!((complaint.kind, complaint.about.as_deref()), (ReportKind::Complaint, Some("reply.3@acme.example")));
        assert_eq!(complaint.recipients[0].address, "mara@example.org");
    }

    #[test]
    fn the_oldest_daemons_bounces_are_known_by_their_words() {
        let qmail = report(
            "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\n\
             Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message.\n\n\
             <mara@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n\
             Return-Path: <support@acme.example>\nMessage-ID: <reply.4@acme.example>\nTo: mara@example.org\n\nHello\n",
        );
        assert_eq!((qmail.kind, qmail.about.as_deref()), (ReportKind::Bounce, Some("reply.4@acme.example")));
        assert_eq!(qmail.recipients.len(), 1);
        assert_eq!(qmail.recipients[0].address, "mara@example.org");
        assert_eq!(qmail.recipients[0].status.as_deref(), Some("5.1.1"));
        let exim = report(
            "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nX-Failed-Recipients: mara@example.org\n\
             Auto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\n\
             This message was created automatically by mail delivery software.\n\n  mara@example.org\n    550 unknown user\n\n\
             ------ This is a copy of the message, including all the headers. ------\n\nMessage-Id: <reply.5@acme.example>\n",
        );
        assert_eq!((exim.kind, exim.about.as_deref()), (ReportKind::Bounce, Some("reply.5@acme.example")));
        assert_eq!(exim.recipients[0].address, "mara@example.org");
    }

    #[test]
    fn a_person_who_asks_about_a_bounce_has_not_bounced() {
        let asking = letter(
            "From: Mara <mara@example.org>\nReturn-Path: <mara@example.org>\nSubject: Undelivered Mail Returned to Sender\n\n\
             Hello, what is this?\n\n> This is the mail system at host mx.example.org.\n> I'm sorry to have to inform you that your\n\
             > message could not be delivered to one or more recipients.\n> <jo@example.org>: 550 5.1.1 no such user\n",
        );
        assert_eq!(asking.nature, Nature::Person);
        let passed_on = letter(
            "From: Mara <mara@example.org>\nSubject: Fwd: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@x\nSubject: failure notice\n\nx\n--b--\n",
        );
        assert_eq!(passed_on.nature, Nature::Person);
    }

    #[test]
    fn services_that_write_of_deliveries_have_not_bounced() {
        for mail in [
            "From: no-reply@parcels.example\nReturn-Path: <x@parcels.example>\nSubject: Delivery failed\n\n\
             Your parcel could not be delivered. Reason: nobody was at home.\n",
            "From: noreply@code.example\nReturn-Path: <noreply@code.example>\nSubject: [mail] bounce handling (#17)\n\n\
             error: smtp 550 5.1.1 user unknown is not parsed\n",
            "From: noreply@shop.example\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: We have your mail\n\n\
             Your message to our team has arrived.\n",
            "From: Postmaster <postmaster@example.org>\nReturn-Path: <postmaster@example.org>\nSubject: Re: our mail\n\n\
             The error: user unknown is gone, thank you.\n",
        ] {
            assert!(!matches!(letter(mail).nature, Nature::Report(_)), "{mail}");
        }
    }

    #[test]
    fn status_codes_are_found_and_other_numbers_are_not() {
        assert_eq!(status_in("550 5.1.1 no").as_deref(), Some("5.1.1"));
        assert_eq!(status_in("(#4.4.2)").as_deref(), Some("4.4.2"));
        assert_eq!(status_in("at 192.0.2.5.1.1 and 5.1.1.7, v15.1.1 or 5.1"), None);
        assert_eq!(status_in(""), None);
    }
}
