//! Mails made to be slow to read, as long as any that is read: how long each takes, of the ten seconds that are promised for
//! one (`mail::Reader`). Beside them, in the same run, an ordinary mail, and the same number of bytes merely looked at once.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    reason = "a bench prints its figures, and panics where it cannot"
)]

use deskline::mail::Reader;
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Just below the longest mail that is read.
const LONG: usize = 24 * 1024 * 1024;

/// What a mail's text is made of, over and over.
const TEXTS: &[(&str, &str)] = &[
    ("prose", "The quick brown fox jumps over the lazy dog.\n"),
    ("one line", "x"),
    ("one line of blanks", " "),
    ("one line of quoting marks", ">"),
    ("line ends", "\n"),
    ("carriage returns", "\r"),
    ("bytes of nothing", "\0"),
    ("turns of quote and answer", "> a\nx\n"),
    ("quotes and empty lines", "> a\n\n\n\n"),
    ("introductions", "On 3 May 2021, Ana\n"),
    ("headers", "From: a\nTo: b\nDate: \n"),
    ("signatures", "-- \n"),
    ("greetings", "Thanks,\n"),
    ("marks and words", "/rfc822/global/digest"),
];

/// What a mail's HTML is made of.
const TAGS: &[&str] = &[
    "<p>hello you",
    "<blockquote>",
    "<blockquote>a</blockquote>b",
    "<div>a",
    "<table><tr><td>",
    "<ul><li>",
    "<",
    "<!--",
    "<a ",
    "<a href=\"http://x.example/\">y</a>",
    "&",
    "&amp;amp",
    "<script>",
    "</a",
    "<style></styl",
];

/// What a header field is made of.
const FIELDS: &[(&str, &str)] = &[
    ("To", "a b <a@x.example>, "),
    ("To", "g:;,"),
    ("From", "("),
    ("From", "\"a\\"),
    ("References", "<a@x.example> "),
    ("Subject", "=?utf-8?Q?a=20?= "),
    ("Authentication-Results", "mx.example; dmarc=pass (a) "),
];

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let reader = Reader::new();
    let ordinary = mail("text/plain", &"It is still failing with the new card.\n".repeat(40));
    let mut times: Vec<(Duration, String)> =
        mails().into_iter().map(|(name, mail)| (reading(&reader, &mail), name)).collect();
    times.sort();
    times.reverse();
    println!("an ordinary mail:                      {:>9.3?}", reading(&reader, &ordinary));
    println!("24 MiB, every byte looked at:          {:>9.3?}", looking());
    println!("{} mails made to be slow; the slowest, of 10 s:", times.len());
    for (time, name) in times.iter().take(8) {
        println!("  {name:<36} {time:>9.3?}");
    }
    let (read, all) = (mails().iter().filter(|(_, mail)| reader.letter(mail).is_ok()).count(), times.len());
    println!("{read} of these {all} are read, the others refused for a limit");
    assert!(times[0].0 < Duration::from_secs(10), "{} takes longer than is promised", times[0].1);
}

/// The median of three readings.
fn reading(reader: &Reader, mail: &[u8]) -> Duration {
    let mut times = [0; 3].map(|_| {
        let began = Instant::now();
        let _ = black_box(reader.letter(black_box(mail)));
        began.elapsed()
    });
    times.sort();
    times[1]
}

fn looking() -> Duration {
    let bytes = vec![b'x'; LONG];
    let began = Instant::now();
    black_box(black_box(&bytes).iter().filter(|byte| byte.is_ascii_digit()).count());
    began.elapsed()
}

fn mail(form: &str, text: &str) -> Vec<u8> {
    format!("From: mara@customer.example\nSubject: Card\nContent-Type: {form}\n\n{text}").into_bytes()
}

fn filled(piece: &str) -> String {
    piece.repeat(LONG / piece.len())
}

fn mails() -> Vec<(String, Vec<u8>)> {
    let mut mails = Vec::new();
    for (name, piece) in TEXTS {
        mails.push((format!("text: {name}"), mail("text/plain", &filled(piece))));
        // Folds are looked for in so many lines and not in more.
        let lines = piece.repeat(99_000 / piece.matches('\n').count().max(1));
        mails.push((format!("99,000 lines: {name}"), mail("text/plain", &format!("x\n{lines}"))));
        mails.push((format!("flowed: {name}"), mail("text/plain; format=flowed; delsp=yes", &filled(piece))));
    }
    for piece in TAGS {
        mails.push((format!("HTML: {piece}"), mail("text/html", &filled(piece))));
    }
    for (name, piece) in FIELDS {
        let text = format!("From: mara@customer.example\n{name}: {}\n\nx", filled(piece));
        mails.push((format!("{name}: {piece}"), text.into_bytes()));
    }
    for charset in ["gb18030", "iso-2022-jp", "utf-16", "unheard-of"] {
        let text = filled("gUCBQIFAgUCBQIFAgUCBQIFAgUCBQIFAgUCBQIFAgUCBQIFAgUCBQIFAgUCBQIFAgUCB\n");
        let form = format!("text/plain; charset={charset}\nContent-Transfer-Encoding: base64");
        mails.push((format!("charset {charset}"), mail(&form, &text)));
    }
    let part = format!("--b\nContent-Type: text/html\n\n{}\n", "<blockquote>a</blockquote>b".repeat(4_000));
    mails.push(("190 parts of HTML".into(), mail("multipart/mixed; boundary=b", &part.repeat(190))));
    // As many as are read at all, in a short mail and in a long one.
    let boundary = "--b\nContent-Type: multipart/mixed; boundary=never\n\n";
    mails.push(("boundaries, a short mail".into(), mail("multipart/mixed; boundary=b", &boundary.repeat(5_400))));
    let long = boundary.repeat(58) + &"-".repeat(LONG);
    mails.push(("boundaries, a long mail".into(), mail("multipart/mixed; boundary=b", &long)));
    let numbered: String = (0..19_900).map(|number| format!(" n{number}*1=x;\n")).collect();
    mails.push(("numbered parameters".into(), mail(&format!("text/plain;\n{numbered}"), "x")));
    let report = "Final-Recipient: rfc822;a@x.example\nStatus: 5.1.1\n\n";
    let report = format!("--b\nContent-Type: message/delivery-status\n\n{}\n--b--\n", filled(report));
    mails.push(("a report".into(), mail("multipart/report; report-type=delivery-status; boundary=b", &report)));
    mails
}
