//! The key ring: the keys of a message, and the uses of each secret.

use std::collections::HashMap;

use wss_c14n::{Budget, Element, Exceeded, Limit};
use wss_crypto::{Certificate, LoadError, Secret};
use wss_text::Slice as _;
use wss_tokens::{KerberosSession, Trust};
use wss_xmlenc::{DecryptError, EncryptedKey, KeyMethod};

use super::FoundSecret;
use crate::correlation::SentKey;
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::{KeyId, KeyOrigin, KeyUse, KeyUseError, KeyUses, LEAST_OCTETS};
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// The keys that a message brought.
pub(crate) struct KeyRing {
    /// Keys that were unwrapped, or came with tickets, in order.
    pub(crate) brought: Vec<SentKey>,
    /// Tickets that were accepted, by the SHA-1 of their tokens.
    pub(crate) sessions: HashMap<Vec<u8>, Option<KerberosSession>>,
    /// The uses of each secret.
    uses: KeyUses,
    /// Whether secrets of fewer than 16 octets are accepted.
    short_secrets: bool,
    /// The certificates of `ds:X509Data` and of key identifiers, each parsed once.
    certificates: Vec<ParsedCertificate>,
    /// The EncryptedKeys that were unwrapped with a private key.
    unwrapped: Vec<Unwrapped>,
    /// Whether what is unwrapped now is the key of an assertion.
    is_of_token: bool,
}

/// An EncryptedKey that was unwrapped, with everything that decides its content: the same octets under another method
/// or another originator are another key.
struct Unwrapped {
    written: Written,
    octets: Vec<u8>,
    method: KeyMethod,
    by: Vec<u8>,
    secret: Secret,
    source: DecryptionKey,
    /// Whether every use was that of an assertion, which its subject sends with several messages: its secret, or the key of its
    /// ciphertext. Where the key is written says nothing, since anyone can write an element around it.
    is_of_token: bool,
}

/// The text of an EncryptedKey and the namespaces around it. If both are the same, so is everything that is read from
/// it.
pub(super) struct Written {
    text: String,
    scope: Vec<(String, String)>,
}

impl Written {
    /// The octets are charged before they are kept.
    pub(super) fn of(element: Element<'_>, budget: &Budget) -> Result<Self, Exceeded> {
        let (text, scope) = (text_of(element), element.namespaces_in_scope());
        let octets = scope.iter().map(|(prefix, uri)| prefix.len() + uri.len()).sum::<usize>() + text.len();
        budget.charge(Limit::KeptOctets, octets as u64)?;
        let scope = scope.into_iter().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect();
        Ok(Self { text: text.to_owned(), scope })
    }

    fn is(&self, element: Element<'_>) -> bool {
        let known = self.scope.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str()));
        self.text == text_of(element) && known.eq(element.namespaces_in_scope())
    }
}

fn text_of(element: Element<'_>) -> &str {
    element.document().source().slice(element.span())
}

struct ParsedCertificate {
    der: Vec<u8>,
    result: Result<Certificate, LoadError>,
}

/// How an EncryptedKey was unwrapped.
pub(super) struct Unwrapping<'k, 'd> {
    pub(super) key: &'k EncryptedKey<'d>,
    /// Its text.
    pub(super) written: Written,
    /// The private key, and the secret on which it agreed.
    pub(super) by: Vec<u8>,
    pub(super) source: DecryptionKey,
}

impl KeyRing {
    /// The cipher octets of the EncryptedKeys that were unwrapped with a private key, and that were made for this
    /// message: those of an assertion come with each message of its subject.
    pub(crate) fn unwrapped_octets(&self) -> impl Iterator<Item = &[u8]> {
        self.unwrapped.iter().filter(|unwrapped| !unwrapped.is_of_token).map(|unwrapped| unwrapped.octets.as_slice())
    }

    /// Whether this is the secret of an EncryptedKey that must not come again.
    pub(crate) fn remembers(&self, root: &KeyId) -> bool {
        self.unwrapped.iter().any(|unwrapped| !unwrapped.is_of_token && KeyId::of(&unwrapped.secret) == *root)
    }

    /// Of each EncryptedKey that was unwrapped, whether every use was that of an assertion.
    pub(crate) fn of_tokens(&self) -> Vec<bool> {
        self.unwrapped.iter().map(|unwrapped| unwrapped.is_of_token).collect()
    }

    /// Says that all uses since [`KeyRing::of_tokens`] gave `before` were those of an assertion.
    pub(crate) fn used_for_token(&mut self, before: &[bool]) {
        for (at, unwrapped) in self.unwrapped.iter_mut().enumerate() {
            unwrapped.is_of_token = before.get(at).copied().unwrap_or(true);
        }
    }

    /// No keys yet.
    pub(crate) fn new(receiver: &Receiver) -> Self {
        Self {
            brought: Vec::new(),
            sessions: HashMap::new(),
            uses: KeyUses::new(receiver.waives(Waiver::OneKeyToSignAndEncrypt)),
            short_secrets: receiver.waives(Waiver::ShortSecrets),
            certificates: Vec::new(),
            unwrapped: Vec::new(),
            is_of_token: false,
        }
    }

    /// Says whether what is unwrapped from here on is the key of an assertion. Returns what was said before.
    pub(super) fn unwraps_for_token(&mut self, is_of_token: bool) -> bool {
        std::mem::replace(&mut self.is_of_token, is_of_token)
    }

    /// Notes a use of a secret. Refuses a secret that can be guessed, and a second kind of use.
    pub(crate) fn note_use(&mut self, found: &FoundSecret, key_use: KeyUse) -> Result<(), OpenError> {
        let octets = found.secret.len();
        if octets == 0 || (octets < LEAST_OCTETS && !self.short_secrets) {
            return Err(match found.origin {
                // The length of an EncryptedKey's plaintext would reveal information about it.
                KeyOrigin::EncryptedKey => DecryptError::Failed.into(),
                _ => KeyUseError::TooShort { octets }.into(),
            });
        }
        // Compared by octets as well: a derived key may come back as a secret of another kind.
        let by_octets = KeyId::of(&found.secret);
        for id in [&found.id, &by_octets] {
            self.uses.note(id, found.origin, key_use).map_err(|error| match error {
                // If a key had a second cipher, an attacker could relabel the ciphertext of the first.
                KeyUseError::TwoCiphers => DecryptError::Failed.into(),
                error => OpenError::from(error),
            })?;
        }
        Ok(())
    }

    /// The secret of an EncryptedKey with the same text as one that was unwrapped before, and what gave it.
    pub(super) fn written(&mut self, key: &EncryptedKey<'_>) -> Option<(&Secret, DecryptionKey)> {
        let known = self.unwrapped.iter_mut().find(|known| known.written.is(key.element()))?;
        known.is_of_token &= self.is_of_token;
        Some((&known.secret, known.source))
    }

    /// The secret of an EncryptedKey that was unwrapped before; `by` is the private key, and the secret on which it
    /// agreed.
    pub(super) fn unwrapped(&mut self, key: &EncryptedKey<'_>, by: &[u8]) -> Option<&Secret> {
        let is_it = |known: &&mut Unwrapped| {
            known.octets == key.cipher_octets() && known.method == *key.method() && known.by == by
        };
        let known = self.unwrapped.iter_mut().find(is_it)?;
        known.is_of_token &= self.is_of_token;
        Some(&known.secret)
    }

    /// Notes the secret of an EncryptedKey.
    pub(super) fn bring(&mut self, unwrapping: Unwrapping<'_, '_>, secret: &Secret) {
        let Unwrapping { key, written, by, source } = unwrapping;
        let (octets, method) = (key.cipher_octets().to_vec(), key.method().clone());
        let is_of_token = self.is_of_token;
        self.unwrapped.push(Unwrapped { written, octets, method, by, secret: secret.clone(), source, is_of_token });
        self.brought.push(SentKey { sha1: key.sha1(), secret: secret.clone(), kerberos: None, recipient: None });
    }

    /// Parses a certificate, unless the same octets were parsed before, or `trust` knows them. It is charged before it is parsed.
    pub(super) fn certificate(
        &mut self,
        der: &[u8],
        trust: &Trust,
        budget: &Budget,
    ) -> Result<Result<Certificate, LoadError>, Exceeded> {
        if let Some(parsed) = self.certificates.iter().find(|parsed| parsed.der == der) {
            return Ok(parsed.result.clone());
        }
        budget.charge(Limit::Certificates, 1)?;
        let result = trust.trusted_before(der).map_or_else(|| Certificate::from_der(der), Ok);
        self.certificates.push(ParsedCertificate { der: der.to_vec(), result: result.clone() });
        Ok(result)
    }
}
