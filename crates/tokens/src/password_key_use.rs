//! The use of a key that is derived from a password (Username Token Profile 1.1.1 §4.1).

/// The use of a key derived from a password. It is part of the salt, so that one key never has both uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PasswordKeyUse {
    /// MACs: the first octet of the salt is 1.
    Mac,
    /// Encryption: the first octet of the salt is 2.
    Encryption,
}

impl PasswordKeyUse {
    /// The first octet of the salt.
    pub(crate) const fn flag(self) -> u8 {
        match self {
            Self::Mac => 1,
            Self::Encryption => 2,
        }
    }
}
