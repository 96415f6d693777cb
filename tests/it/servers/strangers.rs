//! Whoever is not let in, and what they cost those who are: idle and slow connections, wrong keys, other ways to log in.

use super::house::{House, PATIENCE, Ran, Running, key_file, program, public, run};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::net::TcpSocket;

/// A connection from an address of this machine.
fn from(address: Ipv4Addr, port: u16) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((address, 0))).unwrap();
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.unwrap();
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    })
}

/// 64 connections from sixteen addresses that say nothing.
fn idle(port: u16) -> Vec<TcpStream> {
    (0..64).map(|number: u8| from(Ipv4Addr::new(127, 0, 1, number / 4 + 1), port)).collect()
}

/// Connections that say a part of what they should, one byte a second; they end when dropped.
struct Slow {
    stop: Vec<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Slow {
    fn start(port: u16) -> Self {
        // The beginning of a key exchange: a length that is never filled.
        let half: &[u8] = b"SSH-2.0-OpenSSH_9.2p1\r\n\x00\x00\x05\xdc\x07\x14";
        let texts: [(&'static [u8], usize); 4] = [
            (b"SSH-2.0-OpenSSH_9.2p1 with a name that goes on and on and on and on\r\n", 1),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", 100),
            (half, 100),
            (b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n", 100),
        ];
        let (mut stop, mut threads) = (Vec::new(), Vec::new());
        for (number, (text, at_a_time)) in (0..).zip(texts.into_iter().cycle().take(16)) {
            let (send, stopped) = channel();
            let mut stream = from(Ipv4Addr::new(127, 0, 2, number), port);
            stop.push(send);
            threads.push(std::thread::spawn(move || {
                for piece in text.chunks(at_a_time) {
                    let gone = stream.write_all(piece).is_err();
                    if gone || stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Disconnected) {
                        return;
                    }
                }
                let _ = stopped.recv();
            }));
        }
        Self { stop, threads }
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.stop.clear();
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}

/// Everybody who was at the door is told to go, or was.
fn is_shut(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut said = Vec::new();
    let read = stream.read_to_end(&mut said);
    let waits = matches!(&read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    assert!(!waits, "it is still open after it said {:?}", String::from_utf8_lossy(&said));
}

#[test]
fn an_agent_logs_in_at_once_while_strangers_stand_at_the_door() {
    let house = House::new();
    house.call("ana", "section list").well();
    let calm = house.call("ana", "section list").well().took;
    let _idle = idle(house.port());
    let _slow = Slow::start(house.port());
    let took = house.call("ana", "section list").well().took;
    eprintln!("a command over a connection of its own: {calm:?} alone, {took:?} past 64 idle and 16 slow strangers");
    assert!(took <= Duration::from_secs(1), "{took:?}");
    let since = Instant::now();
    let ana = house.messenger("ana");
    let shown = ana.shows("Ana Ruiz, agent") - since;
    assert!(shown <= Duration::from_secs(1), "the messenger after {shown:?}");
}

#[test]
fn strangers_from_the_agents_own_address_are_no_hindrance_either() {
    let house = House::new();
    let _idle: Vec<TcpStream> = (0..64).map(|_| from(Ipv4Addr::LOCALHOST, house.port())).collect();
    let took = house.call("ana", "section list").well().took;
    assert!(took <= Duration::from_secs(1), "{took:?}");
}

#[test]
fn whoever_does_not_log_in_is_shut_out_in_time() {
    let house = House::with(&["--login", "2"]);
    let since = Instant::now();
    let mut idle = idle(house.port());
    let slow = Slow::start(house.port());
    idle.iter_mut().for_each(is_shut);
    assert!(since.elapsed() < Duration::from_secs(10), "after {:?}", since.elapsed());
    drop(slow);
    // Those who are in stay for as long as they like.
    let mut ana = house.messenger("ana");
    ana.shows("Ana Ruiz, agent");
    let mut late = from(Ipv4Addr::LOCALHOST, house.port());
    is_shut(&mut late);
    ana.keys("?").shows("Shows every key");
}

/// An ssh-agent with keys in this order.
fn agent(house: &House, keys: &[std::path::PathBuf]) -> (Running, String) {
    let socket = house.home().join("agent").display().to_string();
    let agent = Running::start(Command::new(program("ssh-agent")).args(["-D", "-a", &socket]), None);
    crate::pty::until("the agent is there", || std::path::Path::new(&socket).exists());
    for key in keys {
        run(Command::new(program("ssh-add")).arg("-q").arg(key).env("SSH_AUTH_SOCK", &socket), b"").well();
    }
    (agent, socket)
}

fn with_agent(house: &House, socket: &str, line: &str) -> Ran {
    let mut command = house.openssh("ssh");
    command.args(["-o", "IdentitiesOnly=no", "-o", &format!("IdentityAgent={socket}"), "-o", "IdentityFile=/dev/null"]);
    run(command.args(["desk", line]), b"")
}

#[test]
fn among_ten_keys_the_right_one_is_found_and_the_eleventh_is_too_late() {
    let house = House::new();
    let others: Vec<_> = (0..11).map(|number| key_file(&format!("other{number}"), "ed25519")).collect();
    let ana = key_file("ana", "ed25519");
    let mut keys = others[..9].to_vec();
    keys.push(ana.clone());
    keys.extend(others[9..].iter().cloned());
    let (tenth, socket) = agent(&house, &keys);
    let listed = with_agent(&house, &socket, "section list").well();
    assert!(listed.out.contains("Unassigned"));
    drop(tenth);
    std::fs::remove_file(&socket).unwrap();
    let mut keys = others[..10].to_vec();
    keys.push(ana);
    let (_eleventh, socket) = agent(&house, &keys);
    let refused = with_agent(&house, &socket, "section list");
    assert_eq!(refused.code, Some(255), "{refused:?}");
    assert_eq!(refused.out, "");
    assert!(refused.errors.lines().count() <= 2, "{refused:?}");
}

/// Passes a connection on and counts what the server says.
fn counting(port: u16) -> (u16, JoinHandle<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap().port();
    let counter = std::thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut up, mut up_to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let upwards = std::thread::spawn(move || {
            let _ = std::io::copy(&mut up, &mut up_to);
            let _ = up_to.shutdown(std::net::Shutdown::Write);
        });
        let (mut down, mut down_to) = (server, client);
        let count = std::io::copy(&mut down, &mut down_to).unwrap_or(0);
        let _ = down_to.shutdown(std::net::Shutdown::Both);
        upwards.join().unwrap();
        count
    });
    (here, counter)
}

#[test]
fn a_wrong_key_learns_nothing_about_names() {
    let house = House::new();
    let wrong = key_file("nobody", "ed25519");
    let mut seen = Vec::new();
    for name in ["ana", "olga", "root", "nobody-of-that-name"] {
        let (port, counter) = counting(house.port());
        let mut command = house.openssh("ssh");
        command.arg("-v").arg("-i").arg(&wrong).args(["-o", "LogLevel=DEBUG1", "-p", &port.to_string(), "-l", name]);
        let ran = run(command.args(["desk", "section list"]), b"");
        assert_eq!((ran.code, ran.out.as_str()), (Some(255), ""));
        let told: Vec<String> = ran
            .errors
            .lines()
            .filter(|line| line.contains("Authentications") || line.contains("Permission denied"))
            .map(|line| line.replace(name, "NAME"))
            .collect();
        seen.push((told, counter.join().unwrap()));
    }
    assert!(seen[0].0.iter().any(|line| line.contains("Permission denied (publickey)")), "{seen:#?}");
    assert!(seen.iter().all(|other| *other == seen[0]), "{seen:#?}");
}

#[test]
fn the_key_says_who_somebody_is_and_the_name_does_not() {
    let house = House::new();
    for name in ["ben", "olga", "root", "x"] {
        let mut command = house.ssh("ana");
        let ran = run(command.args(["-l", name, "desk", "agent list", "--json"]), b"").well();
        assert!(ran.out.contains("\"ana\""));
        let audit = run(house.ssh("ana").args(["-l", name, "desk", "audit list"]), b"");
        assert_eq!(audit.code, Some(4), "ana is no owner as {name}: {audit:?}");
    }
    let audit = run(house.ssh("olga").args(["-l", "ana", "desk", "audit list"]), b"").well();
    assert!(audit.out.contains("olga") || audit.out.contains("Olga"), "{audit:?}");
}

#[test]
fn nothing_but_a_key_is_asked_for() {
    let house = House::new();
    for method in ["password", "keyboard-interactive", "hostbased", "gssapi-with-mic", "none"] {
        let mut command = house.ssh("ana");
        command.args(["-v", "-o", "LogLevel=DEBUG1", "-o", &format!("PreferredAuthentications={method}")]);
        command.args(["-o", "NumberOfPasswordPrompts=1", "desk", "section list"]);
        let ran = Running::start(&mut command, Some(b"secret\n")).ended_within(Duration::from_secs(10));
        assert_eq!(ran.code, Some(255), "{ran:?}");
        let offered: Vec<&str> = ran.errors.lines().filter(|line| line.contains("can continue")).collect();
        assert!(offered.iter().all(|line| line.ends_with(": publickey")) && !offered.is_empty(), "{offered:?}");
        assert!(!ran.errors.contains("assword:"), "{ran:?}");
    }
}

#[test]
fn keys_of_every_good_kind_let_in_and_weak_ones_do_not() {
    let house = House::new();
    for kind in ["rsa -b 3072", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521"] {
        let key = key_file("ben", kind);
        house.lets_in("ben", &key);
        let ran = run(house.openssh("ssh").arg("-i").arg(&key).args(["desk", "section list"]), b"").well();
        assert!(ran.out.contains("Unassigned"), "{kind}");
    }
    // With SHA-1 an RSA key signs nothing here.
    let rsa = key_file("ben", "rsa -b 3072");
    let mut old = house.openssh("ssh");
    old.arg("-i").arg(&rsa).args(["-o", "PubkeyAcceptedAlgorithms=ssh-rsa", "desk", "section list"]);
    assert_eq!(run(&mut old, b"").code, Some(255));
    let weak = key_file("ben", "rsa -b 1024");
    let add = house.deskline(&["key", "add", "ben", public(&weak).to_str().unwrap()]);
    assert_ne!(add.code, Some(0), "{add:?}");
    let ran = run(house.openssh("ssh").arg("-i").arg(&weak).args(["desk", "section list"]), b"");
    assert_eq!(ran.code, Some(255));
}

/// Everything but a connection that is encrypted well, without compression, is refused.
#[test]
fn weak_ciphers_are_not_spoken() {
    let house = House::new();
    for options in [
        &["-o", "Ciphers=aes128-cbc"][..],
        &["-o", "KexAlgorithms=diffie-hellman-group14-sha1"],
        &["-o", "Ciphers=aes128-ctr", "-o", "MACs=hmac-sha1"],
        &["-o", "HostKeyAlgorithms=ssh-rsa"],
    ] {
        let ran = run(house.ssh("ana").args(options).args(["-o", "LogLevel=INFO", "desk", "section list"]), b"");
        assert!(ran.code == Some(255) && ran.errors.contains("no matching"), "{options:?}: {ran:?}");
    }
    let mut command = house.ssh("ana");
    let ran = run(command.args(["-v", "-C", "-o", "LogLevel=DEBUG1", "desk", "section list"]), b"").well();
    let chosen: Vec<&str> = ran.errors.lines().filter(|line| line.contains("compression:")).collect();
    assert!(!chosen.is_empty() && chosen.iter().all(|line| line.ends_with("compression: none")), "{chosen:?}");
}
