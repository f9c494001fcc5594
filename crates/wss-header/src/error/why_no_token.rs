//! Why no token of a required kind authenticates a message, in words for an error.

use std::fmt;

use wss_tokens::SamlVersion;

/// Why no token of a required kind authenticates the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyNoToken {
    /// The message has no such token.
    Absent,
    /// The only assertions are of the other version of SAML.
    OtherVersion {
        /// The version of the first assertion.
        found: SamlVersion,
    },
    /// There is an assertion, and the receiver trusts nobody to issue or to vouch for one.
    NoIssuer,
    /// No attester that the receiver names signs both the assertion and the message.
    NotVouched,
    /// No signature over the message is made with the key of the assertion's holder.
    NotHeld,
    /// The assertion is confirmed by holder of key, and names no key.
    NoHolderKey,
    /// There is a username token, and the receiver has no passwords.
    NoPasswords,
    /// The username token is for deriving a key, and no such key signs the message.
    KeyUnused,
    /// The signature over the message is by a token of another kind.
    OtherSigner,
}

impl fmt::Display for WhyNoToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = |found: &SamlVersion| match found {
            SamlVersion::V1_1 => "SAML 1.1",
            SamlVersion::V2_0 => "SAML 2.0",
        };
        f.write_str(match self {
            Self::Absent => "it has none; have the peer send one",
            Self::OtherVersion { found } => {
                let found = version(found);
                return write!(f, "its assertion is of {found}; have the peer send the other version, or require {found}");
            }
            Self::NoIssuer => {
                "it has one, and nobody is trusted to issue it; name its issuer with `AssertionTrust::issuer`, or those who \
                 may vouch for it with `AssertionTrust::sender_vouches`"
            }
            Self::NotVouched => {
                "its sender vouches for the assertion, so a signature of one who may (`AssertionTrust::sender_vouches`) must \
                 cover both the assertion and the message; have the peer sign the assertion too"
            }
            Self::NotHeld => {
                "no signature over the message is by the holder of the assertion's key; have the peer refer to the assertion \
                 in the ds:KeyInfo of its signature, or, where it refers to a certificate of that key, sign the assertion too"
            }
            Self::NoHolderKey => {
                "its assertion is confirmed by holder of key, and there is no ds:KeyInfo in its SubjectConfirmation; have its \
                 issuer write the key of the holder there"
            }
            Self::NoPasswords => "it has one, and no password is known to check it with; call `passwords`",
            Self::KeyUnused => {
                "it has one for deriving a key (wsse11:Salt or wsse11:Iteration), and no signature over the message is by that \
                 key; have the peer sign with it, or send a password"
            }
            Self::OtherSigner => "what signs it is of another kind; have the peer sign with the required one",
        })
    }
}
