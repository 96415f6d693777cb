//! Twenty sessions of a team at work at once: nothing that is sent is lost, and at the end every screen says what the desk
//! says. How fast it goes is measured elsewhere, on the built release.

use crate::{
    crowd::{Pace, Stage, plan::Habits},
    desks::TestDesk,
};
use std::{path::Path, time::Duration};

#[test]
fn twenty_sessions_lose_nothing_and_agree_at_the_end() {
    let desk = TestDesk::new();
    let stage = Stage::prepare(Path::new(env!("CARGO_BIN_EXE_deskline")), &desk.file(), "olga", 20);
    let pace = Pace {
        key_every: Duration::from_millis(250),
        habits: Habits { looks: 8, moves: 4, all_in_open: false },
        warm_up: Duration::from_millis(500),
        measured: Duration::from_secs(8),
        customer_every: Duration::from_secs(20),
        quiet: Duration::from_secs(1),
    };
    let outcome = stage.run(20, &pace);
    let [before, _, after] = outcome.memory;
    eprintln!(
        "keys {:?} (99 in 100), {:?} (longest); memory {} of {} bytes, before {}; {} threads",
        outcome.keys.within(99),
        outcome.keys.longest(),
        after.proportional,
        after.resident,
        before.proportional,
        after.threads
    );
    assert_eq!(outcome.sessions, 20);
    assert_eq!(outcome.cut, 0, "the server ended sessions");
    assert!(outcome.sent > 0, "nothing was sent");
    assert!(outcome.lost.is_empty(), "{}", outcome.lost.join("\n"));
    assert!(outcome.untrue.is_empty(), "{}", outcome.untrue.join("\n\n"));
    // How soon keys and messages showed is the benches' question: here other tests have the machine at the same time.
}
