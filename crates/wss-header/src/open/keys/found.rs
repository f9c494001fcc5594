//! The results of a search for a key.

use std::ops::Range;
use std::sync::Arc;

use wss_c14n::Element;
use wss_crypto::{Certificate, ContentEncryption, Digest, DigestMethod, Secret, VerifyingKey};
use wss_tokens::{ConfirmationMethod, IssuedAssertion, PasswordKey, PasswordKeyUse};
use wss_xmlenc::{DecryptError, EncryptedData};

use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::correlation::Correlation;
use crate::decryption_key::DecryptionKey;
use crate::error::OpenError;
use crate::key_uses::{KeyId, KeyOrigin};
use crate::open::token_place::TokenPlace;
use crate::receiver::Receiver;
use crate::signer::Signer;
use crate::waiver::Waiver;

/// The holder of a key, before anything was verified with it.
#[derive(Clone)]
pub(crate) enum Holder {
    /// Whoever signs with the key is this signer.
    Known(Signer),
    /// The user of a password, once a MAC verified.
    Password(PasswordKey),
    /// The subject of an assertion.
    Assertion {
        issued: Arc<IssuedAssertion>,
        /// Its index among the checked assertions.
        at: usize,
        /// The certificate of its key, if the issuer named one.
        certificate: Option<Certificate>,
    },
}

impl Holder {
    /// Anyone who can encrypt to us.
    pub(crate) const ANONYMOUS: Self = Self::Known(Signer::Anonymous);

    /// Who has a key of this request, besides us: its recipient, unless each of several has one.
    pub(crate) fn of_request(request: &Correlation) -> Self {
        match request.has_several_recipients() {
            true => Self::ANONYMOUS,
            false => Self::Known(Signer::RequestReceiver),
        }
    }

    /// The signer, after a signature verified under the key.
    pub(crate) fn signer(self) -> Result<Signer, OpenError> {
        Ok(match self {
            Self::Known(signer) => signer,
            Self::Password(key) => Signer::User(key.proven_by_mac()?),
            Self::Assertion { issued, .. } => {
                let method = ConfirmationMethod::HolderOfKey;
                Signer::Assertion(Box::new(AuthenticatedAssertion { issued, method }))
            }
        })
    }
}

/// The key of a signature.
pub(crate) struct FoundKey {
    pub(crate) key: VerifyingKey,
    pub(crate) holder: Holder,
    /// The signing token in the header.
    pub(crate) token: Option<TokenPlace>,
    /// The secret that signs, or that its key was derived from.
    pub(crate) root: Option<KeyId>,
}

/// A secret that a reference identifies.
#[derive(Clone)]
pub(crate) struct FoundSecret {
    pub(crate) secret: Secret,
    pub(crate) holder: Holder,
    /// Its origin, for the evidence.
    pub(crate) source: DecryptionKey,
    /// Its token in the header.
    pub(crate) token: Option<TokenPlace>,
    /// The elements of the header that lead to it: if one of them is replaced, another secret is found.
    pub(crate) path: Vec<KeyStep>,
    /// The identity of the key, for the rule that one key has one use.
    pub(crate) id: KeyId,
    /// The origin of the secret, for the same rule.
    pub(crate) origin: KeyOrigin,
    /// The secret itself, or the one that it was derived from.
    pub(crate) root: KeyId,
    /// The secret came under RSA 1.5, whose padding does not authenticate: whether there is a key, and of which length,
    /// must not show.
    pub(crate) is_bare: bool,
    /// The number of octets of the key in the EncryptedKey, if the cipher takes more: a random key then replaces it.
    pub(crate) too_short: Option<usize>,
}

/// An element of the header on the way to a secret.
#[derive(Clone)]
pub(crate) struct KeyStep {
    pub(crate) element: &'static str,
    pub(crate) span: Range<usize>,
}

impl FoundSecret {
    pub(crate) fn new(secret: Secret, origin: KeyOrigin, holder: Holder, source: DecryptionKey) -> Self {
        let id = KeyId::of(&secret);
        Self {
            secret,
            holder,
            source,
            token: None,
            path: Vec::new(),
            root: id.clone(),
            id,
            origin,
            is_bare: false,
            too_short: None,
        }
    }

    /// The key shortened to its leading octets, if a cipher needs fewer than it has. MACs and derivations use all of
    /// it.
    pub(crate) fn leading(mut self, wanted: Wanted) -> Self {
        if let Some((leading, len)) = wanted.len.and_then(|len| Some((self.secret.as_octets().get(..len)?, len))) {
            self.secret = Secret::new(leading.to_vec());
            self.id = self.id.leading(len);
        }
        self
    }

    /// The key for `data`, and `data` with the cipher that fits: a longer secret is cut to its leading octets, and a
    /// shorter one is used with the cipher of its length, if the receiver accepts such. Passwords and tickets have been
    /// cut before, since they have their own lengths.
    ///
    /// # Errors
    /// The policy does not admit the cipher of a shorter one. Under RSA 1.5 another key replaces it instead.
    pub(crate) fn fitted<'d>(
        self,
        data: EncryptedData<'d>,
        receiver: &Receiver,
    ) -> Result<(Self, EncryptedData<'d>), OpenError> {
        let (cipher, octets) = (data.method(), self.secret.len());
        if octets > cipher.key_len() && receiver.waives(Waiver::LongerSecrets) {
            return Ok((self.leading(Wanted::cipher(cipher.key_len())), data));
        }
        if octets < cipher.key_len()
            && receiver.waives(Waiver::CiphersByKeyLength)
            && let Some(shorter) = cipher.with_key_len(octets)
        {
            match receiver.policy.encryption.check_content(shorter) {
                Ok(()) => return Ok((self, data.of_method(shorter))),
                Err(error) if !self.is_bare => return Err(error.into()),
                Err(_) => {}
            }
        }
        if self.is_bare && octets != cipher.key_len() {
            // The same one for the same key, and with the identity of that: neither a message that comes again nor a second use
            // tells that it was replaced.
            return Ok((Self { secret: replacement(&self.secret, cipher.key_len()), ..self }, data));
        }
        Ok((self, data))
    }

    /// Notes the length of the key that this random key replaces, if that key is shorter than the cipher demands.
    pub(crate) fn too_short(self, octets: Option<usize>) -> Self {
        Self { too_short: octets, ..self }
    }

    /// The error for the log if `cipher` did not decrypt with this secret. A wrong length is reported only for a secret
    /// that was found: an EncryptedKey that cannot be unwrapped is replaced by a key of the expected length.
    pub(crate) fn failed(&self, error: DecryptError, cipher: ContentEncryption) -> OpenError {
        let (octets, wanted) = (self.too_short.unwrap_or(self.secret.len()), cipher.key_len());
        match error {
            _ if self.is_bare => error.into(),
            DecryptError::Failed if octets < wanted => OpenError::ShorterKey { octets, wanted },
            DecryptError::Failed if octets > wanted => OpenError::LongerSecret { octets, wanted },
            error => error.into(),
        }
    }

    /// Notes that this element led to it.
    pub(crate) fn through(mut self, element: &'static str, at: Element<'_>) -> Self {
        self.path.push(KeyStep { element, span: at.span() });
        self
    }

    /// Notes that a reference names this token of the header for the key. The secret may come from another token, which was noted
    /// before.
    pub(crate) fn of_token(mut self, token: Element<'_>) -> Self {
        self.token = Some(TokenPlace::of(token, self.token.take()));
        self
    }
}

/// The use that a secret is looked up for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) key_use: PasswordKeyUse,
    /// The length that its use requires, if known.
    pub(crate) len: Option<usize>,
    /// The number of derivations so far.
    pub(crate) derivations: usize,
}

impl Wanted {
    pub(crate) const MAC: Self = Self { key_use: PasswordKeyUse::Mac, len: None, derivations: 0 };

    pub(crate) const fn cipher(len: usize) -> Self {
        Self { key_use: PasswordKeyUse::Encryption, len: Some(len), derivations: 0 }
    }
}

/// A key of `len` octets, at most 64, that depends on `secret` alone.
fn replacement(secret: &Secret, len: usize) -> Secret {
    let mut digest = Digest::new(DigestMethod::Sha512);
    digest.update(b"a key in place of one of another length");
    digest.update(secret.as_octets());
    let octets = digest.finish();
    Secret::new(octets.as_octets().iter().copied().take(len).collect())
}
