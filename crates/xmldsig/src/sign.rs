//! Making signatures: `ds:SignedInfo` is written in canonical form, and exactly these octets are signed.

use wss_c14n::{Budget, Canonicalization, Element, Prefixes, Subset, Writer, base64_encode, name};
use wss_crypto::{SignatureMethod, SigningKey};
use wss_text::{octets, shown};

use crate::error::SignError;
use crate::new_reference::NewReference;
use crate::signed_info::{NewMethod, write_signed_info};

/// A signature without its value, for keys outside this process.
#[derive(Clone)]
pub struct PendingSignature {
    signed_info: String,
    /// The canonical form at its place; `None` if that is `signed_info`.
    placed: Option<Vec<u8>>,
    method: SignatureMethod,
    id: Option<String>,
    /// The name of the attribute that has the Id.
    id_attribute: &'static str,
    key_info: Option<String>,
    prefixes: Prefixes,
}

impl std::fmt::Debug for PendingSignature {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingSignature")
            .field("signed_info", &octets(self.signed_info.as_bytes()))
            .field("method", &self.method)
            .field("id", &self.id.as_deref().map(shown))
            .field("key_info", &self.key_info.as_deref().map(|text| octets(text.as_bytes())))
            .finish_non_exhaustive()
    }
}

impl PendingSignature {
    /// Lists `references` under exclusive canonicalisation. `key_info` is the canonical content of
    /// `ds:KeyInfo`, written for a place where `ds` is declared.
    #[must_use]
    pub fn new(
        method: impl Into<NewMethod>,
        references: &[NewReference],
        id: Option<String>,
        key_info: Option<String>,
    ) -> Self {
        Self::canonicalized(&Canonicalization::default(), method, references, id, key_info)
    }

    /// As [`PendingSignature::new`], under another canonicalisation of `ds:SignedInfo`. If it is inclusive or lists
    /// prefixes, the octets depend on the place of the signature, and [`PendingSignature::placed`] finds them.
    #[must_use]
    pub fn canonicalized(
        canonicalization: &Canonicalization,
        method: impl Into<NewMethod>,
        references: &[NewReference],
        id: Option<String>,
        key_info: Option<String>,
    ) -> Self {
        let method = method.into();
        let signed_info = write_signed_info(canonicalization, method, references);
        let method = method.method();
        Self { signed_info, placed: None, method, id, id_attribute: "Id", key_info, prefixes: Prefixes::default() }
    }

    /// Writes the Id in this attribute, where a schema names it otherwise than XML Signature §4.1 does.
    #[must_use]
    pub fn id_attribute(mut self, local: &'static str) -> Self {
        self.id_attribute = local;
        self
    }

    /// Writes the signature with these prefixes. Its octets are then found by [`PendingSignature::placed`].
    #[must_use]
    pub fn prefixes(mut self, prefixes: Prefixes) -> Self {
        self.prefixes = prefixes;
        self
    }

    /// The octets to sign of a signature at its final place, as [`PendingSignature::finish`] writes it with any value.
    /// They are charged to `budget`.
    ///
    /// # Errors
    /// [`SignError::Canonicalize`]; [`SignError::NoSuchId`] if the element is no `ds:Signature`.
    pub fn placed(
        mut self,
        signature: Element<'_>,
        canonicalization: &Canonicalization,
        budget: &Budget,
    ) -> Result<Self, SignError> {
        let no_place = || SignError::NoSuchId { id: "ds:SignedInfo".into() };
        let signed_info = signature.children_named(name::DS.uri, "SignedInfo").next().ok_or_else(no_place)?;
        let octets = canonicalization.to_octets(&Subset::subtree(signed_info), budget)?;
        self.placed = Some(octets);
        Ok(self)
    }

    /// The octets to sign.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.placed.as_deref().unwrap_or(self.signed_info.as_bytes())
    }

    /// The method to sign with.
    #[must_use]
    pub fn method(&self) -> SignatureMethod {
        self.method
    }

    /// The `ds:Signature` with its value.
    #[must_use]
    pub fn finish(&self, value: &[u8]) -> String {
        let mut writer = Writer::new();
        writer.start(name::DS, "Signature");
        if let Some(id) = &self.id {
            writer.attribute(self.id_attribute, id.clone());
        }
        // The prefix is already declared by ds:Signature. The other octets stay as they were signed.
        let declaration = format!(" xmlns:{}=\"{}\"", name::DS.prefix, name::DS.uri);
        writer.raw(&self.signed_info.replacen(&declaration, "", 1));
        writer.leaf(name::DS, "SignatureValue", &base64_encode(value));
        if let Some(key_info) = &self.key_info {
            writer.start(name::DS, "KeyInfo");
            writer.raw(key_info);
            writer.end();
        }
        writer.end();
        self.prefixes.apply(writer.finish())
    }

    /// The signature value from a key in this process, for [`PendingSignature::finish`].
    ///
    /// # Errors
    /// [`SignError::Crypto`].
    pub fn value(&self, key: &dyn SigningKey) -> Result<Vec<u8>, SignError> {
        Ok(key.sign(self.method, self.octets())?)
    }
}
