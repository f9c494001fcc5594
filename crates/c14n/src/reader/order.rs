//! The canonical order of attributes: by namespace name, then by local name (Canonical XML 1.0 §2.2).

use std::cmp::Ordering;

use wss_text::Slice as _;

use crate::chars::chunk;
use crate::tape::{Attribute, Pair};

/// The attribute order of Canonical XML: by namespace name, then by local name.
pub(super) struct CanonicalOrder<'a> {
    pub(super) octets: &'a [u8],
    pub(super) pairs: &'a [Pair],
    pub(super) prefixes: &'a [(u32, u32)],
    pub(super) uris: &'a [(u32, u32)],
    pub(super) arena: &'a str,
}

/// The result of sorting attributes.
pub(super) enum Sorted {
    Already,
    Now,
    Duplicate,
}

/// The largest number of attributes that are sorted by insertion.
const FEW: usize = 16;

/// The pair of a rank that decides nothing.
const NO_RANK: u8 = u8::MAX;

/// The order of two attributes, if their ranks decide it.
#[inline(always)]
fn compare_ranks(left: u64, right: u64) -> Option<Ordering> {
    let (of_left, of_right) = ((left >> 56) as u8, (right >> 56) as u8);
    let is_told = if of_left == of_right {
        of_left != NO_RANK
    } else {
        of_left.min(of_right) == 0 && of_left.max(of_right) != NO_RANK
    };
    Some(left.cmp(&right)).filter(|order| is_told && order.is_ne())
}

/// Sorts a few attributes without prefixes by the first octets of their names. If these octets do not decide, the
/// result is false, and the attributes may have moved.
#[inline(always)]
pub(super) fn sort_by_first_octets(octets: &[u8], attributes: &mut [Attribute]) -> bool {
    let mut ranks = [0; 6];
    let Some(ranks) = ranks.get_mut(..attributes.len()) else { return false };
    for (rank, attribute) in ranks.iter_mut().zip(attributes.iter()) {
        let Some(first) = first_octets(octets, attribute.name_start as usize, attribute.name.len.into()) else {
            return false;
        };
        *rank = first;
    }
    // If two ranks are equal, the octets of the names behind them would decide.
    !matches!(insert(attributes, ranks, |_, _, left, right| left.cmp(&right)), Sorted::Duplicate)
}

/// Sorts attributes beside their ranks by insertion, until two are equal.
#[inline(always)]
fn insert(
    attributes: &mut [Attribute],
    ranks: &mut [u64],
    compare: impl Fn(&Attribute, &Attribute, u64, u64) -> Ordering,
) -> Sorted {
    let mut outcome = Sorted::Already;
    for last in 1..attributes.len() {
        for at in (1..=last).rev() {
            let (Some([left, right]), Some([left_rank, right_rank])) =
                (attributes.get_mut(at - 1..at + 1), ranks.get_mut(at - 1..at + 1))
            else {
                break;
            };
            match compare(left, right, *left_rank, *right_rank) {
                Ordering::Less => break,
                Ordering::Equal => return Sorted::Duplicate,
                Ordering::Greater => {
                    std::mem::swap(left, right);
                    std::mem::swap(left_rank, right_rank);
                    outcome = Sorted::Now;
                }
            }
        }
    }
    outcome
}

/// The first eight of the `len` octets at `start` as a number, with zeros after a shorter name: a name with a lower
/// number is earlier.
#[inline(always)]
pub(super) fn first_octets(octets: &[u8], start: usize, len: usize) -> Option<u64> {
    let mask = u64::MAX.checked_shl(64 - 8 * (len.min(8) as u32)).unwrap_or(0);
    Some(u64::from_be_bytes(*chunk(octets, start)?) & mask)
}

impl CanonicalOrder<'_> {
    /// A rank of the pair and the first octets of the local name: an attribute with a lower rank is earlier, if both
    /// have one pair or the earlier one has no prefix.
    #[inline(always)]
    fn rank(&self, attribute: &Attribute) -> u64 {
        let skipped = self.prefix_octets(attribute);
        let (start, len) = (attribute.name_start as usize + skipped, usize::from(attribute.name.len) - skipped);
        let pair = attribute.name.pair.min(u32::from(NO_RANK)) as u8;
        match first_octets(self.octets, start, len) {
            Some(first) => u64::from(pair) << 56 | first >> 8,
            None => u64::from(NO_RANK) << 56,
        }
    }

    /// The number of octets of the prefix with the colon.
    #[inline(always)]
    fn prefix_octets(&self, attribute: &Attribute) -> usize {
        if !attribute.is_prefixed() {
            return 0;
        }
        let pair = self.pairs.get(attribute.name.pair as usize);
        let prefix = pair.and_then(|pair| self.prefixes.get(pair.prefix as usize));
        prefix.map_or(0, |(start, end)| (end - start) as usize + 1)
    }

    /// Sorts in canonical order. A few attributes are sorted by insertion, which also finds duplicates.
    pub(super) fn sort(&self, attributes: &mut [Attribute]) -> Sorted {
        let mut ranks = [0; FEW];
        let Some(ranks) = ranks.get_mut(..attributes.len()) else { return self.sort_many(attributes) };
        for (rank, attribute) in ranks.iter_mut().zip(attributes.iter()) {
            *rank = self.rank(attribute);
        }
        insert(attributes, ranks, |left, right, left_rank, right_rank| {
            compare_ranks(left_rank, right_rank).unwrap_or_else(|| self.compare(left, right))
        })
    }

    #[cold]
    fn sort_many(&self, attributes: &mut [Attribute]) -> Sorted {
        let sorted = attributes.is_sorted_by(|left, right| self.compare(left, right).is_le());
        if !sorted {
            attributes.sort_unstable_by(|left, right| self.compare(left, right));
        }
        let twice = attributes.windows(2).any(|two| match two {
            [left, right] => self.compare(left, right).is_eq(),
            _ => false,
        });
        match (twice, sorted) {
            (true, _) => Sorted::Duplicate,
            (false, true) => Sorted::Already,
            (false, false) => Sorted::Now,
        }
    }

    #[inline(never)]
    fn compare(&self, left: &Attribute, right: &Attribute) -> Ordering {
        let by_namespace = if left.name.pair == right.name.pair {
            Ordering::Equal
        } else {
            self.namespace(left).cmp(self.namespace(right))
        };
        by_namespace.then_with(|| self.local(left).cmp(self.local(right)))
    }

    fn namespace(&self, attribute: &Attribute) -> &[u8] {
        self.pairs
            .get(attribute.name.pair as usize)
            .and_then(|pair| self.uris.get(pair.uri as usize))
            .and_then(|(start, end)| self.arena.as_bytes().get(*start as usize..*end as usize))
            .unwrap_or(&[])
    }

    fn local(&self, attribute: &Attribute) -> &[u8] {
        let name = attribute.name_span();
        self.octets.slice(name.start + self.prefix_octets(attribute)..name.end)
    }
}
