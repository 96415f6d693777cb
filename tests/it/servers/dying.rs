//! Ends that nobody asked for: the server or a client is killed, stopped, or asked to go while somebody works.

use super::house::House;
use crate::{
    desks::{assign, make, reply, text},
    pty::{Setting, Terminal, signal, until},
};
use deskline::domain::{command::Command, conversation::Privacy, id::ConversationId};
use std::time::{Duration, Instant};

const CTRL_S: &str = "\x13";

/// A house with one conversation, and ana's messenger with the composer open and these words in it.
fn writing(house: &House, words: &str) -> (ConversationId, Terminal) {
    let id = house.desk.arrival();
    let mut ana = house.messenger("ana");
    ana.shows("My card is declined");
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys(words).shows(words);
    (id, ana)
}

fn draft_is_kept(house: &House, words: &str) {
    let count = format!("SELECT count(*) FROM draft WHERE text = '{words}'");
    until(&format!("“{words}” is kept"), || house.desk.count(&count) == 1);
}

#[test]
fn a_killed_server_loses_nothing_that_was_acknowledged() {
    let mut house = House::new();
    let (id, mut ana) = writing(&house, "This was sent.");
    ana.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    ana.shows("This was sent.");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("half a sentence").shows("half a sentence");
    draft_is_kept(&house, "half a sentence");
    house.kill();
    // OpenSSH sees its connection go, says so and restores the line; the alternate screen nobody was left to leave.
    assert_eq!(ana.ended(), (255, None));
    assert!(!ana.line().contains("-echo "), "the terminal can be typed at: {}", ana.line());
    assert_eq!(house.desk.texts("ana", id).iter().filter(|text| *text == "This was sent.").count(), 1);
    assert_eq!(house.desk.desk.check(&mut |_, _| true).unwrap(), Vec::<String>::new());
    // The same host key: OpenSSH would refuse another one.
    house.start();
    let mut again = house.messenger("ana");
    again.shows("half a sentence");
    again.keys("\r").shows("Esc back");
    again.keys("r").shows("Ctrl-S send");
    again.keys(CTRL_S).no_longer_shows("Ctrl-S send");
    again.keys("q");
    assert_eq!(again.ended(), (0, None));
    let texts = house.desk.texts("ana", id);
    assert_eq!(texts.iter().filter(|text| *text == "half a sentence").count(), 1, "{texts:?}");
    assert_eq!(texts.iter().filter(|text| *text == "This was sent.").count(), 1, "{texts:?}");
}

#[test]
fn a_killed_client_is_gone_and_its_draft_is_kept() {
    let house = House::new();
    let (_, mut ana) = writing(&house, "half a sentence");
    until("ana is there", || house.sessions() == ["ana"]);
    ana.signal("KILL");
    ana.ended();
    until("nobody is there", || house.sessions().is_empty());
    draft_is_kept(&house, "half a sentence");
    assert_eq!(house.logged("panicked"), 0, "{:#?}", house.said());
    let again = house.messenger("ana");
    again.shows("half a sentence");
}

#[test]
fn a_closed_window_keeps_the_draft() {
    let house = House::new();
    let (_, ana) = writing(&house, "half a sentence");
    // The terminal goes, and with it the client.
    drop(ana);
    until("nobody is there", || house.sessions().is_empty());
    draft_is_kept(&house, "half a sentence");
}

#[test]
fn a_server_that_is_asked_to_go_says_so_and_keeps_what_was_typed() {
    let mut house = House::new();
    let (_, mut ana) = writing(&house, "half a sentence");
    let mut ben = house.messenger("ben");
    ben.shows("My card is declined");
    let since = Instant::now();
    // Typed in the same moment: what reached the server is kept whether or not the second of the draft had passed.
    let code = house.stop();
    let took = since.elapsed();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(8), "after {took:?}");
    for messenger in [&mut ana, &mut ben] {
        let (_, signal) = messenger.ended();
        assert_eq!(signal, None);
        let text = messenger.text();
        assert!(text.contains("is being stopped"), "{text}");
        assert!(!messenger.seen().screen().alternate_screen());
        messenger.is_restored();
    }
    draft_is_kept(&house, "half a sentence");
    house.start();
    house.messenger("ana").shows("half a sentence");
}

#[test]
fn nobody_is_waited_for_who_does_not_listen_when_the_server_goes() {
    let mut house = House::new();
    let (_, ana) = writing(&house, "half a sentence");
    ana.signal("STOP");
    let since = Instant::now();
    assert_eq!(house.stop(), Some(0));
    assert!(since.elapsed() < Duration::from_secs(12), "after {:?}", since.elapsed());
    draft_is_kept(&house, "half a sentence");
    ana.signal("CONT");
}

/// Bytes of memory that the server holds.
fn memory(house: &House) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

#[test]
fn a_stopped_client_costs_little_and_is_gone_within_the_limit() {
    let house = House::with(&["--stall", "2"]);
    let words = "Words that fill the screen from one end to the other. ".repeat(300);
    let id = house.desk.write_in("mara@example.com", None, &words).conversation;
    house.desk.does("olga", id, assign("ben"));
    let mut ana = house.at("ana", &Setting { columns: 300, rows: 100, environment: Vec::new() }, &["desk"]);
    ana.shows("Words that fill");
    ana.keys("\r").shows("Esc back");
    ana.signal("STOP");
    let before = memory(&house);
    let since = Instant::now();
    let (mut number, mut most) = (0, 0);
    // Each time most of the screen would be painted anew: sooner or later nobody takes it.
    until("the session is gone", || {
        number += 1;
        let privacy = if number % 2 == 0 { Privacy::Public } else { Privacy::Private };
        house.desk.does("olga", id, make(privacy, true));
        most = most.max(memory(&house).saturating_sub(before));
        house.logged("a session ended") > 0
    });
    eprintln!("a stopped client: gone after {:?} and {number} changes, {most} bytes more", since.elapsed());
    assert!(most < 32 << 20, "{most} bytes more");
    ana.signal("CONT");
}

/// A client that is there no more without having said so: three questions, and it is gone within the minute. And one at
/// which nobody types, where the desk says how long that may last; meanwhile, since both take their time.
#[test]
fn who_vanished_is_gone_within_a_minute_and_who_is_idle_when_the_time_is_over() {
    let (house, quiet) = (House::new(), House::with(&["--idle", "1"]));
    let (_, ana) = writing(&house, "half a sentence");
    let (_, mut ben) = writing(&quiet, "half a sentence");
    ana.signal("STOP");
    let since = Instant::now();
    let (mut vanished, mut idle) = (None, None);
    while vanished.is_none() || idle.is_none() {
        if vanished.is_none() && house.logged("a session ended") > 0 {
            vanished = Some(since.elapsed());
        }
        if idle.is_none() && ben.within(Duration::from_millis(50), crate::pty::Seen::is_closed) {
            idle = Some(since.elapsed());
        }
        assert!(since.elapsed() < Duration::from_secs(90), "gone {vanished:?}, idle {idle:?}: {:#?}", house.said());
    }
    assert!(vanished.unwrap() < Duration::from_secs(62), "after {vanished:?}");
    assert!((Duration::from_secs(55)..Duration::from_secs(70)).contains(&idle.unwrap()), "after {idle:?}");
    assert!(ben.text().contains("nobody typed"), "{}", ben.text());
    ben.ended();
    ben.is_restored();
    draft_is_kept(&house, "half a sentence");
    draft_is_kept(&quiet, "half a sentence");
    ana.signal("CONT");
}

/// While one client is stopped, everybody else works as before.
#[test]
fn a_stopped_client_holds_nobody_up() {
    let house = House::new();
    let (id, ana) = writing(&house, "half a sentence");
    ana.signal("STOP");
    let mut ben = house.messenger("ben");
    ben.shows("My card is declined");
    ben.keys("\r").shows("Esc back");
    for number in 0..20 {
        let words = format!("Number {number} of all");
        house.desk.does("olga", id, Command::Reply(text(&words)));
        ben.shows(&words);
    }
    house.desk.does("olga", id, reply("The last one"));
    ben.shows("The last one");
    signal(ana.pid(), "CONT");
    ana.shows("The last one");
    ana.shows("half a sentence");
}
