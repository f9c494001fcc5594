//! The conformance targets of the profile in a message, found in one pass, in any state of the message.
//!
//! The content of a SAML assertion follows SAML and is left out (guide to the profile, §5.9), except its Ids.
//! Ciphertext is in scope if the message's security put it there: a list names it, or it is in the SOAP Header, or
//! directly in the Body.

use std::collections::HashMap;

use wss_c14n::{Document, Element, IdIndex, Limits, NodeId, name};
use wss_soap::SoapVersion;

use super::ids::Ids;
use super::kind::{is_saml, is_token};
use super::reference::{Reference, Tokens};

/// Whether what is not found may be inside ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ciphertext {
    /// Everything is readable: what is not found is not there.
    HidesNothing,
    /// It may be there: the rule is judged again after decryption.
    MayHide,
}

/// The targets of one revision of a message.
pub(crate) struct Targets<'d> {
    pub(crate) document: &'d Document<'d>,
    pub(crate) soap: Option<SoapVersion>,
    pub(crate) header: Option<Element<'d>>,
    pub(crate) body: Option<Element<'d>>,
    /// `soap:Header/wsse:Security`.
    pub(crate) security: Vec<Element<'d>>,
    /// Ids of any kind.
    ids: Ids,
    pub(crate) references: Vec<Reference<'d>>,
    pub(crate) tokens: Tokens<'d>,
    /// `wsse:Security/ds:Signature`.
    pub(crate) signatures: Vec<Element<'d>>,
    pub(crate) encrypted_data: Vec<EncryptedData<'d>>,
    /// `wsse:Security/xenc:EncryptedKey`.
    pub(crate) encrypted_keys: Vec<Element<'d>>,
    /// `wsse:Security/xenc:ReferenceList` and `wsse:Security/xenc:EncryptedKey/xenc:ReferenceList`.
    pub(crate) lists: Vec<List<'d>>,
    /// Security elements in scope, in document order. Each is kept as a handle of four octets, since every six octets
    /// of a message may be an element.
    elements: Vec<NodeId>,
}

/// An `xenc:EncryptedData` in scope.
pub(crate) struct EncryptedData<'d> {
    pub(crate) element: Element<'d>,
    /// The lists that name it, as indices of [`Targets::lists`], each once.
    pub(crate) named_by: Vec<usize>,
}

/// An `xenc:ReferenceList` of a Security header, or of an EncryptedKey in one.
pub(crate) struct List<'d> {
    pub(crate) element: Element<'d>,
    /// The EncryptedKey that it belongs to.
    pub(crate) key: Option<Element<'d>>,
    /// The Security header that it is in.
    pub(crate) security: Element<'d>,
    pub(crate) data: Vec<Element<'d>>,
    pub(crate) keys: Vec<Element<'d>>,
    /// The data that it names, as indices of [`Targets::encrypted_data`].
    pub(crate) named: Vec<usize>,
}

impl<'d> List<'d> {
    /// Its step: the list itself, or its EncryptedKey.
    pub(crate) fn step(&self) -> Element<'d> {
        self.key.unwrap_or(self.element)
    }
}

impl<'d> Targets<'d> {
    pub(crate) fn read(document: &'d Document<'d>, limits: &Limits) -> Self {
        let root = document.root();
        let soap = match root.name().namespace {
            uri if uri == name::SOAP11.uri => Some(SoapVersion::V11),
            uri if uri == name::SOAP12.uri => Some(SoapVersion::V12),
            _ => None,
        };
        let child = |local: &str| soap.and_then(|soap| root.children().find(|child| child.is(soap.namespace(), local)));
        let (header, body) = (child("Header"), child("Body"));
        let blocks = header.into_iter().flat_map(Element::children);
        let security: Vec<_> = blocks.filter(|block| block.is(name::WSSE.uri, "Security")).collect();
        let mut targets = Self {
            document,
            soap,
            header,
            body,
            security,
            ids: Ids::of(document),
            references: Vec::new(),
            tokens: Tokens::default(),
            signatures: Vec::new(),
            encrypted_data: Vec::new(),
            encrypted_keys: Vec::new(),
            lists: Vec::new(),
            elements: Vec::new(),
        };
        targets.find_steps();
        targets.find_encrypted_data();
        targets.find_elements();
        targets.tokens = Tokens::read(&targets, limits);
        let references = targets.all(name::WSSE.uri, "SecurityTokenReference");
        targets.references = references.map(|element| Reference::read(element, &targets)).collect::<Vec<_>>();
        targets
    }

    fn find_steps(&mut self) {
        for security in self.security.clone() {
            for child in security.children() {
                match (child.name().namespace, child.name().local) {
                    (ns, "Signature") if ns == name::DS.uri => self.signatures.push(child),
                    (ns, "EncryptedKey") if ns == name::XENC.uri => {
                        self.encrypted_keys.push(child);
                        for list in child.children_named(name::XENC.uri, "ReferenceList") {
                            self.lists.push(List::read(list, Some(child), security));
                        }
                    }
                    (ns, "ReferenceList") if ns == name::XENC.uri => self.lists.push(List::read(child, None, security)),
                    _ => {}
                }
            }
        }
    }

    fn find_encrypted_data(&mut self) {
        let mut named: HashMap<NodeId, Vec<usize>> = HashMap::new();
        // Many may name one header, which has many children.
        let mut of_header: HashMap<NodeId, Option<Element<'d>>> = HashMap::new();
        for (at, list) in self.lists.iter().enumerate() {
            for reference in &list.data {
                let Some(target) = self.named_by(*reference) else { continue };
                let data = if target.is(name::WSSE11.uri, "EncryptedHeader") {
                    let find = || target.children().find(|child| is_encrypted_data(*child));
                    *of_header.entry(target.id()).or_insert_with(find)
                } else {
                    Some(target).filter(|target| is_encrypted_data(*target))
                };
                let Some(data) = data else { continue };
                let lists = named.entry(data.id()).or_default();
                if lists.last() != Some(&at) {
                    lists.push(at);
                }
            }
        }
        let mut assertion: Option<Element<'d>> = None;
        for element in self.document.elements() {
            if assertion.is_some_and(|assertion| assertion.contains(element)) {
                continue;
            }
            if is_saml(element) {
                assertion = Some(element);
                continue;
            }
            if !is_encrypted_data(element) {
                continue;
            }
            let named_by = named.remove(&element.id()).unwrap_or_default();
            let in_header = self.header.is_some_and(|header| header.contains(element));
            let in_body = element.parent().is_some() && element.parent() == self.body;
            if in_header || in_body || !named_by.is_empty() {
                for list in &named_by {
                    if let Some(list) = self.lists.get_mut(*list) {
                        list.named.push(self.encrypted_data.len());
                    }
                }
                self.encrypted_data.push(EncryptedData { element, named_by });
            }
        }
    }

    /// The elements in a Security header or in ciphertext, without those in assertions.
    fn find_elements(&mut self) {
        let data = self.encrypted_data.iter().map(|data| data.element);
        let mut roots: Vec<_> = self.security.iter().copied().chain(data).collect();
        roots.sort_by_key(|root| root.id());
        let mut last: Option<Element<'d>> = None;
        for root in roots {
            if last.is_some_and(|last| last.contains(root)) {
                continue;
            }
            last = Some(root);
            let mut assertion: Option<Element<'d>> = None;
            for element in root.descendants_and_self() {
                if assertion.is_some_and(|assertion| assertion.contains(element)) {
                    continue;
                }
                assertion = is_saml(element).then_some(element);
                self.elements.push(element.id());
            }
        }
    }

    /// The first element with the Id of a `#id` in `@URI`.
    pub(crate) fn named_by(&self, reference: Element<'_>) -> Option<Element<'d>> {
        let uri = reference.attribute("", "URI")?;
        self.by_id(uri.strip_prefix('#')?)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<Element<'d>> {
        self.ids.first(self.document, id)
    }

    /// The entry for ciphertext in scope.
    pub(crate) fn encrypted_data_at(&self, element: Element<'_>) -> Option<&EncryptedData<'d>> {
        let at = self.encrypted_data.binary_search_by_key(&element.id(), |data| data.element.id());
        at.ok().and_then(|at| self.encrypted_data.get(at))
    }

    /// Whether a list in this Security header names the ciphertext.
    pub(crate) fn is_named_in(&self, data: &EncryptedData<'_>, security: Element<'_>) -> bool {
        // Lists are in the order of their headers.
        let owner = |list: &usize| self.lists.get(*list).map(|list| list.security.id());
        let first = data.named_by.partition_point(|list| owner(list) < Some(security.id()));
        data.named_by.get(first).and_then(owner) == Some(security.id())
    }

    /// The entry for a reference in scope.
    pub(crate) fn reference_at(&self, element: Element<'_>) -> Option<&Reference<'d>> {
        let at = self.references.binary_search_by_key(&element.id(), |reference| reference.element.id());
        at.ok().and_then(|at| self.references.get(at))
    }

    /// Security elements in scope with this name.
    pub(crate) fn all(&self, namespace: &str, local: &str) -> impl Iterator<Item = Element<'d>> {
        let elements = self.elements.iter().filter_map(|id| self.document.element(*id));
        elements.filter(move |element| element.is(namespace, local))
    }

    /// Tokens in scope, of any kind, in document order.
    pub(crate) fn tokens_in_scope(&self) -> impl Iterator<Item = Element<'d>> {
        self.elements.iter().filter_map(|id| self.document.element(*id)).filter(|element| is_token(*element))
    }

    /// The Security header that an element is in.
    pub(crate) fn security_of(&self, element: Element<'_>) -> Option<Element<'d>> {
        let at = self.security.partition_point(|security| security.id() <= element.id());
        let before = at.checked_sub(1).and_then(|at| self.security.get(at)).copied();
        before.filter(|security| security.contains(element))
    }

    /// Ciphertext that replaces a child of a Security header, and may hide anything. That of an attachment hides
    /// nothing of the envelope.
    pub(crate) fn hidden(&self) -> Option<Element<'d>> {
        let mut data = self.hiding_data();
        let hidden = data.find(|element| element.parent().is_some() && self.security_of(*element) == element.parent());
        let in_header = |security: &Element<'d>| security.children_named(name::SAML2.uri, "EncryptedAssertion").next();
        hidden.or_else(|| self.security.iter().find_map(in_header))
    }

    /// Whether ciphertext may hide a token.
    pub(crate) fn ciphertext(&self) -> Ciphertext {
        if self.hidden().is_some() { Ciphertext::MayHide } else { Ciphertext::HidesNothing }
    }

    /// EncryptedData that hides a part of the envelope.
    pub(crate) fn hiding_data(&self) -> impl Iterator<Item = Element<'d>> {
        self.encrypted_data.iter().map(|data| data.element).filter(|data| cipher_reference(*data).is_none())
    }

    /// The Ids of the document, if they are unique, for computing digests.
    pub(crate) fn index(&self) -> Option<IdIndex<'d>> {
        IdIndex::build(self.document).ok()
    }
}

/// The place of the cipher octets, if they are not in the EncryptedData but in an attachment.
pub(crate) fn cipher_reference(data: Element<'_>) -> Option<Element<'_>> {
    let cipher = data.children_named(name::XENC.uri, "CipherData").next()?;
    cipher.children_named(name::XENC.uri, "CipherReference").next()
}

impl<'d> List<'d> {
    fn read(element: Element<'d>, key: Option<Element<'d>>, security: Element<'d>) -> Self {
        let all = |local: &'static str| element.children_named(name::XENC.uri, local).collect();
        Self { element, key, security, data: all("DataReference"), keys: all("KeyReference"), named: Vec::new() }
    }
}

pub(crate) fn is_encrypted_data(element: Element<'_>) -> bool {
    element.is(name::XENC.uri, "EncryptedData")
}
