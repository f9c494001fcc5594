//! The versions of WS-Addressing, and the names of their header blocks.

use crate::part::Part;

/// A version of WS-Addressing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AddressingVersion {
    /// WS-Addressing 1.0, the Recommendation of 2006.
    #[default]
    V1_0,
    /// The member submission of August 2004, which old WCF and WSE services use.
    V2004_08,
}

impl AddressingVersion {
    /// The local names of its header blocks.
    pub(crate) const BLOCKS: [&'static str; 7] =
        ["To", "From", "ReplyTo", "FaultTo", "Action", "MessageID", "RelatesTo"];

    /// Both versions.
    pub const ALL: [Self; 2] = [Self::V1_0, Self::V2004_08];

    /// Its namespace.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V1_0 => "http://www.w3.org/2005/08/addressing",
            Self::V2004_08 => "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        }
    }

    /// The version that has this namespace.
    pub(crate) fn of(namespace: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.namespace() == namespace)
    }

    /// Its header blocks as parts, to sign or to require if the message has them
    /// ([`Signing::parts_if_present`](crate::Signing::parts_if_present)).
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        Self::BLOCKS.iter().map(|local| Part::header_block(self.namespace(), *local)).collect()
    }

    /// As [`AddressingVersion::parts`], but each part is every header block of its name.
    #[must_use]
    pub fn every_part(self) -> Vec<Part> {
        Self::BLOCKS.iter().map(|local| Part::every_header_block(self.namespace(), *local)).collect()
    }

    /// The address that means the sender itself, for a reply on the same connection.
    #[must_use]
    pub const fn anonymous(self) -> &'static str {
        match self {
            Self::V1_0 => "http://www.w3.org/2005/08/addressing/anonymous",
            Self::V2004_08 => "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
        }
    }
}
