//! What gave the key of a decrypted part, for the evidence.

use std::fmt;

use wss_crypto::{KeyAgreement, KeyWrap, TransportMethod};

/// What gave the key of a decrypted part.
///
/// Its `Display` is the identifier of the algorithm by which an `xenc:EncryptedKey` brought the key, and otherwise a few
/// words, as `key of the request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecryptionKey {
    /// An `xenc:EncryptedKey` to the holder of an RSA key of the receiver.
    Transported(TransportMethod),
    /// An `xenc:EncryptedKey` under a secret of the receiver.
    Wrapped(KeyWrap),
    /// An `xenc:EncryptedKey` under a key that the sender agreed on with a key of the receiver.
    Agreed(KeyAgreement),
    /// A secret that the receiver was given.
    SharedSecret,
    /// The secret of a security context.
    SecurityContext,
    /// The password of a user.
    Password,
    /// The session key of a Kerberos ticket.
    KerberosTicket,
    /// A key of the request that the message answers.
    OfRequest,
}

impl DecryptionKey {
    /// The identifier of the algorithm by which an `xenc:EncryptedKey` brought the key.
    #[must_use]
    pub fn algorithm(self) -> Option<&'static str> {
        match self {
            Self::Transported(method) => Some(method.uri()),
            Self::Wrapped(wrap) => Some(wrap.uri()),
            Self::Agreed(agreement) => Some(agreement.uri()),
            Self::SharedSecret | Self::SecurityContext | Self::Password | Self::KerberosTicket | Self::OfRequest => {
                None
            }
        }
    }
}

impl fmt::Display for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transported(method) => method.uri(),
            Self::Wrapped(wrap) => wrap.uri(),
            Self::Agreed(agreement) => agreement.uri(),
            Self::SharedSecret => "secret",
            Self::SecurityContext => "security context",
            Self::Password => "password",
            Self::KerberosTicket => "Kerberos ticket",
            Self::OfRequest => "key of the request",
        })
    }
}
