//! Clients that stall, freeze or vanish: they cost little, and are gone soon.

use super::{
    PATIENCE, Server,
    client::{Client, Manners},
    key_of,
};
use crate::desks::TestDesk;
use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// A way to a server that can go dead: everything is taken, and nothing gets through any more.
struct Way {
    address: SocketAddr,
    dead: Arc<AtomicBool>,
}

impl Way {
    fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, to) = (listener.local_addr().unwrap(), server.address);
        let dead = Arc::<AtomicBool>::default();
        let gone = Arc::clone(&dead);
        std::thread::spawn(move || {
            let (here, _) = listener.accept().unwrap();
            let there = TcpStream::connect(to).unwrap();
            for (from, to) in [(&here, &there), (&there, &here)] {
                let (from, to, gone) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(&gone));
                std::thread::spawn(move || carry(from, to, &gone));
            }
        });
        Self { address, dead }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, dead: &AtomicBool) {
    let mut bytes = [0; 1 << 14];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 {
            break;
        }
        if !dead.load(Ordering::SeqCst) && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // Where the way is dead nobody hears of the end either.
    if !dead.load(Ordering::SeqCst) {
        let _ = to.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_client_that_vanishes_without_a_word_is_missed_soon() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &["--alive", "1"]);
    let way = Way::to(&server);
    let mut client = Client::behaving(way.address, Manners::default());
    assert!(client.offers("ana", &key_of(&desk, "ana")));
    let messenger = client.messenger();
    messenger.shows("My card is declined");
    messenger.keys("\rr").shows("Reply");
    messenger.keys("half a se").shows("half a se");
    way.dead.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    server.prints("a session ended");
    server.prints("the client vanished");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(desk.thread("ana", desk.listed("ana", deskline::domain::section::Section::Open)[0]).drafts.len() == 1);
}

#[test]
fn a_client_that_answers_is_not_taken_for_one_that_vanished() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &["--alive", "1"]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let messenger = client.messenger();
    messenger.shows("My card is declined");
    let until = Instant::now() + Duration::from_secs(6);
    while Instant::now() < until {
        assert!(!messenger.seen().closed);
        std::thread::park_timeout(Duration::from_millis(100));
    }
    messenger.keys("?").shows("All keys");
}

#[test]
fn a_client_that_takes_nothing_from_the_wire_is_cut_off() {
    let desk = TestDesk::new();
    for number in 0..40 {
        desk.write_in("mara@example.com", None, &format!("{number} {}", "words ".repeat(80_000)));
    }
    let server = Server::on(&desk.file(), &["--stall", "1"]);
    let olga = key_of(&desk, "olga");
    let mut frozen = Client::behaving(server.address, Manners { window: 1 << 30, unread: 1 });
    assert!(frozen.offers("olga", &olga));
    let channel = frozen.run(frozen.handle.channel_open_session()).unwrap();
    frozen.run(channel.exec(false, "export -")).unwrap();
    let ran = server.prints("ran a command");
    let ended = server.prints("disconnected");
    assert!(ended.contains("timed out"), "{ran}\n{ended}");
    drop(channel);
    // Nobody else noticed.
    let begun = Instant::now();
    assert_eq!(Client::login(&server, &olga).command("section list", b"").status, Some(0));
    assert!(begun.elapsed() < PATIENCE / 3);
}
