//! One key, one use: the uses of each secret of a message, on both sides.
//!
//! A secret signs, encrypts with one cipher, wraps keys, or is a source of derived keys. If one secret has two of these
//! uses, an attacker can move octets from one to the other: ciphertext of a known plaintext serves as a wrapped key,
//! and a wrapped key as a MAC. One pair can be admitted: an `xenc:EncryptedKey`, a Kerberos ticket or the secret of an
//! assertion that signs and encrypts, as in the symmetric binding without derived keys.

use std::collections::HashMap;
use std::ops::Range;

use thiserror::Error;
use wss_crypto::{ContentEncryption, Digest, DigestMethod, Secret};

/// Why a secret must not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyUseError {
    /// *Refused.* One secret signs and encrypts, as in the symmetric binding without derived keys. A call admits it.
    #[error(
        "one key is used to {first} and to {second}: derive a key for each use with `derived_keys`, or call \
         `accept_one_key_to_sign_and_encrypt` for peers that cannot"
    )]
    SignsAndEncrypts {
        /// Its first use.
        first: &'static str,
        /// The use that was refused.
        second: &'static str,
    },
    /// *Refused.* One secret has two uses.
    #[error("one key is used to {first} and to {second}: use a key of its own for each, as `derived_keys` does")]
    TwoUses {
        /// Its first use.
        first: &'static str,
        /// The use that was refused.
        second: &'static str,
    },
    /// *Refused.* One secret is used with two ciphers.
    #[error("one key is used with two ciphers: encrypt everything under one key with one cipher")]
    TwoCiphers,
    /// *Refused.* A secret has fewer than 16 octets.
    #[error(
        "a secret has {octets} octets where 16 are the least: use a longer one, or call \
         `accept_short_secrets_for_legacy_use_only`"
    )]
    TooShort {
        /// Its octets.
        octets: usize,
    },
}

/// The smallest number of octets of a secret, unless short ones are admitted.
pub(crate) const LEAST_OCTETS: usize = 16;

/// The use of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyUse {
    Mac,
    Content(ContentEncryption),
    Wrap,
    Derive,
}

impl KeyUse {
    const fn verb(self) -> &'static str {
        match self {
            Self::Mac => "sign",
            Self::Content(_) => "encrypt",
            Self::Wrap => "wrap keys",
            Self::Derive => "derive keys",
        }
    }
}

/// The origin of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOrigin {
    /// An `xenc:EncryptedKey` of this message, or of the request of this reply.
    EncryptedKey,
    /// Another token that brings a secret for one exchange: a ticket, an assertion.
    OneExchange,
    /// A secret that both sides use for many messages: a shared secret, the secret of a security context, a password.
    ManyMessages,
    /// A secret on which an identity of ours and the originator of this message agree.
    Agreed,
    /// Another secret, from which it was derived for one use.
    Derived,
}

impl KeyOrigin {
    /// Whether peers that do not derive keys sign and encrypt with it.
    const fn may_sign_and_encrypt(self) -> bool {
        match self {
            Self::EncryptedKey | Self::OneExchange => true,
            Self::ManyMessages | Self::Agreed | Self::Derived => false,
        }
    }
}

/// The secret, and the octets of it, of which a key consists. A cipher may use the leading octets of a secret, and one
/// derivation gives many octets: two keys that share octets are one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyId {
    stream: [u8; 32],
    octets: Range<usize>,
}

impl KeyId {
    pub(crate) fn of(secret: &Secret) -> Self {
        Self { stream: digest(&[b"secret", secret.as_octets()]), octets: 0..secret.len() }
    }

    /// Its leading octets.
    pub(crate) fn leading(&self, len: usize) -> Self {
        Self { stream: self.stream, octets: self.octets.start..self.octets.start + len }
    }

    /// `len` octets from `offset` of the stream that is derived from it with `nonce`.
    pub(crate) fn derived(&self, nonce: &[u8], offset: usize, len: usize) -> Self {
        let (start, end) = (self.octets.start as u64, self.octets.end as u64);
        let source = [&self.stream[..], &start.to_be_bytes(), &end.to_be_bytes()].concat();
        Self { stream: digest(&[b"derived", &source, nonce]), octets: offset..offset + len }
    }

    fn overlaps(&self, octets: &Range<usize>) -> bool {
        self.octets.start < octets.end && octets.start < self.octets.end
    }
}

/// SHA-256 over parts, each with its length.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Digest::new(DigestMethod::Sha256);
    for part in parts {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut octets = [0; 32];
    octets.copy_from_slice(digest.finish().as_octets());
    octets
}

/// The uses of the secrets of one message.
#[derive(Default)]
pub(crate) struct KeyUses {
    known: HashMap<[u8; 32], Vec<KnownUse>>,
    sign_and_encrypt: bool,
}

#[derive(PartialEq)]
struct KnownUse {
    octets: Range<usize>,
    origin: KeyOrigin,
    key_use: KeyUse,
}

impl KeyUses {
    /// No uses yet. `sign_and_encrypt` admits the one pair of uses that can be admitted.
    pub(crate) fn new(sign_and_encrypt: bool) -> Self {
        Self { known: HashMap::new(), sign_and_encrypt }
    }

    /// Notes a use of a key.
    ///
    /// # Errors
    /// [`KeyUseError`] if the key already has another use.
    pub(crate) fn note(&mut self, key: &KeyId, origin: KeyOrigin, key_use: KeyUse) -> Result<(), KeyUseError> {
        let admitted = self.sign_and_encrypt;
        let known = self.known.entry(key.stream).or_default();
        for before in known.iter().filter(|before| key.overlaps(&before.octets)) {
            let may = before.origin.may_sign_and_encrypt() && origin.may_sign_and_encrypt();
            judge(before.key_use, key_use, may, admitted)?;
        }
        let new = KnownUse { octets: key.octets.clone(), origin, key_use };
        if !known.contains(&new) {
            known.push(new);
        }
        Ok(())
    }
}

/// Whether one key may have both uses.
fn judge(before: KeyUse, now: KeyUse, may: bool, admitted: bool) -> Result<(), KeyUseError> {
    let (first, second) = (before.verb(), now.verb());
    match (before, now) {
        (KeyUse::Content(before), KeyUse::Content(now)) if before != now => Err(KeyUseError::TwoCiphers),
        _ if first == second => Ok(()),
        (KeyUse::Wrap, _) | (_, KeyUse::Wrap) => Err(KeyUseError::TwoUses { first, second }),
        _ if may && admitted => Ok(()),
        _ if may => Err(KeyUseError::SignsAndEncrypts { first, second }),
        _ => Err(KeyUseError::TwoUses { first, second }),
    }
}

#[cfg(test)]
mod tests {
    use wss_crypto::{ContentEncryption, Secret};

    use super::{KeyId, KeyOrigin, KeyUse, KeyUseError, KeyUses};

    const GCM: KeyUse = KeyUse::Content(ContentEncryption::Aes128Gcm);
    const CBC: KeyUse = KeyUse::Content(ContentEncryption::Aes128Cbc);
    const USES: [KeyUse; 5] = [KeyUse::Mac, GCM, CBC, KeyUse::Wrap, KeyUse::Derive];
    const ORIGINS: [KeyOrigin; 5] = [
        KeyOrigin::EncryptedKey,
        KeyOrigin::OneExchange,
        KeyOrigin::ManyMessages,
        KeyOrigin::Agreed,
        KeyOrigin::Derived,
    ];

    fn key() -> KeyId {
        KeyId::of(&Secret::new(vec![7; 32]))
    }

    #[test]
    fn every_pair_of_uses_of_every_origin_is_judged() {
        for origin in ORIGINS {
            let may = matches!(origin, KeyOrigin::EncryptedKey | KeyOrigin::OneExchange);
            for first in USES {
                for second in USES {
                    for admitted in [false, true] {
                        let mut uses = KeyUses::new(admitted);
                        assert_eq!(uses.note(&key(), origin, first), Ok(()));
                        let outcome = uses.note(&key(), origin, second);
                        let wraps = first == KeyUse::Wrap || second == KeyUse::Wrap;
                        match (first, second) {
                            _ if first == second => assert_eq!(outcome, Ok(())),
                            (KeyUse::Content(_), KeyUse::Content(_)) => {
                                assert_eq!(outcome, Err(KeyUseError::TwoCiphers));
                            }
                            _ if wraps || !may => assert!(matches!(outcome, Err(KeyUseError::TwoUses { .. }))),
                            _ if admitted => assert_eq!(outcome, Ok(())),
                            _ => assert!(matches!(outcome, Err(KeyUseError::SignsAndEncrypts { .. }))),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_secret_of_two_origins_has_the_stricter_rule() {
        for other in ORIGINS.into_iter().filter(|origin| !origin.may_sign_and_encrypt()) {
            for (first, second) in [(KeyOrigin::EncryptedKey, other), (other, KeyOrigin::EncryptedKey)] {
                let mut uses = KeyUses::new(true);
                assert_eq!(uses.note(&key(), first, KeyUse::Mac), Ok(()));
                assert!(matches!(uses.note(&key(), second, GCM), Err(KeyUseError::TwoUses { .. })));
            }
        }
    }

    #[test]
    fn keys_that_share_octets_are_one_key() {
        let nonce = [1; 16];
        let slice = |offset, len| key().derived(&nonce, offset, len);
        let conflicts = |first: &KeyId, second: &KeyId| {
            let mut uses = KeyUses::new(false);
            assert_eq!(uses.note(first, KeyOrigin::Derived, KeyUse::Mac), Ok(()));
            uses.note(second, KeyOrigin::Derived, GCM).is_err()
        };
        assert!(conflicts(&key(), &key().leading(16)));
        assert!(conflicts(&key().leading(16), &key()));
        assert!(conflicts(&slice(0, 24), &slice(0, 32)));
        assert!(conflicts(&slice(0, 24), &slice(23, 16)));
        assert!(!conflicts(&slice(0, 24), &slice(24, 32)), "one after the other");
        assert!(!conflicts(&slice(0, 24), &key().derived(&[2; 16], 0, 24)), "another nonce");
        assert!(!conflicts(&slice(0, 24), &key().leading(16).derived(&nonce, 0, 24)), "another source");
        assert!(!conflicts(&key(), &slice(0, 32)), "the source is not what is derived from it");
        assert!(!conflicts(&key(), &KeyId::of(&Secret::new(vec![8; 32]))));
    }
}
