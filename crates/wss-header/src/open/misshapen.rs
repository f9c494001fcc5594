//! Misshapen: what a receiver refuses for its shape, whatever the keys, for reports. Each child of a Security header is read by
//! the reader that reads it when the message is opened, in its turn; what our keys decrypt is read, too.
//!
//! Opening stops at the first error, and before it reads what it has no key for. Here every error is kept that would be the same
//! with every key: of structure, values and references, not of algorithms, limits, trust, keys or time.

use std::collections::HashSet;
use std::sync::Arc;

use wss_c14n::{Element, Limit, Paths, name};
use wss_crypto::SignatureFamily;
use wss_soap::mime::Package;
use wss_soap::mime::xop::include_in;
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader};
use wss_text::WireText;
use wss_tokens::{Assertion, DerivedKeyToken, SecurityTokenReference, TokenError, UsernameToken, X509Token};
use wss_xmldsig::{KeyHint, KeyInfo, SignatureError, Transform, VerifyError};
use wss_xmlenc::{DecryptError, EncryptedKey};

use super::decrypt::{may_be_hidden, misshapen_list};
use super::header::{read_confirmation, read_timestamp};
use super::keys::with_hash;
use super::reveal::{Turn, survey};
use super::revision::{Revision, without_header};
use super::shapes::{OtherKeyInfo, assertion_shape, check_armour, ids_of, meant, reference_shape};
use super::terms::Terms;
use super::{Arrived, cover, other_namespace, signature, tokens};
use crate::error::{HeaderError, OpenError};
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// The largest number of derived keys that are followed to the token that they are derived from.
const MOST_DERIVATIONS: usize = 8;

/// An element that a receiver refuses for its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misshapen {
    /// The path of the element, with a position where siblings have its name, as in reports ([`Paths`]).
    pub path: WireText,
    /// The error with which the receiver refuses the message.
    pub why: OpenError,
}

impl Receiver {
    /// What this receiver refuses in the envelope of a message for its shape alone, in the order of the message: the Security
    /// headers of all actors, and what its keys decrypt of its own. A message without findings may still be refused for its
    /// algorithms, its limits, its age, a wrong digest or signature value, its signer, or because it lacks what is required.
    ///
    /// Nothing is verified, and the message does not count as received.
    ///
    /// ```
    /// # use wss_header::{DangerousNoReplayCache, Part, Receiver, Requirements};
    /// # use wss_tokens::Trust;
    /// let receiver = Receiver::new(Trust::no_certificates(), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    /// let message = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header><Security/></s:Header><s:Body/></s:Envelope>";
    /// assert!(receiver.misshapen(message, None)[0].why.to_string().contains("in no namespace"));
    /// ```
    #[must_use]
    pub fn misshapen(&self, envelope: &str, package: Option<&Package<'_>>) -> Vec<Misshapen> {
        let attachments = package.map(Package::attachments).unwrap_or_default().to_vec();
        let arrived = Arrived {
            octets: envelope.as_bytes(),
            package,
            charset: None,
            stapled: &[],
            negotiated: None,
            request: None,
            transport: None,
        };
        let terms = Terms::new(self, Arc::default(), arrived, envelope.len() as u64);
        let mut review = Review { terms: &terms, paths: Paths::default(), found: Vec::new() };
        match package.filter(|package| package.is_xop()).map(|_| arrived.read(self)) {
            Some(Err(error)) => review.add("/".into(), error),
            Some(Ok(read)) => {
                review.message(&read.text);
                survey(self, &read.text, read.attachments, (package, None), &mut |stage| {
                    review.revision(stage.in_turn())
                });
            }
            None => {
                review.message(envelope);
                survey(self, envelope, attachments, (package, None), &mut |stage| review.revision(stage.in_turn()));
            }
        }
        review.found
    }
}

/// The findings so far.
struct Review<'t> {
    terms: &'t Terms<'t>,
    /// Those of one document.
    paths: Paths,
    found: Vec<Misshapen>,
}

impl Review<'_> {
    /// The envelope, the Ids, and the headers of other actors.
    fn message(&mut self, source: &str) {
        let document = match self.terms.receiver.parse(source, &self.terms.budget) {
            Ok(document) => document,
            Err(error) => return self.add("/".into(), EnvelopeError::from(error).into()),
        };
        let root = document.root();
        let envelope = match Envelope::locate(&document) {
            Ok(envelope) => envelope,
            Err(error) => return self.at(root, error.into()),
        };
        if let Some(include) = include_in(&document) {
            self.at(include, EnvelopeError::Include { path: include.path().into() }.into());
        }
        let limits = self.terms.budget.limits();
        let is_security = |block: &Element<'_>| block.is(name::WSSE.uri, "Security");
        let headers: Vec<_> = envelope.blocks().filter(is_security).take(limits.size(Limit::SecurityHeaders)).collect();
        let ids = match ids_of(&document, self.terms.receiver) {
            Ok(ids) => ids,
            Err(error) => return self.at(envelope.header.unwrap_or(root), EnvelopeError::from(error).into()),
        };
        if headers.is_empty() {
            match without_header(envelope) {
                HeaderError::Absent => {}
                error => self.at(envelope.header.unwrap_or(root), error.into()),
            }
        }
        for element in &headers {
            if let Err(error) = check_armour(*element, self.terms.receiver) {
                self.at(*element, error);
            }
        }
        let mut revision = Revision {
            document: &document,
            envelope,
            ids,
            header: SecurityHeader { element: root },
            children: Vec::new(),
            tickets: Default::default(),
            encrypted_keys: Default::default(),
        };
        for element in headers {
            if Role::of(element, envelope.version) != self.terms.receiver.role {
                revision.header = SecurityHeader { element };
                revision.children = element.children().take(limits.size(Limit::HeaderChildren)).collect();
                let retired = HashSet::new();
                self.in_turn(Turn { revision: &revision, children: &revision.children, retired: &retired });
            }
        }
    }

    /// Begins the next revision of the message, and reviews the children that are processed in it.
    fn revision(&mut self, turn: Turn<'_, '_>) {
        self.paths = Paths::default();
        self.in_turn(turn);
    }

    fn in_turn(&mut self, Turn { revision, children, retired }: Turn<'_, '_>) {
        for child in children {
            if let Err(error) = self.child(*child, revision, retired) {
                self.at(*child, error);
            }
        }
    }

    /// A child of a header, in its turn.
    fn child(
        &mut self,
        child: Element<'_>,
        revision: &Revision<'_>,
        retired: &HashSet<String>,
    ) -> Result<(), OpenError> {
        let terms = self.terms;
        let (receiver, budget) = (terms.receiver, &terms.budget);
        if let Some(overlooked) = other_namespace::child_told(child) {
            return Err(HeaderError::Overlooked { element: overlooked }.into());
        }
        let expanded = child.name();
        match (expanded.namespace, expanded.local) {
            (ns, "Timestamp") if ns == name::WSU.uri => {
                read_timestamp(child, terms)?;
            }
            (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => {
                read_confirmation(child, budget)?;
            }
            (ns, "Signature") if ns == name::DS.uri => self.signature(child, revision, retired)?,
            (ns, "ReferenceList") if ns == name::XENC.uri => self.list(child, revision, retired)?,
            (ns, "EncryptedKey") if ns == name::XENC.uri => {
                let key = EncryptedKey::parse(child, budget)?;
                self.key_info(key.key_info(), child, revision)?;
                self.list(child, revision, retired)?;
            }
            _ if X509Token::is_one(child) => {
                let by_name = receiver.waives(Waiver::TokenTypesByName);
                X509Token::parse_shaped(child, by_name, &receiver.trust, budget)?;
            }
            _ if UsernameToken::is_one(child) => tokens::check_username(child, receiver)?,
            // Without an Id it is ignored.
            _ if Assertion::is_one(child) && tokens::saml::has_id(child, receiver) => {
                let assertion = Assertion::parse_as(child, assertion_shape(receiver), budget)?;
                assertion.check_signature(&receiver.signature_policy(), budget)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A signature: its form, the targets of its references, and the reference to its key.
    fn signature(
        &mut self,
        element: Element<'_>,
        revision: &Revision<'_>,
        retired: &HashSet<String>,
    ) -> Result<(), OpenError> {
        let signature = signature::parse(element, self.terms)?;
        signature::check_shape(&signature, revision, self.terms.receiver)?;
        for reference in signature.signed_info().references() {
            let Some(id) = reference.uri().strip_prefix('#').filter(|_| !reference.names_by_path()) else { continue };
            match revision.ids.get(id) {
                // A header block that was moved here, or one that nobody knows.
                Some(child) if revision.is_in_header(child) => {
                    cover::check_child(child, self.terms)?;
                    if let [Transform::SecurityTokenReference(_)] = reference.transforms() {
                        self.reference(child, element, revision, 0)?;
                    }
                }
                Some(_) => {}
                None if retired.contains(id)
                    || may_be_hidden(element, revision, self.terms.receiver)
                    || id.starts_with("xpointer") => {}
                None => {
                    let error = VerifyError::Dereference { uri: reference.uri().into() }.into();
                    return Err(meant(error, revision.document, |_| OpenError::no_key()));
                }
            }
        }
        let is_mac = signature.signed_info().method().family() == SignatureFamily::Hmac;
        let Some(key_info) = signature.key_info() else { return Ok(()) };
        let other = OtherKeyInfo::of(key_info).filter(|_| !is_mac);
        if let Some(other) = other.filter(|_| !self.terms.receiver.waives(Waiver::KeyInfoOfOtherShapes)) {
            return Err(other.refused());
        }
        self.hints(key_info, element, revision)
    }

    fn list(
        &mut self,
        owner: Element<'_>,
        revision: &Revision<'_>,
        retired: &HashSet<String>,
    ) -> Result<(), OpenError> {
        for (place, error) in misshapen_list(owner, revision, self.terms, retired)? {
            self.at(place, error);
        }
        let is_own = owner.is(name::XENC.uri, "ReferenceList");
        for reference in owner.children_named(name::XENC.uri, "DataReference").filter(|_| is_own) {
            let uri = reference.attribute("", "URI").unwrap_or_default();
            let data = uri.strip_prefix('#').and_then(|id| revision.ids.get(id));
            let data = data.filter(|data| data.is(name::XENC.uri, "EncryptedData"));
            self.key_info(data.and_then(|data| data.children_named(name::DS.uri, "KeyInfo").next()), owner, revision)?;
        }
        Ok(())
    }

    /// Reviews the reference to the key of `owner`, the child of the header that is being reviewed.
    fn key_info(
        &mut self,
        key_info: Option<Element<'_>>,
        owner: Element<'_>,
        revision: &Revision<'_>,
    ) -> Result<(), OpenError> {
        let Some(element) = key_info else { return Ok(()) };
        let key_info = KeyInfo::parse(element, &self.terms.budget)?;
        self.hints(&key_info, owner, revision)
    }

    fn hints(&mut self, key_info: &KeyInfo<'_>, owner: Element<'_>, revision: &Revision<'_>) -> Result<(), OpenError> {
        for hint in key_info.hints() {
            match hint {
                KeyHint::SecurityTokenReference(element) => {
                    self.reference(*element, owner, revision, MOST_DERIVATIONS)?
                }
                KeyHint::EncryptedKey(element) => {
                    let key = EncryptedKey::parse(*element, &self.terms.budget)?;
                    self.key_info(key.key_info(), owner, revision)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A reference to a token, and the token, if it is of a kind that is read only where something refers to it.
    fn reference(
        &mut self,
        element: Element<'_>,
        owner: Element<'_>,
        revision: &Revision<'_>,
        deeper: usize,
    ) -> Result<(), OpenError> {
        let budget = &self.terms.budget;
        let reference = SecurityTokenReference::parse_as(element, reference_shape(self.terms.receiver), budget)?;
        let token = match with_hash(reference, revision, self.terms) {
            SecurityTokenReference::Direct { id, .. } => {
                let outside = || revision.ids.get(&id).filter(|named| named.is(name::XENC.uri, "EncryptedKey"));
                match revision.header_child(&id).or_else(outside) {
                    Some(token) if tokens::kind_of(token).is_some() => token,
                    Some(_) | None if may_be_hidden(owner, revision, self.terms.receiver) => return Ok(()),
                    _ => {
                        let error = TokenError::Dangling { uri: WireText::from(format!("#{id}")) }.into();
                        return Err(meant(error, revision.document, |_| OpenError::no_key()));
                    }
                }
            }
            SecurityTokenReference::Embedded(token) => token,
            _ => return Ok(()),
        };
        let read = match () {
            () if DerivedKeyToken::is_one(token) => {
                let source = token.children_named(name::WSSE.uri, "SecurityTokenReference").next();
                let derived = DerivedKeyToken::parse(token, budget).map(drop).map_err(OpenError::from);
                match source.filter(|_| derived.is_ok() && deeper > 0) {
                    Some(source) => self.reference(source, owner, revision, deeper - 1),
                    None => derived,
                }
            }
            () => tokens::check_referred(token, self.terms),
        };
        if let Err(error) = read {
            self.at(token, error);
        }
        Ok(())
    }

    fn at(&mut self, element: Element<'_>, why: OpenError) {
        let path = self.paths.of(element);
        self.add(path.into(), why);
    }

    fn add(&mut self, path: WireText, why: OpenError) {
        let found = Misshapen { path, why };
        // Several references may name one token.
        if is_of_shape(&found.why) && !self.found.contains(&found) {
            self.found.push(found);
        }
    }
}

/// Whether an error of a reader is about the shape: not about an algorithm that is not known here, or about a limit.
fn is_of_shape(error: &OpenError) -> bool {
    let is_known = |error: &SignatureError| {
        !matches!(error, SignatureError::UnknownAlgorithm { .. } | SignatureError::Limit(_) | SignatureError::Xslt)
    };
    match error {
        OpenError::Signature(error) | OpenError::Verify(VerifyError::Malformed(error)) => is_known(error),
        OpenError::Token(TokenError::KeyInfo(error)) => is_known(error),
        OpenError::Token(TokenError::Limit(_) | TokenError::Elsewhere { .. }) => false,
        OpenError::Decrypt(DecryptError::UnknownAlgorithm { .. } | DecryptError::Limit(_)) => false,
        OpenError::Limit(_) | OpenError::NoKey { .. } => false,
        _ => true,
    }
}
