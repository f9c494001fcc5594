//! The picture: the security of a message, with the links between its pieces. Nothing in it is verified.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use ws_security::attachments::Package;
use ws_security::c14n::{Budget, Document, Element, IdIndex, NodeId, id_of, name};
use ws_security::text::WireText;
use ws_security::tokens::{TokenFact, binary_token_facts};
use ws_security::{
    Clock, DangerousNoReplayCache, ExplainedReference, Explanation, Incoming, Limit, Limits, Receiver, Requirements,
    Trust,
};

use crate::error::InspectError;

/// The security of a message: headers, tokens, signatures, ciphertext, and what they refer to.
#[derive(Clone)]
pub struct Picture {
    /// The name of the document element.
    pub(crate) root: String,
    /// The problems of the message, which a reader should see first.
    pub(crate) problems: Vec<String>,
    /// The Security headers, in order.
    pub(crate) headers: Vec<Header>,
    /// Every `xenc:EncryptedData`.
    pub(crate) ciphertexts: Vec<Ciphertext>,
    /// The attachments.
    pub(crate) attachments: Vec<String>,
}

/// A Security header.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) path: String,
    pub(crate) span: Range<usize>,
    /// Its attributes: whom it is for, and whether it must be understood.
    pub(crate) attributes: Vec<(String, String)>,
    /// Its children.
    pub(crate) items: Vec<Item>,
}

/// A child of a Security header.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) span: Range<usize>,
    /// Its facts, as lines of text.
    pub(crate) facts: Vec<String>,
    /// The elements that it refers to.
    pub(crate) links: Vec<Link>,
}

/// The meaning of a link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// A signature covers the target.
    Covers,
    /// The key of a signature or an encrypted key is that of the target.
    Key,
    /// An encrypted key opens the target.
    Opens,
}

impl LinkKind {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Covers => "covers",
            Self::Key => "key by",
            Self::Opens => "opens",
        }
    }
}

/// A link from a child of a header.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) kind: LinkKind,
    /// The reference as the message has it.
    pub(crate) reference: String,
    /// The target of the link; `None` if the message has none.
    pub(crate) target: Option<Target>,
    /// Whether several elements have the Id.
    pub(crate) is_ambiguous: bool,
    /// The algorithm.
    pub(crate) method: Option<String>,
    /// Whether the digest fits; `None` if that is unknown.
    pub(crate) fits: Option<bool>,
    /// Why it does not, if a usual cause was found.
    pub(crate) causes: Vec<String>,
}

/// An element that a link leads to. Many may lead to one.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) path: Arc<str>,
    pub(crate) span: Range<usize>,
    /// Whether it is ciphertext, or contains some.
    hides: bool,
}

/// An `xenc:EncryptedData`.
#[derive(Clone)]
pub(crate) struct Ciphertext {
    /// Its path, or the URL of the attachment that has the octets.
    pub(crate) what: String,
    pub(crate) span: Range<usize>,
    pub(crate) method: String,
}

/// Reads the picture of a message.
pub(crate) fn of(
    text: &str,
    package: Option<&Package<'_>>,
    clock: Arc<dyn Clock>,
    limits: &Limits,
) -> Result<Picture, InspectError> {
    // Before the message is read here, so that two documents are never in memory.
    let explanation = explained(text, package, clock, limits);
    let document = &Document::parse(text, limits)?;
    let mut problems = Vec::new();
    let ids = IdIndex::build(document).map_or_else(
        |error| {
            problems.push(error.to_string());
            Ids::Repeated(repeated(document))
        },
        Ids::Unique,
    );
    problems.extend(explanation.notes.iter().map(ToString::to_string));
    let budget = Budget::new(limits, document.source().len() as u64);
    let reader = Reader { ids, targets: RefCell::default(), explanation, budget, limits };
    let is_header = |element: &Element<'_>| element.is(name::WSSE.uri, "Security");
    limits.check(Limit::SecurityHeaders, document.elements().filter(is_header).count())?;
    let headers = document.elements().filter(is_header).map(|header| reader.header(header));
    let headers = headers.collect::<Result<Vec<Header>, InspectError>>()?;
    for link in headers.iter().flat_map(|header| &header.items).flat_map(|item| &item.links) {
        if link.fits == Some(false) {
            let place = link.target.as_ref().map_or(link.reference.as_str(), |target| &*target.path);
            problems.push(match &link.causes[..] {
                [] => format!(
                    "the digest of {place} does not fit, for no usual cause: it was changed after it was signed"
                ),
                causes => format!("the digest of {place} does not fit: {}", causes.join("; ")),
            });
        }
    }
    let is_data = |element: &Element<'_>| element.is(name::XENC.uri, "EncryptedData");
    limits.check(Limit::EncryptedData, document.elements().filter(is_data).count())?;
    let ciphertexts = document.elements().filter(is_data).map(ciphertext).collect();
    let attachments = package.into_iter().flat_map(Package::attachments).map(|part| {
        let octets = part.unauthenticated_content()?.len();
        let id = part.content_id().unwrap_or("without a Content-ID");
        Ok(format!("{id}, {octets} octets of {}", part.unauthenticated_type()))
    });
    let root = document.root().name().to_string();
    Ok(Picture { root, problems, headers, ciphertexts, attachments: attachments.collect::<Result<_, InspectError>>()? })
}

/// The path of an element, shortened in the middle if it is long. Names of outer elements are in many paths.
fn path_of(element: Element<'_>) -> String {
    const ENDS: usize = 500;
    let path = element.path();
    let count = path.chars().count();
    if count <= 2 * ENDS {
        return path;
    }
    let (start, end) = (path.chars().take(ENDS), path.chars().skip(count - ENDS));
    start.chain("…".chars()).chain(end).collect()
}

/// The explanation of a receiver without any key: whether digests fit, and why not.
fn explained(text: &str, package: Option<&Package<'_>>, clock: Arc<dyn Clock>, limits: &Limits) -> Explanation {
    let required = Requirements::signed_body_and([]).dangerous_anonymous();
    let receiver =
        Receiver::new(Trust::no_certificates(), required, DangerousNoReplayCache).clock(clock).limits(*limits);
    match package {
        Some(package) => receiver.explain(package),
        None => receiver.explain(Incoming::from(text)),
    }
}

/// The elements by Id.
enum Ids<'d> {
    Unique(IdIndex<'d>),
    /// The document has an Id twice, or a value that cannot be an Id. For each value: the first element that has it, and whether
    /// other elements have it.
    Repeated(HashMap<Cow<'d, str>, (Element<'d>, bool)>),
}

fn repeated<'d>(document: &'d Document<'d>) -> HashMap<Cow<'d, str>, (Element<'d>, bool)> {
    let mut all = HashMap::new();
    for element in document.elements() {
        if let Some(id) = id_of(element) {
            all.entry(id).and_modify(|(_, has_others)| *has_others = true).or_insert((element, false));
        }
    }
    all
}

struct Reader<'d> {
    ids: Ids<'d>,
    /// The targets that were found already.
    targets: RefCell<HashMap<NodeId, Target>>,
    explanation: Explanation,
    budget: Budget,
    limits: &'d Limits,
}

impl<'d> Reader<'d> {
    fn header(&self, header: Element<'d>) -> Result<Header, InspectError> {
        self.limits.check(Limit::HeaderChildren, header.children().count())?;
        let attributes = header.attributes().map(|(name, value)| (name.local.to_owned(), value.into_owned()));
        let attributes = attributes.collect();
        let items = header.children().map(|child| self.item(child)).collect::<Result<_, _>>()?;
        Ok(Header { path: path_of(header), span: header.span(), attributes, items })
    }

    fn item(&self, element: Element<'d>) -> Result<Item, InspectError> {
        let (mut facts, mut links) = (Vec::new(), Vec::new());
        match element.name().local {
            "Timestamp" | "UsernameToken" => {
                self.limits.check(Limit::HeaderChildren, element.children().count())?;
                let shown = element.children().filter(|child| child.name().local != "Password");
                facts.extend(shown.map(|child| format!("{} {}", child.name().local, shortened(&leaf(child)))));
            }
            "BinarySecurityToken" => match binary_token_facts(element, &self.budget) {
                Ok(known) => facts.extend(known.iter().map(|TokenFact { name, value }| format!("{name} {value}"))),
                Err(error) => facts.push(format!("! {error}")),
            },
            "Signature" => self.signature(element, &mut facts, &mut links)?,
            "EncryptedKey" => {
                facts.push(format!("method {}", algorithm(element, "EncryptionMethod")));
                self.key_info(element, &mut links)?;
                self.reference_list(element, &mut links)?;
            }
            "DerivedKeyToken" => self.key_references(element, &mut links)?,
            "SecurityContextToken" => {
                self.limits.check(Limit::HeaderChildren, element.children().count())?;
                let identifiers = element.children().filter(|child| child.name().local == "Identifier");
                facts.extend(identifiers.map(|child| format!("Identifier {}", shortened(&leaf(child)))));
            }
            "ReferenceList" => {
                self.limits.check(Limit::DataReferences, element.children().count())?;
                links.extend(element.children().map(|child| self.link(LinkKind::Opens, attribute(child, "URI"))));
            }
            _ => {}
        }
        let id = id_of(element).map(|id| id.into_owned());
        Ok(Item { name: element.name().local.to_owned(), id, span: element.span(), facts, links })
    }

    fn signature(
        &self,
        element: Element<'d>,
        facts: &mut Vec<String>,
        links: &mut Vec<Link>,
    ) -> Result<(), InspectError> {
        let Some(signed_info) = element.children().next() else { return Ok(()) };
        let is_reference = |child: &Element<'_>| child.name().local == "Reference";
        self.limits.check(Limit::References, signed_info.children().filter(is_reference).count())?;
        facts.push(format!("method {}", algorithm(signed_info, "SignatureMethod")));
        let path = WireText::from(element.path());
        let explained = self.explanation.signatures.iter().find(|signature| signature.path == path);
        let references = signed_info.children().filter(|child| child.name().local == "Reference");
        for (at, reference) in references.enumerate() {
            let mut link = self.link(LinkKind::Covers, attribute(reference, "URI"));
            link.method = Some(algorithm(reference, "DigestMethod"));
            if let Some(explained) = explained.and_then(|signature| signature.references.get(at)) {
                (link.fits, link.causes) = verdict(explained);
            }
            // An element that was encrypted after it was signed has another digest until it is decrypted.
            if link.fits == Some(false) && link.target.as_ref().is_some_and(|target| target.hides) {
                (link.fits, link.causes) = (None, Vec::new());
            }
            links.push(link);
        }
        self.key_info(element, links)
    }

    fn key_info(&self, element: Element<'d>, links: &mut Vec<Link>) -> Result<(), InspectError> {
        let mut infos = element.children().filter(|child| child.name().local == "KeyInfo");
        infos.try_for_each(|info| self.key_references(info, links))
    }

    /// The targets of the references inside an element.
    fn key_references(&self, info: Element<'d>, links: &mut Vec<Link>) -> Result<(), InspectError> {
        let before = links.len();
        for inner in info.descendants_and_self().skip(1) {
            match inner.name().local {
                "Reference" => links.push(self.link(LinkKind::Key, attribute(inner, "URI"))),
                "KeyIdentifier" => {
                    let said = format!("{} {}", attribute(inner, "ValueType"), shortened(&leaf(inner)));
                    links.push(Link::to_nowhere(LinkKind::Key, said));
                }
                "X509IssuerName" => links.push(Link::to_nowhere(LinkKind::Key, format!("issuer {}", leaf(inner)))),
                "X509SerialNumber" => links.push(Link::to_nowhere(LinkKind::Key, format!("serial {}", leaf(inner)))),
                "KeyName" => links.push(Link::to_nowhere(LinkKind::Key, format!("name {}", shortened(&leaf(inner))))),
                _ => {}
            }
            self.limits.check(Limit::SecurityTokenReferences, links.len() - before)?;
        }
        Ok(())
    }

    fn reference_list(&self, element: Element<'d>, links: &mut Vec<Link>) -> Result<(), InspectError> {
        let lists = element.children().filter(|child| child.name().local == "ReferenceList");
        let references = lists.flat_map(Element::children);
        self.limits.check(Limit::DataReferences, references.clone().count())?;
        links.extend(references.map(|reference| self.link(LinkKind::Opens, attribute(reference, "URI"))));
        Ok(())
    }

    fn target(&self, element: Element<'d>) -> Target {
        let is_data = |element: Element<'_>| element.is(name::XENC.uri, "EncryptedData");
        let mut known = self.targets.borrow_mut();
        let target = known.entry(element.id()).or_insert_with(|| Target {
            path: path_of(element).into(),
            span: element.span(),
            hides: element.descendants_and_self().any(is_data),
        });
        target.clone()
    }

    fn link(&self, kind: LinkKind, reference: String) -> Link {
        let (found, is_ambiguous) = match (reference.strip_prefix('#'), &self.ids) {
            (Some(id), Ids::Unique(ids)) => (ids.get(id), false),
            (Some(id), Ids::Repeated(ids)) => ids.get(id).map_or((None, false), |(first, more)| (Some(*first), *more)),
            (None, _) => (None, false),
        };
        let target = found.filter(|_| !is_ambiguous).map(|element| self.target(element));
        Link { target, is_ambiguous, ..Link::to_nowhere(kind, reference) }
    }
}

impl Link {
    fn to_nowhere(kind: LinkKind, reference: String) -> Self {
        Self { kind, reference, target: None, is_ambiguous: false, method: None, fits: None, causes: Vec::new() }
    }
}

/// Whether a digest fits, and the causes why it does not.
fn verdict(reference: &ExplainedReference) -> (Option<bool>, Vec<String>) {
    let verdict = &reference.verdict;
    let fits = match verdict {
        ws_security::Verdict::Unknown { .. } => None,
        verdict => Some(verdict.fits()),
    };
    (fits, verdict.causes().iter().map(ToString::to_string).collect())
}

fn ciphertext(data: Element<'_>) -> Ciphertext {
    let reference = data.descendants_and_self().find(|inner| inner.is(name::XENC.uri, "CipherReference"));
    let what = reference.map_or_else(|| path_of(data), |reference| attribute(reference, "URI"));
    Ciphertext { what, span: data.span(), method: algorithm(data, "EncryptionMethod") }
}

fn algorithm(parent: Element<'_>, local: &str) -> String {
    let found = parent.children().find(|child| child.name().local == local);
    found.map_or("none".to_owned(), |child| attribute(child, "Algorithm"))
}

fn attribute(element: Element<'_>, local: &str) -> String {
    element.attribute("", local).map_or_else(String::new, |value| value.into_owned())
}

/// The text of an element without children; empty for one that has children.
fn leaf(element: Element<'_>) -> String {
    element.text().map_or_else(|_| String::new(), |text| text.into_owned())
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 60 { text.chars().take(60).chain("…".chars()).collect() } else { text.to_owned() }
}
