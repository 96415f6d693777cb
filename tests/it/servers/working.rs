//! Agents at work through OpenSSH: the messenger comes up, does what it does on a terminal of its own, and goes.

use super::house::House;
use crate::{
    desks::assign,
    pty::{Setting, Terminal},
};
use deskline::domain::{conversation::State, id::ConversationId};

const CTRL_S: &str = "\x13";
const ESC: &str = "\x1b";

/// A house with one conversation, and ana's messenger on it.
fn ana() -> (House, ConversationId, Terminal) {
    let house = House::new();
    let id = house.desk.arrival();
    let ana = house.messenger("ana");
    ana.shows("My card is declined");
    (house, id, ana)
}

/// The messenger is left, and the terminal is as it was before.
fn leaves(messenger: &mut Terminal) {
    messenger.keys("q");
    assert_eq!(messenger.ended(), (0, None));
    assert!(messenger.raw().contains("\x1b[?1049l"), "the alternate screen was left");
    messenger.is_restored();
}

#[test]
fn an_agent_logs_in_and_sees_the_messenger() {
    let (_house, _, mut ana) = ana();
    for words in ["deskline", "QUEUE", "FROM CUSTOMERS", "MY CONVERSATIONS", "Ana Ruiz, agent", "Send Message"] {
        ana.shows(words);
    }
    assert!(ana.seen().screen().alternate_screen() && ana.seen().screen().bracketed_paste());
    leaves(&mut ana);
    assert!(!ana.seen().screen().alternate_screen() && !ana.seen().screen().hide_cursor());
}

#[test]
fn an_agent_works() {
    let (house, id, mut ana) = ana();
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("We look into it.").shows("We look into it.");
    ana.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    ana.shows("→ Ana");
    ana.keys("n").shows("┌ Note");
    ana.keys("Same bank as last week.").shows("Same bank as last week.");
    ana.keys(CTRL_S).no_longer_shows("┌ Note");
    ana.shows("NOTE Ana Ruiz");
    let texts = house.desk.texts("ana", id);
    for words in ["We look into it.", "Same bank as last week."] {
        assert_eq!(texts.iter().filter(|text| *text == words).count(), 1, "{texts:?}");
    }
    ana.keys("e").shows("Closed #1. z undo");
    assert_eq!(house.desk.row(id).state, State::Closed);
    ana.keys("z").shows("Re-opened");
    assert_eq!(house.desk.row(id).state, State::Open);
    // A draft is kept on leaving, and there again on coming back.
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("half a sent").shows("half a sent");
    ana.keys(ESC).shows("draft: half a sent");
    leaves(&mut ana);
    let mut again = house.messenger("ana");
    again.shows("half a sent");
    leaves(&mut again);
}

#[test]
fn every_size_is_drawn_when_the_window_changes() {
    let (_house, _, mut ana) = ana();
    for (columns, rows) in [(80, 24), (60, 20), (200, 50), (120, 40)] {
        ana.resize(columns, rows);
        ana.when(&format!("{columns}×{rows} is filled"), |seen| {
            let text = seen.text();
            let foot = text.lines().nth(usize::from(rows) - 1).is_some_and(|line| line.contains("all keys"));
            foot && text.contains("deskline") && text.contains("My card is declined")
        });
    }
    ana.resize(30, 8);
    ana.shows("40 × 10");
    ana.resize(120, 40);
    ana.shows("Ana Ruiz, agent");
    leaves(&mut ana);
}

#[test]
fn a_terminal_of_every_kind_is_served() {
    let house = House::new();
    house.desk.arrival();
    for term in ["xterm-256color", "xterm-kitty", "linux", "vt100", "screen.xterm-256color", "no-such-terminal"] {
        let setting = Setting { columns: 120, rows: 40, environment: Vec::new() };
        let mut ana = house.at("ana", &setting.with("TERM", term).with("LANG", "C"), &["desk"]);
        ana.shows("My card is declined");
        leaves(&mut ana);
    }
}

/// OpenSSH takes `~.` after Enter for itself, unless its configuration says otherwise; ours does, as the README's.
#[test]
fn a_tilde_at_the_beginning_of_a_line_is_text() {
    let (house, id, mut ana) = ana();
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("Dear Mara,\r~.\r~? ~~\rYours").shows("Yours");
    ana.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    assert!(house.desk.texts("ana", id).iter().any(|text| text == "Dear Mara,\n~.\n~? ~~\nYours"));
    leaves(&mut ana);
}

#[test]
fn a_long_paste_is_one_block_and_never_sends() {
    let (house, id, mut ana) = ana();
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    let pasted: String =
        (0..4_000).map(|line| format!("Line {line} of what was pasted, with a \x13 in it.\r")).collect();
    ana.keys(&format!("\x1b[200~{pasted}\x1b[201~")).shows("Line 3999 of what was pasted");
    assert_eq!(house.desk.count("SELECT count(*) FROM message WHERE agent_id IS NOT NULL"), 0, "a paste never sends");
    ana.keys("the end").shows("the end");
    ana.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    let sent = house.desk.texts("ana", id);
    let long = sent.iter().find(|text| text.ends_with("the end")).unwrap_or_else(|| panic!("{} texts", sent.len()));
    assert_eq!(long.matches("of what was pasted").count(), 4_000);
    leaves(&mut ana);
}

/// What terminals answer to questions, whether anybody asked or not, is neither text nor a key.
#[test]
fn what_a_terminal_says_of_itself_is_not_typed() {
    let (_house, _, mut ana) = ana();
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("before").shows("before");
    ana.keys("\x1b[>41;354;0c\x1b[?62;22c\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1bP>|XTerm(354)\x1b\\\x1b[?2026;2$y\x1b[12;40R\x1b[I\x1b[O");
    ana.keys(" after").shows("before after");
    ana.keys(ESC).shows("draft: before after");
    leaves(&mut ana);
}

#[test]
fn without_colour_where_the_terminal_or_its_user_wants_none() {
    let house = House::new();
    house.desk.arrival();
    let plain = || Setting { columns: 120, rows: 40, environment: Vec::new() };
    let colours = |raw: &str| {
        let numbers = raw.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m')).map(|(numbers, _)| numbers);
        let each = numbers.filter(|numbers| numbers.chars().all(|letter| letter.is_ascii_digit() || letter == ';'));
        let coloured = |number: &str| number.len() == 2 && "3489".contains(&number[..1]) && !number.ends_with('9');
        each.flat_map(|numbers| numbers.split(';')).filter(|number| coloured(number)).count()
    };
    let mut usual = house.at("ana", &plain(), &["desk"]);
    usual.shows("My card is declined");
    leaves(&mut usual);
    assert!(colours(&usual.raw()) > 0, "there are colours usually");
    let mut dumb = house.at("ana", &plain().with("TERM", "dumb"), &["desk"]);
    dumb.shows("My card is declined");
    leaves(&mut dumb);
    assert_eq!(colours(&dumb.raw()), 0, "{:?}", dumb.raw());
    let mut none = house.at("ana", &plain().with("NO_COLOR", "1"), &["-o", "SendEnv=NO_COLOR", "desk"]);
    none.shows("My card is declined");
    leaves(&mut none);
    assert_eq!(colours(&none.raw()), 0);
}

#[test]
fn what_one_writes_the_other_sees() {
    let (house, id, mut ana) = ana();
    house.desk.does("olga", id, assign("ana"));
    let mut ben = house.messenger("ben");
    ben.shows("My card is declined");
    ben.keys("\r").shows("Esc back");
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("The card works again.").shows("The card works again.");
    assert!(!ben.text().contains("The card works again."), "not before it is sent");
    ana.keys(CTRL_S);
    ben.shows("The card works again.");
    leaves(&mut ana);
    leaves(&mut ben);
}

#[test]
fn status_tells_who_is_there_and_only_administrators() {
    let house = House::new();
    let ana = house.messenger("ana");
    ana.shows("Ana Ruiz, agent");
    let ben = house.messenger("ben");
    ben.shows("Ben Okafor, agent");
    crate::pty::until("both are there", || house.sessions() == ["ana", "ben"]);
    let told = house.call("olga", "status").well().out;
    assert!(told.contains("ana") && told.contains("ben") && told.contains("SSH on 127.0.0.1"), "{told}");
    assert_eq!(house.call("ana", "status").code, Some(4));
    drop(ana);
    crate::pty::until("ana is gone", || house.sessions() == ["ben"]);
}
