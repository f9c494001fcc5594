//! Signing documents of any vocabulary, in the form that a scheme prescribes.

use wss_c14n::{
    Budget, Canonicalization, CanonicalizeError, Document, Element, IdIndex, Limit, Limits, ParseError, Prefixes,
    Splices, Subset, Writer, name,
};
use wss_crypto::{DigestMethod, SigningKey};

use crate::error::SignError;
use crate::new_reference::NewReference;
use crate::sign::PendingSignature;
use crate::signed_info::NewMethod;
use crate::transform::Transform;
use crate::write_key_info::KeyInfoItem;

/// How to sign a document of any vocabulary with [`sign_document`].
#[derive(Debug, Clone)]
pub struct DocumentSigning {
    method: NewMethod,
    digest: DigestMethod,
    canonicalization: Canonicalization,
    of_references: Option<Canonicalization>,
    enveloped: Enveloped,
    key_info: Option<String>,
    id_attributes: Vec<String>,
    signature_id: Option<String>,
    prefix: Option<String>,
    place: SignaturePlace,
    limits: Limits,
}

/// Whether references have the enveloped-signature transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Enveloped {
    /// In each reference to data that contains the signature.
    #[default]
    WhereNeeded,
    /// In every reference, as schemes prescribe that fix the list of transforms. It removes nothing from data that does not
    /// contain the signature.
    Always,
}

/// The place of the signature. If the document has a template, the first `ds:Signature`, it is replaced instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SignaturePlace {
    /// The last child of the root.
    #[default]
    EndOfRoot,
    /// The first child of the root.
    StartOfRoot,
    /// The last child of the element with this Id.
    EndOf(String),
    /// After the element with this Id.
    After(String),
    /// The last child of the first element with this expanded name.
    EndOfFirst {
        /// Its namespace.
        namespace: String,
        /// Its local name.
        local: String,
    },
}

impl DocumentSigning {
    /// Signs with SHA-256 as the digest, exclusive canonicalisation, and no `ds:KeyInfo`. A [`NewMethod`] can write the
    /// parameters of RSA-PSS.
    #[must_use]
    pub fn new(method: impl Into<NewMethod>) -> Self {
        Self {
            method: method.into(),
            digest: DigestMethod::Sha256,
            canonicalization: Canonicalization::default(),
            of_references: None,
            enveloped: Enveloped::default(),
            key_info: None,
            id_attributes: Vec::new(),
            signature_id: None,
            prefix: None,
            place: SignaturePlace::default(),
            limits: Limits::default(),
        }
    }

    /// The digest of every reference.
    #[must_use]
    pub fn digest(mut self, digest: DigestMethod) -> Self {
        self.digest = digest;
        self
    }

    /// The canonicalisation of `ds:SignedInfo`, and of references that have no other.
    #[must_use]
    pub fn canonicalization(mut self, canonicalization: Canonicalization) -> Self {
        self.canonicalization = canonicalization;
        self
    }

    /// The canonicalisation that is the last transform of every reference.
    #[must_use]
    pub fn of_references(mut self, canonicalization: Canonicalization) -> Self {
        self.of_references = Some(canonicalization);
        self
    }

    /// Which references have the enveloped-signature transform, before canonicalisation.
    #[must_use]
    pub fn enveloped(mut self, enveloped: Enveloped) -> Self {
        self.enveloped = enveloped;
        self
    }

    /// Canonical content of `ds:KeyInfo`, written for a place where `ds` is declared:
    /// [`Writer::within`](wss_c14n::Writer::within), [`write_x509_certificate`](crate::write_x509_certificate),
    /// [`write_issuer_serial`](crate::write_issuer_serial).
    #[must_use]
    pub fn key_info(mut self, content: impl Into<String>) -> Self {
        self.key_info = Some(content.into());
        self
    }

    /// The items of `ds:KeyInfo` about the key, in this order.
    ///
    /// # Specification
    /// XML Signature 1.1 §4.5.
    #[must_use]
    pub fn key_info_items<'i>(self, items: impl IntoIterator<Item = &'i KeyInfoItem>) -> Self {
        let mut writer = Writer::within(&[name::DS]);
        items.into_iter().for_each(|item| item.write(&mut writer));
        self.key_info(writer.finish())
    }

    /// The names of attributes without prefix that are Ids on every element.
    #[must_use]
    pub fn id_attributes(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.id_attributes.extend(names.into_iter().map(Into::into));
        self
    }

    /// The Id of the signature; none by default.
    #[must_use]
    pub fn signature_id(mut self, id: impl Into<String>) -> Self {
        self.signature_id = Some(id.into());
        self
    }

    /// The prefix of XML Signature instead of `ds`; an empty one makes it the default namespace.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets the place of the signature.
    #[must_use]
    pub fn place(mut self, place: SignaturePlace) -> Self {
        self.place = place;
        self
    }

    /// Replaces the limits on the cost, those of the signed document among them.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    fn prefixes(&self) -> Prefixes {
        self.prefix.iter().fold(Prefixes::default(), |prefixes, prefix| prefixes.with(name::DS.uri, prefix.as_str()))
    }
}

/// Signs elements of a document by Id. An empty Id signs the whole document with an enveloped signature.
///
/// # Errors
/// [`SignError::NoSuchId`], [`SignError::NoPlace`], [`SignError::Prefix`], [`SignError::Canonicalize`], [`SignError::Crypto`].
///
/// ```
/// use wss_c14n::{Canonicalization, CanonicalizationMethod, Document, Limits};
/// use wss_crypto::{DigestMethod, HmacKey, SignatureMethod};
/// use wss_xmldsig::{DocumentSigning, Enveloped, sign_document};
///
/// // In the form of Brazil's electronic invoice: the default namespace, both transforms, Canonical XML 1.0.
/// let document = Document::parse("<NFe xmlns='http://www.portalfiscal.inf.br/nfe'><infNFe Id='NFe35'/></NFe>", &Limits::default())?;
/// let signing = DocumentSigning::new(SignatureMethod::HmacSha256)
///     .canonicalization(Canonicalization::new(CanonicalizationMethod::Inclusive))
///     .enveloped(Enveloped::Always)
///     .id_attributes(["Id"])
///     .prefix("");
/// let key = HmacKey::new(b"0123456789abcdef".to_vec())?;
/// let signed = sign_document(&document, &["NFe35".to_owned()], &signing, &key)?;
/// assert!(signed.contains("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>"));
/// assert!(signed.ends_with("</Signature></NFe>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sign_document(
    document: &Document<'_>,
    ids: &[String],
    signing: &DocumentSigning,
    key: &dyn SigningKey,
) -> Result<String, SignError> {
    if let Some(prefix) = signing.prefix.as_ref().filter(|prefix| !prefix.is_empty() && !name::is_ncname(prefix)) {
        return Err(SignError::Prefix { prefix: prefix.into() });
    }
    if signing.digest.is_retired() {
        return Err(wss_crypto::CryptoError::Retired.into());
    }
    let more: Vec<&str> = signing.id_attributes.iter().map(String::as_str).collect();
    let index = IdIndex::build_with(document, &more).map_err(|_| SignError::NoSuchId { id: ids.join(" ").into() })?;
    let template = document.elements().find(|element| element.is(name::DS.uri, "Signature"));
    // The element in which the signature will be.
    let around = match template {
        Some(template) => template.parent(),
        None => Some(signing.place.parent(document, &index)?),
    };
    let budget = Budget::new(&signing.limits, document.source().len() as u64);
    budget.check(Limit::References, ids.len()).map_err(CanonicalizeError::from)?;
    let enclosing = Enclosing { around, template };
    let reference = |id: &String| signing.reference(document, &index, id, enclosing, &budget);
    let references = ids.iter().map(reference).collect::<Result<Vec<_>, _>>()?;
    // The signature is canonicalised at its final place: inclusive methods see the document's namespaces there.
    let (id, key_info) = (signing.signature_id.clone(), signing.key_info.clone());
    let unsigned =
        PendingSignature::canonicalized(&signing.canonicalization, signing.method, &references, id, key_info)
            .prefixes(signing.prefixes());
    let put = |signature: &str| signing.place.put(document, template, &index, signature);
    let placed = put(&unsigned.finish(&[]))?;
    let unsigned = {
        let start = placed.start;
        let placed = Document::parse_within(placed.text.as_str(), &budget).map_err(|error| match error {
            ParseError::Limit(exceeded) => CanonicalizeError::from(exceeded).into(),
            _ => SignError::NoPlace,
        })?;
        let mut signatures = placed.elements().filter(|element| element.is(name::DS.uri, "Signature"));
        let signature = signatures.find(|element| element.span().start == start).ok_or(SignError::NoPlace)?;
        unsigned.placed(signature, &signing.canonicalization, &budget)?
    };
    let value = unsigned.value(key)?;
    Ok(put(&unsigned.finish(&value))?.text)
}

/// Where the signature will be: a reference to an element around it leaves it out.
#[derive(Clone, Copy)]
struct Enclosing<'d> {
    /// The element in which it will be.
    around: Option<Element<'d>>,
    /// The signature in the document that it replaces.
    template: Option<Element<'d>>,
}

impl DocumentSigning {
    /// The digest of the element with an Id, or, if the Id is empty, of the whole document.
    fn reference<'d>(
        &self,
        document: &'d Document<'d>,
        index: &IdIndex<'d>,
        id: &str,
        signature: Enclosing<'d>,
        budget: &Budget,
    ) -> Result<NewReference, SignError> {
        let (mut subset, contains) = if id.is_empty() {
            (Subset::document(document).without_comments(), true)
        } else {
            let element = index.get(id).ok_or_else(|| SignError::NoSuchId { id: id.into() })?;
            let contains = signature.around.is_some_and(|around| element.contains(around));
            (Subset::subtree(element).without_comments(), contains)
        };
        let mut transforms = Vec::new();
        if contains || self.enveloped == Enveloped::Always {
            transforms.push(Transform::EnvelopedSignature);
        }
        if let Some(template) = signature.template.filter(|_| contains) {
            subset = subset.without(template);
        }
        let canonicalization = self.of_references.as_ref().unwrap_or(&self.canonicalization);
        transforms.push(Transform::Canonicalization(canonicalization.clone()));
        let uri = if id.is_empty() { String::new() } else { format!("#{id}") };
        Ok(NewReference::digest(uri, &subset, transforms, self.digest, budget)?)
    }
}

/// A document with a signature in it.
struct Placed {
    text: String,
    /// The offset of the signature.
    start: usize,
}

impl SignaturePlace {
    /// The element that contains the place.
    fn parent<'d>(&self, document: &'d Document<'d>, index: &IdIndex<'d>) -> Result<Element<'d>, SignError> {
        let of_id = |id: &String| index.get(id).ok_or_else(|| SignError::NoSuchId { id: id.into() });
        match self {
            Self::EndOfRoot | Self::StartOfRoot => Ok(document.root()),
            Self::EndOf(id) => of_id(id),
            Self::After(id) => of_id(id)?.parent().ok_or(SignError::NoPlace),
            Self::EndOfFirst { namespace, local } => {
                let mut all = document.elements();
                all.find(|element| element.is(namespace, local)).ok_or(SignError::NoPlace)
            }
        }
    }

    /// The document with a signature at its place or instead of the template.
    fn put<'d>(
        &self,
        document: &'d Document<'d>,
        template: Option<Element<'d>>,
        index: &IdIndex<'d>,
        signature: &str,
    ) -> Result<Placed, SignError> {
        let mut splices = Splices::new();
        let start;
        if let Some(template) = template {
            start = template.span().start;
            splices.replace(template.span(), signature);
            return Ok(Placed { text: splices.apply(document.source()).text, start });
        }
        let parent = self.parent(document, index)?;
        if parent.is_empty_tag() {
            // The slash makes room for the end of the start tag.
            start = parent.span().end - 1;
            splices.replace_content(parent, signature);
        } else {
            start = match self {
                Self::StartOfRoot => parent.content_span().start,
                Self::After(id) => index.get(id).map_or(parent.content_span().end, |element| element.span().end),
                Self::EndOfRoot | Self::EndOf(_) | Self::EndOfFirst { .. } => parent.content_span().end,
            };
            splices.insert(start, signature);
        }
        Ok(Placed { text: splices.apply(document.source()).text, start })
    }
}
