//! `ssh desk COMMAND`: the command line with the caller as actor, over OpenSSH.

use super::house::{House, PATIENCE, Running, run};
use crate::desks::{note, reply, seen};
use deskline::domain::{command::Command as Asked, id::EntrySeq};
use std::{
    process::{Command, Stdio},
    time::Duration,
};

fn lines(json: &str) -> Vec<serde_json::Value> {
    json.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn a_queue_is_listed_and_answered() {
    let house = House::new();
    let id = house.desk.arrival();
    let listed = lines(&house.call("ana", "conversation list --section unassigned --json").well().out);
    assert_eq!((listed.len(), listed[0]["id"].as_i64()), (1, Some(id.0)), "{listed:?}");
    let answer = "Hello Mara,\n\ncould you try \"another\" card, please?\n\n~. & $(id) `id` ; 日本\n";
    let sent = house.call_with("ana", &format!("conversation reply {id} --json"), answer.as_bytes()).well();
    assert_eq!(lines(&sent.out)[0]["assignee"], "ana", "answering takes it (R5.3)");
    assert!(
        house.desk.texts("ana", id).iter().any(|text| text.trim() == answer.trim()),
        "{:?}",
        house.desk.texts("ana", id)
    );
    let live = lines(&house.call("ana", "conversation list --section live --json").well().out);
    assert_eq!(live[0]["id"].as_i64(), Some(id.0));
    assert_eq!(lines(&house.call("ben", "conversation list --section live --json").well().out).len(), 0);
    // Words with blanks and quotes arrive as they were quoted for the server, since OpenSSH sends one line.
    house.call("ana", &format!("conversation note {id} --body 'two words'\\''s \"worth\"'")).well();
    assert!(
        house.desk.texts("ana", id).iter().any(|text| text == "two words's \"worth\""),
        "{:?}",
        house.desk.texts("ana", id)
    );
    let by =
        house.desk.thread("olga", id).entries.into_iter().map(|entry| format!("{:?}", entry.from)).collect::<Vec<_>>();
    assert_eq!(by.iter().filter(|from| from.contains("Ana Ruiz")).count(), 2, "{by:?}");
}

#[test]
fn every_exit_code_comes_through() {
    let house = House::new();
    let id = house.desk.arrival();
    house.desk.does("olga", id, note("Seen by nobody else yet"));
    let private = house.desk.private_of("cleo");
    for (line, code, word) in [
        (format!("conversation show {id}"), 0, ""),
        ("conversation reply".to_owned(), 2, ""),
        ("frobnicate the desk".to_owned(), 2, ""),
        (format!("conversation reply {id} --body ' '"), 2, ""),
        ("conversation show 999".to_owned(), 3, "not-found"),
        (format!("conversation lock {id}"), 4, "denied"),
        (format!("conversation show {private}"), 4, "restricted"),
        (format!("conversation reply {id} --seen 1 --body Answer"), 5, "stale"),
        ("audit list".to_owned(), 4, "denied"),
    ] {
        let ran = house.call("ben", &format!("--json {line}"));
        assert_eq!(ran.code, Some(code), "{line}: {ran:?}");
        assert!(ran.errors.contains(word), "{line}: {ran:?}");
        assert!(code == 0 || ran.out.is_empty(), "{line}: {ran:?}");
    }
    // Somebody who was told nothing of it: as if it had never been.
    assert_eq!(house.call("dev", &format!("conversation show {private}")).code, Some(3));
    let unknown = house.call("ben", "frobnicate the desk");
    assert_eq!(unknown.errors.trim().lines().count(), 1, "{unknown:?}");
    house.desk.does("ben", id, seen("An answer", EntrySeq(2)));
    house.desk.does("ben", id, Asked::Close);
    house.desk.does("ben", id, Asked::Lock);
    let locked = house.call("ben", &format!("--json conversation reply {id} --body More"));
    assert_eq!(locked.code, Some(4));
    assert!(locked.errors.contains("\"locked\"") && locked.errors.contains("R2.4"), "{locked:?}");
}

#[test]
fn nothing_of_the_server_is_reached() {
    let house = House::new();
    house.desk.arrival();
    let (desk, home) = (house.desk.file(), house.home().display().to_string());
    // When a key was used last is written at every log-in.
    let contents = || -> Vec<String> {
        let all = house.desk.contents();
        all.lines().filter(|line| !line.starts_with("agent_key ")).map(str::to_owned).collect()
    };
    let before = contents();
    for line in [
        "--as olga section list".to_owned(),
        "--as ana section list".to_owned(),
        "--as=olga section list".to_owned(),
        format!("--desk {} section list", desk.display()),
        format!("--desk={} section list", desk.display()),
        "section list --as olga".to_owned(),
        "import mbox /etc/passwd".to_owned(),
        format!("import jsonl {}", desk.display()),
        "serve --ssh 127.0.0.1:0".to_owned(),
        format!("export {home}/stolen"),
        format!("backup {home}/stolen"),
        format!("init --name Other --owner ana --desk {home}/stolen"),
        "demo --build-only".to_owned(),
        format!("demo --build-only --desk {home}/stolen"),
        "conversation reply 1 --file /etc/passwd".to_owned(),
        "conversation note 1 --file /etc/passwd".to_owned(),
        "conversation start --with-agent ben --file /etc/passwd".to_owned(),
        "receive --from mara@example.com --body Hello".to_owned(),
        "receive --from mara@example.com --file /etc/passwd".to_owned(),
        "key add ana /etc/passwd".to_owned(),
        "config".to_owned(),
        "sh -c id".to_owned(),
        "'; id'".to_owned(),
        "$(id)".to_owned(),
        "section list; id".to_owned(),
        "section list | id".to_owned(),
        "section list > stolen".to_owned(),
        "section list && id".to_owned(),
    ] {
        let ran = Running::start(house.ssh("ana").args(["desk", "--", &line]), Some(b"")).ended_within(PATIENCE);
        assert!(matches!(ran.code, Some(2 | 4)), "{line}: {ran:?}");
        assert!(ran.out.is_empty() && !ran.errors.contains("root:") && !ran.errors.contains("uid="), "{line}: {ran:?}");
        assert!(!ran.errors.contains(&home), "{line} names a file of the server: {ran:?}");
    }
    assert!(!house.home().join("stolen").exists());
    assert!(contents() == before, "nothing was written");
    assert_eq!(house.call("olga", "--as ana section list").code, Some(2), "not for the owner either");
}

#[test]
fn a_large_export_comes_whole() {
    let house = House::new();
    for number in 0..300 {
        let words = format!("{number} ").repeat(2000);
        house.desk.write_in(&format!("customer{number}@example.com"), None, &words);
    }
    let over = run(house.ssh("olga").args(["desk", "export", "-"]), b"").well();
    let here = house.deskline(&["export", "-"]).well();
    assert!(here.out.len() > 2_000_000, "{} bytes", here.out.len());
    assert_eq!(over.out.len(), here.out.len());
    assert!(over.out == here.out, "byte for byte");
}

#[test]
fn a_slow_reader_gets_everything_and_holds_up_nobody() {
    let house = House::new();
    for number in 0..300 {
        house.desk.write_in(&format!("customer{number}@example.com"), None, &format!("{number} ").repeat(2000));
    }
    let mut slow = house.ssh("olga");
    let mut child = slow.args(["desk", "export -"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    // Nobody reads yet: what is on its way fills the pipe, the window and the sockets.
    house.call("ana", "section list").well();
    let messenger = house.messenger("ben");
    messenger.shows("Ben Okafor, agent");
    house.desk.arrival();
    messenger.shows("My card is declined");
    let mut out = String::new();
    std::io::Read::read_to_string(child.stdout.as_mut().unwrap(), &mut out).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(lines(&out).iter().filter(|line| line.to_string().contains("customer")).count() >= 300);
}

#[test]
fn a_command_that_is_killed_does_nothing_by_halves() {
    let house = House::new();
    let id = house.desk.arrival();
    let mut half = Running::start(house.ssh("ana").args(["desk", &format!("conversation reply {id}")]), None);
    half.write(b"Half an answer, and then the cable");
    let pid = half.pid();
    // The command has begun when its connection is logged in and it waits for the rest.
    house.says("logged in");
    crate::pty::signal(pid, "KILL");
    drop(half);
    // Its session is gone, the server is not, and half an answer is no answer.
    house.call("ana", "section list").well();
    assert!(!house.desk.texts("ana", id).iter().any(|text| text.contains("Half an answer")));
    for number in 0..100 {
        house.desk.write_in(&format!("customer{number}@example.com"), None, &format!("{number} ").repeat(2000));
    }
    let export = Running::start(house.ssh("olga").args(["desk", "export", "-"]), Some(b""));
    crate::pty::signal(export.pid(), "STOP");
    crate::pty::signal(export.pid(), "KILL");
    drop(export);
    house.call("ana", "section list").well();
    assert_eq!(house.logged("panicked"), 0, "{:#?}", house.said());
}

#[test]
fn a_command_at_a_terminal_prints_as_one_does() {
    let house = House::new();
    house.desk.arrival();
    let setting = crate::pty::Setting { columns: 100, rows: 30, environment: Vec::new() };
    let mut list = house.at("ana", &setting, &["-t", "desk", "conversation list --section unassigned"]);
    assert_eq!(list.ended(), (0, None));
    let text = list.text();
    assert!(text.contains("My card is declined"), "{text}");
    assert!(text.lines().all(|line| !line.starts_with("          ")), "no staircase:\n{text}");
    assert!(!list.raw().contains("\x1b[?1049h"));
    list.is_restored();
    // Interrupted at the keyboard.
    let mut waits = house.at("ana", &setting, &["-t", "desk", "conversation reply 1"]);
    waits.quiet_for(Duration::from_millis(300));
    waits.keys("some words\r").keys("\x03");
    let (code, _) = waits.ended();
    assert_ne!(code, 0);
    assert!(
        !house
            .desk
            .texts("ana", deskline::domain::id::ConversationId(1))
            .iter()
            .any(|text| text.contains("some words"))
    );
    waits.is_restored();
    // With the end of a text.
    let mut sends = house.at("ana", &setting, &["-t", "desk", "conversation reply 1"]);
    sends.quiet_for(Duration::from_millis(300));
    sends.keys("some words\r").keys("\x04");
    assert_eq!(sends.ended().0, 0, "{}", sends.text());
    assert!(
        house.desk.texts("ana", deskline::domain::id::ConversationId(1)).iter().any(|text| text.contains("some words"))
    );
}

/// `xargs` and shell loops: many commands at once, each over a connection of its own.
#[test]
fn many_commands_at_once_all_come_through() {
    let house = House::new();
    // As many as may stand at the door from one address at the same time.
    let ids: Vec<_> = (0..12).map(|_| house.desk.arrival()).collect();
    let running: Vec<Running> = ids
        .iter()
        .map(|id| {
            let line = format!("conversation reply {id} --body 'Answer to {id}'");
            Running::start(house.ssh("ana").args(["desk", &line]), Some(b""))
        })
        .collect();
    for one in running {
        one.ended_within(PATIENCE).well();
    }
    for id in ids {
        let answer = format!("Answer to {id}");
        assert_eq!(house.desk.texts("ana", id).iter().filter(|text| **text == answer).count(), 1);
    }
}

#[test]
fn what_is_written_over_ssh_is_audited_by_its_actor() {
    let house = House::new();
    let id = house.desk.arrival();
    house.call("olga", &format!("conversation private {id}")).well();
    house.call("adam", "agent set cleo --ready off").well();
    let audit = house.call("olga", "--json audit list").well().out;
    assert!(audit.contains("\"olga\"") && audit.contains("\"adam\""), "{audit}");
    let shown: Vec<String> = house.desk.texts("olga", id);
    house.desk.does("adam", id, reply("Answered"));
    assert!(shown.iter().any(|text| text.contains("Olga Berg")), "{shown:?}");
}

/// The README's loop works with what Debian has: no client of ours is needed.
#[test]
fn standard_input_of_a_shell_loop_is_left_alone() {
    let house = House::new();
    house.desk.arrival();
    house.desk.arrival();
    let config = house.home().join("ssh_config");
    let script = format!(
        "ssh() {{ command ssh -F {} -i {} \"$@\"; }}; ssh desk 'conversation list --section unassigned --json' | \
         while read -r row; do ssh -n desk 'section list' >/dev/null && echo one; done",
        config.display(),
        super::house::key_file("ana", "ed25519").display()
    );
    let ran = run(Command::new("sh").args(["-c", &script]), b"").well();
    assert_eq!(ran.out.lines().count(), 2, "{ran:?}");
}
