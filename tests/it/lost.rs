//! Access that is lost while a conversation is on the screen (R6.4, R6.6): no word of it stays, on the screen or behind it,
//! in whatever way it was lost and wherever the screen stood.

use crate::{
    desks::{TestDesk, add_agent, assign, make, note, remove, reply, with_agents},
    painted::Painted,
    watcher::{Place, Watcher, word, words},
};
use deskline::{
    desk::AgentChange,
    domain::{
        command::Command,
        conversation::Privacy,
        history::{PastAttachment, PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState},
        id::ConversationId,
        people::{Party, Role, Routing},
        setting::SettingKey,
    },
    tui::{ask::Ask, model::Area},
};
use std::collections::BTreeSet;

/// What the viewer types in a draft: its own word.
const OWN: u64 = 900;

/// A conversation of Support whose every part has a word of its own.
fn secret(desk: &TestDesk) -> ConversationId {
    let customer = PastPerson { address: format!("{}@example.com", word(2)), name: format!("Mara {}", word(1)) };
    let agent = PastPerson { address: "cleo".into(), name: "Cleo Marsh".into() };
    let message = |key: u64, kind: PastKind, author: PastAuthor| PastMessage {
        key: key.to_string(),
        kind,
        author,
        at: crate::desks::beginning(),
        text: format!("Something about {}", word(key)),
        attachments: vec![PastAttachment {
            name: format!("{}.png", word(key + 1)),
            media_type: "image/png".into(),
            size: 10,
        }],
    };
    let change = |past: &mut PastConversation| {
        past.subject = format!("About {}", word(3));
        past.state = PastState::Open;
        past.requester = Some(customer.clone());
        past.messages = vec![
            message(10, PastKind::Reply, PastAuthor::Customer(customer.clone())),
            message(12, PastKind::Note, PastAuthor::Agent(agent.clone())),
        ];
    };
    desk.import("secret", change);
    let id = desk.listed("olga", deskline::domain::section::Section::Open)[0];
    desk.does("cleo", id, note(&format!("Look at {}, @ben @adam", word(20))));
    desk.later(1);
    let from = customer.address;
    desk.desk.receive(&crate::desks::inbound(&from, Some(id), &format!("More of {}", word(21)))).unwrap();
    let ticket = desk.ticket();
    desk.does("olga", id, Command::Link { item: ticket, confirmed: true });
    id
}

/// A way to lose access.
struct Way {
    name: &'static str,
    /// Who loses it.
    viewer: &'static str,
    /// What was before.
    before: fn(&TestDesk, ConversationId),
    /// It is lost.
    lost: fn(&TestDesk, ConversationId),
    /// It is given back.
    back: fn(&TestDesk, ConversationId),
}

const WAYS: [Way; 6] = [
    Way {
        name: "made private",
        viewer: "ben",
        before: |desk, id| drop(desk.does("olga", id, assign("ana"))),
        lost: |desk, id| drop(desk.does("olga", id, make(Privacy::Private, true))),
        back: |desk, id| drop(desk.does("olga", id, make(Privacy::Public, true))),
    },
    Way {
        name: "assigned to another",
        viewer: "ben",
        before: |desk, id| drop(desk.does("olga", id, make(Privacy::Private, true))),
        lost: |desk, id| drop(desk.does("cleo", id, assign("ana"))),
        back: |desk, id| drop(desk.does("olga", id, Command::Release { confirmed: true })),
    },
    Way {
        name: "the group was left",
        viewer: "ben",
        before: |desk, id| drop(desk.does("olga", id, make(Privacy::Private, true))),
        lost: |desk, _| drop(desk.desk.leave_group(&desk.agent("olga"), "Support", "ben").unwrap()),
        back: |desk, _| drop(desk.desk.join_group(&desk.agent("olga"), "Support", "ben").unwrap()),
    },
    Way {
        name: "forwarded",
        viewer: "ben",
        before: |desk, id| drop(desk.does("olga", id, make(Privacy::Private, true))),
        lost: |desk, id| forward(desk, id, "Billing"),
        back: |desk, id| forward(desk, id, "Support"),
    },
    Way {
        name: "the role changed",
        viewer: "adam",
        before: |desk, id| {
            desk.does("olga", id, assign("ana"));
            desk.does("olga", id, make(Privacy::Private, true));
        },
        lost: |desk, _| role(desk, Role::Agent),
        back: |desk, _| role(desk, Role::Admin),
    },
    Way {
        name: "switched off",
        viewer: "ben",
        before: |_, _| {},
        lost: |desk, _| desk.switch_off("ben"),
        back: |desk, _| desk.change("ben", &AgentChange { active: Some(true), ..AgentChange::default() }),
    },
];

fn forward(desk: &TestDesk, id: ConversationId, group: &str) {
    desk.does("olga", id, Command::Forward { group: group.into(), confirmed: true });
}

fn role(desk: &TestDesk, role: Role) {
    desk.change("adam", &AgentChange { role: Some(role), ..AgentChange::default() });
}

/// Where the screen stands when it happens.
const POSES: [(&str, &str); 30] = [
    ("the list", ""),
    ("the thread", "Enter"),
    ("the thread's beginning", "Enter Home"),
    ("raw text", "Enter v"),
    ("a reply", "r %"),
    ("a note with a mention", "n % Space @"),
    ("the button", "r % Tab"),
    ("the menu", "m"),
    ("assign", "a"),
    ("people", "p"),
    ("people, adding", "p + e"),
    ("a question", "p + n e w @ x . e x Enter"),
    ("a question over a draft", "r % Esc p + n e w @ x . e x Enter"),
    ("link", "#"),
    ("forward", "f"),
    ("what to create", "c"),
    ("a ticket with the title", "c t"),
    ("the customer", ": c u s t o m e r Space d e t a i l s Enter"),
    ("search", "/ a b o u t"),
    ("the palette", ": 1"),
    ("the bell", "b"),
    ("all keys", "?"),
    ("a new ticket", "+ t"),
    ("number and title copied", "Enter y y"),
    ("re-opened, undo waits", "Enter e e"),
    ("followed, undo waits", "Enter w"),
    ("the item", "i"),
    ("the item's tab", "i j j"),
    ("several chosen", "x x ~ g g a"),
    ("a held message", "r % !"),
];

fn take_pose(seat: &mut Painted, desk: &TestDesk, id: ConversationId, keys: &str) {
    // There may be something to read before it.
    seat.shown();
    for key in keys.split_whitespace() {
        match key {
            "%" => drop(seat.text(&word(OWN))),
            // A second passes: rows are passed no more.
            "~" => desk.seconds(1),
            // Somebody else writes, and it is sent before that was shown.
            "!" => {
                desk.does("olga", id, reply(&format!("Meanwhile {}", word(30))));
                seat.keys("Ctrl-S");
            }
            key => drop(seat.keys(key)),
        }
    }
}

/// The words of the conversation that a screen remembers; one's own aside.
fn remembered(seat: &Painted) -> BTreeSet<String> {
    let own = word(OWN);
    let model = format!("{:?}", seat.seat.session.model());
    words(&model).into_iter().filter(|found| **found != own).map(str::to_owned).collect()
}

fn nothing_is_left(desk: &TestDesk, seat: &mut Painted, viewer: &str, about: &str) {
    seat.written();
    let shown = seat.shown();
    let watcher = Watcher::of(&desk.file());
    watcher.check(viewer, about, &shown);
    watcher.check(viewer, &format!("{about}, the bytes"), &seat.written());
    watcher.check(viewer, &format!("{about}, the model"), &format!("{:?}", seat.seat.session.model()));
    watcher.check(viewer, &format!("{about}, the buffers"), &format!("{:?}", seat.seat.session.terminal()));
    for (columns, rows) in [(60, 20), (200, 50), (80, 24)] {
        let shown = seat.resize(columns, rows).shown();
        watcher.check(viewer, &format!("{about}, {columns}×{rows}"), &shown);
    }
    let bytes = seat.whole();
    watcher.check(viewer, &format!("{about}, painted anew"), &bytes);
}

/// R6.4, R6.6: every way, from everywhere.
#[test]
fn no_word_of_what_was_lost_is_left() {
    for way in WAYS {
        let desk = TestDesk::with_privacy();
        let id = secret(&desk);
        desk.write_in("jo@example.com", None, "Something else");
        (way.before)(&desk, id);
        // The newest, so that it is selected where the screen begins.
        desk.does("ana", id, note(&format!("And {}", word(22))));
        for (pose, keys) in POSES {
            let about = format!("{}, {pose}", way.name);
            let mut seat = Painted::new(&desk, way.viewer);
            take_pose(&mut seat, &desk, id, keys);
            assert_eq!(seat.opened(), id, "{about}");
            let before = remembered(&seat);
            assert!(before.len() >= 4, "{about}: there is little to lose: {before:?}\n{}", seat.shown());
            let layers = seat.seat.session.model().layers.len();
            (way.lost)(&desk, id);
            nothing_is_left(&desk, &mut seat, way.viewer, &about);
            let model = seat.seat.session.model();
            assert!(model.layers.iter().all(|layer| layer.about() != Some(id)), "{about}");
            assert!(
                model.undo.iter().all(|ask| !matches!(ask, Ask::Run { conversation, .. } if *conversation == id)),
                "{about}"
            );
            assert!(model.composer.is_none() && model.area != Area::Composer, "{about}");
            if layers > 0 && model.layers.is_empty() && model.shut.is_none() {
                seat.shows(&format!("You cannot see #{id} any more. What was open about it is closed."));
            }
            (way.back)(&desk, id);
        }
    }
}

/// The same on narrow screens, where a dialog is about the marked row and nothing is open, and where a draft takes it all.
#[test]
fn no_word_is_left_on_narrow_screens_either() {
    for size in [(60, 20), (80, 24)] {
        let way = &WAYS[0];
        let desk = TestDesk::with_privacy();
        let id = secret(&desk);
        desk.write_in("jo@example.com", None, "Something else");
        (way.before)(&desk, id);
        desk.does("ana", id, note(&format!("And {}", word(22))));
        for (pose, keys) in POSES {
            let about = format!("{size:?}, {pose}");
            let mut seat = Painted::sized(&desk, way.viewer, size);
            take_pose(&mut seat, &desk, id, keys);
            assert!(remembered(&seat).len() >= 4, "{about}");
            (way.lost)(&desk, id);
            nothing_is_left(&desk, &mut seat, way.viewer, &about);
            (way.back)(&desk, id);
        }
    }
}

/// The proof can fail: what is still there is found, in each part of the conversation.
#[test]
fn a_word_that_stayed_would_be_found() {
    let desk = TestDesk::with_privacy();
    let id = secret(&desk);
    desk.does("olga", id, assign("ana"));
    let mut seat = Painted::new(&desk, "ben");
    seat.keys("Enter");
    let watcher = Watcher::of(&desk.file());
    assert!(watcher.wrong("ben", &seat.shown()).is_empty());
    let before =
        (seat.shown(), format!("{:?}", seat.seat.session.model()), format!("{:?}", seat.seat.session.terminal()));
    desk.does("olga", id, make(Privacy::Private, true));
    let watcher = Watcher::of(&desk.file());
    let found =
        |text: &str| watcher.wrong("ben", text).into_iter().map(|(word, _)| word.to_owned()).collect::<Vec<_>>();
    let all: Vec<String> = [1, 2, 3, 10, 11, 12, 13, 20, 21].map(word).to_vec();
    assert_eq!(
        found(&before.1),
        all,
        "customer, address, subject, message, attachment, note, attachment, note, message"
    );
    for shown in [1, 3, 10, 12, 20, 21].map(word) {
        assert!(found(&before.0).contains(&shown) && found(&before.2).contains(&shown), "{shown}:\n{}", before.0);
    }
    assert!(watcher.wrong("olga", &before.1).is_empty() && watcher.wrong("ana", &before.1).is_empty());
    assert_eq!(watcher.places[&word(3)], BTreeSet::from([Place::Conversation(id)]));
}

/// What was written stays the writer's, and comes back with the access.
#[test]
fn r6_4_ones_own_draft_is_kept_and_comes_back() {
    for way in WAYS.iter().filter(|way| way.name != "switched off") {
        let desk = TestDesk::with_privacy();
        let id = secret(&desk);
        (way.before)(&desk, id);
        let mut seat = Painted::new(&desk, way.viewer);
        seat.keys("r").text("half a sentence");
        (way.lost)(&desk, id);
        seat.shows("Restricted access").hides("half a sentence");
        assert_eq!(desk.count("SELECT count(*) FROM draft WHERE text = 'half a sentence'"), 1, "{}", way.name);
        (way.back)(&desk, id);
        seat.shows("draft: half a sentence");
        seat.keys("r").shows("half a sentence");
        let look = seat.seat.session.model().composer.as_ref().map(|composer| composer.editor.text().to_owned());
        assert_eq!(look.as_deref(), Some("half a sentence"), "{}", way.name);
    }
}

/// A draft that could not be kept when its conversation was lost is still there when that comes back.
#[test]
fn a_draft_that_the_disk_refused_is_remembered() {
    use deskline::{
        desk::page::{Denied, DraftPlace, Mode},
        tui::ask::Msg,
    };
    let mut screen = crate::screen::Screen::new(120, 40);
    screen.keys("r").text("half a sentence");
    let place = DraftPlace::Conversation(ConversationId(4821));
    let ask =
        Ask::SaveDraft { place: place.clone(), mode: Mode::Reply, text: "half a sentence".into(), files: Vec::new() };
    screen.keys("Esc");
    screen.model.kept.clear();
    screen.take(Msg::Answered(Box::new(ask), Err(Denied::Failed("The disk is full.".into()))));
    assert!(screen.foot().contains("The disk is full."), "{}", screen.foot());
    assert_eq!(screen.model.draft(&place, Mode::Reply), Some("half a sentence"));
}

/// Removed by name from an internal conversation, and from a direct one: as if it had never been.
#[test]
fn r6_9_who_is_removed_keeps_no_word() {
    let desk = TestDesk::new();
    let done = desk.start("ana", with_agents(&["ben", "cleo"]), &format!("Between us: {}", word(40)));
    let id = done.conversation;
    desk.does("cleo", id, reply(&format!("Yes, {}", word(41))));
    for keys in ["Enter", "r %", "p", "m", "/ u s"] {
        let mut ben = Painted::new(&desk, "ben");
        ben.keys("g n");
        take_pose(&mut ben, &desk, id, keys);
        assert!(remembered(&ben).len() >= 2, "{keys}: {}", ben.shown());
        desk.does("ana", id, remove(Party::Agent("ben".into())));
        nothing_is_left(&desk, &mut ben, "ben", keys);
        desk.does("ana", id, add_agent("ben", true));
    }
}

/// R8.1, R6.4: what was on offer, private, and was taken by somebody else leaves no word in the box or behind it.
#[test]
fn r8_1_an_offer_that_is_gone_leaves_no_word() {
    for keys in ["", "o", "Enter", "r %"] {
        let desk = TestDesk::with_privacy();
        desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Polite).unwrap();
        desk.set(SettingKey::NewConversationsPrivate, "on");
        let mut ben = Painted::new(&desk, "ben");
        let from = format!("{}@example.com", word(2));
        let id = desk.write_in(&from, None, &format!("On offer: {}", word(50))).conversation;
        ben.shown();
        take_pose(&mut ben, &desk, id, keys);
        assert!(remembered(&ben).len() >= 2, "{keys}: {}", ben.shown());
        desk.desk.accept(&desk.agent("ana"), id).unwrap();
        nothing_is_left(&desk, &mut ben, "ben", &format!("an offer, {keys}"));
        assert!(ben.seat.session.model().layers.is_empty(), "{keys}");
        assert!(ben.seat.session.model().page.offers.is_empty(), "{keys}");
    }
}

/// R6.11: an audited look ends with the role.
#[test]
fn r6_11_a_direct_conversation_goes_with_the_role() {
    let desk = TestDesk::new();
    desk.start("ana", with_agents(&["ben"]), &format!("Between us: {}", word(40)));
    let mut adam = Painted::new(&desk, "adam");
    adam.keys("g A Enter").shows(&word(40));
    role(&desk, Role::Agent);
    nothing_is_left(&desk, &mut adam, "adam", "demoted");
}

/// Every screen of an agent, and each of the agents, at once.
#[test]
fn every_screen_of_everybody_loses_it_at_once() {
    let desk = TestDesk::with_privacy();
    let id = secret(&desk);
    desk.does("olga", id, make(Privacy::Private, true));
    let mut seats: Vec<(&str, Painted)> = ["ben", "ben", "cleo", "ana", "olga"]
        .into_iter()
        .zip([(60, 20), (80, 24), (120, 40), (200, 50), (120, 40)])
        .map(|(handle, size)| (handle, Painted::sized(&desk, handle, size)))
        .collect();
    for (_, seat) in &mut seats {
        seat.keys("Enter End").shows(&word(21));
    }
    desk.does("cleo", id, assign("cleo"));
    for (handle, seat) in &mut seats {
        if matches!(*handle, "cleo" | "olga") {
            seat.shows(&word(21));
        } else {
            seat.shows("Restricted access");
            nothing_is_left(&desk, seat, handle, handle);
        }
    }
}

/// What is still allowed stays as it is: other dialogs, other messages, the undo of something else.
#[test]
fn what_is_about_something_else_stays() {
    let desk = TestDesk::with_privacy();
    let id = secret(&desk);
    desk.does("olga", id, assign("ana"));
    let other = desk.write_in("jo@example.com", None, "Something else").conversation;
    let mut ben = Painted::new(&desk, "ben");
    ben.keys("Enter");
    assert_eq!(ben.opened(), other);
    ben.keys("e").shows(&format!("Closed #{other}. z undo"));
    desk.does("olga", id, make(Privacy::Private, true));
    ben.shows(&format!("Closed #{other}. z undo"));
    assert_eq!(ben.seat.session.model().undo.len(), 1);
    ben.keys("e p").shows("customer jo");
    desk.does("olga", id, make(Privacy::Public, true));
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(ben.seat.session.model().layers.len(), 1);
    ben.shows("customer jo");
}
