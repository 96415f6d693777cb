//! A server that cannot begin: one sentence that says why and what to do, and exit status 1.

use crate::desks::TestDesk;
use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

/// What a server that does not begin says.
fn refused(desk: &Path, address: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_deskline"))
        .args(["--desk".as_ref(), desk.as_os_str()])
        .args(["serve", "--ssh", address])
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(1), &b""[..]), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors
}

#[test]
fn a_port_that_is_taken_or_an_address_of_another_machine() {
    let desk = TestDesk::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let said = refused(&desk.file(), &address.to_string());
    assert!(said.contains(&format!("{address} is taken: ")), "{said}");
    // Of the addresses for documentation, which no machine has (RFC 5737).
    let said = refused(&desk.file(), "192.0.2.1:2222");
    assert!(said.contains("192.0.2.1 is no address of this machine.") && said.contains("0.0.0.0:2222"), "{said}");
    assert!(!desk.folder.path().join("desk.db.status").exists(), "nothing says that it runs");
}

#[test]
fn no_desk() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&folder.path().join("desk.db"), "127.0.0.1:0");
    assert!(said.contains("There is no desk at ") && said.contains("deskline init"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nor is anything made");
}
