//! The setting that would give the receiver the key of a signature, in words for an error. No decision depends on it.

use std::fmt;

use wss_text::{WireText, counted};

use super::known_keys::KnownKeys;

/// The kind of key that a receiver lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingKey {
    /// The key of a certificate, or a secret.
    Any,
    /// A key that the message names by a `ds:KeyName`.
    Name,
    /// A public key that the message gives by its value.
    Value,
    /// The key of a known certificate, if the identifier of that certificate is read in hexadecimal.
    Hexadecimal {
        /// The right value for that place: the serial number in decimal, or base64.
        right: WireText,
    },
    /// The key of a known certificate, if the reference is read as a peer writes it in another way than the profile.
    Otherwise {
        /// The spelling, and the subject of the certificate.
        how: WireText,
    },
    /// Nothing that the message names a key by leads to a certificate here.
    Unreachable,
    /// `ds:KeyInfo` has no child by which a key is named here.
    UnknownChild {
        /// The name of its first child as it is written, and its namespace.
        child: WireText,
    },
    /// The secret of a security context, or a key that is derived from it.
    SecurityContext {
        /// The identifier of the context.
        identifier: WireText,
    },
    /// A key that came in a request, and no request was given to the receiver.
    OfRequest,
    /// A key that came in a request, and the given request has no such key.
    OfOtherRequest,
    /// A key that comes along in an `xenc:EncryptedKey`, or is derived from one, and no key of ours unwraps that.
    Recipient {
        /// Whom the EncryptedKey is encrypted to, as the message names it.
        addressee: WireText,
        /// The private keys and secrets of the receiver.
        known: Box<KnownKeys>,
    },
    /// A key that is derived from a password.
    Password,
    /// The key of the holder of an assertion, whose issuer is not known.
    Assertion,
    /// The key of a Kerberos ticket, and nothing accepts tickets.
    Ticket,
    /// The key of a Kerberos ticket that was not accepted.
    RefusedTicket,
}

/// The keys for decryption that were compared, and advice on how to add the right one.
pub(super) struct DecryptionKeys<'a>(pub(super) &'a KnownKeys);

impl fmt::Display for DecryptionKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        known(f, self.0)?;
        f.write_str(": add the one that fits with `decrypt_with` or `shared_secret`")
    }
}

/// The keys for decryption that were compared.
pub(super) fn known(f: &mut fmt::Formatter<'_>, keys: &KnownKeys) -> fmt::Result {
    write!(f, "{} {} known{keys}", counted(keys.count, "key"), if keys.count == 1 { "is" } else { "are" })
}

impl MissingKey {
    /// The keys that were compared with the one of a signature, where it could have been one of them.
    pub(super) fn compared_with(&self, certificates: &KnownKeys, secrets: usize) -> String {
        match self {
            Self::Recipient { .. } => String::new(),
            _ => format!(
                "known are {}{certificates} and {}: ",
                counted(certificates.count, "certificate"),
                counted(secrets, "secret")
            ),
        }
    }
}

impl fmt::Display for MissingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => {
                "add the certificate with `Trust::known` or `Trust::pin`, or the secret with `shared_secret`, or have the peer \
                 send its certificate along"
            }
            Self::Hexadecimal { right } => {
                return write!(
                    f,
                    "in hexadecimal it is that of a known certificate: have the peer write {right}, or call \
                     `accept_hexadecimal_identifiers`"
                );
            }
            Self::Otherwise { how } => {
                return write!(
                    f,
                    "it may mean, {how}: have the peer write the reference as the profile has it, or send its certificate along"
                );
            }
            Self::Name => {
                "say which certificate the peer calls so with `key_name`, or give the secret of this name with `shared_secret`"
            }
            Self::Unreachable => {
                "no certificate or secret is found by that, whatever is known here: have the peer refer to its certificate by issuer \
                 and serial number or by its thumbprint, or send it along in the Security header"
            }
            Self::UnknownChild { child } => {
                return write!(
                    f,
                    "nobody finds a key by {child}, which is all that its ds:KeyInfo has: have the peer write a \
                     wsse:SecurityTokenReference, or a ds:X509Data"
                );
            }
            Self::Value => {
                "a key that comes in a message proves nobody, so add the certificate that has it, from its holder, with \
                 `Trust::known` or `Trust::pin`"
            }
            Self::SecurityContext { identifier } => {
                return write!(
                    f,
                    "it is the key of the security context {identifier:?}, or derived from that: add the secret of this \
                     context with `security_contexts`"
                );
            }
            Self::OfRequest => {
                "such a key came with the request that this message answers: open it with `answering`"
            }
            Self::OfOtherRequest => {
                "such a key came with a request, and the given one has none like it: give the request that this message \
                 answers"
            }
            Self::Recipient { addressee, known } => {
                return write!(
                    f,
                    "it comes along encrypted, and no key of ours fits: it is encrypted to {addressee}, and {}",
                    DecryptionKeys(known)
                );
            }
            Self::Password => "it is made out of a password: call `passwords`",
            Self::Ticket => "it is that of a Kerberos ticket: call `kerberos`",
            Self::RefusedTicket => {
                "it is that of a Kerberos ticket, which was not accepted: it is for another service, too old, or was presented before"
            }
            Self::Assertion => {
                "it is that of the holder of an assertion: name the issuer of assertions with `AssertionTrust::issuer`"
            }
        })
    }
}
