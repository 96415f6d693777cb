//! What is held rings the bells of owner and admins, once, and opening that leads to where it waits.

use super::letters::{SUPPORT, arrives, letter, mail, person, taken};
use crate::{
    desks::{TestDesk, link, make, reply},
    seat::Seat,
};
use deskline::{
    desk::{AgentChange, page::NoticeKind},
    domain::{
        command::{Command, StartWith},
        conversation::{Audience, Privacy},
        letter::Letter,
        mail::{HeldWhy, InMail, Verdict},
        people::{Notify, Role},
    },
};

/// Claims to come from ourselves, and is held for that.
fn held(desk: &TestDesk) -> deskline::domain::id::MailId {
    let taken = arrives(desk, letter(SUPPORT, "Ours", "Hello"));
    assert_eq!(taken.verdict, Verdict::Held(HeldWhy::OwnAddress));
    taken.mail
}

fn rung(desk: &TestDesk, handle: &str) -> Vec<(String, bool)> {
    let of_held = |kind| kind == NoticeKind::Held;
    let notices = desk.notices(handle).into_iter().filter(|notice| of_held(notice.kind));
    notices.map(|notice| (notice.text.unwrap(), notice.read)).collect()
}

fn waits(count: u32) -> Vec<(String, bool)> {
    let words = match count {
        1 => "Held: 1 mail or reply waits for a decision".to_owned(),
        count => format!("Held: {count} mails and replies wait for a decision"),
    };
    vec![(words, false)]
}

#[test]
fn owner_and_admins_are_told_once_and_nobody_else() {
    let desk = TestDesk::new();
    let first = held(&desk);
    assert_eq!((rung(&desk, "olga"), rung(&desk, "adam"), desk.bell("adam")), (waits(1), waits(1), 1));
    for handle in ["ana", "ben", "cleo", "dev"] {
        assert!(desk.notices(handle).is_empty() && desk.bell(handle) == 0, "{handle}");
    }
    let all: Vec<_> = (0..30).map(|_| held(&desk)).chain([first]).collect();
    assert_eq!((rung(&desk, "adam"), desk.bell("adam")), (waits(31), 1), "one, however much comes");
    assert_eq!(desk.count("SELECT count(*) FROM notice"), 2);
    for mail in all {
        desk.desk.discard_held(&desk.agent("olga"), mail).unwrap();
    }
    assert!(rung(&desk, "adam").is_empty() && desk.bell("adam") == 0, "nothing waits any more");
    held(&desk);
    assert_eq!((rung(&desk, "adam"), desk.bell("adam")), (waits(1), 1));
    assert_eq!(desk.count("SELECT count(*) FROM notice WHERE conversation_id IS NOT NULL"), 0);
}

#[test]
fn who_wants_no_notices_gets_none_and_who_is_no_admin_any_more_sees_none() {
    let desk = TestDesk::new();
    desk.change("adam", &AgentChange { notify_customers: Some(Notify::None), ..AgentChange::default() });
    held(&desk);
    assert!(rung(&desk, "adam").is_empty() && desk.bell("adam") == 0);
    desk.change("ana", &AgentChange { role: Some(Role::Admin), ..AgentChange::default() });
    held(&desk);
    assert_eq!(rung(&desk, "ana"), waits(2));
    desk.change("ana", &AgentChange { role: Some(Role::Agent), ..AgentChange::default() });
    assert!(rung(&desk, "ana").is_empty() && desk.bell("ana") == 0);
}

#[test]
fn every_way_to_be_held_rings() {
    let desk = TestDesk::with_privacy();
    let rings = |why: &str| {
        assert_eq!(desk.bell("adam"), 1, "{why}");
        desk.desk.clear_notices(&desk.agent("adam")).unwrap();
    };
    let ordinary = arrives(&desk, letter("mara@example.com", "Card", "My card")).conversation.unwrap();
    desk.desk.clear_notices(&desk.agent("adam")).unwrap();
    taken(&desk, &InMail { letter: Err("It is no mail.".into()), ..mail(Letter::default()) });
    rings("quarantine");
    held(&desk);
    rings("our own address");
    let first = letter("jo@example.com", "Lock", "Lock me");
    let id = first.message_id.clone().unwrap();
    let locked = arrives(&desk, first).conversation.unwrap();
    desk.does("ana", locked, Command::Close);
    desk.does("ana", locked, Command::Lock);
    desk.desk.clear_notices(&desk.agent("adam")).unwrap();
    let answer =
        Letter { to: vec![person("", "jo@example.com")], in_reply_to: vec![id], ..letter(SUPPORT, "Re", "Text") };
    taken(&desk, &InMail { sent: true, ..mail(answer) });
    rings("sent outside, locked");
    // A reply that repeats what its writer may not read, on the same item; and one that begins a conversation.
    let item = desk.ticket();
    let words = "The board wants to drop this customer by the end of June.";
    let secret = desk.start_on("olga", item, Audience::Internal, words);
    desk.does("olga", secret, make(Privacy::Private, true));
    desk.does("ana", ordinary, link(item));
    desk.desk.clear_notices(&desk.agent("adam")).unwrap();
    desk.does("ana", ordinary, reply(&format!("I hear: {words}")));
    rings("a held reply");
    let customers = vec!["mara@example.com".into()];
    let with = StartWith::Item { item, audience: Some(Audience::Customer), customers, agents: vec![] };
    desk.start("ben", with, &format!("Is it so? {words}"));
    let held = desk.desk.held_replies(&desk.agent("adam")).unwrap();
    assert_eq!(held.len(), 2);
    assert_eq!(rung(&desk, "adam").len(), 1);
    for handle in ["ana", "ben"] {
        assert!(rung(&desk, handle).is_empty(), "without a word to the sender");
    }
}

#[test]
fn opening_it_leads_to_what_is_held_and_stops_the_bell() {
    for way in ["the bell", "administration"] {
        let desk = TestDesk::new();
        held(&desk);
        let mut adam = Seat::sized(&desk, "adam", (80, 24));
        assert!(adam.shown().contains("bell 1"), "{}", adam.shown());
        if way == "the bell" {
            adam.keys("b");
            insta::assert_snapshot!("mail_bell_of_held_80x24", adam.shown());
            adam.keys("Enter");
        } else {
            adam.keys("A 6");
        }
        assert!(adam.shown().contains("Held: 1"), "{way}: {}", adam.shown());
        adam.take_all([]);
        assert_eq!(desk.bell("adam"), 0, "{way}");
        assert_eq!(desk.bell("olga"), 1, "hers rings on");
        held(&desk);
        assert_eq!(desk.bell("adam"), 1, "what comes now is new");
    }
}
