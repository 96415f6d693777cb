//! Every exit code, with the object that `--json` puts on standard error.

use super::{Place, Ran, objects};
use serde_json::Value;

/// A desk with conversation 1: private, of Mara, in Support, taken by ana.
fn private() -> Place {
    let place = Place::staffed();
    place.does("--as olga setting set private-conversations on");
    place.does("receive --from mara@example.com --name Mara --group Support --subject Card --body Declined");
    place.does("--as olga conversation private 1");
    place.does("--as ana conversation reply 1 --body 'We look.'");
    place
}

fn problem(ran: &Ran) -> Value {
    assert_eq!(ran.out, "", "standard output carries data only");
    let mut objects = objects(&ran.errors);
    assert_eq!(objects.len(), 1, "{}", ran.errors);
    objects.remove(0)["error"].take()
}

fn ends(place: &Place, line: &str, code: i32, kind: &str) -> Value {
    let ran = place.run(&format!("--json {line}"));
    assert_eq!(ran.code, code, "{line}\n{}", ran.errors);
    let problem = problem(&ran);
    assert_eq!(problem["kind"], kind, "{line}: {problem}");
    let text = problem["text"].as_str().unwrap_or_default();
    assert!(text.len() > 10, "{line}: {problem}");
    let said = place.run(line);
    assert_eq!((said.code, said.errors.lines().count()), (code, 1), "{line}\n{}", said.errors);
    assert!(said.errors.starts_with("deskline: "), "{}", said.errors);
    problem
}

#[test]
fn failed_is_1() {
    let place = Place::empty();
    ends(&place, "--as olga agent list", 1, "failed");
    std::fs::write(place.desk(), "this is no desk, but a letter").unwrap();
    ends(&place, "--as olga agent list", 1, "failed");
    assert_eq!(std::fs::read(place.desk()).unwrap(), b"this is no desk, but a letter", "a foreign file is left alone");
    let place = private();
    ends(&place, "--as ana conversation reply 1 --file nowhere.txt", 1, "failed");
}

#[test]
fn wrong_usage_is_2() {
    let place = Place::empty();
    for line in
        ["conversation", "conversation close twelve", "frobnicate", "init --name Acme", "setting set colour red"]
    {
        let ran = place.run(line);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}");
        assert!(ran.errors.contains("--help"), "{line}: {}", ran.errors);
    }
    let place = private();
    ends(&place, "--as ana conversation reply 1 --body ''", 2, "usage");
    ends(&place, "--as nobody conversation show 1", 2, "usage");
}

#[test]
fn not_found_is_3_also_for_what_one_may_not_know_r6_6() {
    let place = private();
    let hidden = ends(&place, "--as dev conversation show 1", 3, "not-found");
    let never = ends(&place, "--as dev conversation show 999", 3, "not-found");
    let same = |problem: &Value| problem["text"].as_str().unwrap_or_default().replace("999", "1");
    assert_eq!(same(&hidden), same(&never), "as for a number that never was");
    for line in ["reply 1 --body Hi", "close 1", "follow 1", "assign 1 dev", "public 1 --yes", "read 1"] {
        ends(&place, &format!("--as dev conversation {line}"), 3, "not-found");
    }
    ends(&place, "--as ana item show TK-1", 3, "not-found");
}

#[test]
fn refused_is_4_with_kind_and_rule() {
    let place = private();
    let denied = ends(&place, "--as ana conversation public 1", 4, "denied");
    assert_eq!(denied["rule"], "R6.5");
    let jump = ends(&place, "--as ana conversation lock 1", 4, "denied");
    assert_eq!(jump["rule"], "R2.2");
    let restricted = ends(&place, "--as ben conversation show 1", 4, "restricted");
    assert_eq!(restricted["text"], "This conversation is private. Ask an administrator.");
    let confirm = ends(&place, "--as olga conversation public 1", 4, "confirm");
    assert_eq!(confirm["readers"], serde_json::json!(["ben", "dev"]));
    place.does("--as ana conversation close 1");
    place.does("--as ana conversation lock 1");
    let locked = ends(&place, "--as olga conversation reply 1 --body Hello", 4, "locked");
    assert_eq!(locked["rule"], "R2.4");
}

#[test]
fn stale_is_5_with_what_was_added_r7_6() {
    let place = private();
    let seen = place.json("--as ana conversation show 1")[0]["messages"].as_array().unwrap().len();
    place.does("receive --from mara@example.com --conversation 1 --body 'It works again!'");
    let stale =
        ends(&place, &format!("--as ana conversation reply 1 --seen {seen} --body 'Still broken?'"), 5, "stale");
    let unseen = stale["unseen"].as_array().unwrap();
    assert_eq!(unseen.len(), 1);
    assert_eq!((&unseen[0]["text"], &unseen[0]["from"]["kind"]), (&"It works again!".into(), &"customer".into()));
    place.does(&format!("--as ana conversation reply 1 --seen #{} --body 'Good.'", seen + 1));
}
