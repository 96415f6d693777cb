//! How far long work has come, on standard error where that is a terminal, and how it is interrupted.

use super::{failure::Failure, streams::Errors};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// How often the line is drawn again.
const PACE: Duration = Duration::from_millis(100);
/// The length of the bar in cells.
const BAR: usize = 24;

/// What interrupts long work, besides that nobody is left to tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The process's signals: the first asks the work to stop, the second ends the program at once.
    Signals,
    /// Nothing: the process is not the caller's to stop.
    Nothing,
}

/// A line that says how far the work has come.
#[derive(Debug)]
pub struct Progress {
    unit: &'static str,
    started: Instant,
    drawn: Option<Instant>,
    shown: bool,
    errors: Errors,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// Begins to watch for what interrupts it.
    ///
    /// # Errors
    /// Where the system does not let signals be watched.
    pub fn start(unit: &'static str, errors: Errors, stops: Stop) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let signals: &[i32] = match stops {
            Stop::Signals => &[SIGINT, SIGTERM, SIGHUP],
            Stop::Nothing => &[],
        };
        for &signal in signals {
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))
                .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
                .map_err(|error| Failure::failed(format!("Interrupts cannot be watched: {error}.")))?;
        }
        Ok(Self { unit, started: Instant::now(), drawn: None, shown: false, errors, stop })
    }

    /// What becomes true when somebody asks the work to stop, for what does not come by here.
    pub fn interrupt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Whether somebody asked the work to stop.
    pub fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Says how far it came: a part of a total (0 for an unknown one) and how many of the unit; returns whether to go on.
    pub fn at(&mut self, done: u64, total: u64, count: usize) -> bool {
        if self.drawn.is_none_or(|drawn| drawn.elapsed() >= PACE) {
            self.drawn = Some(Instant::now());
            if self.errors.is_terminal() {
                self.shown = true;
                let line = bar(percent(done, total), count, self.unit, self.started.elapsed());
                self.errors.write(&format!("\r\x1b[K{line}"));
            } else if !self.errors.is_open() {
                self.stop.store(true, Ordering::Relaxed);
            }
        }
        !self.interrupted()
    }

    /// Says something else on standard error, above the line.
    pub fn aside(&mut self, text: &str) {
        self.finish();
        self.errors.say(text);
    }

    /// Takes the line away again.
    pub fn finish(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.errors.write("\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn percent(done: u64, total: u64) -> Option<usize> {
    usize::try_from(done.min(total).saturating_mul(100).checked_div(total)?).ok()
}

fn bar(percent: Option<usize>, count: usize, unit: &str, elapsed: Duration) -> String {
    let rate = u128::try_from(count).unwrap_or(0) * 1000 / elapsed.as_millis().max(1);
    let speed = format!("{count} {unit}, {rate}/s");
    let Some(percent) = percent else { return speed };
    let full = percent * BAR / 100;
    format!("{}{} {percent:>3} %  {speed}", "█".repeat(full), "░".repeat(BAR - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_percentage_and_speed() {
        let line = bar(percent(500, 2000), 500, "messages", Duration::from_millis(250));
        assert_eq!(line, format!("{}{}  25 %  500 messages, 2000/s", "█".repeat(6), "░".repeat(18)));
        assert_eq!(bar(percent(7, 0), 7, "files", Duration::from_secs(1)), "7 files, 7/s");
    }
}
