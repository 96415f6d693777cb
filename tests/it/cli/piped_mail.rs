//! `receive --mail`: what a mail server reads from the exit code, whatever happens to the desk meanwhile.

use super::{Place, Ran};
use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

const MAIL: &[u8] = b"From: Mara <mara@example.com>\r\nTo: support@acme.example\r\nMessage-ID: <1@example.com>\r\nSubject: Card\r\n\r\nIt was declined.\r\n";

/// The small desk with two mailboxes.
fn desk() -> Place {
    let place = Place::staffed();
    configure(
        &place,
        "[mail.support]\naddress = \"support@acme.example\"\ngroup = \"Support\"\n[mail.billing]\naddress = \"billing@acme.example\"\ngroup = \"Billing\"\n",
    );
    place
}

pub fn configure(place: &Place, text: &str) {
    let folder = place.path().join(".config/deskline");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn hand(place: &Place, line: &str, mail: &[u8]) -> Ran {
    place.run_with(&format!("receive --mail {line}"), mail)
}

fn open(place: &Place) -> Vec<String> {
    let rows = place.json("--as olga conversation list --section all");
    rows.iter().map(|row| row["subject"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_mail_is_taken_once_and_0_says_so() {
    let place = desk();
    let ran = hand(&place, "", MAIL);
    assert_eq!((ran.code, ran.out.as_str(), ran.errors.as_str()), (0, "#1  message 1, message\n", ""));
    let ran = hand(&place, "", MAIL);
    assert_eq!((ran.code, ran.out.as_str()), (0, "#1  message 1, message (taken before)\n"));
    let mut from = b"From mara@example.com  Sat Nov 21 08:00:00 2026\n".to_vec();
    from.extend_from_slice(MAIL);
    let again = super::objects(&place.run_with("--json receive --mail", &from).out);
    assert_eq!((again[0]["again"].as_bool(), again[0]["mailbox"].as_str()), (Some(true), Some("support")));
    assert_eq!(open(&place), ["Card"]);
}

#[test]
fn the_mailbox_is_named_or_that_of_the_recipient() {
    let place = desk();
    let group = |line: &str, variables: &[(&str, &str)], number: usize| {
        let mail = [MAIL, format!("{number}\r\n").as_bytes()].concat();
        let mail = String::from_utf8(mail).unwrap().replace("<1@", &format!("<{number}@"));
        let words: Vec<String> = super::words(&format!("--json receive --mail {line}"));
        let mut command = place.command(&words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).envs(variables.iter().copied());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(mail.as_bytes()).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.errors);
        super::objects(&ran.out)[0]["mailbox"].as_str().unwrap().to_owned()
    };
    assert_eq!(group("", &[], 10), "support", "by the mail's own words");
    assert_eq!(group("--mailbox billing", &[("RECIPIENT", "support@acme.example")], 11), "billing");
    assert_eq!(group("--envelope-to Billing+x7@ACME.example", &[("RECIPIENT", "support@acme.example")], 12), "billing");
    assert_eq!(
        group("--envelope-from ''", &[("SENDER", "MAILER-DAEMON"), ("RECIPIENT", "billing@acme.example")], 13),
        "billing"
    );
}

#[test]
fn what_cannot_be_read_is_kept_and_taken() {
    let place = desk();
    let large = [MAIL, &vec![b'x'; 26 * 1024 * 1024]].concat();
    for mail in [&b"\x00\x01\x02\xff garbage"[..], b"\r\n\r\nno header", &large] {
        let ran = hand(&place, "--mailbox support", mail);
        assert_eq!(ran.code, 0, "{}", ran.errors);
        assert!(ran.out.contains("quarantined"), "{}", ran.out);
    }
    assert!(open(&place).is_empty());
}

#[test]
fn what_never_can_be_kept_is_65_and_a_wrong_call_is_mended_while_the_mail_waits() {
    let place = desk();
    for mail in [&b""[..], b" \r\n", b"From mara@example.com Sat\n", &vec![b'x'; 51 * 1024 * 1024]] {
        assert_eq!(hand(&place, "", mail).code, 65);
    }
    for line in ["--mailbxo support", "--from mara@example.com", "--body x", "extra"] {
        let ran = hand(&place, line, MAIL);
        assert_eq!((ran.code, ran.errors.is_empty()), (75, false), "{line}: {}", ran.errors);
    }
    assert_eq!(place.run("receive --mail --help").code, 0);
    assert_eq!(place.run("receive").code, 2, "without --mail the exit codes stay");
    assert!(open(&place).is_empty());
}

#[test]
fn a_wrong_configuration_is_mended_while_the_mail_waits() {
    let place = desk();
    let cold = |line: &str, mail: &[u8], word: &str| {
        let ran = hand(&place, line, mail);
        assert_eq!(ran.code, 75, "{}", ran.errors);
        assert!(ran.errors.contains(word) && ran.errors.lines().count() == 1, "{}", ran.errors);
    };
    cold("--mailbox sales", MAIL, "[mail.sales]");
    cold("", b"From: a@example.com\r\nTo: else@acme.example\r\n\r\nHello\r\n", "--mailbox");
    configure(&place, "[mail.support]\naddress = 7\n");
    cold("", MAIL, "line 2");
    configure(&place, "");
    cold("", MAIL, "[mail.support]");
}

#[test]
fn a_desk_that_cannot_take_it_now_is_75_and_the_mail_comes_again() {
    let place = desk();
    let later = |place: &Place, word: &str| {
        let ran = hand(place, "", MAIL);
        assert_eq!(ran.code, 75, "{}", ran.errors);
        assert!(ran.errors.contains(word), "{}", ran.errors);
    };
    // Not mounted yet.
    let away = place.path().join("away.db");
    fs::rename(place.desk(), &away).unwrap();
    later(&place, "desk.db");
    fs::rename(&away, place.desk()).unwrap();
    // Held by somebody who does not let go.
    let lock = place.path().join("desk.db.lock");
    let held = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&lock).unwrap();
    held.lock().unwrap();
    later(&place, "");
    drop(held);
    assert_eq!(hand(&place, "", MAIL).code, 0);
    assert_eq!(open(&place), ["Card"]);
}

/// No file may grow beyond what the desk has: as on a full disk.
#[test]
fn a_full_disk_is_75_and_nothing_is_half_there() {
    let place = desk();
    let before = place.everything();
    let blocks = fs::metadata(place.desk()).unwrap().len() / 512;
    let mail = [MAIL, "words ".repeat(500_000).as_bytes()].concat();
    let mut child = Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", blocks + 100)])
        .args([env!("CARGO_BIN_EXE_deskline"), "receive", "--mail"])
        .env_clear()
        .env("HOME", place.path())
        .env("DESKLINE_DESK", place.desk())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&mail).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 75, "{}{}", ran.out, ran.errors);
    assert!(ran.errors.contains("disk"), "{}", ran.errors);
    assert_eq!(place.everything(), before);
    assert_eq!(hand(&place, "", &mail).code, 0);
    assert_eq!(open(&place), ["Card"]);
}
