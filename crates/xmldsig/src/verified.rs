//! Proofs: values that only verification can make.

use std::borrow::Cow;

use wss_c14n::{Canonicalization, Element, Subset};
use wss_crypto::SignatureMethod;
use wss_text::{octets, shown};

use crate::token::DereferencedToken;

/// A signature whose value and references are all verified. Its fields are private and only `verify` makes it, so the
/// value is proof.
#[derive(Clone)]
#[must_use = "a verified signature proves something only about what it references"]
pub struct VerifiedSignature<'d> {
    element: Element<'d>,
    method: SignatureMethod,
    signed_info: Vec<u8>,
    references: Vec<VerifiedReference<'d>>,
}

impl std::fmt::Debug for VerifiedSignature<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedSignature")
            .field("element", &self.element)
            .field("method", &self.method)
            .field("signed_info", &octets(&self.signed_info))
            .field("references", &self.references)
            .finish()
    }
}

impl<'d> VerifiedSignature<'d> {
    pub(crate) fn new(
        element: Element<'d>,
        method: SignatureMethod,
        signed_info: Vec<u8>,
        references: Vec<VerifiedReference<'d>>,
    ) -> Self {
        Self { element, method, signed_info, references }
    }

    /// The `ds:Signature`.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The signature method.
    #[must_use]
    pub fn method(&self) -> SignatureMethod {
        self.method
    }

    /// The octets that are signed: `ds:SignedInfo` in canonical form, as verified.
    #[must_use]
    pub fn signed_info(&self) -> &[u8] {
        &self.signed_info
    }

    /// The references, each with the data that it covers.
    #[must_use]
    pub fn references(&self) -> &[VerifiedReference<'d>] {
        &self.references
    }

    /// [`VerifiedSignature::signed_info`] and [`VerifiedSignature::references`].
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, Vec<VerifiedReference<'d>>) {
        (self.signed_info, self.references)
    }
}

/// The data that one reference of a verified signature covers.
#[derive(Clone)]
pub struct VerifiedReference<'d> {
    uri: Cow<'d, str>,
    covered: Covered<'d>,
    canonicalization: Option<Canonicalization>,
    kept: Option<Vec<u8>>,
}

impl std::fmt::Debug for VerifiedReference<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedReference")
            .field("uri", &shown(&self.uri))
            .field("covered", &self.covered)
            .field("canonicalization", &self.canonicalization)
            .finish()
    }
}

#[derive(Clone)]
pub(crate) enum Covered<'d> {
    Subset(Subset<'d>),
    Octets(Vec<u8>),
    /// The output of a filter: no element counts as covered.
    Filtered {
        /// Whether the filter left no octets.
        is_nothing: bool,
    },
    /// The token that the reference at this element identifies.
    Token(Element<'d>, DereferencedToken<'d>),
    /// The attachment that the URI names; with its header if complete.
    Attachment {
        complete: bool,
    },
}

impl std::fmt::Debug for Covered<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Subset(subset) => subset.fmt(f),
            Self::Octets(octets) => wss_text::octets(octets).fmt(f),
            Self::Filtered { is_nothing } => f.debug_struct("Filtered").field("is_nothing", is_nothing).finish(),
            Self::Token(reference, token) => f.debug_tuple("Token").field(reference).field(token).finish(),
            Self::Attachment { complete } => f.debug_struct("Attachment").field("complete", complete).finish(),
        }
    }
}

impl<'d> VerifiedReference<'d> {
    pub(crate) fn new(uri: Cow<'d, str>, covered: Covered<'d>, canonicalization: Option<Canonicalization>) -> Self {
        Self { uri, covered, canonicalization, kept: None }
    }

    /// The same reference, with the octets that were digested.
    pub(crate) fn keeping(self, octets: Vec<u8>) -> Self {
        Self { kept: Some(octets), ..self }
    }

    /// The digested octets of its subset, if [`Dereference::keeps`](crate::Dereference::keeps) asked for them.
    #[must_use]
    pub fn into_kept(self) -> Option<Vec<u8>> {
        self.kept
    }

    /// The URI of the reference.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The canonicalisation of the digested octets; `None` if there was none, or more than one.
    #[must_use]
    pub fn canonicalization(&self) -> Option<&Canonicalization> {
        self.canonicalization.as_ref()
    }

    /// The element whose whole subtree is covered; `None` for a whole document, for octets from outside, and if a
    /// subtree was left out.
    #[must_use]
    pub fn whole_element(&self) -> Option<Element<'d>> {
        match &self.covered {
            Covered::Subset(subset) if !subset.has_exclusions() => subset.apex(),
            Covered::Subset(_)
            | Covered::Octets(_)
            | Covered::Filtered { .. }
            | Covered::Token(..)
            | Covered::Attachment { .. } => None,
        }
    }

    /// Whether it covers only the output of a filter: a selection by XPath, or decoded text. Then no element counts as
    /// covered.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        matches!(self.covered, Covered::Filtered { .. })
    }

    /// Whether its filters left nothing: then its digest fits every document of which they leave nothing.
    #[must_use]
    pub fn covers_nothing(&self) -> bool {
        matches!(self.covered, Covered::Filtered { is_nothing: true })
    }

    /// The subset that is covered; `None` for octets from outside, and for the output of a filter.
    #[must_use]
    pub fn subset(&self) -> Option<&Subset<'d>> {
        match &self.covered {
            Covered::Subset(subset) => Some(subset),
            Covered::Octets(_) | Covered::Filtered { .. } | Covered::Token(..) | Covered::Attachment { .. } => None,
        }
    }

    /// The `wsse:SecurityTokenReference` that was dereferenced, and the token that it identifies. The token is covered,
    /// not the reference.
    #[must_use]
    pub fn token(&self) -> Option<(Element<'d>, &DereferencedToken<'d>)> {
        match &self.covered {
            Covered::Token(reference, token) => Some((*reference, token)),
            Covered::Subset(_) | Covered::Octets(_) | Covered::Filtered { .. } | Covered::Attachment { .. } => None,
        }
    }

    /// The covered attachment.
    #[must_use]
    pub fn attachment(&self) -> Option<CoveredAttachment<'_>> {
        match &self.covered {
            Covered::Attachment { complete } => Some(CoveredAttachment { url: &self.uri, is_complete: *complete }),
            Covered::Subset(_) | Covered::Octets(_) | Covered::Filtered { .. } | Covered::Token(..) => None,
        }
    }
}

/// An attachment that a reference covers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CoveredAttachment<'r> {
    /// Its `cid:` URL.
    pub url: &'r str,
    /// Whether its header is covered, and not its content alone.
    pub is_complete: bool,
}

impl std::fmt::Debug for CoveredAttachment<'_> {
    /// Text of a message is escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoveredAttachment")
            .field("url", &shown(self.url))
            .field("is_complete", &self.is_complete)
            .finish()
    }
}
