//! Why a policy is read.

use crate::suite::Suite;

/// Why an alternative is read.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'k> {
    /// To list what is done about each of its assertions.
    Listing,
    /// To make a client or a service, which reads nothing of what is done.
    Side {
        /// The header blocks that the application sends or reads.
        blocks: &'k [(String, String)],
        /// The algorithms of a suite that names none.
        custom: Option<&'k Suite>,
    },
}

impl<'k> Purpose<'k> {
    /// The header blocks that the application names.
    pub(super) fn blocks(self) -> &'k [(String, String)] {
        match self {
            Self::Listing => &[],
            Self::Side { blocks, .. } => blocks,
        }
    }

    /// The algorithms of a suite that names none, as the keys say.
    pub(super) fn custom(self) -> Option<&'k Suite> {
        match self {
            Self::Listing => None,
            Self::Side { custom, .. } => custom,
        }
    }
}
