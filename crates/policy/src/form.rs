//! The form of a message beside the terms: what can be seen without keys. It proves nothing; a receiver does that.

use std::rc::Rc;

use wss_c14n::{Budget, Document, Element, IdIndex, Limits, name};
use wss_crypto::{ContentEncryption, DigestMethod, KeyTransport, SignatureFamily, SignatureMethod};
use wss_header::{OpenError, Part};
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader};
use wss_text::shown;
use wss_xmldsig::{Signature, Transform};
use wss_xmlenc::{EncryptedData, EncryptedKey, KeyMethod};

use crate::keys::Keys;
use crate::means::{always_encrypted, always_signed};
use crate::place::Place;
use crate::suite::Suite;
use crate::terms::{Binding, Direction, Layout, Reference, Terms, Token, TokenKind, Tokens};

/// An assertion that a message breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The assertion.
    pub name: String,
    /// Where it is in the policy; `None` if the breach is of the binding as a whole.
    pub place: Option<Place>,
    /// How the message breaks it.
    pub why: String,
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

/// What a message breaks. `keys` have the methods that peers are configured for besides the policy; without them, those of
/// the suite or stronger ones are taken.
///
/// # Errors
/// If the message is no envelope, or costs more than the limits admit.
pub(crate) fn breaches(
    message: &str,
    terms: &Terms,
    direction: Direction,
    keys: Option<&Keys>,
) -> Result<Vec<Breach>, OpenError> {
    let limits = Limits::default();
    let budget = Budget::new(&limits, message.len() as u64);
    let document = Document::parse_within(message, &budget).map_err(EnvelopeError::from)?;
    let envelope = Envelope::locate(&document)?;
    let header = SecurityHeader::locate(envelope, &Role::UltimateReceiver, &limits)?;
    let ids = IdIndex::build(&document).map_err(|error| OpenError::Envelope(EnvelopeError::from(error)))?;
    let mut form = Form {
        terms,
        direction,
        keys,
        envelope,
        ids,
        children: Vec::new(),
        signatures: Rc::new([]),
        found: Vec::new(),
    };
    form.required();
    let Some(header) = header else {
        if terms.binding.is_some() {
            form.breach(&["AsymmetricBinding", "SymmetricBinding", "TransportBinding"], "there is no Security header");
        }
        return Ok(form.found);
    };
    form.children = header.children().collect();
    let signatures = form.named(name::DS.uri, "Signature").into_iter();
    form.signatures = signatures.map(|element| Signature::parse(element, &budget)).collect::<Result<_, _>>()?;
    form.timestamp();
    if let Some(binding) = &terms.binding {
        form.algorithms(binding, &budget)?;
        form.layout(binding);
        form.tokens(binding);
        form.protected(binding);
        form.order(binding);
    }
    if let Some(token) = form.recipient() {
        form.recipients(token);
    }
    form.supporting();
    form.endorsed();
    form.covered();
    Ok(form.found)
}

/// Which of the parts a message has.
///
/// # Errors
/// As [`breaches`].
pub(crate) fn present<'p>(
    message: &str,
    parts: impl Iterator<Item = &'p Part> + Clone,
) -> Result<Vec<Part>, OpenError> {
    if parts.clone().next().is_none() {
        return Ok(Vec::new());
    }
    let budget = Budget::new(&Limits::default(), message.len() as u64);
    let document = Document::parse_within(message, &budget).map_err(EnvelopeError::from)?;
    let envelope = Envelope::locate(&document)?;
    let is_there = |part: &&Part| match part {
        Part::EveryHeaderBlock { namespace, local } => envelope.blocks().any(|block| block.is(namespace, local)),
        Part::EveryElement(path) => !at_path(envelope, &path.to_string()).is_empty(),
        _ => true,
    };
    Ok(parts.filter(is_there).cloned().collect())
}

struct Form<'a> {
    terms: &'a Terms,
    direction: Direction,
    keys: Option<&'a Keys>,
    envelope: Envelope<'a>,
    ids: IdIndex<'a>,
    /// Of the Security header.
    children: Vec<Element<'a>>,
    /// Those of the Security header, in order.
    signatures: Rc<[Signature<'a>]>,
    found: Vec<Breach>,
}

impl<'a> Form<'a> {
    /// Notes a breach of the first assertion of these names that is in force.
    fn breach(&mut self, names: &[&str], why: impl Into<String>) {
        let judged = self.terms.notes.find(names);
        let name =
            judged.map(|judged| judged.name.to_string()).or_else(|| names.first().map(|name| (*name).to_owned()));
        let place = judged.map(|judged| judged.place.clone());
        self.found.push(Breach { name: name.unwrap_or_default(), place, why: why.into() });
    }

    fn named(&self, namespace: &str, local: &str) -> Vec<Element<'a>> {
        self.children.iter().copied().filter(|child| child.is(namespace, local)).collect()
    }

    /// Whether the header hides something that the policy has encrypted there.
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
                    self.envelope.blocks().any(|block| block.is(namespace, local))
                }
                Part::Element(path) | Part::EveryElement(path) => !at_path(self.envelope, &path.to_string()).is_empty(),
                Part::Timestamp => self.in_security(name::WSU.uri, "Timestamp"),
                Part::UsernameToken => self.in_security(name::WSSE.uri, "UsernameToken"),
                Part::Signature => self.in_security(name::DS.uri, "Signature"),
                Part::Assertion => {
                    self.in_security(name::SAML.uri, "Assertion") || self.in_security(name::SAML2.uri, "Assertion")
                }
                _ => true,
            };
            if !is_there {
                self.breach(&["RequiredParts", "RequiredElements"], format!("{part} is not there"));
            }
        }
    }

    fn in_security(&self, namespace: &str, local: &str) -> bool {
        let headers = self.envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security"));
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

    fn algorithms(&mut self, binding: &Binding, budget: &Budget) -> Result<(), OpenError> {
        let Some(suite) = &binding.suite else { return Ok(()) };
        for signature in &*Rc::clone(&self.signatures) {
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
            if let KeyMethod::Transport(found) = EncryptedKey::parse(key, budget)?.method()
                && !is_of_suite(suite, found)
            {
                self.breach(&[suite.name], format!("a key is encrypted with {}", found.uri()));
            }
        }
        let document = self.envelope.body.document();
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

    fn layout(&mut self, binding: &Binding) {
        let is_timestamp = |child: &Element<'_>| child.is(name::WSU.uri, "Timestamp");
        match binding.layout {
            Layout::Lax => {}
            Layout::TimestampFirst if self.children.first().is_some_and(is_timestamp) => {}
            Layout::TimestampLast if self.children.last().is_some_and(is_timestamp) => {}
            Layout::TimestampFirst => {
                self.breach(&["LaxTsFirst"], "the timestamp is not the first child of the header")
            }
            Layout::TimestampLast => self.breach(&["LaxTsLast"], "the timestamp is not the last child of the header"),
            Layout::Strict => self.strict(),
        }
    }

    /// A token is before its use.
    fn strict(&mut self) {
        let mut late = None;
        for (at, child) in self.children.iter().enumerate() {
            let references = child.descendants_and_self().filter(|inner| inner.is(name::WSSE.uri, "Reference"));
            for uri in references.filter_map(|reference| reference.attribute("", "URI")) {
                let id = uri.strip_prefix('#').unwrap_or(&uri);
                let target = self.ids.get(id);
                let place = target.and_then(|target| self.children.iter().position(|child| child.contains(target)));
                if place.is_some_and(|place| place > at) {
                    late = Some(id.to_owned());
                }
            }
        }
        if let Some(id) = late {
            self.breach(&["Strict"], format!("the token {} is after its use", shown(&id)));
        }
        let timestamp = self.children.iter().position(|child| child.is(name::WSU.uri, "Timestamp"));
        let signature = self.children.iter().position(|child| child.is(name::DS.uri, "Signature"));
        if timestamp.zip(signature).is_some_and(|(timestamp, signature)| signature < timestamp) {
            self.breach(&["Strict"], "the timestamp is after the signature that signs it");
        }
    }

    /// `sp:IncludeToken`, the form of references, and derived keys.
    fn tokens(&mut self, binding: &Binding) {
        let Some(signature) = self.main_signature().map(|signature| signature.element()) else { return };
        match &binding.tokens {
            Tokens::Asymmetric { .. } => {
                let token = binding.tokens.signing(self.direction);
                if let Some(token) = token.filter(|token| matches!(token.kind, TokenKind::X509(_))) {
                    self.certificate(token, signature);
                }
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
        self.signatures.iter().find(|signature| !self.covers(signature, is_signature))
    }

    /// `sp:EncryptSignature` and `sp:ProtectTokens`.
    fn protected(&mut self, binding: &Binding) {
        if matches!(binding.tokens, Tokens::Transport) {
            return;
        }
        if binding.encrypt_signature && !self.signatures.is_empty() {
            self.breach(&["EncryptSignature"], "a signature is in clear text");
        }
        let Some(main) = self.main_signature().filter(|_| binding.protect_tokens) else { return };
        let key_info = main.element().children_named(name::DS.uri, "KeyInfo").next();
        let references = key_info.into_iter().flat_map(Element::descendants_and_self);
        let uris = references.filter_map(|reference| reference.attribute("", "URI"));
        let mut tokens = uris.filter_map(|uri| self.ids.get(uri.strip_prefix('#')?));
        if tokens.any(|token| !self.covers(main, |element| element == token)) {
            self.breach(&["ProtectTokens"], "the signature does not cover its token");
        }
    }

    /// Whether the key of a signature is that of a derived key token of the header.
    fn is_derived(&self, signature: Element<'a>) -> bool {
        let key_info = signature.children_named(name::DS.uri, "KeyInfo").next();
        let references = key_info.into_iter().flat_map(Element::descendants_and_self);
        let mut uris = references.filter_map(|reference| reference.attribute("", "URI"));
        uris.any(|uri| {
            let target = uri.strip_prefix('#').and_then(|id| self.ids.get(id));
            target.is_some_and(|target| {
                [name::WSC13, name::WSC2005].iter().any(|wsc| target.is(wsc.uri, "DerivedKeyToken"))
            })
        })
    }

    /// The token that keys are encrypted to.
    fn recipient(&self) -> Option<&'a Token> {
        match (&self.terms.binding.as_ref()?.tokens, self.direction) {
            (Tokens::Asymmetric { recipient_encryption, .. }, Direction::Request) => recipient_encryption.as_ref(),
            (Tokens::Asymmetric { initiator_encryption, .. }, Direction::Reply) => initiator_encryption.as_ref(),
            (Tokens::Symmetric { encryption, .. }, Direction::Request) => encryption.as_ref(),
            _ => None,
        }
    }

    /// How the keys that are encrypted to a certificate refer to it.
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
        if includes && !is_direct && !is_embedded {
            self.breach(&["InitiatorToken", "RecipientToken", "X509Token"], "the certificate is not in the message");
        }
        if !includes && is_direct {
            self.breach(&["X509Token"], "the certificate is in the message, against sp:IncludeToken");
        }
        let Some(reference) = token.reference.filter(|_| !includes) else { return };
        let (local, ending, assertion) = written(reference);
        if !refers(key_info, local, ending) {
            self.breach(&[assertion], "the signature refers to its certificate in another form");
        }
    }

    /// The last step is the first that the header shows.
    fn order(&mut self, binding: &Binding) {
        // Signatures and tokens are encrypted last in any case.
        let encrypts_tokens =
            self.direction == Direction::Request && self.terms.supporting.iter().any(|supporting| supporting.encrypted);
        if matches!(binding.tokens, Tokens::Transport) || binding.encrypt_signature || encrypts_tokens {
            return;
        }
        let lists = |child: &Element<'_>| {
            child.is(name::XENC.uri, "ReferenceList")
                || (child.is(name::XENC.uri, "EncryptedKey")
                    && child.children_named(name::XENC.uri, "ReferenceList").next().is_some())
        };
        let encrypts = self.children.iter().position(lists);
        let signs = self.children.iter().position(|child| child.is(name::DS.uri, "Signature"));
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
                TokenKind::Saml(_) => {
                    self.in_security(name::SAML.uri, "Assertion") || self.in_security(name::SAML2.uri, "Assertion")
                }
                _ => true,
            };
            if !there {
                self.breach(&["UsernameToken", "SamlToken"], "the token is not in the message");
            }
            if let TokenKind::Username { demanded, .. } = &supporting.token.kind {
                for local in demanded {
                    let tokens = self.named(name::WSSE.uri, "UsernameToken");
                    let lacks = |token: &Element<'_>| !token.children().any(|child| child.name().local == *local);
                    if tokens.iter().any(lacks) {
                        self.breach(&[local], format!("the username token has no {local}"));
                    }
                }
            }
            if supporting.encrypted && there && !matches!(supporting.token.kind, TokenKind::X509(_)) {
                let all = ["EncryptedSupportingTokens", "SignedEncryptedSupportingTokens"];
                self.breach(&all, "the token is in clear text");
            }
        }
    }

    /// Whether a signature covers an element that is so.
    fn covers(&self, signature: &Signature<'_>, is_so: impl Fn(Element<'a>) -> bool) -> bool {
        let mut ids = signature.signed_info().references().iter().filter_map(|one| one.uri().strip_prefix('#'));
        ids.any(|id| self.ids.get(id).is_some_and(&is_so))
    }

    /// Each endorsing token has a signature over that of the message, or over the timestamp, and over the Body if it says so.
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
        let endorsements = || self.signatures.iter().filter(|signature| self.covers(signature, is_endorsed));
        let body = self.envelope.body;
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

    /// What is signed and encrypted in any case, as far as it can be seen.
    fn covered(&mut self) {
        if self.terms.is_over_transport() {
            return;
        }
        let body = self.envelope.body;
        let mut children = body.children();
        let is_ciphertext = children.next().is_some_and(|child| child.is(name::XENC.uri, "EncryptedData"))
            && children.next().is_none()
            && !body.has_character_data();
        if always_encrypted(self.terms, self.direction).contains(&Part::Body) && !is_ciphertext {
            self.breach(
                &["EncryptedParts", "EncryptedElements", "ContentEncryptedElements"],
                "the Body is not encrypted",
            );
        }
        if self.signatures.is_empty() {
            if !always_signed(self.terms, self.direction).is_empty() && !self.hides_signature() {
                self.breach(&["SignedParts", "SignedElements", "IncludeTimestamp"], "there is no signature");
            }
            return;
        }
        let mut covered: Vec<String> = Vec::new();
        for signature in &*self.signatures {
            let references = signature.signed_info().references().iter();
            covered.extend(references.filter_map(|reference| reference.uri().strip_prefix('#')).map(str::to_owned));
        }
        let is_covered = |element: Element<'_>| {
            wss_c14n::id_of(element).is_some_and(|id| covered.iter().any(|known| **known == *id))
        };
        let body_is_covered = is_covered(body) || body.children().any(is_covered);
        let timestamps = self.named(name::WSU.uri, "Timestamp");
        let uncovered = timestamps.iter().any(|timestamp| !is_covered(*timestamp));
        if self.hides_signature() {
            return;
        }
        if self.terms.parts.signed_body && !body_is_covered {
            self.breach(&["SignedParts", "SignedElements"], "no signature refers to the Body");
        }
        if uncovered && self.terms.binding.as_ref().is_some_and(|binding| binding.timestamp) {
            self.breach(&["IncludeTimestamp"], "no signature refers to the timestamp");
        }
    }
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

/// Whether a `ds:KeyInfo` has an element of this name whose `ValueType` ends so.
fn refers(key_info: Element<'_>, local: &str, ending: &str) -> bool {
    key_info.descendants_and_self().any(|inner| {
        let kind = inner.attribute("", "ValueType").unwrap_or_default();
        inner.name().local == local && kind.ends_with(ending)
    })
}

/// The name of an element, as [`ElementPath`](wss_header::ElementPath) writes it: with braces even in no namespace.
fn step(element: Element<'_>) -> String {
    let name = element.name();
    format!("{{{}}}{}", shown(name.namespace), shown(name.local))
}

/// The elements of a path of expanded names from the Envelope down.
fn at_path<'a>(envelope: Envelope<'a>, path: &str) -> Vec<Element<'a>> {
    let document = envelope.body.document();
    let ends_so = |element: &Element<'_>| path.ends_with(&step(*element));
    let is_at = |element: &Element<'a>| {
        let mut names: Vec<String> = element.ancestors_and_self().map(step).collect();
        names.reverse();
        names.join("/") == path || is_under(path, &names)
    };
    document.elements().filter(ends_so).filter(is_at).collect()
}

/// A path that fits either version of SOAP begins with `Body` or `Header`.
fn is_under(path: &str, names: &[String]) -> bool {
    let [_, under, rest @ ..] = names else { return false };
    let under = under.rsplit('}').next().unwrap_or_default();
    std::iter::once(under).chain(rest.iter().map(String::as_str)).collect::<Vec<_>>().join("/") == path
}

/// The digest inside OAEP is not of the suite.
fn is_of_suite(suite: &Suite, found: &KeyTransport) -> bool {
    let wanted = suite.key_transport();
    found.method() == wanted.method()
        && found.digest().is_none_or(|digest| digest == DigestMethod::Sha1 || !digest.is_legacy())
}
