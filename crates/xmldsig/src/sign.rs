//! Making signatures: `ds:SignedInfo` is written in canonical form, and exactly these octets are signed.

use wss_c14n::{
    Budget, Canonicalization, Document, Element, IdIndex, Limits, Splices, Subset, Writer, base64_encode, name,
};
use wss_crypto::{DigestMethod, SignatureMethod, SigningKey};

use crate::error::SignError;
use crate::reference::NewReference;
use crate::signed_info::write_signed_info;
use crate::transform::Transform;

/// A signature without its value, for keys outside this process.
#[derive(Debug, Clone)]
pub struct PendingSignature {
    signed_info: String,
    /// Its canonical form where it will be.
    octets: Vec<u8>,
    method: SignatureMethod,
    id: Option<String>,
    key_info: Option<String>,
}

impl PendingSignature {
    /// Lists `references` under exclusive canonicalisation. `key_info` is the canonical content of
    /// `ds:KeyInfo`, written for a place where `ds` is declared.
    #[must_use]
    pub fn new(
        method: SignatureMethod,
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
        method: SignatureMethod,
        references: &[NewReference],
        id: Option<String>,
        key_info: Option<String>,
    ) -> Self {
        let signed_info = write_signed_info(canonicalization, method, references);
        let octets = signed_info.clone().into_bytes();
        Self { signed_info, octets, method, id, key_info }
    }

    /// The octets to sign of a signature at its final place, as [`PendingSignature::finish`] writes it with any value.
    ///
    /// # Errors
    /// [`SignError::Canonicalize`]; [`SignError::NoSuchId`] if the element is no `ds:Signature`.
    pub fn placed(mut self, signature: Element<'_>, canonicalization: &Canonicalization) -> Result<Self, SignError> {
        let no_place = || SignError::NoSuchId { id: "ds:SignedInfo".into() };
        let signed_info = signature.children_named(name::DS.uri, "SignedInfo").next().ok_or_else(no_place)?;
        self.octets = canonicalization.to_octets(&Subset::subtree(signed_info), &Budget::dangerous_unbounded())?;
        Ok(self)
    }

    /// The octets to sign.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
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
            writer.attribute("Id", id.clone());
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
        writer.finish()
    }

    /// The signature value from a key in this process, for [`PendingSignature::finish`].
    ///
    /// # Errors
    /// [`SignError::Crypto`].
    pub fn value(&self, key: &dyn SigningKey) -> Result<Vec<u8>, SignError> {
        Ok(key.sign(self.method, self.octets())?)
    }
}

/// How to sign a document of any vocabulary with [`sign_document`].
#[derive(Debug, Clone)]
pub struct DocumentSigning {
    /// The signature method.
    pub method: SignatureMethod,
    /// The digest of every reference.
    pub digest: DigestMethod,
    /// The canonicalisation of `ds:SignedInfo` and of every reference.
    pub canonicalization: Canonicalization,
    /// Canonical content of `ds:KeyInfo`, written for a place where `ds` is declared.
    pub key_info: Option<String>,
    /// The names of attributes without prefix that are Ids on every element.
    pub id_attributes: Vec<String>,
}

/// Signs elements of a document by Id. An empty Id signs the whole document with an enveloped signature.
///
/// The signature is appended to the root, or replaces a template: the first `ds:Signature`.
///
/// # Errors
/// [`SignError::NoSuchId`], [`SignError::Canonicalize`], [`SignError::Crypto`].
///
/// ```
/// use wss_c14n::{Canonicalization, Document, Limits};
/// use wss_crypto::{DigestMethod, HmacKey, SignatureMethod};
/// use wss_xmldsig::{DocumentSigning, sign_document};
///
/// let document = Document::parse("<order><amount>4711</amount></order>", &Limits::default())?;
/// let signing = DocumentSigning {
///     method: SignatureMethod::HmacSha256,
///     digest: DigestMethod::Sha256,
///     canonicalization: Canonicalization::default(),
///     key_info: None,
///     id_attributes: Vec::new(),
/// };
/// let key = HmacKey::new(b"0123456789abcdef".to_vec())?;
/// let signed = sign_document(&document, &[String::new()], &signing, &key)?;
/// assert!(signed.contains("<ds:SignatureValue>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_document(
    document: &Document<'_>,
    ids: &[String],
    signing: &DocumentSigning,
    key: &dyn SigningKey,
) -> Result<String, SignError> {
    let more: Vec<&str> = signing.id_attributes.iter().map(String::as_str).collect();
    let index = IdIndex::build_with(document, &more).map_err(|_| SignError::NoSuchId { id: ids.join(" ").into() })?;
    let template = document.elements().find(|element| element.is(name::DS.uri, "Signature"));
    let mut references = Vec::new();
    for id in ids {
        let mut transforms = Vec::new();
        let mut subset = if id.is_empty() {
            transforms.push(Transform::EnvelopedSignature);
            Subset::document(document).without_comments()
        } else {
            let element = index.get(id).ok_or_else(|| SignError::NoSuchId { id: id.into() })?;
            if element == document.root() || template.is_some_and(|template| element.contains(template)) {
                transforms.push(Transform::EnvelopedSignature);
            }
            Subset::subtree(element).without_comments()
        };
        if let (Some(template), false) = (template, transforms.is_empty()) {
            subset = subset.without(template);
        }
        transforms.push(Transform::Canonicalization(signing.canonicalization.clone()));
        let uri = if id.is_empty() { String::new() } else { format!("#{id}") };
        references.push(NewReference::digest(uri, &subset, transforms, signing.digest)?);
    }
    // It is canonicalised at its final place: inclusive methods see the document's namespaces there.
    let unsigned = PendingSignature::canonicalized(
        &signing.canonicalization,
        signing.method,
        &references,
        None,
        signing.key_info.clone(),
    );
    let placed = place(document, template, &unsigned.finish(&[]));
    let unsigned = {
        let placed = Document::parse(placed.as_str(), &Limits::dangerous_unbounded());
        let no_place = || SignError::NoSuchId { id: "ds:Signature".into() };
        let placed = placed.map_err(|_| no_place())?;
        let signature = placed.elements().find(|element| element.is(name::DS.uri, "Signature")).ok_or_else(no_place)?;
        unsigned.placed(signature, &signing.canonicalization)?
    };
    let value = unsigned.value(key)?;
    Ok(place(document, template, &unsigned.finish(&value)))
}

/// Puts a signature in place of the template, or at the end of the root.
fn place(document: &Document<'_>, template: Option<Element<'_>>, signature: &str) -> String {
    let mut splices = Splices::new();
    let root = document.root();
    match template {
        Some(template) => splices.replace(template.span(), signature),
        None if root.is_empty_tag() => {
            let tag = root.span();
            let opened = document.source().get(tag.clone()).unwrap_or_default().trim_end_matches("/>").to_owned();
            splices.replace(tag, format!("{opened}>{signature}</{}>", root.qualified_name()));
        }
        None => splices.insert(root.content_span().end, signature),
    }
    splices.apply(document.source()).0
}
