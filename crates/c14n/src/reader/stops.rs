//! Stops: where tags, text and attribute values may end, found 64 octets at a time.
//!
//! The source is classified in windows by vector comparisons: one bit for each octet says whether something may end there.
//! Finding the end of a value is then a count of zeros instead of a loop over octets. A stop may turn out to be an ordinary
//! character (a quote in text), but no end is ever missed.
//!
//! The same pass notices whether there may be characters that XML does not allow, so that no other pass over the source is
//! needed. Look-ups go forward, and every window is classified once.

use wide::u8x16;
use wss_text::Slice as _;

/// A word of one bit for each octet.
const BLOCK: usize = 64;
/// The number of blocks of a window: 4 KiB of source, so that its bits stay in the nearest cache.
const BLOCKS: usize = 64;
const WINDOW: usize = BLOCK * BLOCKS;

/// The classified window of a source.
pub(super) struct Stops<'s> {
    octets: &'s [u8],
    /// The offset of the first block; a multiple of 64.
    start: usize,
    /// Bit `n` of a block belongs to its octet `n`.
    blocks: [u64; BLOCKS],
    is_suspicious: bool,
}

impl<'s> Stops<'s> {
    pub(super) fn new(octets: &'s [u8]) -> Self {
        let mut stops = Self { octets, start: 0, blocks: [0; BLOCKS], is_suspicious: false };
        stops.classify();
        stops
    }

    /// The offset of the first octet from `from` on that is `<`, `>`, `&`, `#`, a quote, TAB, LF or CR; the length of the source
    /// if no such octet follows. Characters that XML does not allow may be stops, too.
    #[inline(always)]
    pub(super) fn next(&mut self, from: usize) -> usize {
        let offset = from.wrapping_sub(self.start);
        if let Some(block) = self.blocks.get(offset / BLOCK) {
            let bits = block >> (offset % BLOCK);
            if bits != 0 {
                return from + bits.trailing_zeros() as usize;
            }
        }
        self.next_block(from)
    }

    /// As `next`, if the block of `from` has no further stop, or is not in the window.
    #[inline(never)]
    fn next_block(&mut self, from: usize) -> usize {
        let mut at = from;
        while at < self.octets.len() {
            self.reach(at);
            let offset = at - self.start;
            let bits = self.blocks.get(offset / BLOCK).map_or(0, |block| block >> (offset % BLOCK));
            if bits != 0 {
                return at + bits.trailing_zeros() as usize;
            }
            at = (at / BLOCK + 1) * BLOCK;
        }
        self.octets.len()
    }

    /// Whether the source may contain characters that XML does not allow. Classifies the rest of the source.
    pub(super) fn is_suspicious(&mut self) -> bool {
        if let Some(last) = self.octets.len().checked_sub(1) {
            self.reach(last);
        }
        self.is_suspicious
    }

    /// Classifies windows until `at` is in one, and leaves none out.
    #[inline(always)]
    fn reach(&mut self, at: usize) {
        if at < self.start {
            self.start = at - at % BLOCK;
            self.classify();
        }
        while at - self.start >= WINDOW {
            self.start += WINDOW;
            self.classify();
        }
    }

    #[inline(never)]
    fn classify(&mut self) {
        let rest = self.octets.slice(self.start..);
        let (full, last) = rest.as_chunks::<BLOCK>();
        let mut is_suspicious = false;
        for (block, octets) in self.blocks.iter_mut().zip(full) {
            *block = stops(octets, &mut is_suspicious);
        }
        if let Some(block) = self.blocks.get_mut(full.len()) {
            // Octets beyond the end stop everything.
            let mut octets = [b'<'; BLOCK];
            for (octet, source) in octets.iter_mut().zip(last) {
                *octet = *source;
            }
            *block = stops(&octets, &mut is_suspicious);
        }
        self.is_suspicious |= is_suspicious;
    }
}

#[inline(always)]
fn stops(octets: &[u8; BLOCK], is_suspicious: &mut bool) -> u64 {
    let mut block = 0;
    let mut above_space = u8x16::ZERO;
    for (lane, octets) in octets.as_chunks::<16>().0.iter().enumerate() {
        let octets = u8x16::new(*octets);
        // `<` and `>` differ in one bit only, and no other octet matches this pattern.
        let angle = (octets | u8x16::splat(2)).simd_eq(u8x16::splat(b'>'));
        // `"`, `#`, `&` and `'`.
        let quote = (octets & u8x16::splat(0xFA)).simd_eq(u8x16::splat(b'"'));
        let control = octets.simd_eq(octets.min(u8x16::splat(b'\r')));
        block |= u64::from((angle | quote | control).to_bitmask()) << (16 * lane);
        above_space |= octets - u8x16::splat(b' ');
    }
    // The highest bit: below the space, or from 0xA0 on.
    if above_space.to_bitmask() != 0 {
        *is_suspicious |= has_suspicious(octets);
    }
    block
}

/// Whether there are control characters other than TAB, LF and CR, or octets that may begin U+FFFE or U+FFFF.
#[inline(never)]
fn has_suspicious(octets: &[u8; BLOCK]) -> bool {
    let mut found = u8x16::ZERO;
    for octets in octets.as_chunks::<16>().0 {
        let octets = u8x16::new(*octets);
        let is = |octet: u8| octets.simd_eq(u8x16::splat(octet));
        let control = octets.simd_eq(octets.min(u8x16::splat(0x1F)));
        found |= is(0xEF) | (control & !(is(b'\t') | is(b'\n') | is(b'\r')));
    }
    found.to_bitmask() != 0
}

#[cfg(test)]
mod tests {
    use super::Stops;

    /// Classifies octet by octet, as the comments define it.
    #[test]
    fn stops_are_what_an_octet_by_octet_search_finds() {
        let mut octets = Vec::new();
        let mut state = 1u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let octet = (state >> 24) as u8;
            let is_rare = state & 0x7000 != 0;
            octets.push(match octet {
                0..0x20 | 0x7F if is_rare => b'a',
                0..0x20 => b"\t\n\r"[octet as usize % 3],
                0x20..0x40 if is_rare => b'b',
                0xEF => b'c',
                octet => octet,
            });
        }
        let is_stop = |octet: u8| b"<>&#\"'\t\n\r".contains(&octet);
        for cut in [octets.len(), 8_192, 4_097, 4_096, 4_095, 65, 64, 63, 1, 0] {
            let octets = &octets[..cut];
            let mut stops = Stops::new(octets);
            let find =
                |from: usize| octets[from..].iter().position(|b| is_stop(*b)).map_or(cut, |length| from + length);
            for from in (0..cut).step_by(3).chain((0..cut).rev().step_by(997)) {
                assert_eq!(stops.next(from), find(from), "from {from} of {cut}");
            }
            assert_eq!(stops.next(cut), cut);
            assert!(!stops.is_suspicious(), "{cut}");
        }
    }

    #[test]
    fn nothing_suspicious_is_missed() {
        for suspicious in (0..0x20).chain([0xEF]).filter(|octet| !b"\t\n\r".contains(octet)) {
            for (length, at) in [(1, 0), (64, 63), (10_000, 4_096), (10_000, 9_999), (4_096, 4_095)] {
                let mut octets = vec![b'a'; length];
                octets[at] = suspicious;
                assert!(Stops::new(&octets).is_suspicious(), "{suspicious} at {at} of {length}");
            }
        }
    }
}
