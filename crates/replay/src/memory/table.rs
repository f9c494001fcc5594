//! A hash table of keys and their last instants: open addressing with linear probing, 40 octets a slot.
//!
//! `HashMap` is not used: its removals leave marks, and a table with many of them doubles although it is half empty.
//! Here no entry is removed by itself. [`Table::rebuild`] drops expired entries and adapts the size.

/// Keys, each with the last nanosecond at which it is live. The caller computes hashes, which select the slots.
#[derive(Default)]
pub(super) struct Table {
    slots: Box<[Slot]>,
    len: usize,
}

#[derive(Clone, Copy)]
struct Slot {
    key: [u8; 32],
    /// Zero in an empty slot.
    until: u64,
}

const EMPTY: Slot = Slot { key: [0; 32], until: 0 };

impl Table {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The instant of `key`, if it is in the table.
    pub(super) fn get_mut(&mut self, hash: u64, key: &[u8; 32]) -> Option<&mut u64> {
        let slot = self.probe(hash, key)?;
        Some(&mut self.slots[slot].until).filter(|until| **until != 0)
    }

    /// Whether one more entry would make it more than four fifths full.
    pub(super) fn is_full(&self) -> bool {
        (self.len + 1) * 5 > self.slots.len() * 4
    }

    /// Adds a new key to a table that is not full. `until` is not zero.
    pub(super) fn insert(&mut self, hash: u64, key: &[u8; 32], until: u64) {
        if let Some(slot) = self.probe(hash, key) {
            self.slots[slot] = Slot { key: *key, until };
            self.len += 1;
        }
    }

    /// Drops the entries that expired before `instant`, and leaves a table three fifths full. Returns the instant at
    /// which the next entry expires.
    pub(super) fn rebuild(&mut self, instant: u64, hash: impl Fn(&[u8; 32]) -> u64) -> u64 {
        let keeps = |slot: &&Slot| slot.until != 0 && slot.until >= instant;
        let left = self.slots.iter().filter(keeps).count();
        let mut next = Self { slots: vec![EMPTY; (left + 1) * 5 / 3 + 8].into_boxed_slice(), len: 0 };
        let mut earliest = u64::MAX;
        for slot in self.slots.iter().filter(keeps) {
            next.insert(hash(&slot.key), &slot.key, slot.until);
            earliest = earliest.min(slot.until);
        }
        *self = next;
        earliest
    }

    /// The slot of `key`, or else the empty slot for it. `None` only for a table without slots.
    fn probe(&self, hash: u64, key: &[u8; 32]) -> Option<usize> {
        let count = self.slots.len();
        let first = ((u128::from(hash) * count as u128) >> 64) as usize;
        let found = |slot: &usize| self.slots[*slot].until == 0 || self.slots[*slot].key == *key;
        (first..count).chain(0..first).find(found)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    /// A bad hash: half of the keys get the last slot.
    fn hash(key: &[u8; 32]) -> u64 {
        if key[1].is_multiple_of(2) { u64::MAX } else { u64::from(key[1]) << 56 }
    }

    fn key(number: u16) -> [u8; 32] {
        let mut key = [0xA5; 32];
        key[..2].copy_from_slice(&number.to_be_bytes());
        key
    }

    #[test]
    fn entries_are_found_until_they_expire_wherever_they_collide() {
        let mut table = Table::default();
        for number in 0..1_000 {
            assert!(table.get_mut(hash(&key(number)), &key(number)).is_none());
            if table.is_full() {
                table.rebuild(0, hash);
            }
            table.insert(hash(&key(number)), &key(number), u64::from(number) + 1);
        }
        let found = |table: &mut Table| -> Vec<u16> {
            (0..1_000).filter(|number| table.get_mut(hash(&key(*number)), &key(*number)).is_some()).collect()
        };
        assert_eq!(found(&mut table).len(), 1_000);
        assert_eq!(table.rebuild(501, hash), 501);
        assert_eq!((table.len(), found(&mut table)), (500, (500..1_000).collect()));
        assert_eq!(table.rebuild(5_000, hash), u64::MAX);
        assert_eq!((table.len(), found(&mut table)), (0, Vec::new()));
        assert!(!table.is_full() && table.slots.len() < 16, "what is empty is small");
    }
}
