//! `ssh join@host`: a key that nobody knows and an invite's code, which lets it in once.

use super::house::{House, key_file, program, run};
use crate::pty::{Setting, Terminal};

/// `ssh join@desk` with a key that is let in nowhere.
fn join(house: &House, key: &str) -> Terminal {
    at(house, key, &["join@desk"])
}

fn at(house: &House, key: &str, arguments: &[&str]) -> Terminal {
    let (config, key) = (house.home().join("ssh_config"), key_file(key, "ed25519"));
    let mut all = vec!["-F", config.to_str().unwrap(), "-i", key.to_str().unwrap()];
    all.extend(arguments);
    Terminal::program(program("ssh"), &all, &Setting { columns: 80, rows: 24, environment: Vec::new() })
}

/// An invite's code for somebody.
fn invite(house: &House, handle: &str) -> String {
    let ran = house.deskline(&["--json", "agent", "invite", handle]).well();
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    told["code"].as_str().unwrap_or_else(|| panic!("{}", ran.out)).to_owned()
}

fn fingerprint(key: &str) -> String {
    let mut command = std::process::Command::new(program("ssh-keygen"));
    let ran = run(command.arg("-lf").arg(key_file(key, "ed25519")), b"").well();
    ran.out.split(' ').nth(1).unwrap().to_owned()
}

/// Nothing that is written in one go is longer than a row: the terminal would cut it.
fn fits(raw: &str, columns: usize) {
    for words in
        raw.split('\x1b').filter_map(|piece| piece.split_once(['h', 'l', 'H', 'm', 'J'])).map(|(_, words)| words)
    {
        let longest = words.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(longest <= columns, "{longest} columns on a terminal of {columns}: {words}");
    }
}

#[test]
fn a_code_lets_a_new_key_in_and_only_once() {
    let house = House::new();
    house.desk.arrival();
    let code = invite(&house, "cleo");
    let mut cleo = join(&house, "cleo-laptop");
    cleo.shows(&fingerprint("cleo-laptop"));
    cleo.keys(&code).shows(&code);
    cleo.keys("\r").shows("Cleo Marsh");
    cleo.shows("My card is declined");
    cleo.keys("q");
    assert_eq!(cleo.ended(), (0, None));
    cleo.is_restored();
    // From now on without a word.
    let mut again = at(&house, "cleo-laptop", &["desk"]);
    again.shows("Cleo Marsh");
    again.keys("q").ended();
    // Somebody else with the same code.
    let mut other = join(&house, "stranger");
    other.shows(&fingerprint("stranger"));
    other.keys(&code).shows(&code);
    other.keys("\r").shows("does not let this key in");
    let said = other.text();
    fits(&other.raw(), 80);
    assert!(!said.contains("Cleo") && !said.contains("QUEUE"), "{said}");
    // A code that never was gets the same words.
    other.keys("ABCD-EFGH-JKLM").keys("\r");
    other.keys("\x1b");
    other.ended();
    other.is_restored();
    let ran =
        run(house.openssh("ssh").arg("-i").arg(key_file("stranger", "ed25519")).args(["desk", "section list"]), b"");
    assert_eq!(ran.code, Some(255), "the key of the one who failed lets nobody in");
    let audit = house.deskline(&["audit", "list"]).well();
    assert!(audit.out.contains(&fingerprint("cleo-laptop")), "{}", audit.out);
}

#[test]
fn whoever_joins_can_do_nothing_else() {
    let house = House::new();
    let key = key_file("stranger", "ed25519");
    for (arguments, input) in [
        (vec!["join@desk", "section list"], &b""[..]),
        (vec!["-T", "join@desk"], b""),
        (vec!["-s", "join@desk", "sftp"], b""),
        (vec!["-W", "127.0.0.1:1", "join@desk"], b""),
        (vec!["join@desk", "exec sh -c 'id'"], b""),
    ] {
        let mut command = house.openssh("ssh");
        let ran = run(command.arg("-i").arg(&key).args(&arguments), input);
        assert_ne!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        assert!(!ran.out.contains("Unassigned"), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn an_agent_who_types_join_is_at_work() {
    let house = House::new();
    house.desk.arrival();
    let ana = at(&house, "ana", &["join@desk"]);
    ana.shows("Ana Ruiz, agent");
}
