//! Mail that nobody sends: said on the composer and on the message, and given up after four days.

use super::{
    handing_over::over,
    leaving::{WORKER, answered, deliveries, entry_of, lease, states},
};
use crate::{
    desks::{TestDesk, assign, inbound, make, reply},
    seat::Seat,
};
use deskline::{
    config::{MailAccount, MailSending, MailSource},
    desk::{
        mail::Failure,
        page::{NoticeKind, Wants},
    },
    domain::{conversation::Privacy, envelope::Channel, id::ConversationId, mail::DeliveryState, outgoing::NO_SENDER},
    email::{Chance, Pace, Service},
};
use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

fn leaves(desk: &TestDesk, handle: &str) -> bool {
    desk.page(handle, &Wants::default()).mail_leaves
}

fn words(desk: &TestDesk, handle: &str, id: ConversationId) -> Vec<String> {
    deliveries(desk, handle, id).into_iter().map(|to| to.words).collect()
}

/// So many days, and a minute.
fn days(desk: &TestDesk, days: i64) {
    desk.later(days * 24 * 60 + 1);
}

#[test]
fn where_nobody_sends_the_composer_and_the_message_say_so() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let desk = TestDesk::new();
        let id = answered(&desk);
        let mut ana = Seat::sized(&desk, "ana", (columns, rows));
        ana.keys("g l Enter r");
        let shown = ana.shown();
        assert!(shown.contains("waits: no mailbox ") && !shown.contains("by mail"), "{shown}");
        ana.text("Are you there?").keys("Ctrl-S");
        let shown = ana.shown();
        assert!(shown.contains("mail · waits"), "{shown}");
        assert!(shown.contains("waits: No mailbox for sending is connected"), "{shown}");
        assert_eq!(words(&desk, "ana", id), [NO_SENDER; 2]);
        // Somebody connects one: it is on its way, on the open screen too.
        desk.has_a_sender();
        ana.rang();
        let shown = ana.shown();
        assert!(!shown.contains("No mailbox") && shown.contains("undo"), "{shown}");
        ana.keys("r");
        assert!(ana.shown().contains("by mail"), "{}", ana.shown());
    }
}

#[test]
fn who_sends_is_there_for_two_minutes_after_the_last_look() {
    let desk = TestDesk::new();
    assert!(!leaves(&desk, "ana"));
    assert_eq!(desk.desk.lease_mail(WORKER, &[]).unwrap(), None);
    assert!(!leaves(&desk, "ana"), "a worker without a mailbox sends nothing");
    assert!(lease(&desk).is_none());
    assert!(leaves(&desk, "ana") && leaves(&desk, "olga"));
    desk.seconds(119);
    assert!(leaves(&desk, "ana"));
    desk.seconds(2);
    assert!(!leaves(&desk, "ana"));
    assert!(lease(&desk).is_none());
    assert!(leaves(&desk, "ana"));
    // Most looks write nothing.
    let before = desk.contents();
    desk.seconds(30);
    assert!(lease(&desk).is_none());
    assert_eq!(desk.contents(), before);
}

/// A program like sendmail that is called for nothing.
fn sender() -> MailAccount {
    MailAccount { source: MailSource::Pipe, sending: Some(MailSending::Sendmail("/bin/false".into())), ..over(25) }
}

fn serves(desk: &TestDesk) -> Service {
    let (rings, rung) = mpsc::channel();
    desk.desk.listen(Box::new(move |_| rings.send(()).is_ok()));
    let chance: Chance = Arc::new(|| 7);
    let service = Service::start(&desk.desk, &[sender()], Pace::default(), &chance).unwrap();
    while !leaves(desk, "ana") {
        rung.recv_timeout(Duration::from_secs(20)).expect("it says that it sends");
    }
    service
}

#[test]
fn who_stops_sending_says_so_at_once_on_the_open_screen_too() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let service = serves(&desk);
    assert_eq!(words(&desk, "ana", id), [""]);
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("g l Enter r");
    assert!(ana.shown().contains("by mail"), "{}", ana.shown());
    assert!(service.stop(Duration::from_secs(20)));
    assert!(!leaves(&desk, "ana"));
    assert_eq!(words(&desk, "ana", id), [NO_SENDER]);
    ana.rang();
    let shown = ana.shown();
    assert!(shown.contains("waits: no mailbox ") && !shown.contains("by mail"), "{shown}");
}

/// Two serve one desk: where one ends, the other says at once that it is still there.
#[test]
fn where_one_of_two_stops_the_other_still_sends() {
    let desk = TestDesk::new();
    let (one, other) = (serves(&desk), serves(&desk));
    let (rings, rung) = mpsc::channel();
    desk.desk.listen(Box::new(move |_| rings.send(()).is_ok()));
    assert!(one.stop(Duration::from_secs(20)));
    while !leaves(&desk, "ana") {
        rung.recv_timeout(Duration::from_secs(20)).expect("it says that it sends");
    }
    assert!(other.stop(Duration::from_secs(20)));
    assert!(!leaves(&desk, "ana"));
}

#[test]
fn what_nobody_sent_for_four_days_has_failed_and_is_told_and_is_sent_again() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    days(&desk, 3);
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 0);
    assert_eq!(states(&desk, id), [DeliveryState::Queued]);
    days(&desk, 1);
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 1);
    assert_eq!(states(&desk, id), [DeliveryState::Failed]);
    assert_eq!(words(&desk, "ana", id), ["For four days no mailbox for sending was connected."]);
    let notice = desk.notices("ana").into_iter().find(|notice| notice.kind == NoticeKind::Undelivered).expect("told");
    assert_eq!(notice.text.as_deref(), Some(&*format!("Your reply in #{id} did not reach mara@example.com")));
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 0, "once");
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("g l Enter");
    assert!(ana.shown().contains("m sends it again"), "{}", ana.shown());
    desk.desk.retry_mail(&desk.agent("ana"), id, entry_of(&desk, id, "Which bank is it?")).unwrap();
    assert_eq!(words(&desk, "ana", id), [NO_SENDER], "all patience again");
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 0);
    let mail = lease(&desk).expect("it leaves now");
    assert!(desk.desk.mail_sent(WORKER, &mail).unwrap());
    days(&desk, 5);
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 0);
    assert_eq!(states(&desk, id), [DeliveryState::Sent]);
}

#[test]
fn what_was_tried_or_may_have_left_is_given_up_as_what_it_is() {
    let desk = TestDesk::new();
    let (tried, begun) = (answered(&desk), answered(&desk));
    desk.later(1);
    let mail = lease(&desk).expect("the first");
    assert!(desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "451 later").unwrap());
    let mail = lease(&desk).expect("the second");
    assert!(desk.desk.mail_begins(WORKER, &mail).unwrap());
    // Whoever sent is gone for good.
    days(&desk, 4);
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 2);
    assert_eq!(states(&desk, tried), [DeliveryState::Failed]);
    assert_eq!(words(&desk, "ana", tried), ["It could not leave for four days."]);
    assert_eq!(states(&desk, begun), [DeliveryState::Unknown]);
}

#[test]
fn what_somebody_is_sending_and_what_waits_for_a_chat_is_left_alone() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let chat = desk.desk.receive(&deskline::domain::envelope::Inbound {
        channel: Channel::Chat,
        ..inbound("jo@example.com", None, "Hello?")
    });
    let chat = chat.unwrap().conversation;
    desk.does("ana", chat, reply("Hello!"));
    days(&desk, 2);
    let mail = lease(&desk).expect("within three days");
    desk.later(9);
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 0);
    assert!(desk.desk.mail_sent(WORKER, &mail).unwrap());
    days(&desk, 9);
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 0);
    assert_eq!(states(&desk, id), [DeliveryState::Sent]);
    assert_eq!(words(&desk, "ana", chat), Vec::<String>::new());
}

/// R6.3: who may not read it is not told that it was given up.
#[test]
fn who_may_not_read_it_learns_nothing_of_it() {
    let desk = TestDesk::with_privacy();
    let id = answered(&desk);
    desk.does("olga", id, assign("ben"));
    desk.does("olga", id, make(Privacy::Private, true));
    days(&desk, 4);
    let told = |handle: &str| desk.notices(handle).iter().filter(|it| it.kind == NoticeKind::Undelivered).count();
    assert_eq!(desk.desk.give_up_unsent().unwrap(), 1);
    assert_eq!(["ana", "ben", "cleo", "dev"].map(told), [0, 1, 0, 0]);
}

/// What is held for an administrator looks to everybody else as what waits.
#[test]
fn what_is_held_looks_like_what_waits() {
    let desk = TestDesk::with_privacy();
    let id = answered(&desk);
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let waits = deliveries(&desk, "ana", id);
    file.execute("UPDATE outbox SET state = 'held', due = NULL, held = 1", []).unwrap();
    assert_eq!(deliveries(&desk, "ana", id), waits);
    let [held] = deliveries(&desk, "olga", id).try_into().unwrap();
    assert_eq!((held.state, held.words.as_str()), (DeliveryState::Held, ""));
}
