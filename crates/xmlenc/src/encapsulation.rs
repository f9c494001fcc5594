//! `EncapsulationMechanism` of xmlsec1, both ways: a key that ML-KEM gives (FIPS 203). No specification of XML Encryption has
//! it.

use wss_c14n::{Budget, Element, Limit, Writer, name};
use wss_crypto::{CryptoError, KeyKind, KeyUnwrap, KeyWrap, PostQuantum, PublicKey, Random, Secret};
use wss_text::octets;
use wss_xmldsig::AlgorithmRole;

use crate::encrypted_data::{Parts, write_cipher_value};
use crate::error::{DecryptError, EncryptError};

/// The largest number of octets of an encapsulated secret: ML-KEM-1024 has 1,568.
const MAX_ENCAPSULATED: usize = 2_048;

/// An `EncapsulationMechanism` in a document.
#[derive(Debug, Clone)]
pub struct Encapsulation<'d> {
    method: PostQuantum,
    key_info: Option<Element<'d>>,
    cipher_value: Element<'d>,
}

impl<'d> Encapsulation<'d> {
    /// The `EncapsulationMechanism` in a `ds:KeyInfo`, if it has one.
    ///
    /// # Errors
    /// As [`Encapsulation::parse`].
    pub fn within(key_info: Option<Element<'d>>) -> Result<Option<Self>, DecryptError> {
        let held = key_info.map(|info| info.optional_child(name::XMLSEC.uri, "EncapsulationMechanism")).transpose()?;
        held.flatten().map(Self::parse).transpose()
    }

    /// Reads an `EncapsulationMechanism`.
    ///
    /// # Errors
    /// [`DecryptError::Structure`]; [`DecryptError::UnknownAlgorithm`].
    pub fn parse(element: Element<'d>) -> Result<Self, DecryptError> {
        let uri = element.required_attribute("", "Algorithm")?;
        let method = PostQuantum::from_uri(&uri).filter(|method| method.encapsulates());
        let method = method.ok_or_else(|| DecryptError::UnknownAlgorithm {
            role: AlgorithmRole::KeyEncapsulation,
            uri: uri.as_ref().into(),
        })?;
        let parts = Parts::parse(element)?;
        Ok(Self { method, key_info: parts.key_info, cipher_value: parts.cipher_value()? })
    }

    /// `@Algorithm`.
    #[must_use]
    pub fn method(&self) -> PostQuantum {
        self.method
    }

    /// `ds:KeyInfo`: hints to the key that the secret is encapsulated to.
    #[must_use]
    pub fn key_info(&self) -> Option<Element<'d>> {
        self.key_info
    }

    /// The leading `len` octets of the secret that is encapsulated to `key`. Another key gives other octets.
    ///
    /// # Errors
    /// [`DecryptError::Failed`] if it gives none, or fewer; [`DecryptError::Limit`] if [`Limit::PrivateKeyOperations`]
    /// leaves none.
    pub fn open(&self, key: &dyn KeyUnwrap, len: usize, budget: &Budget) -> Result<Secret, DecryptError> {
        let encapsulated = self.cipher_value.base64(MAX_ENCAPSULATED)?;
        budget.charge(Limit::PrivateKeyOperations, 1)?;
        let secret = key.decapsulate(&encapsulated).map_err(|_| DecryptError::Failed)?;
        leading(&secret, len).ok_or(DecryptError::Failed)
    }
}

/// A fresh secret that is sent to the holder of an ML-KEM key. Its leading octets are the content key, as xmlsec1 writes it, or
/// they wrap the content key in an `xenc:EncryptedKey`, of which a document can have one for each recipient.
pub struct Encapsulated {
    method: PostQuantum,
    encapsulation: Vec<u8>,
    secret: Secret,
}

impl std::fmt::Debug for Encapsulated {
    /// Octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encapsulated")
            .field("method", &self.method)
            .field("encapsulation", &octets(&self.encapsulation))
            .field("secret", &self.secret)
            .finish()
    }
}

impl Encapsulated {
    /// A fresh secret for `recipient`.
    ///
    /// # Errors
    /// [`EncryptError`] if the recipient's key is not one of ML-KEM, or the provider has no ML-KEM.
    ///
    /// # Specification
    /// FIPS 203 §7.2; the elements are those of xmlsec1 1.3.
    pub fn to(recipient: &PublicKey) -> Result<Self, EncryptError> {
        let KeyKind::PostQuantum(method) = recipient.kind() else { return Err(CryptoError::KeyMismatch.into()) };
        let encapsulated = recipient.encapsulate()?;
        Ok(Self { method, encapsulation: encapsulated.octets, secret: encapsulated.secret })
    }

    /// The key of `len` octets for content or a key wrap.
    ///
    /// # Errors
    /// [`EncryptError`] for more octets than the secret has, which are 32.
    pub fn key(&self, len: usize) -> Result<Secret, EncryptError> {
        leading(&self.secret, len).ok_or(EncryptError::Crypto(CryptoError::KeyMismatch))
    }

    /// The octets of an `xenc:EncryptedKey` whose key is `key`, for [`write_encrypted_key`](crate::write_encrypted_key).
    ///
    /// # Errors
    /// [`EncryptError`] if there is no randomness.
    pub fn wrap(&self, wrap: KeyWrap, key: &Secret, random: &dyn Random) -> Result<Vec<u8>, EncryptError> {
        Ok(wss_crypto::wrap(wrap, &self.key(wrap.key_len())?, key, random)?)
    }

    /// Writes the `EncapsulationMechanism`. `recipient` writes the content of its `ds:KeyInfo`.
    pub fn write(&self, writer: &mut Writer, recipient: impl FnOnce(&mut Writer)) {
        writer.start(name::XMLSEC, "EncapsulationMechanism");
        writer.attribute("Algorithm", self.method.uri());
        writer.start(name::DS, "KeyInfo");
        recipient(writer);
        writer.end();
        write_cipher_value(writer, &self.encapsulation);
        writer.end();
    }
}

/// The leading octets of a secret, as xmlsec1 takes them for a key that is shorter.
fn leading(secret: &Secret, len: usize) -> Option<Secret> {
    secret.as_octets().get(..len).map(|octets| Secret::new(octets.to_vec()))
}
