//! Who acts from elsewhere stands in the log as whoever acts at the machine of the desk does.

use super::{does, objects, remotely, sending};
use crate::desks::{TestDesk, with_agents};

/// The newest lines of the log, newest first: who did what.
fn log(desk: &TestDesk, lines: usize) -> Vec<(String, String)> {
    let rows = objects(&does(desk, "olga", &format!("audit list --limit {lines} --json")));
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (word(&row["agent"]), word(&row["action"]))).collect()
}

#[test]
fn every_act_is_in_the_log_under_whoever_logged_in() {
    let desk = TestDesk::with_privacy();
    desk.arrival();
    let direct = desk.start("ana", with_agents(&["ben"]), "Between us.").conversation;
    for (who, line, action) in [
        ("ana", "conversation reply 1 --body 'We look.'", "replied"),
        ("ana", "conversation note 1 --body 'Same bank.'", "noted"),
        ("ana", "conversation close 1", "closed"),
        ("ana", "conversation lock 1", "locked"),
        ("ana", "conversation unlock 1", "unlocked"),
        ("ana", "conversation reopen 1", "reopened"),
        ("ana", "conversation assign 1 ben", "assigned"),
        ("adam", "conversation private 1", "made-private"),
        ("olga", "conversation public 1 --yes", "made-public"),
        ("olga", "agent add eve --name Eve", "agent-added"),
        ("adam", "agent set eve --reply-to-customers off", "agent-changed"),
        ("olga", "group add Returns", "group-added"),
        ("adam", "group join Returns ana", "group-joined"),
        ("adam", "customer block mara@example.com", "customer-changed"),
        ("olga", "customer view mara@example.com", "viewed-customer"),
        ("adam", "setting set team-name Ours", "setting-changed"),
        ("adam", &format!("conversation show {direct}"), "opened-direct"),
    ] {
        does(&desk, who, line);
        assert!(log(&desk, 3).contains(&(who.to_owned(), action.to_owned())), "{line}: {:?}", log(&desk, 3));
    }
}

#[test]
fn what_was_refused_or_only_looked_at_leaves_no_line() {
    let desk = TestDesk::new();
    desk.arrival();
    let before = desk.count("SELECT count(*) FROM event");
    for line in [
        "conversation show 1",
        "conversation list --section open",
        "search card",
        "export -",
        "audit list",
        "customer view mara@example.com",
        "agent set ben --ready off",
        "setting set team-name Mine",
        "conversation lock 1",
        "backup copy.db",
        "--as olga setting set team-name Mine",
        "check",
    ] {
        remotely(&desk, "ana", line);
        assert_eq!(desk.count("SELECT count(*) FROM event"), before, "{line}");
    }
    assert_eq!(sending(&desk, "ana", "conversation reply 1", b"Now.").code, 0);
    assert!(desk.count("SELECT count(*) FROM event") > before);
}
