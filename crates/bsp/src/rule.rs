//! The properties of a requirement that need no message.

use std::fmt;

use super::row::{Basis, Level};
use super::table::Rule;

impl Rule {
    /// The number in the profile, or a placeholder.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// Whether [`Rule::id`] is a placeholder, since the number in the profile could not be recovered.
    #[must_use]
    pub const fn is_placeholder(self) -> bool {
        !matches!(self.id().as_bytes(), [b'R', ..])
    }

    /// The section of the profile.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.row().section
    }

    /// The chapter of that section: its number and title.
    #[must_use]
    pub fn chapter(self) -> (&'static str, &'static str) {
        let section = self.section();
        let number = section.split_once('.').map_or(section, |(chapter, _)| chapter);
        let title = CHAPTERS.iter().find(|(known, _)| *known == number).map_or("", |(_, title)| title);
        (number, title)
    }

    /// The target, in the profile's words.
    #[must_use]
    pub const fn target(self) -> &'static str {
        self.row().target
    }

    /// How binding it is.
    #[must_use]
    pub const fn level(self) -> Level {
        self.row().level
    }

    /// The basis of a verdict.
    #[must_use]
    pub const fn basis(self) -> Basis {
        self.row().basis
    }

    /// The requirement in our words, in a line.
    #[must_use]
    pub const fn requirement(self) -> &'static str {
        self.row().requirement
    }

    /// Our reading, if the text leaves room for more than one; otherwise empty.
    #[must_use]
    pub const fn reading(self) -> &'static str {
        self.row().reading
    }

    /// The requirement with this id, in any case.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.id().eq_ignore_ascii_case(id))
    }
}

impl fmt::Display for Rule {
    /// The id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

const CHAPTERS: [(&str, &str); 16] = [
    ("4", "Transport layer mechanisms"),
    ("5", "SOAP nodes and messages"),
    ("6", "Security headers"),
    ("7", "Timestamps"),
    ("8", "Security token references"),
    ("9", "XML Signature"),
    ("10", "XML Encryption"),
    ("11", "Binary security tokens"),
    ("12", "Username tokens"),
    ("13", "X.509 certificate tokens"),
    ("14", "REL tokens"),
    ("15", "Kerberos tokens"),
    ("16", "SAML tokens"),
    ("17", "EncryptedKey tokens"),
    ("18", "Attachments"),
    ("19", "Security considerations"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_again_and_no_two_are_one() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_id(rule.id()), Some(rule));
            assert_ne!(rule.chapter().1, "", "{rule}");
        }
        assert_eq!(Rule::from_id("r3204"), Some(Rule::R3204));
        assert_eq!(Rule::from_id("R9999"), None);
    }
}
