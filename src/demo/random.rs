//! Pseudo-random numbers (`SplitMix64`) that are the same for the same seed on every machine. Not for secrets.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

/// The step of `SplitMix64`: 2^64 divided by the golden ratio, made odd.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    /// The stream that belongs to a place in a plan, so that one part can be made without those before it: `seed` is
    /// the plan's, `purpose` tells streams of the same index apart.
    pub fn of(seed: u64, purpose: u64, index: u64) -> Self {
        let mut random = Self(mix(seed.wrapping_add(STEP)) ^ mix(purpose.wrapping_mul(STEP).wrapping_add(index)));
        random.next();
        random
    }

    /// Any number.
    // No iterator: it never ends, and `for` over it would be a mistake.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `bound`; 0 where `bound` is 0. Even enough for plans, where bounds are far below 2^32.
    #[allow(clippy::cast_possible_truncation, reason = "the high half of a product of 64-bit numbers has 64 bits")]
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// An index into something `length` long; 0 where that is empty.
    #[allow(clippy::cast_possible_truncation, reason = "below a length, which is a usize")]
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `all`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.index(all.len())]
    }

    /// Puts `all` into another order, every order being equally likely.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.index(last + 1));
        }
    }
}

fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        // First outputs of the reference implementation for the state 1234567.
        let mut random = Random(1_234_567);
        assert_eq!(
            [random.next(), random.next(), random.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn places_of_a_plan_have_streams_of_their_own() {
        let first = |seed, purpose, index| Random::of(seed, purpose, index).next();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        assert_ne!(first(1, 2, 3), first(2, 2, 3));
        assert_ne!(first(1, 2, 3), first(1, 3, 3));
        assert_ne!(first(1, 2, 3), first(1, 2, 4));
    }

    #[test]
    fn numbers_below_a_bound_are_spread_evenly() {
        let mut random = Random::of(1, 1, 1);
        let mut counts = [0_u32; 10];
        for _ in 0..100_000 {
            counts[random.index(10)] += 1;
        }
        assert!(counts.iter().all(|&count| (9_500..10_500).contains(&count)), "{counts:?}");
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn shuffling_keeps_everything() {
        let mut all: Vec<u32> = (0..50).collect();
        Random::of(7, 7, 7).shuffle(&mut all);
        assert!(!all.is_sorted());
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }
}
