//! Prefixes that were rewritten: of one namespace, or of several at once.

use wss_c14n::name;

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, Out, steps};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};
use super::names::shown;

/// The prefixes that stacks use for an envelope.
const OF_SOAP: [&str; 14] =
    ["soap", "soapenv", "s", "S", "SOAP-ENV", "env", "soap-env", "soap12", "", "senv", "e", "v", "ns0", "ns1"];
const OF_WSU: [&str; 7] = ["wsu", "u", "ns1", "ns2", "ns3", "ns0", "util"];
const OF_DS: [&str; 7] = ["ds", "", "dsig", "ns0", "ns1", "ns2", "sig"];
/// The prefixes of well-known namespaces, as stacks and specifications write them.
const OF_KNOWN: [(&str, &[&str]); 26] = [
    (name::XSI.uri, &["xsi", "i", "a", "x", "ns1", "xs"]),
    ("http://www.w3.org/2001/XMLSchema", &["xsd", "xs", "s", "x", "schema"]),
    ("http://schemas.xmlsoap.org/soap/encoding/", &["soapenc", "SOAP-ENC", "soap-enc", "enc"]),
    ("http://www.w3.org/2003/05/soap-encoding", &["soapenc", "enc", "soap12enc"]),
    ("http://www.w3.org/2005/08/addressing", &["wsa", "a", "wsa5", "add", "addr", "wsa10"]),
    ("http://schemas.xmlsoap.org/ws/2004/08/addressing", &["wsa", "a", "add", "addr"]),
    (name::WSSE.uri, &["wsse", "o", "sec", "wss", "se"]),
    (name::WSSE11.uri, &["wsse11", "k", "b", "wsse1.1"]),
    (name::XENC.uri, &["xenc", "e", "enc", "x"]),
    (name::XENC11.uri, &["xenc11", "e11"]),
    ("http://www.w3.org/2001/10/xml-exc-c14n#", &["ec", "c14n", "exc", "exc14n", "ec1"]),
    ("urn:oasis:names:tc:SAML:1.0:assertion", &["saml", "saml1", "saml11", "a"]),
    ("urn:oasis:names:tc:SAML:2.0:assertion", &["saml", "saml2", "a", "saml20"]),
    ("urn:oasis:names:tc:SAML:2.0:protocol", &["samlp", "saml2p", "p"]),
    ("http://docs.oasis-open.org/ws-sx/ws-trust/200512", &["wst", "t", "trust"]),
    ("http://schemas.xmlsoap.org/ws/2005/02/trust", &["wst", "t", "trust"]),
    ("http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512", &["wsc", "c", "sc", "dk"]),
    ("http://schemas.xmlsoap.org/ws/2005/02/sc", &["wsc", "c", "sc", "dk"]),
    ("http://schemas.xmlsoap.org/ws/2004/09/policy", &["wsp", "wsp15", "p"]),
    ("http://docs.oasis-open.org/ws-rx/wsrm/200702", &["wsrm", "r", "rm"]),
    ("http://www.w3.org/2004/08/xop/include", &["xop", "inc", "i"]),
    ("http://www.w3.org/2005/05/xmlmime", &["xmime", "xm"]),
    ("http://www.w3.org/1999/xlink", &["xlink", "xl"]),
    ("http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/", &["eb", "eb3", "ebms", "ns2", "ns4"]),
    ("http://www.w3.org/1999/xhtml", &["html", "h", "xhtml"]),
    ("http://schemas.microsoft.com/2003/10/Serialization/", &["ser", "z", "i"]),
];
/// The prefixes that tools make up, and those of usual examples.
const OF_OTHERS: [&str; 60] = [
    "", "ns0", "ns1", "ns2", "ns3", "ns4", "ns5", "tns", "ns", "m", "n1", "q1", "a", "b", "p", "x", "urn", "web",
    "ser", "typ", "v1", "wsa", "sch", "d4p1", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "n", "o", "q", "r",
    "s", "t", "u", "v", "w", "y", "z", "n0", "n2", "p1", "q2", "ns6", "ns7", "ns8", "ns9", "msg", "dto", "com", "xs",
    "data", "v2", "imp",
];
/// The largest number of candidates for one namespace.
const CANDIDATES: usize = 80;
/// The largest number of edits that rename several prefixes.
const SEVERAL: usize = 4_500;

/// New prefixes for old ones, all replaced at once.
type Map = Vec<(String, String)>;

/// Edits of one prefix of the envelope: the most usual.
pub(super) fn of_envelope(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (prefix, uri) in sketch.namespaces.iter().filter(|(_, uri)| is_soap(uri)) {
        edits.extend(alone(sketch, clues, prefix, uri));
    }
    edits
}

/// Edits of one prefix of another namespace.
pub(super) fn of_others(sketch: &Sketch, clues: &Clues) -> Vec<Edit> {
    each_of_others(sketch, clues, CANDIDATES).collect()
}

/// As [`of_others`], one namespace after the other, with the first `most` candidates for each.
pub(super) fn each_of_others<'s>(sketch: &'s Sketch, clues: &'s Clues, most: usize) -> impl Iterator<Item = Edit> + 's {
    let others = sketch.namespaces.iter().filter(|(_, uri)| !is_soap(uri));
    others.flat_map(move |(prefix, uri)| alone(sketch, clues, prefix, uri).into_iter().take(most))
}

fn alone(sketch: &Sketch, clues: &Clues, prefix: &str, uri: &str) -> Vec<Edit> {
    let candidates = candidates(clues, uri);
    candidates.into_iter().filter_map(|to| renamed(sketch, vec![(prefix.to_owned(), to)])).collect()
}

fn is_soap(uri: &str) -> bool {
    [name::SOAP11.uri, name::SOAP12.uri].contains(&uri)
}

/// The prefixes that the sender may have used for a namespace: those of the message first.
pub(super) fn candidates(clues: &Clues, uri: &str) -> Vec<String> {
    let usual: &[&str] = match uri {
        uri if is_soap(uri) => &OF_SOAP,
        uri if uri == name::WSU.uri => &OF_WSU,
        uri if uri == name::DS.uri => &OF_DS,
        _ => &OF_OTHERS,
    };
    let own = if is_soap(uri) || [name::WSU.uri, name::DS.uri].contains(&uri) { Vec::new() } else { of_name(uri) };
    let own = own.iter().map(String::as_str);
    let known = OF_KNOWN.iter().find(|(known, _)| *known == uri).map_or(&[][..], |(_, prefixes)| *prefixes);
    let known = known.iter().copied();
    each_once(clues.for_namespace(uri).into_iter().chain(known).chain(own).chain(usual.iter().copied()))
}

/// The first of these prefixes, each once.
pub(super) fn each_once<'p>(prefixes: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for prefix in prefixes {
        if all.len() < CANDIDATES && !all.iter().any(|known| known == prefix) {
            all.push(prefix.to_owned());
        }
    }
    all
}

/// Prefixes that people make of the last words of a namespace name.
fn of_name(uri: &str) -> Vec<String> {
    let words = uri.split(['/', ':', '#', '.', '-', '_']).rev();
    let words = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.len() < 24).take(3);
    let mut all = Vec::new();
    for word in words {
        let lower = word.to_ascii_lowercase();
        let consonants: String = lower.chars().filter(|c| !"aeiou".contains(*c)).take(3).collect();
        all.extend([1, 2, 3, 4].iter().filter_map(|len| lower.get(..*len)).map(str::to_owned));
        all.extend([word.to_owned(), lower.clone(), consonants]);
    }
    all.retain(|prefix| !prefix.is_empty());
    all
}

/// Edits of several prefixes at once: those of the envelope and of security in the spellings of their stacks, and those
/// of the payload as tools number them.
pub(super) fn several<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Box<dyn Iterator<Item = Edit> + 's> {
    let is_framework = |uri: &str| is_soap(uri) || uri == name::WSU.uri;
    let all: Vec<&(String, String)> = sketch.in_order.iter().filter(|(prefix, _)| prefix != "xml").collect();
    let (framework, payload): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, uri)| is_framework(uri));
    if framework.len() + payload.len() < 2 {
        return Box::new(std::iter::empty());
    }
    let kept = |(prefix, _): &&(String, String)| (prefix.clone(), prefix.clone());
    // The choices for the prefixes of the framework: every combination of a candidate for each, in the order of the
    // candidates.
    let mut choices: Vec<Map> = vec![Vec::new()];
    for (prefix, uri) in framework.iter().take(2) {
        let others = candidates(clues, uri).into_iter().filter(|to| to != prefix);
        // A program that numbers prefixes numbers all: it is likely that this one was another.
        let mut tos: Vec<String> = std::iter::once(prefix.clone()).chain(others).collect();
        if is_numbered(prefix) {
            tos.rotate_left(1);
        }
        choices = tos
            .iter()
            .flat_map(|to| choices.iter().map(|map| [map.as_slice(), &[(prefix.clone(), to.clone())]].concat()))
            .collect();
    }
    let mut payloads: Vec<Map> = vec![payload.iter().map(kept).collect()];
    match payload.as_slice() {
        [] => {}
        [(prefix, uri)] => {
            let tos = candidates(clues, uri).into_iter().filter(|to| to != prefix);
            payloads.extend(tos.map(|to| vec![(prefix.clone(), to)]));
        }
        many => payloads.extend(conventional(many, clues).into_iter().chain(schemes(many))),
    }
    let unchanged = choices.first().cloned().unwrap_or_default();
    let pairs = of_pairs(&payload, clues).into_iter().map(move |pair| [unchanged.as_slice(), &pair].concat());
    let products = choices.into_iter().flat_map(move |of_framework| {
        let all: Vec<Map> = payloads.iter().map(|of_payload| [of_framework.as_slice(), of_payload].concat()).collect();
        all
    });
    let several = |map: &Map| map.iter().filter(|(from, to)| from != to).count() > 1;
    Box::new(products.chain(pairs).filter(several).take(SEVERAL).filter_map(|map| renamed(sketch, map)))
}

/// The largest number of candidates for each of two namespaces.
const EACH_OF_TWO: usize = 30;

/// The usual prefixes of well-known namespaces, beside each candidate for one other namespace, or for two: as they were before a
/// program numbered all prefixes.
fn conventional(payload: &[&(String, String)], clues: &Clues) -> Vec<Map> {
    let usual = |uri: &str| {
        let known =
            OF_KNOWN.iter().find(|(known, _)| *known == uri).and_then(|(_, prefixes)| prefixes.first().copied());
        known.or_else(|| (uri == name::DS.uri).then_some("ds"))
    };
    let (known, others): (Vec<_>, Vec<_>) = payload.iter().copied().partition(|(_, uri)| usual(uri).is_some());
    // Only what a program numbered is searched among so many.
    let were_numbered = |all: &[&(String, String)]| all.iter().all(|(prefix, _)| is_numbered(prefix));
    if known.is_empty() && others.len() < 2 || !were_numbered(&others) {
        return Vec::new();
    }
    let candidates = |(prefix, uri): &(String, String)| {
        let mut tos = candidates(clues, uri);
        tos.retain(|to| to != prefix && !(is_numbered(prefix) && is_numbered(to)));
        tos
    };
    let of_known: Map =
        known.iter().filter_map(|(prefix, uri)| Some((prefix.clone(), usual(uri)?.to_owned()))).collect();
    let with = |rest: Map| [of_known.as_slice(), &rest].concat();
    match others.as_slice() {
        [] => vec![of_known],
        [other @ (prefix, _)] => {
            let tos = std::iter::once(prefix.clone()).chain(candidates(other));
            tos.map(|to| with(vec![(prefix.clone(), to)])).collect()
        }
        [one @ (first, _), two @ (second, _)] => {
            let (ones, twos) = (candidates(one), candidates(two));
            let pair =
                |to: &String, other: &String| with(vec![(first.clone(), to.clone()), (second.clone(), other.clone())]);
            let twos = twos.iter().take(EACH_OF_TWO);
            ones.iter().take(EACH_OF_TWO).flat_map(|to| twos.clone().map(move |other| pair(to, other))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a prefix is a number behind a few letters, as programs make them up.
fn is_numbered(prefix: &str) -> bool {
    let letters = prefix.trim_end_matches(|c: char| c.is_ascii_digit());
    letters.len() < prefix.len() && letters.len() <= 4
}

/// As [`several`], where a program numbered two prefixes or more.
pub(super) fn numbered<'s>(sketch: &'s Sketch, clues: &'s Clues) -> Box<dyn Iterator<Item = Edit> + 's> {
    let count = sketch.in_order.iter().filter(|(prefix, _)| is_numbered(prefix)).count();
    if count > 1 { several(sketch, clues) } else { Box::new(std::iter::empty()) }
}

/// The prefixes that tools choose for several namespaces.
fn schemes(payload: &[&(String, String)]) -> Vec<Map> {
    let mut all: Vec<Map> = Vec::new();
    let count = payload.len();
    let mut add = |name: &dyn Fn(usize) -> String| {
        all.push(payload.iter().enumerate().map(|(nth, (prefix, _))| (prefix.clone(), name(nth))).collect());
    };
    for start in [0, 1, 2, 3] {
        add(&|nth| format!("ns{}", nth + start));
        add(&|nth| format!("ns{}", count - 1 - nth + start));
        // The outermost is the default namespace.
        add(&|nth| if nth == 0 { String::new() } else { format!("ns{}", nth - 1 + start) });
    }
    for stem in ["n", "p", "q", "a", "tns", "d", "x"] {
        add(&|nth| format!("{stem}{}", nth + 1));
        add(&|nth| format!("{stem}{nth}"));
    }
    // Each prefix is the last word of its namespace name.
    for nth_of_name in 0..4 {
        let of_uri = |nth: usize| {
            let uri = payload.get(nth).map(|(_, uri)| uri.as_str()).unwrap_or_default();
            of_name(uri).into_iter().nth(nth_of_name).unwrap_or_else(|| format!("ns{nth}"))
        };
        add(&of_uri);
    }
    let letter = |nth: usize| char::from(b'a' + u8::try_from(nth % 26).unwrap_or_default()).to_string();
    add(&letter);
    add(&|nth| if nth == 0 { String::new() } else { letter(nth - 1) });
    all
}

/// Edits of two prefixes of the payload, each with its candidates.
fn of_pairs(payload: &[&(String, String)], clues: &Clues) -> Vec<Map> {
    let [(first, one), (second, two)] = payload else { return Vec::new() };
    let others = candidates(clues, two);
    let pair = |to: &String, other: &String| vec![(first.clone(), to.clone()), (second.clone(), other.clone())];
    candidates(clues, one).iter().flat_map(|to| others.iter().map(move |other| pair(to, other))).collect()
}

/// An edit that renames prefixes; `None` if the names would collide.
fn renamed(sketch: &Sketch, map: Map) -> Option<Edit> {
    let map: Map = map.into_iter().filter(|(from, to)| from != to).collect();
    if map.is_empty() {
        return None;
    }
    let renamed =
        |prefix: &str| map.iter().find(|(from, _)| from == prefix).map_or(prefix, |(_, to)| to.as_str()).to_owned();
    // If two namespaces have one prefix, before or after the change, another edit would be needed.
    let mut after: Vec<(String, &str)> = Vec::new();
    for (prefix, uri) in &sketch.namespaces {
        let to = renamed(prefix);
        let is_changed = to != *prefix;
        let collides = |(known, other): &(String, &str)| *known == to && *other != uri;
        let is_ambiguous = is_changed && sketch.namespaces.iter().any(|(other, bound)| other == prefix && bound != uri);
        if is_ambiguous || after.iter().any(collides) && (is_changed || map.iter().any(|(_, new)| *new == to)) {
            return None;
        }
        after.push((to, uri));
    }
    let on_attributes = |from: &str| sketch.attributes.iter().any(|name| prefix_of(name) == from);
    if map.iter().any(|(from, to)| to.is_empty() && !from.is_empty() && on_attributes(from)) {
        return None;
    }
    let words: Vec<(String, String)> = map.iter().map(|(from, to)| (shown(from), shown(to))).collect();
    let (from, to) = match words.as_slice() {
        [(from, to)] => (from.clone(), to.clone()),
        [(from, to), rest @ ..] => {
            let rest: Vec<String> = rest.iter().map(|(from, to)| format!("{to} in place of {from}")).collect();
            (format!("{from}, {}", rest.join(", ")), to.clone())
        }
        [] => return None,
    };
    Some(Edit::new(Cause::PrefixRewritten { from: from.into(), to: to.into() }, move |canonical, out| {
        rename(canonical, &map, out);
    }))
}

/// Writes the form with other prefixes. A declaration that is in scope already is not written again.
fn rename(canonical: &str, map: &[(String, String)], out: Out<'_>) {
    let mut scopes: Vec<Vec<(String, String)>> = Vec::new();
    let defaults = map.iter().any(|(_, to)| to.is_empty());
    steps(canonical, |step| match step.token {
        Token::Start(start) => {
            let mut tag = Tag::read(start);
            let was_bare = prefix_of(&tag.name).is_empty();
            rename_tag(&mut tag, map);
            let in_scope = |prefix: &str| {
                scopes.iter().rev().flatten().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str())
            };
            tag.namespaces.retain(|(prefix, uri)| in_scope(prefix).unwrap_or_default() != uri);
            // A name that was in no namespace stays there below the new default.
            if was_bare && defaults && prefix_of(&tag.name).is_empty() && !in_scope("").unwrap_or_default().is_empty() {
                tag.namespaces.push(("".into(), "".into()));
            }
            let own = tag.namespaces.iter().map(|(prefix, uri)| (prefix.to_string(), uri.to_string())).collect();
            scopes.push(own);
            tag.write(&mut |text| out(text.as_bytes()));
        }
        Token::End(end) => {
            scopes.pop();
            out(b"</");
            out(with_prefix(end.trim_start_matches("</").trim_end_matches('>'), map).as_bytes());
            out(b">");
        }
        token => out(token.as_str().as_bytes()),
    });
}

pub(super) fn rename_tag(tag: &mut Tag<'_>, map: &[(String, String)]) {
    tag.name = with_prefix(&tag.name, map).into();
    for (name, value) in &mut tag.attributes {
        // An attribute without prefix is in no namespace.
        if !prefix_of(name).is_empty() {
            *name = with_prefix(name, map).into();
        }
        // The type of an element is a qualified name, too.
        if name.ends_with(":type") {
            *value = with_prefix(value, map).into();
        }
    }
    for (prefix, uri) in &mut tag.namespaces {
        if let Some((_, to)) = map.iter().find(|(from, _)| prefix == from).filter(|_| !uri.is_empty()) {
            *prefix = to.clone().into();
        }
    }
    tag.namespaces.sort();
    tag.namespaces.dedup();
}

pub(super) fn with_prefix(name: &str, map: &[(String, String)]) -> String {
    let prefix = prefix_of(name);
    let Some((_, to)) = map.iter().find(|(from, _)| from == prefix) else { return name.to_owned() };
    let local = name.rsplit(':').next().unwrap_or(name);
    if to.is_empty() { local.to_owned() } else { format!("{to}:{local}") }
}
