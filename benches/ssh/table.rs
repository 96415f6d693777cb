//! The figures as a table, and where they bend.

use crate::{
    crowd::{Outcome, figures::Times},
    echo::Echo,
};
use std::time::Duration;

/// The bounds for the hundredth slowest: of keys, and of messages on other screens with few and with many sessions.
const KEY: Duration = Duration::from_millis(50);
const FEW: usize = 20;
const SEEN_BY_FEW: Duration = Duration::from_millis(50);
const SEEN_BY_MANY: Duration = Duration::from_millis(250);
const MEMORY: u64 = 3 << 20;

/// One number of sessions.
pub struct Line {
    pub echo: Echo,
    pub outcome: Outcome,
}

impl Line {
    /// What went wrong, in words.
    pub fn tell(&self) {
        let outcome = &self.outcome;
        let sessions = outcome.sessions;
        let show = |what: &str, list: &[String], most: usize| {
            if !list.is_empty() {
                println!(
                    "{sessions} sessions: {} {what}, the first:\n{}\n",
                    list.len(),
                    list[..list.len().min(most)].join("\n\n")
                );
            }
        };
        show("keys without effect within 5 s", &outcome.unproved, 2);
        show("screens that did not show a message within 3 s", &outcome.seen.missed, 3);
        show("messages lost", &outcome.lost, 10);
        show("screens that say something else than the desk", &outcome.untrue, 2);
        if outcome.cut > 0 {
            println!("{sessions} sessions: the server ended {}", outcome.cut);
        }
    }

    fn key_holds(&self) -> bool {
        self.outcome.keys.within(99).is_some_and(|time| time <= KEY)
    }

    fn seen_holds(&self) -> bool {
        let bound = if self.outcome.sessions <= FEW { SEEN_BY_FEW } else { SEEN_BY_MANY };
        self.outcome.seen.by_server.within(99).is_none_or(|time| time <= bound)
    }

    fn per_session(&self, when: usize) -> f64 {
        let [before, ..] = self.outcome.memory;
        let grown = self.outcome.memory[when].proportional.saturating_sub(before.proportional);
        grown as f64 / self.outcome.sessions as f64 / f64::from(1 << 20)
    }

    fn row(&self) -> String {
        let Outcome { sessions, keys, escapes, sends, seen, memory, .. } = &self.outcome;
        let work = self.outcome.work.expect("measured");
        let share = |time: Duration| format!("{:.0} %", 100.0 * time.as_secs_f64() / self.outcome.took.as_secs_f64());
        let others = work.machine.saturating_sub(work.server + work.driver);
        let per = |bytes: u64, count: u64| bytes as f64 / count.max(1) as f64;
        let cells = [
            sessions.to_string(),
            three(keys),
            two(escapes),
            two(sends),
            format!(
                "{} ({}×{:.0})",
                three(&seen.by_server),
                seen.messages,
                per(seen.by_server.count() as u64, seen.messages as u64)
            ),
            three(&seen.by_process),
            format!("{} / {} / {}", seen.missed.len(), self.outcome.unproved.len(), self.outcome.untrue.len()),
            format!("{} / {}", self.outcome.sent, self.outcome.lost.len()),
            format!("{:.2} / {:.2}", self.per_session(1), self.per_session(2)),
            format!("{:.0} → {:.0}", memory[0].resident as f64 / 1e6, memory[2].resident as f64 / 1e6),
            share(work.server),
            share(work.driver),
            share(others),
            format!("{:.0}", per(self.outcome.bytes, self.outcome.strokes)),
            two(&self.outcome.late),
            two(&self.echo.times),
            format!("{:.0} %", 100.0 * self.echo.server.as_secs_f64()),
        ];
        format!("| {} |", cells.join(" | "))
    }
}

/// Prints the table and what it says.
pub fn print(lines: &[Line]) {
    println!(
        "Milliseconds. Keys: from the written key to the byte that shows its effect. Esc alone waits 50 ms for what may follow. \
         Send: Ctrl-S to the message in the thread, on the disk. On other screens: from the sender's Ctrl-S, or from the call \
         of another process, to the token there; (messages × screens looked at). Missed: screens without a message after 3 s / \
         keys without effect after 5 s / screens that were wrong at the end. Memory per session: Pss, idle / after the work, \
         MiB; resident in all, MB. CPU in hundredths of one core.\n"
    );
    let titles = [
        "sessions",
        "key p50 / p99 / max",
        "Esc p50 / p99",
        "send p50 / p99",
        "on other screens p50 / p99 / max",
        "from another process",
        "missed",
        "messages / lost",
        "memory per session",
        "resident",
        "CPU server",
        "CPU driver",
        "CPU others",
        "bytes per key",
        "driver late p50 / p99",
        "bare russh echo p50 / p99",
        "its CPU",
    ];
    println!("| {} |", titles.join(" | "));
    println!("|{}", "---|".repeat(titles.len()));
    for line in lines {
        println!("{}", line.row());
    }
    println!();
    bends("Keys stay within 50 ms (p99)", lines, Line::key_holds);
    bends(
        "Messages are on the other screens within 50 ms (p99) for up to 20 sessions, within 250 ms for more,",
        lines,
        Line::seen_holds,
    );
    bends("A session costs at most 3 MiB", lines, |line| line.per_session(2) * f64::from(1 << 20) <= MEMORY as f64);
    for line in lines {
        let Outcome { sessions, held, skipped, logins, memory, .. } = &line.outcome;
        println!(
            "{sessions} sessions: {held} messages held first, {skipped} not written; {} screens may have gone on to older rows; log-in {}; {} threads",
            line.outcome.seen.passed,
            two(logins),
            memory[2].threads
        );
    }
}

fn bends(what: &str, lines: &[Line], holds: impl Fn(&Line) -> bool) {
    let sessions = |line: &Line| line.outcome.sessions;
    match lines.iter().position(|line| !holds(line)) {
        None => println!("{what} with every number of sessions."),
        Some(0) => println!("{what} not even with {} sessions.", sessions(&lines[0])),
        Some(first) => {
            println!("{what} with {} sessions, not with {}.", sessions(&lines[first - 1]), sessions(&lines[first]));
        }
    }
}

fn told(time: Option<Duration>) -> String {
    time.map_or_else(
        || "–".to_owned(),
        |time| {
            let milliseconds = time.as_secs_f64() * 1e3;
            if milliseconds < 10.0 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
        },
    )
}

fn two(times: &Times) -> String {
    format!("{} / {}", told(times.within(50)), told(times.within(99)))
}

fn three(times: &Times) -> String {
    format!("{} / {}", two(times), told(times.longest()))
}
