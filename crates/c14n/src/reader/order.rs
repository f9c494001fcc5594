//! The canonical order of attributes: by namespace name, then by local name (Canonical XML 1.0 §2.2).

use std::cmp::Ordering;

use crate::tape::{Attribute, Pair};

/// The attribute order of Canonical XML: by namespace name, then by local name.
pub(super) struct CanonicalOrder<'a> {
    pub(super) octets: &'a [u8],
    pub(super) pairs: &'a [Pair],
    pub(super) uris: &'a [(u32, u32)],
    pub(super) arena: &'a str,
}

/// What sorting found.
pub(super) enum Sorted {
    Already,
    Now,
    Duplicate,
}

impl CanonicalOrder<'_> {
    /// Sorts in canonical order: by insertion where there are few, which finds duplicates on the way.
    pub(super) fn sort(&self, attributes: &mut [Attribute]) -> Sorted {
        if attributes.len() > 8 {
            let sorted = attributes.is_sorted_by(|left, right| self.compare(left, right).is_le());
            if !sorted {
                attributes.sort_unstable_by(|left, right| self.compare(left, right));
            }
            let twice = attributes.windows(2).any(|two| match two {
                [left, right] => self.compare(left, right).is_eq(),
                _ => false,
            });
            return match (twice, sorted) {
                (true, _) => Sorted::Duplicate,
                (false, true) => Sorted::Already,
                (false, false) => Sorted::Now,
            };
        }
        let mut outcome = Sorted::Already;
        for last in 1..attributes.len() {
            let mut at = last;
            while let Some([left, right]) = at.checked_sub(1).and_then(|before| attributes.get_mut(before..at + 1)) {
                match self.compare(left, right) {
                    Ordering::Less => break,
                    Ordering::Equal => return Sorted::Duplicate,
                    Ordering::Greater => {
                        std::mem::swap(left, right);
                        outcome = Sorted::Now;
                        at -= 1;
                    }
                }
            }
        }
        outcome
    }

    #[inline(always)]
    fn compare(&self, left: &Attribute, right: &Attribute) -> Ordering {
        if left.pair == right.pair {
            // Most names differ in their first octets, which are cheaper to compare than whole names.
            if let (Some(left), Some(right)) = (self.first_octets(left), self.first_octets(right))
                && left != right
            {
                return left.cmp(&right);
            }
        }
        self.compare_whole(left, right)
    }

    /// The first eight octets of the local name as a number that compares as they do, zeros behind its end; `None`
    /// close to the end of the source.
    #[inline(always)]
    fn first_octets(&self, attribute: &Attribute) -> Option<u64> {
        let prefix = if attribute.prefix_len == 0 { 0 } else { u32::from(attribute.prefix_len) + 1 };
        let start = (attribute.name_start + prefix) as usize;
        let len = u32::from(attribute.name_len) - prefix;
        let octets = self.octets.get(start..start + 8)?.first_chunk()?;
        let mask = u64::MAX.checked_shl(64 - 8 * len.min(8)).unwrap_or(0);
        Some(u64::from_be_bytes(*octets) & mask)
    }

    #[inline(never)]
    fn compare_whole(&self, left: &Attribute, right: &Attribute) -> Ordering {
        let by_namespace =
            if left.pair == right.pair { Ordering::Equal } else { self.namespace(left).cmp(self.namespace(right)) };
        by_namespace.then_with(|| self.local(left).cmp(self.local(right)))
    }

    fn namespace(&self, attribute: &Attribute) -> &[u8] {
        if attribute.prefix_len == 0 {
            return &[];
        }
        self.pairs
            .get(attribute.pair as usize)
            .and_then(|pair| self.uris.get(pair.uri as usize))
            .and_then(|(start, end)| self.arena.as_bytes().get(*start as usize..*end as usize))
            .unwrap_or(&[])
    }

    fn local(&self, attribute: &Attribute) -> &[u8] {
        let start = attribute.name_start as usize;
        let local = start + if attribute.prefix_len == 0 { 0 } else { attribute.prefix_len as usize + 1 };
        self.octets.get(local..start + attribute.name_len as usize).unwrap_or(&[])
    }
}
