//! Whole walks of the rules on the screen, with keys alone.

use crate::{
    desks::{TestDesk, reply},
    painted::Painted,
};
use deskline::domain::{
    conversation::{Privacy, State},
    section::Section,
};

const RESTRICTED: &str = "Restricted access. This conversation is private. Ask";

/// What no screen of somebody without access may show.
fn nothing_of_it(seat: &mut Painted) {
    for word in ["declined", "mara", "Mara", "→ Ana", "Private", "private no item", "09:0"] {
        seat.hides(word);
    }
}

#[test]
fn r6_4_r6_5_r6_6_the_walk_of_private_conversations() {
    let desk = TestDesk::new();
    let [mut olga, mut ana, mut ben, mut cleo] =
        ["olga", "ana", "ben", "cleo"].map(|handle| Painted::new(&desk, handle));

    // Both switches on, and nothing before Save (R6.1).
    olga.keys("A Enter Down Space Down Space").shows("Private conversations ‹ on ›");
    assert!(!desk.desk.settings(&desk.agent("olga")).unwrap().starts_private());
    olga.keys("Ctrl-S").shows("Saved.").keys("Esc Esc");

    // The customer writes; the group sees it, and is told by the bell (R7.4).
    let id = desk.arrival();
    for seat in [&mut olga, &mut ana, &mut ben, &mut cleo] {
        seat.shows("My card is declined").shows("Customer · Private · Open").shows("unassigned").shows("bell 1");
    }
    let mut dev = Painted::new(&desk, "dev");
    nothing_of_it(&mut dev);

    // Cleo assigns it to ana: gone for herself and ben at once, lists, numbers and bell with it.
    cleo.keys("a").text("ana").keys("Enter");
    for seat in [&mut ben, &mut cleo] {
        nothing_of_it(seat);
        seat.hides("bell 1").shows("Open conversations               0");
    }
    cleo.shows(RESTRICTED);
    ana.shows("→ Ana").shows("bell 2");

    // From the bell ben gets the restricted screen, with nothing of it on the bell either (R6.7).
    ben.keys("b").shows("Restricted").shows("#1");
    nothing_of_it(&mut ben);
    ben.keys("Enter").shows(RESTRICTED);
    nothing_of_it(&mut ben);
    assert_eq!(ben.opened(), id);
    // No key gets past it, and none of them does anything to it.
    for keys in ["r", "n", "a", "t", "e", "P", "p", "i", "v", "y y", "m", "f", "#", "c", "w", "u", "z", "L"] {
        ben.keys(keys);
        nothing_of_it(&mut ben);
        ben.keys("Esc Esc").keys("b Enter");
        nothing_of_it(&mut ben);
    }
    ben.keys("Esc /").text("declined");
    let shown = ben.shown();
    assert_eq!(shown.matches("declined").count(), 1, "the words searched for, and no hit:\n{shown}");
    ben.keys("Esc");
    // Who never was told of it finds nothing, not even that there is something (R6.6).
    dev.keys("b").hides("#1").hides("Restricted").keys("Esc");

    // The assignee cannot publish it, and is told who can.
    ana.keys("Enter P").shows("Only the owner and admins make conversations private or public. Ask one of them.");
    ana.shows("Customer · Private · Open");
    assert_eq!(desk.row(id).privacy, Privacy::Private);

    // The admin can, after reading who will read it; No is the default.
    let mut adam = Painted::new(&desk, "adam");
    adam.keys("Enter P").shows("1 message and 0 notes become readable by 3 more agents.").shows("@ben, @cleo, @dev");
    adam.keys("Enter").shows("Customer · Private · Open");
    adam.keys("P y").shows("Customer · Public · Open");
    ben.keys("g o Enter").shows("My card is declined").shows("Customer · Public · Open");
    dev.keys("g o Enter").shows("My card is declined");
    ben.keys("b").shows("My card is declined");
}

#[test]
fn r2_2_r2_4_r2_7_the_walk_of_closing_and_locking() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let (mut olga, mut ana) = (Painted::new(&desk, "olga"), Painted::new(&desk, "ana"));

    // An open one cannot be locked; closed it can.
    olga.keys("Enter L").shows("Only a closed conversation can be locked. Close it first.");
    assert_eq!(desk.row(id).state, State::Open);
    olga.keys("e").shows("Closed #1.").shows("Customer · Public · Closed");
    ana.shows("Open conversations               0");
    olga.keys("L").shows("Locked #1.").shows("Customer · Public · Locked");

    // Send Message is shown, disabled, with the reason, for the owner who locked it and for everybody.
    ana.keys("g c Enter");
    for seat in [&mut olga, &mut ana] {
        seat.shows("Locked by Olga Berg on 3 May. Unlock to reply.").shows("[ Send Message ]");
        let disabled = seat.style_of("[ Send Message ]");
        seat.keys("r").text("A kept draft").shows("A kept draft").shows("Locked by Olga Berg on 3 May.");
        seat.keys("Ctrl-S").shows("Locked by Olga Berg on 3 May. Unlock to reply. The draft is kept.");
        seat.keys("Tab Enter").shows("The draft is kept.").shows("A kept draft");
        seat.keys("Shift-Tab").shows("A kept draft");
        assert_eq!(seat.style_of("[ Send Message ]"), disabled);
        seat.keys("Esc").shows("draft: A kept draft");
        seat.keys("n").text("No note either").keys("Ctrl-S").shows("The draft is kept.").keys("Esc");
    }
    assert_eq!(desk.texts("olga", id).iter().filter(|text| text.contains("draft") || text.contains("note")).count(), 0);

    // What the customer writes to it becomes a follow-up, and nothing that is being read moves.
    let written = desk.write_in("mara@example.com", Some(id), "Still broken");
    let next = written.conversation;
    assert_eq!((written.follow_up_to, next == id), (Some(id), false));
    olga.shows("Customer · Public · Locked").shows("Still broken");
    assert_eq!(olga.opened(), id);
    ana.keys("Esc g o Enter").shows("follow-up to #1").shows("Customer · Public · Open");
    assert_eq!(ana.opened(), next);

    // Unlocked it is closed still; the kept draft is sent and re-opens it (R2.3).
    let enabled = {
        olga.keys("L").shows("Unlocked #1.").shows("Customer · Public · Closed");
        olga.hides("Locked by Olga Berg on 3 May.");
        olga.keys("r").shows("A kept draft");
        olga.style_of("[ Send Message ]")
    };
    olga.keys("Ctrl-S").shows("Sent. It is open again.").shows("Customer · Public · Open");
    assert_ne!(enabled, locked_style(), "a disabled control looks otherwise");
    assert_eq!(desk.row(id).state, State::Open);
    assert!(desk.texts("ana", id).contains(&"A kept draft".to_owned()));
    ana.keys("g o").shows("Open conversations               2");
    assert_eq!(desk.listed("ana", Section::Open).len(), 2);
}

/// How the control looks on a locked conversation while one writes.
fn locked_style() -> (bool, bool, vt100::Color) {
    let desk = TestDesk::new();
    desk.arrival();
    let mut olga = Painted::new(&desk, "olga");
    olga.keys("Enter e L r");
    olga.shows("Locked by Olga Berg");
    olga.style_of("[ Send Message ]")
}

#[test]
fn what_is_read_and_written_stays_when_something_comes_into_an_empty_list() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut olga = Painted::new(&desk, "olga");
    olga.keys("Enter e").shows("Open conversations               0");
    olga.keys("r").text("In the middle of a sen");
    desk.write_in("jo@example.com", None, "Something else");
    olga.shows("Open conversations               1").shows("In the middle of a sen");
    olga.text("tence.").shows("In the middle of a sentence.");
    assert_eq!(olga.opened(), id);
    olga.keys("Ctrl-S").shows("Sent.");
    assert!(desk.texts("olga", id).contains(&"In the middle of a sentence.".to_owned()));
}

#[test]
fn r7_6_what_came_meanwhile_holds_the_reply_back() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Painted::new(&desk, "ana");
    ana.keys("Enter r").text("An answer");
    // The bell has not rung at ana's yet when she sends.
    desk.does("olga", id, reply("Already answered"));
    ana.keys("Ctrl-S").shows("Already answered");
    assert!(!desk.texts("ana", id).contains(&"An answer".to_owned()), "{}", ana.shown());
    ana.keys("Esc").shows("An answer");
}
