//! What is selected in a list stays selected, however much comes in at once.

use crate::{
    desks::{TestDesk, assign, inbound, reply},
    seat::Seat,
};
use deskline::domain::{command::Command, id::ConversationId};

const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (120, 40)];

/// So many new customers write within one moment.
fn burst(desk: &TestDesk, first: usize, many: usize) {
    for number in first..first + many {
        desk.desk.receive(&inbound(&format!("burst{number}@example.com"), None, "All at once")).unwrap();
    }
}

fn selected(seat: &Seat) -> Option<ConversationId> {
    seat.session.model().selected()
}

/// The line of the marker on the screen.
fn marked(seat: &mut Seat) -> String {
    let shown = seat.shown();
    shown.lines().find(|line| line.starts_with('▌') || line.contains("│▌")).unwrap_or_default().to_owned()
}

#[test]
fn a_burst_of_mail_moves_the_marker_to_nobody_else() {
    for size in SIZES {
        for downwards in [0, 2, 5] {
            for many in [5, 25, 40, 130] {
                let desk = TestDesk::new();
                for number in 0..6 {
                    desk.write_in(&format!("early{number}@example.com"), None, "Early");
                }
                let mut ana = Seat::sized(&desk, "ana", size);
                ana.keys("g u").keys(&"j ".repeat(downwards));
                let before = selected(&ana).expect("a row");
                burst(&desk, 0, many);
                ana.rang();
                let what = format!("{size:?} {downwards} {many}");
                assert_eq!(selected(&ana), Some(before), "{what}");
                assert_eq!(ana.session.model().target(), Some(before), "{what}");
                assert!(marked(&mut ana).contains(&format!("#{before} ")), "{what}: {}", ana.shown());
                // Again, from where the list is now.
                burst(&desk, many, many);
                ana.rang();
                assert_eq!(selected(&ana), Some(before), "{what}, again");
                ana.keys("e");
                assert_eq!(desk.row(before).state, deskline::domain::conversation::State::Closed, "{what}");
            }
        }
    }
}

#[test]
fn what_is_closed_elsewhere_while_many_come_gives_the_marker_to_a_neighbour() {
    let desk = TestDesk::new();
    for number in 0..6 {
        desk.write_in(&format!("early{number}@example.com"), None, "Early");
    }
    for size in SIZES {
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("g o j j");
        let before = selected(&ana).expect("a row");
        desk.does("ben", before, Command::Close);
        burst(&desk, usize::from(size.0) * 100, 60);
        ana.rang();
        let after = selected(&ana).expect("a row");
        assert_ne!(after, before, "{size:?}");
        ana.keys("j k");
        assert_eq!(selected(&ana), Some(after), "{size:?}: the list is whole");
        desk.does("ben", before, Command::Reopen);
    }
}

#[test]
fn a_row_far_down_that_goes_to_the_top_takes_the_marker_along() {
    let desk = TestDesk::new();
    burst(&desk, 0, 150);
    for size in SIZES {
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("g o").keys(&"j ".repeat(120));
        let before = selected(&ana).expect("a row");
        desk.does("ben", before, assign("ben"));
        desk.does("ben", before, reply("It is on its way"));
        ana.rang();
        assert_eq!(selected(&ana), Some(before), "{size:?}");
    }
}

/// The row that comes into the place of the selected one when that goes: the one below it; of the last, the one above it.
fn neighbour(seat: &mut Seat) -> ConversationId {
    let before = selected(seat);
    let below = selected(seat.keys("j"));
    let beside = if below == before { selected(seat.keys("k")) } else { below };
    seat.keys(if below == before { "j" } else { "k" });
    beside.expect("a row")
}

/// The oldest first is the order in which a queue is worked off: what one's own act takes out of the list has news too,
/// and stands at the top of no list.
#[test]
fn what_leaves_a_long_list_by_ones_own_act_gives_the_marker_to_its_neighbour() {
    let acts = [("g u", "r", "On its way", "Ctrl-S Esc"), ("g u", "t", "", "Esc"), ("g o", "e", "", "")];
    for size in SIZES {
        for (section, key, words, then) in acts {
            for upwards in [0, 1, 4] {
                let desk = TestDesk::new();
                burst(&desk, 0, 150);
                let mut ana = Seat::sized(&desk, "ana", size);
                ana.keys(section).keys("G").keys(&"k ".repeat(upwards));
                for _ in 0..2 {
                    let before = selected(&ana).expect("a row");
                    let beside = neighbour(&mut ana);
                    assert_eq!(selected(&ana), Some(before));
                    desk.seconds(5);
                    ana.keys(key).text(words).keys(then);
                    let what = format!("{size:?} {section} {key} {upwards} of #{before}: {}", ana.shown());
                    assert_eq!(selected(&ana), Some(beside), "{what}");
                    assert!(marked(&mut ana).contains(&format!("#{beside} ")), "{what}");
                }
            }
        }
    }
}
