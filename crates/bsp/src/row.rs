//! The row of a requirement: how binding it is, what decides it, and the macro that makes the table.

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
    /// MAY: a permission, which cannot be broken.
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

/// The basis of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The message alone.
    Wire,
    /// The message, and a key, certificate or password.
    WireAndKey,
    /// Information outside the message: the policy, the description, the request, the intention of the sender.
    Context,
    /// The behaviour of a sender or receiver.
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

/// The row of one requirement.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) section: &'static str,
    pub(crate) target: &'static str,
    pub(crate) level: Level,
    pub(crate) basis: Basis,
    pub(crate) requirement: &'static str,
    pub(crate) reading: &'static str,
}

/// Makes [`Rule`], its documentation and its rows from the table.
macro_rules! rules {
    ([] $($rule:ident $id:literal $section:literal $target:literal $level:ident $basis:ident
        $requirement:literal $reading:literal;)*) => {
        use super::row::{Basis, Level, Row};

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

            pub(crate) const fn row(self) -> Row {
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
pub(crate) use rules;
