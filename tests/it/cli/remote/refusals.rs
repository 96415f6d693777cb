//! What is refused from elsewhere: one sentence, the promised exit code, and a desk on which nothing happened.

use super::{Kept, does, last_words, objects, remotely, sending};
use crate::{cli::hostile::harmless, desks::TestDesk};
use deskline::{
    cli::{Streams, remote},
    desk::AgentChange,
};
use proptest::prelude::*;
use std::io::{self, Read};

/// What names a file of the server, starts something there, tells of its configuration, or says who acts.
const REFUSED: &[&str] = &[
    "",
    "  ",
    "--json",
    "--as ana section list",
    "section list --as ana",
    "section --as=olga list",
    "--desk other.db section list",
    "section list --desk=/etc/passwd",
    "init --name Mine --owner me",
    "demo",
    "demo --messages 10 --build-only",
    "config",
    "receive --from mara@example.com --body Hello",
    "receive --from mara@example.com",
    "import jsonl all.jsonl",
    "import jsonl -",
    "import mbox /var/mail/root --group Support",
    "import json all.json --map map.toml",
    "export all.jsonl",
    "export /dev/stdout",
    "export ./-",
    "backup copy.db",
    "key add ana /root/.ssh/authorized_keys",
    "key add ana ./-",
    "backup -",
    "conversation reply 1 --file answer.md",
    "conversation reply 1 --file=/etc/passwd",
    "conversation note 1 --file /dev/stdin",
    "conversation start --with-agent ben --file answer.md",
    "conversation reply 1 --body x --attach bill.pdf",
    "conversation reply 1 --body x --attach=/etc/passwd",
    "conversation note 1 --body x --attach /dev/stdin",
    "conversation start --with-agent ben --body x --attach - --attach-name a --attach bill.pdf",
    "conversation list --section open --limit 10001",
    "search card --limit 4000000000",
];

/// Lines that are not commands at all.
const NO_COMMANDS: &[&str] = &[
    "ls",
    "scp -t /tmp",
    "/usr/lib/openssh/sftp-server",
    "rsync --server -vlogDtprze.iLsfxC . folder",
    "git-upload-pack 'team/desk.git'",
    "LANG=C ls",
    "conversation frobnicate 1",
    "deskline section list",
    "help frobnicate",
];

/// Fails the test where it is read: a refusal comes before anything that was sent is looked at.
struct Unread;

impl Read for Unread {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("it was read")
    }
}

fn refused(desk: &TestDesk, who: &str, line: &str, code: u8) -> String {
    let (output, errors) = (Kept::default(), Kept::default());
    let before = desk.contents();
    let streams =
        Streams { input: Box::new(Unread), output: Box::new(output.clone()), errors: Box::new(errors.clone()) };
    let ended = remote::run(&desk.desk, &desk.agent(who), line, streams);
    let said = errors.text();
    let shown = line.chars().take(80).collect::<String>();
    assert_eq!((ended, output.text().as_str()), (code, ""), "{shown}: {said}");
    assert_eq!(desk.contents(), before, "{shown} changed something");
    assert_eq!(said.lines().count(), 1, "{shown}: {said}");
    harmless(&said, &shown);
    said
}

#[test]
fn what_belongs_to_the_machine_is_refused_before_anything_happens() {
    let desk = TestDesk::new();
    desk.arrival();
    let files = || std::fs::read_dir(desk.folder.path()).unwrap().count();
    let before = files();
    for who in ["olga", "adam", "ana"] {
        for line in REFUSED {
            let said = refused(&desk, who, line, 2);
            assert!(said.starts_with("deskline: ") || line.contains("--json"), "{line}: {said}");
            assert!(!said.contains(&desk.folder.path().display().to_string()), "{line}: {said}");
        }
    }
    assert_eq!(files(), before, "a file was made");
}

#[test]
fn a_refusal_is_an_object_where_json_was_asked_for() {
    let desk = TestDesk::new();
    for line in ["backup copy.db --json", "section list --json --as olga", "--json export all.jsonl", "--json"] {
        let said = objects(&refused(&desk, "olga", line, 2)).remove(0);
        assert_eq!(said["error"]["kind"], "usage", "{line}: {said}");
    }
}

#[test]
fn an_unknown_command_is_one_line_and_2() {
    let desk = TestDesk::new();
    for line in NO_COMMANDS {
        let said = refused(&desk, "ana", line, 2);
        assert!(said.starts_with("deskline: There is no command “"), "{line}: {said}");
    }
    let long = refused(&desk, "ana", &"退".repeat(20_000), 2);
    assert!(long.chars().count() < 200, "{long}");
}

#[test]
fn no_shell_runs() {
    let desk = TestDesk::new();
    desk.arrival();
    for line in [
        "section list; section list",
        "section list | cat",
        "section list > file",
        "conversation reply 1 < answer.md",
        "conversation reply 1 --body $HOME",
        "conversation reply 1 --body \"$(id)\"",
        "conversation reply 1 --body `id`",
        "section list & section list",
    ] {
        let said = refused(&desk, "ana", line, 2);
        assert!(said.contains("No shell runs here"), "{line}: {said}");
    }
}

#[test]
fn a_hostile_line_is_refused_whole() {
    let desk = TestDesk::new();
    desk.arrival();
    for (line, because) in [
        ("section list\0".to_owned(), "control"),
        ("conversation reply 1 --body 'a\u{1b}[31mb'".to_owned(), "control"),
        ("conversation reply 1 --body 'a\u{9b}2J'".to_owned(), "control"),
        ("conversation reply 1 --body 'a\rb'".to_owned(), "control"),
        ("section list\nsection list".to_owned(), "one line"),
        ("conversation reply 1 --body caf\u{fffd}".to_owned(), "UTF-8"),
        ("conversation reply 1 --body 'open".to_owned(), "open '"),
        ("conversation reply 1 --body \"open".to_owned(), "open \""),
        ("section list \\".to_owned(), "backslash"),
        (format!("conversation reply 1 --body {}", "a".repeat(1024 * 1024)), "64 KiB"),
        (" ".repeat(1024 * 1024), "64 KiB"),
    ] {
        let said = refused(&desk, "ana", &line, 2);
        assert!(said.contains(because), "{because}: {said}");
    }
    // Thousands of words, and options a thousand times, are wrong usage or a command like any other.
    for line in ["a ".repeat(20_000), "--json ".repeat(5_000), format!("search {}", "x ".repeat(10_000))] {
        let ran = remotely(&desk, "ana", &line);
        assert!([0, 2].contains(&ran.code), "{}", ran.errors);
        harmless(&ran.errors, "many words");
    }
}

#[test]
fn quotes_carry_a_text_whole() {
    let desk = TestDesk::new();
    desk.arrival();
    for (typed, text) in [
        ("'it costs $5; really & truly'", "it costs $5; really & truly"),
        (r#""she said \"no\", it's \$5""#, "she said \"no\", it's $5"),
        ("one' two 'three", "one two three"),
        ("'first\n\tsecond'", "first\n\tsecond"),
        (r"it\'s\ fine", "it's fine"),
        ("'#1 退货 ünïcode'", "#1 退货 ünïcode"),
        ("'--as olga'", "--as olga"),
    ] {
        does(&desk, "ana", &format!("conversation reply #1 --body {typed}"));
        assert_eq!(last_words(&desk, 1), text, "{typed}");
    }
}

#[test]
fn help_and_version_are_data() {
    let desk = TestDesk::new();
    for line in ["help", "--help", "conversation --help", "help conversation reply", "--version"] {
        let printed = does(&desk, "ana", line);
        let named = ["help", "--help"].contains(&line);
        assert!(printed.contains(if named { "Usage: ssh HOST COMMAND" } else { "deskline" }), "{line}: {printed}");
        harmless(&printed, line);
        assert!(printed.lines().all(|line| line.chars().count() <= 80), "{line}:\n{printed}");
    }
}

#[test]
fn rights_are_read_afresh_and_the_file_is_looked_over_by_administrators_alone() {
    let desk = TestDesk::new();
    assert_eq!(does(&desk, "olga", "check"), "The desk is sound.\n");
    assert_eq!(does(&desk, "adam", "check --json"), "{\"sound\":true,\"findings\":[]}\n");
    refused(&desk, "ana", "check", 4);
    let ana = desk.agent("ana");
    desk.change("ana", &AgentChange { active: Some(false), ..AgentChange::default() });
    for line in ["section list", "conversation list --section open", "check", "export -"] {
        let ran = super::reading(&desk.desk, &ana, &format!("{line} --json"), io::empty());
        assert_eq!((ran.code, ran.out.as_str()), (4, ""), "{line}: {}", ran.errors);
        assert_eq!(objects(&ran.errors)[0]["error"]["rule"], "R5.6", "{line}");
    }
}

/// Lines that mostly do something, before they are spoiled.
const LINES: &[&str] = &[
    "conversation reply 1 --body Hello",
    "conversation note 1",
    "conversation close 1",
    "conversation lock 1",
    "conversation unlock 1",
    "conversation reopen 1",
    "conversation assign 1 ben",
    "conversation release 2 --yes",
    "conversation forward 2 --group Billing --yes",
    "conversation add 1 --agent dev",
    "conversation remove 1 --agent dev",
    "conversation link 2 TK-1 --yes",
    "conversation unlink 2",
    "conversation create-item 1 ticket",
    "conversation private 1",
    "conversation public 1 --yes",
    "conversation follow 2",
    "conversation unread 2",
    "conversation show 1",
    "conversation list --section open --limit 2",
    "conversation start --with-agent ben --subject Lunch",
    "conversation start --with-customer mara@example.com --group Support",
    "conversation start --on TK-1 --audience internal --body 'two words'",
    "item add task --title Call",
    "item set TK-1 --status done --assignee ana",
    "item add-follower TK-1 --group Support",
    "agent set ana --ready off",
    "agent set ben --role admin",
    "agent add eve --name Eve --group Support",
    "group add Returns",
    "group join Billing ana",
    "customer add jo@example.com --name Jo",
    "customer block mara@example.com",
    "customer view mara@example.com 1",
    "setting set private-conversations on",
    "notice clear",
    "search card is:open",
    "audit list --conversation 1",
    "export -",
    "check",
];

/// What they are spoiled with.
const WORDS: &[&str] = &[
    "1",
    "#2",
    "99",
    "-1",
    "TK-1",
    "PR-1",
    "ana",
    "ben",
    "olga",
    "Support",
    "Billing",
    "mara@example.com",
    "-",
    "--",
    "--json",
    "--yes",
    "--as",
    "--desk",
    "--file",
    "--file=x",
    "--body",
    "--body=",
    "--limit",
    "--seen=1",
    "--agent",
    "--group",
    "help",
    "--help",
    "list",
    "import",
    "receive",
    "\"\"",
    "'",
    "\"",
    "\\",
    ";",
    "$x",
    "\u{202e}",
    "\u{1b}[2J",
    "\0",
];

/// A line with a few of its words taken out, changed or added to.
fn spoiled(line: &str, changes: &[(prop::sample::Index, u8, &str)]) -> String {
    let mut words = line.split(' ').collect::<Vec<_>>();
    for (place, kind, word) in changes {
        let place = place.index(words.len() + 1);
        match kind {
            0 if place < words.len() => drop(words.remove(place)),
            1 if place < words.len() => words[place] = word,
            _ => words.insert(place, word),
        }
    }
    words.join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is sent, it ends with a promised exit code; and unless that is 0, nothing happened.
    #[test]
    fn a_line_that_is_not_done_changes_nothing(
        lines in prop::collection::vec(
            prop_oneof![
                8 => (
                    prop::sample::select(LINES),
                    prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3, prop::sample::select(WORDS)), 0..3),
                )
                    .prop_map(|(line, changes)| spoiled(line, &changes)),
                1 => prop::collection::vec(any::<u8>(), 0..200)
                    .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
                1 => any::<String>(),
            ],
            40,
        ),
        text in prop_oneof![Just(b"Hello".to_vec()), any::<Vec<u8>>()],
        who in prop::sample::select(vec!["olga", "adam", "ana", "dev"]),
    ) {
        let desk = TestDesk::new();
        desk.arrival();
        desk.arrival();
        desk.ticket();
        for line in lines {
            let before = desk.contents();
            let Ok(_) = desk.desk.admit(Some(who)) else { return Ok(()) };
            let ran = sending(&desk, who, &line, &text);
            prop_assert!((0..=5).contains(&ran.code), "{line:?}: {}", ran.code);
            prop_assert!(!ran.errors.contains("broke off"), "{line:?}");
            harmless(&ran.out, &line);
            harmless(&ran.errors, &line);
            if ran.code != 0 {
                prop_assert_eq!(desk.contents(), before, "{:?} ended with {} and changed something", line, ran.code);
            }
        }
    }
}
