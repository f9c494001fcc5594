//! Octets as decisions: a fuzzer mutates the octets, and the same input always gives the same decisions.

/// A source of decisions. When the octets are used up, every decision is the first one.
#[derive(Debug)]
pub struct Choices<'o> {
    octets: &'o [u8],
    at: usize,
}

impl<'o> Choices<'o> {
    /// Decisions from `octets`.
    #[must_use]
    pub fn new(octets: &'o [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// Whether every octet was used.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.at >= self.octets.len()
    }

    /// One of `count` choices; 0 if there is none.
    pub fn below(&mut self, count: usize) -> usize {
        if count <= 1 {
            return 0;
        }
        let mut value = usize::from(self.octet());
        if count > 256 {
            value = value << 8 | usize::from(self.octet());
        }
        value % count
    }

    /// True once in `count` times.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    /// One of `list`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        *self.one_of(list)
    }

    /// A reference to one of `list`, which must not be empty.
    pub fn one_of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    fn octet(&mut self) -> u8 {
        let octet = self.octets.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        octet
    }
}

/// `count` octets that follow from `seed` (SplitMix64).
#[must_use]
pub fn seeded(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut octets = Vec::with_capacity(count + 8);
    while octets.len() < count {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        octets.extend((z ^ (z >> 31)).to_le_bytes());
    }
    octets.truncate(count);
    octets
}
