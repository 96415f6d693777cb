//! Attempts that do not end: a worker that dies before the last step leaves no doubt, one that dies after it is followed by one
//! more; what nobody can have is taken back, and what was held is not sent by asking again.

use super::{
    leaving::{WORKER, answered, entry_of, lease, mailboxes, send_all, states, words},
    letters::{arrives, letter},
};
use crate::desks::{TestDesk, link, make, refusal, reply, text};
use deskline::{
    desk::mail::{Failure, OutMail},
    domain::{
        command::{Command, Writing},
        conversation::{Audience, Privacy},
        id::ConversationId,
        letter::Attached,
        mail::DeliveryState,
    },
};

fn again(desk: &TestDesk) -> OutMail {
    desk.later(10);
    lease(desk).expect("the lease ran out")
}

fn doubts(desk: &TestDesk) -> i64 {
    desk.count("SELECT max(doubts) FROM outbox")
}

#[test]
fn a_worker_that_dies_before_the_last_step_leaves_no_doubt_however_often() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let first = lease(&desk).unwrap();
    for attempt in 2..6 {
        let mail = again(&desk);
        assert_eq!((mail.attempt, &mail.message_id), (attempt, &first.message_id));
    }
    let last = again(&desk);
    assert!(desk.desk.mail_begins(WORKER, &last).unwrap());
    assert!(desk.desk.mail_sent(WORKER, &last).unwrap());
    assert_eq!((states(&desk, id), doubts(&desk)), (vec![DeliveryState::Sent], 0));
}

#[test]
fn of_two_that_die_the_one_after_the_last_step_counts() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let first = lease(&desk).unwrap();
    assert!(desk.desk.mail_begins(WORKER, &first).unwrap());
    // Twice more before that step: neither can have left.
    again(&desk);
    again(&desk);
    assert_eq!(doubts(&desk), 1);
    let once_more = again(&desk);
    assert!(desk.desk.mail_begins(WORKER, &once_more).unwrap());
    desk.later(11);
    assert_eq!(lease(&desk), None, "it may be there twice by now");
    assert_eq!((states(&desk, id), doubts(&desk)), (vec![DeliveryState::Unknown], 2));
}

#[test]
fn who_lost_the_lease_takes_no_last_step() {
    let desk = TestDesk::new();
    answered(&desk);
    desk.later(1);
    let slow = lease(&desk).unwrap();
    desk.later(10);
    let quick = desk.desk.lease_mail("worker 2", &mailboxes()).unwrap().expect("the lease ran out");
    assert!(!desk.desk.mail_begins(WORKER, &slow).unwrap(), "another worker has it");
    assert!(desk.desk.mail_begins("worker 2", &quick).unwrap());
    assert!(desk.desk.mail_sent("worker 2", &quick).unwrap());
    assert!(!desk.desk.mail_begins("worker 2", &quick).unwrap(), "it is over");
    // The step itself holds the lease: handing over may take long.
    answered(&desk);
    desk.later(1);
    let mail = lease(&desk).unwrap();
    desk.later(9);
    assert!(desk.desk.mail_begins(WORKER, &mail).unwrap());
    desk.later(9);
    assert_eq!(desk.desk.lease_mail("worker 2", &mailboxes()).unwrap(), None);
}

/// Large files may be on their way for long before the last step: nobody else takes them meanwhile.
#[test]
fn the_lease_is_as_long_as_the_files_of_a_mail_may_take() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    send_all(&desk);
    let scan = Attached {
        name: "scan.pdf".into(),
        media_type: "application/pdf".into(),
        content: vec![7; 18_000_000],
        note: None,
    };
    desk.does("ana", id, Command::Reply(Writing { files: vec![scan], ..text("Our scan") }));
    desk.later(1);
    let large = lease(&desk).expect("it is due");
    desk.later(55);
    assert_eq!(desk.desk.lease_mail("worker 2", &mailboxes()).unwrap(), None, "it is still on its way");
    assert!(desk.desk.mail_begins(WORKER, &large).unwrap());
    desk.later(55);
    assert_eq!(desk.desk.lease_mail("worker 2", &mailboxes()).unwrap(), None);
    assert!(desk.desk.mail_sent(WORKER, &large).unwrap());
    // Not for ever: who died with it is not waited for.
    desk.does("ana", id, reply("Did it arrive?"));
    desk.later(1);
    lease(&desk).expect("it is due");
    desk.later(10);
    assert!(desk.desk.lease_mail("worker 2", &mailboxes()).unwrap().is_some());
}

#[test]
fn what_nobody_can_have_is_taken_back_and_nothing_else() {
    let taken_back = |desk: &TestDesk, id: ConversationId| {
        desk.desk.cancel_mail(&desk.agent("ana"), id, entry_of(desk, id, "Which bank is it?"))
    };
    // A server that was never reached.
    let desk = TestDesk::new();
    let id = answered(&desk);
    for _ in 0..3 {
        desk.later(60);
        let mail = lease(&desk).unwrap();
        assert!(taken_back(&desk, id).is_err(), "it is on its way just now");
        desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "Nobody is there.").unwrap();
    }
    taken_back(&desk, id).unwrap();
    assert_eq!(states(&desk, id), [DeliveryState::Cancelled]);
    // One that heard everything and said no.
    let id = answered(&desk);
    desk.later(1);
    let mail = lease(&desk).unwrap();
    assert!(desk.desk.mail_begins(WORKER, &mail).unwrap());
    desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "452 disk full").unwrap();
    taken_back(&desk, id).unwrap();
    // What may have arrived is not taken back by asking for it again first.
    let id = answered(&desk);
    desk.later(1);
    let mail = lease(&desk).unwrap();
    assert!(desk.desk.mail_begins(WORKER, &mail).unwrap());
    desk.desk.mail_unknown(WORKER, &mail, "The line broke.").unwrap();
    assert!(taken_back(&desk, id).is_err());
    desk.desk.retry_mail(&desk.agent("ana"), id, entry_of(&desk, id, "Which bank is it?")).unwrap();
    assert_eq!(states(&desk, id), [DeliveryState::Queued]);
    let late = refusal(taken_back(&desk, id));
    assert!(late.text.starts_with("It has left"), "{late:?}");
}

#[test]
fn the_same_row_after_a_backup_was_brought_back_is_another_mail() {
    let desk = TestDesk::new();
    let copy = desk.folder.path().join("copy.db");
    let id = answered(&desk);
    desk.desk.backup(&desk.agent("olga"), &copy, &mut |_, _| true).unwrap();
    let ids = [0, 1].map(|life| {
        if life == 1 {
            desk.later(3);
        }
        let clock = desk.desk.now();
        let place = desk.folder.path().join(format!("life{life}.db"));
        std::fs::copy(&copy, &place).unwrap();
        let other = deskline::desk::Desk::open(&place, std::sync::Arc::new(move || clock)).unwrap();
        other.run(&desk.agent("ana"), id, reply("And which card?")).unwrap();
        let later = clock + chrono::Duration::minutes(1);
        let other = deskline::desk::Desk::open(&place, std::sync::Arc::new(move || later)).unwrap();
        let mut mails = std::iter::from_fn(|| {
            let mail = other.lease_mail(WORKER, &mailboxes()).unwrap()?;
            other.mail_sent(WORKER, &mail).unwrap();
            Some(mail)
        });
        let mail = mails.find(|mail| words(mail) == "And which card?").expect("it leaves");
        (mail.id, mail.message_id)
    });
    assert_eq!(ids[0].0, ids[1].0, "the same row");
    assert_ne!(ids[0].1, ids[1].1, "a server that knows the first would drop the second");
}

#[test]
fn the_day_of_an_automatic_mail_is_counted_from_the_attempt_that_gets_through() {
    let desk = TestDesk::new();
    let tell = |follow_up: ConversationId| {
        let file = rusqlite::Connection::open(desk.file()).unwrap();
        let now = desk.desk.now().timestamp_millis();
        file.execute(
            "INSERT INTO outbox (kind, conversation_id, customer_id, state, at, about, door, since, due) \
             SELECT 'told', ?1, requester_id, 'queued', ?2, ?1 + 100, 'mail', ?2, ?2 FROM conversation WHERE id = ?1",
            rusqlite::params![follow_up.0, now],
        )
        .unwrap();
    };
    let first = arrives(&desk, letter("mara@example.com", "One", "Help")).conversation.unwrap();
    let second = arrives(&desk, letter("mara@example.com", "Two", "Help")).conversation.unwrap();
    tell(first);
    // The server is away for most of a day.
    let mut left = None;
    let begin = desk.desk.now();
    while left.is_none() {
        let next = desk.desk.next_mail_at().unwrap().expect("it is tried again");
        desk.seconds((next - desk.desk.now()).num_seconds().max(0));
        let mail = lease(&desk).expect("due");
        if desk.desk.now() - begin > chrono::Duration::hours(20) {
            desk.desk.mail_sent(WORKER, &mail).unwrap();
            left = Some(desk.desk.now());
        } else {
            desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "Nobody is there.").unwrap();
        }
    }
    desk.later(12 * 60);
    tell(second);
    assert_eq!(send_all(&desk), [], "twelve hours after the other one");
}

#[test]
fn what_was_held_or_stopped_is_not_sent_by_taking_it_back_and_asking_again() {
    const HIDDEN: &str = "The board wants to drop this customer by the end of June.";
    let desk = TestDesk::with_privacy();
    let item = desk.ticket();
    let id = answered(&desk);
    desk.later(1);
    send_all(&desk);
    desk.does("ana", id, link(item));
    let secret = desk.start_on("olga", item, Audience::Internal, HIDDEN);
    desk.does("olga", secret, make(Privacy::Private, true));
    let seq = desk.does("ana", id, reply(&format!("Well: {HIDDEN}"))).message.unwrap();
    let held = || desk.desk.held_replies(&desk.agent("adam")).unwrap().len();
    assert_eq!(held(), 1);
    let ana = desk.agent("ana");
    desk.desk.cancel_mail(&ana, id, seq).unwrap();
    assert_eq!(held(), 0);
    desk.desk.retry_mail(&ana, id, seq).unwrap();
    desk.later(60);
    assert_eq!(send_all(&desk), [], "it is held again");
    assert_eq!(held(), 1);
    assert_eq!(*states(&desk, id).last().unwrap(), DeliveryState::Queued, "without a word to the sender");
    // What an administrator stopped stays stopped for everybody who may not read what it repeats.
    desk.desk.discard_reply(&desk.agent("adam"), id, seq).unwrap();
    desk.desk.retry_mail(&desk.agent("ben"), id, seq).unwrap();
    desk.later(60);
    assert_eq!(send_all(&desk), []);
    assert_eq!(held(), 1);
    desk.desk.release_reply(&desk.agent("adam"), id, seq).unwrap();
    assert_eq!(send_all(&desk).len(), 1);
    // An administrator who sends it again decides by that.
    let next = desk.does("ana", id, reply(&format!("As I said before. {}", HIDDEN.replace("June", "July")))).message;
    desk.desk.cancel_mail(&ana, id, next.unwrap()).unwrap();
    desk.desk.retry_mail(&desk.agent("olga"), id, next.unwrap()).unwrap();
    assert_eq!(send_all(&desk).len(), 1);
}

#[test]
fn an_item_waits_again_once_its_only_answer_was_taken_back() {
    let desk = TestDesk::with_privacy();
    let item = desk.item(deskline::domain::item::ItemKind::Ticket, Some("mara@example.com"), None);
    let waits = || desk.count("SELECT count(*) FROM item WHERE waiting = 1") == 1;
    let id = arrives(&desk, letter("mara@example.com", "Card declined", "My card is declined")).conversation.unwrap();
    desk.does("ana", id, link(item));
    assert!(waits());
    let answer = |text: &str| desk.does("ana", id, reply(text)).message.unwrap();
    let ana = desk.agent("ana");
    let first = answer("Which bank is it?");
    assert!(!waits());
    desk.desk.cancel_mail(&ana, id, first).unwrap();
    assert!(waits(), "nobody answered");
    let second = answer("Which card is it?");
    assert!(!waits(), "the next one is an answer, though not the first");
    desk.desk.cancel_mail(&ana, id, second).unwrap();
    assert!(waits());
    desk.desk.retry_mail(&ana, id, first).unwrap();
    assert!(!waits(), "it leaves after all");
    desk.later(1);
    assert_eq!(send_all(&desk).len(), 1);
    let third = answer("And the number?");
    desk.desk.cancel_mail(&ana, id, third).unwrap();
    assert!(!waits(), "another one left");
    // What never leaves since its recipient is gone answers nothing either.
    let other = desk.item(deskline::domain::item::ItemKind::Ticket, Some("jo@example.com"), None);
    let waits = |id: i64| desk.count(&format!("SELECT waiting FROM item WHERE id = {id}")) == 1;
    let jo = arrives(&desk, letter("jo@example.com", "Bill", "My bill")).conversation.unwrap();
    desk.does("ana", jo, link(other));
    desk.does("ana", jo, reply("Here it is."));
    desk.does("ana", jo, Command::Close);
    desk.does("ana", jo, Command::Lock);
    desk.later(1);
    assert_eq!(send_all(&desk), []);
    assert!(waits(other.id.0), "it was locked before it left");
    desk.agrees();
}

#[test]
fn what_is_held_looks_like_an_answer_until_an_administrator_stops_it() {
    const HIDDEN: &str = "The board wants to drop this customer by the end of June.";
    let desk = TestDesk::with_privacy();
    let item = desk.item(deskline::domain::item::ItemKind::Ticket, Some("mara@example.com"), None);
    let waits = || desk.count("SELECT count(*) FROM item WHERE waiting = 1") == 1;
    let id = arrives(&desk, letter("mara@example.com", "Card declined", "My card is declined")).conversation.unwrap();
    desk.does("ana", id, link(item));
    let secret = desk.start_on("olga", item, Audience::Internal, HIDDEN);
    desk.does("olga", secret, make(Privacy::Private, true));
    let seq = desk.does("ana", id, reply(HIDDEN)).message.unwrap();
    assert!(!waits(), "anything else would tell her");
    desk.desk.discard_reply(&desk.agent("adam"), id, seq).unwrap();
    assert!(waits());
}

#[test]
fn a_clock_that_was_wrong_for_a_while_keeps_nothing_for_years() {
    let desk = TestDesk::new();
    let missed = deskline::desk::AgentChange {
        mail: Some(deskline::domain::outgoing::MailPreference::Missed),
        address: Some("ana@acme.example".into()),
        ..deskline::desk::AgentChange::default()
    };
    desk.change("ana", &missed);
    let year = 60 * 24 * 365;
    desk.later(year);
    let id = answered(&desk);
    desk.seconds(20);
    let lost = lease(&desk).unwrap();
    assert!(desk.desk.mail_begins(WORKER, &lost).unwrap());
    desk.write_in("mara@example.com", Some(id), "Are you there?");
    desk.later(2);
    let notice = lease(&desk).unwrap();
    assert_eq!(notice.to.address, "ana@acme.example", "{notice:?}");
    desk.desk.mail_sent(WORKER, &notice).unwrap();
    let other = answered(&desk);
    // It was a year too early.
    desk.later(-year);
    assert!(desk.desk.next_mail_at().unwrap().is_some_and(|at| at <= desk.desk.now()));
    let mails = send_all(&desk);
    assert_eq!(mails.iter().filter(|mail| words(mail) == "Which bank is it?").count(), 2, "{mails:?}");
    assert!(mails.iter().any(|mail| mail.message_id == lost.message_id), "whoever had it is gone");
    assert_eq!((states(&desk, id), states(&desk, other)), (vec![DeliveryState::Sent], vec![DeliveryState::Sent]));
    desk.write_in("mara@example.com", Some(id), "Still there?");
    desk.later(2);
    assert_eq!(send_all(&desk).len(), 1, "and the next notice does not wait for that year either");
}

#[test]
fn the_line_about_a_follow_up_answers_the_mail_that_began_it() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let reply = send_all(&desk).remove(0);
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    let again = deskline::domain::letter::Letter {
        to: vec![TestDesk::tagged(reply.reply_token.as_deref().unwrap())],
        in_reply_to: vec![reply.message_id.clone()],
        ..letter("mara@example.com", "Re: Card declined", "It is declined again")
    };
    let taken = arrives(&desk, again.clone());
    assert_ne!(taken.conversation, Some(id));
    desk.later(1);
    let told = send_all(&desk).remove(0);
    assert!(told.automatic && words(&told).starts_with(&format!("Conversation #{id} takes no more")), "{told:?}");
    assert_eq!(told.in_reply_to, again.message_id);
    assert_eq!(told.references.last(), again.message_id.as_ref());
}

#[test]
fn what_was_tried_before_its_steps_were_written_down_may_have_left() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("desk.db");
    let old = rusqlite::Connection::open(&place).unwrap();
    for sql in [
        include_str!("../../../src/store/migrations/0001-desk.sql"),
        include_str!("../../../src/store/migrations/0002-keys.sql"),
        include_str!("../../../src/store/migrations/0003-routing.sql"),
        include_str!("../../../src/store/migrations/0004-mail.sql"),
        include_str!("../../../src/store/migrations/0005-outbox.sql"),
        include_str!("../../../src/store/migrations/0006-folders.sql"),
        include_str!("../../../src/store/migrations/0007-connected.sql"),
    ] {
        old.execute_batch(sql).unwrap();
    }
    old.execute_batch(
        "INSERT INTO customer (id, address, name, blocked, by_hand, created_at) VALUES (1, 'mara@example.com', '', 0, 0, 0);
         INSERT INTO conversation (id, audience, privacy, state, subject, channel, requester_id, needs_reassignment, created_at,
             at, last_seq, last_from, last_text, news, agent_replies, customer_at, customer_count, reach, shut)
         VALUES (1, 'customer', 'public', 'open', '', 'email', 1, 1, 0, 0, 1, '', '', 0, 1, 0, 1, 1, 0);
         INSERT INTO outbox (kind, conversation_id, customer_id, state, at, about, door, since, due, attempts, leased_by, header_id, words)
         VALUES ('told', 1, 1, 'sending', 0, 1, 'mail', 0, 0, 2, 'w', 'a@b', ''), ('told', 1, 1, 'queued', 0, 2, 'mail', 0, 0, 1, NULL, 'c@d', ''),
             ('told', 1, 1, 'queued', 0, 3, 'mail', 0, 0, 0, NULL, NULL, ''), ('told', 1, 1, 'held', 0, 4, 'mail', 0, NULL, 0, NULL, NULL, ''),
             ('told', 1, 1, 'cancelled', 0, 5, 'mail', 0, NULL, 0, NULL, NULL, 'An administrator stopped it.'),
             ('told', 1, 1, 'cancelled', 0, 6, 'mail', 0, NULL, 0, NULL, NULL, 'Ana took it back before it left.');
         PRAGMA application_id = 1685285740; PRAGMA user_version = 7;",
    )
    .unwrap();
    drop(old);
    let clock = crate::desks::beginning();
    drop(deskline::desk::Desk::open(&place, std::sync::Arc::new(move || clock)).unwrap());
    let new = rusqlite::Connection::open(&place).unwrap();
    let all: String =
        new.query_row("SELECT group_concat(begun || ' ' || held, ', ') FROM outbox", [], |row| row.get(0)).unwrap();
    assert_eq!(all, "2 0, -1 0, 0 0, 0 1, 0 1, 0 0");
}
