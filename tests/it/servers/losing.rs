//! What is taken away from somebody whose messenger is open: the key, the place on the team, the role, a conversation.

use super::house::{House, key_file, public};
use crate::{
    desks::{assign, make},
    pty::{Terminal, until},
};
use deskline::{
    desk::AgentChange,
    domain::{conversation::Privacy, people::Role},
    ssh::key,
};
use std::time::{Duration, Instant};

/// How soon a session whose right is gone has to be gone as well.
const SOON: Duration = Duration::from_secs(1);

/// The session was ended from outside at a moment: within the limit, with a sentence, and the terminal is as it was.
fn ended(messenger: &mut Terminal, since: Instant, sentence: &str) {
    let left = messenger.when("the alternate screen is left", |seen| !seen.screen().alternate_screen());
    let (code, signal) = messenger.ended();
    let took = Instant::now() - since;
    assert!(left - since <= SOON && took <= SOON, "the screen after {:?}, the end after {took:?}", left - since);
    assert_ne!((code, signal), (0, None), "whoever calls it from a script sees that it was no quitting");
    let text = messenger.text();
    assert!(text.contains(sentence), "“{sentence}” is not said:\n{text}");
    assert!(!text.contains("My card is declined"), "{text}");
    messenger.is_restored();
}

/// A house with one conversation that ana reads, with half a reply written.
fn writing() -> (House, Terminal) {
    let house = House::new();
    house.desk.arrival();
    let mut ana = house.messenger("ana");
    ana.shows("My card is declined");
    ana.keys("\r").shows("Esc back");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("half a sentence").shows("half a sentence");
    until("the draft is kept", || house.desk.count("SELECT count(*) FROM draft WHERE text = 'half a sentence'") == 1);
    (house, ana)
}

fn fingerprint(handle: &str) -> String {
    let text = std::fs::read_to_string(public(&key_file(handle, "ed25519"))).unwrap();
    key::parse(&text).unwrap().fingerprint
}

#[test]
fn a_revoked_key_ends_its_open_sessions_and_no_others() {
    let (house, mut ana) = writing();
    let mut ben = house.messenger("ben");
    ben.shows("My card is declined");
    let olga = house.desk.agent("olga");
    let since = Instant::now();
    house.desk.desk.revoke_key(&olga, &fingerprint("ana")).unwrap();
    ended(&mut ana, since, "key");
    assert_eq!(house.call("ana", "section list").code, Some(255), "it lets nobody in any more");
    ben.keys("\r").shows("Esc back");
    ben.keys("q");
    assert_eq!(ben.ended(), (0, None));
}

#[test]
fn with_two_keys_only_the_sessions_of_the_revoked_one_end() {
    let (house, mut ana) = writing();
    house.lets_in("ana", &key_file("ana-other", "ecdsa"));
    let other = key_file("ana-other", "ecdsa");
    let setting = crate::pty::Setting { columns: 120, rows: 40, environment: Vec::new() };
    let config = house.home().join("ssh_config");
    let arguments = ["-F", config.to_str().unwrap(), "-i", other.to_str().unwrap(), "desk"];
    let mut second = Terminal::program(super::house::program("ssh"), &arguments, &setting);
    second.shows("My card is declined");
    let since = Instant::now();
    house.desk.desk.revoke_key(&house.desk.agent("olga"), &fingerprint("ana")).unwrap();
    ended(&mut ana, since, "key");
    second.keys("e").shows("Closed #1. z undo");
    second.keys("q");
    assert_eq!(second.ended(), (0, None));
}

#[test]
fn an_agent_switched_off_is_out_at_once() {
    let (house, mut ana) = writing();
    let since = Instant::now();
    house.desk.switch_off("ana");
    ended(&mut ana, since, "switched off");
    assert_eq!(house.call("ana", "section list").code, Some(255));
    // Switched on again, the key lets in as before, and what was written is there.
    house.desk.change("ana", &AgentChange { active: Some(true), ..AgentChange::default() });
    let again = house.messenger("ana");
    again.shows("half a sentence");
}

#[test]
fn another_role_acts_on_the_open_screen_at_once() {
    let house = House::new();
    let id = house.desk.private_of("ana");
    let mut ben = house.messenger("ben");
    ben.shows("Ben Okafor, agent");
    assert!(!ben.text().contains("My card is declined") && !ben.text().contains("Needs reassignment"));
    let since = Instant::now();
    house.set_role("ben", Role::Admin);
    let seen =
        ben.shows("Needs reassignment").max(ben.shows("My card is declined")).max(ben.shows("Ben Okafor, admin"));
    assert!(seen - since <= SOON, "after {:?}", seen - since);
    ben.keys("\r").shows("Esc back");
    let since = Instant::now();
    house.set_role("ben", Role::Agent);
    let gone = ben.no_longer_shows("My card is declined").max(ben.no_longer_shows("Needs reassignment"));
    assert!(gone - since <= SOON, "after {:?}", gone - since);
    let text = ben.text();
    assert!(!text.contains("mara"), "nothing of #{id} is left:\n{text}");
    ben.keys("q");
    assert_eq!(ben.ended(), (0, None));
}

#[test]
fn a_conversation_taken_away_becomes_the_restricted_screen_at_once() {
    let house = House::new();
    let id = house.desk.arrival();
    house.desk.does("olga", id, assign("ana"));
    let mut ben = house.messenger("ben");
    ben.shows("My card is declined");
    ben.keys("\r").shows("Esc back");
    ben.keys("r").shows("Ctrl-S send");
    ben.keys("half a word").shows("half a word");
    let since = Instant::now();
    house.desk.does("olga", id, make(Privacy::Private, true));
    let shown = ben.shows("Restricted access. This conversation is private. Ask");
    assert!(shown - since <= SOON, "after {:?}", shown - since);
    ben.no_longer_shows("half a word");
    let text = ben.text();
    for word in ["declined", "mara", "half a", "→ Ana"] {
        assert!(!text.contains(word), "{word} is left:\n{text}");
    }
}

#[test]
fn a_setting_acts_on_the_open_screen_at_once() {
    let house = House::new();
    house.desk.arrival();
    let ana = house.messenger("ana");
    ana.shows("FROM CUSTOMERS");
    let since = Instant::now();
    let off = Some(deskline::domain::people::FromCustomers::Off);
    house.desk.change("ana", &AgentChange { from_customers: off, ..AgentChange::default() });
    let gone = ana.no_longer_shows("FROM CUSTOMERS");
    assert!(gone - since <= SOON, "after {:?}", gone - since);
    ana.shows("MY CONVERSATIONS");
}
