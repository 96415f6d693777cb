//! What was written by anybody never becomes a header: hostile values in every field, and what a good mail looks like.

use super::leaving::{WORKER, lease, mailboxes, send_all, words};
use super::letters::{SUPPORT, arrives, letter, person};
use crate::desks::{TestDesk, add_customer, reply, text};
use deskline::{
    desk::mail::{CustomerFile, OutMail, Words},
    domain::{
        command::{Command, Writing},
        letter::Attached,
    },
    email::build::build,
};
use mail_parser::{HeaderValue, MessageParser, MimeHeaders as _};

/// The headers that a mail may have, each at most once.
const KNOWN: &[&str] = &[
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Auto-Submitted",
    "Precedence",
    "X-Auto-Response-Suppress",
];

/// The names of the headers, by hand: everything before the first empty line, folded lines joined.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(!head.replace("\r\n", "").contains(['\r', '\n', '\0']), "a lone line end in the headers: {head:?}");
    let mut names = Vec::new();
    for line in head.split("\r\n") {
        assert!(line.len() <= 998, "RFC 5322 allows 998 letters a line, this has {}", line.len());
        if !line.starts_with([' ', '\t']) {
            names.push(line.split_once(':').unwrap_or_else(|| panic!("no header: {line:?}")).0.to_owned());
        }
    }
    names
}

fn checked(mail: &OutMail) -> Option<Vec<u8>> {
    let built = match build(mail, SUPPORT) {
        Ok(built) => built,
        Err(words) => {
            assert!(!words.contains("a form that servers take"), "it panicked, or did not know why: {mail:?}");
            return None;
        }
    };
    let names = header_names(&built.bytes);
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), names.len(), "a header twice: {names:?}");
    assert!(names.iter().all(|name| KNOWN.contains(&name.as_str())), "an extra header: {names:?}");
    let parsed = MessageParser::default().parse(&built.bytes).expect("a mail");
    assert_eq!(parsed.headers().len(), names.len(), "another reader sees other headers");
    assert_eq!(parsed.from().unwrap().iter().count(), 1);
    assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some(SUPPORT), "never another address");
    assert_eq!(parsed.to().unwrap().iter().count(), 1);
    assert_eq!(parsed.text_bodies().count(), 1);
    let Words::Customer { files, .. } = &mail.words else { panic!("a mail to a customer") };
    assert_eq!(parsed.attachments().count(), files.len());
    for (part, file) in parsed.attachments().zip(files) {
        assert_eq!(part.contents(), file.content(), "another reader sees other bytes");
        let mut names: Vec<&str> = part.headers.iter().map(|header| header.name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["Content-Disposition", "Content-Transfer-Encoding", "Content-Type"]);
        let attributes = part.content_type().unwrap().attributes().map_or(0, <[_]>::len);
        assert_eq!(attributes, 0, "a type of two words and nothing behind them");
        let disposition = part.content_disposition().unwrap();
        assert_eq!((disposition.ctype(), disposition.attributes().map(<[_]>::len)), ("attachment", Some(1)));
        assert!(!part.attachment_name().unwrap().contains(['/', '\\', '\r', '\n', '"', '\u{202e}']));
    }
    checked_parts(&built.bytes, &mail.message_id, files.len());
    assert_eq!(built.envelope.to().len(), 1);
    Some(built.bytes)
}

/// The headers of the files by hand: what stands between their boundary and the first empty line after it.
fn checked_parts(bytes: &[u8], message_id: &str, files: usize) {
    if files == 0 {
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let id: String = message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let boundary = format!("\r\n--=_mixed_{id}");
    let parts: Vec<&str> = text.split(&boundary).skip(2).collect();
    assert_eq!(parts.len(), files + 1, "the words, the files, the end");
    for part in &parts[..files] {
        let names = header_names(part.strip_prefix("\r\n").expect("a line end").as_bytes());
        assert_eq!(names, ["Content-Disposition", "Content-Type", "Content-Transfer-Encoding"], "{part}");
    }
}

/// Numbers that are the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn hostile(&mut self) -> String {
        const PIECES: &[&str] = &[
            "\r\n",
            "\n",
            "\r",
            "\r\n\r\n",
            "\n\n",
            "\0",
            "\u{85}",
            "\u{2028}",
            "\u{2029}",
            "\u{b}",
            "\u{c}",
            " ",
            "\t",
            "Bcc: all@evil.example",
            "Content-Type: text/html",
            "X-Evil: 1",
            "From: ceo@acme.example",
            "Subject: x",
            "=?utf-8?q?=0d=0aBcc:_evil@evil.example?=",
            "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?=",
            "\"",
            "\\",
            "\\\"",
            "<",
            ">",
            "<evil@evil.example>",
            ",",
            ";",
            ":",
            "(",
            ")",
            "@",
            "a",
            "é",
            "日本",
            "🦀",
            "\u{202e}",
            "\u{200b}",
            "--",
            ".",
            "\r\n.\r\n",
            "name=\"x\"",
            "boundary=x",
            "%0d%0a",
            "\\r\\n",
            "word",
            "evil@evil.example",
        ];
        let mut text = String::new();
        for _ in 0..=self.below(12) {
            match self.below(12) {
                0 => text.push(char::from_u32(u32::try_from(self.below(0x300)).unwrap()).unwrap_or('x')),
                1 => text.push_str(&"long".repeat(self.below(300))),
                _ => text.push_str(PIECES[self.below(PIECES.len())]),
            }
        }
        text
    }
}

/// A mail as the desk hands it to a worker.
fn good() -> OutMail {
    good_with(Vec::new())
}

fn good_with(files: Vec<Attached>) -> OutMail {
    let desk = TestDesk::new();
    desk.desk.set_signature(&desk.agent("olga"), "Support", "Acme Support").unwrap();
    let id = arrives(&desk, letter("mara@example.com", "Card declined", "My card\nis declined")).conversation.unwrap();
    let writing = Writing { files, ..text("Which bank is it? <b>\n.\nFrom here on") };
    desk.does("ana", id, Command::Reply(writing));
    desk.later(1);
    send_all(&desk).remove(0)
}

#[test]
fn twenty_thousand_hostile_values_a_field_make_no_header_and_no_panic() {
    let good = good();
    let mut random = Random(7);
    type Field = (&'static str, fn(&mut OutMail, String));
    let fields: &[Field] = &[
        ("subject", |mail, value| mail.subject = value),
        ("sender's name", |mail, value| mail.from_name = value),
        ("recipient's name", |mail, value| mail.to.name = value),
        ("recipient's address", |mail, value| mail.to.address = value),
        ("hostile local part", |mail, value| mail.to.address = format!("{value}@example.com")),
        ("token", |mail, value| mail.reply_token = Some(value)),
        ("answered", |mail, value| mail.in_reply_to = Some(value)),
        ("reference", |mail, value| mail.references = vec!["a@b.example".into(), value]),
        ("message id", |mail, value| mail.message_id = value),
        ("signature", |mail, value| mail.signature = value),
        ("quoting line", |mail, value| {
            if let Words::Customer { quoted: Some((head, _)), .. } = &mut mail.words {
                *head = value;
            }
        }),
    ];
    for (name, set) in fields {
        let mut built = 0;
        for _ in 0..20_000 {
            let mut mail = good.clone();
            mail.automatic = random.below(2) == 0;
            set(&mut mail, random.hostile());
            built += u32::from(checked(&mail).is_some());
        }
        assert!(
            built > 0 || name.contains("address") || *name == "answered" || *name == "message id",
            "{name}: nothing built"
        );
        if ["subject", "sender's name", "recipient's name", "signature", "quoting line"].contains(name) {
            assert_eq!(built, 20_000, "{name}: refused instead of cleaned");
        }
    }
}

/// A file by this name.
fn file(name: &str, content: &[u8]) -> Attached {
    Attached { name: name.into(), media_type: "application/pdf".into(), content: content.into(), note: None }
}

#[test]
fn twenty_thousand_hostile_file_names_and_types_make_no_header_and_no_panic() {
    let good = good_with(vec![file("invoice.pdf", b"%PDF-1.7\r\n.\r\n\0\xff"), file("b.txt", b"--=_x\r\n\r\n")]);
    let mut random = Random(13);
    type Field = (&'static str, fn(&mut CustomerFile, String));
    let fields: [Field; 3] = [
        ("name", |file, value| file.name = value),
        ("type", |file, value| file.media_type = value),
        ("kind", |file, value| file.media_type = format!("application/{value}")),
    ];
    for (name, set) in fields {
        for _ in 0..20_000 {
            let mut mail = good.clone();
            let Words::Customer { files, .. } = &mut mail.words else { panic!("a mail to a customer") };
            let which = random.below(2);
            set(&mut files[which], random.hostile());
            assert!(checked(&mail).is_some(), "{name}: refused instead of cleaned: {mail:?}");
        }
    }
}

/// Hostile names and types through the desk: those that came by mail, and those that an agent attached.
#[test]
fn hostile_files_through_the_desk_make_no_header() {
    let desk = TestDesk::new();
    let mut random = Random(17);
    for number in 0..100 {
        let mut mail = letter(&format!("mara{number}@example.com"), "Hello", "Hello");
        let hostile = |random: &mut Random| Attached {
            name: random.hostile(),
            media_type: random.hostile(),
            ..file("", random.hostile().as_bytes())
        };
        mail.attachments = vec![hostile(&mut random)];
        let id = arrives(&desk, mail).conversation.unwrap();
        desk.does("ana", id, add_customer("jo@example.com", true));
        desk.later(1);
        arrives(&desk, letter(&format!("mara{number}@example.com"), "Again", "Again"));
        let files = vec![hostile(&mut random), hostile(&mut random)];
        desk.does("ana", id, Command::Reply(Writing { files, ..text("Hello") }));
    }
    desk.later(1);
    let mails = send_all(&desk);
    let files = |mail: &OutMail| matches!(&mail.words, Words::Customer { files, .. } if files.len() == 2);
    assert!(mails.iter().filter(|mail| files(mail)).count() >= 200, "{}", mails.len());
    for mail in &mails {
        assert!(checked(mail).is_some(), "{mail:?}");
    }
}

/// Hostile words that come in through the desk, all the way.
#[test]
fn hostile_subjects_names_and_texts_through_the_desk_make_no_header() {
    let desk = TestDesk::new();
    let mut random = Random(11);
    for number in 0..150 {
        let mut mail =
            letter(&format!("mara{number}@example.com"), &random.hostile(), &format!("x {}", random.hostile()));
        mail.from[0].name = random.hostile();
        mail.message_id = Some(random.hostile());
        mail.references = vec![random.hostile()];
        let Some(id) = arrives(&desk, mail).conversation else { continue };
        desk.does("olga", id, reply(&format!("y {}", random.hostile().replace('\0', ""))));
    }
    desk.later(1);
    let mails = send_all(&desk);
    assert!(mails.len() > 100, "{}", mails.len());
    for mail in &mails {
        assert!(checked(mail).is_some(), "{mail:?}");
    }
}

#[test]
fn a_good_mail_reads_well_in_another_program() {
    let mail = good();
    let bytes = checked(&mail).unwrap();
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.subject(), Some("Re: Card declined"));
    assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Ana Ruiz"));
    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("mara@example.com"));
    let reply_to = parsed.reply_to().unwrap().first().unwrap().address().unwrap().to_owned();
    assert_eq!(reply_to, format!("support+{}@acme.example", mail.reply_token.clone().unwrap()));
    assert_eq!(parsed.message_id(), Some(mail.message_id.as_str()));
    assert_eq!(parsed.in_reply_to().as_text(), mail.in_reply_to.as_deref());
    assert!(matches!(parsed.references(), HeaderValue::Text(id) if **id == mail.references[0]));
    assert_eq!(parsed.date().unwrap().to_timestamp(), mail.date);
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    let begins = "Which bank is it? <b>\n.\nFrom here on\n\n-- \nAcme Support\n\nOn 3 May 2026 at ";
    assert!(text.starts_with(begins), "{text}");
    assert!(text.ends_with("wrote:\n> My card\n> is declined\n"), "{text}");
    let html = parsed.body_html(0).unwrap();
    assert!(html.contains("Which bank is it? &lt;b&gt;<br>") && html.contains("<blockquote"), "{html}");
    let envelope = build(&mail, SUPPORT).unwrap().envelope;
    assert_eq!(envelope.from().map(ToString::to_string).as_deref(), Some(SUPPORT));
    let automatic = OutMail { automatic: true, ..mail };
    let built = build(&automatic, SUPPORT).unwrap();
    assert_eq!(built.envelope.from(), None, "nobody is told where an automatic mail fails");
    let head = String::from_utf8(built.bytes).unwrap();
    for line in ["Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "X-Auto-Response-Suppress: All\r\n"] {
        assert!(head.contains(line), "{head}");
    }
}

#[test]
fn the_same_mail_is_the_same_bytes_at_every_attempt() {
    let desk = TestDesk::new();
    let id = arrives(&desk, letter("mara@example.com", "Card declined", "Help")).conversation.unwrap();
    desk.does("ana", id, reply("Which bank is it?"));
    desk.later(1);
    let first = lease(&desk).unwrap();
    desk.desk.mail_unknown(WORKER, &first, "?").unwrap();
    arrives(&desk, letter("mara@example.com", "Other", "Something"));
    desk.does("ana", id, reply("And which card?"));
    desk.later(1);
    let mut later = std::iter::from_fn(|| lease(&desk));
    let second = later.find(|mail| words(mail) == "Which bank is it?").unwrap();
    assert_eq!(build(&first, SUPPORT).unwrap().bytes, build(&second, SUPPORT).unwrap().bytes);
}

#[test]
fn a_very_long_support_address_answers_without_a_token_and_a_strange_one_not_at_all() {
    let mail = good();
    let long = format!("{}@acme.example", "s".repeat(60));
    let built = build(&mail, &long).unwrap();
    assert!(!header_names(&built.bytes).contains(&"Reply-To".to_owned()));
    assert!(build(&mail, "no address").is_err());
    let nobody = OutMail { to: person("", "no address"), ..mail };
    assert!(build(&nobody, SUPPORT).is_err());
    assert_eq!(mailboxes().len(), 2);
}
