//! Automatic answers in the thread: marked as such for agents, and nothing else of them for customers.

use super::{
    leaving::{WORKER, answered, lease},
    letters::{arrives, letter, mail, taken},
};
use crate::{
    desks::{TestDesk, beginning},
    seat::Seat,
};
use deskline::{
    desk::{Desk, mail::Failure},
    domain::{
        id::ConversationId,
        letter::{Letter, Nature},
        mail::InMail,
    },
};
use rusqlite::Connection;
use std::sync::Arc;

fn away() -> Letter {
    let words = "I am on the beach until Monday.";
    Letter {
        nature: Nature::Automatic,
        answer_automatically: false,
        ..letter("mara@example.com", "Automatic reply: Card", words)
    }
}

fn by_hand() -> Letter {
    Letter { nature: Nature::Person, ..away() }
}

fn marks(desk: &TestDesk, id: ConversationId) -> Vec<bool> {
    desk.thread("ana", id).entries.iter().map(deskline::desk::page::Entry::is_automatic).collect()
}

#[test]
fn an_automatic_answer_says_so_beside_its_sender_and_a_persons_does_not() {
    for size in [(80, 24), (120, 40)] {
        let desk = TestDesk::new();
        let id = arrives(&desk, away()).conversation.unwrap();
        let other =
            arrives(&desk, letter("jo@example.com", "Hello", "Out of office hours nobody answers")).conversation;
        assert_eq!((marks(&desk, id), marks(&desk, other.unwrap())), (vec![true], vec![false]));
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("g o G Enter");
        assert!(ana.shown().contains("mail · automatic · 09:01"), "{}", ana.shown());
        ana.keys("Esc g g Enter");
        assert!(!ana.shown().contains("automatic") && ana.shown().contains("mail · 09:0"), "{}", ana.shown());
    }
}

#[test]
fn what_could_be_read_later_only_is_marked_too() {
    let desk = TestDesk::new();
    let unreadable = InMail { letter: Err("It is no mail.".into()), ..mail(Letter::default()) };
    let held = taken(&desk, &unreadable).mail;
    let released = desk.desk.release_held(&desk.agent("olga"), held, &|_| Ok(away()), false).unwrap();
    assert_eq!(marks(&desk, released.conversation.unwrap()), [true]);
}

/// R1.3: a customer sees what was written, and not what we think of it.
#[test]
fn customers_see_the_same_bytes_whoever_wrote_it() {
    let view = |letter: Letter| {
        let desk = TestDesk::new();
        let id = arrives(&desk, letter).conversation;
        format!("{:?}", desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", id))
    };
    assert_eq!(view(away()), view(by_hand()));
}

/// The desk as it was before it noted what did not arrive and what no person wrote.
#[test]
fn an_older_desk_knows_what_it_noted_in_words() {
    let desk = TestDesk::new();
    let (automatic, human) = (arrives(&desk, away()).conversation.unwrap(), arrives(&desk, by_hand()).conversation);
    let human = human.unwrap();
    let (failed, waits) = (answered(&desk), answered(&desk));
    desk.later(1);
    let mail = lease(&desk).expect("it is due");
    assert!(desk.desk.mail_failed(WORKER, &mail, Failure::Permanent, "550 no such user").unwrap());
    let old = desk.folder.path().join("old.db");
    desk.desk.backup(&desk.agent("olga"), &old, &mut |_, _| true).unwrap();
    Connection::open(&old)
        .unwrap()
        .execute_batch(
            "DROP INDEX mail_put_away;
             ALTER TABLE mail DROP COLUMN automatic; DROP TABLE mail_leaving; DROP INDEX outbox_undelivered;
             DROP INDEX outbox_failed; ALTER TABLE outbox DROP COLUMN failed_at;
             ALTER TABLE mailbox DROP COLUMN next; ALTER TABLE mailbox DROP COLUMN nudges; PRAGMA user_version = 10;",
        )
        .unwrap();
    let clock = beginning();
    drop(Desk::open(&old, Arc::new(move || clock)).unwrap());
    let new = Connection::open(&old).unwrap();
    let all = |sql: &str| -> Vec<i64> {
        new.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(all("SELECT conversation_id FROM mail WHERE automatic = 1"), [automatic.0]);
    assert!(all("SELECT conversation_id FROM mail WHERE automatic = 0").contains(&human.0));
    assert_eq!(all("SELECT conversation_id FROM outbox WHERE failed_at IS NOT NULL"), [failed.0]);
    assert!(all("SELECT conversation_id FROM outbox WHERE failed_at IS NULL").contains(&waits.0));
}
