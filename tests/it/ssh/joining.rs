//! `ssh join@host`: an unknown key, an invite's code, and one answer to everything that is wrong.

use super::{
    Server,
    client::{Channel, Client},
    fingerprint, key_of, new_key, today,
};
use crate::{desks::TestDesk, pty};
use deskline::domain::key::InviteCode;

/// A code that lets somebody in by the time that the server goes by.
fn invite(desk: &TestDesk, handle: &str) -> String {
    let mut chance = [0; 20];
    getrandom::fill(&mut chance).unwrap();
    let today = today(desk);
    today.invite(&desk.agent("olga"), handle, &InviteCode::drawn(chance)).unwrap().code
}

fn joining(client: &Client) -> Channel {
    let screen = client.messenger();
    screen.shows("joining");
    screen
}

const WRONG: &str = "AAAAA-AAAAA-AAAAA-AAAAA";

#[test]
fn a_code_lets_an_unknown_key_in_once() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let code = invite(&desk, "ben");
    let key = new_key();
    let mut client = Client::connect(&server);
    assert!(client.offers("join", &key));
    let screen = joining(&client);
    screen.shows(&fingerprint(&key));
    screen.keys(&code.to_lowercase()).shows(&code);
    screen.keys("\r").shows("Ben Okafor, agent");
    screen.keys("q");
    assert_eq!(screen.closes().status, Some(0));
    pty::switched_off(&screen.raw());
    // From now on it is ben's, over this connection and every other, under any name.
    assert_eq!(client.command("section list", b"").status, Some(0));
    let again = Client::login(&server, &key);
    assert!(again.command("key list", b"").out.contains(&fingerprint(&key)));
    // A code is used up.
    let late = new_key();
    let mut other = Client::connect(&server);
    assert!(other.offers("join", &late));
    assert_eq!(other.command(&code, b"").status, Some(4));
    assert!(!Client::connect(&server).offers("ben", &late));
    let joined = server.prints(r#""message":"joined""#);
    assert!(joined.contains(&fingerprint(&key)) && joined.contains("ben"), "{joined}");
    assert!(!server.printed().contains(&code) && !server.printed().contains(&code[..5]), "a code is in no log");
}

#[test]
fn everything_that_is_wrong_has_one_answer() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--wrong-code", "1"]);
    let mut answers = Vec::new();
    for code in [WRONG, "nonsense", "", "' OR 1=1 --", "ben", "--help"] {
        let mut client = Client::connect(&server);
        assert!(client.offers("join", &new_key()));
        if code.is_empty() {
            continue;
        }
        let ran = client.command(code, b"");
        assert_eq!((ran.status, ran.out.as_str()), (Some(4), ""), "{code}");
        answers.push(ran.errors);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[test]
fn after_five_wrong_codes_it_is_over() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--wrong-code", "10"]);
    let mut client = Client::connect(&server);
    assert!(client.offers("join", &new_key()));
    let screen = joining(&client);
    screen.keys(WRONG).keys("\r").shows("lets nobody in");
    // What is typed meanwhile is not lost.
    for _ in 1..5 {
        screen.keys(WRONG).keys("\r");
    }
    let ran = screen.closes();
    assert_eq!(ran.status, Some(4));
    pty::switched_off(&screen.raw());
    client.hung_up();
}

#[test]
fn commands_count_as_tries_too() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--wrong-code", "1"]);
    let code = invite(&desk, "ben");
    let key = new_key();
    let mut client = Client::connect(&server);
    assert!(client.offers("join", &key));
    let channels: Vec<Channel> = (0..6).map(|_| client.channel().unwrap()).collect();
    for channel in channels.iter().take(5) {
        channel.run(channel.half.exec(true, WRONG)).unwrap();
        assert_eq!(channel.closes().status, Some(4));
    }
    // The right one comes too late, if the connection is still there at all.
    let _ = channels[5].run(channels[5].half.exec(true, code.as_str()));
    client.hung_up();
    assert!(!Client::connect(&server).offers("ben", &key));
}

#[test]
fn newcomers_make_room_for_each_other() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let newcomers: Vec<Client> = (0..5)
        .map(|_| {
            let mut client = Client::connect(&server);
            assert!(client.offers("join", &new_key()));
            client
        })
        .collect();
    newcomers[0].hung_up();
    assert!(newcomers.iter().skip(1).all(|client| client.learned.lock().unwrap().farewell.is_none()));
}

#[test]
fn a_known_key_that_joins_goes_straight_to_the_messenger() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let mut client = Client::connect(&server);
    assert!(client.offers("join", &key_of(&desk, "ana")));
    client.messenger().shows("Ana Ruiz, agent");
}

#[test]
fn esc_leaves_and_a_newcomer_can_do_nothing_else() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let mut client = Client::connect(&server);
    assert!(client.offers("join", &new_key()));
    let ran = client.command("section list", b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(4), ""), "a newcomer's command is a code");
    let screen = joining(&client);
    screen.keys("\x1b");
    assert_eq!(screen.closes().status, Some(0));
    pty::switched_off(&screen.raw());
    client.hung_up();
}
