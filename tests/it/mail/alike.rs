//! A reply that repeats what its sender may not read waits for the administrators without a word to the sender: to the sender it
//! looks like any other in the same place, at any time.

use super::leaving::{deliveries, entry_of};
use crate::{
    desks::{TestDesk, inbound, link, make, note, reply, text},
    seat::Seat,
};
use deskline::{
    desk::page::{ListStart, ListWants, ThreadStart, ThreadWants, Wants},
    domain::{
        command::{Command, Writing},
        conversation::{Audience, Privacy},
        envelope::Channel,
        id::ConversationId,
        letter::Attached,
        mail::DeliveryState,
        section::Section,
    },
};

const HIDDEN: &str = "The board wants to drop this customer by the end of June.";
/// As long, and shares nothing with it.
const OTHER: &str = "Nobody may tell anyone who pays for lunch next Wednesday.";
const LEAKS: &str = "Well: the board wants to drop this customer by the end of June.";

/// Two desks with one story; what Ana repeats without knowing is hidden from her on the first alone.
struct Both {
    desks: [TestDesk; 2],
    id: ConversationId,
}

impl Both {
    fn new(channel: Channel) -> Self {
        let desks = [HIDDEN, OTHER].map(|words| {
            let desk = TestDesk::with_privacy();
            let item = desk.ticket();
            let mail = deskline::domain::envelope::Inbound {
                channel,
                ..inbound("mara@example.com", None, "My card is declined")
            };
            let id = desk.desk.receive(&mail).unwrap().conversation;
            desk.does("ana", id, reply("Which bank is it?"));
            desk.does("ana", id, link(item));
            let secret = desk.start_on("olga", item, Audience::Internal, words);
            desk.does("olga", secret, make(Privacy::Private, true));
            (desk, id)
        });
        let id = desks[0].1;
        assert_eq!(id, desks[1].1);
        Self { desks: desks.map(|(desk, _)| desk), id }
    }

    /// Does it on both, and gives what it came to, which is the same.
    fn do_alike<T: std::fmt::Debug>(&self, what: impl Fn(&TestDesk) -> T) -> String {
        let [held, other] = self.desks.each_ref().map(|desk| format!("{:#?}", what(desk)));
        assert_eq!(held, other);
        held
    }

    /// Everything that Ana can be shown is the same.
    fn alike(&self, when: &str) {
        for section in Section::ALL {
            let list = ListWants { section: *section, start: ListStart::Top, rows: 100 };
            let thread = ThreadWants { conversation: self.id, start: ThreadStart::End, entries: 100 };
            let wants = Wants { list: Some(list), thread: Some(thread), notices: Some(100), ..Wants::default() };
            let [held, other] =
                self.desks.each_ref().map(|desk| format!("{:#?}", desk.desk.read(&desk.agent("ana"), &wants)));
            assert_eq!(held, other, "{when}, {section:?}");
        }
        let status = |desk: &TestDesk| {
            let figures = desk.desk.figures().unwrap();
            (figures.queued, figures.undelivered)
        };
        assert_eq!(status(&self.desks[0]), status(&self.desks[1]), "{when}");
        for size in [(80, 24), (120, 40)] {
            let [held, other] = self.desks.each_ref().map(|desk| {
                let mut ana = Seat::sized(desk, "ana", size);
                ana.keys("g l Enter");
                ana.shown()
            });
            assert_eq!(held, other, "{when}");
        }
    }

    fn is_held(&self) -> bool {
        let [held, other] =
            self.desks.each_ref().map(|desk| desk.desk.held_replies(&desk.agent("olga")).unwrap().len());
        assert_eq!(other, 0);
        held == 1
    }

    /// A minute each time that somebody looks whether something is to be given up.
    fn waits_five_days(&self) {
        for desk in &self.desks {
            for _ in 0..5 {
                desk.later(24 * 60);
                desk.desk.give_up_unsent().unwrap();
            }
        }
    }
}

/// Where nobody sends: on its way, waiting, given up, sent again, given up again, taken back.
#[test]
fn what_is_held_without_a_word_looks_like_any_other_reply_where_nobody_sends() {
    let both = Both::new(Channel::Email);
    both.do_alike(|desk| desk.run("ana", both.id, reply(LEAKS)));
    assert!(both.is_held());
    both.alike("at once");
    for (seconds, when) in [(1, "1 s"), (29, "30 s"), (150, "3 min")] {
        both.desks.iter().for_each(|desk| desk.seconds(seconds));
        both.alike(when);
    }
    both.waits_five_days();
    both.alike("5 days");
    let state = |handle: &str| deliveries(&both.desks[0], handle, both.id).last().unwrap().state;
    assert_eq!(state("ana"), DeliveryState::Failed);
    assert_eq!((state("olga"), both.is_held()), (DeliveryState::Held, true), "who decides still sees that it is held");
    let seq = |desk: &TestDesk| entry_of(desk, both.id, LEAKS);
    both.do_alike(|desk| desk.desk.cancel_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.do_alike(|desk| desk.desk.retry_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.alike("sent again");
    both.do_alike(|desk| desk.desk.retry_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.waits_five_days();
    both.alike("5 days more");
    both.do_alike(|desk| desk.desk.retry_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.do_alike(|desk| desk.desk.cancel_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.alike("taken back");
    assert!(!both.is_held());
    both.do_alike(|desk| desk.desk.retry_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.alike("taken back and sent again");
    assert!(both.is_held(), "it is held again, and nothing of it can have left");
    assert!(both.desks[0].leaves().iter().all(|mail| !format!("{mail:?}").contains("drop this customer")));
}

/// Where somebody sends, as long as it has not come to this mail.
#[test]
fn what_is_held_without_a_word_looks_like_any_other_reply_until_that_is_sent() {
    let both = Both::new(Channel::Email);
    both.desks.iter().for_each(|desk| drop(desk.leaves()));
    both.do_alike(|desk| desk.run("ana", both.id, reply(LEAKS)));
    assert!(both.is_held());
    for (seconds, when) in [(0, "at once"), (1, "1 s"), (29, "30 s"), (150, "3 min")] {
        both.desks.iter().for_each(|desk| desk.seconds(seconds));
        both.alike(when);
    }
    let seq = |desk: &TestDesk| entry_of(desk, both.id, LEAKS);
    both.do_alike(|desk| desk.desk.retry_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.do_alike(|desk| desk.desk.cancel_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.alike("taken back");
}

/// An answer on the web has no way by mail that could be taken back, held or not.
#[test]
fn what_is_held_on_the_web_looks_like_any_other_answer_there() {
    let both = Both::new(Channel::Chat);
    both.do_alike(|desk| desk.run("ana", both.id, reply(LEAKS)));
    assert!(both.is_held());
    both.alike("at once");
    let seq = |desk: &TestDesk| entry_of(desk, both.id, LEAKS);
    both.do_alike(|desk| desk.desk.cancel_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.do_alike(|desk| desk.desk.retry_mail(&desk.agent("ana"), both.id, seq(desk)));
    both.waits_five_days();
    both.alike("5 days");
    assert!(both.is_held());
}

/// R1.4: what was agreed to once is not asked about again, though it is held with the rest.
#[test]
fn what_was_agreed_to_is_not_asked_about_again_where_it_is_held() {
    const NOTE: &str = "She is behind with two invoices, be careful with refunds.";
    let file =
        || Attached { name: "a.txt".into(), media_type: "text/plain".into(), content: b"plan".into(), note: None };
    let both = Both::new(Channel::Email);
    both.do_alike(|desk| desk.run("ana", both.id, note(NOTE)));
    both.do_alike(|desk| desk.run("ana", both.id, Command::Note(Writing { files: vec![file()], ..text("Look") })));
    let asked = both.do_alike(|desk| desk.run("ana", both.id, reply(&format!("{LEAKS} {NOTE}"))));
    assert!(asked.contains("a note by Ana Ruiz"), "{asked}");
    let both_files = Writing { confirmed: true, files: vec![file()], ..text(&format!("{LEAKS} {NOTE}")) };
    both.do_alike(|desk| desk.run("ana", both.id, Command::Reply(both_files.clone())));
    assert!(both.is_held());
    both.do_alike(|desk| desk.run("ana", both.id, reply(&format!("Again: {NOTE}"))));
    both.do_alike(|desk| desk.run("ana", both.id, Command::Reply(Writing { files: vec![file()], ..text("Again") })));
    both.alike("said again");
    // What is hidden is no less so.
    both.do_alike(|desk| desk.run("ana", both.id, reply(&format!("Once more. {LEAKS}"))));
    assert_eq!(both.desks[0].desk.held_replies(&both.desks[0].agent("olga")).unwrap().len(), 2);
}
