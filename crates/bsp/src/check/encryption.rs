//! Chapter 10: encryption.

use std::collections::HashMap;

use wss_c14n::{Element, NodeId, name};
use wss_crypto::{KeyWrap, TransportMethod};

use crate::listed::{CONTENTS, TRANSPORTS, WRAPS};
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, EncryptedData, List, Targets, is_encrypted_data};

pub(crate) fn judge(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    headers(targets, findings);
    for key in &targets.encrypted_keys {
        encrypted_key(*key, findings);
    }
    for data in &targets.encrypted_data {
        encrypted_data(data, targets, findings);
    }
    let keys = key_names(targets);
    let steps = Steps::of(targets, &keys);
    // A list names parts of the Body, too.
    let ciphertext = match targets.hiding_data().next() {
        Some(_) => Ciphertext::MayHide,
        None => targets.ciphertext(),
    };
    for (at, list) in targets.lists.iter().enumerate() {
        judge_list(list, ciphertext, &keys, targets, findings);
        steps.complete(at, list, findings);
    }
}

fn child<'d>(element: Element<'d>, namespace: &str, local: &str) -> Option<Element<'d>> {
    element.children().find(|child| child.is(namespace, local))
}

/// §10.1, §10.5.2.
fn headers(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let Some(header) = targets.header else { return };
    let bare = header.children().find(|child| is_encrypted_data(*child));
    match bare {
        Some(data) => findings.fail(Rule::R3228, data, "a header block encrypted without wsse11:EncryptedHeader"),
        None => findings.pass(Rule::R3228, header),
    }
    for block in header.children_named(name::WSSE11.uri, "EncryptedHeader") {
        findings.pass(Rule::R3299, block);
        let mut children = block.children();
        let data = children.next().filter(|data| is_encrypted_data(*data));
        let alone = data.is_some() && children.next().is_none() && !block.has_character_data();
        findings.check(Rule::R3230, block, alone, "something other than one xenc:EncryptedData inside");
        let Some(data) = data else { continue };
        let block_has_id = block.attribute(name::WSU.uri, "Id").is_some();
        let data_has_id = data.attribute("", "Id").is_some();
        if block_has_id {
            findings.pass(Rule::R3232, data);
        } else {
            findings.check(Rule::R5624, data, data_has_id, "neither it nor its wsse11:EncryptedHeader has an id");
        }
        if !data_has_id {
            findings.check(Rule::R5627, block, block_has_id, "neither it nor its xenc:EncryptedData has an id");
        }
    }
}

/// §10.4, §10.12.
fn encrypted_key(key: Element<'_>, findings: &mut Findings<'_>) {
    for (rule, attribute) in
        [(Rule::R3209, "Type"), (Rule::R5622, "MimeType"), (Rule::R5623, "Encoding"), (Rule::R5602, "Recipient")]
    {
        findings.check(rule, key, key.attribute("", attribute).is_none(), &format!("a {attribute} attribute"));
    }
    let method = child(key, name::XENC.uri, "EncryptionMethod");
    findings.check(Rule::R5603, key, method.is_some(), "no xenc:EncryptionMethod");
    key_info(key, findings);
    let Some(method) = method else { return };
    let uri = method.attribute("", "Algorithm").unwrap_or_default();
    let among = |known: &[&str]| known.contains(&&*uri);
    let mut judge = |rule: Rule, met: bool| {
        if met {
            findings.pass(rule, method);
        } else {
            findings.fail_on(rule, method, Some(&uri), format!("{uri} is not in the list"));
        }
    };
    // An algorithm that this library does not support is recognised by its name.
    let is_called = |kind: &str| uri.strip_prefix(name::XENC.uri).is_some_and(|local| local.starts_with(kind));
    if TransportMethod::from_uri(&uri).is_some() || is_called("rsa-") {
        judge(Rule::R5621, among(&TRANSPORTS));
    }
    if KeyWrap::from_uri(&uri).is_some() || is_called("kw-") {
        judge(Rule::R5625, among(&WRAPS));
    }
    judge(Rule::R5626, among(&TRANSPORTS) || among(&WRAPS));
}

/// §10.5, §10.11.
fn encrypted_data(data: &EncryptedData<'_>, targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let element = data.element;
    let by_key = data.named_by.iter().filter_map(|at| targets.lists.get(*at)).any(|list| list.key.is_some());
    if !by_key {
        let has_key_info = child(element, name::DS.uri, "KeyInfo").is_some();
        findings.check(Rule::R5629, element, has_key_info, "no xenc:EncryptedKey lists it, and it has no ds:KeyInfo");
    }
    let method = child(element, name::XENC.uri, "EncryptionMethod");
    findings.check(Rule::R5601, element, method.is_some(), "no xenc:EncryptionMethod");
    if let Some(method) = method {
        let uri = method.attribute("", "Algorithm").unwrap_or_default();
        if CONTENTS.contains(&&*uri) {
            findings.pass(Rule::R5620, method);
        } else {
            findings.fail_on(Rule::R5620, method, Some(&uri), format!("{uri} is not in the list"));
        }
    }
    key_info(element, findings);
}

/// §10.6.
fn key_info(encrypted: Element<'_>, findings: &mut Findings<'_>) {
    let Some(key_info) = child(encrypted, name::DS.uri, "KeyInfo") else { return };
    let count = key_info.children().count();
    findings.check(Rule::R5424, key_info, count == 1, &format!("{count} children where one belongs"));
    let has_reference = child(key_info, name::WSSE.uri, "SecurityTokenReference").is_some();
    findings.check(Rule::R5426, key_info, has_reference, "no wsse:SecurityTokenReference");
}

/// §10.2.1, §10.4.1, §10.7 to §10.10.
fn judge_list(
    list: &List<'_>,
    ciphertext: Ciphertext,
    keys: &[KeyName],
    targets: &Targets<'_>,
    findings: &mut Findings<'_>,
) {
    let (data_rule, key_rule) = match list.key {
        None => (Rule::R5608, Rule::R5613),
        Some(_) => (Rule::R3006, Rule::R3007),
    };
    for reference in &list.data {
        match targets.named_by(*reference) {
            // `wsse11:EncryptedHeader` has a wsu:Id; the EncryptedData in it has an Id.
            Some(target) => {
                let fits = match is_encrypted_data(target) {
                    true => target.attribute("", "Id").is_some(),
                    false => target.is(name::WSSE11.uri, "EncryptedHeader"),
                };
                findings.check(data_rule, *reference, fits, "the URI names neither EncryptedData nor EncryptedHeader");
            }
            None if ciphertext == Ciphertext::MayHide && is_shorthand(*reference) => {
                findings.unknown(data_rule, *reference, "a key: what the URI names may be encrypted itself");
            }
            None => findings.fail(data_rule, *reference, "the URI is not \"#\" and the Id of an xenc:EncryptedData"),
        }
    }
    for reference in &list.keys {
        let fits = targets.named_by(*reference).is_some_and(|target| target.is(name::XENC.uri, "EncryptedKey"));
        findings.check(key_rule, *reference, fits, "the URI is not \"#\" and the Id of an xenc:EncryptedKey");
    }
    match list.key {
        Some(key) => {
            let named = list.named.iter().filter_map(|at| targets.encrypted_data.get(*at));
            for data in named.filter(|data| targets.security_of(data.element) == Some(list.security)) {
                let precedes = key.id() < data.element.id();
                findings.check(Rule::R3208, key, precedes, "it follows xenc:EncryptedData of the header that it lists");
            }
        }
        None => single_key(list, list.named.iter().filter_map(|at| keys.get(*at)).copied(), findings),
    }
}

fn is_shorthand(reference: Element<'_>) -> bool {
    reference.attribute("", "URI").is_some_and(|uri| uri.len() > 1 && uri.starts_with('#') && !uri.contains('('))
}

/// §10.2.1.
fn single_key(list: &List<'_>, named: impl Iterator<Item = KeyName>, findings: &mut Findings<'_>) {
    let mut keys: Vec<KeyName> = named.collect();
    keys.dedup();
    match keys.as_slice() {
        [] => {}
        keys if keys.iter().any(|key| matches!(key, KeyName::Nothing)) => {
            findings.unknown(Rule::R3205, list.element, "which keys the data were encrypted with");
        }
        [_] => findings.pass(Rule::R3205, list.element),
        keys if keys.iter().all(|key| matches!(key, KeyName::Token(_))) => {
            findings.fail(Rule::R3205, list.element, "it names data under different keys");
        }
        _ => findings.unknown(Rule::R3205, list.element, "whether different names mean one key"),
    }
}

/// The key that the `ds:KeyInfo` of EncryptedData names.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum KeyName {
    /// A token of the message.
    Token(NodeId),
    /// A token outside the message, by the number of the text that identifies it.
    Elsewhere(usize),
    Nothing,
}

/// The names of the keys of all EncryptedData, in the order of [`Targets::encrypted_data`]. They are read once, and
/// compared by number: many lists may name one EncryptedData whose key has a long name.
fn key_names(targets: &Targets<'_>) -> Vec<KeyName> {
    let mut texts = HashMap::new();
    targets.encrypted_data.iter().map(|data| KeyName::of(data.element, targets, &mut texts)).collect()
}

impl KeyName {
    fn of(data: Element<'_>, targets: &Targets<'_>, texts: &mut HashMap<String, usize>) -> Self {
        let key_info = child(data, name::DS.uri, "KeyInfo");
        let Some(reference) = key_info.and_then(|info| child(info, name::WSSE.uri, "SecurityTokenReference")) else {
            return Self::Nothing;
        };
        let Some(reference) = targets.reference_at(reference) else { return Self::Nothing };
        match reference.internal_token() {
            Some(token) => Self::Token(token.id()),
            None => {
                let next = texts.len();
                text_of(reference).map_or(Self::Nothing, |text| Self::Elsewhere(*texts.entry(text).or_insert(next)))
            }
        }
    }
}

/// The text by which a reference identifies a token outside the message.
fn text_of(reference: &Reference<'_>) -> Option<String> {
    match reference.form()? {
        (Form::Direct, child) => Some(child.attribute("", "URI").unwrap_or_default().into_owned()),
        (Form::KeyIdentifier, child) => Some(child.text_if_plain()?.split_ascii_whitespace().collect()),
        _ => None,
    }
}

/// The encryption steps to which EncryptedData that no list names may belong (§10.2.2, §10.3.1).
struct Steps {
    /// The number of EncryptedData that name the key of a list.
    of_list: HashMap<usize, usize>,
    /// The number of EncryptedData that name no key.
    left: usize,
}

impl Steps {
    fn of(targets: &Targets<'_>, keys: &[KeyName]) -> Self {
        let mut of_key: HashMap<KeyName, usize> = HashMap::new();
        for (at, list) in targets.lists.iter().enumerate() {
            if let Some(key) = list.key {
                of_key.insert(KeyName::Token(key.id()), at);
            }
        }
        let mut key_lists = targets.lists.iter().enumerate().filter(|(_, list)| list.key.is_some());
        let only_key_list = key_lists.next().map(|(at, _)| at).filter(|_| key_lists.next().is_none());
        let mut unnamed = Vec::new();
        for (data, key) in targets.encrypted_data.iter().zip(keys.iter().copied()) {
            match data.named_by.first() {
                None => unnamed.push(key),
                Some(at) if key != KeyName::Nothing => {
                    of_key.entry(key).or_insert(*at);
                }
                Some(_) => {}
            }
        }
        let mut steps = Self { of_list: HashMap::new(), left: 0 };
        for key in unnamed {
            let owner = if key == KeyName::Nothing { only_key_list } else { of_key.get(&key).copied() };
            match owner {
                Some(list) => *steps.of_list.entry(list).or_default() += 1,
                None => steps.left += 1,
            }
        }
        steps
    }

    fn complete(&self, at: usize, list: &List<'_>, findings: &mut Findings<'_>) {
        let rule = if list.key.is_some() { Rule::R3214 } else { Rule::R3231 };
        let step = list.element;
        if let Some(count) = self.of_list.get(&at) {
            return findings.fail(rule, step, format!("it does not name {count} of the data under its key"));
        }
        if self.left > 0 {
            findings.unknown(rule, step, "which step made the data that no list names");
        } else {
            findings.pass(rule, step);
        }
    }
}
