//! `ds:Signature`: the wire form, read once (XML Signature 1.1 §4.2).

use wss_c14n::{Budget, Element, Limit, name};
use wss_text::octets;

use crate::error::SignatureError;
use crate::key_info::KeyInfo;
use crate::signed_info::SignedInfo;

/// A signature in a document. Nothing about it is proven.
#[derive(Clone)]
pub struct Signature<'d> {
    element: Element<'d>,
    signed_info: SignedInfo<'d>,
    value: Vec<u8>,
    key_info: Option<KeyInfo<'d>>,
    has_object: bool,
}

impl std::fmt::Debug for Signature<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signature")
            .field("element", &self.element)
            .field("signed_info", &self.signed_info)
            .field("value", &octets(&self.value))
            .field("key_info", &self.key_info)
            .field("has_object", &self.has_object)
            .finish()
    }
}

impl<'d> Signature<'d> {
    /// Reads a `ds:Signature`. Its children must be in schema order, each as often as the schema allows.
    ///
    /// # Errors
    /// [`SignatureError`] if the structure is malformed, a limit is exceeded or an algorithm is unknown.
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        Self::read(element, false, budget)
    }

    /// As [`Signature::parse`], where a `wsse:SecurityTokenReference` may be in the place of `ds:KeyInfo`, as old releases of
    /// node-soap write it. It is then the only hint of [`Signature::key_info`].
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn parse_with_bare_reference(element: Element<'d>, budget: &Budget) -> Result<Self, SignatureError> {
        Self::read(element, true, budget)
    }

    fn read(element: Element<'d>, may_be_bare: bool, budget: &Budget) -> Result<Self, SignatureError> {
        budget.charge(Limit::Signatures, 1)?;
        let mut children = element.children();
        let mut next = |local: &'static str| element.in_order(children.next(), name::DS.uri, local);
        let signed_info = SignedInfo::parse(next("SignedInfo")?, budget)?;
        let value = next("SignatureValue")?.base64_within(budget.limits(), Limit::SignatureValueOctets)?;
        let mut key_info = None;
        let mut has_object = false;
        for child in children {
            if child.is(name::DS.uri, "KeyInfo") && key_info.is_none() && !has_object {
                key_info = Some(KeyInfo::parse(child, budget)?);
            } else if may_be_bare && Self::is_bare_reference(child) && key_info.is_none() && !has_object {
                key_info = Some(KeyInfo::of_bare_reference(child));
            } else if child.is(name::DS.uri, "Object") {
                has_object = true;
            } else {
                return Err(element.unexpected(child).into());
            }
        }
        Ok(Self { element, signed_info, value, key_info, has_object })
    }

    /// Whether an element is a `wsse:SecurityTokenReference` directly inside a `ds:Signature`.
    #[must_use]
    pub fn is_bare_reference(element: Element<'_>) -> bool {
        let is_child = element.parent().is_some_and(|parent| parent.is(name::DS.uri, "Signature"));
        is_child && element.is(name::WSSE.uri, "SecurityTokenReference")
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The signed references and methods.
    #[must_use]
    pub fn signed_info(&self) -> &SignedInfo<'d> {
        &self.signed_info
    }

    /// The octets of `ds:SignatureValue`.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// As [`Signature::value`].
    #[must_use]
    pub fn into_value(self) -> Vec<u8> {
        self.value
    }

    /// Hints to the key. Trust never comes from here.
    #[must_use]
    pub fn key_info(&self) -> Option<&KeyInfo<'d>> {
        self.key_info.as_ref()
    }

    /// Whether it contains a `ds:Object`, which a signature in a SOAP header should not (BSP R3102).
    #[must_use]
    pub fn has_object(&self) -> bool {
        self.has_object
    }
}
