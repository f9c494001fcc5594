//! References to write: the parts that a signature covers, with their digests (XML Signature 1.1 §4.4.3).

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, CanonicalizeError, Charged, Element, Gathered, Limit, Subset,
    Writer, base64_encode, name,
};
use wss_crypto::{Digest, DigestMethod, DigestValue};
use wss_text::shown;

use crate::sinks::DigestSink;
use crate::token::DereferencedToken;
use crate::transform::Transform;

/// A reference to write.
#[derive(Clone)]
pub struct NewReference {
    uri: String,
    transforms: Vec<Transform>,
    digest_method: DigestMethod,
    digest_value: DigestValue,
}

impl std::fmt::Debug for NewReference {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewReference")
            .field("uri", &shown(&self.uri))
            .field("transforms", &self.transforms)
            .field("digest_method", &self.digest_method)
            .field("digest_value", &self.digest_value)
            .finish()
    }
}

/// A token, and the `wsse:SecurityTokenReference` that names it.
#[derive(Debug, Clone, Copy)]
pub struct NamedToken<'t, 'd> {
    /// The reference.
    pub reference: Element<'d>,
    /// The token.
    pub token: &'t DereferencedToken<'d>,
}

impl NewReference {
    /// Digests `subset` under one canonicalisation, to be referenced as `uri`. Without transforms, that is Canonical XML
    /// 1.0. The octets are charged to [`Limit::DigestedOctets`].
    ///
    /// # Errors
    /// [`CanonicalizeError`].
    pub fn digest(
        uri: String,
        subset: &Subset<'_>,
        transforms: Vec<Transform>,
        digest_method: DigestMethod,
        budget: &Budget,
    ) -> Result<Self, CanonicalizeError> {
        let default = Canonicalization::new(CanonicalizationMethod::Inclusive);
        let last = transforms.iter().rev().find_map(Transform::canonicalization);
        let digest = DigestSink(Digest::new(digest_method));
        let mut sink = Gathered::new(Charged::new(digest, budget, Limit::DigestedOctets));
        last.unwrap_or(&default).write(subset, &mut sink)?;
        Ok(Self { uri, transforms, digest_method, digest_value: sink.finish().finish()?.0.finish() })
    }

    /// Digests the token that the `wsse:SecurityTokenReference` at `uri` identifies, in the canonical form that `by` describes,
    /// for a reference through the STR-Transform.
    ///
    /// # Errors
    /// [`CanonicalizeError`].
    pub fn of_token(
        uri: String,
        named: NamedToken<'_, '_>,
        by: Canonicalization,
        digest_method: DigestMethod,
        budget: &Budget,
    ) -> Result<Self, CanonicalizeError> {
        let readings = named.token.readings(named.reference, &by, budget)?;
        let digest_value = Digest::of(digest_method, readings.first().ok_or(CanonicalizeError::EmptySubset)?);
        let transforms = vec![Transform::SecurityTokenReference(by)];
        Ok(Self { uri, transforms, digest_method, digest_value })
    }

    /// An attachment, referenced by its `cid:` URL, with the digest of the output of its transform.
    #[must_use]
    pub fn of_attachment(url: String, complete: bool, digest_method: DigestMethod, digest_value: DigestValue) -> Self {
        Self { uri: url, transforms: vec![Transform::Attachment { complete }], digest_method, digest_value }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.start(name::DS, "Reference");
        writer.attribute("URI", self.uri.clone());
        if !self.transforms.is_empty() {
            writer.start(name::DS, "Transforms");
            for transform in &self.transforms {
                transform.write(writer);
            }
            writer.end();
        }
        writer.algorithm(name::DS, "DigestMethod", self.digest_method.uri());
        writer.leaf(name::DS, "DigestValue", &base64_encode(self.digest_value.as_octets()));
        writer.end();
    }
}
