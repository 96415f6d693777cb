//! The send-time stop on the screen (R7.6), and everything else that can happen to a conversation while one writes in it:
//! taken by somebody else (R5.3), locked (R2.6), closed, lost (R6.4).

use crate::{
    desks::{TestDesk, assign, make, note, reply},
    seat::Seat,
};
use deskline::{
    desk::AgentChange,
    domain::{
        command::{Command, StartWith},
        conversation::{Audience, Privacy, State},
        id::ConversationId,
    },
    tui::{ask::Msg, dialog::Layer, model::Area, session::Event},
};

const MINE: &str = "Try another card.";

fn held(seat: &Seat) -> Option<Vec<String>> {
    match seat.session.model().layers.as_slice() {
        [Layer::Held(held)] => Some(held.unseen.iter().map(|entry| entry.text.clone()).collect()),
        _ => None,
    }
}

fn is_sent(desk: &TestDesk, id: ConversationId) -> bool {
    desk.texts("olga", id).iter().any(|text| text == MINE)
}

fn written(seat: &Seat) -> Option<&str> {
    seat.session.model().composer.as_ref().map(|composer| composer.editor.text())
}

fn kept(desk: &TestDesk) -> bool {
    desk.count(&format!("SELECT count(*) FROM draft WHERE text = '{MINE}'")) == 1
}

/// Something that somebody else does meanwhile, and a word of it.
type Meanwhile = (&'static str, &'static str, fn(&TestDesk, ConversationId));

const MEANWHILE: [Meanwhile; 8] = [
    ("a reply", "I have reset it.", |desk, id| drop(desk.does("olga", id, reply("I have reset it.")))),
    ("a note", "Careful with this one.", |desk, id| drop(desk.does("ben", id, note("Careful with this one.")))),
    ("the customer", "Never mind!", |desk, id| {
        desk.write_in("mara@example.com", Some(id), "Never mind!");
    }),
    ("closed", "Ben Okafor closed", |desk, id| drop(desk.does("ben", id, Command::Close))),
    ("assigned", "assigned this conversation to Cleo Marsh", |desk, id| drop(desk.does("olga", id, assign("cleo")))),
    ("released", "released this conversation", |desk, id| {
        drop(desk.does("olga", id, Command::Release { confirmed: true }));
    }),
    ("made private", "made this conversation private", |desk, id| {
        drop(desk.does("olga", id, make(Privacy::Private, true)));
    }),
    ("forwarded back", "forwarded this conversation to Support", |desk, id| {
        for group in ["Billing", "Support"] {
            desk.does("olga", id, Command::Forward { group: group.into(), confirmed: true });
        }
        desk.does("olga", id, assign("ana"));
    }),
];

/// A desk with a conversation of ana's, who writes in it.
fn writing(keys: &str) -> (TestDesk, ConversationId, Seat) {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    let mut ana = Seat::new(&desk, "ana");
    ana.keys(keys).text(MINE);
    (desk, id, ana)
}

/// R7.6: whatever was added and not shown holds the message; what is new is shown, and the writer chooses.
#[test]
fn r7_6_what_was_not_shown_holds_the_message_whatever_it_is() {
    for (what, word, happens) in MEANWHILE {
        for mode in ["r", "n"] {
            let (desk, id, mut ana) = writing(mode);
            happens(&desk, id);
            ana.keys("Ctrl-S");
            let unseen = held(&ana).unwrap_or_else(|| panic!("{what}, {mode}: not held\n{}", ana.foot()));
            assert!(unseen.iter().any(|text| text.contains(word)), "{what}: {unseen:?}");
            let shown = ana.shown();
            let box_of = shown.lines().skip_while(|line| !line.contains("Not sent yet")).collect::<Vec<_>>().join("\n");
            let first = word.split(' ').next().unwrap();
            assert!(box_of.contains(first), "{what} is shown:\n{shown}");
            assert!(!is_sent(&desk, id) && kept(&desk), "{what}: held and kept");
            assert_eq!(written(&ana), Some(MINE));
            // In spite of it.
            ana.keys("Down Enter");
            assert!(is_sent(&desk, id), "{what}, {mode}: {}", ana.shown());
            assert!(!kept(&desk) && written(&ana).is_none() && ana.session.model().area == Area::Thread);
        }
    }
}

/// R7.6: what has been on the screen for a second by then holds nothing; what was painted this moment nobody has read.
#[test]
fn r7_6_what_was_shown_holds_nothing_once_it_stood_there() {
    for (what, _, happens) in MEANWHILE {
        for (milliseconds, holds) in [(0, true), (990, true), (1_000, false)] {
            let (desk, id, mut ana) = writing("r");
            happens(&desk, id);
            ana.rang();
            desk.milliseconds(milliseconds);
            ana.keys("Ctrl-S");
            assert_eq!(held(&ana).is_some(), holds, "{what}, {milliseconds}: {}", ana.shown());
            assert_eq!(is_sent(&desk, id), !holds, "{what}, {milliseconds}: {}", ana.shown());
        }
    }
}

/// R7.6: one after the other, each within the second of the one before: the newest holds, and so does what came with it.
#[test]
fn r7_6_what_keeps_coming_is_not_read_by_coming() {
    let (desk, id, mut ana) = writing("r");
    for number in 0..5 {
        desk.does("ben", id, note(&format!("Wait, number {number}.")));
        ana.rang();
        desk.milliseconds(400);
    }
    ana.keys("Ctrl-S");
    let unseen = held(&ana).unwrap_or_default();
    assert!(unseen.iter().any(|text| text.contains("number 4")), "{unseen:?}");
    assert!(!is_sent(&desk, id));
    // What stood there long before the newest came does not come up again.
    let (desk, id, mut ana) = writing("r");
    for number in 0..5 {
        desk.does("ben", id, note(&format!("Wait, number {number}.")));
        ana.rang();
        desk.milliseconds(if number < 4 { 1_000 } else { 10 });
    }
    ana.keys("Ctrl-S");
    assert_eq!(held(&ana), Some(vec!["Wait, number 4.".to_owned()]));
}

/// R7.6: what stood there when the conversation was opened, or was scrolled to, was brought there by the writer.
#[test]
fn r7_6_what_was_opened_needs_no_time() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("olga", id, assign("ana"));
    for number in 0..40 {
        desk.write_in("mara@example.com", Some(id), &format!("And another thing, number {number}"));
    }
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter End r").text(MINE).keys("Ctrl-S");
    assert!(is_sent(&desk, id), "{}", ana.shown());
}

/// R7.6: what came below the screen while older things are read was not shown.
#[test]
fn r7_6_what_came_while_older_things_were_read_was_not_shown() {
    for (what, _, happens) in MEANWHILE {
        let desk = TestDesk::with_privacy();
        let id = desk.arrival();
        desk.does("olga", id, assign("ana"));
        for number in 0..40 {
            desk.write_in("mara@example.com", Some(id), &format!("And another thing, number {number}"));
        }
        let mut ana = Seat::new(&desk, "ana");
        ana.keys("Enter End r").text(MINE).keys("PgUp PgUp");
        happens(&desk, id);
        ana.rang();
        ana.keys("Ctrl-S");
        assert!(held(&ana).is_some() && !is_sent(&desk, id), "{what}: {}", ana.shown());
    }
}

#[test]
fn r7_6_edit_keeps_the_writer_at_the_text() {
    let (desk, id, mut ana) = writing("r");
    desk.does("olga", id, reply("I have reset it."));
    ana.keys("Ctrl-S");
    for back in ["Enter", "Esc"] {
        if back == "Esc" {
            desk.does("olga", id, reply("And once more."));
            ana.keys("Ctrl-S");
        }
        assert!(held(&ana).is_some());
        ana.keys(back);
        assert_eq!((held(&ana), ana.session.model().area), (None, Area::Composer));
        assert_eq!(written(&ana), Some(MINE));
        assert!(!is_sent(&desk, id));
        ana.rang();
    }
    // By now it was on the screen.
    ana.keys("Ctrl-S");
    assert!(is_sent(&desk, id), "{}", ana.shown());
}

#[test]
fn r7_6_keep_leaves_the_text_as_a_draft() {
    let (desk, id, mut ana) = writing("r");
    desk.does("olga", id, reply("I have reset it."));
    ana.keys("Ctrl-S Down Down Enter");
    assert_eq!((held(&ana), ana.session.model().area, written(&ana)), (None, Area::Thread, None));
    assert!(!is_sent(&desk, id) && kept(&desk));
    let shown = ana.shown();
    assert!(shown.contains(&format!("draft: {MINE}")) && shown.contains("I have reset it."), "{shown}");
}

/// R7.6: a key pressed once too often sends nothing.
#[test]
fn r7_6_sending_twice_is_not_agreeing() {
    let (desk, id, mut ana) = writing("r");
    desk.does("olga", id, reply("I have reset it."));
    ana.keys("Ctrl-S Ctrl-S Ctrl-S");
    assert!(held(&ana).is_some() && !is_sent(&desk, id));
}

/// R7.6: what came while the question stood was under it: it was not shown either, and holds the message again.
#[test]
fn r7_6_what_comes_while_the_question_stands_holds_it_again() {
    for rings in [false, true] {
        let (desk, id, mut ana) = writing("r");
        desk.does("olga", id, reply("I have reset it."));
        ana.keys("Ctrl-S");
        desk.does("olga", id, reply("No, I have not."));
        if rings {
            ana.rang();
        }
        ana.keys("Down Enter");
        assert_eq!(held(&ana), Some(vec!["No, I have not.".to_owned()]), "only what is new: {}", ana.shown());
        assert!(!is_sent(&desk, id));
        ana.keys("Down Enter");
        assert!(is_sent(&desk, id));
    }
}

/// R7.6: what lies under the list of names, or on a screen that is too small for anything, was not shown.
#[test]
fn r7_6_what_is_covered_was_not_shown() {
    let (desk, id, mut ana) = writing("n");
    ana.text(" @");
    assert!(ana.shown().contains(" Mention "), "{}", ana.shown());
    desk.does("olga", id, reply("I have reset it."));
    ana.rang();
    ana.keys("Ctrl-S");
    assert!(held(&ana).is_some(), "{}", ana.shown());

    let (desk, id, mut ana) = writing("r");
    ana.take(Event::Input(Msg::Resize(39, 9)));
    desk.does("olga", id, reply("I have reset it."));
    ana.rang();
    ana.keys("Ctrl-S");
    assert!(held(&ana).is_some() && !is_sent(&desk, id));
}

/// R7.6: one's own words from another screen hold nothing.
#[test]
fn r7_6_ones_own_words_hold_nothing() {
    let (desk, id, mut ana) = writing("r");
    let mut other = Seat::new(&desk, "ana");
    other.keys("Enter n").text("from my other screen").keys("Ctrl-S");
    ana.keys("Ctrl-S");
    assert!(is_sent(&desk, id), "{}", ana.shown());
}

/// R7.6 in internal conversations.
#[test]
fn r7_6_internal_messages_too() {
    let desk = TestDesk::new();
    let id = desk.start("ben", StartWith::Agents(vec!["ana".into(), "cleo".into()]), "At one?").conversation;
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("g n Enter r").text(MINE);
    desk.does("cleo", id, reply("At two."));
    ana.keys("Ctrl-S");
    assert_eq!(held(&ana), Some(vec!["At two.".to_owned()]));
    ana.keys("Down Enter");
    assert!(desk.texts("ana", id).iter().any(|text| text == MINE));
}

/// What does not fit into the question says so.
#[test]
fn r7_6_what_is_cut_short_says_so() {
    let (desk, id, mut ana) = writing("r");
    desk.does("olga", id, reply("one\ntwo\nthree\nfour\nfive"));
    ana.keys("Ctrl-S");
    let shown = ana.shown();
    assert!(shown.contains("three   ") && !shown.contains("  four") && shown.contains("⋯ 2 more lines"), "{shown}");
    ana.keys("Esc");
    ana.take(Event::Input(Msg::Resize(60, 20)));
    for number in 0..12 {
        desk.does("olga", id, reply(&format!("Addition {number}")));
    }
    ana.keys("Ctrl-S");
    let shown = ana.shown();
    assert!(shown.contains("lines before these") && shown.contains("Addition 11"), "{shown}");
    assert!(shown.contains("Send it as it is"), "{shown}");
}

/// R5.3: two answer at once what nobody has. The loser keeps the draft and is told who has it.
#[test]
fn r5_3_the_loser_of_a_take_over_is_told_who_has_it() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let (mut ana, mut ben) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"));
    for seat in [&mut ana, &mut ben] {
        seat.keys("r").text(MINE);
    }
    ben.keys("Ctrl-S");
    assert!(ben.foot().contains("It is assigned to you now."), "{}", ben.foot());
    ana.keys("Ctrl-S");
    assert_eq!(held(&ana), Some(vec![MINE.to_owned(), "Ben Okafor took this conversation by replying.".to_owned()]));
    assert!(ana.shown().contains("Ben Okafor took this conversation"), "{}", ana.shown());
    assert!(kept(&desk));
    ana.keys("Enter");
    assert_eq!(written(&ana), Some(MINE));
    assert!(ana.shown().contains("→ Ben"), "{}", ana.shown());
    assert_eq!(desk.row(id).assignee.unwrap().address, "ben", "the first keeps it");
    // In the group one may help all the same.
    ana.keys("Ctrl-S");
    assert_eq!(desk.texts("olga", id).iter().filter(|text| *text == MINE).count(), 2);
    assert_eq!(desk.row(id).assignee.unwrap().address, "ben");
}

/// R5.3, R6.4: where it was private, the loser is told only that it is restricted, whether the bell rang before or not.
#[test]
fn r5_3_the_loser_of_a_private_one_is_told_nothing() {
    for rings in [false, true] {
        let desk = TestDesk::with_privacy();
        let id = desk.arrival();
        desk.does("olga", id, make(Privacy::Private, true));
        let (mut ana, mut ben) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"));
        for seat in [&mut ana, &mut ben] {
            seat.keys("r").text(MINE);
        }
        ben.text(" It was Ben.").keys("Ctrl-S");
        if rings {
            ana.rang();
        }
        ana.keys("Ctrl-S");
        assert_eq!(held(&ana), None);
        let shown = ana.shown();
        assert!(shown.contains("Restricted access. This conversation is private."), "{shown}");
        for secret in ["Ben", "declined", "mara", "took", MINE] {
            assert!(!shown.contains(secret), "{secret}:\n{shown}");
        }
        assert!(kept(&desk));
        assert!(!is_sent(&desk, id));
    }
}

/// R2.4, R2.6: locked while one writes, the text is kept, and `[ Send Message ]` says why it cannot be pressed.
#[test]
fn r2_6_locked_while_one_writes() {
    for rings in [false, true] {
        let (desk, id, mut ana) = writing("r");
        desk.does("ben", id, Command::Close);
        desk.does("ben", id, Command::Lock);
        if rings {
            ana.rang();
        }
        ana.keys("Ctrl-S");
        assert!(
            ana.foot().contains("Locked by Ben Okafor on 3 May. Unlock to reply. The draft is kept."),
            "{}",
            ana.foot()
        );
        let shown = ana.shown();
        assert!(shown.contains("[ Send Message ]") && shown.contains("Unlock to reply."), "{shown}");
        assert!(shown.contains("draft only") && shown.contains(MINE), "{shown}");
        ana.keys("Tab Enter Shift-Tab");
        assert!(!is_sent(&desk, id) && written(&ana) == Some(MINE));
        ana.text(" Or not.");
        desk.later(1);
        ana.rang();
        assert_eq!(desk.thread("ana", id).drafts.len(), 1, "a draft is taken while it is locked");
        desk.does("ben", id, Command::Unlock);
        ana.rang();
        desk.seconds(1);
        ana.keys("Ctrl-S");
        assert!(desk.texts("olga", id).iter().any(|text| text.starts_with(MINE)), "{}", ana.shown());
        assert_eq!(desk.row(id).state, State::Open, "and it is open again (R2.3)");
    }
}

/// R5.2: the right to reply to customers is taken while one writes; notes stay possible.
#[test]
fn r5_2_the_right_to_reply_is_taken_while_one_writes() {
    for rings in [false, true] {
        let (desk, id, mut ana) = writing("r");
        desk.change("ana", &AgentChange { reply_to_customers: Some(false), ..AgentChange::default() });
        if rings {
            ana.rang();
            assert!(ana.shown().contains("You do not have the right to reply"), "{}", ana.shown());
        }
        ana.keys("Ctrl-S");
        assert!(ana.said().contains("The draft is kept.") || ana.said().contains("right to reply"), "{}", ana.said());
        desk.seconds(1);
        ana.rang();
        assert!(!is_sent(&desk, id) && kept(&desk));
        ana.keys("Esc n").text("A note it is.").keys("Ctrl-S");
        assert!(desk.texts("olga", id).iter().any(|text| text == "A note it is."), "{}", ana.shown());
        desk.change("ana", &AgentChange { reply_to_customers: Some(true), ..AgentChange::default() });
        ana.rang();
        ana.keys("r Ctrl-S");
        assert!(is_sent(&desk, id), "{}", ana.shown());
    }
}

/// R5.2: taken out of the group while one writes, the text is kept and the reason stands beside the button.
#[test]
fn r5_2_taken_out_of_the_group_while_one_writes() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("r").text(MINE);
    desk.desk.leave_group(&desk.agent("olga"), "Support", "ben").unwrap();
    let shown = ben.shown();
    assert!(shown.contains("You can read this conversation but not work in it") && shown.contains(MINE), "{shown}");
    ben.keys("Ctrl-S");
    desk.seconds(1);
    ben.rang();
    assert!(!is_sent(&desk, id) && kept(&desk));
    desk.desk.join_group(&desk.agent("olga"), "Support", "ben").unwrap();
    ben.rang();
    ben.keys("Ctrl-S");
    assert!(is_sent(&desk, id), "{}", ben.shown());
}

/// R1.5: who joins or leaves while one writes is in the line that says who will receive it.
#[test]
fn r1_5_who_receives_it_changes_while_one_writes() {
    let (desk, id, mut ana) = writing("r");
    assert!(!ana.shown().contains("jo@example.com") && !ana.shown().contains("2 customers"));
    desk.does("olga", id, crate::desks::add_customer("jo@example.com", true));
    let shown = ana.shown();
    assert!(shown.contains("jo"), "{shown}");
    assert_eq!(desk.row(id).audience, Audience::Customer);
}
