//! Mails of every kind, all made up, read into letters.

use deskline::{
    domain::letter::{AttachedNote, Correspondent, Letter, Nature},
    mail::{MOST_DECODED, Reader},
};
use std::{
    fmt::Write as _,
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// The mails in `tests/corpus/mail`, by name.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mail");
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "eml"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    all.sort();
    all
}

fn letter(name: &str) -> Letter {
    let (_, mail) = seeds().into_iter().find(|(its, _)| its == name).unwrap();
    Reader::new().letter(&mail).unwrap()
}

fn people(all: &[Correspondent]) -> String {
    all.iter().map(|it| format!("{:?} <{}>", it.name, it.address)).collect::<Vec<_>>().join(", ")
}

/// A letter as one can read it; what is empty is left out.
fn transcript(letter: &Letter) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            writeln!(out, "  {name}: {value}").unwrap();
        }
    };
    line("id", letter.message_id.clone().unwrap_or_default());
    line("in reply to", letter.in_reply_to.join(" "));
    line("references", letter.references.join(" "));
    line("return path", letter.return_path.as_ref().map(|it| format!("<{it}>")).unwrap_or_default());
    line("from", people(&letter.from));
    line("sender", people(letter.sender.as_slice()));
    line("reply to", people(&letter.reply_to));
    line("to", people(&letter.to));
    line("cc", people(&letter.cc));
    line("delivered to", letter.delivered_to.join(" "));
    line("date", letter.date.map(|it| it.to_string()).unwrap_or_default());
    line("authentication", letter.authentication.join(" | "));
    line("subject", format!("{:?}", letter.subject));
    line("nature", format!("{:?}", letter.nature));
    line("may be answered by a machine", letter.answer_automatically.to_string());
    for attached in &letter.attachments {
        line(
            "attached",
            format!("{:?} {} {} {:?}", attached.name, attached.media_type, attached.content.len(), attached.note),
        );
    }
    let mut from = 0;
    let mut shown = String::new();
    for fold in &letter.folds {
        writeln!(shown, "{}[{:?}", &letter.text[from..fold.from], fold.kind).unwrap();
        write!(shown, "{}]", &letter.text[fold.from..fold.to]).unwrap();
        from = fold.to;
    }
    shown.push_str(&letter.text[from..]);
    for it in shown.lines() {
        writeln!(out, "  | {it}").unwrap();
    }
    out
}

#[test]
fn mails_of_every_kind_become_letters() {
    let reader = Reader::new();
    let mut all = String::new();
    for (name, mail) in seeds() {
        let read = reader.letter(&mail);
        writeln!(all, "{name}\n{}", read.map_or_else(|reason| format!("  {reason}\n"), |it| transcript(&it))).unwrap();
        // Lines that end with carriage returns say the same.
        if !mail.contains(&b'\r') {
            let with_returns = String::from_utf8_lossy(&mail).replace('\n', "\r\n");
            if let (true, Ok(one), Ok(other)) =
                (std::str::from_utf8(&mail).is_ok(), reader.letter(&mail), reader.letter(with_returns.as_bytes()))
            {
                assert_eq!((one.text, one.folds, one.nature), (other.text, other.folds, other.nature), "{name}");
            }
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_attached_comes_out_byte_for_byte() {
    let attached = letter("attached").attachments;
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend(b"/rfc822 /global /digest");
    assert!(attached[0].content.starts_with(&bytes), "names of embedded mails in it are left alone");
    assert_eq!(attached[0].name, "Rechnung März.pdf");
    assert_eq!(attached[1].content, b"\x89PNG\r\n\x1a\n");
    assert_eq!(attached[2].content, b"caf\xe9;5", "in its own charset");
    assert_eq!(attached[3].note, Some(AttachedNote::Mail));
    assert!(attached[3].content.ends_with(b"Subject: inner\n\nInner words."), "{:?}", attached[3]);
    assert_eq!(letter("outlook").attachments[0].note, Some(AttachedNote::Tnef));
    assert_eq!(letter("meeting").attachments[0].note, Some(AttachedNote::Calendar));
}

#[test]
fn a_list_makes_no_mail_automatic() {
    let list = letter("list");
    assert_eq!((list.nature, list.answer_automatically), (Nature::Person, false));
    let plain = letter("plain");
    assert_eq!((plain.nature, plain.answer_automatically), (Nature::Person, true));
}

fn refused(mail: &[u8]) -> String {
    Reader::new().letter(mail).unwrap_err()
}

#[test]
fn limits_are_told_in_a_sentence() {
    let fields = format!("From: a@example.org\n{}\nx", "X-Field: y\n".repeat(1_000));
    assert_eq!(refused(fields.as_bytes()), "it has 1001 header fields, and 1000 are read at most");
    assert!(Reader::new().letter(fields.replacen("X-Field: y\n", "", 1).as_bytes()).is_ok());
    // Windows-1252's euro sign is one byte there and three here: 24 MiB become 72.
    let mut grows = b"From: a@example.org\nContent-Type: text/plain; charset=windows-1252\n\n".to_vec();
    grows.resize(24 * 1024 * 1024, 0x80);
    assert_eq!(refused(&grows), "decoded it is longer than 40 MiB, the most that is read");
    assert!(grows.len() < MOST_DECODED);
    // Text and attachments are counted together: 36 MiB and 6 MiB here.
    let mut both = b"From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
        Content-Type: text/plain; charset=windows-1252\n\n"
        .to_vec();
    both.extend(vec![0x80; 12 * 1024 * 1024]);
    both.extend_from_slice(b"\n--b\nContent-Type: application/octet-stream\n\n");
    both.extend(vec![b'x'; 6 * 1024 * 1024]);
    both.extend_from_slice(b"\n--b--\n");
    assert_eq!(refused(&both), "decoded it is longer than 40 MiB, the most that is read");
    assert_eq!(refused(b""), "it has no mail header");
}

/// The size of the large ones, in bytes.
const LARGE: usize = if cfg!(feature = "corpora") { 8 * 1024 * 1024 } else { 1024 * 1024 };

/// What is promised for a built program; without optimization the same work takes many times as long.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 10 });

#[test]
fn no_mail_takes_long() {
    let reader = Reader::new();
    let repeated = |start: &str, piece: &str| (start.to_owned(), piece.to_owned());
    let html = "Content-Type: text/html\n\n";
    for (name, (start, piece)) in [
        ("open tags", repeated(html, "<p a=\"")),
        ("tags in quotes", repeated(html, "<p a='<b>")),
        ("heads", repeated(html, "<head><body>")),
        ("scripts", repeated(html, "<script></scrip>")),
        ("comments", repeated(html, "<!-- ")),
        ("quotes in quotes", repeated(html, "<blockquote>x")),
        ("links", repeated(html, "<a href='https://example.org'>x")),
        ("entities", repeated(html, "&amp")),
        ("levels", repeated("\n", ">>>>>>>>")),
        ("empty lines", repeated("\n", "\n")),
        ("quoted lines", repeated("\n", "> x\n")),
        ("introductions", repeated("\n", "On 3 May 2021, Ana\n")),
        ("colons", repeated("\n", "On 3 May 2021 12:30 a@example.org:\n")),
        ("fields", repeated("\n", "From: a@example.org\n")),
        ("dashes", repeated("\n", "--\n")),
        ("flowed", repeated("Content-Type: text/plain; format=flowed\n\n", "> x \n")),
        ("addresses", repeated("To: ", "a@example.org,\n ")),
        ("groups", repeated("To: ", "a:b,")),
        ("ids", repeated("References: ", "<a@b>\n ")),
        ("encoded words", repeated("Subject: ", "=?utf-8?Q?a?= ")),
        ("open words", repeated("Subject: ", "=?utf-8?Q?a")),
        (
            "status",
            repeated(
                "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
                "Final-Recipient: a@b.c\n\n",
            ),
        ),
        ("daemon", repeated("Return-Path: <>\nSubject: failure notice\n\nundeliverable\n", "<a@b.c>: x\n")),
        (
            "boundaries that never come",
            repeated(
                &format!(
                    "Content-Type: multipart/mixed; boundary=b\n\n{}",
                    "--b\nContent-Type: multipart/x; boundary=-never\n\n".repeat(150)
                ),
                "-",
            ),
        ),
        ("boundaries", repeated("Content-Type: multipart/mixed; boundary=b\n\n", "--b\n")),
    ] {
        // Folds are looked for up to 100,000 lines.
        for size in [piece.len() * 99_000, LARGE] {
            let mail = format!("From: a@example.org\n{start}{}", piece.repeat(size.min(LARGE) / piece.len()));
            let since = Instant::now();
            let _ = reader.letter(mail.as_bytes());
            eprintln!("{name}, {} KiB: {:?}", mail.len() / 1024, since.elapsed());
            assert!(since.elapsed() < LONGEST, "{name} took {:?}", since.elapsed());
        }
    }
}
