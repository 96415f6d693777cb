//! `held …`, `why` and merging, on a desk that real bytes came into.

use super::{Place, objects};
use deskline::{desk::Desk, domain::mail::InMail, mail::Reader};
use std::sync::Arc;

/// Hands bytes in, as a mailbox would.
fn comes(desk: &Desk, raw: &str) {
    let raw = raw.replace('\n', "\r\n").into_bytes();
    let mail = InMail {
        mailbox: "support".into(),
        addresses: vec!["support@acme.example".into()],
        group: Some("Support".into()),
        place: None,
        envelope_from: None,
        envelope_to: vec![],
        sent: false,
        history: None,
        letter: Reader::new().letter(&raw),
        raw,
    };
    desk.receive_mail(&mail).unwrap();
}

fn place() -> Place {
    let place = Place::staffed();
    let desk = Desk::open(&place.desk(), Arc::new(chrono::Utc::now)).unwrap();
    let head = "To: support@acme.example\nDate: Mon, 4 May 2026 09:00:00 +0000\n";
    comes(&desk, &format!("From: Mara Lindt <mara@example.com>\nSubject: Card\nMessage-ID: <1@x>\n{head}\nMy card.\n"));
    comes(
        &desk,
        &format!("From: jo@example.com\nSubject: Re: Card\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>\n{head}\nMine too.\n"),
    );
    comes(
        &desk,
        &format!(
            "From: Evil \u{1b}[2J <support@acme.example>\nSubject: Ours\u{1b}]0;x\nMessage-ID: <3@x>\n{head}\nHello\u{202e}.\n"
        ),
    );
    comes(&desk, &format!("Subject: Nobody's\n{head}\nHello.\n"));
    place
}

#[test]
fn admins_see_release_and_discard_what_is_held_and_nobody_else_does() {
    let place = place();
    let held = place.json("--as adam held list");
    assert_eq!(held.len(), 2);
    assert_eq!((held[0]["why"].as_str(), held[1]["why"].as_str()), (Some("no-sender"), Some("own-address")));
    assert_eq!((&held[0]["quarantined"], &held[1]["quarantined"]), (&true.into(), &false.into()));
    let table = place.does("--as olga held list");
    assert!(table.contains("own-address") && !table.contains('\u{1b}'), "{table}");
    let shown = place.does("--as olga held show 3");
    assert!(shown.contains("It says that it comes from an address of this desk"), "{shown}");
    assert!(shown.contains("    Message-ID: <3@x>") && !shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    let shown = place.json("--as olga held show 3").remove(0);
    assert!(shown["raw"].as_str().unwrap().contains("Hello\u{202e}."));
    for line in ["held list", "held show 3", "held release 3", "held discard 3"] {
        let before = place.everything();
        let ran = place.run(&format!("--as ana {line}"));
        assert_eq!((ran.code, ran.out.as_str()), (4, ""), "{line}: {}", ran.errors);
        assert_eq!(place.everything(), before);
    }
    let ran = place.run("--as olga held release 3");
    assert!(ran.code == 4 && ran.errors.contains("Nobody could be answered"), "{}", ran.errors);
    assert_eq!(place.does("--as olga held discard 3"), "mail 3 discarded\n");
    assert_eq!(place.run("--as olga held show 3").code, 3);
    assert_eq!(place.run("--as olga held show none").code, 2);
    assert_eq!(place.run("--as olga held release 99").code, 3);
}

#[test]
fn why_and_likenesses_and_merging_and_back() {
    let place = place();
    let why = place.does("--as ana why 2 1");
    assert!(why.contains("in which its sender takes no part. (#1)"), "{why}");
    assert!(place.json("--as ana why 2 1")[0]["reasons"].as_array().unwrap().len() >= 3);
    assert_eq!(place.run("--as ana why 99 1").code, 3);
    assert_eq!(place.run("--as ana why 1 99").code, 3);
    let likes = place.json("--as ana conversation likenesses 2");
    assert_eq!((likes[0]["conversation"].as_i64(), likes[0]["because"].as_str()), (Some(1), Some("headers")));
    let asked = place.run("--as ana --json conversation merge 2 1");
    let error = objects(&asked.errors).remove(0);
    assert_eq!(error["error"]["adds"].as_array().unwrap().len(), 2, "{error}");
    place.does("--as ana conversation merge 2 1 --yes");
    let thread = place.does("--as ana conversation show 1");
    assert!(thread.contains("Mine too.") && thread.contains("Ana Ruiz merged #2 into this conversation."), "{thread}");
    place.does("--as ana conversation unmerge 2");
    assert!(!place.does("--as ana conversation show 1").contains("Mine too."));
    assert!(place.does("--as ana conversation show 2").contains("Mine too."));
}

/// What came with a mail goes to a pipe byte by byte, and only to those who may see the conversation.
#[test]
fn an_attachment_comes_out_as_it_came_in() {
    let place = Place::staffed();
    let desk = Desk::open(&place.desk(), Arc::new(chrono::Utc::now)).unwrap();
    comes(
        &desk,
        "From: mara@example.com\nTo: support@acme.example\nSubject: Bill\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHere.\n\
         --b\nContent-Type: application/octet-stream; name=bill.bin\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=bill.bin\n\nG1syShshLQ==\n--b--\n",
    );
    assert_eq!(place.does("--as ana conversation attachment 1 1"), "\u{1b}[2J\u{1b}!-");
    for (line, code) in [("1 1 2", 3), ("1 7", 3), ("9 1", 3)] {
        assert_eq!(place.run(&format!("--as ana conversation attachment {line}")).code, code, "{line}");
    }
    place.does("--as olga setting set private-conversations on");
    place.does("--as olga conversation assign 1 ben");
    place.does("--as olga conversation private 1");
    let refused = place.run("--as ana conversation attachment 1 1");
    assert!(matches!(refused.code, 3 | 4) && refused.out.is_empty(), "{}", refused.errors);
}
