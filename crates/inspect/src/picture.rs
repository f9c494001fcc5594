//! The picture: the security of a message, with the links between its pieces. Nothing in it is verified.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use ws_security::attachments::Package;
use ws_security::c14n::{Budget, Document, Element, IdIndex, NodeId, Paths, id_of, name};
use ws_security::text::WireText;
use ws_security::tokens::{TokenFact, assertion_facts, binary_token_facts};
use ws_security::{
    Clock, DangerousNoReplayCache, ExplainedReference, ExplainedSignature, Explanation, Incoming, Limit, Limits,
    Receiver, Requirements, Trust, Verdict, key_in_words,
};

use crate::error::InspectError;
use crate::recipients::{Recipients, key_info};

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
    /// Whether the value of a signature fits a key that the message has; `None` if that is unknown, and for all else.
    pub(crate) value_fits: Option<bool>,
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
}

/// An `xenc:EncryptedData`.
#[derive(Clone)]
pub(crate) struct Ciphertext {
    /// Its path, or the URL of the attachment that has the octets.
    pub(crate) what: String,
    pub(crate) span: Range<usize>,
    pub(crate) method: String,
    /// Whom it is for, as its keys name them; empty if nothing names anybody.
    pub(crate) recipients: Vec<Arc<str>>,
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
    let reader = Reader {
        ids,
        targets: RefCell::default(),
        paths: RefCell::default(),
        explained: RefCell::default(),
        explanation,
        budget,
        limits,
    };
    let is_header = |element: &Element<'_>| element.is(name::WSSE.uri, "Security");
    limits.check(Limit::SecurityHeaders, document.elements().filter(is_header).count())?;
    let headers = document.elements().filter(is_header).map(|header| reader.header(header));
    let headers = headers.collect::<Result<Vec<Header>, InspectError>>()?;
    for item in headers.iter().flat_map(|header| &header.items) {
        problems.extend(problems_of(item));
    }
    let is_data = |element: &Element<'_>| element.is(name::XENC.uri, "EncryptedData");
    limits.check(Limit::EncryptedData, document.elements().filter(is_data).count())?;
    let by_id = |id: &str| reader.element(id).0;
    let recipients = Recipients::new(document, &by_id, &reader.budget);
    let ciphertexts = document.elements().filter(is_data).map(|data| reader.ciphertext(data, &recipients)).collect();
    let attachments = package.into_iter().flat_map(Package::attachments).map(|part| {
        let octets = part.unauthenticated_content()?.len();
        let id = part.content_id().unwrap_or("without a Content-ID");
        Ok(format!("{id}, {octets} octets of {}", part.unauthenticated_type()))
    });
    let root = document.root().name().to_string();
    Ok(Picture { root, problems, headers, ciphertexts, attachments: attachments.collect::<Result<_, InspectError>>()? })
}

/// What is wrong with a child of a header.
fn problems_of(item: &Item) -> Vec<String> {
    let broken = item.links.iter().filter(|link| link.fits == Some(false)).map(|link| {
        let place = link.target.as_ref().map_or(link.reference.as_str(), |target| &*target.path);
        match &link.causes[..] {
            [] => {
                format!("the digest of {place} does not fit, for no usual cause: it was changed after it was signed")
            }
            causes => format!("the digest of {place} does not fit: {}", causes.join("; ")),
        }
    });
    let values = item.facts.iter().filter(|fact| item.value_fits == Some(false) && fact.starts_with(WRONG_VALUE));
    broken.chain(values.map(|fact| fact.trim_start_matches("! ").to_owned())).collect()
}

/// How the fact begins that the value of a signature does not fit.
const WRONG_VALUE: &str = "! the signature value does not fit";

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

/// The largest number of elements between a key of an agreement and the agreement.
const MOST_NESTED: usize = 8;

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
    paths: RefCell<Paths>,
    /// The signatures of the explanation that were shown already: several may have one path.
    explained: RefCell<HashSet<usize>>,
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
        Ok(Header { path: self.path_of(header), span: header.span(), attributes, items })
    }

    fn item(&self, element: Element<'d>) -> Result<Item, InspectError> {
        let (mut facts, mut links, mut value_fits) = (Vec::new(), Vec::new(), None);
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
            "Signature" => value_fits = self.signature(element, &mut facts, &mut links)?,
            "Assertion" => value_fits = self.assertion(element, &mut facts, &mut links)?,
            "EncryptedKey" => {
                facts.push(format!("method {}", algorithm(element, "EncryptionMethod")));
                facts.extend(key_info(element).into_iter().flat_map(agreement));
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
        Ok(Item { name: element.name().local.to_owned(), id, span: element.span(), facts, value_fits, links })
    }

    /// Returns whether the value fits a key that the message has.
    fn signature(
        &self,
        element: Element<'d>,
        facts: &mut Vec<String>,
        links: &mut Vec<Link>,
    ) -> Result<Option<bool>, InspectError> {
        let Some(signed_info) = element.children().next() else { return Ok(None) };
        let is_reference = |child: &Element<'_>| child.name().local == "Reference";
        self.limits.check(Limit::References, signed_info.children().filter(is_reference).count())?;
        facts.push(format!("method {}", algorithm(signed_info, "SignatureMethod")));
        let explained = self.explained(element);
        for (at, reference) in signed_info.children().filter(is_reference).enumerate() {
            let mut link = self.link(LinkKind::Covers, attribute(reference, "URI"));
            link.method = Some(algorithm(reference, "DigestMethod"));
            if let Some(explained) = explained.and_then(|signature| signature.references.get(at)) {
                (link.fits, link.causes) = verdict(explained);
            }
            links.push(link);
        }
        self.key_info(element, links)?;
        let (fits, fact) = match explained.map(|signature| &signature.value) {
            Some(Verdict::Fits) => (Some(true), "the signature value fits a key in the message".to_owned()),
            Some(value @ Verdict::Differs { .. }) => {
                let causes: Vec<String> = value.causes().iter().map(ToString::to_string).collect();
                let colon = if causes.is_empty() { "" } else { ": " };
                (Some(false), format!("{WRONG_VALUE} a key in the message{colon}{}", causes.join("; ")))
            }
            Some(Verdict::Unknown { why }) => (None, format!("the signature value is not checked: {why}")),
            _ => return Ok(None),
        };
        facts.push(fact);
        Ok(fits)
    }

    /// The explanation of a signature: the next one with its path and Id.
    fn explained(&self, element: Element<'d>) -> Option<&ExplainedSignature> {
        let (path, id) = (WireText::from(self.path_of(element)), id_of(element).map(WireText::from));
        let mut seen = self.explained.borrow_mut();
        let mut all = self.explanation.signatures.iter().enumerate();
        let (at, found) = all.find(|(at, one)| one.path == path && one.id == id && !seen.contains(at))?;
        seen.insert(at);
        Some(found)
    }

    /// An assertion, its holder's keys, and the signature of its issuer.
    fn assertion(
        &self,
        element: Element<'d>,
        facts: &mut Vec<String>,
        links: &mut Vec<Link>,
    ) -> Result<Option<bool>, InspectError> {
        facts.extend(assertion_facts(element).iter().map(|TokenFact { name, value }| format!("{name} {value}")));
        let before = facts.len();
        let confirmations = element.descendants_and_self().filter(|inner| inner.name().local == "SubjectConfirmation");
        for inner in confirmations.flat_map(Element::descendants_and_self) {
            facts.extend(key_in_words(inner).map(|words| format!("holder's key: {words}")));
            self.limits.check(Limit::SecurityTokenReferences, facts.len() - before)?;
        }
        let signature = element.children().find(|child| child.is(name::DS.uri, "Signature"));
        signature.map_or(Ok(None), |signature| self.signature(signature, facts, links))
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
                _ => {
                    let side =
                        inner.ancestors_and_self().take(MOST_NESTED).find_map(|outer| match outer.name().local {
                            "OriginatorKeyInfo" => Some("the sender's "),
                            "RecipientKeyInfo" => Some("the recipient's "),
                            _ => None,
                        });
                    let words = key_in_words(inner).map(|words| format!("{}{words}", side.unwrap_or_default()));
                    links.extend(words.map(|words| Link::to_nowhere(LinkKind::Key, words)));
                }
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
        let mut known = self.targets.borrow_mut();
        let target = known
            .entry(element.id())
            .or_insert_with(|| Target { path: self.path_of(element).into(), span: element.span() });
        target.clone()
    }

    fn path_of(&self, element: Element<'d>) -> String {
        self.paths.borrow_mut().of(element)
    }

    /// The element with an Id, and whether several elements have it: the first of them.
    fn element(&self, id: &str) -> (Option<Element<'d>>, bool) {
        match &self.ids {
            Ids::Unique(ids) => (ids.get(id), false),
            Ids::Repeated(ids) => ids.get(id).map_or((None, false), |(first, more)| (Some(*first), *more)),
        }
    }

    fn link(&self, kind: LinkKind, reference: String) -> Link {
        let (found, is_ambiguous) = reference.strip_prefix('#').map_or((None, false), |id| self.element(id));
        let target = found.filter(|_| !is_ambiguous).map(|element| self.target(element));
        Link { target, is_ambiguous, ..Link::to_nowhere(kind, reference) }
    }

    fn ciphertext(&self, data: Element<'d>, recipients: &Recipients<'_, 'd>) -> Ciphertext {
        let reference = data.descendants_and_self().find(|inner| inner.is(name::XENC.uri, "CipherReference"));
        let what = reference.map_or_else(|| self.path_of(data), |reference| attribute(reference, "URI"));
        let method = algorithm(data, "EncryptionMethod");
        Ciphertext { what, span: data.span(), method, recipients: recipients.of_data(data) }
    }
}

impl Link {
    fn to_nowhere(kind: LinkKind, reference: String) -> Self {
        Self { kind, reference, target: None, is_ambiguous: false, method: None, fits: None, causes: Vec::new() }
    }
}

/// Whether a digest fits, and the causes why it does not. One over plaintext is unknown until someone decrypts.
fn verdict(reference: &ExplainedReference) -> (Option<bool>, Vec<String>) {
    let verdict = &reference.verdict;
    let fits = match verdict {
        Verdict::Unknown { .. } => None,
        _ if reference.is_encrypted => return (None, Vec::new()),
        verdict => Some(verdict.fits()),
    };
    (fits, verdict.causes().iter().map(ToString::to_string).collect())
}

/// The algorithms by which a key is agreed on and derived, if one is.
fn agreement(key_info: Element<'_>) -> Vec<String> {
    let of = |local: &'static str, word: &'static str| {
        let found = key_info.descendants_and_self().filter(move |inner| inner.name().local == local).take(1);
        found.map(move |method| format!("{word} {}", attribute(method, "Algorithm")))
    };
    of("AgreementMethod", "agreed by").chain(of("KeyDerivationMethod", "derived by")).collect()
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
    element.text_if_plain().map_or_else(String::new, |text| text.into_owned())
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 60 { text.chars().take(60).chain("…".chars()).collect() } else { text.to_owned() }
}
