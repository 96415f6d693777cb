//! The door: strangers who say nothing, who say it slowly, or who come in crowds keep no agent out.

use super::{PATIENCE, Server, client::Client, key_of};
use crate::desks::TestDesk;
use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

fn stranger(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Reads until the server hangs up.
fn is_hung_up_on(stream: &mut TcpStream) {
    let mut read = [0; 1024];
    loop {
        match stream.read(&mut read) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return,
            Err(error) => panic!("nobody hangs up: {error}"),
        }
    }
}

fn is_open(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut read = [0; 4096];
    let open = loop {
        match stream.read(&mut read) {
            Ok(0) => break false,
            Ok(_) => {}
            Err(error) => break error.kind() == ErrorKind::WouldBlock,
        }
    };
    stream.set_nonblocking(false).unwrap();
    open
}

#[test]
fn strangers_have_so_much_time_whatever_they_say() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--login", "1"]);
    let begun = Instant::now();
    let (mut silent, mut slow, mut polite) = (stranger(&server), stranger(&server), stranger(&server));
    polite.write_all(b"SSH-2.0-polite\r\n").unwrap();
    let mut half = stranger(&server);
    half.write_all(b"SSH-2.0-half\r\n\x00\x00\x01\x00").unwrap();
    let dripping = std::thread::spawn(move || {
        while slow.write_all(b"S").is_ok() && begun.elapsed() < PATIENCE {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    });
    for stream in [&mut silent, &mut polite, &mut half] {
        is_hung_up_on(stream);
    }
    dripping.join().unwrap();
    // A client that logged in, but not.
    let unknown = Client::connect(&server);
    unknown.hung_up();
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(10), "{took:?}");
    server.prints("took too long to log in");
}

#[test]
fn an_agent_gets_in_past_a_crowd_of_strangers() {
    let desk = TestDesk::new();
    let ana = key_of(&desk, "ana");
    let server = Server::on(&desk.file(), &["--strangers-per-address", "64"]);
    let mut crowd: Vec<TcpStream> = (0..64).map(|_| stranger(&server)).collect();
    for half in crowd.iter_mut().step_by(2) {
        half.write_all(b"SSH-2.0-slow\r\n").unwrap();
    }
    let last = crowd.last_mut().unwrap();
    last.read_exact(&mut [0; 8]).unwrap();
    let begun = Instant::now();
    let client = Client::login(&server, &ana);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(client.command("section list", b"").status, Some(0));
    is_hung_up_on(&mut crowd[0]);
    assert!(is_open(&mut crowd[1]) && is_open(&mut crowd[63]), "one made room, and no more");
    server.prints("made room for another one");
}

#[test]
fn one_address_has_few_places() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--strangers-per-address", "3"]);
    let mut strangers: Vec<TcpStream> = (0..5).map(|_| stranger(&server)).collect();
    is_hung_up_on(&mut strangers[0]);
    is_hung_up_on(&mut strangers[1]);
    assert!(strangers.iter_mut().skip(2).all(is_open));
}

#[test]
fn rubbish_is_hung_up_on() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    for rubbish in [&b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n"[..], &[0; 4096], &[0xff; 70_000], b"SSH-1.5-old\r\n"] {
        let mut stream = stranger(&server);
        // It may be hung up on in the middle.
        let _ = stream.write_all(rubbish);
        is_hung_up_on(&mut stream);
    }
    assert!(Client::login(&server, &key_of(&desk, "ana")).command("section list", b"").status == Some(0));
}

#[test]
fn a_visitor_who_visits_nothing_is_shown_out() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &["--demo", "--login", "1"]);
    let [mut idle, mut visitor] = [(); 2].map(|()| Client::connect(&server));
    assert!(idle.bare("demo") && visitor.bare("demo"));
    let screen = visitor.messenger();
    screen.shows("a demo desk of your own");
    idle.hung_up();
    server.prints("a visitor without a visit");
    let others: Vec<Client> = (0..5)
        .map(|_| {
            let mut other = Client::connect(&server);
            let _ = other.bare("demo");
            other
        })
        .collect();
    let told: Vec<String> = others.iter().map(Client::hung_up).collect();
    assert!(told.iter().any(|words| words.starts_with("There are too many connections")), "{told:?}");
    screen.keys("\u{1b}");
    assert_eq!(screen.closes().status, Some(0), "the other one stayed");
}
