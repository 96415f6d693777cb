//! Long work from the command line: import, export, backup and check.

use super::{Place, objects, words};
use std::{process::Stdio, time::Duration};

const CHAT: &str = "\
[10:00] <mara> hello, my card is declined
[10:01] <ana> mara: hi, which card is it?
[10:02] <mara> ana: the blue one
[10:03] <ana> mara: fixed
";

fn talked() -> Place {
    let place = Place::staffed();
    place.does("receive --from mara@example.com --name Mara --group Support --subject Card --body Declined");
    place.does("--as ana conversation reply 1 --body 'We look.'");
    place.does("--as ana conversation note 1 --body 'Same bank.'");
    place.does("--as ana conversation start --with-agent ben --body 'Lunch?'");
    place.does("--as ana conversation create-item 1 ticket");
    place.does("--as ana conversation close 1");
    place
}

#[test]
fn an_export_comes_back_whole_and_only_once_r1_7() {
    let place = talked();
    place.does("--as ana export all.jsonl");
    let lines = std::fs::read_to_string(place.path().join("all.jsonl")).unwrap();
    let written = objects(&lines);
    assert_eq!(written.len(), 2);
    let messages = |line: &serde_json::Value| line["conversation"]["messages"].as_array().unwrap().len();
    let messages = written.iter().map(messages).sum::<usize>();
    assert_eq!(place.does("--as ana export -"), lines);

    let other = Place::empty();
    other.does("init --name Other --owner otto");
    other.does("group add Support");
    let import = format!("--json import jsonl {}", place.path().join("all.jsonl").display());
    let first = objects(&other.does(&import));
    assert_eq!((&first[0]["conversations"], &first[0]["messages"]), (&2.into(), &messages.into()), "{first:?}");
    assert_eq!((&first[0]["known"], &first[0]["unread"]), (&0.into(), &0.into()), "{first:?}");
    let before = other.everything();
    let again = objects(&other.does(&import));
    assert_eq!(
        (&again[0]["conversations"], &again[0]["messages"], &again[0]["known"]),
        (&0.into(), &0.into(), &messages.into())
    );
    assert_eq!(other.everything().lines().count(), before.lines().count(), "the second import added nothing");

    let agents = other.json("agent list");
    let ana = agents.iter().find(|agent| agent["handle"] == "ana").expect("ana came along");
    assert_eq!(ana["active"], false);
    assert_eq!(other.json("conversation list --section closed").len(), 1);
    assert!(other.json("notice list").is_empty(), "history rings nothing");
    assert!(other.json("section list").iter().all(|section| section["unread"] == 0), "history arrives read");
}

#[test]
fn what_could_not_be_read_is_listed_and_counted() {
    let place = talked();
    place.does("--as ana export all.jsonl");
    let file = place.path().join("all.jsonl");
    let mut lines = std::fs::read_to_string(&file).unwrap();
    lines += &"{\"broken\n".repeat(25);
    std::fs::write(&file, lines).unwrap();
    let other = Place::empty();
    other.does("init --name Other --owner otto");
    other.does("group add Support");
    let ran = other.run(&format!("--json import jsonl {}", file.display()));
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let summary = objects(&ran.out).remove(0);
    assert_eq!((&summary["conversations"], &summary["unread"]), (&2.into(), &25.into()));
    let listed = ran.errors.lines().collect::<Vec<_>>();
    assert_eq!(listed.len(), 21, "{}", ran.errors);
    assert!(listed[0].contains("all.jsonl") && listed[0].contains('3'), "{}", listed[0]);
    assert!(listed[20].contains("5 more"), "{}", listed[20]);
}

#[test]
fn chat_logs_become_conversations_of_their_customers() {
    let place = Place::staffed();
    std::fs::write(place.path().join("2024-05-03.log"), CHAT).unwrap();
    let summary = place.json("--as olga import irc 2024-05-03.log --team ana --group Support --state open").remove(0);
    assert_eq!((&summary["conversations"], &summary["messages"]), (&1.into(), &4.into()), "{summary}");
    let open = place.json("--as ben conversation list --section open");
    assert_eq!((&open[0]["group"], &open[0]["requester"]["name"]), (&"Support".into(), &"mara".into()));
}

#[test]
fn what_was_imported_is_recognised_on_the_desk_that_it_was_moved_to_r1_7() {
    let place = Place::staffed();
    let log = place.path().join("2024-05-03.log");
    std::fs::write(&log, CHAT).unwrap();
    place.does("--as olga import irc 2024-05-03.log --team ana --group Support --state open");
    place.does("--as ana conversation reply 1 --body 'Anything else?'");
    place.does("--as olga export all.jsonl");

    let other = Place::empty();
    other.does("init --name Other --owner otto");
    other.does("group add Support");
    let moved = format!("import jsonl {}", place.path().join("all.jsonl").display());
    let first = other.json(&moved).remove(0);
    let entries = first["messages"].as_i64().unwrap();
    assert!(first["conversations"] == 1 && entries >= 5, "{first}");
    let counted = |line: &str| {
        let summary = other.json(line).remove(0);
        ["conversations", "messages", "known"].map(|key| summary[key].as_i64().unwrap())
    };
    let again = format!("import irc {} --team ana --group Support --state open", log.display());
    assert_eq!(counted(&again), [0, 0, 4], "the log itself");
    assert_eq!(counted(&moved), [0, 0, entries], "the export again");
    // The log went on: only that is new, and it goes where the rest went.
    std::fs::write(&log, format!("{CHAT}[10:04] <mara> ana: thank you\n")).unwrap();
    assert_eq!(counted(&again), [0, 1, 4]);
    // What was moved once more is known as well.
    other.does("export all.jsonl");
    let third = Place::empty();
    third.does("init --name Third --owner theo");
    third.does("group add Support");
    third.does(&format!("import jsonl {}", other.path().join("all.jsonl").display()));
    let summary = third.json(&again).remove(0);
    assert_eq!((&summary["messages"], &summary["known"]), (&0.into(), &5.into()), "{summary}");
}

#[test]
fn an_interrupted_import_says_how_far_it_came_and_goes_on() {
    let place = Place::staffed();
    let folder = place.path().join("logs");
    std::fs::create_dir(&folder).unwrap();
    let day = |day: u32| {
        let talk = |burst: u32| {
            let (hour, minute, who) = (burst / 20, burst % 20 * 3, format!("user{day}x{burst}"));
            let asks = format!("[{hour:02}:{minute:02}] <{who}> hello, it is broken");
            format!("{asks}\n[{hour:02}:{:02}] <ana> {who}: on it\n", minute + 1)
        };
        (0..240).map(talk).collect::<Vec<_>>().concat()
    };
    for number in 1..=14 {
        std::fs::write(folder.join(format!("2024-02-{number:02}.log")), day(number)).unwrap();
    }
    let line = words("--json --as olga import irc logs --team ana");
    let child = place.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| !place.json("--as olga conversation list --section closed --limit 1").is_empty());
    let kill = std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(kill.success());
    let ran = super::Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.errors);
    let text = objects(&ran.errors)[0]["error"]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("Interrupted after ") && text.contains("again"), "{text}");

    let rest = place.json("--as olga import irc logs --team ana").remove(0);
    let (known, new) = (rest["known"].as_i64().unwrap(), rest["conversations"].as_i64().unwrap());
    assert!(known > 0 && new > 0, "{rest}");
    let whole = Place::staffed();
    let all = whole.json(&format!("--as olga import irc {} --team ana", folder.display())).remove(0);
    let first = all["conversations"].as_i64().unwrap() - new;
    assert_eq!(known, first * 2, "two messages in each that had come in before");
}

/// Waits for a condition, at most a minute.
fn wait_for(mut holds: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(std::time::Instant::now() < deadline, "it never came about");
        std::thread::yield_now();
    }
}

#[test]
fn an_export_holds_what_the_viewer_may_see_and_replaces_only_exports() {
    use std::os::unix::fs::PermissionsExt;
    let place = talked();
    let seen = |who: &str| objects(&place.does(&format!("--as {who} export -"))).len();
    assert_eq!((seen("ana"), seen("dev"), seen("olga")), (2, 1, 1), "direct ones are for their participants (R6.11)");
    place.does("--as ana export all.jsonl");
    place.does("--as dev export all.jsonl");
    let file = place.path().join("all.jsonl");
    assert_eq!(objects(&std::fs::read_to_string(&file).unwrap()).len(), 1);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(place.path().join("letter.txt"), "Dear Mara").unwrap();
    assert_eq!(place.run("--as ana export letter.txt").code, 2);
    assert_eq!(std::fs::read_to_string(place.path().join("letter.txt")).unwrap(), "Dear Mara");
}

#[test]
fn a_backup_is_a_desk_and_a_damaged_one_is_found() {
    let place = talked();
    place.does("--as olga backup copy.db");
    let copy = place.path().join("copy.db");
    assert_eq!(place.json(&format!("check --desk {}", copy.display()))[0]["sound"], true);
    let shown = |desk: &str| place.does(&format!("--json --as ana conversation show 1 --desk {desk}"));
    assert_eq!(shown("copy.db"), shown("desk.db"));
    assert_ne!(place.run("--as olga backup copy.db").code, 0, "an existing file is never overwritten");

    let damaged = rusqlite::Connection::open(&copy).unwrap();
    damaged.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM customer;").unwrap();
    drop(damaged);
    let ran = place.run("--json check --desk copy.db");
    assert_eq!(ran.code, 1);
    assert_eq!(objects(&ran.out)[0]["sound"], false);
    assert!(ran.errors.contains("backup"), "{}", ran.errors);
}
