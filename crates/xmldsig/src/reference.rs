//! Dereferencing: from `ds:Reference/@URI` to the octets that are digested.
//!
//! The reference processing model, XML Signature 1.1 §4.4.3.2: a reference names an element of the same document, the
//! whole document, or octets from the caller's own dereferencer, but never anything on the network. Reads top-down:
//! [`Reference::verify`] resolves the URI, narrows the subset, and streams canonical octets into the digest.
//!
//! Not here: the check that the right parts were signed. `wss_header` makes it.

use std::borrow::Cow;

use smallvec::SmallVec;
use wss_text::{after_cid, octets, shown};

use wss_c14n::{
    Budget, Canonicalization, CanonicalizationMethod, CanonicalizeError, Charged, Count, Document, Element, Exceeded,
    Gathered, IdIndex, Limit, Sink, Subset, name,
};
use wss_crypto::{Digest, DigestMethod, DigestValue};

use crate::algorithm_role::AlgorithmRole;
use crate::chain::{Chain, Data, read_document};
use crate::child_path;
use crate::digest_spelling::{MAX_OCTETS, spelling_of};
use crate::error::{SignatureError, VerifyError};
use crate::parameters::no_parameters;
use crate::pointer::Pointer;
use crate::sinks::{Counting, DigestSink};
use crate::token::DereferencedToken;
use crate::transform::Transform;
use crate::verified::{Covered, VerifiedReference};

/// Finds the data that references name.
pub trait Dereference<'d> {
    /// The document that the empty URI references.
    fn document(&self) -> Option<&'d Document<'d>>;

    /// The element with this Id.
    fn element(&self, id: &str) -> Option<Element<'d>>;

    /// The element whose Id is the whole URI of a reference, for senders that forget the `#`. `None` by default.
    fn element_without_hash(&self, uri: &str) -> Option<Element<'d>> {
        let _ = uri;
        None
    }

    /// The token that a `wsse:SecurityTokenReference` identifies, for the STR-Transform. `None` by default.
    fn token(&self, reference: Element<'d>) -> Option<DereferencedToken<'d>> {
        let _ = reference;
        None
    }

    /// The digest of the attachment that a `cid:` URL names: of its content in canonical form, and of its header before
    /// that if `complete`; then the digests of other readings of the rules by peers. The octets are charged to `budget`
    /// before they are digested. `None` by default.
    ///
    /// # Errors
    /// [`Exceeded`] if too little is left of `budget`.
    fn attachment(
        &self,
        url: &str,
        complete: bool,
        method: DigestMethod,
        budget: &Budget,
    ) -> Result<Vec<DigestValue>, Exceeded> {
        let _ = (url, complete, method, budget);
        Ok(Vec::new())
    }

    /// The Ids of the document, for `id()` in expressions of XPath. `None` by default.
    fn ids(&self) -> Option<&IdIndex<'d>> {
        None
    }

    /// The document in which the path of a filter of XPath Filter 2.0 may name an element ([`Reference::names_by_path`]).
    /// `None` by default: an Id names elements, and the engine that evaluates other expressions covers none.
    fn paths(&self) -> Option<&'d Document<'d>> {
        None
    }

    /// Whether filters run on the data, and XPointers other than `#id` are read. Not by default: no WS-Security header
    /// has them.
    fn runs_filters(&self) -> bool {
        false
    }

    /// Whether octets that are read as a document may have a DOCTYPE. Not by default.
    fn reads_doctypes(&self) -> bool {
        false
    }

    /// Whether values of ECDSA may have other forms than that of XML Signature 1.1 §6.4.3: an ASN.1 sequence, or numbers with
    /// more or fewer leading zeros. Not by default: a value has one form.
    fn accepts_other_ecdsa_values(&self) -> bool {
        false
    }

    /// Whether the octets of an element, or of what a transform left of it, are kept beside their digest, so that they need not
    /// be canonicalised again. Not by default.
    fn keeps(&self, covered: &Subset<'d>) -> bool {
        let _ = covered;
        false
    }

    /// The document that a reference without a URI means, which the application knows. `None` by default.
    fn unnamed(&self) -> Option<&'d Document<'d>> {
        None
    }

    /// The octets that an external URI names; for the empty URI, the octets of a reference without a URI. `None` by
    /// default: a message never makes us fetch anything.
    fn external(&self, uri: &str) -> Option<Vec<u8>> {
        let _ = uri;
        None
    }
}

impl<'d> Dereference<'d> for IdIndex<'d> {
    fn document(&self) -> Option<&'d Document<'d>> {
        None
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.get(id)
    }
}

/// The references of a `ds:Manifest`. A signature that covers the manifest proves nothing about the data that they
/// name: only [`Reference::digest_fits`] checks it, and the application must decide what the result means.
///
/// # Errors
/// [`SignatureError`] if a reference is malformed, or there are more than [`Limit::References`].
///
/// # Specification
/// XML Signature 1.1 §5.1.
pub fn manifest_references<'d>(manifest: Element<'d>, budget: &Budget) -> Result<Vec<Reference<'d>>, SignatureError> {
    budget.check(Limit::References, manifest.children().count())?;
    let references = manifest.children().map(|child| match child.is(name::DS.uri, "Reference") {
        true => Reference::parse(child, budget),
        false => Err(manifest.unexpected(child).into()),
    });
    references.collect()
}

fn parse_transforms(list: Element<'_>, budget: &Budget) -> Result<SmallVec<[Transform; 1]>, SignatureError> {
    budget.check(Limit::Transforms, list.children().count())?;
    let parsed = list.children().map(|child| match child.is(name::DS.uri, "Transform") {
        true => Transform::parse(child, budget),
        false => Err(list.unexpected(child).into()),
    });
    parsed.collect()
}

/// A `ds:Reference` in a document.
#[derive(Clone)]
pub struct Reference<'d> {
    element: Element<'d>,
    /// Empty without the attribute, too.
    uri: Cow<'d, str>,
    has_uri: bool,
    /// The transforms; nearly every reference of a header has one.
    transforms: SmallVec<[Transform; 1]>,
    digest_method: DigestMethod,
    digest_value: Vec<u8>,
}

impl std::fmt::Debug for Reference<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reference")
            .field("element", &self.element)
            .field("uri", &shown(&self.uri))
            .field("has_uri", &self.has_uri)
            .field("transforms", &self.transforms)
            .field("digest_method", &self.digest_method)
            .field("digest_value", &octets(&self.digest_value))
            .finish()
    }
}

impl<'d> Reference<'d> {
    pub(crate) fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        let written = element.attribute("", "URI");
        let has_uri = written.is_some();
        let uri = written.unwrap_or(Cow::Borrowed(""));
        budget.check(Limit::UriOctets, uri.len())?;
        let mut children = element.children().peekable();
        let mut transforms = SmallVec::new();
        if let Some(list) = children.next_if(|child| child.is(name::DS.uri, "Transforms")) {
            transforms = parse_transforms(list, budget)?;
        }
        let mut next = |local: &'static str| element.in_order(children.next(), name::DS.uri, local);
        let method = next("DigestMethod")?;
        let method_uri = method.required_attribute("", "Algorithm")?;
        let (role, unknown) = (AlgorithmRole::Digest, || method_uri.clone().into());
        let digest_method = DigestMethod::from_uri(&method_uri);
        let digest_method = digest_method.ok_or_else(|| SignatureError::UnknownAlgorithm { role, uri: unknown() })?;
        no_parameters(method, &method_uri)?;
        let digest_value = next("DigestValue")?.base64(MAX_OCTETS)?;
        if let Some(child) = children.next() {
            return Err(element.unexpected(child).into());
        }
        let reference = Self { element, uri, has_uri, transforms, digest_method, digest_value };
        // Of a retired method, the policy says first what is wrong.
        if !digest_method.is_retired() {
            reference.check_digest_length()?;
        }
        Ok(reference)
    }

    /// Checks that the digest has the length that its method gives.
    pub(crate) fn check_digest_length(&self) -> Result<(), SignatureError> {
        let (octets, method) = (self.digest_value.len(), self.digest_method);
        if octets == method.output_len() {
            return Ok(());
        }
        let uri = self.uri.as_ref().into();
        Err(match spelling_of(&self.digest_value, method.output_len()) {
            Some(written) => SignatureError::DigestSpelling { uri, written },
            None => SignatureError::DigestLength { uri, octets, method },
        })
    }

    /// The target of an element with a `@URI`, and perhaps `Transforms`, without a digest of it.
    pub(crate) fn without_digest(element: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        let uri = element.required_attribute("", "URI")?;
        budget.check(Limit::UriOctets, uri.len())?;
        let transforms = match element.children().find(|child| child.name().local == "Transforms") {
            Some(list) => parse_transforms(list, budget)?,
            None => SmallVec::new(),
        };
        let (digest_method, digest_value) = (DigestMethod::Sha256, Vec::new());
        Ok(Self { element, uri, has_uri: true, transforms, digest_method, digest_value })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The value of `@URI`; empty if the reference has no such attribute.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether it has a `@URI`. Without one, the application must know what is signed.
    #[must_use]
    pub fn has_uri(&self) -> bool {
        self.has_uri
    }

    /// Whether its URI is an XPointer whose expression only an engine of XPath evaluates.
    pub(crate) fn needs_xpath(&self) -> bool {
        matches!(Pointer::of_uri(&self.uri), Some(Pointer::Expression(_)))
    }

    /// Whether it has an empty URI and, as its first transform and only filter, one intersection of XPath Filter 2.0. If its
    /// expression is a path of names and positions, and [`Dereference::paths`] has a document, it covers the element there.
    #[must_use]
    pub fn names_by_path(&self) -> bool {
        self.path_bearer().is_some()
    }

    fn path_bearer(&self) -> Option<Element<'d>> {
        let bearer = child_path::bearer(&self.transforms).filter(|_| self.has_uri && self.uri.is_empty());
        self.element.document().element(bearer?)
    }

    fn is_filtered(&self, documents: &dyn Dereference<'d>) -> bool {
        if documents.paths().is_some() && self.names_by_path() {
            return false;
        }
        self.needs_xpath() || self.transforms.iter().any(|transform| matches!(transform, Transform::Filter(_)))
    }

    /// `ds:Transform`, in order; empty where `ds:Transforms` is absent or empty, which implies inclusive
    /// canonicalisation.
    #[must_use]
    pub fn transforms(&self) -> &[Transform] {
        &self.transforms
    }

    /// `ds:DigestMethod`.
    #[must_use]
    pub fn digest_method(&self) -> DigestMethod {
        self.digest_method
    }

    /// The octets that are digested, for references other than attachments.
    ///
    /// # Errors
    /// [`VerifyError::Dereference`], [`VerifyError::Transform`], [`VerifyError::Canonicalize`].
    pub fn octets(
        &self,
        signature: Element<'d>,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<Vec<u8>, VerifyError> {
        if let [Transform::SecurityTokenReference(canonicalization)] = self.transforms.as_slice() {
            let (reference, token) = self.dereference_token(documents, budget)?;
            let readings = token.readings(reference, canonicalization, budget)?;
            return readings.into_iter().next().ok_or(VerifyError::Canonicalize(CanonicalizeError::EmptySubset));
        }
        let mut kept = Charged::new(Vec::new(), budget, Limit::KeptOctets);
        if self.is_filtered(documents) {
            self.filter(signature, documents, budget, &mut kept)?;
            return Ok(kept.finish()?);
        }
        Ok(self.resolve(signature, documents, budget)?.write_to(kept, budget)?.finish()?)
    }

    /// Whether the digest matches the referenced data, for reports on messages. No signature is verified, so this
    /// proves nothing.
    ///
    /// # Errors
    /// As [`Reference::octets`]; [`VerifyError::Limit`] if too little is left of `budget`.
    pub fn digest_fits(
        &self,
        signature: Element<'d>,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<bool, VerifyError> {
        match self.verify(signature, documents, budget) {
            Ok(_) => Ok(true),
            Err(VerifyError::DigestMismatch { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Digests the referenced data and compares.
    pub(crate) fn verify(
        &self,
        signature: Element<'d>,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<VerifiedReference<'d>, VerifyError> {
        if let [Transform::SecurityTokenReference(canonicalization)] = self.transforms.as_slice() {
            return self.verify_token(canonicalization, documents, budget);
        }
        if let [Transform::Attachment { complete }] = self.transforms.as_slice() {
            return self.verify_attachment(*complete, documents, budget);
        }
        let digest = || DigestSink(Digest::new(self.digest_method));
        if self.is_filtered(documents) {
            let counting = Counting { inner: digest(), octets: Count::default() };
            let mut sink = Gathered::new(Charged::new(counting, budget, Limit::DigestedOctets));
            self.filter(signature, documents, budget, &mut sink)?;
            let Counting { inner: DigestSink(digest), octets } = sink.finish().finish()?;
            self.compare(&digest.finish())?;
            let covered = Covered::Filtered { is_nothing: octets.0 == 0 };
            return Ok(VerifiedReference::new(self.uri.clone(), covered, None));
        }
        let sink = || Gathered::new(Charged::new(digest(), budget, Limit::DigestedOctets));
        let resolved = self.resolve(signature, documents, budget)?;
        let canonicalization = resolved.only_canonicalization();
        if let (Some(only), Covered::Subset(subset)) = (&canonicalization, &resolved.covered)
            && documents.keeps(subset)
        {
            let octets = only.to_octets_charged_to(Limit::DigestedOctets, subset, budget)?;
            self.compare(&Digest::of(self.digest_method, &octets))?;
            let reference = VerifiedReference::new(self.uri.clone(), resolved.covered, canonicalization);
            return Ok(reference.keeping(octets));
        }
        let DigestSink(digest) = resolved.write_to(sink(), budget)?.finish().finish()?;
        self.compare(&digest.finish())?;
        Ok(VerifiedReference::new(self.uri.clone(), resolved.covered, canonicalization))
    }

    fn compare(&self, digest: &DigestValue) -> Result<(), VerifyError> {
        match digest.as_octets() == self.digest_value {
            true => Ok(()),
            false => Err(VerifyError::DigestMismatch { uri: self.uri.clone().into() }),
        }
    }

    /// Digests the token in each reading, the specification's first.
    fn verify_token(
        &self,
        canonicalization: &Canonicalization,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<VerifiedReference<'d>, VerifyError> {
        let (reference, token) = self.dereference_token(documents, budget)?;
        let readings = token.readings(reference, canonicalization, budget)?;
        self.verify_readings(readings, Covered::Token(reference, token), canonicalization, budget)
    }

    fn verify_readings(
        &self,
        readings: Vec<Vec<u8>>,
        covered: Covered<'d>,
        canonicalization: &Canonicalization,
        budget: &Budget,
    ) -> Result<VerifiedReference<'d>, VerifyError> {
        for octets in readings {
            budget.charge(Limit::DigestedOctets, octets.len() as u64)?;
            if Digest::of(self.digest_method, &octets).as_octets() == self.digest_value {
                let canonicalization = Some(canonicalization.clone());
                return Ok(VerifiedReference::new(self.uri.clone(), covered, canonicalization));
            }
        }
        Err(VerifyError::DigestMismatch { uri: self.uri.clone().into() })
    }

    /// Only a `cid:` URL names an attachment.
    fn verify_attachment(
        &self,
        complete: bool,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<VerifiedReference<'d>, VerifyError> {
        let uri = || self.uri.clone();
        if after_cid(&self.uri).is_none() {
            return Err(VerifyError::NotAnAttachment { uri: uri().into() });
        }
        let readings = documents.attachment(&self.uri, complete, self.digest_method, budget)?;
        if readings.is_empty() {
            return Err(VerifyError::Dereference { uri: uri().into() });
        }
        if readings.iter().any(|reading| reading.as_octets() == self.digest_value) {
            return Ok(VerifiedReference::new(uri(), Covered::Attachment { complete }, None));
        }
        Err(VerifyError::DigestMismatch { uri: uri().into() })
    }

    /// The apex itself must be the reference. A larger subset, with a token inserted into it, is refused.
    fn dereference_token(
        &self,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<(Element<'d>, DereferencedToken<'d>), VerifyError> {
        let dangling = || VerifyError::Dereference { uri: self.uri.clone().into() };
        let Covered::Subset(subset) = self.dereference(documents, budget)? else { return Err(dangling()) };
        let apex = subset.apex().filter(|apex| apex.is(name::WSSE.uri, "SecurityTokenReference"));
        let apex = apex.ok_or_else(|| VerifyError::Transform { uri: self.uri.clone().into() })?;
        let token = documents.token(apex).ok_or_else(|| VerifyError::TokenAbsent { uri: self.uri.clone().into() })?;
        Ok((apex, token))
    }

    /// Runs a chain of transforms that has a filter, or a pointer that works as one.
    fn filter(
        &self,
        signature: Element<'d>,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
        sink: &mut dyn Sink,
    ) -> Result<(), VerifyError> {
        if !documents.runs_filters() {
            return Err(VerifyError::Transform { uri: self.uri.clone().into() });
        }
        let reads_doctypes = documents.reads_doctypes();
        let chain =
            Chain { uri: &self.uri, signature, ids: documents.ids(), reads_doctypes, reads_own_output: false, budget };
        if let Some(Pointer::Expression(expression)) = Pointer::of_uri(&self.uri) {
            let document =
                documents.document().ok_or_else(|| VerifyError::Dereference { uri: self.uri.clone().into() })?;
            return chain.run_pointer(document, &expression, &self.transforms, sink);
        }
        let data = match self.dereference(documents, budget)? {
            Covered::Subset(subset) => Data::Subset(subset),
            Covered::Octets(octets) => Data::Octets(octets.into()),
            Covered::Filtered { .. } | Covered::Token(..) | Covered::Attachment { .. } => {
                return Err(VerifyError::Transform { uri: self.uri.clone().into() });
            }
        };
        chain.run(data, &self.transforms, sink)
    }

    fn resolve(
        &self,
        signature: Element<'d>,
        documents: &dyn Dereference<'d>,
        budget: &Budget,
    ) -> Result<Resolved<'_, 'd>, VerifyError> {
        let refused = || VerifyError::Transform { uri: self.uri.clone().into() };
        let mut covered = self.dereference(documents, budget)?;
        let (mut is_canonical, mut is_enveloped) = (false, false);
        for transform in &self.transforms {
            match (transform, &covered) {
                (Transform::Canonicalization(_), _) => is_canonical = true,
                // Dereferencing already followed the path of this filter.
                (Transform::Filter(_), Covered::Subset(_)) if self.names_by_path() => {}
                // Allowed only before canonicalisation, once, and for data that is not entirely inside the signature.
                // Data that does not contain the signature stays as it is.
                (Transform::EnvelopedSignature, Covered::Subset(subset))
                    if !is_canonical && !is_enveloped && subset.apex().is_none_or(|apex| !signature.contains(apex)) =>
                {
                    is_enveloped = true;
                    if subset.apex().is_none_or(|apex| apex.contains(signature)) {
                        covered = Covered::Subset(subset.clone().without(signature));
                    }
                }
                _ => return Err(refused()),
            }
        }
        Ok(Resolved { covered, transforms: &self.transforms, reads_doctypes: documents.reads_doctypes() })
    }

    fn dereference(&self, documents: &dyn Dereference<'d>, budget: &Budget) -> Result<Covered<'d>, VerifyError> {
        if let Some((document, bearer)) = documents.paths().zip(self.path_bearer()) {
            let found = child_path::find(document, bearer, budget)?;
            let path = || bearer.text_around_comments().unwrap_or_default().into();
            let element = found.ok_or_else(|| VerifyError::ChildPath { path: path() })?;
            return Ok(Covered::Subset(Subset::subtree(element).without_comments()));
        }
        let dangling = || VerifyError::Dereference { uri: self.uri.clone().into() };
        if self.uri.is_empty() {
            let document = if self.has_uri { documents.document() } else { documents.unnamed() };
            if !self.has_uri && document.is_none() {
                return documents.external("").map(Covered::Octets).ok_or(VerifyError::Unnamed);
            }
            return Ok(Covered::Subset(Subset::document(document.ok_or_else(dangling)?).without_comments()));
        }
        // Unlike the shorthand form, these pointers include comments.
        let pointer = Pointer::of_uri(&self.uri).filter(|_| documents.runs_filters());
        match (pointer, self.uri.strip_prefix('#')) {
            (Some(Pointer::Root), _) => {
                Ok(Covered::Subset(Subset::document(documents.document().ok_or_else(dangling)?)))
            }
            (Some(Pointer::Id(id)), _) => {
                Ok(Covered::Subset(Subset::subtree(documents.element(&id).ok_or_else(dangling)?)))
            }
            // The Id is taken literally, without percent-decoding.
            (None, Some(id)) if !id.is_empty() => {
                let element = documents.element(id).ok_or_else(dangling)?;
                Ok(Covered::Subset(Subset::subtree(element).without_comments()))
            }
            (Some(Pointer::Expression(_)), _) | (None, Some(_)) => Err(dangling()),
            (None, None) => match documents.element_without_hash(&self.uri) {
                Some(element) => Ok(Covered::Subset(Subset::subtree(element).without_comments())),
                None => documents.external(&self.uri).map(Covered::Octets).ok_or_else(|| self.outside()),
            },
        }
    }

    /// The reason why an external target was not found.
    fn outside(&self) -> VerifyError {
        let schemes = ["http:", "https:", "file:", "ftp:", "ldap:"];
        let has_scheme =
            |scheme: &&str| self.uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let uri = self.uri.clone().into();
        match schemes.iter().any(has_scheme) {
            true => VerifyError::NotFetched { uri },
            false => VerifyError::Dereference { uri },
        }
    }
}

/// The data to digest, and the transforms, whose canonicalisations turn it into octets.
struct Resolved<'r, 'd> {
    covered: Covered<'d>,
    transforms: &'r [Transform],
    reads_doctypes: bool,
}

impl<'r> Resolved<'r, '_> {
    fn canonicalizations(&self) -> impl Iterator<Item = &'r Canonicalization> + use<'r> {
        self.transforms.iter().filter_map(Transform::canonicalization)
    }

    /// The canonicalisation of a subset, if there is only one step.
    fn only_canonicalization(&self) -> Option<Canonicalization> {
        let mut steps = self.canonicalizations();
        match (&self.covered, steps.next(), steps.next()) {
            (Covered::Subset(_), None, _) => Some(Canonicalization::new(CanonicalizationMethod::Inclusive)),
            (Covered::Subset(_), Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }

    /// Every step except the last produces octets that are parsed again. In a header there is only one step.
    fn write_to<S: Sink>(&self, mut sink: S, budget: &Budget) -> Result<S, VerifyError> {
        let default = Canonicalization::new(CanonicalizationMethod::Inclusive);
        let mut steps = self.canonicalizations().peekable();
        let mut octets = match &self.covered {
            Covered::Octets(octets) => Cow::Borrowed(octets),
            // Tokens and attachments are digested separately, in every reading.
            Covered::Filtered { .. } | Covered::Token(..) | Covered::Attachment { .. } => {
                return Err(VerifyError::Transform { uri: "".into() });
            }
            Covered::Subset(subset) => {
                let first = steps.next().unwrap_or(&default);
                if steps.peek().is_none() {
                    first.write(subset, &mut sink)?;
                    return Ok(sink);
                }
                Cow::Owned(first.to_octets(subset, budget)?)
            }
        };
        for step in steps {
            let document = read_document(&octets, self.reads_doctypes, budget)?;
            let next = step.to_octets(&Subset::document(&document), budget)?;
            drop(document);
            octets = Cow::Owned(next);
        }
        sink.put(&octets);
        Ok(sink)
    }
}
