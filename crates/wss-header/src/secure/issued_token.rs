//! Issued tokens: SAML assertions and licenses from an issuer, sent unchanged.
//!
//! Their issuers signed them, so no octet may change. They are parsed once, when a recipe is planned, and inserted into
//! each message as given.

use wss_c14n::{Budget, Document, Limits, Writer, id_of, name};
use wss_tokens::{Assertion, REL_LICENSE, SamlVersion, write_assertion_reference, write_token_reference};

use crate::error::PlanError;

/// An issued token, and the reference to it.
#[derive(Debug, Clone)]
pub(crate) struct IssuedToken {
    pub(crate) xml: String,
    pub(crate) id: String,
    /// `None` for a license.
    pub(crate) version: Option<SamlVersion>,
}

impl IssuedToken {
    /// Reads the given XML: one element without context, with an Id.
    pub(crate) fn read(xml: &str) -> Result<Self, PlanError> {
        let document = Document::parse(xml, &Limits::dangerous_unbounded()).map_err(|_| PlanError::Token)?;
        let root = document.root();
        let version = if Assertion::is_one(root) {
            Some(Assertion::parse(root, &Budget::dangerous_unbounded()).map_err(|_| PlanError::Token)?.version())
        } else if root.is(name::REL.uri, "license") {
            None
        } else {
            return Err(PlanError::Token);
        };
        let id = id_of(root).ok_or(PlanError::Token)?.into_owned();
        // A declaration or comments around it are not allowed in a header.
        let xml = xml.get(root.span()).unwrap_or_default().to_owned();
        Ok(Self { xml, id, version })
    }

    /// A canonical `wsse:SecurityTokenReference` to it, as a document of its own.
    pub(crate) fn reference(&self, id: Option<&str>) -> String {
        let mut writer = Writer::new();
        match self.version {
            Some(version) => write_assertion_reference(&mut writer, &self.id, version, id),
            None => write_token_reference(&mut writer, &self.id, Some(REL_LICENSE), None),
        }
        writer.finish()
    }
}
