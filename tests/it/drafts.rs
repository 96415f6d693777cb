//! Whatever happens to a conversation while somebody writes in it: every word that stood in a composer is sent once, or kept.

use crate::{
    desks::{TestDesk, assign, make, reply},
    histories::count,
    screen::text,
    seat::Seat,
    watcher::{word, words},
};
use deskline::{
    demo::random::Random,
    domain::{command::Command, conversation::Privacy, id::ConversationId},
    tui::{ask::Msg, session::Event},
};

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Somebody else does something to the first or the second conversation, and nobody tells this screen yet.
    Private(usize),
    Public(usize),
    ToAna(usize),
    ToBen(usize),
    AnaReplies(usize),
    /// What happened reaches this screen.
    Rang,
    Keys(&'static str),
    /// So much time that drafts are kept.
    Time,
    /// A key that opens the composer, then a word.
    Writes(&'static str),
    /// The same on the next row, typed ahead: all of it arrives at once.
    Ahead,
}

fn step(random: &mut Random) -> Step {
    let which = random.index(2);
    match random.below(17) {
        0 => Step::Private(which),
        1 => Step::Public(which),
        2 => Step::ToAna(which),
        3 => Step::ToBen(which),
        4 => Step::AnaReplies(which),
        5 => Step::Rang,
        6 => Step::Keys("Esc"),
        7 => Step::Keys("Ctrl-S"),
        8 => Step::Keys("Down Enter"),
        9 => Step::Time,
        10 => Step::Keys("Esc Esc j"),
        11 => Step::Keys("Esc Esc k Enter"),
        12 => Step::Ahead,
        13 => Step::Writes("n"),
        _ => Step::Writes("r"),
    }
}

/// The first word that stood in ben's composer and is not there once afterwards.
fn lost(steps: &[Step]) -> Option<String> {
    let desk = TestDesk::with_privacy();
    let ids: Vec<ConversationId> = (0..2).map(|_| desk.arrival()).collect();
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter");
    let mut typed = Vec::new();
    let does = |handle: &str, which: usize, command: Command| drop(desk.run(handle, ids[which], command));
    for (number, step) in (0..).zip(steps) {
        let word = word(number);
        let paste = Event::Input(Msg::Paste(format!(" {word} ")));
        match *step {
            Step::Private(which) => does("olga", which, make(Privacy::Private, true)),
            Step::Public(which) => does("olga", which, make(Privacy::Public, true)),
            Step::ToAna(which) => does("olga", which, assign("ana")),
            Step::ToBen(which) => does("olga", which, assign("ben")),
            Step::AnaReplies(which) => does("ana", which, reply("Another answer.")),
            Step::Rang => ben.rang(),
            Step::Keys(keys) => drop(ben.keys(keys)),
            Step::Time => {
                desk.later(1);
                ben.take(Event::Input(Msg::Tick(desk.desk.now())));
            }
            Step::Writes(key) => {
                ben.keys(key);
                ben.take(paste);
            }
            Step::Ahead => {
                ben.keys("Esc Esc Esc");
                let press = |key: &str| Event::Input(Msg::Press(key.parse().unwrap()));
                ben.take_all([press("j"), press("r"), paste]);
            }
        }
        if words(&text(ben.session.model())).contains(word.as_str()) {
            typed.push(word);
        }
    }
    ben.session.keep_drafts();
    drop(ben);
    let there = |word: &String| {
        let like = format!("LIKE '%{word}%'");
        desk.count(&format!(
            "SELECT (SELECT count(*) FROM message WHERE text {like}) + (SELECT count(*) FROM draft WHERE text {like})"
        ))
    };
    typed.into_iter().find(|word| there(word) != 1)
}

/// R2.4, R2.6, R5.3: no word is lost. `DESKLINE_CASES`: how many histories; `DESKLINE_SEED`: from which.
#[test]
fn no_word_that_stood_in_a_composer_is_lost() {
    let first = count("DESKLINE_SEED", 1);
    for seed in first..first + count("DESKLINE_CASES", 60) {
        let mut random = Random::of(seed, 77, 0);
        let mut steps: Vec<Step> = (0..25).map(|_| step(&mut random)).collect();
        if lost(&steps).is_none() {
            continue;
        }
        // The shortest story that still loses one.
        let mut shorter = true;
        while shorter {
            let before = steps.len();
            for at in (0..before).rev() {
                let mut less = steps.clone();
                less.remove(at);
                if lost(&less).is_some() {
                    steps = less;
                }
            }
            shorter = steps.len() < before;
        }
        panic!("seed {seed}: {:?} is lost by {steps:?}", lost(&steps));
    }
}
