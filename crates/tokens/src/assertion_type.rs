//! The types of references to assertions, as peers write them.

/// Whether a type is one of assertions or of their Ids, by its last word: as `#SAMLV2.0`, `#SAMLID` or `#SAMLAssertionID` of
/// any document.
#[must_use]
pub fn is_assertion_type(value_type: &str) -> bool {
    let last = value_type.rsplit(['#', ':', '/']).next();
    last.is_some_and(|last| ["SAMLV1.1", "SAMLV2.0", "SAMLID", "SAMLAssertionID"].contains(&last))
}
