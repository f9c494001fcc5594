//! Violations of the schema of `ds:Signature` in the headers of a message. The profile has no rule for them, since XML
//! Signature demands the schema; receivers refuse them. The check uses the receivers' own reader.

use ws_security::c14n::{Budget, Document, Element, Limit, Limits, name};
use ws_security::text::WireText;
use ws_security::xmldsig::{Signature, SignatureError};

/// What is wrong with a signature, or with a reference to ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misshapen {
    /// The path of the `ds:Signature`, or of the `xenc:DataReference`.
    pub path: WireText,
    /// What is wrong, and what belongs there.
    pub why: WireText,
}

/// The signatures in Security headers of a message, as it came, that are against their schema.
pub(super) fn misshapen(document: &Document<'_>, limits: &Limits) -> Vec<Misshapen> {
    let budget = Budget::new(limits, document.source().len() as u64);
    let is_signature = |element: &Element<'_>| {
        let is_in_header = |parent: Element<'_>| parent.is(name::WSSE.uri, "Security");
        element.is(name::DS.uri, "Signature") && element.parent().is_some_and(is_in_header)
    };
    let signatures = document.elements().filter(is_signature).take(limits.size(Limit::Signatures));
    let wrong = |element: Element<'_>| {
        let error = Signature::parse(element, &budget).err().filter(is_of_shape)?;
        Some(Misshapen { path: element.path().into(), why: WireText::of(error) })
    };
    signatures.filter_map(wrong).collect()
}

/// Whether the schema, or the specification of an algorithm, is broken: not whether the algorithm is known.
fn is_of_shape(error: &SignatureError) -> bool {
    matches!(
        error,
        SignatureError::Structure(_)
            | SignatureError::Parameters { .. }
            | SignatureError::OtherParameter { .. }
            | SignatureError::NoTokenCanonicalization
            | SignatureError::DigestLength { .. }
            | SignatureError::NoReference
    )
}
