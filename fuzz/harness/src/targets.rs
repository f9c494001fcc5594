//! One function for each fuzz target: it takes octets and panics when a promise is broken.

use std::sync::OnceLock;

use ws_security::attachments::{Attachment, Package};
use ws_security::bsp;
use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Element, IdIndex, Limit, Limits, ParseError, Problem,
    Subset, WipedSpliced,
};
use ws_security::crypto::{RevocationList, pkcs7_certificates, pki_path};
use ws_security::prelude::*;
use ws_security::tokens::Purpose;
use ws_security::{DistinguishedName, NameForm, PrivateKey, PublicKey};

use crate::choices::Choices;
use crate::forge::Attacker;
use crate::golden::Pool;
use crate::mutate::{Mutant, mutant};
use crate::oracle::{Proven, SeenGenuine, Shared};
use crate::parties::{certificate, file, forgetful, identity, now, receiver};
use crate::{graft as grafts, random_xml, reference};

/// The reader agrees with roxmltree and with the tree of the reference on every document that all accept.
pub fn parse(octets: &[u8]) {
    let generated = (octets.first() == Some(&0)).then(|| random_xml::document(&mut Choices::new(&octets[1..])));
    let octets = generated.as_deref().map_or(octets, str::as_bytes);
    if let Ok(document) = Document::parse_transcoding(octets, &Limits::default()) {
        let _ids = IdIndex::build(&document);
        for element in document.elements() {
            let _all = (element.path(), element.text(), element.base64(1_024), element.namespaces_in_scope());
        }
    }
    let Ok(document) = Document::parse_octets(octets, &Limits::default()) else { return };
    let source = document.source();
    if document.elements().all(|element| element.ancestors_and_self().count() < 100) {
        let tree = reference::read(source);
        let root = tree.iter().find_map(|node| match node {
            reference::Node::Element(root) => Some(root),
            _ => None,
        });
        same_as_reference(document.root(), root.expect("a root"));
    }
    // roxmltree 0.21 misreads these: `p:xmlns`, empty namespace names, and a written CR before a reference to CR.
    let is_misread = [":xmlns", "=\"\"", "=''", "\r"].iter().any(|text| source.contains(text));
    if is_misread || source.len() > 4_096 {
        return;
    }
    if let Ok(other) = roxmltree::Document::parse(source) {
        same(document.root(), other.root_element());
    }
}

/// The reader accepts a changed document if roxmltree does.
pub fn changed(octets: &[u8]) {
    let (of_change, of_document) = octets.split_at(octets.len() / 4);
    let source = random_xml::document(&mut Choices::new(of_document));
    let source = random_xml::changed(&source, &mut Choices::new(of_change));
    let (ours, theirs) = (Document::parse(source.as_str(), &Limits::default()), roxmltree::Document::parse(&source));
    match (ours, theirs) {
        (Ok(_), Ok(_)) => parse(source.as_bytes()),
        (Err(_), Err(_)) => {}
        // It does not know that `xml` is bound, as the prefix of an element.
        (Ok(_), Err(roxmltree::Error::UnknownNamespace(prefix, _))) if prefix == "xml" => {}
        (Ok(_), Err(error)) => panic!("roxmltree: {error}\n{source}"),
        (Err(error), Ok(_)) => assert!(is_missed_by_roxmltree(&error), "{error}\n{source}"),
    }
}

/// What roxmltree 0.21 accepts against XML 1.0 and Namespaces in XML: names that begin with a colon, two declarations of one
/// prefix, a declaration of `xmlns`, prefixes without a namespace, processing instructions called `xml`, and XML declarations of
/// any form and encoding.
fn is_missed_by_roxmltree(error: &ParseError) -> bool {
    use Problem::{
        Declaration, DeclarationOpen, DeclarationOrder, DuplicateAttribute, EmptyNamespace, LateDeclaration, Name,
        NoVersion, ProcessingInstruction, ReservedNamespace, ReservedTarget, Standalone, Version,
    };
    match error {
        ParseError::Malformed { problem, .. } => matches!(
            problem,
            Declaration
                | DeclarationOpen
                | DeclarationOrder
                | DuplicateAttribute
                | EmptyNamespace
                | LateDeclaration
                | Name
                | NoVersion
                | ProcessingInstruction
                | ReservedNamespace
                | ReservedTarget
                | Standalone
                | Version
        ),
        ParseError::Encoding { .. } => true,
        _ => false,
    }
}

fn same_as_reference(ours: Element<'_>, theirs: &reference::Element) {
    assert_eq!(ours.qualified_name(), theirs.name);
    let namespace = |name: &str, default: &str| match name.split_once(':') {
        Some(("xml", _)) => "http://www.w3.org/XML/1998/namespace".to_owned(),
        Some((prefix, _)) => theirs.in_scope.get(prefix).cloned().unwrap_or_default(),
        None => default.to_owned(),
    };
    let default = theirs.in_scope.get("").cloned().unwrap_or_default();
    assert_eq!(ours.name().namespace, namespace(&theirs.name, &default));
    let mut attributes: Vec<_> = ours
        .attributes()
        .map(|(name, value)| (name.namespace.to_owned(), name.local.to_owned(), value.into_owned()))
        .collect();
    let local = |name: &str| name.split_once(':').map_or(name, |(_, local)| local).to_owned();
    let others = theirs.attributes.iter().map(|(name, value)| (namespace(name, ""), local(name), value.clone()));
    let mut others: Vec<_> = others.collect();
    attributes.sort();
    others.sort();
    assert_eq!(attributes, others);
    let children = theirs.children.iter().filter_map(|node| match node {
        reference::Node::Element(child) => Some(child),
        _ => None,
    });
    let children: Vec<_> = children.collect();
    assert_eq!(ours.children().count(), children.len());
    for (child, other) in ours.children().zip(children) {
        same_as_reference(child, other);
    }
    if let Ok(text) = ours.text() {
        let pieces = theirs.children.iter().map(|node| match node {
            reference::Node::Text(text) => text.as_str(),
            _ => "",
        });
        assert_eq!(text, pieces.collect::<String>());
    }
}

fn same(ours: Element<'_>, theirs: roxmltree::Node<'_, '_>) {
    let (name, their_name) = (ours.name(), theirs.tag_name());
    assert_eq!((name.namespace, name.local), (their_name.namespace().unwrap_or_default(), their_name.name()));
    let mut attributes: Vec<_> = ours
        .attributes()
        .map(|(name, value)| (name.namespace.to_owned(), name.local.to_owned(), value.into_owned()))
        .collect();
    let mut others: Vec<_> = theirs
        .attributes()
        .map(|a| (a.namespace().unwrap_or_default().to_owned(), a.name().to_owned(), a.value().to_owned()))
        .collect();
    attributes.sort();
    others.sort();
    assert_eq!(attributes, others);
    let mut children = theirs.children().filter(roxmltree::Node::is_element);
    for child in ours.children() {
        same(child, children.next().expect("as many children"));
    }
    assert!(children.next().is_none(), "as few children");
    if let Ok(text) = ours.text() {
        let pieces = theirs.children().filter(roxmltree::Node::is_text).filter_map(|node| node.text());
        assert_eq!(text, pieces.collect::<String>());
    }
}

/// The canonicaliser agrees with the reference under every method, and its output is its own canonical form.
pub fn c14n(octets: &[u8]) {
    let mut choices = Choices::new(octets);
    let source = if octets.first() == Some(&b'<') {
        String::from_utf8_lossy(octets).into_owned()
    } else {
        random_xml::document(&mut choices)
    };
    let Ok(document) = Document::parse(source.as_str(), &Limits::default()) else { return };
    if document.elements().any(|element| element.ancestors_and_self().count() > 100) {
        return; // The reference recurses.
    }
    let tree = reference::read(&source);
    let elements: Vec<Element<'_>> = document.elements().collect();
    for method in CanonicalizationMethod::ALL {
        let apex = (!choices.one_in(3)).then(|| choices.below(elements.len()));
        let excluded = choices.one_in(3).then(|| choices.below(elements.len())).filter(|at| Some(*at) != apex);
        let prefix_list = ["", "p", "q #default", "#default", "p q unused", "r p"][choices.below(6)];
        let without_comments = choices.one_in(4);
        let canonicalization = Canonicalization::new(method).inclusive_prefixes(prefix_list);
        let mut subset = apex.map_or_else(|| Subset::document(&document), |at| Subset::subtree(elements[at]));
        if let Some(excluded) = excluded {
            subset = subset.without(elements[excluded]);
        }
        if without_comments {
            subset = subset.without_comments();
        }
        let Ok(ours) = canonicalization.to_octets(&subset, &Budget::dangerous_unbounded()) else { continue };
        let ours = String::from_utf8(ours).expect("canonical XML is UTF-8");
        let prefixes = canonicalization.prefixes();
        let wanted = reference::Wanted { method, prefixes, apex, excluded, without_comments };
        let has_base = method != CanonicalizationMethod::Inclusive && source.contains("xml:base");
        if !has_base {
            let expected = reference::canonical(&tree, &wanted);
            assert_eq!(ours, expected, "{method:?} {prefix_list:?} {wanted:?}\n{source}");
        }
        is_idempotent(&ours, &canonicalization, apex.is_none(), without_comments);
    }
}

/// A canonical text does not change when it is canonicalised again. Under an inclusive method an apex has inherited
/// what it needs; under an exclusive one, everything that is utilized is declared.
fn is_idempotent(canonical: &str, canonicalization: &Canonicalization, whole: bool, without_comments: bool) {
    let Ok(document) = Document::parse(canonical, &Limits::default()) else {
        // Without its root, a document's canonical form is not a document.
        assert!(whole || canonical.is_empty(), "not well-formed: {canonical}");
        return;
    };
    let subset = if whole { Subset::document(&document) } else { Subset::subtree(document.root()) };
    let subset = if without_comments { subset.without_comments() } else { subset };
    let again = canonicalization.to_octets(&subset, &Budget::dangerous_unbounded()).expect("canonical again");
    assert_eq!(String::from_utf8_lossy(&again), canonical);
}

/// A document of which only what changed was read is the document that would be read: after steps of securing, and after
/// decryptions, up to three of them.
pub fn graft(octets: &[u8]) {
    // The steps have octets of their own, so that a long document leaves some for them.
    let (of_steps, of_document) = octets.split_at(octets.len() / 3);
    let text = grafts::document(&mut Choices::new(of_document));
    let Ok(mut document) = Document::parse(text, &Limits::dangerous_unbounded()) else { return };
    let mut choices = Choices::new(of_steps);
    for _ in 0..1 + choices.below(3) {
        let next = if choices.one_in(2) { revised(document, &mut choices) } else { decrypted(&document, &mut choices) };
        match next {
            Some(next) => document = next,
            None => return,
        }
    }
}

/// The document after some splices, as a step of securing makes it.
fn revised(document: Document<'_>, choices: &mut Choices<'_>) -> Option<Document<'static>> {
    let edits = grafts::Edits::new(&document, choices, None);
    let text = edits.applied(document.source());
    let wanted = Document::parse(text.as_str(), &Limits::dangerous_unbounded());
    let spliced = Document::parse(document.source(), &Limits::dangerous_unbounded()).expect("read before");
    assert_eq!(spliced.spliced(edits.splices()), text);
    let elements: Vec<Element<'_>> = document.elements().collect();
    let kept = choices.one_of(&elements).id();
    let trail = format!("{edits:?} of {}, kept {kept:?}", document.source());
    same_if_read(wanted, document.revised(edits.splices(), kept, &Budget::dangerous_unbounded()), &trail)
}

/// The document after pieces that were read were put into it, as a decryption makes it, and another step behind it.
fn decrypted(document: &Document<'_>, choices: &mut Choices<'_>) -> Option<Document<'static>> {
    let limits = grafts::limits(choices);
    let budget = || Budget::new(&limits, 1 << 20);
    let (of_wanted, of_found) = (budget(), budget());
    let edits = grafts::Edits::new(document, choices, Some(&budget()));
    let source = document.source();
    let WipedSpliced { text: next, moved, piece } = edits.splices().apply_and_keep(source);
    assert_eq!(next.as_str(), edits.applied(source));
    for span in document.elements().map(Element::span) {
        let moved = moved.span(&span).map(|span| &next[span]);
        let wanted = (!edits.cut(&span)).then(|| edits.applied_within(source, span.clone()));
        assert_eq!(moved, wanted.as_deref(), "{span:?} of {source} after {edits:?}");
    }
    let wanted = Document::parse_within(next.as_str(), &of_wanted);
    let found = Document::parse_around(&next, piece, &of_found);
    let found = same_if_read(wanted, found, &format!("{edits:?} of {source}, within {limits:?}"))?;
    assert_eq!(of_found.used(Limit::ParsedOctets), of_wanted.used(Limit::ParsedOctets));
    revised(found, choices)
}

/// The second of two documents with one text, which are the same in all that is seen of them, or are refused for one reason.
fn same_if_read<'f>(
    wanted: Result<Document<'_>, ParseError>,
    found: Result<Document<'f>, ParseError>,
    trail: &str,
) -> Option<Document<'f>> {
    match (wanted, found) {
        (Ok(wanted), Ok(found)) => {
            assert_eq!(found.source(), wanted.source(), "{trail}");
            assert_eq!(grafts::seen(&found), grafts::seen(&wanted), "{trail}");
            Some(found)
        }
        (wanted, found) => {
            let error = |result: Result<Document<'_>, ParseError>| result.err().map(|error| error.to_string());
            assert_eq!(error(found), error(wanted), "{trail}");
            None
        }
    }
}

/// The state of the `open` target, made once.
#[derive(Debug)]
pub struct Opening {
    /// The messages.
    pub pool: Pool,
    /// The attacker.
    pub attacker: Attacker,
    /// Receivers without and with memory, without and with CBC.
    receivers: [[Receiver; 2]; 2],
}

impl Opening {
    /// The state of this process.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Opening> = OnceLock::new();
        SHARED.get_or_init(Self::new)
    }

    fn new() -> Self {
        let pool = Pool::new();
        let receivers = [false, true].map(|cbc| {
            let seen = Shared::default();
            let with_memory = receiver(cbc, seen.clone());
            for golden in pool.genuine.iter().filter(|golden| cbc || !golden.cbc) {
                let opened = with_memory.open(&golden.xml);
                assert!(opened.is_ok(), "{}: {opened:?}", golden.shape);
            }
            SeenGenuine::close(&seen.0);
            [forgetful(cbc), with_memory]
        });
        Self { pool, attacker: Attacker::default(), receivers }
    }

    /// The mutant that `octets` decide.
    #[must_use]
    pub fn mutant(&self, octets: &[u8]) -> Mutant<'_> {
        mutant(&mut Choices::new(octets), &self.pool, &self.attacker)
    }

    /// Whether `message` opens. If it does, the promises are checked.
    ///
    /// # Errors
    /// The broken promise.
    pub fn check(&self, message: &str, cbc: bool) -> Result<Option<Proven>, String> {
        let [forgetful, with_memory] = &self.receivers[usize::from(cbc)];
        let opened = match forgetful.open(message) {
            Ok(opened) => opened,
            Err(error) => {
                let _shown = (error.to_string(), format!("{error:?}"));
                return Ok(None);
            }
        };
        let proven = Proven::of(&opened);
        proven.check(&self.pool)?;
        match with_memory.open(message) {
            Ok(_) if !proven.is_the_attackers() => return Err(format!("delivered twice: {:?}", proven.claims)),
            Ok(opened) => Proven::of(&opened).check_knowledge(&self.pool)?,
            Err(_) => {}
        }
        Ok(Some(proven))
    }
}

/// A mutant is refused, or is the attacker's own message, of what the attacker can know, or says the same as a genuine
/// message of the party that it names. In the last case a second delivery is refused.
pub fn open(octets: &[u8]) {
    let opening = Opening::shared();
    if octets.first() == Some(&b'<') {
        let text = String::from_utf8_lossy(octets);
        for cbc in [false, true] {
            opening.check(&text, cbc).unwrap_or_else(|broken| panic!("{broken}\n{text}"));
        }
        return;
    }
    let mutant = opening.mutant(octets);
    if let Err(broken) = opening.check(&mutant.xml, mutant.golden.cbc) {
        panic!("{broken}\nfrom {} by {:?}:\n{}", mutant.golden.shape, mutant.trail, mutant.xml);
    }
}

const ATTACHED: [(&str, &str, &[u8]); 3] = [
    ("note@b", "text/plain;charset=\"utf-8\"", b"one\r\ntwo\r\n"),
    ("xml@b", "application/xml", b"<a b=\"1\"></a>"),
    ("octets@b", "application/octet-stream", b"Content-Type: text/html\r\n\r\n\0\xFF\r\n"),
];

/// The packages that the target starts from.
#[must_use]
pub fn packages() -> &'static [Vec<u8>] {
    static PACKAGES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let parts = || [Part::Body, Part::Timestamp, Part::Attachments];
        let recipe = || {
            Recipe::new()
                .timestamp(std::time::Duration::from_secs(300))
                .clock(std::sync::Arc::new(ws_security::FixedClock(now())))
        };
        let sign = || Signing::with(&identity("alice")).parts(parts());
        let encrypt = || Encrypting::to(&certificate("bob")).parts([Part::Attachments]);
        let recipes = [
            recipe().sign(sign()),
            recipe().sign(sign().complete_attachments()),
            recipe().sign(sign()).encrypt(encrypt()),
            recipe().encrypt(encrypt().complete_attachments()).sign(sign().complete_attachments()),
        ];
        let attached = ATTACHED.map(|(id, kind, content)| Attachment::new(id, kind, content).expect("an attachment"));
        let envelope =
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><p/></s:Body></s:Envelope>";
        let mut packages = Vec::new();
        for recipe in recipes {
            let plan = recipe.plan().expect("a plan");
            let package = plan.message(envelope).attachments(attached.to_vec()).secure().expect("secured").message;
            let head = format!("Content-Type: {}\r\n\r\n", package.content_type());
            packages.push(package.write(head.into_bytes()).expect("written"));
        }
        packages
    })
}

/// A package is read without a panic. Its authenticated parts equal those of the genuine package.
pub fn package(octets: &[u8]) {
    static RECEIVER: OnceLock<Receiver> = OnceLock::new();
    let receiver = RECEIVER.get_or_init(|| {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::Attachments]);
        let alice = SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE").expect("a name");
        let trust = Trust::anchors([certificate("ca")]).expect("an anchor").signer(alice);
        Receiver::new(trust, requirements, ws_security::DangerousNoReplayCache)
            .decrypt_with(identity("bob"))
            .clock(std::sync::Arc::new(ws_security::FixedClock(now())))
    });
    let changed = if octets.first() == Some(&0) { changed_package(&octets[1..]) } else { octets.to_vec() };
    let Ok(package) = Package::parse(&changed, &Limits::default()) else { return };
    let _report = bsp::report_package(&package, &bsp::Context::new());
    for part in package.attachments() {
        let _all = (part.unauthenticated_type(), part.unauthenticated_content().map(|content| content.len()));
    }
    let Ok(opened) = receiver.open(&package) else { return };
    for attachment in opened.attachments() {
        let known = ATTACHED.iter().find(|(id, ..)| *id == attachment.content_id());
        let (_, kind, content) = known.unwrap_or_else(|| panic!("{} was never sent", attachment.content_id()));
        assert_eq!(attachment.content().expect("in memory").as_ref(), *content);
        assert!(attachment.content_type().is_none_or(|found| found == *kind), "{:?}", attachment.content_type());
    }
}

fn changed_package(octets: &[u8]) -> Vec<u8> {
    const INSERTED: [&[u8]; 10] = [
        b"\r\n",
        b"\n",
        b"--",
        b"Content-ID: <note@b>\r\n",
        b"Content-Type: text/html\r\n",
        b"\r\n\r\n",
        b";",
        b"\"",
        b"Content-Transfer-Encoding: base64\r\n",
        b" ",
    ];
    let mut choices = Choices::new(octets);
    let mut package = choices.one_of(packages()).clone();
    for _ in 0..1 + choices.below(4) {
        let at = choices.below(package.len().max(1)).min(package.len());
        match choices.below(5) {
            0 if at < package.len() => package[at] ^= 1 << choices.below(8),
            1 => drop(package.drain(at..(at + choices.below(300)).min(package.len()))),
            2 => drop(package.splice(at..at, choices.pick(&INSERTED).iter().copied())),
            3 => {
                let to = choices.below(package.len().max(1)).min(package.len());
                let copy = package[at..(at + choices.below(2_000)).min(package.len())].to_vec();
                package.splice(to..to, copy);
            }
            _ => {
                // A whole line is removed or repeated.
                let line = package[at..].iter().position(|octet| *octet == b'\n').map_or(package.len(), |n| at + n + 1);
                let end =
                    package[line..].iter().position(|octet| *octet == b'\n').map_or(package.len(), |n| line + n + 1);
                let copy = package[line..end].to_vec();
                if choices.one_in(2) { drop(package.drain(line..end)) } else { drop(package.splice(line..line, copy)) }
            }
        }
    }
    package
}

/// Certificates, revocation lists, names, keys and key stores are read without a panic, and no certificate is trusted
/// except those of the authority.
pub fn certificates(octets: &[u8]) {
    static TRUST: OnceLock<(Trust, Vec<Certificate>)> = OnceLock::new();
    let (trust, genuine) = TRUST.get_or_init(|| {
        let trust = Trust::anchors([certificate("ca")]).expect("an anchor").signer(SignerRule::AnyBelowTheAnchors);
        let trust = trust.intermediates([certificate("sub-ca")]);
        let names = ["alice", "bob", "carol", "dave", "ec256", "ec384", "ec521", "ca", "sub-ca", "nosign", "short"];
        (trust, names.map(certificate).to_vec())
    });
    let changed = (octets.first() == Some(&0)).then(|| changed_certificate(&octets[1..], genuine));
    let octets = changed.as_deref().unwrap_or(octets);
    let mut found: Vec<Certificate> = Certificate::from_der(octets).into_iter().collect();
    found.extend(Certificate::all_from_pem(octets).unwrap_or_default());
    for certificate in &found {
        let _all = (certificate.subject().to_string(), certificate.serial_decimal(), certificate.key_usage());
        let _more = (certificate.not_before(), certificate.computed_key_identifier(), certificate.version());
        if trust.validate(certificate, &[], Purpose::Signing, now(), &Budget::dangerous_unbounded()).is_ok() {
            assert!(genuine.contains(certificate), "a certificate that nobody issued is trusted: {octets:?}");
        }
    }
    for name in [
        DistinguishedName::from_der(octets),
        String::from_utf8(octets.to_vec())
            .map_err(|_| ())
            .and_then(|text| DistinguishedName::parse(&text).map_err(|_| ()))
            .or_else(|()| DistinguishedName::from_der(b"")),
    ]
    .into_iter()
    .flatten()
    {
        let written = name.written(NameForm::default());
        // Text with a NUL equals no name from DER, on purpose.
        if octets.contains(&0) || String::from_utf8_lossy(octets).contains("\\00") {
            continue;
        }
        let again = DistinguishedName::parse(&written);
        assert!(again.as_ref().is_ok_and(|again| *again == name), "{written:?} is read as {again:?}");
    }
    let _keys = (PublicKey::from_spki(octets).is_ok(), PrivateKey::from_der(octets).is_ok());
    let _pem = (PrivateKey::from_pem(octets).is_ok(), Identity::from_pem(octets, octets).is_ok());
    let _lists = (
        RevocationList::all_from_pem(octets).is_ok(),
        RevocationList::from_der(octets).is_ok(),
        trust.clone().crls(octets).is_ok(),
    );
    let _paths = (pki_path(octets).is_some(), pkcs7_certificates(octets).is_some());
    if octets.len() < 8_192 {
        let _store = Identity::from_key_store(octets, "changeit").is_ok();
    }
}

fn changed_certificate(octets: &[u8], genuine: &[Certificate]) -> Vec<u8> {
    let mut choices = Choices::new(octets);
    let mut der = match choices.below(8) {
        0 => file("ca.crl"),
        1 => file("alice.p12"),
        2 => file("alice.key"),
        3 => file("dave.p7b"),
        4 => genuine[0].subject().to_string().into_bytes(),
        _ => choices.one_of(genuine).der().to_vec(),
    };
    for _ in 0..choices.below(4) {
        let at = choices.below(der.len().max(1)).min(der.len());
        match choices.below(4) {
            0 if at < der.len() => der[at] = choices.pick(&[0, 1, 0x7F, 0x80, 0x81, 0x84, 0xFF, 0x30, 0x06]),
            1 if at < der.len() => der[at] ^= 1 << choices.below(8),
            2 => drop(der.drain(at..(at + choices.below(64)).min(der.len()))),
            _ => {
                let copy = der[at..(at + choices.below(64)).min(der.len())].to_vec();
                der.splice(at..at, copy);
            }
        }
    }
    der
}

/// A report on any message, by the profile as written and as deployed, is made without a panic.
pub fn report(octets: &[u8]) {
    let opening = Opening::shared();
    let text = if octets.first() == Some(&0) { opening.mutant(&octets[1..]).xml.into_bytes() } else { octets.to_vec() };
    let receivers = &opening.receivers[0];
    for context in [bsp::Context::new(), bsp::Context::new().receiver(&receivers[0]).first_message(true)] {
        if let Ok(report) = bsp::report(&text, &context) {
            for verdict in report.verdicts() {
                let _all = (verdict.why().len(), verdict.findings().len(), verdict.is_breach());
            }
        }
    }
}
