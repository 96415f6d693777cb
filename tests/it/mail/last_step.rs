//! What changes while a server is slow: right before the last step of handing a mail over it is asked once more whether it may
//! leave (R2.6, R6.3).

use super::leaving::{WORKER, answered, deliveries, lease, send_all, words};
use crate::desks::{TestDesk, add_customer, assign, make, remove, reply};
use deskline::{
    desk::{
        AgentChange, CustomerChange,
        mail::{Failure, OutMail},
    },
    domain::{
        command::Command, conversation::Privacy, id::ConversationId, mail::DeliveryState, outgoing::MailPreference,
        people::Party,
    },
};

fn begins(desk: &TestDesk, mail: &OutMail) -> bool {
    desk.desk.mail_begins(WORKER, mail).unwrap()
}

/// What a worker does whose last step was refused.
fn is_stopped(desk: &TestDesk, mail: &OutMail) {
    assert!(!begins(desk, mail));
    assert!(desk.desk.mail_failed(WORKER, mail, Failure::Temporary, "It was stopped here.").unwrap());
    desk.later(5);
}

#[test]
fn a_reply_whose_conversation_is_locked_or_whose_recipient_goes_meanwhile_does_not_leave() {
    type Change = fn(&TestDesk, ConversationId);
    let changes: [(Change, &str); 3] = [
        (
            |desk, id| {
                desk.does("ana", id, Command::Close);
                desk.does("ana", id, Command::Lock);
            },
            "was locked before it left",
        ),
        (
            |desk, id| {
                desk.does("ana", id, remove(Party::Customer("kim@example.com".into())));
            },
            "takes no part",
        ),
        (
            |desk, _| {
                let blocked = CustomerChange { blocked: Some(true), ..CustomerChange::default() };
                desk.desk.set_customer(&desk.agent("olga"), "kim@example.com", &blocked).unwrap();
            },
            "is blocked",
        ),
    ];
    for (change, why) in changes {
        let desk = TestDesk::new();
        let id = answered(&desk);
        desk.later(1);
        send_all(&desk);
        desk.does("ana", id, add_customer("kim@example.com", true));
        desk.does("ana", id, reply("To both"));
        desk.later(1);
        let mails = [lease(&desk).unwrap(), lease(&desk).unwrap()];
        let to_kim = mails.iter().find(|mail| mail.to.address == "kim@example.com").unwrap();
        change(&desk, id);
        is_stopped(&desk, to_kim);
        send_all(&desk);
        let all = deliveries(&desk, "ana", id);
        let kim = all.iter().find(|it| it.to == "kim@example.com").unwrap();
        assert_eq!(kim.state, DeliveryState::Cancelled);
        assert!(kim.words.contains(why), "{}", kim.words);
    }
}

#[test]
fn a_notice_does_not_leave_once_its_conversation_is_not_the_agents_to_read_any_more() {
    let desk = TestDesk::with_privacy();
    let change = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    desk.change("ana", &AgentChange { address: Some("ana@acme.example".into()), ..change });
    let id = answered(&desk);
    desk.later(10);
    send_all(&desk);
    desk.write_in("mara@example.com", Some(id), "Between the two of us");
    desk.later(2);
    let notice = lease(&desk).unwrap();
    assert!(words(&notice).contains("Between the two of us"));
    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("olga", id, assign("ben"));
    is_stopped(&desk, &notice);
    assert_eq!(send_all(&desk), []);
}

/// So many conversations, in each of which ana missed a canary with its place, and the one notice that tells her.
fn missed(desk: &TestDesk, count: usize) -> (Vec<ConversationId>, OutMail) {
    let change = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    desk.change("ana", &AgentChange { address: Some("ana@acme.example".into()), ..change });
    let ids: Vec<ConversationId> = (0..count).map(|_| answered(desk)).collect();
    desk.later(10);
    send_all(desk);
    for (number, id) in ids.iter().enumerate() {
        desk.write_in("mara@example.com", Some(*id), &format!("canary {number}"));
    }
    desk.later(2);
    let notice = lease(desk).unwrap();
    (ids, notice)
}

#[test]
fn a_notice_of_several_is_written_anew_without_what_may_not_be_read_any_more() {
    let desk = TestDesk::with_privacy();
    let (ids, notice) = missed(&desk, 3);
    assert!((0..3).all(|number| words(&notice).contains(&format!("canary {number}"))));
    for gone in [ids[1], ids[0]] {
        desk.does("olga", gone, make(Privacy::Private, true));
        desk.does("olga", gone, assign("ben"));
    }
    is_stopped(&desk, &notice);
    let mut mails = Vec::new();
    for _ in 0..20 {
        desk.later(1);
        while let Some(mail) = lease(&desk) {
            assert!(begins(&desk, &mail), "{}", words(&mail));
            assert!(desk.desk.mail_sent(WORKER, &mail).unwrap());
            mails.push(mail);
        }
    }
    mails.retain(|mail| mail.to.address == "ana@acme.example");
    assert_eq!(mails.len(), 1);
    assert!(words(&mails[0]).contains("canary 2") && !words(&mails[0]).contains("canary 0"), "{}", words(&mails[0]));
    assert!(!words(&mails[0]).contains("canary 1"), "{}", words(&mails[0]));
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"), 0);
}

/// One that goes along and was read meanwhile stays behind, and the others leave.
#[test]
fn what_was_read_meanwhile_does_not_keep_the_others_from_leaving() {
    let desk = TestDesk::new();
    let (ids, notice) = missed(&desk, 2);
    desk.does("ana", ids[1], Command::MarkRead(None));
    is_stopped(&desk, &notice);
    let again = lease(&desk).unwrap();
    assert_eq!(again.message_id, notice.message_id);
    assert!(!words(&again).contains("canary 1"), "{}", words(&again));
    assert!(begins(&desk, &again) && desk.desk.mail_sent(WORKER, &again).unwrap());
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE kind = 'notice' AND state = 'cancelled'"), 1);
}
