//! Children of the Security header that a recipe adds unchanged, besides the tokens that it knows.

use wss_c14n::{Document, Element, Limits, ParseError, Writer, id_of, name};
use wss_tokens::{Assertion, write_binary_token};

use crate::error::{AttachedDefect, PlanError};
use crate::unchanged::for_any_envelope;

/// A child of the Security header that is added unchanged.
#[derive(Clone)]
pub(crate) struct Attached {
    pub(crate) xml: String,
    /// Its Id, by which it is signed.
    pub(crate) id: Option<String>,
}

impl Attached {
    /// A `wsse:BinarySecurityToken`.
    pub(crate) fn binary(id: &str, value_type: &str, octets: &[u8]) -> String {
        let mut writer = Writer::new();
        write_binary_token(&mut writer, id, value_type, octets);
        writer.finish()
    }

    /// Reads the given XML: one element without context, of a kind that no other call of a recipe makes.
    pub(crate) fn read(xml: &str, limits: &Limits) -> Result<Self, PlanError> {
        let document = Document::parse(xml, limits).map_err(|error| match error {
            ParseError::Limit(exceeded) => exceeded.into(),
            _ => PlanError::Attached { defect: AttachedDefect::NotOneElement },
        })?;
        let root = document.root();
        if is_made_otherwise(root) {
            return Err(PlanError::Attached { defect: AttachedDefect::MadeByAnotherCall });
        }
        let id = id_of(root).map(std::borrow::Cow::into_owned);
        if id.as_ref().is_some_and(|id| !name::is_ncname(id)) {
            return Err(PlanError::Attached { defect: AttachedDefect::IdIsNoName });
        }
        // A declaration, or comments around the element, are not allowed in a header.
        let xml = for_any_envelope(&document).into_owned();
        Ok(Self { xml, id })
    }
}

/// Whether another call makes such an element, and so must know of it.
fn is_made_otherwise(element: Element<'_>) -> bool {
    [name::DS.uri, name::XENC.uri].contains(&element.name().namespace)
        || element.is(name::WSU.uri, "Timestamp")
        || element.is(name::WSSE.uri, "UsernameToken")
        || element.is(name::WSSE.uri, "Security")
        || element.is(name::WSSE11.uri, "SignatureConfirmation")
        || Assertion::is_one(element)
}
