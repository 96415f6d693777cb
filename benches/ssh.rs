//! Crowds of agents over SSH on the desk of 1,000,000 messages, measured from outside: one line of a table for each number of
//! sessions. Loopback only; each run is bounded and ends the server that it started.
//!
//! `DESKLINE_LOAD_SESSIONS="10,200"` chooses the numbers of sessions, `DESKLINE_LOAD_SECONDS=40` how long is measured,
//! `DESKLINE_LOAD_SCREENS=open` puts everybody into Open conversations, where every message moves every list, and
//! `DESKLINE_LOAD_DESK` takes a copy of another desk file, whose owner is `DESKLINE_LOAD_OWNER`, and `DESKLINE_LOAD_BINARY` another
//! build than this one, to compare two.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::pedantic,
    reason = "a bench prints its figures, and panics where it cannot"
)]

#[path = "../tests/it/crowd/mod.rs"]
mod crowd;
#[path = "ssh/echo.rs"]
mod echo;
#[path = "ssh/table.rs"]
mod table;

use crowd::{Pace, Stage, plan::Habits};
use deskline::{demo::fill, desk::Desk};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Longer than one round: everybody has written once.
const WARM_UP: Duration = Duration::from_secs(15);

const MESSAGES: u64 = 1_000_000;

fn main() {
    if std::env::var_os(echo::AS_SERVER).is_some() {
        return echo::serve();
    }
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let numbers: Vec<usize> = setting("DESKLINE_LOAD_SESSIONS", "10,20,50,100,200,400")
        .split(',')
        .map(|number| number.trim().parse().expect("DESKLINE_LOAD_SESSIONS are numbers"))
        .collect();
    let seconds = setting("DESKLINE_LOAD_SECONDS", "40").parse().expect("DESKLINE_LOAD_SECONDS is a number");
    let pace = Pace {
        key_every: Duration::from_secs(1),
        habits: Habits { looks: 8, moves: 6, all_in_open: setting("DESKLINE_LOAD_SCREENS", "mixed") == "open" },
        warm_up: WARM_UP,
        measured: Duration::from_secs(seconds),
        customer_every: Duration::from_secs(300),
        quiet: Duration::from_secs(3),
    };
    let (_folder, file) = copy();
    let most = numbers.iter().copied().max().expect("a number of sessions");
    let binary = setting("DESKLINE_LOAD_BINARY", env!("CARGO_BIN_EXE_deskline"));
    let stage = Stage::prepare(Path::new(&binary), &file, &owner(), most);
    let mut lines = Vec::new();
    for sessions in numbers {
        let echo = echo::measure(sessions, Duration::from_secs(10));
        let outcome = stage.run(sessions, &pace);
        let line = table::Line { echo, outcome };
        line.tell();
        lines.push(line);
    }
    table::print(&lines);
    let wrong = lines.iter().any(|line| !line.outcome.lost.is_empty() || !line.outcome.untrue.is_empty());
    if wrong {
        std::process::exit(1);
    }
}

fn setting(name: &str, usual: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| usual.to_owned())
}

fn owner() -> String {
    setting("DESKLINE_LOAD_OWNER", "olga")
}

/// A copy of the desk to work on, and the folder that takes it away again.
fn copy() -> (tempfile::TempDir, PathBuf) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-desks");
    std::fs::create_dir_all(&folder).expect("a folder for the desks");
    let made = std::env::var_os("DESKLINE_LOAD_DESK").map(PathBuf::from);
    let file = made.unwrap_or_else(|| folder.join(format!("desk-{MESSAGES}.db")));
    if !file.exists() {
        let half = folder.join("half-made.db");
        for left in [&half, &deskline::store::file::lock_path(&half)] {
            let _ = std::fs::remove_file(left);
        }
        drop(fill::build(&half, MESSAGES, 1, &mut |_, _| true).expect("a desk"));
        std::fs::rename(&half, &file).expect("the desk in its place");
    }
    let copied = tempfile::tempdir_in(&folder).expect("a folder");
    let target = copied.path().join("desk.db");
    // Through the desk, since a part of it may be in its log; also brings an older file up to date.
    let desk = Desk::open(&file, Arc::new(chrono::Utc::now)).expect("the desk");
    let viewer = desk.admit(Some(&owner())).expect("the owner");
    desk.backup(&viewer, &target, &mut |_, _| true).expect("a copy");
    (copied, target)
}
