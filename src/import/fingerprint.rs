//! A short name for a piece of text that stays the same on every machine and in every version.

/// Folds bytes into 128 bits; the same bytes give the same value for ever, because the keys of imported records hold it.
///
/// It tells copies from different texts. It is no protection against somebody who makes two texts collide on purpose:
/// all they reach is that one of their own two texts is taken for the other.
#[derive(Debug, Clone)]
pub(super) struct Fingerprint {
    state: u128,
    pending: [u8; 8],
    held: usize,
    length: u64,
}

/// FNV's 128-bit offset and prime; whole words instead of bytes go in, so the rotation has to carry high bits down.
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl Fingerprint {
    /// Nothing folded in yet.
    pub(super) fn new() -> Self {
        Self { state: OFFSET, pending: [0; 8], held: 0, length: 0 }
    }

    /// The fingerprint of one piece of text.
    pub(super) fn of(bytes: &[u8]) -> u128 {
        let mut fingerprint = Self::new();
        fingerprint.add(bytes);
        fingerprint.finish()
    }

    /// Folds more bytes in; how they are cut into calls makes no difference.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if self.held > 0 {
            let take = bytes.len().min(8 - self.held);
            let (first, rest) = bytes.split_at(take);
            self.pending[self.held..self.held + take].copy_from_slice(first);
            self.held += take;
            bytes = rest;
            if self.held < 8 {
                return;
            }
            self.word(u64::from_le_bytes(self.pending));
            self.held = 0;
        }
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            let mut whole = [0; 8];
            whole.copy_from_slice(word);
            self.word(u64::from_le_bytes(whole));
        }
        let rest = words.remainder();
        self.pending[..rest.len()].copy_from_slice(rest);
        self.held = rest.len();
    }

    /// Folds a field in, so that ("ab", "c") and ("a", "bc") differ.
    pub(super) fn field(&mut self, bytes: &[u8]) {
        self.add(bytes);
        self.add(&(bytes.len() as u64).to_le_bytes());
    }

    /// The value so far.
    pub(super) fn finish(mut self) -> u128 {
        self.pending[self.held..].fill(0);
        self.word(u64::from_le_bytes(self.pending));
        self.word(self.length);
        self.state ^ (self.state >> 67)
    }

    fn word(&mut self, word: u64) {
        self.state = (self.state ^ u128::from(word)).wrapping_mul(PRIME);
        self.state ^= self.state.rotate_right(59);
    }
}

/// The first 16 hexadecimal digits of a fingerprint: enough to tell texts apart under one name.
pub(super) fn short(fingerprint: u128) -> String {
    format!("{:016x}", fingerprint >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_never_changes() {
        assert_eq!(short(Fingerprint::of(b"My card is declined.")), "64243a44fc553e77");
    }

    #[test]
    fn cutting_makes_no_difference_and_content_does() {
        let whole = Fingerprint::of(b"The quick brown fox jumps over the lazy dog");
        for cut in 0..43 {
            let (first, second) = b"The quick brown fox jumps over the lazy dog".split_at(cut);
            let mut parts = Fingerprint::new();
            parts.add(first);
            parts.add(second);
            assert_eq!(parts.finish(), whole, "cut at {cut}");
        }
        assert_ne!(Fingerprint::of(b"a"), Fingerprint::of(b"a\0"));
        let (mut first, mut second) = (Fingerprint::new(), Fingerprint::new());
        first.field(b"ab");
        first.field(b"c");
        second.field(b"a");
        second.field(b"bc");
        assert_ne!(first.finish(), second.finish());
    }
}
