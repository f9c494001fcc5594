//! Stops: where names, text and attribute values may end, found 64 octets at a time.
//!
//! The source is classified in windows by vector comparisons; each class is one bit per octet. Finding the end of
//! a name or a value is then a count of zeros instead of a loop over octets. The bits say only where to look: a
//! stop may turn out to be an ordinary character (`-` in a name), but no end is ever missed.
//!
//! Look-ups go forward. A window is classified once, unless text is skipped by a search that is faster still.

use wide::u8x16;

/// Octets one bit each of a word.
const BLOCK: usize = 64;
/// Blocks of a window: 4 KiB of source, so that its bits stay in the nearest cache.
const BLOCKS: usize = 64;

/// What each octet of a block may end. Bit `n` belongs to octet `n`.
#[derive(Clone, Copy, Default)]
struct Block {
    /// Octets that end a qualified name, and `-` and `.`.
    name: u64,
    /// `<`, `&`, `>` and CR.
    text: u64,
    /// As `text`, and quotes, TAB and LF.
    value: u64,
}

/// The classified window of a source without control characters.
pub(super) struct Stops<'s> {
    octets: &'s [u8],
    /// The offset of the first block; a multiple of 64.
    start: usize,
    blocks: [Block; BLOCKS],
}

impl<'s> Stops<'s> {
    pub(super) fn new(octets: &'s [u8]) -> Self {
        let mut stops = Self { octets, start: 0, blocks: [Block::default(); BLOCKS] };
        stops.classify(0);
        stops
    }

    /// The first octet from `from` on that may end a name; the length of the source where there is none.
    #[inline(always)]
    pub(super) fn name(&mut self, from: usize) -> usize {
        self.next(from, |block| block.name)
    }

    /// The first octet from `from` on that ends text, or must not be copied as it is.
    #[inline(always)]
    pub(super) fn text(&mut self, from: usize) -> usize {
        self.next(from, |block| block.text)
    }

    /// The first octet from `from` on that may end an attribute value, or must not be copied as it is.
    #[inline(always)]
    pub(super) fn value(&mut self, from: usize) -> usize {
        self.next(from, |block| block.value)
    }

    #[inline(always)]
    fn next(&mut self, from: usize, class: impl Fn(&Block) -> u64 + Copy) -> usize {
        let offset = from.wrapping_sub(self.start);
        if let Some(block) = self.blocks.get(offset / BLOCK) {
            let bits = class(block) >> (offset % BLOCK);
            if bits != 0 {
                return from + bits.trailing_zeros() as usize;
            }
        }
        self.next_block(from, class)
    }

    /// As `next`, if the block of `from` has no further stop or is not in the window.
    #[inline(never)]
    fn next_block(&mut self, from: usize, class: impl Fn(&Block) -> u64) -> usize {
        let mut at = from;
        while at < self.octets.len() {
            let offset = at.wrapping_sub(self.start);
            let Some(block) = self.blocks.get(offset / BLOCK) else {
                self.classify(at);
                continue;
            };
            let bits = class(block) >> (offset % BLOCK);
            if bits != 0 {
                return at + bits.trailing_zeros() as usize;
            }
            at = (at / BLOCK + 1) * BLOCK;
        }
        self.octets.len()
    }

    /// Makes the window begin with the block of `at`.
    fn classify(&mut self, at: usize) {
        self.start = at - at % BLOCK;
        let rest = self.octets.get(self.start..).unwrap_or(&[]);
        let (full, last) = rest.as_chunks::<BLOCK>();
        for (block, octets) in self.blocks.iter_mut().zip(full) {
            *block = classes(octets);
        }
        if let Some(block) = self.blocks.get_mut(full.len()) {
            // Octets beyond the end stop everything.
            let mut octets = [b'<'; BLOCK];
            for (octet, source) in octets.iter_mut().zip(last) {
                *octet = *source;
            }
            *block = classes(&octets);
        }
    }
}

#[inline(always)]
fn classes(octets: &[u8; BLOCK]) -> Block {
    let at_most = |octets: u8x16, bound: u8| octets.simd_eq(octets.min(u8x16::splat(bound)));
    let mut block = Block::default();
    for (lane, octets) in octets.as_chunks::<16>().0.iter().enumerate() {
        let octets = u8x16::new(*octets);
        let is = |octet: u8| octets.simd_eq(u8x16::splat(octet));
        // `<` and `>` differ in one bit only, and no other octet matches this pattern.
        let angle = (octets | u8x16::splat(2)).simd_eq(u8x16::splat(b'>'));
        let text = angle | is(b'&') | is(b'\r');
        // No control character but TAB, LF and CR gets here.
        let value = text | is(b'"') | is(b'\'') | at_most(octets, b'\r');
        // Below the digits; and from `;` to `?`.
        let name = at_most(octets, b'/') | at_most(octets - u8x16::splat(b';'), b'?' - b';');
        let shift = 16 * lane;
        block.name |= u64::from(name.to_bitmask()) << shift;
        block.text |= u64::from(text.to_bitmask()) << shift;
        block.value |= u64::from(value.to_bitmask()) << shift;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::Stops;

    /// Every class, octet by octet, as the comments define it.
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
                octet => octet,
            });
        }
        let name = |b: u8| b < 0x30 || (b';'..=b'?').contains(&b);
        let text = |b: u8| b"<&>\r".contains(&b);
        let value = |b: u8| text(b) || b"\"'\t\n".contains(&b);
        for cut in [octets.len(), 4_096, 4_095, 65, 64, 63, 1, 0] {
            let octets = &octets[..cut];
            let mut stops = Stops::new(octets);
            let find = |from: usize, is_stop: &dyn Fn(u8) -> bool| {
                octets[from..].iter().position(|b| is_stop(*b)).map_or(cut, |length| from + length)
            };
            for from in (0..cut).step_by(3) {
                assert_eq!(stops.name(from), find(from, &name), "name from {from} of {cut}");
                assert_eq!(stops.text(from), find(from, &text), "text from {from} of {cut}");
                assert_eq!(stops.value(from), find(from, &value), "value from {from} of {cut}");
            }
            assert_eq!(stops.name(cut), cut);
        }
    }
}
