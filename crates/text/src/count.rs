//! Short forms of octets and of lists of texts, to show them.

use std::fmt;

use crate::escape::shown;

/// The number of octets, and not the octets: for the `Debug` of a type that holds ciphertext, plaintext or a document.
///
/// ```
/// assert_eq!(format!("{:?}", wss_text::octets(b"secret")), "6 octets");
/// ```
#[must_use]
pub fn octets(octets: &[u8]) -> Octets {
    Octets(octets.len())
}

/// See [`octets`].
#[derive(Clone, Copy)]
pub struct Octets(usize);

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} octets", self.0)
    }
}

/// Each of several texts as [`shown`]; of more than eight, the first eight and the number.
///
/// ```
/// assert_eq!(format!("{:?}", wss_text::all_shown(&["a", "b\u{202e}"])), r#"["a", "b\u{202e}"]"#);
/// ```
pub fn all_shown<T: AsRef<str>>(texts: &[T]) -> AllShown<'_, T> {
    AllShown(texts)
}

/// See [`all_shown`].
#[derive(Clone, Copy)]
pub struct AllShown<'a, T>(&'a [T]);

impl<T: AsRef<str>> fmt::Debug for AllShown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 8;
        let first = self.0.iter().take(MOST).map(|text| shown(text.as_ref()));
        f.debug_list().entries(first).finish()?;
        match self.0.len().checked_sub(MOST) {
            Some(more @ 1..) => write!(f, " and {more} more"),
            _ => Ok(()),
        }
    }
}
