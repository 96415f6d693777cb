//! Everything that a client can ask for is answered: granted, or refused, and never left waiting.

use super::{Server, client::Client, key_of};
use crate::desks::TestDesk;
use russh::Sig;

#[test]
fn what_is_not_ours_is_refused_and_never_left_waiting() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    assert!(client.run(client.handle.channel_open_direct_tcpip("10.0.0.1", 80, "127.0.0.1", 1)).is_err());
    assert!(client.run(client.handle.channel_open_direct_streamlocal("/run/socket")).is_err());
    assert!(client.run(client.handle.channel_open_x11("127.0.0.1", 1)).is_err());
    assert!(client.run(client.handle.tcpip_forward("0.0.0.0", 8080)).is_err());
    assert!(client.run(client.handle.cancel_tcpip_forward("0.0.0.0", 8080)).is_err());
    assert!(client.run(client.handle.streamlocal_forward("/run/socket")).is_err());
    assert!(client.run(client.handle.send_ping()).is_ok());
    let channel = client.channel().unwrap();
    let half = &channel.half;
    channel.run(half.request_subsystem(true, "sftp")).unwrap();
    assert!(!channel.granted(), "sftp");
    channel.run(half.request_x11(true, false, "MIT-MAGIC-COOKIE-1", "00", 0)).unwrap();
    assert!(!channel.granted(), "X11");
    channel.run(half.agent_forward(true)).unwrap();
    assert!(!channel.granted(), "agent forwarding");
    channel.run(half.set_env(true, "LD_PRELOAD", "/tmp/evil.so")).unwrap();
    assert!(!channel.granted(), "a variable that nobody looks at");
    for name in ["LANG", "LC_ALL", "NO_COLOR", "COLORTERM", "TERM"] {
        channel.run(half.set_env(true, name, "C")).unwrap();
        assert!(channel.granted(), "{name}");
    }
    // All of it later, on a channel that has its session, too.
    channel.run(half.exec(true, "section list")).unwrap();
    assert!(channel.granted(), "a command");
    let ran = channel.closes();
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
}

#[test]
fn a_channel_has_one_session() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let messenger = client.messenger();
    messenger.run(messenger.half.request_shell(true)).unwrap();
    assert!(!messenger.granted(), "a second shell");
    messenger.run(messenger.half.exec(true, "section list")).unwrap();
    assert!(!messenger.granted(), "a command beside it");
    messenger.run(messenger.half.request_pty(true, "xterm", 80, 24, 0, 0, &[])).unwrap();
    assert!(!messenger.granted(), "a second terminal");
    messenger.run(messenger.half.signal(Sig::TERM)).unwrap();
    messenger.closes();
}

#[test]
fn a_shell_without_a_terminal_says_how_to_get_one() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let channel = client.channel().unwrap();
    channel.run(channel.half.request_shell(true)).unwrap();
    assert!(channel.granted());
    let ran = channel.closes();
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert_eq!(ran.errors.lines().count(), 1);
    assert!(ran.errors.contains("ssh -t HOST"), "{}", ran.errors);
}

#[test]
fn one_connection_has_ten_channels_at_a_time() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let mut channels: Vec<_> = (0..10).map(|_| client.channel().unwrap()).collect();
    assert!(client.channel().is_err(), "an eleventh");
    let closed = channels.pop().unwrap();
    closed.run(closed.half.close()).unwrap();
    // The client forgets it at once, and the server a moment later.
    crate::pty::until("there is room again", || client.channel().is_ok());
    for channel in channels {
        channel.run(channel.half.exec(true, "section list")).unwrap();
        assert!(channel.granted());
        assert_eq!(channel.closes().status, Some(0));
    }
    for _ in 0..30 {
        assert_eq!(client.command("section list", b"").status, Some(0), "one after the other there is no end");
    }
}

#[test]
fn a_terminal_that_knows_no_colour_gets_none() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let coloured = client.messenger();
    coloured.shows("Customer replies");
    assert!(
        coloured.raw().contains("\x1b[22;36m") || coloured.raw().contains(";36m") || coloured.raw().contains("[36m")
    );
    let plain = client.channel().unwrap();
    plain.run(plain.half.set_env(false, "NO_COLOR", "1")).unwrap();
    plain.pty(120, 40);
    plain.run(plain.half.request_shell(true)).unwrap();
    plain.shows("Customer replies");
    let colours = plain
        .raw()
        .split("\x1b[")
        .filter(|piece| {
            let codes = piece.split('m').next().unwrap_or_default();
            codes.split(';').any(|code| {
                code.len() == 2 && (code.starts_with('3') || code.starts_with('4')) && code != "39" && code != "49"
            }) && piece.contains('m')
                && codes.chars().all(|letter| letter.is_ascii_digit() || letter == ';')
        })
        .count();
    assert_eq!(colours, 0, "{:?}", plain.raw());
}
