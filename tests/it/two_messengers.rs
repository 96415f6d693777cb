//! Several messengers on one file: what one writes the others show at once, and what is taken away is gone at once.

#![allow(clippy::unwrap_used)]

use crate::{
    desks::{TestDesk, assign, make},
    pty::{Seen, Terminal},
};
use deskline::domain::{conversation::Privacy, id::ConversationId};
use std::{
    ffi::OsStr,
    process::Command,
    time::{Duration, Instant},
};

const CTRL_S: &str = "\x13";
const ESC: &str = "\x1b";
const WRITES: usize = 20;

/// The messenger of somebody with the desk's only conversation on the screen.
fn reading(desk: &TestDesk, handle: &str) -> Terminal {
    let mut messenger = Terminal::messenger(&desk.file(), handle);
    messenger.shows("My card is declined");
    messenger.keys("\r").shows("Esc back");
    messenger
}

/// Median and longest.
fn of(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}

/// Within 100 ms in the middle; no limit but patience for a machine that does other things meanwhile.
fn soon(times: Vec<Duration>, what: &str) {
    assert_eq!(times.len(), WRITES);
    let (median, longest) = of(times);
    eprintln!("{what}: median {median:?}, longest {longest:?}");
    assert!(median <= Duration::from_millis(100), "{what}: median {median:?}, longest {longest:?}");
    assert!(longest <= Duration::from_secs(5), "{what}: median {median:?}, longest {longest:?}");
}

/// One call of the command line, which has to work; when it had ended.
fn call(desk: &TestDesk, arguments: &[&str]) -> Instant {
    let ran = Command::new(env!("CARGO_BIN_EXE_deskline"))
        .args([OsStr::new("--desk"), desk.file().as_os_str()])
        .args(arguments)
        .output()
        .unwrap();
    let ended = Instant::now();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ended
}

#[test]
fn each_sees_what_the_other_writes() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let mut pair = [reading(&desk, "ana"), reading(&desk, "olga")];
    let mut times = Vec::new();
    for number in 0..WRITES {
        let (writer, reader) = (number % 2, 1 - number % 2);
        let words = format!("sentence number {number} of all.");
        pair[writer].keys("r").shows("Ctrl-S send");
        pair[writer].keys(&words).shows(&words);
        assert!(!pair[reader].text().contains(&words), "not before it is sent");
        let mut sent = Instant::now();
        pair[writer].keys(CTRL_S);
        // Answered within the second in which the other's words came, it is held first (R7.6).
        let held = |text: &str| text.contains("Not sent yet");
        pair[writer].when("sent or held", |seen| held(&seen.text()) || !seen.text().contains("Ctrl-S send"));
        if held(&pair[writer].text()) {
            sent = Instant::now();
            pair[writer].keys("\x1b[B\r");
        }
        times.push(pair[reader].shows(&words) - sent);
        pair[writer].no_longer_shows("Ctrl-S send");
        pair[writer].shows(&words);
    }
    soon(times, "from key to the other's screen");
}

#[test]
fn both_see_what_a_third_process_writes() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let pair = [reading(&desk, "ana"), reading(&desk, "olga")];
    let mut times = Vec::new();
    let number = id.to_string();
    for turn in 0..WRITES {
        let words = format!("sentence number {turn} of all.");
        let ended = if turn % 2 == 0 {
            call(&desk, &["--as", "ana", "conversation", "reply", &number, "--body", &words])
        } else {
            let from = ["receive", "--from", "mara@example.com", "--conversation", &number, "--body", &words];
            call(&desk, &from)
        };
        let shown = pair[0].shows(&words).max(pair[1].shows(&words));
        times.push(shown.saturating_duration_since(ended));
    }
    soon(times, "from the end of the call to both screens");
}

#[test]
fn a_new_conversation_comes_into_the_list_and_the_numbers() {
    let desk = TestDesk::new();
    let mut ana = Terminal::messenger(&desk.file(), "ana");
    ana.shows("all keys");
    call(&desk, &["receive", "--from", "mara@example.com", "--group", "Support", "--body", "Is anybody there?"]);
    ana.shows("Is anybody there?");
    ana.when("one unassigned, one open", |seen| {
        row(seen, "Unassigned").contains('1') && row(seen, "Open ").contains('1')
    });
    ana.keys("t").shows("Assigned");
    ana.when("one live", |seen| row(seen, "Live").contains('1') || !row(seen, "Unassigned").contains('1'));
}

#[test]
fn what_is_written_while_a_messenger_opens_is_not_missed() {
    for _ in 0..10 {
        let desk = TestDesk::new();
        let ana = Terminal::messenger(&desk.file(), "ana");
        ana.shows("deskline");
        desk.arrival();
        ana.shows("My card is declined");
    }
}

/// A line of the sidebar.
fn row(seen: &Seen, title: &str) -> String {
    let text = seen.text();
    let side = text.lines().filter_map(|line| line.split('│').next());
    side.rev().find(|line| line.contains(title)).unwrap_or_default().to_owned()
}

/// A desk with a private conversation of the whole group, which ben and cleo read; its words.
fn private() -> (TestDesk, ConversationId, [Terminal; 2]) {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("olga", id, make(Privacy::Private, true));
    let pair = [reading(&desk, "ben"), reading(&desk, "cleo")];
    (desk, id, pair)
}

/// The restricted screen, and not a word of the conversation anywhere.
fn restricted(messenger: &Terminal, id: ConversationId) {
    messenger.shows("Restricted access. This conversation is private. Ask");
    let text = messenger.text();
    assert!(text.contains(" an administrator."), "{text}");
    for word in ["declined", "mara", "Ana", "Private", "unassigned", "09:0", "half a"] {
        assert!(!text.contains(word), "{word} of {id} is left:\n{text}");
    }
    assert!(!text.contains(&format!("#{id} ")), "{text}");
    let seen = messenger.seen();
    assert!(row(&seen, "Unassigned").trim_end().ends_with("Unassigned"), "the number went with it:\n{text}");
}

#[test]
fn r6_4_assigned_while_private_it_is_gone_from_the_others_screens_without_a_key() {
    let (desk, id, [mut ben, cleo]) = private();
    // Ben is in the middle of a sentence when it is taken.
    ben.keys("r").shows("Ctrl-S send");
    ben.keys("half a sentence").shows("half a sentence");
    call(&desk, &["--as", "cleo", "conversation", "assign", &id.to_string(), "ana"]);
    restricted(&cleo, id);
    restricted(&ben, id);
    // What ben wrote is his own: it comes back with the access.
    desk.does("olga", id, make(Privacy::Public, true));
    ben.keys(ESC).keys("go").shows("My card is declined");
    ben.shows("half a sentence");
}

#[test]
fn r6_6_made_private_it_becomes_the_restricted_screen_without_a_key() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let (ben, mut dev, mut olga) = (reading(&desk, "ben"), reading(&desk, "dev"), reading(&desk, "olga"));
    let ana = reading(&desk, "ana");
    olga.keys("P");
    let pressed = Instant::now();
    olga.shows("Made private");
    restricted(&ben, id);
    assert!(pressed.elapsed() < Duration::from_secs(5));
    // Dev never was told of it: to him it is as if it had never been.
    dev.no_longer_shows("declined");
    assert!(!dev.text().contains("mara"), "{}", dev.text());
    ana.shows("Private");
    assert!(ana.text().contains("My card is declined"), "its assignee keeps it:\n{}", ana.text());
    // Nothing brings it back: no key, no size, no other way in.
    dev.keys("/declined").shows("declined");
    dev.keys(ESC);
    let mut ben = ben;
    ben.resize(80, 24);
    ben.keys("\x0c").quiet_for(Duration::from_millis(200));
    assert!(!ben.text().contains("My card"), "{}", ben.text());
    ben.resize(120, 40);
    ben.keys("gojk\r").quiet_for(Duration::from_millis(200));
    assert!(!ben.text().contains("My card"), "{}", ben.text());
}

#[test]
fn a_writing_is_held_when_somebody_else_was_faster() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let mut ana = reading(&desk, "ana");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("my answer").shows("my answer");
    // Paused, the messenger cannot have shown what comes now.
    ana.signal("STOP");
    call(&desk, &["receive", "--from", "mara@example.com", "--conversation", &id.to_string(), "--body", "Never mind!"]);
    ana.keys(CTRL_S);
    ana.signal("CONT");
    ana.shows("Never mind!");
    ana.quiet_for(Duration::from_millis(300));
    let (texts, screen) = (desk.texts("ana", id), ana.text());
    assert!(!texts.iter().any(|text| text == "my answer"), "held (R7.6), but it was sent:\n{screen}");
    assert!(screen.contains("my answer"), "the draft is kept:\n{screen}");
}
