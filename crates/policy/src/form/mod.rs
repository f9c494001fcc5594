//! The form of a message, checked against the terms as far as it can be seen without keys. It proves nothing; a
//! receiver does that.

mod broken_assertion;
mod covered;
mod layout;
mod read;
mod references;
mod supporting;

use wss_c14n::{Element, name};
use wss_crypto::{ContentEncryption, DigestMethod, KeyTransport, SignatureFamily, SignatureMethod};
use wss_header::{OpenError, Part};
use wss_soap::Role;
use wss_xmldsig::{Signature, Transform};
use wss_xmlenc::{EncryptedData, EncryptedKey, KeyMethod};

pub use broken_assertion::BrokenAssertion;
pub(crate) use read::{Read, counted_blocks, present, unproven_fault, with_read};

use crate::keys::Keys;
use crate::suite::{Suite, Transport};
use crate::terms::{Binding, Direction, Terms, TokenKind, Tokens};
use read::is_signature;

/// The breaches of the policy by a message. `keys` have the methods that peers are configured for besides the policy;
/// without them, those of the suite or stronger ones are taken.
///
/// # Errors
/// If a key or ciphertext in it cannot be read.
pub(crate) fn breaches(
    read: &Read<'_>,
    terms: &Terms,
    direction: Direction,
    keys: Option<&Keys>,
) -> Result<Vec<BrokenAssertion>, OpenError> {
    let mut form = Form { terms, direction, keys, read, found: Vec::new() };
    form.required();
    if !read.has_header {
        if !terms.is_bare(direction) {
            let names = ["AsymmetricBinding", "SymmetricBinding", "TransportBinding"];
            let found = match terms.supporting.first() {
                Some(supporting) if terms.binding.is_none() => {
                    BrokenAssertion::at(supporting.token.place(), "there is no Security header")
                }
                _ => BrokenAssertion::of(terms, &names, "there is no Security header"),
            };
            form.found.push(found);
        }
        return Ok(form.found);
    }
    form.timestamp();
    if let Some(binding) = &terms.binding {
        form.algorithms(binding)?;
        form.layout(binding);
        form.tokens(binding);
        form.protected(binding);
        form.order(binding);
    }
    if let Some(token) = form.recipient() {
        form.recipients(token);
    }
    form.confirmed();
    form.supporting();
    form.endorsed();
    form.covered();
    Ok(form.found)
}

struct Form<'a> {
    terms: &'a Terms,
    direction: Direction,
    keys: Option<&'a Keys>,
    read: &'a Read<'a>,
    found: Vec<BrokenAssertion>,
}

impl<'a> Form<'a> {
    /// Notes a breach of the first assertion of these names that is in force.
    fn breach(&mut self, names: &[&str], why: impl Into<String>) {
        self.found.push(BrokenAssertion::of(self.terms, names, why));
    }

    fn named(&self, namespace: &str, local: &str) -> Vec<Element<'a>> {
        self.read.children.iter().copied().filter(|child| child.is(namespace, local)).collect()
    }

    /// Whether the header contains ciphertext that may hide a part which the policy has encrypted there.
    fn hides(&self, is_encrypted: bool) -> bool {
        is_encrypted && !self.named(name::XENC.uri, "EncryptedData").is_empty()
    }

    fn hides_signature(&self) -> bool {
        self.hides(self.terms.binding.as_ref().is_some_and(|binding| binding.encrypt_signature))
    }

    /// `sp:RequiredParts` and `sp:RequiredElements`.
    fn required(&mut self) {
        for part in self.terms.parts.required.clone() {
            let is_there = match &part {
                Part::Body => true,
                Part::HeaderBlock { namespace, local } | Part::EveryHeaderBlock { namespace, local } => {
                    self.read.envelope.blocks().any(|block| block.is(namespace, local))
                }
                Part::Element(path) | Part::EveryElement(path) => {
                    !path.find(self.read.envelope, &Role::UltimateReceiver).is_empty()
                }
                Part::Timestamp => self.in_security(name::WSU.uri, "Timestamp"),
                Part::UsernameToken => self.in_security(name::WSSE.uri, "UsernameToken"),
                Part::Signature => self.in_security(name::DS.uri, "Signature"),
                Part::Assertion => {
                    self.in_security(name::SAML.uri, "Assertion") || self.in_security(name::SAML2.uri, "Assertion")
                }
                _ => true,
            };
            // Nobody decrypts what a message without a Security header has.
            if !is_there && (self.terms.is_bare(self.direction) || !self.may_hide(&part)) {
                self.breach(&["RequiredParts", "RequiredElements"], format!("{part} is not there"));
            }
        }
    }

    /// Whether a part may be in ciphertext.
    fn may_hide(&self, part: &Part) -> bool {
        let mut blocks = self.read.envelope.blocks().filter(|block| !block.is(name::WSSE.uri, "Security"));
        match part {
            Part::HeaderBlock { .. } | Part::EveryHeaderBlock { .. } => blocks.any(is_encrypted),
            Part::Element(path) | Part::EveryElement(path) if path.is_in_body() => {
                self.read.envelope.body.descendants_and_self().any(is_encrypted)
            }
            Part::Element(_) | Part::EveryElement(_) => {
                blocks.any(|block| block.descendants_and_self().any(is_encrypted))
            }
            _ => self.hides(true),
        }
    }

    fn in_security(&self, namespace: &str, local: &str) -> bool {
        let headers = self.read.envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security"));
        headers.flat_map(Element::children).any(|child| child.is(namespace, local))
    }

    fn timestamp(&mut self) {
        let demanded = self.terms.binding.as_ref().is_some_and(|binding| binding.timestamp);
        if demanded
            && self.named(name::WSU.uri, "Timestamp").is_empty()
            && !self.hides(self.terms.parts.encrypted.contains(&Part::Timestamp))
        {
            self.breach(&["IncludeTimestamp"], "there is no wsu:Timestamp");
        }
    }

    fn algorithms(&mut self, binding: &Binding) -> Result<(), OpenError> {
        let Some(suite) = &binding.suite else { return Ok(()) };
        for signature in &self.read.signatures {
            let method = signature.signed_info().method();
            let is_mac = method.family() == SignatureFamily::Hmac;
            let has_no_mac = matches!(binding.tokens, Tokens::Asymmetric { .. }) && self.terms.supporting.is_empty();
            if !self.admits_method(suite, method) || (is_mac && has_no_mac) {
                self.breach(&[suite.name], format!("a signature is of {}", method.uri()));
            }
            let is_filter = |transform: &Transform| matches!(transform, Transform::Filter(_));
            let mut references = signature.signed_info().references().iter();
            if references.any(|reference| reference.transforms().iter().any(is_filter))
                && self.terms.notes.find(&["XPathFilter20", "XPath10"]).is_none()
            {
                self.breach(&[suite.name], "a reference has a transform that leaves out a part of what it names");
            }
            let mut digests = signature.signed_info().references().iter().map(wss_xmldsig::Reference::digest_method);
            if let Some(other) = digests.find(|digest| *digest != suite.digest) {
                self.breach(&[suite.name], format!("a digest is of {}", other.uri()));
            }
        }
        for key in self.named(name::XENC.uri, "EncryptedKey") {
            if let KeyMethod::Transport(found) = EncryptedKey::parse(key, self.read.budget)?.method()
                && !is_of_suite(suite, found)
            {
                self.breach(&[suite.name], format!("a key is encrypted with {}", found.uri()));
            }
        }
        let document = self.read.envelope.body.document();
        for data in document.elements().filter(|element| element.is(name::XENC.uri, "EncryptedData")) {
            let found: ContentEncryption = EncryptedData::parse(data)?.method();
            if found != suite.content {
                self.breach(&[suite.name], format!("something is encrypted with {}", found.uri()));
            }
        }
        Ok(())
    }

    fn admits_method(&self, suite: &Suite, method: SignatureMethod) -> bool {
        match self.keys {
            Some(keys) => {
                let asymmetric = keys.asymmetric.unwrap_or(suite.asymmetric);
                let symmetric = keys.symmetric.unwrap_or(suite.symmetric);
                method == asymmetric || method == symmetric
            }
            None => method == suite.asymmetric || method == suite.symmetric || !method.is_legacy(),
        }
    }

    /// `sp:IncludeToken`, the form of references, and derived keys.
    fn tokens(&mut self, binding: &Binding) {
        let Some(main) = self.main_signature() else { return };
        let signature = main.element();
        match &binding.tokens {
            Tokens::Asymmetric { .. } => {
                let token = binding.tokens.signing(self.direction);
                if let Some(token) = token.filter(|token| matches!(token.kind, TokenKind::X509(_))) {
                    self.certificate(token, signature);
                }
            }
            Tokens::Symmetric { .. } if main.signed_info().method().family() != SignatureFamily::Hmac => {
                self.breach(&["SymmetricBinding"], "the message is signed by no secret key, which both sides have");
            }
            Tokens::Symmetric { signature: Some(token), .. }
                if token.derived.is_some() && !self.is_derived(signature) =>
            {
                self.breach(&["RequireDerivedKeys", "RequireExplicitDerivedKeys"], "there is no derived key");
            }
            _ => {}
        }
    }

    /// The first signature that endorses no other.
    fn main_signature(&self) -> Option<&Signature<'a>> {
        self.read.signatures.iter().find(|signature| !self.covers(signature, is_signature))
    }

    /// Notes what breaks `sp:EncryptSignature` or `sp:ProtectTokens`.
    fn protected(&mut self, binding: &Binding) {
        if matches!(binding.tokens, Tokens::Transport) {
            return;
        }
        if binding.encrypt_signature && !self.read.signatures.is_empty() {
            self.breach(&["EncryptSignature", "EncryptedElements"], "a signature is in clear text");
        }
        let is_meant = self.terms.notes.find(&["EncryptSignature"]).is_some();
        if is_meant && !self.named(name::WSSE11.uri, "SignatureConfirmation").is_empty() {
            self.breach(&["EncryptSignature"], "a confirmation of a signature is in clear text");
        }
        let main = self.main_signature().map(Signature::element);
        let is_meant = |signature: &&Signature<'a>| {
            Some(signature.element()) == main || self.covers(signature, |element| Some(element) == main)
        };
        let mut meant = self.read.signatures.iter().filter(is_meant);
        if binding.protect_tokens && meant.any(|signature| !self.covers_own_token(signature)) {
            self.breach(&["ProtectTokens"], "a signature does not cover its token");
        }
    }

    /// Whether a signature covers each token that its KeyInfo refers to.
    fn covers_own_token(&self, signature: &Signature<'a>) -> bool {
        let key_info = signature.element().children_named(name::DS.uri, "KeyInfo").next();
        let references = key_info.into_iter().flat_map(Element::descendants_and_self);
        let uris = references.filter_map(|reference| reference.attribute("", "URI"));
        let mut tokens = uris.filter_map(|uri| self.read.ids.get(uri.strip_prefix('#')?));
        tokens.all(|token| self.covers(signature, |element| element == token))
    }

    /// Whether the key of a signature is that of a derived key token of the header.
    fn is_derived(&self, signature: Element<'a>) -> bool {
        let key_info = signature.children_named(name::DS.uri, "KeyInfo").next();
        let references = key_info.into_iter().flat_map(Element::descendants_and_self);
        let mut uris = references.filter_map(|reference| reference.attribute("", "URI"));
        uris.any(|uri| {
            let target = uri.strip_prefix('#').and_then(|id| self.read.ids.get(id));
            target.is_some_and(|target| {
                [name::WSC13, name::WSC2005].iter().any(|wsc| target.is(wsc.uri, "DerivedKeyToken"))
            })
        })
    }

    /// The last step of the sender is the first in the header.
    fn order(&mut self, binding: &Binding) {
        // Signatures and tokens are always encrypted last; CXF encrypts every username token that is signed.
        let hides_user = || self.named(name::WSSE.uri, "UsernameToken").is_empty();
        let encrypts_tokens =
            (self.terms.sends_user(self.direction) && hides_user()) || self.terms.encrypts_tokens(self.direction);
        if matches!(binding.tokens, Tokens::Transport) || binding.encrypt_signature || encrypts_tokens {
            return;
        }
        let lists = |child: &Element<'_>| {
            child.is(name::XENC.uri, "ReferenceList")
                || (child.is(name::XENC.uri, "EncryptedKey")
                    && child.children_named(name::XENC.uri, "ReferenceList").next().is_some())
        };
        let encrypts = self.read.children.iter().position(lists);
        let signs = self.read.children.iter().position(|child| child.is(name::DS.uri, "Signature"));
        let (Some(encrypts), Some(signs)) = (encrypts, signs) else { return };
        if binding.encrypt_first && encrypts < signs {
            self.breach(&["EncryptBeforeSigning"], "the message was signed before it was encrypted");
        }
        if !binding.encrypt_first && signs < encrypts {
            let names = ["SignBeforeEncrypting", "AsymmetricBinding", "SymmetricBinding"];
            self.breach(&names, "the message was encrypted before it was signed");
        }
    }

    /// `sp:RequireSignatureConfirmation`.
    fn confirmed(&mut self) {
        let is_hidden = self.hides_signature();
        if self.terms.confirms(self.direction)
            && !is_hidden
            && self.named(name::WSSE11.uri, "SignatureConfirmation").is_empty()
        {
            self.breach(&["RequireSignatureConfirmation"], "the reply does not confirm a signature");
        }
    }

    /// Whether a signature covers an element for which `is` holds.
    fn covers(&self, signature: &Signature<'_>, is_so: impl Fn(Element<'a>) -> bool) -> bool {
        let mut ids = signature.signed_info().references().iter().filter_map(|one| one.uri().strip_prefix('#'));
        ids.any(|id| self.read.ids.get(id).is_some_and(&is_so))
    }
}

/// Whether an element is a header block or another element that is encrypted.
fn is_encrypted(element: Element<'_>) -> bool {
    element.is(name::WSSE11.uri, "EncryptedHeader") || element.is(name::XENC.uri, "EncryptedData")
}

/// Checks that the digest inside OAEP is that of the suite.
fn is_of_suite(suite: &Suite, found: &KeyTransport) -> bool {
    let wanted = suite.key_transport();
    if let Transport::Named(named) = &suite.transport {
        return found == named;
    }
    found.method() == wanted.method()
        && found.digest().is_none_or(|digest| digest == DigestMethod::Sha1 || !digest.is_legacy())
}
