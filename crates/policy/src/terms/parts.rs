//! The parts of a message that are signed, encrypted or required (WS-SecurityPolicy 1.3 §4).

use wss_c14n::name;
use wss_header::{AddressingVersion, ElementPath, Part};

use super::other::unexpected;
use crate::assertion::{Assertion, Parameter};
use crate::names::is_security;
use crate::place::Place;
use crate::standing::{Notes, Standing};

/// Parts of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub(crate) signed_body: bool,
    pub(crate) encrypted_body: bool,
    /// Signed if they are there.
    pub(crate) signed: Vec<Part>,
    /// Encrypted if they are there.
    pub(crate) encrypted: Vec<Part>,
    /// Elements whose content is encrypted if they are there.
    pub(crate) content: Vec<Part>,
    /// Must be there.
    pub(crate) required: Vec<Part>,
    pub(crate) complete_attachments: bool,
    /// The elements inside the Body or header blocks that are named for a signature, and where.
    inner: Vec<(Part, Place)>,
}

/// What is done with parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Sign,
    Encrypt,
    EncryptContent,
    Require,
}

impl Verb {
    fn words(self) -> &'static str {
        match self {
            Self::Sign => "signed",
            Self::Encrypt => "encrypted",
            Self::EncryptContent => "encrypted in its content",
            Self::Require => "there",
        }
    }
}

impl Parts {
    pub(crate) fn read(&mut self, assertion: &Assertion, blocks: &[(String, String)], notes: &mut Notes) {
        let verb = match assertion.local() {
            "SignedParts" | "SignedElements" => Verb::Sign,
            "EncryptedParts" | "EncryptedElements" => Verb::Encrypt,
            "ContentEncryptedElements" => Verb::EncryptContent,
            _ => Verb::Require,
        };
        let is_bare = assertion.written.parameters.is_empty() && assertion.nested.is_empty();
        let is_parts = assertion.local().ends_with("Parts");
        if is_bare && is_parts && verb != Verb::Require {
            self.add(verb, Part::Body, None);
            if verb == Verb::Sign {
                every_known_block(blocks).for_each(|part| self.add(verb, part, None));
                notes.done(assertion, "the Body is signed, and every known header block that is there");
            } else {
                notes.done(assertion, "the Body is encrypted");
            }
            return;
        }
        notes.done(assertion, format!("what is {}", verb.words()));
        assertion.nested.iter().for_each(|inner| unexpected(inner, notes));
        for parameter in &assertion.written.parameters {
            let standing = match self.parameter(parameter, verb, blocks) {
                Ok(what) => Standing::Done(what),
                Err(why) => Standing::Refused(why),
            };
            notes.at(&parameter.local, &parameter.place, standing);
        }
    }

    /// What is done, or why it is refused.
    fn parameter(&mut self, parameter: &Parameter, verb: Verb, blocks: &[(String, String)]) -> Result<String, String> {
        if !is_security(&parameter.namespace) {
            return Err("it is not of WS-SecurityPolicy".to_owned());
        }
        let is_named = |part: &Part| format!("{part} is {} where it is there", verb.words());
        match parameter.local.as_str() {
            "Body" => {
                self.add(verb, Part::Body, None);
                Ok(format!("the Body is {}", verb.words()))
            }
            "Header" => {
                let namespace = parameter.attribute("Namespace").unwrap_or_default();
                match parameter.attribute("Name") {
                    Some(local) => {
                        let part = Part::every_header_block(namespace, local);
                        let what = is_named(&part);
                        self.add(verb, part, None);
                        Ok(what)
                    }
                    None => {
                        let parts = every_known_block(blocks);
                        let of_namespace = |part: &Part| matches!(part, Part::EveryHeaderBlock { namespace: of, .. } if of == namespace);
                        let parts: Vec<_> = parts.filter(of_namespace).collect();
                        if parts.is_empty() {
                            return Err(format!(
                                "which header blocks of {namespace} there are is not known: name them with `Keys::header_block`"
                            ));
                        }
                        parts.into_iter().for_each(|part| self.add(verb, part, None));
                        Ok(format!("every known header block of {namespace} is {}", verb.words()))
                    }
                }
            }
            "Attachments" => {
                self.add(verb, Part::Attachments, None);
                let inside = |local: &str| parameter.inside.iter().any(|(inner, _)| inner == local);
                self.complete_attachments |= inside("AttachmentCompleteSignatureTransform");
                Ok(format!("the attachments are {}", verb.words()))
            }
            "XPath" => {
                let part = part_of(parameter)?;
                let what = is_named(&part);
                self.add(verb, part, Some(&parameter.place));
                Ok(what)
            }
            "XPath2" => {
                Err("expressions of XPath Filter 2.0 are not supported: name a direct path in sp:XPath".to_owned())
            }
            "Empty" => Ok("nothing".to_owned()),
            _ => Err("no part of this assertion has this name".to_owned()),
        }
    }

    fn add(&mut self, verb: Verb, part: Part, place: Option<&Place>) {
        if verb == Verb::Sign && matches!(part, Part::EveryElement(_)) {
            self.inner.extend(place.map(|place| (part.clone(), place.clone())));
        }
        match (verb, part) {
            (Verb::Sign, Part::Body) => self.signed_body = true,
            (Verb::Encrypt | Verb::EncryptContent, Part::Body) => self.encrypted_body = true,
            (Verb::Sign, part) => push(&mut self.signed, part),
            (Verb::Encrypt, part) => push(&mut self.encrypted, part),
            (Verb::EncryptContent, part) => push(&mut self.content, part),
            (Verb::Require, part) => push(&mut self.required, part),
        }
    }

    /// A part that became ciphertext is not there when it is signed.
    pub(crate) fn signed_as_ciphertext(&self) -> bool {
        let is_ciphertext = |part: &Part| {
            let is_inside = matches!(part, Part::EveryElement(_)) && self.encrypted_body;
            is_inside || self.encrypted.contains(part)
        };
        self.signed.iter().any(is_ciphertext)
    }

    /// Where it names inner elements for a signature that `others` do not.
    pub(crate) fn inner_besides(&self, others: &Self) -> impl Iterator<Item = &Place> {
        self.inner.iter().filter(|(part, _)| !others.signed.contains(part)).map(|(_, place)| place)
    }

    /// `sp:OnlySignEntireHeadersAndBody` forbids what `sp:SignedElements` demands.
    pub(crate) fn refuse_inner_elements(&self, notes: &mut Notes) {
        for (_, place) in &self.inner {
            let why = "it is inside a part, and sp:OnlySignEntireHeadersAndBody admits whole parts alone";
            notes.at("XPath", place, Standing::Refused(why.to_owned()));
        }
    }
}

fn push(parts: &mut Vec<Part>, part: Part) {
    if !parts.contains(&part) {
        parts.push(part);
    }
}

/// The header blocks of WS-Addressing, and those that the application named.
fn every_known_block(blocks: &[(String, String)]) -> impl Iterator<Item = Part> {
    let addressing = AddressingVersion::ALL.into_iter().flat_map(AddressingVersion::every_part);
    addressing.chain(blocks.iter().map(|(namespace, local)| Part::every_header_block(namespace, local)))
}

/// The part that a direct path names.
fn part_of(parameter: &Parameter) -> Result<Part, String> {
    let direct = "only direct paths are supported: /s:Envelope/s:Body/p:a/p:b, with a name for each element";
    let path = parameter.text.strip_prefix('/').filter(|path| !path.starts_with('/')).ok_or(direct)?;
    let mut steps: Vec<(&str, &str)> = Vec::new();
    for step in path.split('/') {
        let (prefix, local) = step.trim().split_once(':').unwrap_or(("", step.trim()));
        if !name::is_ncname(local) || !(prefix.is_empty() || name::is_ncname(prefix)) {
            return Err(direct.to_owned());
        }
        // In XPath a name without a prefix is in no namespace.
        let bound = |(known, _): &&(String, String)| known == prefix;
        let namespace = match prefix {
            "" => "",
            prefix => {
                let bound = parameter.prefixes.iter().find(bound).map(|(_, uri)| uri.as_str());
                bound.ok_or_else(|| format!("the prefix {prefix} is not bound"))?
            }
        };
        steps.push((namespace, local));
    }
    let is_soap = |namespace: &str| [name::SOAP11.uri, name::SOAP12.uri].contains(&namespace);
    match steps.as_slice() {
        [(envelope, "Envelope"), (of, "Body")] if is_soap(envelope) && of == envelope => Ok(Part::Body),
        [(envelope, "Envelope"), (of, "Header"), block @ ..] if is_soap(envelope) && of == envelope => match block {
            [] => Err("the Header itself is not a part: name its blocks".to_owned()),
            [(security, "Security"), inner @ ..] if *security == name::WSSE.uri => in_security(inner),
            [(namespace, local)] => Ok(Part::every_header_block(*namespace, *local)),
            _ => element(&steps),
        },
        _ => element(&steps),
    }
}

fn element(steps: &[(&str, &str)]) -> Result<Part, String> {
    let steps: Vec<_> = steps.iter().map(|(namespace, local)| format!("{{{namespace}}}{local}")).collect();
    ElementPath::parse(&steps.join("/")).map(Part::every_element).map_err(|error| error.to_string())
}

/// A child of the Security header.
fn in_security(inner: &[(&str, &str)]) -> Result<Part, String> {
    match inner {
        [(_, "Timestamp")] => Ok(Part::Timestamp),
        [(_, "UsernameToken")] => Ok(Part::UsernameToken),
        [(_, "Assertion")] => Ok(Part::Assertion),
        [(_, "Signature")] => Ok(Part::Signature),
        _ => Err("only Timestamp, UsernameToken, Assertion and Signature of the Security header are parts".to_owned()),
    }
}
