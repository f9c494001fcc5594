//! The form of a message, checked against the terms as far as it can be seen without keys. It proves nothing; a
//! receiver does that.

mod covered;
mod layout;

use std::collections::BTreeMap;

use wss_c14n::{Budget, Document, Element, IdIndex, Limit, Limits, name};
use wss_crypto::{ContentEncryption, DigestMethod, KeyTransport, SignatureFamily, SignatureMethod};
use wss_header::{OpenError, Part};
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader, UnauthenticatedFault};
use wss_tokens::SamlVersion;
use wss_xmldsig::{Signature, Transform};
use wss_xmlenc::{EncryptedData, EncryptedKey, KeyMethod};

use crate::keys::Keys;
use crate::means::{encrypts_tokens, sends_user};
use crate::place::Location;
use crate::suite::Suite;
use crate::terms::{Binding, Direction, Inclusion, PasswordForm, Reference, Terms, Token, TokenKind, Tokens};

/// An assertion that a message breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The assertion.
    pub name: String,
    /// The place of the assertion in the policy; `None` if the breach is of the binding as a whole.
    pub place: Option<Location>,
    /// How the message breaks it.
    pub why: String,
}

impl Breach {
    /// A breach of the first assertion of these names that the policy has.
    pub(crate) fn of(terms: &Terms, names: &[&str], why: impl Into<String>) -> Self {
        let judged = terms.notes.find(names);
        let name =
            judged.map(|judged| judged.name.to_string()).or_else(|| names.first().map(|name| (*name).to_owned()));
        let place = judged.map(|judged| judged.place.clone());
        Self { name: name.unwrap_or_default(), place, why: why.into() }
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, place, why } = self;
        match place {
            Some(place) => write!(f, "the message breaks {name} ({place}): {why}"),
            None => write!(f, "the message breaks {name}: {why}"),
        }
    }
}

/// The parts of a message that can be read without keys.
pub(crate) struct Read<'a> {
    envelope: Envelope<'a>,
    ids: IdIndex<'a>,
    has_header: bool,
    /// The children of the Security header.
    children: Vec<Element<'a>>,
    /// The signatures of the Security header, in order.
    signatures: Vec<Signature<'a>>,
    budget: &'a Budget,
}

/// Reads a message within `limits`, once for all checks.
///
/// # Errors
/// If the message is no envelope, or costs more than the limits admit.
pub(crate) fn with_read<T>(
    message: &str,
    limits: &Limits,
    ask: impl FnOnce(&Read<'_>) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    let budget = Budget::new(limits, message.len() as u64);
    let document = Document::parse_within(message, &budget).map_err(EnvelopeError::from)?;
    // A receiver that does not accept white space around identifiers has refused it.
    let document = document.collapsing_identifiers(true);
    let envelope = Envelope::locate(&document)?;
    let header = SecurityHeader::locate(envelope, &Role::UltimateReceiver, limits)?;
    let ids = IdIndex::build(&document).map_err(|error| OpenError::Envelope(EnvelopeError::from(error)))?;
    let has_header = header.is_some();
    let children: Vec<Element<'_>> = header.into_iter().flat_map(SecurityHeader::children).collect();
    budget.check(Limit::HeaderChildren, children.len())?;
    let signatures = children.iter().filter(|child| is_signature(**child));
    let signatures = signatures.map(|element| Signature::parse(*element, &budget)).collect::<Result<_, _>>()?;
    ask(&Read { envelope, ids, has_header, children, signatures, budget: &budget })
}

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
) -> Result<Vec<Breach>, OpenError> {
    let mut form = Form { terms, direction, keys, read, found: Vec::new() };
    form.required();
    if !read.has_header {
        if terms.binding.is_some() && !terms.adds_nothing(direction) {
            form.breach(&["AsymmetricBinding", "SymmetricBinding", "TransportBinding"], "there is no Security header");
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

/// The fault in the Body, if no signature refers to it: a service may send one before it knows what the policy demands, and CXF
/// protects a fault by the policy of its endpoint alone.
pub(crate) fn unproven_fault(read: &Read<'_>) -> Option<OpenError> {
    let fault = UnauthenticatedFault::of(read.envelope)?;
    let references = read.signatures.iter().flat_map(|signature| signature.signed_info().references());
    let mut targets = references.map(|reference| reference.uri().strip_prefix('#').and_then(|id| read.ids.get(id)));
    let may_be_body = |target: Option<Element<'_>>| target.is_none_or(|target| target.contains(read.envelope.body));
    let error = OpenError::UnauthenticatedFault { code: fault.code().into(), reason: fault.reason().into() };
    (!targets.any(may_be_body)).then_some(error)
}

/// The parts that a message has, each with the number of its elements.
pub(crate) fn present<'p>(read: &Read<'_>, parts: impl Iterator<Item = &'p Part>) -> Vec<(Part, usize)> {
    let count = |part: &Part| match part {
        Part::EveryHeaderBlock { namespace, local } => {
            read.envelope.blocks().filter(|block| block.is(namespace, local)).count()
        }
        Part::EveryElement(path) => path.find(read.envelope, &Role::UltimateReceiver).len(),
        _ => 1,
    };
    parts.map(|part| (part.clone(), count(part))).filter(|(_, count)| *count > 0).collect()
}

/// The number of header blocks for the ultimate receiver of each name, in these namespaces; `None` is every namespace.
pub(crate) fn counted_blocks(read: &Read<'_>, namespaces: &[Option<String>]) -> Vec<(Part, usize)> {
    let mut counted: BTreeMap<Part, usize> = BTreeMap::new();
    for block in read.blocks_of(namespaces) {
        let name = block.name();
        *counted.entry(Part::every_header_block(name.namespace, name.local)).or_default() += 1;
    }
    counted.into_iter().collect()
}

impl<'a> Read<'a> {
    /// The header blocks for the ultimate receiver in these namespaces; `None` is every namespace.
    fn blocks_of(&self, namespaces: &[Option<String>]) -> impl Iterator<Item = Element<'a>> {
        let version = self.envelope.version;
        let is_one = move |block: &Element<'a>| {
            let is_named = |of: &Option<String>| of.as_deref().is_none_or(|of| block.name().namespace == of);
            !block.is(name::WSSE.uri, "Security")
                && Role::of(*block, version) == Role::UltimateReceiver
                && namespaces.iter().any(is_named)
        };
        self.envelope.blocks().filter(is_one)
    }
}

struct Form<'a> {
    terms: &'a Terms,
    direction: Direction,
    keys: Option<&'a Keys>,
    read: &'a Read<'a>,
    found: Vec<Breach>,
}

impl<'a> Form<'a> {
    /// Notes a breach of the first assertion of these names that is in force.
    fn breach(&mut self, names: &[&str], why: impl Into<String>) {
        self.found.push(Breach::of(self.terms, names, why));
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

    /// The token of the key to which keys are encrypted.
    fn recipient(&self) -> Option<&'a Token> {
        match (&self.terms.binding.as_ref()?.tokens, self.direction) {
            (Tokens::Asymmetric { recipient_encryption, .. }, Direction::Request) => recipient_encryption.as_ref(),
            (Tokens::Asymmetric { initiator_encryption, .. }, Direction::Reply) => initiator_encryption.as_ref(),
            (Tokens::Symmetric { encryption, .. }, Direction::Request) => encryption.as_ref(),
            _ => None,
        }
    }

    /// Checks the reference to the certificate in keys that are encrypted to it.
    fn recipients(&mut self, token: &Token) {
        let Some(reference) = token.reference.filter(|reference| *reference != Reference::Embedded) else { return };
        if !matches!(token.kind, TokenKind::X509(_)) || token.inclusion.includes(self.direction) {
            return;
        }
        let (local, ending, assertion) = written(reference);
        let is_so = |key: &Element<'a>| {
            key.children_named(name::DS.uri, "KeyInfo").any(|key_info| refers(key_info, local, ending))
        };
        if !self.named(name::XENC.uri, "EncryptedKey").iter().all(is_so) {
            self.breach(&[assertion], "a key refers to its certificate in another form");
        }
    }

    fn certificate(&mut self, token: &Token, signature: Element<'a>) {
        let Some(key_info) = signature.children_named(name::DS.uri, "KeyInfo").next() else { return };
        let is_direct = refers(key_info, "Reference", "");
        let is_embedded = refers(key_info, "Embedded", "");
        let includes = token.inclusion.includes(self.direction);
        if includes && !is_direct && !is_embedded && !self.refers_besides(token, key_info) {
            let name = match self.direction {
                Direction::Request => ["InitiatorToken", "InitiatorSignatureToken", "X509Token"],
                Direction::Reply => ["RecipientToken", "RecipientSignatureToken", "X509Token"],
            };
            self.breach(&name, "the signature refers to its certificate as to one that is not in the message");
        }
        // "Once" does not say whether replies have the token.
        if !includes && is_direct && token.inclusion != Inclusion::Once {
            self.breach(&["X509Token"], "the certificate is in the message, against sp:IncludeToken");
        }
        let Some(reference) = token.reference.filter(|_| !includes) else { return };
        let (local, ending, assertion) = written(reference);
        if !refers(key_info, local, ending) {
            self.breach(&[assertion], "the signature refers to its certificate in another form");
        }
    }

    /// Whether the certificate is in the message, and the signature refers to it in the form that the token demands, as CXF
    /// reads both demands.
    fn refers_besides(&self, token: &Token, key_info: Element<'a>) -> bool {
        let Some(reference) = token.reference else { return false };
        let (local, ending, _) = written(reference);
        !self.named(name::WSSE.uri, "BinarySecurityToken").is_empty() && refers(key_info, local, ending)
    }

    /// The last step of the sender is the first in the header.
    fn order(&mut self, binding: &Binding) {
        // Signatures and tokens are always encrypted last; CXF encrypts every username token that is signed.
        let hides_user = || self.named(name::WSSE.uri, "UsernameToken").is_empty();
        let encrypts_tokens =
            (sends_user(self.terms, self.direction) && hides_user()) || encrypts_tokens(self.terms, self.direction);
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

    fn supporting(&mut self) {
        if self.direction == Direction::Reply {
            return;
        }
        for supporting in &self.terms.supporting {
            if self.hides(supporting.encrypted) {
                continue;
            }
            let there = match supporting.token.kind {
                TokenKind::Username { .. } => self.in_security(name::WSSE.uri, "UsernameToken"),
                TokenKind::Saml(version) => {
                    let is_there = |of: SamlVersion| {
                        version.is_none_or(|version| version == of) && self.in_security(of.namespace().uri, "Assertion")
                    };
                    SamlVersion::ALL.into_iter().any(is_there)
                }
                _ => true,
            };
            // Some clients encrypt more than the policy says: CXF encrypts every username token that is signed. The
            // policy's demands on it are judged again once the message is open.
            let has_key = matches!(&supporting.token.kind, TokenKind::Username { password: PasswordForm::No, .. })
                && supporting.endorsing;
            if !there && !has_key && self.hides(true) {
                continue;
            }
            if !there {
                self.breach(&["UsernameToken", "SamlToken"], "the token is not in the message");
            }
            if let TokenKind::Username { demanded, password } = &supporting.token.kind {
                self.username_tokens(demanded, *password);
            }
            let is_over_tls = self.terms.binding.is_some() && self.terms.is_over_transport();
            if supporting.encrypted && there && !is_over_tls && !matches!(supporting.token.kind, TokenKind::X509(_)) {
                let all = ["EncryptedSupportingTokens", "SignedEncryptedSupportingTokens"];
                self.breach(&all, "the token is in clear text");
            }
        }
    }

    /// Checks the demands of the policy on the children of username tokens.
    fn username_tokens(&mut self, demanded: &[&'static str], password: PasswordForm) {
        let tokens = self.named(name::WSSE.uri, "UsernameToken");
        for local in demanded {
            let lacks = |token: &Element<'_>| !token.children().any(|child| child.name().local == *local);
            if tokens.iter().any(lacks) {
                self.breach(&[local], format!("the username token has no {local}"));
            }
        }
        let passwords = tokens.iter().flat_map(|token| token.children_named(name::WSSE.uri, "Password"));
        let is_digest = |password: Element<'_>| {
            password.attribute("", "Type").is_some_and(|kind| kind.ends_with("#PasswordDigest"))
        };
        for found in passwords {
            let (name, why) = match (password, is_digest(found)) {
                (PasswordForm::No, _) => ("NoPassword", "the username token has a password"),
                (PasswordForm::Hash, false) => ("HashPassword", "the password is no digest"),
                (PasswordForm::Text, true) => ("UsernameToken", "the password is a digest, without sp:HashPassword"),
                _ => continue,
            };
            self.breach(&[name, "UsernameToken"], why);
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

    /// Checks that each endorsing token has a signature over that of the message, or over the timestamp, and over the
    /// Body if the token demands it.
    fn endorsed(&mut self) {
        let endorsing: Vec<_> = self.terms.endorsing(self.direction).collect();
        if endorsing.is_empty() || self.hides_signature() {
            return;
        }
        let is_over_transport = self.terms.is_over_transport();
        let is_endorsed = |element: Element<'_>| match is_over_transport {
            true => element.is(name::WSU.uri, "Timestamp"),
            false => is_signature(element),
        };
        let endorsements = || self.read.signatures.iter().filter(|signature| self.covers(signature, is_endorsed));
        let body = self.read.envelope.body;
        let over_body = endorsements().filter(|signature| self.covers(signature, |element| element == body)).count();
        let count = endorsements().count();
        let names =
            ["EndorsingSupportingTokens", "SignedEndorsingSupportingTokens", "EndorsingEncryptedSupportingTokens"];
        if count < endorsing.len() {
            self.breach(&names, "no signature endorses the message");
        } else if over_body < endorsing.iter().filter(|supporting| supporting.parts.signed_body).count() {
            self.breach(&names, "no endorsing signature covers the Body");
        }
    }
}

/// Whether an element is a header block or another element that is encrypted.
fn is_encrypted(element: Element<'_>) -> bool {
    element.is(name::WSSE11.uri, "EncryptedHeader") || element.is(name::XENC.uri, "EncryptedData")
}

fn is_signature(element: Element<'_>) -> bool {
    element.is(name::DS.uri, "Signature")
}

/// The element of a form of reference, the end of its `ValueType`, and the assertion that demands the form.
fn written(reference: Reference) -> (&'static str, &'static str, &'static str) {
    match reference {
        Reference::Thumbprint => ("KeyIdentifier", "#ThumbprintSHA1", "RequireThumbprintReference"),
        Reference::KeyIdentifier => ("KeyIdentifier", "#X509SubjectKeyIdentifier", "RequireKeyIdentifierReference"),
        Reference::IssuerSerial => ("X509IssuerSerial", "", "RequireIssuerSerialReference"),
        Reference::Embedded => ("Embedded", "", "RequireEmbeddedTokenReference"),
    }
}

/// Whether a `ds:KeyInfo` has an element of this name whose `ValueType` has this end.
fn refers(key_info: Element<'_>, local: &str, ending: &str) -> bool {
    key_info.descendants_and_self().any(|inner| {
        let kind = inner.attribute("", "ValueType").unwrap_or_default();
        inner.name().local == local && kind.ends_with(ending)
    })
}

/// Checks that the digest inside OAEP is that of the suite.
fn is_of_suite(suite: &Suite, found: &KeyTransport) -> bool {
    let wanted = suite.key_transport();
    found.method() == wanted.method()
        && found.digest().is_none_or(|digest| digest == DigestMethod::Sha1 || !digest.is_legacy())
}
