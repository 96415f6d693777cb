//! Hostile text in everything that is printed: nothing of it acts on the terminal, and JSON keeps it exactly.

use super::{Place, objects};

/// Escape sequences, C1 controls, bidi, invisible and tag characters, line breaks, a bell and a wide mark.
const HOSTILE: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{90}x\u{9c}\u{202e}txt.exe\u{202c}\u{200b}\u{2066}a\u{2069}\u{e0041}\u{feff}\r\nfake\t\u{8}\u{7f}退";

/// Whether a character could act on a terminal or hide in it; the text's own line breaks stand for themselves.
fn acts(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || matches!(letter, '\u{e0000}'..='\u{e007f}' | '\u{2028}' | '\u{2029}')
}

pub fn harmless(printed: &str, line: &str) {
    if let Some(letter) = printed.chars().find(|letter| acts(*letter)) {
        panic!("{line} printed U+{:04X}:\n{}", letter as u32, printed.escape_debug());
    }
}

/// A desk whose subject, texts, names and group are hostile wherever the desk takes them.
fn hostile() -> Place {
    let place = Place::staffed();
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let ran = place.run_words(
        &words(&[
            "receive",
            "--from",
            "mara@example.com",
            "--name",
            HOSTILE,
            "--group",
            "Support",
            "--subject",
            HOSTILE,
            "--body",
            HOSTILE,
            "--message-id",
            HOSTILE,
        ]),
        b"",
    );
    assert_eq!(ran.code, 0, "{}", ran.errors);
    for line in [
        &["conversation", "reply", "1", "--body", HOSTILE][..],
        &["conversation", "note", "1", "--body", HOSTILE],
        &["conversation", "create-item", "1", "ticket", "--title", HOSTILE],
        &["conversation", "start", "--with-agent", "ben", "--subject", HOSTILE, "--body", HOSTILE],
        // The desk may refuse these; what it says is printed all the same.
        &["agent", "set", "ana", "--name", HOSTILE],
        &["customer", "set", "mara@example.com", "--name", HOSTILE, "--organization", HOSTILE],
        &["setting", "set", "team-name", HOSTILE],
        &["group", "add", HOSTILE],
        &["item", "add", "project", "--title", HOSTILE],
    ] {
        for who in ["olga", "ana"] {
            let ran = place.run_words(&words(&[&["--as", who], line].concat()), b"");
            harmless(&ran.out, &line.join(" "));
            harmless(&ran.errors, &line.join(" "));
        }
    }
    place
}

const PRINTED: &[&str] = &[
    "--as olga agent list",
    "--as olga agent show ana",
    "--as olga group list",
    "--as olga customer list",
    "--as olga customer show mara@example.com",
    "--as olga customer view mara@example.com",
    "--as olga customer view mara@example.com 1",
    "--as olga setting list",
    "--as olga item list",
    "--as olga item show TK-1",
    "--as ana section list",
    "--as ana conversation list --section live",
    "--as ana conversation list --section open",
    "--as ana conversation list --section internal-sent",
    "--as ben conversation list --section internal-inbox",
    "--as ana conversation show 1",
    "--as ben notice list",
    "--as olga notice list",
    "--as olga search fake",
    "--as olga audit list",
];

#[test]
fn no_printed_output_carries_what_acts_on_a_terminal() {
    let place = hostile();
    for line in PRINTED {
        harmless(&place.does(line), line);
        let printed = place.does(&format!("--json {line}"));
        harmless(&printed, line);
        assert!(!objects(&printed).is_empty(), "{line} printed nothing");
    }
    harmless(&place.does("--as ana export -"), "export");
}

#[test]
fn json_keeps_the_exact_text() {
    let place = hostile();
    let shown = place.json("--as ana conversation show 1").remove(0);
    assert_eq!(shown["messages"][0]["text"], HOSTILE);
    assert_eq!(place.json("--as olga search fake").last().unwrap()["text"], HOSTILE);
}

#[test]
fn what_was_typed_is_repeated_harmlessly() {
    let place = Place::staffed();
    for before in [
        &["--as", "ana", "conversation", "show"][..],
        &["--as", "ana", "conversation", "list", "--section"],
        &["--as", "ana", "agent", "show"],
        &["--as", "olga", "customer", "show"],
        &["--as", "olga", "customer", "add"],
        &["--as", "olga", "group", "join", "Support"],
        &["--as", "ana", "search"],
        &["--as"],
        &["--desk"],
        &["--as", "olga", "import", "eml"],
        &[],
    ] {
        for json in [&["--json"][..], &[]] {
            let arguments = [json, before, &[HOSTILE], if before.len() == 1 { &["check"] } else { &[] }].concat();
            let ran = place.run_words(&arguments.iter().map(ToString::to_string).collect::<Vec<_>>(), b"");
            harmless(&ran.out, &arguments.join(" "));
            harmless(&ran.errors, &arguments.join(" "));
        }
    }
}

/// The corpora of hostile and of merely foreign text, through every output that prints foreign words.
#[cfg(feature = "corpora")]
mod corpora {
    use super::{Place, harmless};
    use crate::corpora::{foreign_lines, hostile_texts};
    use deskline::domain::history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState};
    use std::fs;

    fn texts() -> Vec<String> {
        let mut texts = hostile_texts();
        texts.extend(foreign_lines(40));
        texts.retain(|text| !text.trim().is_empty());
        texts
    }

    /// One conversation for each text with it as subject, name and words; and one that holds them all.
    fn conversations(texts: &[String]) -> Vec<PastConversation> {
        let at = |second: usize| chrono::DateTime::from_timestamp(1_700_000_000 + second as i64, 0).unwrap();
        let message = |place: usize, text: &String| PastMessage {
            key: place.to_string(),
            kind: if place.is_multiple_of(2) { PastKind::Reply } else { PastKind::Note },
            author: PastAuthor::Agent(PastPerson { address: "ana".into(), name: "Ana".into() }),
            at: at(place),
            text: text.clone(),
            attachments: Vec::new(),
        };
        let conversation = |key: String, subject: String, name: String, messages| PastConversation {
            requester: Some(PastPerson { address: format!("{key}@example.com"), name }),
            key,
            subject,
            internal: false,
            private: false,
            state: PastState::Open,
            customers: Vec::new(),
            agents: Vec::new(),
            assignee: None,
            group: None,
            item: None,
            channel: "email".into(),
            messages,
        };
        let one = |(place, text): (usize, &String)| {
            conversation(format!("one{place}"), text.clone(), text.clone(), vec![message(place, text)])
        };
        let mut all = texts.iter().enumerate().map(one).collect::<Vec<_>>();
        let messages = texts.iter().enumerate().map(|(place, text)| message(place, text)).collect();
        all.push(conversation("all".into(), "All".into(), "All".into(), messages));
        all
    }

    #[test]
    fn the_corpora_pass_through_every_output() {
        let place = Place::staffed();
        let texts = texts();
        assert!(texts.len() > 1000, "{} texts", texts.len());
        let conversations = conversations(&texts);
        let lines = conversations.iter().map(|one| deskline::import::jsonl::to_line(one) + "\n").collect::<String>();
        fs::write(place.path().join("all.jsonl"), lines).unwrap();
        place.does("--as olga import jsonl all.jsonl");
        let last = conversations.len();
        for line in [
            "--as olga conversation list --section open --limit 5000",
            "--as olga customer list --limit 5000",
            "--as olga search after --limit 5000",
            "--as olga audit list",
            &format!("--as olga conversation show {last}"),
            "--as olga customer view all@example.com",
            &format!("--as olga customer view all@example.com {last}"),
        ] {
            harmless(&place.does(line), line);
            let line = format!("--json {line}");
            harmless(&place.does(&line), &line);
        }
        let shown = place.json(&format!("--as olga conversation show {last}")).remove(0);
        let kept = shown["messages"].as_array().unwrap();
        assert_eq!(kept.len(), texts.len());
        for (message, text) in kept.iter().zip(&texts) {
            assert_eq!(message["text"], *text, "JSON keeps the exact text");
        }
        harmless(&place.does("--as olga export -"), "export");
    }
}
