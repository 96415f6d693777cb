//! Who else is there (R7.5): told to those with access, of those with access, and over by itself.

use crate::{
    desks::{TestDesk, assign, make},
    pages::{self, person},
    screen::Screen,
    seat::Seat,
};
use deskline::{
    desk::{
        AgentChange, News, Touched,
        page::{Doing, Opened, Present, Wants},
    },
    domain::{
        command::StartWith,
        conversation::{Audience, Privacy},
        id::ConversationId,
    },
    tui::{ask::Msg, session::Event},
};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

/// Who is there for somebody, with `*` for who writes.
fn there(desk: &TestDesk, handle: &str, id: ConversationId) -> Vec<String> {
    names(&desk.thread(handle, id).present)
}

fn names(present: &[Present]) -> Vec<String> {
    present.iter().map(|one| format!("{}{}", one.name, if one.writing { "*" } else { "" })).collect()
}

#[test]
fn r7_5_each_sees_who_else_is_there_and_it_ends_by_itself() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    assert!(there(&desk, "ben", id).is_empty(), "a screen nobody touched looks at nothing");
    ana.keys("Enter");
    assert_eq!(there(&desk, "ben", id), ["Ana Ruiz"]);
    assert!(there(&desk, "ana", id).is_empty(), "not oneself");
    let mut ben = Seat::new(&desk, "ben");
    assert!(ben.shown().contains("Ana is looking"), "{}", ben.shown());
    assert!(!ana.shown().contains("Ben is looking"), "ben has pressed nothing yet");
    ben.keys("Enter");
    assert!(ana.shown().contains("Ben is looking"), "{}", ana.shown());
    ben.keys("r").text("Hello");
    assert!(ana.shown().contains("Ben is writing …"), "{}", ana.shown());
    // Ten seconds without a key, by its own clock.
    desk.seconds(9);
    assert!(ben.session.deadline().unwrap() <= ben.session.now() + chrono::Duration::seconds(1));
    ben.take_all([]);
    assert!(ana.shown().contains("Ben is writing …"));
    desk.seconds(1);
    ben.take_all([]);
    assert!(ana.shown().contains("Ben is looking"), "{}", ana.shown());
    ben.text("!");
    assert!(ana.shown().contains("Ben is writing …"));
    ben.keys("Ctrl-S");
    assert!(ana.shown().contains("Ben is looking"), "sent");
    // A screen left alone looks at nothing any more.
    desk.later(10);
    ben.take_all([]);
    assert!(!ana.shown().contains("Ben is looking"), "{}", ana.shown());
    ben.keys("j");
    assert!(ana.shown().contains("Ben is looking"));
    drop(ben);
    assert!(!ana.shown().contains("Ben is looking"), "{}", ana.shown());
    assert!(there(&desk, "cleo", id).is_empty(), "ana's was left alone, too");
}

#[test]
fn r7_5_it_goes_with_the_screen_and_its_focus() {
    let desk = TestDesk::new();
    let (first, second) = (desk.arrival(), desk.write_in("jo@example.com", None, "An invoice").conversation);
    let (mut ana, mut ben) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"));
    ana.keys("Enter");
    ben.keys("Enter");
    assert_eq!((ana.opened(), ben.opened()), (second, second));
    assert!(ana.shown().contains("Ben is looking"));
    ben.keys("Esc j");
    assert_eq!(ben.opened(), first);
    assert!(!ana.shown().contains("Ben is"), "{}", ana.shown());
    assert_eq!(
        (there(&desk, "olga", first), there(&desk, "olga", second)),
        (vec!["Ben Okafor".into()], vec!["Ana Ruiz".into()])
    );
    desk.later(1);
    ben.keys("k");
    assert!(ana.shown().contains("Ben is looking"));
    ben.take(Event::Input(Msg::Focus(false)));
    assert!(!ana.shown().contains("Ben is looking"));
    // Who looks away is told all the same: the screen is there to be seen.
    ana.keys("r");
    assert!(ben.shown().contains("Ana is writing …"), "{}", ben.shown());
    ben.take(Event::Input(Msg::Focus(true)));
    assert!(ana.shown().contains("Ben is looking"));
    // A dialog over the composer is no writing.
    ana.keys("Ctrl-K");
    assert!(ben.shown().contains("Ana is"), "{}", ben.shown());
}

#[test]
fn r7_5_on_a_narrow_screen_the_list_looks_at_nothing() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::sized(&desk, "ana", (60, 20));
    ana.keys("j k");
    assert!(there(&desk, "ben", id).is_empty());
    ana.keys("Enter");
    assert_eq!(there(&desk, "ben", id), ["Ana Ruiz"]);
    ana.keys("Esc");
    assert!(there(&desk, "ben", id).is_empty());
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter");
    ana.keys("Enter");
    assert!(ana.shown().contains("Ben is looking"), "what happened behind the list was not missed:\n{}", ana.shown());
}

#[test]
fn r7_5_an_agent_with_several_screens_is_there_once_and_writing_counts() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter");
    let mut screens: Vec<Seat> = (0..3).map(|_| Seat::new(&desk, "ben")).collect();
    for screen in &mut screens {
        screen.keys("Enter");
    }
    assert_eq!(there(&desk, "ana", id), ["Ben Okafor"]);
    screens[1].keys("n").text("x");
    assert_eq!(there(&desk, "ana", id), ["Ben Okafor*"]);
    assert!(screens[0].shown().contains("Ana is looking") && !screens[0].shown().contains("Ben is"));
    screens.remove(1);
    assert_eq!(there(&desk, "ana", id), ["Ben Okafor"], "the one that wrote is gone");
    drop(screens);
    assert!(there(&desk, "ana", id).is_empty());
}

/// A session that is torn down by a panic is nowhere any more.
#[test]
fn r7_5_a_panic_ends_it() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let torn = catch_unwind(AssertUnwindSafe(|| {
        let mut ben = Seat::new(&desk, "ben");
        ben.keys("Enter");
        assert_eq!(there(&desk, "ana", id), ["Ben Okafor"]);
        panic!("on purpose");
    }));
    assert!(torn.is_err());
    assert!(there(&desk, "ana", id).is_empty());
}

/// A session that hangs in the middle of a sentence is not believed for ever.
#[test]
fn r7_5_who_hangs_while_writing_only_looks() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut hanging = desk.desk.attend(&desk.agent("ben"));
    hanging.says(Some((id, Doing::Writing)));
    assert_eq!(there(&desk, "ana", id), ["Ben Okafor*"]);
    desk.seconds(14);
    assert_eq!(there(&desk, "ana", id), ["Ben Okafor*"]);
    desk.seconds(1);
    assert_eq!(there(&desk, "ana", id), ["Ben Okafor"]);
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter");
    hanging.says(Some((id, Doing::Writing)));
    assert!(ana.shown().contains("Ben is writing …"), "it woke up, and that is told");
}

/// Presence is told only to who may read, only of who may read, and rings for nobody else; an audited look is nobody's.
#[test]
fn r7_5_presence_is_for_those_with_access() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    let (mut ben, mut dev, mut olga) = (Seat::new(&desk, "ben"), Seat::new(&desk, "dev"), Seat::new(&desk, "olga"));
    for seat in [&mut ben, &mut dev, &mut olga] {
        seat.keys("Enter");
    }
    assert_eq!(there(&desk, "olga", id), ["Ben Okafor", "Dev Patel"]);
    desk.does("olga", id, make(Privacy::Private, true));
    // Dev's screen has not noticed yet: he is not shown all the same.
    assert_eq!(there(&desk, "olga", id), ["Ben Okafor"]);
    assert_eq!(there(&desk, "ben", id), ["Olga Berg"]);
    let shown = dev.shown();
    assert!(!shown.contains("Ben") && !shown.contains("Olga") && !shown.contains("looking"), "{shown}");
    ben.keys("r");
    let shown = dev.shown();
    assert!(!shown.contains("Ben") && !shown.contains("writing"), "{shown}");
    desk.does("olga", id, assign("ana"));
    assert!(there(&desk, "ana", id).iter().all(|name| name == "Olga Berg"));
    desk.change("ben", &AgentChange { active: Some(false), ..AgentChange::default() });
    assert_eq!(there(&desk, "ana", id), ["Olga Berg"]);
}

/// R6.6: who looks at what is hidden changes no byte of anything that an outsider gets, and rings no bell there.
#[test]
fn r7_5_who_looks_at_what_is_hidden_is_hidden() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ana");
    let mut dev = Seat::new(&desk, "dev");
    dev.keys("Enter : 1 Enter");
    assert_eq!(dev.opened(), id);
    let bytes = || format!("{:?} {:?}", desk.open("dev", id), desk.open("ben", id));
    let (before, screen) = (bytes(), dev.shown());
    let mut ana = desk.desk.attend(&desk.agent("ana"));
    for doing in [Doing::Looking, Doing::Writing] {
        ana.says(Some((id, doing)));
        assert_eq!((bytes(), dev.shown()), (before.clone(), screen.clone()));
        assert!(!dev.session.frame().is_some_and(|bytes| bytes.contains("Ana")));
    }
}

#[test]
fn r6_11_an_audited_look_is_not_shown_and_shows_nobody() {
    let desk = TestDesk::new();
    let id = desk.start("ana", StartWith::Agents(vec!["ben".into()]), "Between us two").conversation;
    let (mut ana, mut ben, mut olga) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"), Seat::new(&desk, "olga"));
    ana.keys("g s Enter");
    ben.keys("g n Enter");
    assert!(ana.shown().contains("Ben is looking") && ben.shown().contains("Ana is looking"));
    olga.keys("g A Enter");
    assert!(olga.shown().contains("Between us two"));
    assert_eq!(olga.opened(), id);
    let shown = olga.shown();
    assert!(!shown.contains("is looking") && !shown.contains("are looking"), "{shown}");
    assert!(!ana.shown().contains("Olga") && !ben.shown().contains("Olga"));
}

/// A change rings for those who show the same conversation and for nobody else; where nobody does, nothing rings.
#[test]
fn only_those_who_show_it_are_rung() {
    let desk = TestDesk::new();
    let (first, second) = (desk.arrival(), desk.write_in("jo@example.com", None, "An invoice").conversation);
    let rung = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&rung);
    desk.desk.listen(Box::new(move |news| {
        heard.lock().unwrap().push(news);
        true
    }));
    let rings = || std::mem::take(&mut *rung.lock().unwrap());
    let attend = |handle: &str| desk.desk.attend(&desk.agent(handle));
    let (mut ana, mut ben, mut cleo) = (attend("ana"), attend("ben"), attend("cleo"));
    rings();
    ana.says(Some((first, Doing::Looking)));
    assert_eq!(rings(), []);
    ben.says(Some((first, Doing::Away)));
    cleo.says(Some((second, Doing::Looking)));
    assert_eq!(rings(), [], "who looks away is nobody to be told of");
    ana.says(Some((first, Doing::Writing)));
    ana.says(Some((first, Doing::Writing)));
    let ring = |handle: &str| News { touched: Touched::Presence(first), only: Some(desk.agent(handle).id) };
    assert_eq!(rings(), [ring("ben")]);
    ben.says(Some((first, Doing::Looking)));
    assert_eq!(rings(), [ring("ana")]);
    cleo.says(Some((first, Doing::Looking)));
    assert_eq!(rings(), [ring("ana"), ring("ben")]);
    drop(ben);
    assert_eq!(rings(), [ring("ana"), ring("cleo")]);
    cleo.says(Some((second, Doing::Looking)));
    assert_eq!(rings(), [ring("ana")]);
}

/// It is not stored: no write, no byte of the file.
#[test]
fn r7_5_nothing_of_it_is_stored() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let before = desk.contents();
    let mut attendance = desk.desk.attend(&desk.agent("ben"));
    for doing in [Doing::Looking, Doing::Writing, Doing::Away] {
        attendance.says(Some((id, doing)));
    }
    drop(attendance);
    assert_eq!(desk.contents(), before);
}

/// What is read stays where it is, whoever comes and goes.
#[test]
fn who_comes_and_goes_moves_nothing() {
    for size in [(60, 20), (80, 24), (120, 40), (200, 50)] {
        let desk = TestDesk::new();
        let id = desk.arrival();
        for number in 0..30 {
            desk.write_in("mara@example.com", Some(id), &format!("And another thing, number {number}"));
        }
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("Enter PgUp");
        desk.later(1);
        let before = ana.shown();
        let mut ben = Seat::new(&desk, "ben");
        ben.keys("Enter r").text("x");
        let after = ana.shown();
        let differ: Vec<_> = before.lines().zip(after.lines()).filter(|(one, other)| one != other).collect();
        assert_eq!(differ.len(), 1, "{size:?} {differ:#?}");
        assert!(differ[0].1.contains("Ben is writing …"), "{differ:?}");
        drop(ben);
        assert_eq!(ana.shown(), before);
    }
}

/// Who is there, at every size.
#[test]
fn presence_on_the_screen() {
    let here = [("Ben Okafor", true), ("Cleo Marsh", false), ("Dev Patel", false)];
    for (columns, rows) in [(60, 20), (80, 24), (120, 40), (200, 50)] {
        for (name, count) in [("one", 1), ("many", 3)] {
            let mut thread = pages::mara();
            thread.present = here[..count]
                .iter()
                .map(|(name, writing)| Present { name: (*name).to_owned(), writing: *writing })
                .collect();
            thread.row.audience = Audience::Customer;
            thread.row.assignee = Some(person("Ana Ruiz", "ana"));
            let mut listed = pages::rows();
            listed[0] = thread.row.clone();
            let opened = HashMap::from([(4821, Opened::Thread(Box::new(thread)))]);
            let mut screen = Screen::over(pages::picture(), listed, opened, columns, rows);
            screen.keys("Enter r").text("Hello Mara");
            insta::assert_snapshot!(format!("presence_{name}_{columns}x{rows}"), screen.shown());
        }
    }
}

/// A page that is not of a session shows who is there too, and takes part in nothing.
#[test]
fn the_command_line_is_nowhere() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.thread("ben", id);
    desk.page("ben", &Wants::default());
    assert!(there(&desk, "ana", id).is_empty());
}
