//! Mutants of messages: changes that someone between sender and receiver can make with the keys of an attacker.

use std::sync::LazyLock;

use ws_security::c14n::{CanonicalizationMethod, Document, Element, id_of, name};
use ws_security::crypto::{ContentEncryption, DigestMethod, KeyWrap, SignatureMethod, TransportMethod};
use ws_security::xmldsig::{ATTACHMENT_COMPLETE, ATTACHMENT_CONTENT, ENVELOPED_SIGNATURE, STR_TRANSFORM};

use crate::choices::Choices;
use crate::forge::{Attacker, header, with_id};
use crate::golden::{Golden, Pool};
use crate::tree::{Place, attributes, escaped, inserted, named, parse, replaced, self_contained, with_attribute};

/// A mutant, and how it was made.
#[derive(Debug)]
pub struct Mutant<'p> {
    /// The message it started from.
    pub golden: &'p Golden,
    /// The message.
    pub xml: String,
    /// The operators that were applied.
    pub trail: Vec<&'static str>,
}

/// Makes a mutant of one of the messages of `pool`.
#[must_use]
pub fn mutant<'p>(choices: &mut Choices<'_>, pool: &'p Pool, attacker: &Attacker) -> Mutant<'p> {
    let golden = choices.one_of(&pool.genuine);
    let mut mutant = Mutant { golden, xml: golden.xml.clone(), trail: Vec::new() };
    let count = 1 + choices.below(4);
    for _ in 0..count {
        let (name, operator) = choose(choices);
        let donor = donor(choices, pool, golden);
        let Some(document) = parse(&mutant.xml) else { break };
        let step = Step { document: &document, golden, pool, donor, attacker };
        let Some(next) = operator(&step, choices) else { continue };
        mutant.trail.push(name);
        drop(document);
        mutant.xml = next;
    }
    mutant
}

/// Mostly another message of the same shape, which has a fitting structure.
fn donor<'p>(choices: &mut Choices<'_>, pool: &'p Pool, golden: &Golden) -> &'p Golden {
    let all: Vec<&Golden> = pool.all().collect();
    if choices.one_in(2) {
        return all[choices.below(all.len())];
    }
    let alike: Vec<&Golden> =
        all.iter().copied().filter(|other| other.shape == golden.shape && other.xml != golden.xml).collect();
    alike[choices.below(alike.len())]
}

struct Step<'s, 'd> {
    document: &'d Document<'d>,
    /// The message that the mutant started from.
    golden: &'s Golden,
    pool: &'s Pool,
    donor: &'s Golden,
    attacker: &'s Attacker,
}

type Operator = fn(&Step<'_, '_>, &mut Choices<'_>) -> Option<String>;

fn choose(choices: &mut Choices<'_>) -> (&'static str, Operator) {
    let total: usize = OPERATORS.iter().map(|(_, weight, _)| weight).sum();
    let mut at = choices.below(total);
    for (name, weight, operator) in OPERATORS {
        if at < weight {
            return (name, operator);
        }
        at -= weight;
    }
    ("nothing", |_, _| None)
}

/// Name, weight, operator.
const OPERATORS: [(&str, usize, Operator); 30] = [
    ("delete", 3, delete),
    ("duplicate", 3, duplicate),
    ("move", 6, moved),
    ("copy from another message", 6, copied),
    ("replace by the one of another message", 6, substituted),
    ("swap siblings", 3, swapped),
    ("wrap", 4, wrapped),
    ("unwrap", 2, unwrapped),
    ("rename", 2, renamed),
    ("declare", 5, declared),
    ("rebind", 5, rebound),
    ("undeclare", 3, undeclared),
    ("change attribute", 5, attribute_changed),
    ("take an Id", 5, id_taken),
    ("point elsewhere", 5, reference_changed),
    ("rename attribute", 2, attribute_renamed),
    ("remove attribute", 2, attribute_removed),
    ("add attribute", 2, attribute_added),
    ("algorithm", 5, algorithm_changed),
    ("text of another", 5, text_of_another),
    ("text", 3, text_changed),
    ("markup in text", 2, markup),
    ("sign as attacker", 6, signed),
    ("sign again", 5, resigned),
    ("own token", 2, own_token),
    ("encrypt as attacker", 6, encrypted),
    ("re-key", 5, rekeyed),
    ("wrap the Body aside", 4, body_aside),
    ("call ciphertext an assertion", 4, called_an_assertion),
    ("lift from another message", 8, lifted),
];

impl<'d> Step<'_, 'd> {
    fn source(&self) -> &'d str {
        self.document.source()
    }

    /// An element: any, or one near the top, which decides more.
    fn element(&self, choices: &mut Choices<'_>) -> Element<'d> {
        let all: Vec<Element<'d>> = self.document.elements().collect();
        if choices.one_in(2) {
            return choices.pick(&all);
        }
        let depth = |element: &Element<'d>| element.ancestors_and_self().count();
        let top: Vec<Element<'d>> = all.iter().copied().filter(|element| depth(element) <= 4).collect();
        choices.pick(&top)
    }

    /// An element other than the root.
    fn inner(&self, choices: &mut Choices<'_>) -> Option<Element<'d>> {
        let element = self.element(choices);
        element.parent().is_some().then_some(element)
    }

    fn ids(&self) -> Vec<String> {
        self.document.elements().filter_map(id_of).map(|id| id.into_owned()).collect()
    }

    fn text_of(&self, element: Element<'d>, choices: &mut Choices<'_>) -> String {
        if choices.one_in(4) { self.source()[element.span()].to_owned() } else { self_contained(element) }
    }
}

fn delete(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let element = step.inner(choices)?;
    let span = if choices.one_in(5) { element.content_span() } else { element.span() };
    Some(replaced(step.source(), span, ""))
}

fn duplicate(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (element, target) = (step.inner(choices)?, step.element(choices));
    Some(inserted(target, choices.pick(&Place::ALL), &step.text_of(element, choices)))
}

fn moved(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (element, target) = (step.inner(choices)?, step.element(choices));
    if element.contains(target) {
        return None;
    }
    let text = step.text_of(element, choices);
    let marked = replaced(step.source(), element.span(), MARK);
    // The marker keeps the place of the removed text, so that the target is found again by its offset.
    let start = target.span().start;
    let start = if start > element.span().start { start + MARK.len() - element.span().len() } else { start };
    let document = parse(&marked)?;
    let next = inserted(document.element_at(start)?, choices.pick(&Place::ALL), &text);
    Some(next.replace(MARK, ""))
}

const MARK: &str = "<!--taken-->";

fn copied(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let donor = parse(&step.donor.xml)?;
    let other = Step { document: &donor, ..*step };
    let text = other.text_of(other.inner(choices)?, choices);
    Some(inserted(step.element(choices), choices.pick(&Place::ALL), &text))
}

fn substituted(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let element = step.inner(choices)?;
    let donor = parse(&step.donor.xml)?;
    let alike = named(&donor, element.name().local);
    let other = *alike.get(choices.below(alike.len()))?;
    let other_step = Step { document: &donor, ..*step };
    Some(replaced(step.source(), element.span(), &other_step.text_of(other, choices)))
}

fn swapped(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let siblings: Vec<Element<'_>> = step.inner(choices)?.parent()?.children().collect();
    let at = choices.below(siblings.len());
    let (first, second) = (siblings.get(at)?.span(), siblings.get(at + 1)?.span());
    let source = step.source();
    let (one, between, two) = (&source[first.clone()], &source[first.end..second.start], &source[second.clone()]);
    Some(replaced(source, first.start..second.end, &format!("{two}{between}{one}")))
}

fn wrapped(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let element = step.inner(choices)?;
    let soap = step.document.root().name().namespace;
    let (namespace, local) = choices.pick(&[
        ("urn:evil", "w"),
        (soap, "Body"),
        (soap, "Header"),
        (name::WSSE.uri, "Security"),
        (name::DS.uri, "Object"),
        (name::WSSE11.uri, "EncryptedHeader"),
        (name::WSSE.uri, "Embedded"),
        (name::XENC.uri, "EncryptedData"),
        (name::DS.uri, "Signature"),
    ]);
    let inner = if choices.one_in(3) { String::new() } else { step.text_of(element, choices) };
    let wrapped = format!("<w:{local} xmlns:w=\"{namespace}\">{inner}</w:{local}>");
    let keeps = choices.one_in(3);
    let wrapped = if keeps { format!("{wrapped}{}", &step.source()[element.span()]) } else { wrapped };
    Some(replaced(step.source(), element.span(), &wrapped))
}

fn unwrapped(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let element = step.inner(choices)?;
    Some(replaced(step.source(), element.span(), &step.source()[element.content_span()]))
}

fn renamed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let element = step.inner(choices)?;
    let others: Vec<&str> = step.document.elements().map(Element::qualified_name).collect();
    let name = choices.pick(&others);
    let source = &step.source()[element.span()];
    let rest = source.strip_prefix('<')?.strip_prefix(element.qualified_name())?;
    let text = match rest.strip_suffix('>')?.trim_end().strip_suffix(element.qualified_name()) {
        Some(rest) => format!("<{name}{rest}{name}>"),
        None => format!("<{name}{rest}"),
    };
    Some(replaced(step.source(), element.span(), &text))
}

const PREFIXES: [&str; 13] = ["p", "q", "s", "xsi", "a", "ds", "wsse", "wsu", "xenc", "wsse11", "wsc", "ec", ""];

/// An element on the way to the Body, or any element.
fn outer<'d>(step: &Step<'_, 'd>, choices: &mut Choices<'_>) -> Element<'d> {
    if choices.one_in(2) { step.document.root() } else { step.element(choices) }
}

fn namespace(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> String {
    let element = step.element(choices);
    (choices.pick(&["urn:evil", "urn:q", "urn:p", element.name().namespace])).to_owned()
}

fn declared(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let prefix = choices.pick(&PREFIXES);
    let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
    Some(with_attribute(outer(step, choices), &name, &namespace(step, choices)))
}

/// The spans of the namespace declarations of an element, name and value.
fn declarations(element: Element<'_>) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let start = element.span().start;
    let tag = &element.document().source()[element.start_tag_span()];
    let all = attributes(tag).into_iter().filter(|(name, _)| tag[name.clone()].starts_with("xmlns"));
    all.map(|(n, v)| (start + n.start..start + n.end, start + v.start..start + v.end)).collect()
}

fn rebound(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let declarations = declarations(outer(step, choices));
    let (name, value) = declarations.get(choices.below(declarations.len()))?.clone();
    if choices.one_in(3) {
        let prefix = choices.pick(&PREFIXES[..12]);
        return Some(replaced(step.source(), name, &format!("xmlns:{prefix}")));
    }
    Some(replaced(step.source(), value, &escaped(&namespace(step, choices))))
}

fn undeclared(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let declarations = declarations(outer(step, choices));
    let (name, value) = declarations.get(choices.below(declarations.len()))?.clone();
    Some(replaced(step.source(), name.start..value.end + 1, ""))
}

/// An attribute of some element: spans of name and value.
fn attribute(
    step: &Step<'_, '_>,
    choices: &mut Choices<'_>,
) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let element = step.element(choices);
    let start = element.span().start;
    let all = attributes(&step.source()[element.start_tag_span()]);
    let (name, value) = all.get(choices.below(all.len()))?.clone();
    Some((start + name.start..start + name.end, start + value.start..start + value.end))
}

fn attribute_changed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (_, value) = attribute(step, choices)?;
    let other = attribute(&Step { document: &parse(&step.donor.xml)?, ..*step }, choices)?.1;
    let by = choices.pick(&[&step.donor.xml[other], "", "urn:evil", "1", "0", "true"]);
    Some(replaced(step.source(), value, by))
}

const ID_NAMES: [&str; 5] = ["wsu:Id", "Id", "xml:id", "ID", "AssertionID"];

fn id_taken(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let ids = Some(step.ids()).filter(|ids| !ids.is_empty())?;
    let id = choices.one_of(&ids).clone();
    // An element with an Id gets another one, or none.
    let owner = step.document.elements().find(|element| id_of(*element).as_deref() == Some(&id))?;
    let (name, value) = attributes(&step.source()[owner.start_tag_span()])
        .into_iter()
        .find(|(_, value)| step.source()[owner.start_tag_span()][value.clone()] == id)?;
    let start = owner.span().start;
    let target = step.element(choices);
    let target_start = target.span().start;
    let by = choices.pick(&["free", &id]);
    let freed = replaced(step.source(), start + value.start..start + value.end, by);
    let grown = by.len().wrapping_sub(id.len());
    let at = if target_start > start { target_start.wrapping_add(grown) } else { target_start };
    let document = parse(&freed)?;
    let name = step.source()[start + name.start..start + name.end].to_owned();
    let name = if choices.one_in(2) { name } else { (choices.pick(&ID_NAMES)).to_owned() };
    Some(with_attribute(document.element_at(at)?, &name, &id))
}

fn reference_changed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let with_uri: Vec<Element<'_>> =
        step.document.elements().filter(|element| element.attribute("", "URI").is_some()).collect();
    let element = *with_uri.get(choices.below(with_uri.len()))?;
    let ids = Some(step.ids()).filter(|ids| !ids.is_empty())?;
    let uri = match choices.below(8) {
        0 => String::new(),
        1 => "#xpointer(/)".to_owned(),
        2 => format!("#xpointer(id('{}'))", choices.one_of(&ids)),
        _ => format!("#{}", choices.one_of(&ids)),
    };
    Some(with_attribute(element, "URI", &uri))
}

fn attribute_renamed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (name, _) = attribute(step, choices)?;
    let by = choices.pick(&["wsu:Id", "Id", "xml:id", "ID", "URI", "ValueType", "s:mustUnderstand", "s:actor", "Type"]);
    Some(replaced(step.source(), name, by))
}

fn attribute_removed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (name, value) = attribute(step, choices)?;
    Some(replaced(step.source(), name.start..value.end + 1, ""))
}

fn attribute_added(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (name, value) = choices.pick(&[
        ("xml:space", "preserve"),
        ("xml:lang", "de"),
        ("xml:base", "http://evil.example/"),
        ("s:actor", "http://schemas.xmlsoap.org/soap/actor/next"),
        ("s:role", "http://www.w3.org/2003/05/soap-envelope/role/next"),
        ("s:mustUnderstand", "1"),
        ("Type", "http://www.w3.org/2001/04/xmlenc#Content"),
        ("Type", "http://www.w3.org/2001/04/xmlenc#Element"),
        ("evil", "1"),
        ("PrefixList", "p q s #default"),
    ]);
    Some(with_attribute(step.element(choices), name, value))
}

/// The identifiers of every algorithm that the library knows, and some that are of no algorithm here.
static ALGORITHMS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let other = [
        STR_TRANSFORM,
        ATTACHMENT_CONTENT,
        ATTACHMENT_COMPLETE,
        ENVELOPED_SIGNATURE,
        "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk/p_sha1",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ];
    let canonicalizations = CanonicalizationMethod::ALL.into_iter().map(CanonicalizationMethod::uri);
    let digests = DigestMethod::ALL.iter().map(DigestMethod::uri);
    let signatures = SignatureMethod::ALL.iter().map(SignatureMethod::uri);
    let ciphers = ContentEncryption::ALL.iter().map(ContentEncryption::uri);
    let transports = TransportMethod::ALL.iter().map(TransportMethod::uri);
    let wraps = KeyWrap::ALL.iter().map(KeyWrap::uri);
    let known = canonicalizations.chain(digests).chain(signatures).chain(ciphers).chain(transports).chain(wraps);
    other.into_iter().chain(known).collect()
});

fn algorithm_changed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let with_algorithm: Vec<Element<'_>> =
        step.document.elements().filter(|element| element.attribute("", "Algorithm").is_some()).collect();
    let element = *with_algorithm.get(choices.below(with_algorithm.len()))?;
    Some(with_attribute(element, "Algorithm", choices.pick(&ALGORITHMS)))
}

fn leaves<'d>(document: &'d Document<'d>) -> Vec<Element<'d>> {
    document.elements().filter(|e| e.children().next().is_none() && !e.content_span().is_empty()).collect()
}

fn text_of_another(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let all = leaves(step.document);
    let element = *all.get(choices.below(all.len()))?;
    let document = if choices.one_in(2) { parse(&step.donor.xml)? } else { parse(step.source())? };
    let mut others = leaves(&document);
    if !choices.one_in(4) {
        others.retain(|other| other.name().local == element.name().local);
    }
    let other = *others.get(choices.below(others.len()))?;
    Some(replaced(step.source(), element.content_span(), &document.source()[other.content_span()]))
}

fn text_changed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let all = leaves(step.document);
    let span = all.get(choices.below(all.len()))?.content_span();
    let text = &step.source()[span.clone()];
    let at = choices.below(text.len());
    if !text.is_char_boundary(at) {
        return None;
    }
    let changed = match choices.below(6) {
        0 => text[..at].to_owned(),
        1 => format!(" {text}\n"),
        2 => format!("{}A{}", &text[..at], text.get(at + 1..)?),
        3 => format!("{text}="),
        4 => String::new(),
        _ => format!("{}9{}", &text[..at], &text[at..]),
    };
    Some(replaced(step.source(), span, &changed))
}

fn markup(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let all = leaves(step.document);
    let span = all.get(choices.below(all.len()))?.content_span();
    let at = span.start + choices.below(span.len());
    let by = choices.pick(&["<!-- -->", "<![CDATA[]]>", "<?p?>", "&#32;", "<x xmlns=\"\"/>", "&#13;", "\u{FEFF}"]);
    step.source().is_char_boundary(at).then(|| replaced(step.source(), at..at, by))
}

fn place(choices: &mut Choices<'_>) -> Place {
    if choices.one_in(2) { Place::First } else { Place::Last }
}

fn signed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let ids = Some(step.ids()).filter(|ids| !ids.is_empty())?;
    let mut chosen = Vec::new();
    for _ in 0..1 + choices.below(3) {
        let id = choices.one_of(&ids).clone();
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    if choices.one_in(3) {
        let (text, id) = with_id(step.element(choices));
        return step.attacker.signed(&text, &[id], place(choices));
    }
    step.attacker.signed(step.source(), &chosen, place(choices))
}

fn resigned(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let count = named(step.document, "Signature").len();
    step.attacker.resigned(step.source(), choices.below(count), choices.below(step.attacker.keys.len()))
}

fn own_token(step: &Step<'_, '_>, _: &mut Choices<'_>) -> Option<String> {
    Some(step.attacker.with_own_tokens(step.source()))
}

fn encrypted(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let element = if choices.one_in(2) {
        let children: Vec<Element<'_>> = header(step.document)?.children().collect();
        *children.get(choices.below(children.len()))?
    } else {
        step.inner(choices)?
    };
    step.attacker.encrypted(element, choices.one_in(3), choices.one_in(8), place(choices))
}

fn rekeyed(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let (at, key) = (choices.below(4), choices.below(step.attacker.keys.len()));
    let next = step.attacker.rekeyed(step.source(), at, key)?;
    let donor = choices.one_of(&step.pool.attacker);
    let plaintext = match choices.below(4) {
        0 => return Some(next),
        1 => "<p:Pay xmlns:p=\"urn:p\">6666</p:Pay>".to_owned(),
        2 => {
            let document = parse(&donor.xml)?;
            let body = named(&document, "Body").into_iter().next()?;
            document.source()[body.content_span()].to_owned()
        }
        _ => self_contained(step.inner(choices)?),
    };
    step.attacker.reencrypted(&next, choices.below(4), key, &plaintext)
}

/// The classical wrapping attack: the genuine Body is moved aside, another takes its place.
fn body_aside(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let body = named(step.document, "Body").into_iter().next()?;
    let genuine = self_contained(body);
    let soap = step.document.root().name().namespace;
    let id = id_of(body).filter(|_| choices.one_in(3)).map(|id| format!(" Id=\"{id}\"")).unwrap_or_default();
    let evil = format!("<e:Body xmlns:e=\"{soap}\"{id}><p:Pay xmlns:p=\"urn:p\">6666</p:Pay></e:Body>");
    let without = replaced(step.source(), body.span(), &evil);
    let document = parse(&without)?;
    let aside = format!("<w xmlns=\"urn:evil\">{genuine}</w>");
    let aside = if choices.one_in(2) { aside } else { genuine };
    let target = Step { document: &document, ..*step }.element(choices);
    Some(inserted(target, choices.pick(&Place::ALL), &aside))
}

/// Ciphertext, and perhaps an encrypted key, in a `saml2:EncryptedAssertion` at an end of the header.
fn called_an_assertion(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let all = named(step.document, "EncryptedData");
    let data = *all.get(choices.below(all.len()))?;
    let keys = named(step.document, "EncryptedKey");
    let key = keys.get(choices.below(keys.len())).filter(|_| !choices.one_in(4));
    let key = key.map_or_else(String::new, |key| without_list(&self_contained(*key)));
    let text = self_contained(data);
    let whole = format!("<x:EncryptedAssertion xmlns:x=\"{SAML2}\">{text}{key}</x:EncryptedAssertion>");
    if choices.one_in(2) && header(step.document)?.contains(data) {
        return Some(replaced(step.source(), data.span(), &whole));
    }
    Some(inserted(header(step.document)?, place(choices), &whole))
}

const SAML2: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

/// An encrypted key that does not say what it opens.
fn without_list(key: &str) -> String {
    let Some(document) = parse(key) else { return key.to_owned() };
    let list = named(&document, "ReferenceList").first().map(|list| list.span());
    list.map_or_else(|| key.to_owned(), |span| replaced(key, span, ""))
}

/// The message of an honest party that the attacker signs as it is, or one of the attacker's own with ciphertext and the
/// encrypted key of that in place of its own.
fn lifted(step: &Step<'_, '_>, choices: &mut Choices<'_>) -> Option<String> {
    let genuine = Some(step.golden).filter(|golden| !golden.secrets.is_empty())?;
    let (at, key) = (choices.below(2), choices.below(step.attacker.keys.len()));
    if choices.one_in(2) {
        return step.attacker.taken_over(&genuine.xml, at, key);
    }
    let alike: Vec<&Golden> = step.pool.attacker.iter().filter(|own| own.shape == genuine.shape).collect();
    let mut text = choices.one_of(&alike).xml.clone();
    let other = parse(&genuine.xml)?;
    for local in ["EncryptedData", "EncryptedKey"] {
        let document = parse(&text)?;
        let (own, others) = (named(&document, local), named(&other, local));
        let nth = choices.below(own.len().min(others.len()));
        let (Some(own), Some(theirs)) = (own.get(nth), others.get(nth)) else { continue };
        let next = replaced(&text, own.span(), &self_contained(*theirs));
        drop(document);
        text = next;
    }
    match choices.one_in(2) {
        true => step.attacker.resigned(&text, at, key),
        false => step.attacker.taken_over(&text, at, key),
    }
}
