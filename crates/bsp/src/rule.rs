//! A requirement of the profile, and what is known of it without a message.

use std::fmt;

/// How binding a requirement is (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// MUST.
    Must,
    /// MUST NOT.
    MustNot,
    /// SHOULD.
    Should,
    /// SHOULD NOT.
    ShouldNot,
    /// MAY: a permission, which nothing breaks.
    May,
    /// An extensibility point: outside the profile, to be agreed on.
    Extensibility,
}

impl Level {
    /// Whether a message that breaks the requirement does not conform.
    #[must_use]
    pub const fn is_binding(self) -> bool {
        matches!(self, Self::Must | Self::MustNot)
    }

    /// As RFC 2119 writes it; `EXT` for an extensibility point.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
            Self::Should => "SHOULD",
            Self::ShouldNot => "SHOULD NOT",
            Self::May => "MAY",
            Self::Extensibility => "EXT",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The message alone.
    Wire,
    /// The message, and a key, certificate or password.
    WireAndKey,
    /// What is outside the message: the policy, the description, the request, what the sender meant.
    Context,
    /// What a sender or receiver does.
    Behaviour,
}

impl Basis {
    /// `wire`, `wire+key`, `context` or `behaviour`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::WireAndKey => "wire+key",
            Self::Context => "context",
            Self::Behaviour => "behaviour",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the table says of one requirement.
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) section: &'static str,
    pub(super) target: &'static str,
    pub(super) level: Level,
    pub(super) basis: Basis,
    pub(super) requirement: &'static str,
    pub(super) reading: &'static str,
}

/// Makes [`Rule`], its documentation and its rows out of the table.
macro_rules! rules {
    ($($rule:ident $id:literal $section:literal $target:literal $level:ident $basis:ident
        $requirement:literal $reading:literal;)*) => {
        use super::rule::{Basis, Level, Row};

        /// A requirement of BSP 1.1: a variant for each, in the order of the profile.
        ///
        /// `Rnnnn` is a number of the profile. `U-` and `E?-` mark requirements and extensibility points whose number
        /// could not be recovered: they are placeholders of this library, never to be cited as the profile's.
        ///
        /// | id | § | target | level | decided by | requirement |
        /// |---|---|---|---|---|---|
        $(#[doc = concat!(
            "| [`", $id, "`](Rule::", stringify!($rule), ") | ", $section, " | ", $target, " | ", stringify!($level),
            " | ", stringify!($basis), " | ", $requirement, " |"
        )])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $(
                #[doc = $requirement]
                ///
                #[doc = $reading]
                $rule,
            )*
        }

        impl Rule {
            /// Every requirement, in the order of the profile.
            pub const ALL: [Self; [$(stringify!($rule)),*].len()] = [$(Self::$rule),*];

            pub(super) const fn row(self) -> Row {
                match self {
                    $(Self::$rule => Row {
                        id: $id,
                        section: $section,
                        target: $target,
                        level: Level::$level,
                        basis: Basis::$basis,
                        requirement: $requirement,
                        reading: $reading,
                    },)*
                }
            }
        }
    };
}
pub(super) use rules;

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

    /// What it is about, in the profile's words for its targets.
    #[must_use]
    pub const fn target(self) -> &'static str {
        self.row().target
    }

    /// How binding it is.
    #[must_use]
    pub const fn level(self) -> Level {
        self.row().level
    }

    /// What a verdict rests on.
    #[must_use]
    pub const fn basis(self) -> Basis {
        self.row().basis
    }

    /// The requirement, restated in a line.
    #[must_use]
    pub const fn requirement(self) -> &'static str {
        self.row().requirement
    }

    /// The reading taken where the text leaves room for more than one; empty where it does not.
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
