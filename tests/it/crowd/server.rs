//! The built program as a server on loopback.

use super::machine::Memory;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    pub fn on(binary: &Path, desk: &Path) -> Self {
        let mut command = Command::new(binary);
        command.arg("--desk").arg(desk).args(["serve", "--ssh", "127.0.0.1:0"]);
        let log = desk.with_file_name("log");
        command.arg("--log").arg(log).env_clear().env("HOME", desk.parent().unwrap());
        Self::spawned(command)
    }

    /// Any program that says on its standard error where it listens, as `… on 127.0.0.1:PORT…`.
    pub fn spawned(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the server");
        let mut errors = BufReader::new(child.stderr.take().expect("piped"));
        let mut said = String::new();
        let address = loop {
            let begun = said.len();
            if errors.read_line(&mut said).unwrap_or(0) == 0 {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the server does not start: {said}");
            }
            if let Some((_, address)) = said[begun..].split_once(" on ") {
                let address = address.split([',', '\n', ' ']).next().unwrap();
                break address.parse().expect("an address");
            }
        };
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                eprintln!("server: {line}");
            }
        });
        Self { child, address }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs one command of the program on a desk, which has to work.
pub fn call(binary: &Path, desk: &Path, arguments: &[&str], input: &str) {
    let mut child = Command::new(binary)
        .arg("--desk")
        .arg(desk)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("its input");
    assert!(child.wait().expect("its end").success(), "{arguments:?}");
}
