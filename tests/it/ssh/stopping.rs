//! The end of the server: everybody is told, drafts are kept, terminals are as they were; or it is killed, and nothing that
//! was kept is lost.

use super::{
    Server,
    client::{Channel, Client, Manners},
    key_of,
};
use crate::{
    desks::{TestDesk, assign},
    pty,
};
use std::{
    fs,
    net::TcpStream,
    os::unix::fs::MetadataExt as _,
    process::Command,
    time::{Duration, Instant},
};

fn writing(client: &Client, words: &str) -> Channel {
    let messenger = client.messenger();
    messenger.shows("My card is declined");
    messenger.keys("\r").shows("Esc back");
    messenger.keys("r").shows("Reply");
    messenger.keys(words).shows(words);
    messenger
}

#[test]
fn asked_to_stop_it_tells_everybody_and_keeps_the_drafts() {
    for signal in ["TERM", "INT", "HUP"] {
        let desk = TestDesk::new();
        let id = desk.arrival();
        desk.does("olga", id, assign("ana"));
        let mut server = Server::on(&desk.file(), &[]);
        let key = key_of(&desk, "ana");
        let client = Client::login(&server, &key);
        let stranger = TcpStream::connect(server.address).unwrap();
        let messenger = writing(&client, "half a sentence");
        let begun = Instant::now();
        server.signal(signal);
        let ran = messenger.closes();
        assert_eq!(ran.status, Some(0), "{signal}");
        assert!(ran.out.contains("The desk is being stopped. Your drafts are kept"), "{signal}");
        pty::switched_off(&messenger.raw());
        assert_eq!(client.hung_up(), "The desk is being stopped.");
        assert_eq!(server.ended().code(), Some(0), "{signal}: {}", server.printed());
        assert!(begun.elapsed() < Duration::from_secs(8), "{signal}: {:?}", begun.elapsed());
        drop(stranger);
        let server = Server::on(&desk.file(), &[]);
        let messenger = Client::login(&server, &key).messenger();
        messenger.shows("My card is declined");
        messenger.keys("\r").shows("draft: half a sentence");
    }
}

#[test]
fn a_running_command_is_let_finish() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let channel = client.channel().unwrap();
    channel.run(channel.half.exec(true, format!("conversation reply {id}"))).unwrap();
    assert!(channel.granted());
    channel.keys("The whole ");
    server.signal("TERM");
    server.prints("stopping");
    channel.keys("answer");
    channel.run(channel.half.eof()).unwrap();
    assert_eq!(channel.closes().status, Some(0));
    assert_eq!(server.ended().code(), Some(0));
    assert!(desk.texts("ana", id).iter().any(|text| text == "The whole answer"));
}

#[test]
fn who_takes_nothing_does_not_hold_up_the_end() {
    let desk = TestDesk::new();
    let mut server = Server::on(&desk.file(), &[]);
    let mut frozen = Client::behaving(server.address, Manners { window: 1, ..Manners::default() });
    assert!(frozen.offers("ana", &key_of(&desk, "ana")));
    let messenger = frozen.messenger();
    messenger.when("a beginning", |seen| seen.output.len() == 1);
    server.signal("TERM");
    let begun = Instant::now();
    assert_eq!(server.ended().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

#[test]
fn asked_twice_it_goes_at_once() {
    let desk = TestDesk::new();
    let mut server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let channel = client.channel().unwrap();
    channel.run(channel.half.exec(true, "conversation reply 1")).unwrap();
    assert!(channel.granted());
    server.signal("TERM");
    server.prints("stopping");
    server.signal("TERM");
    let begun = Instant::now();
    assert_eq!(server.ended().code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn killed_and_started_again_it_is_the_same_server() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let mut server = Server::on(&desk.file(), &[]);
    let key = key_of(&desk, "ana");
    let client = Client::login(&server, &key);
    let _messenger = writing(&client, "typed before");
    crate::pty::until("the draft is kept", || {
        desk.thread("ana", id).drafts.iter().any(|draft| draft.text == "typed before")
    });
    let fingerprint = server.fingerprint.clone();
    server.signal("KILL");
    server.ended();
    client.hung_up();
    let server = Server::on(&desk.file(), &[]);
    assert_eq!(server.fingerprint, fingerprint);
    let messenger = Client::login(&server, &key).messenger();
    messenger.shows("My card is declined");
    messenger.keys("\r").shows("draft: typed before");
}

#[test]
fn a_server_that_cannot_begin_says_why() {
    let desk = TestDesk::new();
    let serve = |arguments: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_deskline"))
            .args(["--desk".as_ref(), desk.file().as_os_str()])
            .arg("serve")
            .args(arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(errors.lines().count(), 1, "{errors}");
        (ran.status.code(), errors)
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, errors) = serve(&["--ssh", &address]);
    assert!(code == Some(1) && errors.contains(&address), "{errors}");
    let (code, errors) = serve(&["--ssh", "nowhere at all"]);
    assert!(code == Some(2) && errors.contains("nowhere at all"), "{errors}");
    let key = desk.folder.path().join("desk.db.host_key");
    assert_eq!(fs::metadata(&key).unwrap().mode() & 0o777, 0o600);
    fs::write(&key, "not a key").unwrap();
    let (code, errors) = serve(&["--ssh", "127.0.0.1:0"]);
    assert!(code == Some(1) && errors.contains("left untouched"), "{errors}");
}

#[test]
fn the_log_is_kept_where_it_is_told_to_be() {
    let desk = TestDesk::new();
    let folder = desk.folder.path().join("logs");
    let mut server = Server::on(&desk.file(), &["--log", folder.to_str().unwrap()]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    assert_eq!(client.command("section list", b"").status, Some(0));
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
    // Where it listens, how to stop it, and that it stops.
    assert_eq!(server.printed().lines().count(), 3, "{}", server.printed());
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let log = fs::read_to_string(&files[0]).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = |words: &str| lines.iter().any(|line| line["message"] == words);
    assert!(said("logged in") && said("ran a command") && said("disconnected"), "{log}");
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
}
