//! Offers on the screen: the box beside what is being done, the answers, and what several screens see of each other.

use crate::{
    desks::{TestDesk, inbound, make, reply},
    pages::{self, ago},
    screen::Screen,
    seat::Seat,
};
use deskline::{
    desk::{
        AgentChange,
        page::{OfferRow, Page},
    },
    domain::{
        command::Command, conversation::Privacy, envelope::Inbound, id::ConversationId, people::Routing,
        section::Section,
    },
    tui::{
        ask::{Ask, Effect, Msg},
        dialog::Layer,
        model::Area,
        theme::Theme,
    },
};

/// Hostile text: escapes, an override, an invisible character.
const HOSTILE: &str = "\u{1b}[31mred\u{202e}evil\u{200b}";

fn offer(number: i64, name: &str, subject: &str, last: &str, minutes: i64) -> OfferRow {
    let mut conversation = pages::row(number, name, subject, last, minutes);
    conversation.assignee = None;
    OfferRow { conversation, since: ago(minutes) }
}

fn offers() -> Vec<OfferRow> {
    let mut private =
        offer(4830, "Jo Park", "Refund for the second of two orders that were cancelled", "And my refund?", 4);
    private.conversation.privacy = Privacy::Private;
    vec![
        offer(4829, "Mara Lindt", "Card declined at checkout", "My card is declined.", 9),
        private,
        offer(4831, HOSTILE, HOSTILE, HOSTILE, 1),
    ]
}

fn on_offer(offers: Vec<OfferRow>) -> Page {
    Page { offered: u32::try_from(offers.len()).unwrap(), offers, ..pages::picture() }
}

fn screen(offers: Vec<OfferRow>, columns: u16, rows: u16) -> Screen {
    let mut screen = Screen::new(columns, rows);
    screen.base = on_offer(offers);
    screen.read();
    screen
}

const SIZES: [(u16, u16); 5] = [(60, 20), (80, 24), (100, 24), (120, 40), (200, 50)];

#[test]
fn the_box_at_every_size() {
    for (columns, rows) in SIZES {
        let mut screen = screen(offers(), columns, rows);
        insta::assert_snapshot!(format!("offer_{columns}x{rows}"), screen.shown());
        screen.keys("o");
        insta::assert_snapshot!(format!("offer_open_{columns}x{rows}"), screen.shown());
        screen.keys("k j");
        assert!(screen.shown().contains("Offer 2 of 3"), "{}", screen.shown());
        let coloured = screen.keys("j").shown();
        screen.model.theme = Theme::new(false);
        assert_eq!(screen.shown(), coloured, "it says the same without colour");
        assert!(!coloured.contains('\u{202e}') && !coloured.contains('\u{200b}') && !coloured.contains('\u{1b}'));
    }
}

/// Whatever has room: nothing breaks, and there is always something that says so.
#[test]
fn the_box_at_any_size() {
    for columns in (40..150).step_by(6).chain([69, 70, 99, 100, 139, 140]) {
        for rows in [10, 11, 14, 19, 20, 25, 33] {
            for area in [Area::Sidebar, Area::List, Area::Thread] {
                let mut screen = screen(offers(), columns, rows);
                screen.model.area = area;
                assert!(screen.shown().contains("Offer"), "{columns}x{rows} {area:?}\n{}", screen.shown());
                screen.keys("o x j Esc");
            }
        }
    }
}

#[test]
fn it_neither_takes_the_keys_nor_moves_what_is_written_and_read() {
    for (columns, rows) in SIZES {
        let mut screen = Screen::new(columns, rows);
        screen.keys("Enter r").text("Half a sen");
        let composer = |shown: &str| shown.lines().position(|line| line.contains("Half a sen")).unwrap();
        let read = |shown: &str| shown.lines().position(|line| line.contains("It is still failing"));
        let before = screen.shown();
        screen.base = on_offer(offers());
        screen.effects.clear();
        screen.read();
        let after = screen.shown();
        assert!(after.contains("Offer 1 of 3"), "{after}");
        assert_eq!(composer(&before), composer(&after), "{columns}x{rows}");
        assert_eq!(read(&before), read(&after), "{columns}x{rows}");
        assert_eq!(screen.effects.iter().filter(|effect| **effect == Effect::Bell).count(), 1, "one ring");
        screen.text("tence o a x");
        assert!(screen.shown().contains("Half a sentence o a x"), "letters stay text\n{}", screen.shown());
        assert!(
            screen.model.layers.is_empty() && screen.asked.iter().all(|ask| !matches!(ask, Ask::AcceptOffer { .. }))
        );
        assert!(screen.shown().contains("Esc o"), "how to get there from here\n{}", screen.shown());
    }
}

#[test]
fn it_rings_for_what_is_new_and_for_whom_wants_it() {
    let mut screen = screen(offers(), 120, 40);
    let rings = |screen: &mut Screen, offers: Vec<OfferRow>, bell: bool| {
        screen.effects.clear();
        screen.base = on_offer(offers);
        screen.base.me.bell = bell;
        screen.read();
        screen.effects.contains(&Effect::Bell)
    };
    assert!(!rings(&mut screen, offers(), true), "nothing is new");
    assert!(!rings(&mut screen, offers()[..2].to_vec(), true), "one has gone");
    assert!(rings(&mut screen, vec![offers()[0].clone(), offers()[2].clone()], true), "one has gone, another one came");
    assert!(!rings(&mut screen, offers(), false), "with the bell off");
}

#[test]
fn every_answer_asks_the_desk() {
    let id = ConversationId(4829);
    for (keys, ask, open) in [
        ("o a", Ask::AcceptOffer { conversation: id, open: false }, false),
        ("o o", Ask::AcceptOffer { conversation: id, open: true }, true),
        ("o Enter", Ask::AcceptOffer { conversation: id, open: true }, true),
        ("o x", Ask::RejectOffer(id), false),
        ("o j k x", Ask::RejectOffer(id), false),
        ("o j x", Ask::RejectOffer(ConversationId(4830)), false),
    ] {
        let mut screen = screen(offers(), 120, 40);
        screen.keys(keys);
        let asked = screen.asked.iter().rfind(|asked| !matches!(asked, Ask::SaveDraft { .. } | Ask::Run { .. }));
        assert_eq!(asked, Some(&ask), "{keys}");
        assert_eq!(screen.model.thread.as_ref().is_some_and(|view| view.conversation == id), open, "{keys}");
    }
    // From the palette, for what the box shows.
    for (typed, ask) in [
        ("accept", Ask::AcceptOffer { conversation: id, open: false }),
        ("accept and", Ask::AcceptOffer { conversation: id, open: true }),
        ("reject", Ask::RejectOffer(id)),
    ] {
        let mut screen = screen(offers(), 120, 40);
        screen.keys("Ctrl-K").text(typed).keys("Enter");
        assert!(screen.asked.contains(&ask), "{typed}: {:?}", screen.asked);
    }
    let mut nothing = Screen::new(120, 40);
    nothing.keys("o");
    assert!(nothing.foot().contains("Nothing is on offer to you."), "{}", nothing.foot());
    assert!(nothing.model.layers.is_empty());
}

/// A key that is pressed in the moment in which the offer goes takes no other one.
#[test]
fn no_key_goes_to_an_offer_that_was_not_seen() {
    let mut screen = screen(offers(), 120, 40);
    screen.keys("o");
    screen.base = on_offer(offers()[1..].to_vec());
    screen.read();
    assert!(screen.shown().contains("This offer is gone."), "{}", screen.shown());
    screen.keys("a x Enter");
    assert!(screen.asked.iter().all(|ask| !matches!(ask, Ask::AcceptOffer { .. } | Ask::RejectOffer(_))));
    screen.keys("j");
    assert!(screen.shown().contains("Jo Park"), "{}", screen.shown());
    screen.base = on_offer(Vec::new());
    screen.read();
    assert!(screen.model.layers.is_empty(), "with the last offer goes the box");
    assert!(!screen.shown().contains("Offer"));
    assert!(screen.foot().contains("Nothing is on offer to you any more."));
}

#[test]
fn after_rejecting_the_next_one_is_shown() {
    let mut screen = screen(offers(), 120, 40);
    screen.keys("o x");
    screen.base = on_offer(offers()[1..].to_vec());
    screen.read();
    assert!(screen.shown().contains("Offer 1 of 2") && screen.shown().contains("Jo Park"), "{}", screen.shown());
    assert!(screen.model.layers.iter().any(|layer| matches!(layer, Layer::Offers(_))));
}

#[test]
fn the_mouse_opens_the_box() {
    let mut screen = screen(offers(), 120, 40);
    let shown = screen.shown();
    let row = shown.lines().position(|line| line.contains("Offer 1 of 3")).unwrap();
    screen.take(Msg::Click(4, u16::try_from(row).unwrap() + 1));
    assert!(matches!(screen.model.layers.last(), Some(Layer::Offers(_))));
}

fn polite() -> TestDesk {
    let desk = TestDesk::with_privacy();
    desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Polite).unwrap();
    desk
}

/// R8.1 at the screens of three: offered at once, the first wins, the others' boxes go.
#[test]
fn r8_1_offers_on_the_screens_of_three() {
    let desk = polite();
    desk.change("cleo", &AgentChange { ready: Some(false), ..AgentChange::default() });
    let mut seats = ["ana", "ben", "cleo"].map(|handle| Seat::new(&desk, handle));
    let id = desk.arrival();
    let offered: Vec<bool> = seats.iter_mut().map(|seat| seat.shown().contains("╔ Offer ")).collect();
    assert_eq!(offered, [true, true, false], "only who is ready (R8.2)");
    let [ana, ben, cleo] = &mut seats;
    assert_eq!(ana.outside.iter().filter(|effect| **effect == Effect::Bell).count(), 1, "one ring, not two");
    ana.keys("o");
    ben.keys("o o");
    assert_eq!(ben.opened(), id, "accepted and opened");
    assert!(ben.shown().contains("Ben Okafor accepted this conversation."), "{}", ben.shown());
    // ana is too late by a moment: nothing of the bell has reached her screen yet.
    ana.keys("a");
    assert!(ana.foot().contains("Ben Okafor has this conversation already."), "{}", ana.foot());
    assert!(!ana.shown().contains("╔ Offer "), "{}", ana.shown());
    assert_eq!(desk.listed("ben", Section::Live), [id]);
    cleo.keys("R");
    assert!(!cleo.shown().contains("╔ Offer "), "it is taken");
    let next = desk.arrival();
    assert!(cleo.shown().contains("╔ Offer "));
    cleo.keys("R");
    assert!(!cleo.shown().contains("╔ Offer "), "not ready: no offers");
    desk.does("olga", next, Command::Close);
    assert!(!ana.shown().contains("╔ Offer "), "closed");
}

/// R5.3, R6.4, R6.6: with a private one the loser's box goes, and says only that it is restricted now.
#[test]
fn r5_3_the_loser_of_a_private_offer_sees_no_word_of_it() {
    let desk = polite();
    let id = desk.arrival();
    desk.does("olga", id, make(Privacy::Private, true));
    let (mut ana, mut ben) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"));
    assert!(ana.keys("o").shown().contains("declined"));
    ben.keys("o a");
    ana.keys("a");
    assert!(ana.foot().contains("This conversation is private. Ask an administrator."), "{}", ana.foot());
    let shown = ana.shown();
    for secret in ["declined", "mara", "Ben"] {
        assert!(!shown.contains(secret), "{secret}:\n{shown}");
    }
}

/// What others do takes a box away without a key, and a dictator's choice shows up in Live.
#[test]
fn r8_1_boxes_vanish_by_themselves_and_dictators_choose() {
    let desk = polite();
    let mut ana = Seat::new(&desk, "ana");
    let mut shows_an_offer = || ana.shown().contains("╔ Offer");
    let id = desk.arrival();
    assert!(shows_an_offer());
    desk.does("ben", id, reply("Mine"));
    assert!(!shows_an_offer());
    desk.arrival();
    assert!(shows_an_offer());
    desk.desk.leave_group(&desk.agent("olga"), "Support", "ana").unwrap();
    assert!(!shows_an_offer());
    desk.desk.join_group(&desk.agent("olga"), "Support", "ana").unwrap();
    assert!(shows_an_offer());
    desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Dictator).unwrap();
    assert!(!shows_an_offer());
    desk.desk.receive(&Inbound { subject: Some("Chosen".into()), ..inbound("jo@example.com", None, "Hello") }).unwrap();
    let chosen = ["ana", "ben", "cleo"].into_iter().filter(|handle| desk.listed(handle, Section::Live).len() == 1);
    assert!(chosen.count() >= 1);
}
