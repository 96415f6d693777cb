//! What SSH clients ask for beside a messenger and commands: every request is answered, none is waited for.

use super::house::{House, Ran, Running, program, run};
use crate::pty::Setting;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::Duration,
};

/// How long an answer may take, whatever the machine does otherwise.
const AT_ONCE: Duration = Duration::from_secs(10);

/// It was refused, at once.
#[track_caller]
fn refused(command: &mut Command) -> Ran {
    let ran = Running::start(command, Some(b"")).ended_within(AT_ONCE);
    assert_ne!(ran.code, Some(0), "{ran:?}");
    ran
}

/// It was ignored, and the command that came with it did its work.
#[track_caller]
fn ignored(command: &mut Command) -> Ran {
    let ran = Running::start(command, Some(b"")).ended_within(AT_ONCE).well();
    assert!(ran.out.contains("Unassigned"), "{ran:?}");
    ran
}

fn key() -> String {
    super::house::key_file("ana", "ed25519").display().to_string()
}

#[test]
fn files_are_neither_taken_nor_given() {
    let house = House::new();
    let file = house.home().join("something");
    std::fs::write(&file, "words").unwrap();
    let file = file.to_str().unwrap();
    for (name, arguments) in [
        ("scp", vec![file, "desk:there"]),
        ("scp", vec!["desk:/etc/hostname", file]),
        ("scp", vec!["-O", file, "desk:there"]),
        ("scp", vec!["-O", "desk:/etc/hostname", file]),
        ("sftp", vec!["-b", "/dev/null", "desk"]),
        ("sftp", vec!["desk:/etc/hostname"]),
    ] {
        refused(house.openssh(name).args(["-i", &key()]).args(&arguments));
    }
    for subsystem in ["sftp", "netconf", ""] {
        refused(house.ssh("ana").args(["-s", "desk", subsystem]));
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "words");
    assert!(!house.home().join("there").exists());
}

#[test]
fn nothing_is_forwarded_to_and_from_the_server() {
    let house = House::new();
    let port = house.port();
    // A channel to somewhere else, from standard input.
    refused(house.ssh("ana").args(["-W", &format!("127.0.0.1:{port}"), "desk"]));
    // A listener on the server.
    refused(house.ssh("ana").args(["-R", "0:127.0.0.1:9", "-o", "ExitOnForwardFailure=yes", "desk", "section list"]));
    ignored(house.ssh("ana").args(["-R", "0:127.0.0.1:9", "desk", "section list"]));
    let socket = format!("{}:127.0.0.1:9", house.home().join("socket").display());
    refused(house.ssh("ana").args(["-R", &socket, "-o", "ExitOnForwardFailure=yes", "desk", "section list"]));
}

#[test]
fn what_a_client_listens_for_leads_nowhere() {
    let house = House::new();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (local, path, dynamic) = (free(), free(), free());
    let socket = house.home().join("master");
    let mut command = house.ssh("ana");
    command.args(["-N", "-M", "-S", socket.to_str().unwrap(), "-o", "ExitOnForwardFailure=yes"]);
    command.args(["-L", &format!("{local}:127.0.0.1:{}", house.port())]);
    command.args(["-L", &format!("{path}:/var/run/some.socket"), "-D", &dynamic.to_string(), "desk"]);
    let connection = Running::start(&mut command, None);
    crate::pty::until("it listens", || TcpStream::connect(("127.0.0.1", dynamic)).is_ok());
    for port in [local, path] {
        let mut through = TcpStream::connect(("127.0.0.1", port)).unwrap();
        through.set_read_timeout(Some(AT_ONCE)).unwrap();
        let mut said = Vec::new();
        // Closed, perhaps with a reset, and never the banner of what listens there.
        let closed = through.read_to_end(&mut said);
        assert!(!matches!(&closed, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock), "{closed:?}");
        assert_eq!(said, b"");
    }
    let mut said = Vec::new();
    let mut socks = TcpStream::connect(("127.0.0.1", dynamic)).unwrap();
    socks.set_read_timeout(Some(AT_ONCE)).unwrap();
    let [high, low] = house.port().to_be_bytes();
    socks.write_all(&[5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, high, low]).unwrap();
    let closed = socks.read_to_end(&mut said);
    assert!(!matches!(&closed, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock), "{closed:?}");
    assert!(!String::from_utf8_lossy(&said).contains("SSH-2.0"), "{said:?}");
    // The connection is none the worse for it.
    ignored(house.ssh("ana").args(["-S", socket.to_str().unwrap(), "desk", "section list"]));
    drop(connection);
}

#[test]
fn agents_displays_and_variables_are_not_taken() {
    let house = House::new();
    ignored(house.ssh("ana").args(["-A", "desk", "section list"]));
    let seen = ignored(house.ssh("ana").env("DISPLAY", ":99").args(["-Y", "desk", "section list"]));
    assert!(!seen.out.contains("99"));
    let many = house.home().join("many");
    let variables: String = (0..200).map(|number| format!("VARIABLE_{number}=value ")).collect();
    std::fs::write(&many, format!("Include {}\nSetEnv {variables}\n", house.home().join("ssh_config").display()))
        .unwrap();
    for variable in ["DESKLINE_AS=olga", "DESKLINE_DESK=/etc/passwd", "LC_ALL=C", "PATH=/tmp", "EDITOR=/bin/sh"] {
        let ran = ignored(house.ssh("ana").args(["-o", &format!("SetEnv={variable}"), "desk", "section list"]));
        assert_eq!(ran.errors, "");
    }
    let mut command = Command::new(program("ssh"));
    command.arg("-F").arg(many).args(["-i", &key(), "desk", "section list"]);
    ignored(&mut command);
    // Who acts is settled by the key alone.
    let mut asked = house.ssh("ana");
    asked.args(["-o", "SetEnv=DESKLINE_AS=olga", "desk", "audit list"]);
    assert_eq!(run(&mut asked, b"").code, Some(4));
}

/// What kitty's ssh kitten asks for, by the form of its command line: a program for a shell that unpacks what its terminal
/// sends, with quotes, backslashes, line ends and exclamation marks replaced by \v \f \r \b; or one for Python, in base64.
fn kitten(interpreter: &str) -> String {
    if interpreter.contains("python") {
        let unwrap = r#""import base64, sys; eval(compile(base64.standard_b64decode(sys.argv[-1]), 'x', 'exec'))""#;
        return format!("exec {interpreter} -c {unwrap} {}", "aW1wb3J0IG9z".repeat(1000));
    }
    let script = "#!/bin/sh\n# A line that says nothing!\ntty='/dev/tty'; die() { printf '\\033[31m%s\\n' \"$1\"; }\n"
        .repeat(150);
    let hidden = script.replace('\'', "\x0b").replace('\\', "\x0c").replace('\n', "\r").replace('!', "\x08");
    let unwrap = r#"'eval "$(echo "$0" | tr \\\v\\\f\\\r\\\b \\\047\\\134\\\n\\\041)"' "#;
    format!("exec {interpreter} -c {unwrap} '{hidden}'")
}

#[test]
fn kittys_kitten_is_told_politely() {
    let house = House::new();
    for interpreter in ["sh", "/bin/sh", "/usr/bin/env bash", "python3"] {
        let ran = refused(house.ssh("ana").args(["desk", &kitten(interpreter)]));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.errors.contains("kitty") && ran.errors.lines().count() == 1, "{ran:?}");
        // As it does it: with a terminal.
        let setting = Setting { columns: 80, rows: 24, environment: Vec::new() };
        let mut terminal =
            house.at("ana", &setting.with("TERM", "xterm-kitty"), &["-t", "--", "desk", &kitten(interpreter)]);
        assert_eq!(terminal.ended(), (2, None));
        assert!(terminal.text().contains("kitty"), "{}", terminal.text());
        terminal.is_restored();
    }
}

#[test]
fn without_a_terminal_and_without_a_command_a_line_says_what_to_do() {
    let house = House::new();
    let ran = refused(house.ssh("ana").args(["-T", "desk"]));
    assert_eq!((ran.code, ran.out.as_str(), ran.errors.lines().count()), (Some(2), "", 1), "{ran:?}");
    assert!(ran.errors.contains("ssh -t") && ran.errors.contains("conversation list"), "{ran:?}");
}

#[test]
fn a_connection_without_a_session_stays_and_can_be_used() {
    let house = House::new();
    let socket = house.home().join("master");
    let mut command = house.ssh("ana");
    command.args(["-N", "-M", "-S", socket.to_str().unwrap(), "desk"]);
    let connection = Running::start(&mut command, None);
    crate::pty::until("it is there", || socket.exists());
    ignored(house.ssh("ana").args(["-S", socket.to_str().unwrap(), "desk", "section list"]));
    drop(connection);
}
