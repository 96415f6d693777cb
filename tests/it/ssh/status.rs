//! `deskline status`: who is here, what waits, how large the desk is; only for who may know.

use super::{Server, client::Client, key_of, new_key};
use crate::{
    desks::TestDesk,
    mail::leaving::{WORKER, answered, lease},
};
use deskline::{desk::mail::Failure, domain::setting::SettingKey};
use serde_json::Value;
use std::process::Command;

fn status(desk: &TestDesk, options: &[&str]) -> (Option<i32>, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_deskline"))
        .args(["--desk".as_ref(), desk.file().as_os_str()])
        .arg("status")
        .args(options)
        .env_clear()
        .env("HOME", desk.folder.path())
        .output()
        .unwrap();
    (ran.status.code(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_running_server_tells_who_is_here() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &[]);
    let client = Client::login(&server, &key_of(&desk, "ana"));
    let messenger = client.messenger();
    messenger.shows("My card is declined");
    let told = || json(&status(&desk, &["--json"]).1);
    crate::pty::until("the session is told", || told()["server"]["sessions"].as_array().unwrap().len() == 1);
    let told = told();
    let session = &told["server"]["sessions"][0];
    assert_eq!((session["agent"].as_str(), session["kind"].as_str()), (Some("ana"), Some("messenger")));
    assert_eq!(told["server"]["ssh"][0], server.address.to_string());
    assert_eq!(told["server"]["host_key"], server.fingerprint);
    assert!(told["server"]["uptime_seconds"].as_i64().unwrap() < 60);
    assert_eq!(told["queue"]["unassigned"], 1);
    assert!(told["database"]["bytes"].as_u64().unwrap() > 4096 && told["database"]["schema"].as_u64().unwrap() >= 1);
    let (code, out, errors) = status(&desk, &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.contains("Sessions 1") && out.contains("ana") && out.contains("1 unassigned"), "{out}");
    messenger.keys("q").closes();
    crate::pty::until("the end is told", || {
        json(&status(&desk, &["--json"]).1)["server"]["sessions"].as_array().unwrap().is_empty()
    });
}

#[test]
fn as_many_rows_as_sessions_and_no_word_of_what_they_look_at() {
    let desk = TestDesk::new();
    desk.arrival();
    let server = Server::on(&desk.file(), &["--demo"]);
    let (code, out, _) = status(&desk, &[]);
    assert_eq!((code, out.lines().count()), (Some(0), 5), "{out}");
    assert!(out.contains("Sessions 0, not logged in 0"), "{out}");
    let agents = [Client::login(&server, &key_of(&desk, "ana")), Client::login(&server, &key_of(&desk, "ben"))];
    let messengers = agents.each_ref().map(Client::messenger);
    for messenger in &messengers {
        messenger.shows("My card is declined");
    }
    let mut newcomer = Client::connect(&server);
    assert!(newcomer.offers("join", &new_key()));
    let joining = newcomer.messenger();
    joining.shows("joining");
    crate::pty::until("all sessions are told", || status(&desk, &[]).1.contains("Sessions 3, "));
    let (_, out, _) = status(&desk, &[]);
    let rows: Vec<&str> = out.lines().filter(|line| line.contains("127.0.0.1:") && !line.starts_with("SSH")).collect();
    assert_eq!(rows.len(), 3, "{out}");
    for (row, words) in rows.iter().zip([["ana", "messenger"], ["ben", "messenger"], ["joining", "127.0.0.1"]]) {
        assert!(words.iter().all(|word| row.contains(word)), "{out}");
    }
    for told in [out, status(&desk, &["--json"]).1] {
        assert!(!["card", "declined", "mara", "#1"].iter().any(|word| told.contains(word)), "{told}");
    }
}

#[test]
fn only_administrators_are_told() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let (ana, adam) = (key_of(&desk, "ana"), key_of(&desk, "adam"));
    assert_eq!(status(&desk, &["--as", "ana"]).0, Some(4));
    assert_eq!(status(&desk, &["--as", "adam"]).0, Some(0));
    let refused = Client::login(&server, &ana).command("status", b"");
    assert_eq!((refused.status, refused.out.as_str()), (Some(4), ""));
    let told = Client::login(&server, &adam).command("status --json", b"");
    assert_eq!(told.status, Some(0), "{}", told.errors);
    assert!(json(&told.out)["server"]["pid"].is_u64());
}

#[test]
fn where_nobody_serves_that_is_told_too() {
    let desk = TestDesk::new();
    let (code, out, errors) = status(&desk, &["--json"]);
    assert_eq!((code, &json(&out)["server"]), (Some(3), &Value::Null));
    assert!(errors.contains("Nobody serves this desk"), "{errors}");
    let mut server = Server::on(&desk.file(), &[]);
    assert_eq!(status(&desk, &[]).0, Some(0));
    server.signal("KILL");
    server.ended();
    let (code, out, _) = status(&desk, &[]);
    assert_eq!(code, Some(3), "what a killed server left is not believed");
    assert!(out.starts_with("Not served\n"), "{out}");
    let mut server = Server::on(&desk.file(), &[]);
    server.signal("TERM");
    server.ended();
    assert!(!desk.folder.path().join("desk.db.status").exists());
}

#[test]
fn a_desk_has_one_server() {
    let desk = TestDesk::new();
    let server = Server::on(&desk.file(), &[]);
    let ran = Command::new(env!("CARGO_BIN_EXE_deskline"))
        .args(["--desk".as_ref(), desk.file().as_os_str()])
        .args(["serve", "--ssh", "127.0.0.1:0"])
        .output()
        .unwrap();
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(errors.contains("is served already"), "{errors}");
    assert_eq!(Client::login(&server, &key_of(&desk, "ana")).command("section list", b"").status, Some(0));
}

/// Only for who may know: a number of replies, of private conversations too.
#[test]
fn replies_that_did_not_arrive_are_counted() {
    let desk = TestDesk::in_real_time();
    desk.set(SettingKey::UndoSeconds, "0");
    answered(&desk);
    assert_eq!(json(&status(&desk, &["--json"]).1)["queue"]["undelivered"], 0);
    assert!(!status(&desk, &[]).1.contains("not delivered"));
    let mail = lease(&desk).expect("it is due");
    assert!(desk.desk.mail_failed(WORKER, &mail, Failure::Permanent, "550 no such user").unwrap());
    assert_eq!(json(&status(&desk, &["--json"]).1)["queue"]["undelivered"], 1);
    let (_, out, _) = status(&desk, &["--as", "olga"]);
    assert!(out.contains("Replies not delivered within the last day: 1\n"), "{out}");
    assert!(!out.contains("mara"), "{out}");
    let (code, out, _) = status(&desk, &["--as", "ana"]);
    assert_eq!((code, out.as_str()), (Some(4), ""));
}
