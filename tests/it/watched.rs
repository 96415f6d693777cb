//! Agents at their screens while a desk lives through anything: whatever is pressed and whatever happens, no screen shows a
//! word, and no session remembers one, that the rules keep from its viewer.

use crate::{
    desks::{assign, make},
    histories::{History, count},
    painted::Painted,
    watcher::{Watcher, word, words},
};
use deskline::{
    demo::random::Random,
    domain::{conversation::Privacy, id::ConversationId, setting::SettingKey},
};

const HANDLES: [&str; 7] = ["olga", "adam", "ana", "cleo", "dev", "eve", "finn"];

/// Numbers of the words that are typed at the screens.
const TYPED: u64 = 1_000_000;

/// What is done at a screen; `%` types a word.
const MOVES: [&str; 39] = [
    "Enter",
    "g o Enter",
    "g u Enter",
    "g l Enter",
    "g r Enter",
    "g n Enter",
    "g s Enter",
    "g a Enter",
    "g c Enter",
    "g i Enter",
    "g x Enter",
    "g A Enter",
    "j Enter",
    "j j Enter",
    "r %",
    "n % Space @",
    "r % Ctrl-S",
    "n % Ctrl-S",
    "Enter Ctrl-S",
    "m",
    "a",
    "a Enter",
    "p",
    "p + a",
    "#",
    "f",
    "f Enter",
    "c t",
    "/ c o m m o n",
    "b",
    "b Enter",
    "i j j",
    "y y",
    "t",
    "e",
    "z",
    "o",
    "o x",
    "o a",
];

fn play(seat: &mut Painted, keys: &str, typed: &mut u64) {
    for key in keys.split_whitespace() {
        if key == "%" {
            *typed += 1;
            seat.text(&word(TYPED + *typed));
        } else {
            seat.keys(key);
        }
    }
}

/// What somebody has on the screen becomes somebody else's alone, or everybody's again.
fn take_away(history: &mut History, random: &mut Random, seats: &[(&str, Painted)]) -> String {
    let models = seats.iter().map(|(_, seat)| seat.seat.session.model());
    let open: Vec<ConversationId> = models.filter_map(|model| model.target()).collect();
    if open.is_empty() {
        return "nothing is open".to_owned();
    }
    let id = open[random.index(open.len())];
    let olga = history.desk.agent("olga");
    history.desk.set(SettingKey::PrivateConversations, "on");
    let command = match random.below(5) {
        0 | 1 => make(Privacy::Private, true),
        2 | 3 => assign(random.pick(&["ana", "cleo", "dev"])),
        _ => make(Privacy::Public, true),
    };
    let outcome = history.run(&olga, id, command.clone());
    format!("{command:?} in #{id}: {}", outcome.is_ok())
}

/// R6.2 to R6.11, R4.8 on screens. `DESKLINE_WATCHED`: how many histories; `DESKLINE_SEED`: from which.
#[test]
fn no_screen_ever_shows_a_word_that_is_not_for_its_viewer() {
    let first = count("DESKLINE_SEED", 1);
    let mut shown_in_all = 0;
    for seed in first..first + count("DESKLINE_WATCHED", 6) {
        let mut history = History::of(seed, 60);
        let mut random = Random::of(seed, 13, 0);
        let (mut seats, mut typed): (Vec<(&str, Painted)>, u64) = (Vec::new(), 0);
        for _ in 0..70 {
            for handle in HANDLES {
                if seats.iter().all(|(other, _)| *other != handle) && history.desk.desk.admit(Some(handle)).is_ok() {
                    let size = random.pick(&[(60, 20), (80, 24), (120, 40), (200, 50)]);
                    seats.push((handle, Painted::sized(&history.desk, handle, size)));
                }
            }
            let who = random.index(seats.len());
            let moved = match random.below(10) {
                0..=5 => {
                    let keys = random.pick(&MOVES);
                    if random.percent(60) {
                        seats[who].1.keys("Esc Esc Esc");
                    }
                    play(&mut seats[who].1, keys, &mut typed);
                    format!("{} pressed {keys}", seats[who].0)
                }
                6 | 7 => take_away(&mut history, &mut random, &seats),
                8 => {
                    history.desk.seconds(1);
                    "a second passed".to_owned()
                }
                _ => {
                    history.step();
                    format!("{:?}", history.log.last())
                }
            };
            for (_, seat) in &mut seats {
                seat.shown();
            }
            let watcher = Watcher::of(&history.desk.file());
            for (handle, seat) in &mut seats {
                let about = format!("seed {seed}, after {moved}");
                let shown = seat.shown();
                shown_in_all += words(&shown).len();
                watcher.check(handle, &about, &shown);
                watcher.check(handle, &format!("{about}, the model"), &format!("{:?}", seat.seat.session.model()));
                watcher.check(handle, &format!("{about}, the buffers"), &format!("{:?}", seat.seat.session.terminal()));
            }
        }
    }
    assert!(shown_in_all > 1_000, "there was little to watch: {shown_in_all}");
}
