//! Times, and what they come to.

use std::time::Duration;

/// How long something took, each time.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn join(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
        self.0.sort_unstable();
    }

    #[allow(dead_code, reason = "the bench counts")]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time within which so many in a hundred were; `None` where there was nothing to time.
    pub fn within(&self, percent: usize) -> Option<Duration> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
    }

    pub fn longest(&self) -> Option<Duration> {
        self.0.iter().max().copied()
    }
}

/// Chance that is the same in every run.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1))
    }

    /// A number below another.
    pub fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// A part of a time.
    pub fn part_of(&mut self, whole: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(whole.as_micros()).unwrap()))
    }
}
