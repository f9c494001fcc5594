//! Text that a stranger wrote, made safe to show.
//!
//! Names, Ids, URIs and values of a message end up in errors, log lines, terminals and pages. There they must not move
//! the cursor, start a line of their own, turn the direction of the text around them, hide, or fill the disk. Two rules
//! keep that everywhere, and all crates use them:
//!
//! - an error holds such text as [`WireText`], never as a `String`;
//! - a type that must keep the whole text for its caller writes it with [`shown`].
//!
//! ```
//! use wss_text::WireText;
//!
//! let uri = WireText::from("urn:\u{9b}2J\nforged line");
//! assert_eq!(uri.to_string(), "urn:\\u{9b}2J\\u{a}forged line");
//! assert_eq!(format!("{uri:?}"), "\"urn:\\u{9b}2J\\u{a}forged line\"");
//! ```

#![forbid(unsafe_code)]

mod count;
mod cut;
mod decimal;
mod escape;
mod hexadecimal;
mod near;
mod slice;
mod url;

pub use count::{AllShown, Octets, all_shown, octets};
pub use cut::front;
pub use decimal::octets_of_decimal;
pub use escape::{Escaped, Shown, escaped, is_plain, shown};
pub use hexadecimal::{hex, hex_digit, hex_octet, octets_of_hex, percent_decoded, push_hex};
pub use near::{nearest, nearest_identifier};
pub use slice::{At, Slice, SliceMut};
pub use url::after_cid;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use cut::parts;

/// Text that quotes a message. `Display` and `Debug` escape every character that a reader could mistake or not see. Of
/// a text of more than 256 characters they show the beginning, the end and the length.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct WireText {
    head: Box<str>,
    cut: Option<Cut>,
}

/// The part of a long text that was left out.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Cut {
    omitted: usize,
    tail: Box<str>,
}

impl WireText {
    /// The text that a value displays.
    #[must_use]
    pub fn of(value: impl fmt::Display) -> Self {
        Self::from(value.to_string())
    }

    /// The text as received, or the beginning of a long one: for comparison, not for display.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.head
    }

    /// Whether the text was longer than the part that is kept.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut.is_some()
    }
}

impl From<&str> for WireText {
    fn from(text: &str) -> Self {
        let (head, cut) = parts(text);
        let cut = cut.map(|(omitted, tail)| Cut { omitted, tail: tail.into() });
        Self { head: head.into(), cut }
    }
}

impl From<String> for WireText {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for WireText {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Cow<'_, str>> for WireText {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from(text.as_ref())
    }
}

impl PartialEq<str> for WireText {
    fn eq(&self, other: &str) -> bool {
        let (head, cut) = parts(other);
        let own = self.cut.as_ref().map(|cut| (cut.omitted, &*cut.tail));
        *self.head == *head && own == cut
    }
}

impl PartialEq<&str> for WireText {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for WireText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().fmt(f)
    }
}

impl fmt::Debug for WireText {
    /// In quotation marks; `"` and `\` are escaped as well.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.pieces(), f)
    }
}

impl WireText {
    fn pieces(&self) -> Shown<'_> {
        Shown::of(&self.head, self.cut.as_ref().map(|cut| (cut.omitted, &*cut.tail)))
    }
}

/// A number of things: `1 certificate`, `2 certificates`.
///
/// ```
/// assert_eq!(wss_text::counted(1, "secret"), "1 secret");
/// assert_eq!(wss_text::counted(0, "secret"), "0 secrets");
/// ```
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// The whole seconds of a duration, as in "1 second" or "300 seconds".
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(wss_text::seconds(Duration::from_millis(1_900)), "1 second");
/// ```
#[must_use]
pub fn seconds(duration: Duration) -> String {
    counted(usize::try_from(duration.as_secs()).unwrap_or(usize::MAX), "second")
}

#[cfg(test)]
mod tests {
    use super::{WireText, is_plain, shown};

    #[test]
    fn every_character_is_shown_as_plain_characters() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
            for text in [c.to_string(), format!("a{c}b")] {
                let wire = WireText::from(text.as_str());
                for written in [wire.to_string(), format!("{wire:?}"), shown(&text).to_string()] {
                    assert!(written.chars().all(is_plain), "U+{:04X}: {}", c as u32, written.escape_debug());
                }
            }
        }
    }

    #[test]
    fn what_can_be_read_is_left_alone() {
        for text in ["urn:a", "CN=Zoë, O=Кремль", "{urn:x}Straße", "日本語", "नमस्ते", "e\u{301}", r"a\b'c"]
        {
            assert_eq!(WireText::from(text).to_string(), text);
        }
        assert_eq!(format!("{:?}", WireText::from("a\"b\\c'")), "\"a\\\"b\\\\c'\"");
    }

    #[test]
    fn a_long_text_is_kept_and_written_short() {
        let long = format!("begin{}end", "x".repeat(4 << 20));
        let wire = WireText::from(long.as_str());
        assert!(wire.is_cut() && wire.as_str().starts_with("begin"));
        for written in [wire.to_string(), shown(&long).to_string(), format!("{wire:?}")] {
            assert!(written.len() < 300, "{}", written.len());
            assert!(
                written.contains("begin") && written.contains("end") && written.contains("4194056 octets"),
                "{written}"
            );
        }
        let worst = WireText::from("\u{E0001}".repeat(100_000));
        assert!(worst.to_string().len() < 3_000);
    }

    #[test]
    fn texts_of_256_characters_are_whole_and_longer_ones_are_not() {
        for c in ["x", "é", "\u{1F600}"] {
            assert!(!WireText::from(c.repeat(256)).is_cut());
            assert!(WireText::from(c.repeat(257)).is_cut());
        }
        assert_eq!(WireText::from("x".repeat(256)), *"x".repeat(256).as_str());
        assert_ne!(WireText::from("x".repeat(400)), *"x".repeat(401).as_str());
    }
}
