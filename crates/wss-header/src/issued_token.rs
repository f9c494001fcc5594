//! Issued tokens: SAML assertions and licenses from an issuer, sent unchanged.
//!
//! Their issuers signed them, so no canonical octet may change. They are parsed once, when a recipe is planned, and inserted
//! into each message as given, but for the default namespace of the envelope, which must not reach them.

use std::fmt;

use wss_c14n::{Budget, Document, Element, Limit, Limits, ParseError, Writer, id_of};
use wss_text::WireText;
use wss_tokens::{
    Assertion, AssertionShape, REL_LICENSE, SamlVersion, is_license, write_assertion_reference, write_token_reference,
};

use crate::error::PlanError;
use crate::unchanged::for_any_envelope;

/// An issued token, and the reference to it.
#[derive(Debug, Clone)]
pub(crate) struct IssuedToken {
    pub(crate) xml: String,
    pub(crate) id: String,
    kind: IssuedKind,
    /// The number of signatures that are read with it.
    pub(crate) signatures: u64,
}

/// The kind of an issued token.
#[derive(Debug, Clone, Copy)]
enum IssuedKind {
    Assertion(SamlVersion),
    License,
}

impl IssuedKind {
    /// The kind and the Id of a token.
    fn of(token: Element<'_>, budget: &Budget) -> Result<(Self, String), PlanError> {
        if Assertion::is_one(token) {
            let assertion = Assertion::parse_as(token, AssertionShape::ANY, budget).map_err(no_token)?;
            return Ok((Self::Assertion(assertion.version()), assertion.id().to_owned()));
        }
        if !is_license(token) {
            return Err(no_token(format_args!("it is a {}", token.name())));
        }
        let id = id_of(token).ok_or_else(|| no_token("it has no Id"))?;
        Ok((Self::License, id.into_owned()))
    }
}

impl IssuedToken {
    /// Reads the given XML: one element without context, with an Id.
    pub(crate) fn read(xml: &str, limits: &Limits) -> Result<Self, PlanError> {
        let budget = Budget::new(limits, xml.len() as u64);
        let document = Document::parse_within(xml, &budget).map_err(|error| match error {
            ParseError::Limit(exceeded) => exceeded.into(),
            error => no_token(error),
        })?;
        let root = document.root();
        let (kind, id) = IssuedKind::of(root, &budget)?;
        // A declaration, or comments around the element, are not allowed in a header.
        let xml = for_any_envelope(&document).into_owned();
        Ok(Self { xml, id, kind, signatures: budget.used(Limit::Signatures) })
    }

    /// Whether it is an assertion.
    pub(crate) fn is_assertion(&self) -> bool {
        matches!(self.kind, IssuedKind::Assertion(_))
    }

    /// A canonical `wsse:SecurityTokenReference` to it, as a document of its own.
    pub(crate) fn reference(&self, id: Option<&str>) -> String {
        let mut writer = Writer::new();
        match self.kind {
            IssuedKind::Assertion(version) => write_assertion_reference(&mut writer, &self.id, version, id),
            IssuedKind::License => write_token_reference(&mut writer, &self.id, Some(REL_LICENSE), None),
        }
        writer.finish()
    }
}

fn no_token(why: impl fmt::Display) -> PlanError {
    PlanError::Token { why: WireText::of(why) }
}
