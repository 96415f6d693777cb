//! Real sessions on a real desk: the walks of the rules on the screen, and what several screens see of each other.

use crate::{
    desks::{TestDesk, assign, make, reply, with_agents},
    seat::Seat,
};
use chrono::Duration;
use deskline::{
    desk::{
        AgentChange, News,
        page::{Opened, Wants},
    },
    domain::{
        command::{Command, StartWith},
        conversation::{Privacy, State},
        id::ConversationId,
        people::FromCustomers,
        section::Section,
        setting::SettingKey,
    },
    tui::{
        ask::{Effect, Msg},
        model::Area,
        session::Event,
    },
};

const RESTRICTED: &str = "Restricted access. This conversation is private. Ask an administrator.";

/// What stands in the last area of the screen, in one line.
fn right_of_the_list(shown: &str) -> String {
    let words: Vec<&str> =
        shown.lines().filter_map(|line| line.rsplit('│').next()).flat_map(str::split_whitespace).collect();
    words.join(" ")
}

/// R6.1 to R6.6 with three agents in one group, at their screens.
#[test]
fn r6_a_private_conversation_on_the_screens_of_three() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let (mut ana, mut ben, mut cleo) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"), Seat::new(&desk, "cleo"));
    let id = desk.arrival();
    for seat in [&mut ana, &mut ben, &mut cleo] {
        let shown = seat.shown();
        assert!(shown.contains("My card is declined") && shown.contains("bell 1"), "{shown}");
        assert!(seat.outside.contains(&Effect::Bell), "the bell rang (R7.4)");
    }
    ana.keys("g u Enter a").text("ben").keys("Enter");
    assert!(ana.foot().contains("You cannot see it any more."), "{}", ana.foot());
    for seat in [&mut ana, &mut cleo] {
        let shown = seat.shown();
        for secret in ["declined", "mara", "Mara"] {
            assert!(!shown.contains(secret), "{secret} is still on the screen:\n{shown}");
        }
        assert!(!shown.contains("bell 1"), "the notice left the number (R6.3)");
    }
    let shown = cleo.keys("b Enter").shown();
    assert!(right_of_the_list(&shown).contains(RESTRICTED), "{shown}");
    assert!(!shown.contains("declined"));
    let shown = ben.keys("g l Enter").shown();
    assert!(shown.contains("My card is declined") && shown.contains("Private"), "{shown}");
    ben.keys("P");
    assert!(ben.foot().contains("owner"), "ben cannot publish (R6.5): {}", ben.foot());
    let mut adam = Seat::new(&desk, "adam");
    adam.keys("Enter P");
    assert!(adam.shown().contains("1 message and 0 notes become readable by"), "{}", adam.shown());
    adam.keys("n");
    assert_eq!(desk.row(id).privacy, Privacy::Private, "No is No");
    adam.keys("P y");
    assert_eq!(desk.row(id).privacy, Privacy::Public);
    let shown = cleo.shown();
    assert!(shown.contains("My card is declined"), "readable again, where it was restricted:\n{shown}");
}

/// R2.1 to R2.7: close, lock refused on an open one, lock, a follow-up, unlock, re-opened by a reply.
#[test]
fn r2_close_lock_unlock_and_reopen_on_the_screen() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("Enter L");
    assert!(olga.foot().contains("Only a closed conversation can be locked."), "{}", olga.foot());
    olga.keys("e");
    assert!(olga.foot().contains(&format!("Closed #{id}. z undo")), "{}", olga.foot());
    olga.keys("L");
    assert_eq!(desk.row(id).state, State::Locked);
    let shown = olga.shown();
    assert!(shown.contains("[ Send Message ]") && shown.contains("Unlock to reply."), "for the owner too:\n{shown}");
    olga.keys("r").text("kept").keys("Ctrl-S");
    assert!(olga.foot().contains("Locked by"), "{}", olga.foot());
    let received = desk.write_in("mara@example.com", Some(id), "It broke again");
    assert_eq!(received.follow_up_to, Some(id));
    olga.keys("Esc L");
    assert_eq!(desk.row(id).state, State::Closed);
    olga.keys("r Ctrl-S");
    assert!(olga.foot().contains("Sent. It is open again."), "{}", olga.foot());
    assert_eq!(desk.row(id).state, State::Open);
    assert_eq!(desk.texts("olga", id).iter().filter(|text| *text == "kept").count(), 1, "the draft was sent");
}

#[test]
fn r2_6_a_reply_that_races_a_lock_is_refused_and_the_draft_kept() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("r").text("too late");
    desk.does("ben", id, Command::Close);
    desk.does("ben", id, Command::Lock);
    ana.keys("Ctrl-S");
    assert!(ana.foot().contains("The draft is kept."), "{}", ana.foot());
    assert!(ana.shown().contains("too late"));
    assert!(!desk.texts("ana", id).iter().any(|text| text == "too late"));
}

#[test]
fn r3_5_from_customers_off_takes_the_section_away_at_once() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut dev = Seat::new(&desk, "dev");
    assert!(dev.shown().contains("FROM CUSTOMERS"));
    desk.change("dev", &AgentChange { from_customers: Some(FromCustomers::Off), ..AgentChange::default() });
    let shown = dev.shown();
    assert!(!shown.contains("FROM CUSTOMERS") && !shown.contains("Open conversations"), "{shown}");
    assert_eq!(dev.session.model().section, Section::Unassigned);
    dev.keys("g o");
    assert!(dev.foot().contains("no section"), "{}", dev.foot());
}

#[test]
fn r5_6_who_is_switched_off_sees_nothing_any_more() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("r").text("half a sentence");
    desk.switch_off("ana");
    let shown = ana.shown();
    assert!(shown.contains("switched off"), "{shown}");
    for gone in ["declined", "Support", "half a sentence", "QUEUE"] {
        assert!(!shown.contains(gone), "{gone} is still there:\n{shown}");
    }
    ana.keys("j Enter r e q");
    assert!(ana.outside.contains(&Effect::Quit));
}

#[test]
fn a_draft_is_the_agents_own_at_every_screen() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut here = Seat::new(&desk, "ana");
    here.keys("r").text("half a sentence");
    desk.later(1);
    here.rang();
    let mut there = Seat::new(&desk, "ana");
    assert!(there.shown().contains("draft: half a sentence"), "kept by time alone: {}", there.shown());
    here.text(" more");
    here.session.keep_drafts();
    assert!(there.shown().contains("draft: half a sentence more"), "kept on every way out: {}", there.shown());
    let mut ben = Seat::new(&desk, "ben");
    assert!(!ben.shown().contains("half a sentence"));
    there.keys("r Ctrl-S");
    let mut again = Seat::new(&desk, "ana");
    assert!(!again.shown().contains("draft:"), "sent, it is no draft any more");
}

#[test]
fn r7_6_what_a_colleague_wrote_meanwhile_is_shown_before_anything_is_sent() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("r").text("Try another card.");
    desk.does("ben", id, reply("I have reset it."));
    ana.keys("Ctrl-S");
    assert!(ana.shown().contains("Not sent yet"), "{}", ana.shown());
    assert!(ana.shown().contains("I have reset it."));
    ana.keys("Down Enter");
    assert!(desk.texts("ana", id).iter().any(|text| text == "Try another card."), "sent in spite of it");
}

#[test]
fn r3_7_reading_on_the_screen_takes_the_number_down_for_that_agent_only() {
    let desk = TestDesk::new();
    desk.arrival();
    let (mut ana, mut ben) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"));
    let unread = |seat: &Seat| seat.session.model().page.badge;
    ana.keys("Enter");
    ana.rang();
    ben.rang();
    assert_eq!((unread(&ana), unread(&ben)), (0, 1));
    ana.keys("u");
    desk.later(5);
    ana.rang();
    assert_eq!(unread(&ana), 1, "marked unread it stays so");
}

#[test]
fn r6_11_others_direct_conversations_are_opened_deliberately_and_that_is_written_down() {
    let desk = TestDesk::new();
    let done = desk.start("ana", StartWith::Agents(vec!["ben".into()]), "Between us two");
    let opened = |desk: &TestDesk| {
        let audit = desk.desk.audit(&desk.agent("olga"), Some(done.conversation), 50).unwrap();
        audit.iter().filter(|row| row.action == "opened-direct").count()
    };
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("g A");
    desk.later(1);
    let shown = olga.shown();
    assert!(shown.contains("Direct, of others"), "{shown}");
    assert!(!shown.contains("Between us"), "{shown}");
    assert_eq!(opened(&desk), 0, "looking at the list opens nothing");
    olga.keys("Enter");
    assert!(olga.shown().contains("Between us two"), "{}", olga.shown());
    assert_eq!(opened(&desk), 1);
}

#[test]
fn r5_3_a_reply_takes_what_nobody_has_and_the_screen_says_so() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("r").text("I am on it").keys("Ctrl-S");
    assert!(ana.foot().contains("It is assigned to you now."), "{}", ana.foot());
    assert_eq!(ana.session.model().area, Area::Thread);
    desk.does("olga", id, assign("ben"));
    assert!(ana.shown().contains("→ Ben"), "{}", ana.shown());
}

#[test]
fn nothing_is_painted_where_nothing_changed_and_little_where_a_row_was_selected() {
    let desk = TestDesk::new();
    for number in 0..40 {
        desk.write_in(&format!("customer{number}@example.com"), None, "A question about the invoice of last month");
    }
    let mut ana = Seat::new(&desk, "ana");
    let first = ana.session.frame().unwrap();
    assert!(first.contains("\x1b[?2026h") && first.contains("\x1b[?2026l"), "a frame is shown at once");
    assert_eq!(ana.session.frame(), None);
    ana.take(Event::Rang(News::EVERYTHING));
    assert_eq!(ana.session.frame(), None, "news that is not shown paints nothing");
    ana.keys("Esc");
    assert_eq!(ana.session.frame(), None);
    // While rows are passed, two of them are painted; the clock of this desk stands still.
    ana.keys("j");
    ana.session.frame();
    ana.keys("j");
    let bytes = ana.session.frame().unwrap();
    assert!(bytes.len() < 300, "{} bytes: {bytes:?}", bytes.len());
}

#[test]
fn what_a_row_says_of_its_age_goes_on_with_the_next_news_whatever_it_is() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    assert!(painted(ana.session.frame()).contains("now"));
    desk.later(5);
    ana.take(Event::Rang(News::of(ConversationId(99))));
    assert!(painted(ana.session.frame()).contains("5m"));
    ana.take(Event::Rang(News::of(ConversationId(99))));
    assert_eq!(ana.session.frame(), None);
}

/// The letters of a frame.
fn painted(frame: Option<String>) -> String {
    let mut parser = vt100::Parser::new(40.try_into().unwrap(), 120.try_into().unwrap(), 0);
    parser.process(frame.unwrap().as_bytes());
    parser.screen().contents()
}

#[test]
fn a_session_sleeps_until_something_is_due() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    assert_eq!(ana.session.deadline(), None, "nothing is due before the first key");
    ana.keys("r").text("x");
    let due = ana.session.deadline().unwrap();
    assert!(due - ana.session.now() <= Duration::seconds(1), "the draft, or reading");
    desk.later(1);
    ana.rang();
    let left_alone = ana.session.deadline().unwrap() - ana.session.now();
    assert!(left_alone > Duration::minutes(8), "nothing but that a screen left alone looks at nothing: {left_alone}");
    desk.later(10);
    ana.rang();
    assert_eq!(ana.session.deadline(), None);
}

#[test]
fn a_new_size_is_drawn_whole() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::sized(&desk, "ana", (60, 20));
    ana.session.frame();
    ana.take(Event::Input(Msg::Resize(200, 50)));
    let bytes = ana.session.frame().unwrap();
    assert!(bytes.contains("\x1b[2J") && bytes.contains("QUEUE"), "everything is painted again");
}

#[test]
fn two_screens_see_each_others_writes_through_their_own_access() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    let mut dev = Seat::new(&desk, "dev");
    dev.keys("Enter");
    assert!(dev.shown().contains("My card is declined"));
    desk.does("olga", id, make(Privacy::Private, true));
    let shown = dev.shown();
    assert!(!shown.contains("declined"), "{shown}");
    let page = dev.session.model().page.opened.clone();
    assert!(!matches!(page, Some(Opened::Thread(_)) | None), "{page:?}");
    assert_eq!(desk.page("dev", &Wants::default()).badge, 0);
}

#[test]
fn an_editor_is_offered_where_it_can_be_opened_only() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("r");
    assert!(ana.foot().contains("Ctrl-O"), "{}", ana.foot());
    let mut elsewhere = Seat::elsewhere(&desk, "ana");
    elsewhere.keys("r");
    assert!(!elsewhere.foot().contains("Ctrl-O"), "{}", elsewhere.foot());
    elsewhere.keys("Ctrl-O");
    assert!(elsewhere.outside.iter().all(|effect| !matches!(effect, Effect::OpenEditor(_))));
}

/// R6.11: a look into a direct conversation of others lasts as long as the screen shows it; the next one is written down too.
#[test]
fn an_audited_look_ends_with_the_screen_that_shows_it() {
    let desk = TestDesk::new();
    desk.arrival();
    let id = desk.start("ana", with_agents(&["ben"]), "My card trick").conversation;
    let looks = || desk.count("SELECT count(*) FROM event WHERE kind = 'opened-direct'");
    let mut adam = Seat::new(&desk, "adam");
    for look in 1..=2 {
        adam.keys("g A g g");
        assert!(!adam.shown().contains("card trick"), "a row without words\n{}", adam.shown());
        adam.keys("Enter");
        assert!(adam.shown().contains("My card trick"), "{}", adam.shown());
        assert_eq!((adam.opened(), looks()), (id, look));
        desk.does("ben", id, reply("How?"));
        assert!(adam.shown().contains("How?"), "it is read again for as long as it is shown");
        adam.keys("Esc j");
        assert!(!adam.shown().contains("card trick"), "{}", adam.shown());
        assert_eq!(desk.open("adam", id), Opened::NotFound(id));
    }
    adam.keys("g A g g Enter");
    drop(adam);
    assert_eq!((desk.open("adam", id), looks()), (Opened::NotFound(id), 3), "it ends with the session");
}
