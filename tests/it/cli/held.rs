//! `held …`, `why` and merging, on a desk that real bytes came into.

use super::{Place, objects};
use deskline::{
    desk::{Desk, token},
    domain::{
        id::{AgentId, ConversationId},
        mail::InMail,
    },
    mail::Reader,
};
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
        claims: None,
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

/// Asked in one word, and by what stands in the header of a mail.
#[test]
fn why_is_asked_in_one_word_and_by_message_id() {
    let place = place();
    for word in ["2/1", "#2/1", "#2/#1", "2 #1"] {
        assert_eq!(place.does(&format!("--as ana why {word}")), place.does("--as ana why 2 1"), "{word}");
    }
    for id in ["<2@x>", "2@x"] {
        let why = place.does(&format!("--as ana why {id}"));
        assert!(why.starts_with("It is message 1 of #2.\n") && why.contains("takes no part. (#1)"), "{why}");
    }
    let json = place.json("--as ana why <1@x>").remove(0);
    assert_eq!((json["conversation"].as_i64(), json["message"].as_i64()), (Some(1), Some(1)));
    assert_eq!(json["verdict"].as_str(), Some("message"));
    assert!(json["reasons"].as_array().unwrap().len() >= 3, "{json}");
    // What is held is told to owner and admins; to others as what never was.
    let held = place.does("--as adam why <3@x>");
    assert!(held.contains("It waits for an administrator: deskline held show 3\n"), "{held}");
    assert!(held.contains("It says that it comes from an address of this desk"), "{held}");
    let never = place.run("--as ana why <never@x>");
    assert_eq!((never.code, never.out.as_str()), (3, ""));
    assert_eq!(place.run("--as ana why <3@x>").errors, never.errors);
    for (line, words) in
        [("why 2", "as 2/1"), ("why 2/1 1", "One word"), ("why <1@x> 1", "One word"), ("why x", "4821/7")]
    {
        let ran = place.run(&format!("--as ana {line}"));
        assert!(ran.code == 2 && ran.errors.contains(words), "{line}: {} {}", ran.code, ran.errors);
    }
    let help = place.does("why --help");
    assert!(help.contains("4821/7 or 4821 7") && help.contains("Message-ID"), "{help}");
}

/// From elsewhere it is the same question, through the same access.
/// A script asks about many messages and has to know of which an answer speaks; of a channel's name it is told as a name.
#[test]
fn why_names_the_message_to_scripts_and_says_what_did_not_come_as_a_mail() {
    let place = place();
    let by_number = place.json("--as ana why 2/1").remove(0);
    let by_message_id = place.json("--as ana why <2@x>").remove(0);
    for why in [&by_number, &by_message_id] {
        assert_eq!((&why["conversation"], &why["message"]), (&2.into(), &1.into()), "{why}");
    }
    let received = place.json("--as ana receive --from kim@example.com --group Support --body Hello").remove(0);
    let why = place.does(&format!("--as ana why {}/1", received["conversation"]));
    assert_eq!(why, "It was handed in by the channel “email”, with no mail behind it.\n");
}

/// Whether a person wrote it decides whether a script answers it.
#[test]
fn an_automatic_answer_is_one_in_json_too() {
    let place = place();
    let desk = Desk::open(&place.desk(), Arc::new(chrono::Utc::now)).unwrap();
    let head = "To: support@acme.example\nAuto-Submitted: auto-replied\n";
    comes(&desk, &format!("From: rob@example.com\nSubject: Away\nMessage-ID: <9@x>\n{head}\nUntil Monday.\n"));
    let automatic = |id: &str| {
        let why = place.json(&format!("--as ana why {id}")).remove(0);
        place.json(&format!("--as ana conversation show {}", why["conversation"])).remove(0)["messages"][0]["automatic"]
            .clone()
    };
    assert_eq!((automatic("<9@x>"), automatic("<1@x>")), (true.into(), false.into()));
}

#[test]
fn why_is_asked_over_ssh_too() {
    let place = place();
    let desk = Desk::open(&place.desk(), Arc::new(chrono::Utc::now)).unwrap();
    let asks = |handle: &str, line: &str| {
        let who = desk.admit(Some(handle)).unwrap();
        super::remote::reading(&desk, &who, line, std::io::empty())
    };
    for (word, here) in [("2/1", "2/1"), ("'#2/1'", "2/1"), ("'<2@x>'", "<2@x>"), ("2@x", "2@x")] {
        let there = asks("ana", &format!("why {word}"));
        assert_eq!((there.code, there.out), (0, place.does(&format!("--as ana why {here}"))), "{word}");
    }
    let (held, never) = (asks("ana", "why '<3@x>'"), asks("ana", "why never@x"));
    assert_eq!((held.code, held.out.as_str(), held.errors), (3, "", never.errors));
    assert_eq!(asks("adam", "why '<3@x>'").code, 0);
    let help = asks("ana", "why --help").out;
    assert!(help.contains("Message-ID") && help.contains("4821/7"), "{help}");
}

#[test]
fn a_message_id_tells_nobody_of_what_is_kept_from_them() {
    let place = place();
    let desk = Desk::open(&place.desk(), Arc::new(chrono::Utc::now)).unwrap();
    // Somebody else writes under the id of mara's mail.
    comes(&desk, "From: jo@example.com\nSubject: Mine\nMessage-ID: <1@x>\nTo: support@acme.example\n\nMine.\n");
    assert_eq!(place.json("--as ana why <1@x>").len(), 2);
    assert_eq!(place.does("--as ana why <1@x>").matches("\n\n").count(), 1);
    place.does("--as olga setting set private-conversations on");
    place.does("--as olga conversation assign 1 ben");
    place.does("--as olga conversation private 1");
    let left = place.json("--as ana why <1@x>");
    assert_eq!((left.len(), left[0]["conversation"].as_i64()), (1, Some(3)));
    place.does("--as olga conversation assign 3 ben");
    place.does("--as olga conversation private 3");
    let (gone, never) = (place.run("--as ana why <1@x>"), place.run("--as ana why <never@x>"));
    assert_eq!((gone.code, gone.out.as_str(), gone.errors.as_str()), (3, "", never.errors.as_str()));
    assert_eq!(place.json("--as ben why <1@x>").len(), 2);
    assert_eq!(place.json("--as adam why <1@x>").len(), 2);
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

/// R5.4: what came to an internal conversation's reply address is let go once its readers were named and agreed to.
#[test]
fn letting_go_what_may_repeat_an_internal_conversation_is_confirmed() {
    let place = Place::staffed();
    let desk = Desk::open(&place.desk(), Arc::new(chrono::Utc::now)).unwrap();
    place.does("--as ana conversation start --with-agent ben --subject Lunch --body Secret");
    let file = rusqlite::Connection::open(place.desk()).unwrap();
    file.execute("INSERT INTO secret (name, bytes) VALUES ('reply-token', ?1)", [[42_u8; 32]]).unwrap();
    let ben = file.query_row("SELECT id FROM agent WHERE handle = 'ben'", [], |row| row.get(0)).unwrap();
    let tag = token::write(&[42; 32], ConversationId(1), token::Bearer::Agent(AgentId(ben)));
    comes(
        &desk,
        &format!("From: mara@example.com\nTo: support+{tag}@acme.example\nSubject: Re\n\n> Secret\n\nIs it?\n"),
    );
    assert_eq!(place.json("--as olga held list")[0]["why"], "internal-token");
    let before = place.everything();
    let ran = place.run("--as olga --json held release 1");
    let error = objects(&ran.errors).remove(0);
    assert_eq!((ran.code, error["error"]["kind"].as_str()), (4, Some("confirm")), "{error}");
    let readers = error["error"]["readers"].as_array().unwrap();
    assert!(!readers.is_empty() && !readers.contains(&"ana".into()) && !readers.contains(&"ben".into()), "{error}");
    let ran = place.run("--as olga held release 1");
    assert!(ran.code == 4 && ran.errors.contains("Readers: ") && ran.errors.contains("Say --yes"), "{}", ran.errors);
    assert_eq!(place.everything(), before);
    place.does("--as olga held release 1 --yes");
    assert!(place.json("--as olga held list").is_empty());
}
