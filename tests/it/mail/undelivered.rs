//! A reply that did not reach its customer: who is told of it, once, and how lists show it.

use super::{
    leaving::{WORKER, answered, entry_of, lease, send_all},
    letters::{arrives, letter},
    looping::report,
};
use crate::{
    desks::{TestDesk, add_customer, assign, make, reply},
    leaks::everything,
    seat::Seat,
};
use deskline::{
    desk::{AgentChange, mail::Failure, page::NoticeKind},
    domain::{
        command::Command,
        conversation::{Privacy, State},
        id::ConversationId,
        letter::ReportKind,
        mail::DeliveryState,
        people::Notify,
        section::Section,
    },
};

/// What an agent is told of replies that did not arrive, newest first, and whether that was cleared.
fn told(desk: &TestDesk, handle: &str) -> Vec<(String, bool)> {
    let notices = desk.notices(handle).into_iter().filter(|notice| notice.kind == NoticeKind::Undelivered);
    notices.map(|notice| (notice.text.expect("words"), notice.read)).collect()
}

/// Mara's conversation, answered by Ana and closed at once; the server refused the answer for good.
fn refused(desk: &TestDesk) -> ConversationId {
    let id = answered(desk);
    desk.does("ana", id, Command::Close);
    fails(desk);
    id
}

/// What is due is refused for good.
fn fails(desk: &TestDesk) {
    desk.later(1);
    let mail = lease(desk).expect("it is due");
    assert!(desk.desk.mail_failed(WORKER, &mail, Failure::Permanent, "550 5.1.1 no such user").unwrap());
}

/// How many such notices wait to be seen.
fn standing(desk: &TestDesk, handle: &str) -> usize {
    told(desk, handle).iter().filter(|(_, read)| !read).count()
}

fn mark(desk: &TestDesk, handle: &str, section: Section) -> Vec<Option<DeliveryState>> {
    desk.rows(handle, section).into_iter().map(|row| row.undelivered).collect()
}

#[test]
fn who_replied_and_closed_is_told_that_it_was_refused() {
    let desk = TestDesk::new();
    let id = refused(&desk);
    let words = format!("Your reply in #{id} did not reach mara@example.com");
    assert_eq!(told(&desk, "ana"), [(words, false)]);
    let notice = desk.notices("ana").remove(0);
    assert_eq!((notice.conversation, notice.seq), (Some(id), Some(entry_of(&desk, id, "Which bank is it?"))));
    for other in ["ben", "cleo", "dev"] {
        assert_eq!(told(&desk, other), [], "{other}");
    }
    assert_eq!(desk.row(id).state, State::Closed, "it re-opens nothing");
    assert_eq!(desk.count("SELECT count(*) FROM notice WHERE kind = 'undelivered'"), 1);
}

#[test]
fn a_bounce_tells_the_writer_once_however_often_it_comes() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.does("ana", id, Command::Close);
    let sent = desk.left(id);
    for _ in 0..3 {
        arrives(&desk, report(ReportKind::Bounce, Some(&sent)));
    }
    assert_eq!(told(&desk, "ana"), [(format!("Your reply in #{id} did not reach mara@example.com"), false)]);
    assert_eq!(mark(&desk, "ana", Section::AllClosed), [Some(DeliveryState::Failed)]);
    assert_eq!(desk.row(id).state, State::Closed);
}

#[test]
fn each_recipient_counts_and_no_attempt_does() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.does("ana", id, add_customer("yves@example.com", true));
    desk.does("ana", id, reply("To both."));
    desk.later(1);
    while let Some(mail) = lease(&desk) {
        desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "451 later").unwrap();
    }
    assert_eq!(told(&desk, "ana"), [], "it is tried again");
    assert_eq!(desk.row(id).undelivered, None);
    for _ in 0..200 {
        desk.later(60);
        while let Some(mail) = lease(&desk) {
            desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "451 later").unwrap();
        }
    }
    let words = format!("Your reply in #{id} did not reach mara@example.com and 1 other");
    assert_eq!(told(&desk, "ana"), [(words, false)], "the newest that failed, to everybody whom it did not reach");
    assert_eq!(
        desk.count("SELECT count(DISTINCT message_id) FROM outbox WHERE failed_at > 0"),
        2,
        "two replies failed"
    );
}

#[test]
fn what_nobody_knows_is_said_so() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    for _ in 0..2 {
        desk.later(5);
        let mail = lease(&desk).expect("it is tried once more");
        assert_eq!(told(&desk, "ana"), []);
        assert!(desk.desk.mail_unknown(WORKER, &mail, "The connection broke.").unwrap());
    }
    assert_eq!(told(&desk, "ana"), [(format!("Your reply in #{id} may not have reached mara@example.com"), false)]);
    assert_eq!(desk.row(id).undelivered, Some(DeliveryState::Unknown));
}

#[test]
fn what_was_stopped_before_it_left_is_told_too() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    desk.later(1);
    assert_eq!(lease(&desk), None);
    assert_eq!(told(&desk, "ana"), [(format!("Your reply in #{id} was not sent to mara@example.com"), false)]);
    // What somebody took back is no news to anybody.
    let other = answered(&desk);
    let seq = entry_of(&desk, other, "Which bank is it?");
    desk.desk.cancel_mail(&desk.agent("ana"), other, seq).unwrap();
    desk.later(1);
    assert_eq!(lease(&desk), None);
    assert_eq!((told(&desk, "ana").len(), desk.row(other).undelivered), (1, None));
}

#[test]
fn the_assignee_is_told_too_and_owner_and_admins_where_nobody_else_could_be() {
    let desk = TestDesk::with_privacy();
    let id = answered(&desk);
    desk.does("olga", id, assign("ben"));
    fails(&desk);
    assert_eq!(told(&desk, "ben"), [(format!("Ana Ruiz's reply in #{id} did not reach mara@example.com"), false)]);
    assert_eq!(told(&desk, "ana").len(), 1);
    assert_eq!(told(&desk, "olga"), []);
    // Ana wrote it, and may not read it any more; the assignee is gone.
    let private = answered(&desk);
    desk.does("olga", private, assign("ben"));
    desk.does("olga", private, make(Privacy::Private, true));
    desk.change("ben", &AgentChange { active: Some(false), ..AgentChange::default() });
    fails(&desk);
    for admin in ["olga", "adam"] {
        let words = format!("Ana Ruiz's reply in #{private} did not reach mara@example.com");
        assert_eq!(told(&desk, admin), [(words, false)], "{admin}");
    }
    assert_eq!(told(&desk, "ana").len(), 1, "nothing of what she cannot read");
    // Access lost later takes the words away (R6.3, R6.7).
    desk.does("olga", id, assign("adam"));
    desk.does("olga", id, make(Privacy::Private, true));
    let notice = desk.notices("ana").into_iter().find(|notice| notice.conversation == Some(id)).unwrap();
    assert_eq!((notice.text, notice.seq, notice.at), (None, None, None));
}

#[test]
fn only_who_wants_no_notices_at_all_is_told_nothing() {
    for (preference, count) in [(Notify::All, 1), (Notify::Mine, 1), (Notify::None, 0)] {
        let desk = TestDesk::new();
        desk.change("ana", &AgentChange { notify_customers: Some(preference), ..AgentChange::default() });
        let id = refused(&desk);
        assert_eq!(told(&desk, "ana").len(), count, "{preference}");
        assert_eq!(desk.row(id).undelivered, Some(DeliveryState::Failed), "the list says so all the same");
        assert_eq!(told(&desk, "olga"), [], "{preference}");
    }
}

#[test]
fn sending_it_again_settles_it_and_a_new_answer_takes_the_mark_away() {
    let desk = TestDesk::new();
    let id = refused(&desk);
    assert_eq!(desk.desk.figures().unwrap().undelivered, 1);
    let seq = entry_of(&desk, id, "Which bank is it?");
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!((standing(&desk, "ana"), desk.row(id).undelivered), (0, None));
    assert_eq!(desk.desk.figures().unwrap().undelivered, 0);
    fails(&desk);
    assert_eq!((standing(&desk, "ana"), desk.row(id).undelivered), (1, Some(DeliveryState::Failed)));
    arrives(&desk, letter("mara@example.com", "Other", "Another matter"));
    assert_eq!(desk.row(id).undelivered, Some(DeliveryState::Failed), "what others write answers nothing");
    desk.does("ana", id, reply("Once more."));
    assert_eq!(desk.row(id).undelivered, None, "the newest answer is on its way");
    assert_eq!(desk.desk.figures().unwrap().undelivered, 1, "it failed all the same");
    assert_eq!(send_all(&desk).len(), 0);
    desk.later(24 * 60 + 1);
    assert_eq!(desk.desk.figures().unwrap().undelivered, 0, "a day ago is no news");
}

#[test]
fn the_bell_leads_to_the_message_and_the_list_says_it() {
    let desk = TestDesk::new();
    let id = refused(&desk);
    for number in 0..40 {
        desk.does("ben", id, crate::desks::note(&format!("Note {number}")));
    }
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("g a");
    assert!(ana.shown().contains("! not delivered"), "{}", ana.shown());
    ana.keys("b");
    assert!(ana.shown().contains(&format!("Your reply in #{id} did not reach mara@example.com")), "{}", ana.shown());
    let at = desk.notices("ana").iter().position(|notice| notice.kind == NoticeKind::Undelivered).unwrap();
    for _ in 0..at {
        ana.keys("j");
    }
    ana.keys("Enter");
    assert_eq!(ana.opened(), id);
    assert!(ana.shown().contains("Which bank is it?"), "{}", ana.shown());
    desk.seconds(2);
    ana.take_all([]);
    assert_eq!(standing(&desk, "ana"), 0, "seen on the screen, it rings no more");
}

/// A conversation that only Ben, the owner and the admins may read, with Ana's earlier answer and a later one of Ben's on its
/// way; and what is seen of it by everybody else, once `done` with what is on its way.
fn hidden(done: impl Fn(&TestDesk, ConversationId)) -> (TestDesk, ConversationId) {
    let desk = TestDesk::with_privacy();
    let id = answered(&desk);
    send_all(&desk);
    desk.does("ana", id, Command::Follow);
    desk.does("olga", id, assign("ben"));
    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("ben", id, reply("Which card is it?"));
    desk.later(1);
    done(&desk, id);
    (desk, id)
}

/// R6.2, R6.3, R6.6: neither notice nor mark nor number reaches who may not read it, and no customer sees a byte of it.
#[test]
fn who_may_not_read_it_and_customers_see_the_same_bytes_whether_it_arrived_or_not() {
    let arrived = |desk: &TestDesk, _| assert!(!send_all(desk).is_empty());
    let (with, id) = hidden(|desk, _| while lease_and(desk, Failure::Permanent) {});
    let (bounced, _) = hidden(|desk, _| {
        let sent = send_all(desk).pop().expect("it left").message_id;
        arrives(desk, report(ReportKind::Bounce, Some(&sent)));
    });
    let (without, _) = hidden(arrived);
    let olga = with.agent("olga");
    for desk in [&with, &bounced] {
        assert_eq!(standing(desk, "ben"), 1, "who may read it is told");
        for handle in ["ana", "cleo", "dev"] {
            assert_eq!(told(desk, handle), [], "{handle}");
            for ((label, one), (_, other)) in everything(desk, handle).iter().zip(everything(&without, handle)) {
                assert_eq!(one, &other, "{handle}: {label}");
            }
        }
        for conversation in [None, Some(id)] {
            let view =
                |desk: &TestDesk| format!("{:?}", desk.desk.customer_view(&olga, "mara@example.com", conversation));
            assert_eq!(view(desk), view(&without));
        }
    }
    assert_eq!(mark(&with, "ben", Section::Live), [Some(DeliveryState::Failed)]);
    assert_eq!(mark(&without, "ben", Section::Live), [None]);
}

fn lease_and(desk: &TestDesk, failure: Failure) -> bool {
    lease(desk).is_some_and(|mail| desk.desk.mail_failed(WORKER, &mail, failure, "550 5.1.1 no such user").unwrap())
}
