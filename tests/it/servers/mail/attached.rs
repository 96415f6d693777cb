//! Files through real servers, both ways: byte for byte, to every customer, and never a note's.

use super::{
    answering::assert_clean,
    post_office::PostOffice,
    smtp::base64,
    support::{Doors, MARA, SUPPORT, Support, header},
};
use crate::pty::until;
use deskline::{
    domain::{conversation::EntryKind, id::ConversationId, letter::Letter},
    mail::Reader,
};
use std::fs;

const JO: &str = "jo@customer.example";

/// Bytes of every value, with what line ends, dots and boundaries could go wrong with.
fn pdf(length: usize) -> Vec<u8> {
    let mut all = b"%PDF-1.7\r\n.\r\n..\nFrom here\n--=_x\r\n\0\xff\xfe\r".to_vec();
    all.extend((0..length).map(|place| u8::try_from((place * 31 + place / 253) % 256).unwrap()));
    all.extend(b"\r\n.\r\n%%EOF");
    all
}

fn read(mail: &str) -> Letter {
    Reader::default().letter(mail.as_bytes()).unwrap()
}

/// A mail with a file, as a customer's program writes it.
fn with_file(id: &str, to: &str, words: &str, name: &str, content: &[u8]) -> String {
    let coded = base64(content);
    let lines: Vec<&str> = (0..coded.len()).step_by(76).map(|at| &coded[at..coded.len().min(at + 76)]).collect();
    format!(
        "From: Mara Lindt <{MARA}>\r\nTo: {to}\r\nSubject: Invoice\r\nMessage-ID: <{id}@customer.example>\r\n\
         Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n\
         --b\r\nContent-Type: application/pdf; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n--b--\r\n",
        lines.join("\r\n")
    )
}

fn content(support: &Support, conversation: ConversationId, words: &str) -> Vec<u8> {
    let entries = support.desk.thread("ana", conversation).entries;
    let entry = entries.iter().find(|entry| entry.text.contains(words)).expect("the message");
    assert_eq!((entry.kind, entry.attachments.len()), (EntryKind::Reply, 1));
    support.desk.desk.attachment(&support.desk.agent("ana"), conversation, entry.seq, 1).unwrap().unwrap()
}

#[test]
fn files_come_in_and_go_out_byte_for_byte_through_real_servers() {
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::tls(&office, true, &office.certificate().authority()));
    support.serves();
    // In.
    let hers = pdf(40_000);
    office.send(MARA, &[SUPPORT], &with_file("one", SUPPORT, "zqfirst", "scan.pdf", &hers));
    let conversation = support.gets("zqfirst");
    assert_eq!(content(&support, conversation, "zqfirst"), hers);
    // Out, from files on the disk; a note's file stays.
    let folder = support.desk.folder.path();
    let ours = pdf(700_000);
    fs::write(folder.join("Rechnung März.pdf"), &ours).unwrap();
    fs::write(folder.join("plan.txt"), "zqxnotecanary ".repeat(40)).unwrap();
    let number = conversation.0.to_string();
    let file = |name: &str| folder.join(name).display().to_string();
    let note = ["conversation", "note", &number, "--body", "Look", "--attach", &file("plan.txt")];
    support.runs("ana", &note).well();
    let reply = ["conversation", "reply", &number, "--body", "zqanswer", "--attach", &file("Rechnung März.pdf")];
    support.runs("ana", &reply).well();
    until("Mara has the answer", || office.mails(MARA).len() == 1);
    let mail = office.mails(MARA).remove(0);
    let letter = read(&mail);
    let [attached] = letter.attachments.as_slice() else { panic!("{mail}") };
    assert_eq!((attached.name.as_str(), attached.media_type.as_str()), ("Rechnung März.pdf", "application/pdf"));
    assert!(attached.content == ours, "{} bytes of {}", attached.content.len(), ours.len());
    assert!(letter.text.starts_with("zqanswer") && !mail.contains("plan.txt"));
    assert_clean(&mail);
    // A second customer is sent what the first one attaches from then on, and nothing of before.
    support.runs("ana", &["conversation", "add", &number, "--customer", JO, "--yes"]).well();
    let answers = header(&mail, "Reply-To");
    let to = super::support::address(&answers);
    let second = pdf(5_000);
    office.send(MARA, &[to], &with_file("two", to, "zqsecond", "second.pdf", &second));
    assert_eq!(support.gets("zqsecond"), conversation);
    until("Jo has it too", || office.mails(JO).len() == 1);
    let mail = office.mails(JO).remove(0);
    let letter = read(&mail);
    assert_eq!(letter.attachments.len(), 1, "{mail}");
    assert!(letter.attachments[0].name == "second.pdf" && letter.attachments[0].content == second);
    assert_clean(&mail);
    assert_eq!(office.mails(MARA).len(), 1, "nobody is sent their own");
    assert_eq!(support.stops(), Some(0), "{}", support.said());
}

/// A server's own limit may be lower than the desk's: what it does not take is shown as failed, with its words, and the
/// largest that goes at all leaves whole.
#[test]
fn a_mail_that_is_too_large_for_the_server_is_shown_as_failed() {
    let office = PostOffice::open();
    let mut support = Support::new(&office, &Doors::plain(&office));
    support.serves();
    office.send(MARA, &[SUPPORT], &with_file("one", SUPPORT, "zqfirst", "scan.pdf", b"%PDF"));
    let number = support.gets("zqfirst").0.to_string();
    let file = support.desk.folder.path().join("large.bin").display().to_string();
    // Postfix takes 10,240,000 bytes unless told otherwise.
    fs::write(&file, pdf(9 << 20)).unwrap();
    support.runs("ana", &["conversation", "reply", &number, "--body", "zqlarge", "--attach", &file]).well();
    until("it failed", || support.outbox("failed") == 1);
    let shown = support.runs("ana", &["conversation", "show", &number]).well().out;
    assert!(shown.contains("mail to mara@customer.example failed") && shown.contains("5.3.4"), "{shown}");
    let fits = pdf(7_200_000);
    fs::write(&file, &fits).unwrap();
    support.runs("ana", &["conversation", "reply", &number, "--body", "zqfits", "--attach", &file]).well();
    until("Mara has it", || office.mails(MARA).len() == 1);
    let letter = read(&office.mails(MARA).remove(0));
    assert!(letter.text.starts_with("zqfits") && letter.attachments[0].content == fits);
    assert_eq!(support.stops(), Some(0), "{}", support.said());
}
