//! The tokens whose holder signs with a key that the token names.

use std::fmt;

use wss_tokens::SamlVersion;

use crate::signer::Signer;

/// A token that names the public key of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeldToken {
    /// A SAML assertion of this version.
    Assertion(SamlVersion),
    /// A license (REL Token Profile 1.1.1).
    License,
}

impl HeldToken {
    /// The token whose holder `signer` is, if there is one.
    pub(crate) fn of(signer: &Signer) -> Option<Self> {
        match signer {
            Signer::Assertion(held) => Some(Self::Assertion(held.issued.version())),
            Signer::License { .. } => Some(Self::License),
            Signer::Certificate(_)
            | Signer::User(_)
            | Signer::SharedSecret { .. }
            | Signer::SecurityContext { .. }
            | Signer::Kerberos { .. }
            | Signer::RequestReceiver
            | Signer::Anonymous => None,
        }
    }
}

/// As errors name it.
impl fmt::Display for HeldToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Assertion(SamlVersion::V1_1) => "SAML 1.1 assertion",
            Self::Assertion(SamlVersion::V2_0) => "SAML 2.0 assertion",
            Self::License => "license",
        })
    }
}
