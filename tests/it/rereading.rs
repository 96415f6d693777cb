//! A session reads only what its news touched: what it then has is what a whole reading would give.

use crate::{
    desks::{TestDesk, assign, make},
    histories::{History, count},
    seat::Seat,
};
use deskline::{
    demo::random::Random,
    desk::AgentChange,
    domain::{conversation::Privacy, people::Role, section::Section},
    tui::wants::wants,
};

/// Where the seats look: one place for each kind of reading.
const PLACES: &[&str] =
    &["g o", "g u Enter", "g r", "g n Enter", "g a", "g l Enter", "g i", "g c Enter", "g o j Enter i"];

fn compare(history: &History, seat: &Seat, handle: &str, moved: &str) {
    let model = seat.session.model();
    if model.shut.is_some() {
        return;
    }
    let Ok(whole) = history.desk.desk.read(&history.desk.agent(handle), &wants(model)) else { return };
    let (here, whole) = (format!("{:#?}", model.page), format!("{whole:#?}"));
    if here != whole {
        let difference: Vec<_> = here.lines().zip(whole.lines()).filter(|(one, other)| one != other).take(12).collect();
        panic!("seed {} {handle} {moved}: {difference:#?}\n{:#?}", history.seed, history.log.last());
    }
}

#[test]
fn what_is_read_again_and_what_stands_make_the_same_page_as_reading_everything() {
    for seed in 0..count("DESKLINE_REREADING", 12) {
        let mut history = History::of(seed, 50);
        let mut random = Random::of(seed, 11, 0);
        let handles = ["olga", "ana", "cleo", "dev", "eve", "finn"];
        let mut seats: Vec<(&str, Seat)> = Vec::new();
        for handle in handles {
            // Some were switched off by the history.
            if history.desk.desk.admit(Some(handle)).is_ok() {
                seats.push((handle, Seat::new(&history.desk, handle)));
            }
        }
        for _ in 0..60 {
            let moves = random.percent(20).then(|| (random.index(seats.len()), random.pick(PLACES)));
            if let Some((who, place)) = moves {
                seats[who].1.keys("Esc Esc Esc").keys(place);
            } else {
                history.step();
            }
            for (handle, seat) in &mut seats {
                seat.rang();
                if history.desk.desk.admit(Some(*handle)).is_ok() {
                    compare(&history, seat, handle, moves.map_or("", |(_, place)| place));
                }
            }
        }
    }
}

/// R6.4: nor does a conversation that was lost stay in a number, whatever else waits to be counted.
#[test]
fn numbers_do_not_count_what_was_lost_from_the_screen() {
    for keys in ["g o", "g o Enter", "g i"] {
        let desk = TestDesk::with_privacy();
        let (_, id) = (desk.arrival(), desk.arrival());
        desk.does("olga", id, assign("ana"));
        let mut ben = Seat::new(&desk, "ben");
        ben.keys(keys).rang();
        if keys.ends_with("Enter") {
            assert_eq!(ben.opened(), id, "the one that is lost");
        }
        let _others: Vec<Seat> = (0..20).map(|_| Seat::new(&desk, "cleo")).collect();
        let mut open = || {
            ben.rang();
            let sections = &ben.session.model().page.sections;
            sections.iter().find(|row| row.section == Section::Open).map(|row| row.total).unwrap()
        };
        assert_eq!(open(), 2);
        // No time passes.
        desk.desk.run(&desk.agent("olga"), id, make(Privacy::Private, true)).unwrap();
        // Where it did not stand on the screen it is counted with everything else, a moment later.
        assert_eq!(open(), if keys == "g i" { 2 } else { 1 }, "{keys}");
        desk.later(1);
        assert_eq!(open(), 1, "{keys}");
    }
}

/// R3.6: among many listeners numbers are read seldom, but never kept from a role or a group that was lost.
#[test]
fn numbers_of_a_lost_role_or_group_are_not_kept() {
    let desk = TestDesk::new();
    let mut adam = Seat::new(&desk, "adam");
    let mut ben = Seat::new(&desk, "ben");
    let _others: Vec<Seat> = (0..20).map(|_| Seat::new(&desk, "cleo")).collect();
    desk.arrival();
    desk.later(1);
    let unassigned = |seat: &mut Seat| {
        seat.rang();
        let row = seat.session.model().page.sections.iter().find(|row| row.section == Section::Unassigned).cloned();
        row.map(|row| (row.unread, row.total)).unwrap()
    };
    assert_eq!([unassigned(&mut adam), unassigned(&mut ben)], [(1, 1), (1, 1)]);
    let olga = desk.agent("olga");
    let role = AgentChange { role: Some(Role::Agent), ..AgentChange::default() };
    desk.desk.set_agent(&olga, "adam", &role).unwrap();
    desk.desk.leave_group(&olga, "Support", "ben").unwrap();
    assert_eq!([unassigned(&mut adam), unassigned(&mut ben)], [(0, 0), (0, 0)]);
}
