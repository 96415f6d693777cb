//! What processes cost, as the kernel counts it.

use std::{fs, time::Duration};

/// The kernel counts processor time for `/proc` in these, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// In memory now, shared pages counted whole.
    pub resident: u64,
    /// The same, shared pages counted in proportion.
    pub proportional: u64,
    /// Its threads.
    pub threads: u64,
}

impl Memory {
    pub fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let pages = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap();
        Self {
            resident: 1024 * number(&status, "VmRSS:"),
            proportional: 1024 * number(&pages, "Pss:"),
            threads: number(&status, "Threads:"),
        }
    }
}

fn number(text: &str, name: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Processor time used up since some beginning.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// By the server.
    pub server: Duration,
    /// By this process.
    pub driver: Duration,
    /// By everybody on the machine.
    pub machine: Duration,
}

impl Work {
    pub fn now(server: u32) -> Self {
        Self { server: used(&server.to_string()), driver: used("self"), machine: used_by_all() }
    }

    /// What was used since an earlier look.
    pub fn since(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            driver: self.driver.saturating_sub(before.driver),
            machine: self.machine.saturating_sub(before.machine),
        }
    }
}

fn ticks(count: u64) -> Duration {
    TICK * u32::try_from(count).unwrap()
}

fn used(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in brackets, can hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    ticks(fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap())
}

fn used_by_all() -> Duration {
    let stat = fs::read_to_string("/proc/stat").unwrap();
    let counts: Vec<u64> =
        stat.lines().next().unwrap().split_whitespace().skip(1).map(|field| field.parse().unwrap()).collect();
    // user, nice, system, (idle, iowait), irq, softirq, steal
    ticks(counts[0] + counts[1] + counts[2] + counts[5] + counts[6] + counts[7])
}
