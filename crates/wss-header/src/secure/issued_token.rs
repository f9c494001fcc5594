//! Issued tokens: SAML assertions and licenses that someone else made, sent as they are.
//!
//! Their issuers signed them, so not an octet may change; they are read once, when a recipe is planned, and put into
//! each message as they were given.

use wss_c14n::{Budget, Document, Limits, Writer, id_of, name};
use wss_tokens::{Assertion, REL_LICENSE, SamlVersion, write_assertion_reference, write_token_reference};

use crate::error::PlanError;

/// A token of XML, and how it is referred to.
#[derive(Debug, Clone)]
pub(crate) struct IssuedToken {
    pub(crate) xml: String,
    pub(crate) id: String,
    /// `None` for a license.
    pub(crate) version: Option<SamlVersion>,
}

impl IssuedToken {
    /// Reads what was given: one element that stands alone, with an Id.
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
        // A declaration or comments around it have no place in a header.
        let xml = xml.get(root.span()).unwrap_or_default().to_owned();
        Ok(Self { xml, id, version })
    }

    /// A canonical `wsse:SecurityTokenReference` to it, standing alone.
    pub(crate) fn reference(&self, id: Option<&str>) -> String {
        let mut writer = Writer::new();
        match self.version {
            Some(version) => write_assertion_reference(&mut writer, &self.id, version, id),
            None => write_token_reference(&mut writer, &self.id, Some(REL_LICENSE), None),
        }
        writer.finish()
    }
}
