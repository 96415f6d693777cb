//! Mails of every kind read into letters: real ones, with rates that may not fall.

use super::promises::check;
use crate::corpora::corpus;
use deskline::{
    domain::letter::{Fold, FoldKind, Letter, Nature},
    mail::{Known, Reader, folds},
};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// Every file under a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// The mails of an mbox file.
fn split(mbox: &[u8]) -> Vec<Vec<u8>> {
    let mut mails: Vec<Vec<u8>> = Vec::new();
    for line in mbox.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"From ") {
            mails.push(Vec::new());
        } else if let Some(mail) = mails.last_mut() {
            mail.extend_from_slice(line);
        }
    }
    mails
}

/// The mails of a corpus: those of mboxes one by one, without what is no mail at all.
fn mails(name: &str) -> Vec<(String, Vec<u8>)> {
    let root = corpus(name);
    let mut all = Vec::new();
    for file in files(&root) {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let known = ["README.md", "LICENSE", ".json", "MIT-LICENSE"].iter().any(|end| path.ends_with(end));
        if known {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        if bytes.starts_with(b"From ") && path.contains("mbox") {
            for (number, mail) in split(&bytes).into_iter().enumerate() {
                all.push((format!("{path}#{number}"), mail));
            }
        } else {
            all.push((path, bytes));
        }
    }
    all
}

fn kind(letter: &Letter) -> String {
    match &letter.nature {
        Nature::Person => "person".to_owned(),
        Nature::Automatic => "automatic".to_owned(),
        Nature::Report(report) => format!("{:?}", report.kind),
    }
}

#[test]
fn every_bounce_is_recognised() {
    let reader = Reader::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let (mut all, mut missed) = (0, Vec::new());
    let (mut reports, mut about, mut recipients, mut status) = (0, 0, 0, 0);
    for (path, mail) in mails("bounces-sisimai") {
        // A person passes a bounce on there.
        let passed_on = path == "mailbox/mbox-0#35";
        if mail.len() < 10 || path.contains("UPSTREAM") {
            continue;
        }
        let letter = reader.letter(&mail).unwrap_or_else(|reason| panic!("{path}: {reason}"));
        if passed_on || path.contains("is-not-bounce") {
            assert_eq!(letter.nature, Nature::Person, "{path}");
            continue;
        }
        all += 1;
        *kinds.entry(kind(&letter)).or_default() += 1;
        match letter.nature {
            Nature::Person => missed.push(format!("{path}: {} {:?}", letter.subject, letter.from.first())),
            Nature::Automatic => {}
            Nature::Report(report) => {
                reports += 1;
                about += usize::from(report.about.is_some());
                recipients += usize::from(!report.recipients.is_empty());
                status += usize::from(report.recipients.iter().any(|it| it.status.is_some()));
            }
        }
    }
    eprintln!(
        "of {all} bounces and automatic mails {} are missed: {kinds:?}; of {reports} reports {about} say what they are about, \
         {recipients} to whom it went, {status} why it did not arrive",
        missed.len()
    );
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    // Most of the others hold no Message-ID but their own, no address or no code.
    assert!(all >= 550 && about >= 485 && recipients >= 545 && status >= 410);
}

#[test]
fn every_mail_of_every_corpus_is_read() {
    let reader = Reader::new();
    let (mut all, mut refused) = (0, Vec::new());
    for corpus in ["mime-cpython", "mime-mimekit", "mime-rubymail", "bounces-sisimai", "reply-quote-talon"] {
        for (path, mail) in mails(corpus) {
            all += 1;
            match reader.letter(&mail) {
                Ok(letter) => {
                    check(&letter);
                    if env::var("DESKLINE_SHOW").is_ok() {
                        eprintln!("=== {corpus}/{path} {}\n{}", letter.subject, shown(&letter));
                    }
                }
                Err(reason) => refused.push(format!("{corpus}/{path}: {reason}")),
            }
        }
    }
    eprintln!("of {all} files {} are read; the others are no mails", all - refused.len());
    refused.retain(|it| {
        !it.ends_with(": it has no mail header") && !it.contains("test.tokens: it has 7972 header fields")
    });
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(all > 900);
}

fn shown(letter: &Letter) -> String {
    let mut shown = String::new();
    let mut from = 0;
    for fold in &letter.folds {
        shown.push_str(&letter.text[from..fold.from]);
        shown.push_str(&format!("[{:?}\n{}]\n", fold.kind, &letter.text[fold.from..fold.to]));
        from = fold.to;
    }
    shown + &letter.text[from..]
}

/// Mails of the corpora of ordinary mail that are reports or automatic all the same, as one can see by reading them.
const REPORTS: &[&str] =
    &["bounce", "delivery-status", "disposition-notification", "feedback-report", "multipart_report_emails"];

#[test]
fn no_ordinary_mail_is_a_bounce() {
    let reader = Reader::new();
    let (mut taken, mut all) = (Vec::new(), 0);
    for corpus in ["mime-cpython", "mime-mimekit", "mime-rubymail", "reply-quote-talon", "reply-quote-crisp"] {
        for (path, mail) in mails(corpus) {
            let Ok(letter) = reader.letter(&mail) else { continue };
            all += 1;
            if letter.nature != Nature::Person && !REPORTS.iter().any(|report| path.contains(report)) {
                taken.push(format!("{corpus}/{path}: {} {}", kind(&letter), letter.subject));
            }
        }
    }
    // Reports without the word in their file's name.
    let reports = [
        "mime-cpython/msg_05.txt: Unknown bar",
        "mime-cpython/msg_16.txt: Bounce Delivery Notification: Delivery has failed",
        "mime-cpython/msg_25.txt: Bounce Returned mail: Too many hops",
        "mime-cpython/msg_43.txt: Bounce Banned file",
        "mime-mimekit/UnitTests/TestData/mbox/content-length-summary.txt#27: Unknown email delivery error",
        "mime-mimekit/UnitTests/TestData/mbox/content-length.mbox.txt#27: Bounce email delivery error",
        "mime-rubymail/spec/fixtures/emails/mime_emails/raw_email_with_mimepart_without_content_type.eml: Delay Warning",
    ];
    taken.retain(|it| !reports.iter().any(|report| it.starts_with(report)));
    eprintln!("of {all} ordinary mails {} are taken for something else", taken.len());
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}

/// What shows of a text when these folds are closed, without the blanks around it.
fn visible(text: &str, folds: &[Fold], kinds: &[FoldKind]) -> String {
    let mut shown = String::new();
    let mut from = 0;
    for fold in folds.iter().filter(|fold| kinds.contains(&fold.kind)) {
        shown.push_str(&text[from..fold.from]);
        from = fold.to;
    }
    shown.push_str(&text[from..]);
    shown.trim().to_owned()
}

const BOTH: &[FoldKind] = &[FoldKind::Quoted, FoldKind::Signature];

/// What upstream's own tests expect of a text.
enum Expected<'a> {
    /// Exactly this shows.
    Shows(&'a str),
    /// Everything shows.
    All,
    /// This shows, that is folded.
    Parts(&'a [&'a str], &'a [&'a str]),
    /// A signature that begins so.
    Signature(&'a str),
}

fn holds(expected: &Expected<'_>, text: &str, folds: &[Fold]) -> bool {
    let shown = visible(text, folds, BOTH);
    let hidden: String = folds.iter().map(|fold| &text[fold.from..fold.to]).collect();
    match expected {
        Expected::Shows(words) => shown == *words,
        Expected::All => folds.is_empty(),
        Expected::Parts(shows, hides) => {
            shows.iter().all(|it| shown.contains(it))
                && hides.iter().all(|it| hidden.contains(it) && !shown.contains(it))
        }
        Expected::Signature(words) => {
            folds.iter().any(|fold| fold.kind == FoldKind::Signature && text[fold.from..].starts_with(words))
        }
    }
}

#[test]
fn quotes_in_many_languages_are_folded() {
    let folder = corpus("reply-quote-crisp").join("test/fixtures");
    let read = |name: &str| fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap().replace("\r\n", "\n");
    let same: String = read("email_original_message").lines().take(5).collect::<Vec<_>>().join("\n");
    let first = "email_7 email_8 email_9 email_10 email_11 email_12 email_13 email_14 email_15 email_16 email_17 email_18 email_22 \
                 email_23 email_24 email_25 email_26 email_portuguese email_german email_german_2 email_german_3 email_german_outlook \
                 email_norwegian_gmail email_finnish email_italian email_russian email_outlook_split_line_from \
                 email_gmail_split_line_from email_ios_outlook_fr email_ios_outlook email_msn email_fr_multiline email_french_2 \
                 email_en_multiline_2 email_original_message email_original_message_2 email_danish_dash_separator \
                 email_french_dash_separator email_tricky_5_mixed_languages email_tricky_10_special_chars_in_name \
                 email_tricky_12_no_space_after_header email_tricky_14_long_quote_header email_tricky_15_original_message_variations";
    use Expected::{All, Parts, Shows, Signature};
    let mut cases: Vec<(&str, Expected<'_>)> =
        first.split_whitespace().map(|name| (name, Shows(same.as_str()))).collect();
    cases.extend([
        ("email_1", Parts(&["What is the best way", "-Abhishek Kona"], &["riak-users mailing list"])),
        ("email_2", Parts(&["You can list"], &["Hi folks", "riak-users mailing list"])),
        ("email_3", Parts(&["Oh thanks.", "Having the function would be great.", "-Abhishek Kona"], &["On Tue"])),
        ("email_4", Parts(&["Awesome"], &["Loader"])),
        ("email_5", All),
        ("email_6", Parts(&["I get"], &["Was this"])),
        ("correct_sig", Signature("--\nrick")),
        ("sig_no_empty_line", Signature("--\nrick")),
        ("email_one_is_not_on", Parts(&["One outstanding question"], &["On Oct 1, 2012"])),
        (
            "email_sent_from",
            Shows("Hi it can happen to any texts you type, as long as you type in between words or paragraphs."),
        ),
        ("email_emoji", All),
        ("email_not_a_signature", All),
        ("email_not_a_signature_2", All),
        ("email_reply_header", Parts(&["On the other hand"], &["On Wed, Dec 9"])),
        ("email_zoho", Shows("What is the best way to clear a Riak bucket of all key, values after\nrunning a test?")),
        ("email_with_regards", Shows("Hi, \n\nI still have the same problem....\n\nCan you help?")),
        ("email_tricky_1_on_false_positive", All),
        ("email_tricky_2_url_with_wrote", Parts(&["Check out this article", "https://example.com"], &[])),
        ("email_tricky_3_code_block", All),
        ("email_tricky_4_from_in_body", Parts(&["actual message content"], &[])),
        ("email_tricky_6_regards_in_sentence", All),
        ("email_tricky_7_multiple_dashes", All),
        ("email_tricky_8_sent_from_in_content", Parts(&["sent from my iPhone app"], &[])),
        ("email_tricky_9_nested_quotes", Parts(&["I agree with the points"], &["Thanks for forwarding this"])),
        (
            "email_tricky_11_double_signature",
            Parts(&["Thanks for your help"], &["Senior Developer", "Sent from my iPhone"]),
        ),
        ("email_tricky_13_timestamp_variations", All),
        ("email_tricky_16_unicode_signatures", Parts(&["Thanks for the update"], &[])),
        ("email_tricky_17_forward_header", Parts(&["See the forwarded message"], &[])),
        ("email_tricky_19_quote_without_header", Parts(&["I wanted to respond", "My response"], &[])),
        ("email_tricky_20_html_entities", Parts(&["&gt; 100 and &lt; 200"], &["HTML entities\n"])),
    ]);
    let mut wrong = Vec::new();
    let all = cases.len();
    for (name, expected) in cases {
        let text = read(name);
        let found = folds(&text, Known::default());
        if !holds(&expected, &text, &found) {
            wrong.push(format!("--- {name}\n{}", visible(&text, &found, BOTH)));
        }
    }
    eprintln!("crisp: {} of {all}", all - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn replies_of_many_programs_show_without_what_they_quote() {
    let folder = corpus("reply-quote-talon").join("tests/fixtures");
    let reader = Reader::new();
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let mut wrong = Vec::new();
    let mut all = 0;
    let mut check = |name: String, mail: &[u8], expected: &str| {
        let letter = reader.letter(mail).unwrap();
        let shown = visible(&letter.text, &letter.folds, &[FoldKind::Quoted]);
        all += 1;
        if dense(&shown) != dense(expected) {
            wrong.push(format!("--- {name}, expected {expected:?}\n{shown}\n... of\n{}", letter.text));
        }
    };
    let in_html = |path: &Path| {
        let mut mail = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n".to_vec();
        mail.extend(fs::read(path).unwrap());
        mail
    };
    for path in files(&folder.join("html_replies")) {
        check(path.display().to_string(), &in_html(&path), "Hi. I am fine. Thanks, Alex");
    }
    check("OLK_SRC_BODY_SECTION".to_owned(), &in_html(&folder.join("OLK_SRC_BODY_SECTION.html")), "Reply");
    check("reply-separated-by-hr".to_owned(), &in_html(&folder.join("reply-separated-by-hr.html")), "Hi there Bob");
    for path in files(&folder.join("standard_replies")) {
        if path.extension().is_some_and(|it| it == "eml") {
            let own = path.with_file_name(format!("{}_reply_text", path.file_stem().unwrap().to_string_lossy()));
            let expected = fs::read_to_string(own).unwrap_or_else(|_| "Hello".to_owned());
            check(path.display().to_string(), &fs::read(&path).unwrap(), &expected);
        }
    }
    eprintln!("talon: {} of {all}", all - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn signatures_of_many_people_are_folded() {
    let folder = corpus("reply-quote-talon").join("tests/fixtures/signature/emails/stripped");
    let (mut all, mut wrong) = (0, Vec::new());
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix("_body") else { continue };
        let read = |kind: &str| fs::read_to_string(folder.join(format!("{stem}_{kind}"))).unwrap_or_default();
        let (body, signature, sender) = (read("body"), read("signature").replace("#sig#", ""), read("sender"));
        let found = folds(&body, Known { writer: sender.trim(), ..Known::default() });
        let hidden: String = found.iter().map(|fold| &body[fold.from..fold.to]).collect();
        all += 1;
        if hidden.trim() != signature.trim() {
            wrong.push(format!("--- {stem}\n{hidden}\n... expected\n{signature}"));
        }
    }
    eprintln!("talon signatures: {} of {all}\n{}", all - wrong.len(), wrong.join("\n"));
    assert!(wrong.len() <= 3, "{}", wrong.join("\n"));
}

/// What people write to help desks, and texts in 58 languages: nothing in them is quoted or signed.
#[test]
fn ordinary_words_are_never_folded() {
    let mut texts = Vec::new();
    for file in ["abcd", "helpdesk-zendesk"].into_iter().flat_map(|name| files(&corpus(name))) {
        if let Ok(text) = fs::read_to_string(&file)
            && let Ok(value) = serde_json::from_str::<serde_json::Value>(&text)
        {
            strings(&value, &mut texts);
        }
    }
    for file in files(&corpus("udhr-languages")) {
        texts.extend(fs::read_to_string(file));
    }
    let folded: Vec<_> = texts.iter().filter(|text| !folds(text, Known::default()).is_empty()).collect();
    eprintln!("of {} ordinary texts {} have folds", texts.len(), folded.len());
    assert!(folded.is_empty() && texts.len() > 100, "{folded:?}");
}

fn strings(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, texts)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| strings(value, texts)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
