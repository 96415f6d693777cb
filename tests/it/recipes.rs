//! What `assets/` tells administrators to install, tried as far as a test can.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

const FORCE_COMMAND: &str = include_str!("../../assets/force-command.md");
const UNIT: &str = include_str!("../../assets/deskline.service");

/// The script that sshd starts.
fn script() -> &'static str {
    let (_, rest) = FORCE_COMMAND.split_once("```sh\n").expect("a script");
    rest.split_once("```").expect("its end").0
}

fn executable(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// What the script starts, and in which environment: exit status, standard output, standard error.
fn started(environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    // In place of deskline: says what it was given.
    executable(&at("deskline"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexec env\n");
    let path = "PATH=/usr/local/bin:";
    assert!(script().contains(path));
    executable(&at("agent"), &script().replace(path, &format!("PATH={}:", folder.path().display())));
    let ran = Command::new(at("agent")).arg("ana").env_clear().envs(environment.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn sshd_starts_the_messenger_of_one_agent_and_no_editor() {
    let environment = [("TERM", "xterm"), ("COLORTERM", "truecolor"), ("EDITOR", "vi"), ("VISUAL", "vi")];
    let more =
        [("DESKLINE_AS", "olga"), ("DESKLINE_DESK", "other.db"), ("XDG_CONFIG_HOME", "/tmp"), ("LD_PRELOAD", "")];
    let (status, out, errors) = started(&[&environment[..], &more[..]].concat());
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = out.lines().collect();
    let (arguments, environment) = lines.split_at(4);
    assert_eq!(arguments, ["--desk", "/var/lib/deskline/desk.db", "--as", "ana"]);
    let mut names: Vec<&str> = environment.iter().filter_map(|line| line.split('=').next()).collect();
    names.retain(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["COLORTERM", "HOME", "LANG", "PATH", "TERM"]);
}

#[test]
fn sshd_starts_no_command_of_the_caller() {
    for command in ["cat /etc/passwd", "conversation list", "$(id)", "; id"] {
        let (status, out, errors) = started(&[("SSH_ORIGINAL_COMMAND", command)]);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{command}");
        assert!(errors.starts_with("deskline: only the messenger is here."), "{errors}");
    }
}

#[test]
fn the_check_of_the_keys_finds_every_line_that_would_give_a_shell() {
    let check = FORCE_COMMAND.lines().find(|line| line.starts_with("grep -vE ")).expect("the check");
    let lines: Vec<&str> = FORCE_COMMAND.lines().filter(|line| line.starts_with("restrict,pty,")).collect();
    assert_eq!(lines.len(), 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys");
    let found = |text: &str| {
        fs::write(&file, text).unwrap();
        let check = check.replace("/etc/ssh/deskline_keys", &file.display().to_string());
        String::from_utf8(Command::new("sh").args(["-c", &check]).output().unwrap().stdout).unwrap()
    };
    assert_eq!(found(&format!("# ours\n\n{}\n", lines.join("\n"))), "");
    for bare in [
        "ssh-ed25519 AAAA ana",
        "restrict,pty ssh-ed25519 AAAA ana",
        "command=\"/usr/local/libexec/deskline-agent ana\" ssh-ed25519 AAAA ana",
        "restrict,pty,command=\"/usr/local/libexec/deskline-agent ana; sh\" ssh-ed25519 AAAA ana",
        "restrict,pty,command=\"sh\" ssh-ed25519 AAAA ana",
    ] {
        assert_eq!(found(&format!("{}\n{bare}\n", lines[0])).trim_end(), bare);
    }
}

#[test]
fn the_service_starts_what_there_is() {
    for line in UNIT.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])) {
        assert!(
            line.split_once('=').is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_alphanumeric())),
            "{line}"
        );
    }
    let starts: Vec<&str> = UNIT.lines().filter_map(|line| line.strip_prefix("ExecStart=")).collect();
    let [start] = starts[..] else { panic!("{starts:?}") };
    let words = start.strip_prefix("/usr/local/bin/deskline ").expect("the program where the instructions put it");
    // Read with everything that is there, and not started.
    let ran = Command::new(env!("CARGO_BIN_EXE_deskline")).args(words.split(' ')).arg("--help").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
