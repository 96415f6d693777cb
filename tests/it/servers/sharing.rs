//! One connection with several channels, as ControlMaster makes them: each is a session of its own.

use super::house::{House, run};
use crate::pty::{Setting, Terminal};

fn at(house: &House, arguments: &[&str]) -> Terminal {
    house.at("ana", &Setting { columns: 120, rows: 40, environment: Vec::new() }, arguments)
}

#[test]
fn one_session_ends_and_the_other_over_the_same_connection_goes_on() {
    let house = House::new();
    house.desk.arrival();
    let socket = house.home().join("master");
    let path = format!("ControlPath={}", socket.display());
    let mut first = at(&house, &["-M", "-o", &path, "desk"]);
    first.shows("My card is declined");
    let mut second = at(&house, &["-o", "ControlMaster=no", "-o", &path, "desk"]);
    second.shows("My card is declined");
    let connections = house.said().iter().filter(|line| line.contains("logged in")).count();
    assert_eq!(connections, 1, "{:#?}", house.said());
    // Each has a screen of its own.
    second.keys("g").keys("l").shows("Nothing");
    assert!(first.text().contains("My card is declined"));
    // A command goes over it as well.
    let listed = run(house.ssh("ana").args(["-o", "ControlMaster=no", "-o", &path, "desk", "section list"]), b"");
    assert!(listed.well().out.contains("Unassigned"));
    second.keys("q");
    assert_eq!(second.ended(), (0, None));
    second.is_restored();
    first.keys("e").shows("Closed #1. z undo");
    first.keys("q");
    assert_eq!(first.ended(), (0, None));
    first.is_restored();
}

#[test]
fn the_master_can_go_first() {
    let house = House::new();
    house.desk.arrival();
    let socket = house.home().join("master");
    let path = format!("ControlPath={}", socket.display());
    let mut first = at(&house, &["-M", "-o", &path, "desk"]);
    first.shows("My card is declined");
    let mut second = at(&house, &["-o", "ControlMaster=no", "-o", &path, "desk"]);
    second.shows("My card is declined");
    first.keys("q");
    // OpenSSH's master waits for the sessions that it carries.
    first.when("the screen is left", |seen| !seen.screen().alternate_screen());
    second.keys("e").shows("Closed #1. z undo");
    second.keys("q");
    assert_eq!(second.ended(), (0, None));
    assert_eq!(first.ended(), (0, None));
}

#[test]
fn one_connection_carries_ten_sessions_and_refuses_the_eleventh() {
    let house = House::new();
    let socket = house.home().join("master");
    let path = format!("ControlPath={}", socket.display());
    let mut sessions = vec![at(&house, &["-M", "-o", &path, "desk"])];
    sessions[0].shows("Ana Ruiz, agent");
    for _ in 1..10 {
        let session = at(&house, &["-o", "ControlMaster=no", "-o", &path, "desk"]);
        session.shows("Ana Ruiz, agent");
        sessions.push(session);
    }
    // OpenSSH makes a connection of its own where the shared one is full, unless it may not.
    let refused = run(
        house.ssh("ana").args([
            "-o",
            "ControlMaster=no",
            "-o",
            &path,
            "-o",
            "ProxyCommand=false",
            "desk",
            "section list",
        ]),
        b"",
    );
    assert_ne!(refused.code, Some(0), "{refused:?}");
    sessions.pop().unwrap().keys("q").ended();
    let listed = run(house.ssh("ana").args(["-o", "ControlMaster=no", "-o", &path, "desk", "section list"]), b"");
    assert!(listed.well().out.contains("Unassigned"), "there is room again");
}
