//! `EncapsulationMechanism` of xmlsec1: a key that ML-KEM gives (FIPS 203). No specification of XML Encryption has it.

use wss_c14n::{Budget, Element, Limit, name};
use wss_crypto::{KeyUnwrap, PostQuantum, Secret};

use crate::encrypted_data::Parts;
use crate::error::DecryptError;

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
        let method = method.ok_or_else(|| DecryptError::UnknownAlgorithm { uri: uri.as_ref().into() })?;
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
        let leading = secret.as_octets().get(..len).ok_or(DecryptError::Failed)?;
        Ok(Secret::new(leading.to_vec()))
    }
}
