//! Wiped text: overwritten before its memory is given back.

use std::ops::{Deref, DerefMut};

use crate::spare::{self, sparable};

sparable!(u8, 2);

/// Text that is overwritten with zeros when it is dropped, with all of its room.
///
/// It is for long texts, such as decrypted messages: it is overwritten at the speed of memory, where `Zeroizing` takes one step
/// for each octet. Text that must not leave traces must not grow, since a buffer that grows is copied: make it
/// [`with_capacity`](Self::with_capacity). The memory of a large one, overwritten, is kept for the next one.
///
/// ```
/// use wss_c14n::Wiped;
///
/// let mut text = Wiped::with_capacity(16);
/// text.push_str("plaintext");
/// assert_eq!(text.as_str(), "plaintext");
/// ```
#[derive(Clone, Default)]
pub struct Wiped(String);

impl Wiped {
    /// An empty text with room for this many octets.
    #[must_use]
    pub fn with_capacity(octets: usize) -> Self {
        Self(String::from_utf8(spare::take(octets)).expect("an empty buffer is text"))
    }

    /// An empty buffer, from the memory of texts that were wiped if there is one that fits, for octets that become text later.
    #[must_use]
    pub fn room(octets: usize) -> Vec<u8> {
        spare::take(octets)
    }

    /// The text, which is no longer wiped.
    #[must_use]
    pub fn into_text(mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

impl From<String> for Wiped {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Wiped {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Deref for Wiped {
    type Target = String;

    fn deref(&self) -> &String {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl std::fmt::Debug for Wiped {
    /// Shows only the number of octets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wiped").field("octets", &self.0.len()).finish()
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        spare::keep(overwrite(std::mem::take(&mut self.0)));
    }
}

/// Overwrites a text and the room behind it; returns the buffer.
fn overwrite(text: String) -> Vec<u8> {
    let mut octets = text.into_bytes();
    let room = octets.capacity();
    octets.clear();
    octets.resize(room, 0);
    // Nobody reads the zeros, so without this the compiler would leave them out.
    zeroize::optimization_barrier(octets.as_slice());
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_room_is_overwritten_in_place() {
        let mut text = String::with_capacity(4_000);
        text.push_str(&"secret ".repeat(500));
        let (at, room) = (text.as_ptr(), text.capacity());
        text.truncate(7);
        let octets = overwrite(text);
        assert_eq!((octets.as_ptr(), octets.len()), (at, room));
        assert!(octets.iter().all(|octet| *octet == 0));
    }

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", Wiped::from("secret")), "Wiped { octets: 6 }");
    }
}
