//! A customer writes, is answered from the desk, answers again: one thread, on real servers, with and without TLS.

use super::{
    post_office::PostOffice,
    proxy::Proxy,
    smtp::base64,
    steps::Protocol,
    support::{Doors, MARA, SUPPORT, Support, address, header, letter},
};
use crate::pty::until;
use deskline::{desk::AgentChange, domain::id::ConversationId};
use std::time::Instant;

/// Words that no customer may ever read, of several kinds.
pub const NOTE: &str = "zqxnotecanary";
const INTERNAL: &str = "zqxinternalcanary";
const HANDLE: &str = "ana.private@acme.example";

/// Mara writes, Ana answers, Mara answers that. The desk's server runs already.
fn there_and_back(office: &PostOffice, support: &Support) -> ConversationId {
    let hello =
        letter("Mara Lindt <mara@customer.example>", SUPPORT, "Card declined", "one@customer.example", "", "zqfirst");
    office.send(MARA, &[SUPPORT], &hello);
    let conversation = support.gets("zqfirst");
    let address_of_hers = Some(HANDLE.to_owned());
    let public_name = Some("Ana of Support".to_owned());
    support.desk.change("ana", &AgentChange { address: address_of_hers, public_name, ..AgentChange::default() });
    let row = support.desk.row(conversation);
    assert_eq!((row.subject.as_str(), row.group.as_deref()), ("Card declined", Some("Support")), "{row:?}");
    let number = conversation.0.to_string();
    support.runs("ana", &["conversation", "note", &number, "--body", NOTE]).well();
    support.runs("ana", &["conversation", "start", "--with-agent", "ben", "--body", INTERNAL]).well();
    support.replies("ana", conversation, "zqanswer: try it again");
    until("Mara has the answer", || office.mails(MARA).len() == 1);
    let shows_sent = || {
        let shown = support.runs("ana", &["--json", "conversation", "show", &number]).well().out;
        shown.contains("\"state\":\"sent\"")
    };
    until("the desk shows that it left", shows_sent);
    let mail = office.mails(MARA).remove(0);
    assert!(mail.contains("zqanswer: try it again"), "{mail}");
    assert_eq!(header(&mail, "Subject").trim_start_matches("Re: "), "Card declined", "{mail}");
    assert_eq!(header(&mail, "In-Reply-To"), "<one@customer.example>", "{mail}");
    assert!(header(&mail, "References").contains("<one@customer.example>"), "{mail}");
    assert_eq!(address(&header(&mail, "From")), SUPPORT, "{mail}");
    assert!(header(&mail, "From").contains("Ana of Support"), "{mail}");
    assert_eq!(address(&header(&mail, "To")), MARA, "{mail}");
    let answers = header(&mail, "Reply-To");
    let answers = address(&answers);
    assert!(answers.starts_with("support+") && answers.ends_with("@acme.example"), "{mail}");
    // The token alone, as from a mail program that keeps no references.
    let again = letter(
        "Mara Lindt <mara@customer.example>",
        answers,
        "Re: Card declined",
        "two@customer.example",
        "",
        "zqsecond",
    );
    office.send(MARA, &[answers], &again);
    assert_eq!(support.gets("zqsecond"), conversation, "by its token");
    // The references alone, as from one that writes to the address it knows.
    let id = header(&mail, "Message-ID");
    let head = format!("In-Reply-To: {id}\r\nReferences: <one@customer.example> {id}\r\n");
    let third = letter(
        "Mara Lindt <mara@customer.example>",
        SUPPORT,
        "Re: Card declined",
        "three@customer.example",
        &head,
        "zqthird",
    );
    office.send(MARA, &[SUPPORT], &third);
    assert_eq!(support.gets("zqthird"), conversation, "by its references");
    // Neither, and a number in the subject: a conversation of its own.
    let subject = format!("Re: Card declined #{}", conversation.0);
    let fourth =
        letter("Mara Lindt <mara@customer.example>", SUPPORT, &subject, "four@customer.example", "", "zqfourth");
    office.send(MARA, &[SUPPORT], &fourth);
    assert_ne!(support.gets("zqfourth"), conversation, "a number joins nothing");
    support.replies("ana", conversation, "zqlast: all is well");
    until("Mara has the last answer", || office.mails(MARA).len() == 2);
    let last = office.mails(MARA).remove(1);
    assert_eq!(header(&last, "In-Reply-To"), "<three@customer.example>", "{last}");
    for word in ["zqfirst", "zqsecond", "zqthird", "zqfourth", "zqanswer", "zqlast"] {
        assert_eq!(support.has(word), 1, "“{word}” is there once");
    }
    until("all is marked as seen", || office.seen(SUPPORT) == (4, 4));
    for mail in office.mails(MARA) {
        assert_clean(&mail);
        assert!(!mail.contains("Ruiz"), "customers know her by another name:\n{mail}");
    }
    conversation
}

/// No word of the desk's own, as it is or as mails encode it.
#[track_caller]
pub fn assert_clean(text: &str) {
    // A line that goes on is one line, in quoted-printable and in base64.
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let dense: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    for word in [NOTE, INTERNAL, HANDLE, "Okafor"] {
        for text in [text, &joined, &dense] {
            assert!(!text.contains(word), "“{word}” is in what left:\n{text}");
        }
        // In base64 a word looks like one of three, by where it begins; its ends depend on what is around it.
        for begin in 0..if word.len() < 10 { 0 } else { 3 } {
            let coded = base64(format!("{}{word}", "x".repeat(begin)).as_bytes());
            let inner = &coded[if begin == 0 { 0 } else { 4 }..coded.len() - 4];
            assert!(!dense.contains(inner), "“{word}” is in what left, encoded:\n{text}");
        }
    }
}

#[test]
fn a_thread_goes_there_and_back_over_tls() {
    for starttls in [false, true] {
        let office = PostOffice::open();
        let mut support = Support::new(&office, &Doors::tls(&office, starttls, &office.certificate().authority()));
        support.serves();
        there_and_back(&office, &support);
        assert_eq!(support.stops(), Some(0), "{}", support.said());
    }
}

#[test]
fn nothing_internal_is_in_any_byte_that_the_server_got() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Smtp, office.ports.smtp);
    let mut support = Support::new(&office, &Doors::at(office.ports.imap, proxy.port));
    support.serves();
    let conversation = there_and_back(&office, &support);
    assert_eq!(support.stops(), Some(0));
    let heard = String::from_utf8_lossy(&proxy.heard()).into_owned();
    assert!(heard.contains("zqanswer") && heard.contains("zqlast"), "what left did leave here:\n{heard}");
    assert_clean(&heard);
    // It is there all the same, for those whom it is for.
    assert!(support.desk.texts("ana", conversation).iter().any(|text| text == NOTE));
}

#[test]
fn a_mail_is_there_within_two_seconds_by_idle() {
    let office = PostOffice::open();
    let proxy = Proxy::new(Protocol::Imap, office.ports.imap);
    let mut support = Support::new(&office, &Doors::at(proxy.port, office.ports.smtp));
    support.serves();
    let mut slowest = std::time::Duration::ZERO;
    for number in 1..=5 {
        proxy.until_answered(super::steps::Step::Idle, number);
        let word = format!("zqidle{number}e");
        let mail = letter(
            &format!("{number}@customer.example"),
            SUPPORT,
            "Quick",
            &format!("{number}.id@customer.example"),
            "",
            &word,
        );
        let since = Instant::now();
        office.send(MARA, &[SUPPORT], &mail);
        support.gets(&word);
        slowest = slowest.max(since.elapsed());
    }
    eprintln!("from the customer's mail program to the desk, the slowest of five: {slowest:?}");
    assert!(slowest < std::time::Duration::from_secs(2), "{slowest:?}");
    assert_eq!(proxy.connections(), 1, "one connection was enough");
}
