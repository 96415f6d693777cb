//! `ssh demo@host`: a made-up desk of one's own, for anybody, with any key or none.

use super::house::{House, key_file, program, run};
use crate::pty::{Setting, Terminal};

/// A visitor, with the options of `ssh` that say by which key.
fn visits(house: &House, key: &[&str]) -> Terminal {
    let config = house.home().join("ssh_config");
    let mut all = vec!["-F", config.to_str().unwrap()];
    all.extend(key);
    all.push("demo@desk");
    Terminal::program(program("ssh"), &all, &Setting { columns: 120, rows: 40, environment: Vec::new() })
}

#[test]
fn every_visitor_has_a_desk_of_their_own() {
    let house = House::with(&["--demo"]);
    house.desk.arrival();
    let stranger = key_file("stranger", "ed25519");
    let mut first = visits(&house, &["-o", "PubkeyAuthentication=no"]);
    let mut second = visits(&house, &["-i", stranger.to_str().unwrap()]);
    for (visitor, number, name) in [(&mut first, "3", "Ana"), (&mut second, "4", "Ben")] {
        visitor.shows("Whom do");
        visitor.keys(number).keys("\r").shows("all keys");
        visitor.shows(&format!("{name} "));
        assert!(!visitor.text().contains("My card is declined"), "not the real one:\n{}", visitor.text());
    }
    // What one does is nothing to the other.
    first.keys("e").shows("z undo");
    let closed = first.text().lines().last().unwrap_or_default().to_owned();
    assert!(closed.contains("Closed #"), "{closed}");
    assert!(!second.text().contains("Closed #"), "{}", second.text());
    for visitor in [&mut first, &mut second] {
        visitor.keys("q");
        assert_eq!(visitor.ended(), (0, None));
        visitor.is_restored();
    }
    assert_eq!(house.desk.count("SELECT count(*) FROM event WHERE kind = 'closed'"), 0, "the real desk heard nothing");
    assert_eq!(house.logged("panicked"), 0);
}

#[test]
fn the_demo_lets_nobody_into_the_real_desk() {
    let house = House::with(&["--demo"]);
    let none = ["-o", "PubkeyAuthentication=no"];
    for name in ["ana", "olga", "join", "demo2", "Demo"] {
        let ran = run(house.openssh("ssh").args(none).args(["-l", name, "desk", "section list"]), b"");
        assert_eq!(ran.code, Some(255), "{name}: {ran:?}");
    }
    for line in ["section list", "export -", "exec sh -c id"] {
        let ran = run(house.openssh("ssh").args(none).args(["demo@desk", line]), b"");
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{line}: {ran:?}");
    }
    // An agent's own key makes no agent of a visitor.
    let ran = run(house.ssh("olga").args(["demo@desk", "audit list"]), b"");
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    let refused = run(house.openssh("sftp").args(none).args(["-b", "/dev/null", "demo@desk"]), b"");
    assert_ne!(refused.code, Some(0));
    let forward = run(house.openssh("ssh").args(none).args(["-W", "127.0.0.1:1", "demo@desk"]), b"");
    assert_ne!(forward.code, Some(0));
}

#[test]
fn where_there_is_no_demo_its_name_means_nothing() {
    let house = House::new();
    let ran = run(house.openssh("ssh").args(["-o", "PubkeyAuthentication=no", "demo@desk", "section list"]), b"");
    assert_eq!(ran.code, Some(255), "{ran:?}");
    let listed = run(house.ssh("ana").args(["demo@desk", "section list"]), b"").well();
    assert!(listed.out.contains("Unassigned"), "ana is ana under every name");
}
