//! The messenger over a channel: the same screen, the same keys, and an end that leaves the terminal as it was.

use super::{
    PATIENCE, Server,
    client::{Channel, Client, Manners},
    fingerprint, key_of, today,
};
use crate::{
    desks::{TestDesk, assign, reply},
    pty,
};
use std::time::{Duration, Instant};

const CTRL_S: &str = "\x13";

/// The messenger with the desk's only conversation open.
fn reading(client: &Client) -> Channel {
    let messenger = client.messenger();
    messenger.shows("My card is declined");
    messenger.keys("\r").shows("Esc back");
    messenger
}

fn is_restored(channel: &Channel) {
    pty::switched_off(&channel.raw());
}

#[test]
fn an_agent_works_and_leaves() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let messenger = reading(&client);
    messenger.shows("Ana Ruiz, agent");
    // Whose hours these are, where nobody knows the reader's.
    messenger.shows(" · UTC ");
    messenger.keys("r").shows("Reply");
    messenger.keys("Which bank is it?").shows("Which bank is it?");
    messenger.keys(CTRL_S).shows("Ana Ruiz · ");
    crate::pty::until("the reply is kept", || desk.texts("ana", id).contains(&"Which bank is it?".to_owned()));
    messenger.keys("q");
    assert_eq!(messenger.closes().status, Some(0));
    is_restored(&messenger);
    server.prints("a session ended");
    assert!(!server.printed().contains("Which bank") && !server.printed().contains("mara@"), "{}", server.printed());
}

#[test]
fn the_screen_follows_the_terminal_within_reason() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let messenger = client.messenger();
    messenger.shows("Customer replies");
    messenger.resize(80, 24);
    messenger.when("a smaller screen", |seen| {
        let text = seen.parser.screen().contents();
        text.lines().count() == 24 && text.contains("? all keys")
    });
    // A terminal of a size that nobody has is drawn for as a large one.
    let before = messenger.seen().output.len();
    messenger.resize(300, 100);
    messenger.run(messenger.half.window_change(4_000_000_000, 100_000, 0, 0)).unwrap();
    messenger.when("a large screen", |seen| {
        seen.parser.screen().contents().lines().nth(99).is_some_and(|line| line.contains("? all keys"))
    });
    assert!(messenger.seen().output.len() - before < 100_000);
    messenger.run(messenger.half.window_change(0, 0, 0, 0)).unwrap();
    messenger.resize(100, 30);
    messenger.shows("Customer replies");
    messenger.keys("q").closes();
    is_restored(&messenger);
}

#[test]
fn several_messengers_share_a_connection_and_each_sees_what_others_write() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let both = [reading(&client), reading(&client)];
    let begun = Instant::now();
    today(&desk).receive(&crate::desks::inbound("mara@example.com", Some(id), "Are you there?")).unwrap();
    for messenger in &both {
        messenger.shows("Are you there?");
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    both[0].keys("q").closes();
    both[1].keys("r").shows("Reply");
    both[1].keys("I am").shows("I am");
    // Keys of one are nobody else's, and the others stay where one ends.
    both[1].keys("\x1b").shows("draft: I am");
    both[1].keys("q").closes();
    assert_eq!(client.command("section list", b"").status, Some(0));
}

#[test]
fn a_revoked_key_ends_what_it_had_opened_at_once() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let key = key_of(&desk, "ana");
    let client = Client::login(&server, &key);
    let other = Client::login(&server, &key_of(&desk, "ana"));
    let (messenger, another) = (reading(&client), reading(&other));
    let begun = Instant::now();
    desk.desk.revoke_key(&desk.agent("olga"), &fingerprint(&key)).unwrap();
    let ran = messenger.closes();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(ran.status, Some(4));
    assert!(ran.out.ends_with("The key that you came in with was revoked. Ask an administrator.\r\n"), "{:?}", ran.out);
    is_restored(&messenger);
    assert_eq!(client.hung_up(), "You are not let in any more.");
    // Another key of the same agent is another key.
    another.keys("jk").shows("Esc back");
    desk.switch_off("ana");
    let ran = another.closes();
    assert!(ran.out.contains("You are switched off at this desk."), "{:?}", ran.out);
    other.hung_up();
}

#[test]
fn drafts_survive_a_client_that_vanishes() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let server = Server::on(&desk.file(), &[]);
    let key = key_of(&desk, "ana");
    let client = Client::login(&server, &key);
    let messenger = reading(&client);
    messenger.keys("r").shows("Reply");
    messenger.keys("half a sente").shows("half a sente");
    drop((messenger, client));
    server.prints("a session ended");
    let messenger = reading(&Client::login(&server, &key));
    messenger.keys("r").shows("half a sente");
}

#[test]
fn the_client_that_closes_its_input_has_left() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let messenger = client.messenger();
    messenger.keys("?");
    messenger.run(messenger.half.eof()).unwrap();
    assert_eq!(messenger.closes().status, Some(0));
    is_restored(&messenger);
}

#[test]
fn who_reads_nothing_is_left_and_nobody_else_notices() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let server = Server::on(&desk.file(), &["--stall", "1"]);
    let key = key_of(&desk, "ana");
    let good = Client::login(&server, &key);
    let working = reading(&good);
    // Room for one byte, and never for more.
    let mut silent = Client::behaving(server.address, Manners { window: 1, ..Manners::default() });
    assert!(silent.offers("ana", &key));
    let stalled = silent.messenger();
    stalled.when("a beginning", |seen| seen.output.len() == 1);
    desk.does("ana", id, reply("Hello"));
    working.shows("Hello");
    let ended = server.prints(r#""how":"gone""#);
    assert!(ended.contains("ana"), "{ended}");
    stalled.when("its end", |seen| seen.closed);
    working.keys("j").shows("Esc back");
    let begun = Instant::now();
    working.keys("q").closes();
    assert!(begun.elapsed() < PATIENCE / 2);
}

#[test]
fn a_flood_of_keys_holds_up_nobody_else() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let (flooding, working) =
        (Client::login(&server, &key_of(&desk, "ana")), Client::login(&server, &key_of(&desk, "ben")));
    let (flooded, messenger) = (flooding.messenger(), reading(&working));
    flooded.shows("My card is declined");
    let flood = std::thread::spawn(move || {
        for _ in 0..40 {
            flooded.keys(&"jk".repeat(4096));
        }
        flooded.keys("?").shows("All keys");
        flooded.keys("\x1b").no_longer_shows("All keys");
        flooded.keys("q").closes();
    });
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        let begun = Instant::now();
        messenger.keys("?").shows("All keys");
        messenger.keys("\x1b").no_longer_shows("All keys");
        longest = longest.max(begun.elapsed());
    }
    flood.join().unwrap();
    assert!(longest < Duration::from_secs(3), "{longest:?}");
}

#[test]
fn an_agent_has_so_many_sessions_and_no_more() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--sessions-per-agent", "2"]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let first = client.messenger();
    let _second = client.messenger();
    first.shows("Customer replies");
    let refused = client.command("section list", b"");
    assert_eq!(refused.status, Some(1));
    assert!(refused.errors.contains("as many sessions"), "{}", refused.errors);
    first.keys("q").closes();
    crate::pty::until("there is room again", || client.command("section list", b"").status == Some(0));
}
