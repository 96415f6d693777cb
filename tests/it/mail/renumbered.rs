//! Messages get other numbers under an open screen, when history comes in before them: what is decided is what was shown.

use super::letters::{arrives, letter, mail, taken};
use crate::{
    desks::{TestDesk, beginning, link, make, reply},
    seat::Seat,
};
use chrono::Duration;
use deskline::{
    desk::page::{Denied, Entry},
    domain::{
        conversation::{Audience, Privacy},
        id::ConversationId,
        letter::Letter,
        mail::{DeliveryState, InMail},
    },
};

const HIDDEN: &str = "The board wants to drop this customer by the end of June.";
const ONE: &str = "One: the board wants to drop this customer by the end of June.";
const TWO: &str = "Two: the board wants to drop this customer by the end of June.";

/// Two replies of Ana's next to each other that are held, and the mail that they answer.
fn two_held() -> (TestDesk, ConversationId, Letter) {
    let desk = TestDesk::with_privacy();
    let item = desk.ticket();
    let first = letter("mara@example.com", "Card", "My card is declined");
    let id = arrives(&desk, first.clone()).conversation.unwrap();
    desk.does("ana", id, reply("Which bank is it?"));
    desk.does("ana", id, link(item));
    let secret = desk.start_on("olga", item, Audience::Internal, HIDDEN);
    desk.does("olga", secret, make(Privacy::Private, true));
    desk.does("ana", id, reply(ONE));
    desk.does("ana", id, reply(TWO));
    assert_eq!(desk.desk.held_replies(&desk.agent("olga")).unwrap().len(), 2);
    (desk, id, first)
}

/// An older mail of the same thread, from a folder that is read late.
fn history_comes_in(desk: &TestDesk, of: &Letter, id: ConversationId) {
    let in_reply_to = of.message_id.iter().cloned().collect();
    let older = Letter { in_reply_to, ..letter("mara@example.com", "Card", "Hello?") };
    let put = taken(desk, &InMail { history: Some(beginning() - Duration::hours(1)), ..mail(older) });
    assert_eq!((put.conversation, put.message.map(|seq| seq.0)), (Some(id), Some(1)));
}

fn entry(desk: &TestDesk, id: ConversationId, text: &str) -> Entry {
    desk.thread("olga", id).entries.into_iter().find(|entry| entry.text == text).unwrap()
}

fn state(desk: &TestDesk, id: ConversationId, text: &str) -> DeliveryState {
    entry(desk, id, text).delivery[0].state
}

#[test]
fn what_is_decided_about_a_held_reply_is_about_the_one_that_was_read() {
    for (key, decided) in [("r", DeliveryState::Queued), ("d y", DeliveryState::Cancelled)] {
        let (desk, id, first) = two_held();
        let mut olga = Seat::new(&desk, "olga");
        olga.keys("g h j Enter");
        assert!(olga.shown().contains("Two: the board"), "{}", olga.shown());
        history_comes_in(&desk, &first, id);
        olga.keys(key);
        assert!(olga.shown().contains("it has another number now"), "{}", olga.shown());
        let states = || [ONE, TWO].map(|text| state(&desk, id, text));
        assert_eq!(states(), [DeliveryState::Held; 2], "{key}");
        // Looked at again, it is that one.
        olga.rang();
        olga.keys("Esc");
        olga.rang();
        olga.keys("Enter");
        assert!(olga.shown().contains("Two: the board"), "{}", olga.shown());
        olga.keys(key);
        assert_eq!(states(), [DeliveryState::Held, decided], "{key}");
    }
}

#[test]
fn what_is_taken_back_or_sent_again_is_what_was_shown() {
    let (desk, id, first) = two_held();
    let shown = [ONE, TWO].map(|text| entry(&desk, id, text).shown());
    history_comes_in(&desk, &first, id);
    let (ana, olga) = (desk.agent("ana"), desk.agent("olga"));
    let stale = |outcome: Result<(), Denied>| match outcome {
        Err(Denied::Invalid(words)) => assert!(words.contains("has another number now"), "{words}"),
        other => panic!("{other:?}"),
    };
    let before = desk.contents();
    for entry in shown {
        stale(desk.desk.cancel_mail(&ana, id, entry));
        stale(desk.desk.retry_mail(&ana, id, entry));
        stale(desk.desk.release_reply(&olga, id, entry));
        stale(desk.desk.discard_reply(&olga, id, entry));
    }
    assert_eq!(desk.contents(), before);
    desk.desk.cancel_mail(&ana, id, entry(&desk, id, TWO).shown()).unwrap();
    assert_eq!([ONE, TWO].map(|text| state(&desk, id, text)), [DeliveryState::Held, DeliveryState::Cancelled]);
}

/// On the screen: what comes back into the composer is what was taken back.
#[test]
fn a_reply_is_taken_back_from_an_open_screen() {
    let (desk, id, first) = two_held();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("g l Enter");
    ana.keys(":").text("take back");
    history_comes_in(&desk, &first, id);
    ana.keys("Enter");
    assert!(ana.foot().contains("it has another number now"), "{}", ana.foot());
    assert_eq!([ONE, TWO].map(|text| state(&desk, id, text)), [DeliveryState::Held; 2]);
    ana.rang();
    ana.keys(":").text("take back").keys("Enter");
    assert!(ana.shown().contains("Taken back: it was not sent."), "{}", ana.shown());
    assert_eq!(ana.session.model().composer.as_ref().unwrap().editor.text(), TWO);
    assert_eq!([ONE, TWO].map(|text| state(&desk, id, text)), [DeliveryState::Held, DeliveryState::Cancelled]);
}
