//! The parts of a message that are signed, encrypted or required (WS-SecurityPolicy 1.3 §4).

use std::collections::HashSet;

use wss_c14n::name;
use wss_header::{AddressingVersion, ElementPath, Part};
use wss_soap::SoapVersion;

use super::other::unexpected;
use super::path::{Words, part_of};
use super::purpose::Purpose;
use crate::assertion::{Assertion, Parameter, is_xpath, is_xpath_2};
use crate::names::{WCF_CONTEXT, is_security};
use crate::place::Location;
use crate::standing::{Notes, Standing};

/// Parts of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub(crate) signed_body: bool,
    pub(crate) encrypted_body: bool,
    /// The parts that are signed if the message has them.
    pub(crate) signed: Vec<Part>,
    /// The parts that are encrypted if the message has them.
    pub(crate) encrypted: Vec<Part>,
    /// The elements whose content is encrypted if the message has them.
    pub(crate) content: Vec<Part>,
    /// The parts that messages must have.
    pub(crate) required: Vec<Part>,
    pub(crate) complete_attachments: bool,
    /// The namespaces of which each header block is signed, known or not; `None` for all.
    pub(crate) every_signed: Vec<Option<String>>,
    /// The namespaces of which each header block is encrypted.
    pub(crate) every_encrypted: Vec<Option<String>>,
    /// The elements inside the Body or header blocks that the policy names for a signature, and the places where it
    /// does.
    inner: Vec<(Part, Location)>,
    /// The places where the policy names the signatures of the header for a signature.
    signatures: Vec<Location>,
    /// The children of the Security header that the policy names for encryption, and the places where it does.
    encrypted_children: Vec<EncryptedChild>,
}

/// A child of the Security header that is named for encryption.
#[derive(Debug, Clone)]
pub(crate) struct EncryptedChild {
    pub(crate) part: Part,
    /// Whether the element is encrypted, and not its content alone.
    pub(crate) is_whole: bool,
    pub(crate) place: Location,
}

/// The language of paths, and the default of `XPathVersion`.
const XPATH_10: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";

/// The operation on parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Sign,
    Encrypt,
    EncryptContent,
    Require,
}

impl Verb {
    /// The sentence for the Body.
    fn of_body(self) -> &'static str {
        match self {
            Self::Sign => "the Body is signed",
            Self::Encrypt => "the Body is encrypted",
            Self::EncryptContent => "the Body is encrypted in its content",
            Self::Require => "the Body is there",
        }
    }

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
    pub(crate) fn read(&mut self, assertion: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) {
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
                self.note_every(verb, None);
                every_known_block(purpose).for_each(|part| self.add(verb, part, None));
                notes.done(assertion, "the Body and each header block are signed");
            } else {
                notes.done(assertion, "the Body is encrypted");
            }
            return;
        }
        match assertion.attribute("XPathVersion") {
            None | Some(XPATH_10) => notes.done(assertion, format!("what is {}", verb.words())),
            Some(_) => notes.refused(assertion, format!("its XPathVersion is not read: write paths of {XPATH_10}")),
        }
        assertion.nested.iter().for_each(|inner| unexpected(inner, notes));
        let is_kept = |parameter: &&Parameter| parameter.local() != "Body";
        let kept = assertion.written.parameters.iter().filter(is_kept).count();
        self.of(verb).reserve_exact(kept);
        for parameter in &assertion.written.parameters {
            let standing = match self.parameter(parameter, verb, purpose) {
                Ok(what) => Standing::Done(what),
                Err(why) => Standing::Refused(why),
            };
            notes.at(&parameter.place, standing);
        }
    }

    /// The `IncludeContext` of WCF: how the header block of a context is protected, where a message has it. Without a level it is
    /// signed, as WCF reads it.
    pub(crate) fn include_context(&mut self, assertion: &Assertion, notes: &mut Notes) {
        let (is_signed, is_encrypted) = match assertion.attribute("ProtectionLevel").unwrap_or("Sign") {
            "Sign" => (true, false),
            "EncryptAndSign" => (true, true),
            "None" => {
                return notes.not_ours(assertion, "WCF: the application may send a context, which is not protected");
            }
            _ => {
                let why = "its ProtectionLevel is none of WCF: write None, Sign or EncryptAndSign";
                return notes.refused(assertion, why);
            }
        };
        let block = Part::every_header_block(WCF_CONTEXT, "Context");
        let verbs = [(is_signed, Verb::Sign), (is_encrypted, Verb::Encrypt)];
        verbs.into_iter().filter(|(is, _)| *is).for_each(|(_, verb)| self.add(verb, block.clone(), None));
        let how = if is_encrypted { "signed and encrypted" } else { "signed" };
        notes.done(assertion, format!("the header block {block} of WCF is {how} where it is there"));
    }

    /// Reads one parameter. Returns the sentence that says what is done, or why it is refused.
    fn parameter(&mut self, parameter: &Parameter, verb: Verb, purpose: Purpose<'_>) -> Result<Words, Words> {
        if !is_security(&parameter.namespace) {
            return Err("it is not of WS-SecurityPolicy".into());
        }
        match parameter.local() {
            "Body" => {
                self.add(verb, Part::Body, None);
                Ok(verb.of_body().into())
            }
            "Header" => self.header(parameter, verb, purpose),
            "Attachments" => self.attachments(parameter, verb),
            // Of a whole message, the intersection with what a direct path names is what the path names.
            path if is_xpath_2(path) && parameter.attribute("Filter") != Some("intersect") => {
                Err("of XPath Filter 2.0, the intersection with a direct path is read: write Filter=\"intersect\""
                    .into())
            }
            path if is_xpath(path) => {
                let part = part_of(parameter)?;
                let what = standing_of(&part, verb, purpose);
                self.add(verb, part, Some(&parameter.place));
                Ok(what)
            }
            "Empty" => Ok("nothing".into()),
            _ => Err("no part of this assertion has this name".into()),
        }
    }

    fn header(&mut self, parameter: &Parameter, verb: Verb, purpose: Purpose<'_>) -> Result<Words, Words> {
        let namespace = parameter.attribute("Namespace").unwrap_or_default();
        if namespace.is_empty() {
            return Err("every header block has a namespace (SOAP 1.2 §5.2.1): give its Namespace".into());
        }
        // Some policies have an empty name in place of none.
        match parameter.attribute("Name").filter(|local| !local.is_empty()) {
            None if verb == Verb::Require => Err("which header block is required is not said: give its Name".into()),
            Some(local) if !name::is_ncname(local) => {
                Err("no header block has this Name: give its local name, or leave it out for all of the namespace"
                    .into())
            }
            Some(local) => {
                let part = Part::every_header_block(namespace, local);
                let what = standing_of(&part, verb, purpose);
                self.add(verb, part, None);
                Ok(what)
            }
            None => {
                self.note_every(verb, Some(namespace));
                let parts = every_known_block(purpose);
                let of_namespace =
                    |part: &Part| matches!(part, Part::EveryHeaderBlock { namespace: of, .. } if of == namespace);
                parts.filter(of_namespace).for_each(|part| self.add(verb, part, None));
                Ok(format!("each header block of {namespace} is {}", verb.words()).into())
            }
        }
    }

    fn attachments(&mut self, parameter: &Parameter, verb: Verb) -> Result<Words, Words> {
        self.add(verb, Part::Attachments, None);
        let complete = parameter.inside("AttachmentCompleteSignatureTransform").is_some();
        let content = parameter.inside("ContentSignatureTransform").is_some();
        match (verb, complete, content) {
            (Verb::Sign, true, true) => {
                Err("an attachment is signed with its header or without: keep one of the two".into())
            }
            (Verb::Sign, _, false) => {
                self.complete_attachments = true;
                Ok("the attachments are signed with their headers".into())
            }
            (Verb::Sign, false, true) => Ok("the content of the attachments is signed".into()),
            _ => Ok(format!("the attachments are {}", verb.words()).into()),
        }
    }

    /// Notes that each header block of a namespace, or each of all, is signed or encrypted.
    fn note_every(&mut self, verb: Verb, namespace: Option<&str>) {
        match verb {
            Verb::Sign => self.every_signed.push(namespace.map(str::to_owned)),
            Verb::Encrypt => self.every_encrypted.push(namespace.map(str::to_owned)),
            Verb::EncryptContent | Verb::Require => {}
        }
    }

    fn add(&mut self, verb: Verb, part: Part, place: Option<&Location>) {
        if verb == Verb::Sign && matches!(part, Part::EveryElement(_)) {
            self.inner.extend(place.map(|place| (part.clone(), place.clone())));
        }
        if verb == Verb::Sign && part == Part::Signature {
            self.signatures.extend(place.cloned());
        }
        let is_child = matches!(part, Part::Signature | Part::Timestamp | Part::UsernameToken | Part::Assertion);
        if let (Verb::Encrypt | Verb::EncryptContent, true, Some(place)) = (verb, is_child, place) {
            let is_whole = verb == Verb::Encrypt;
            return self.encrypted_children.push(EncryptedChild { part, is_whole, place: place.clone() });
        }
        match (verb, part) {
            (Verb::Sign, Part::Body) => self.signed_body = true,
            (Verb::Encrypt | Verb::EncryptContent, Part::Body) => self.encrypted_body = true,
            (_, part) => self.of(verb).push(part),
        }
    }

    /// The parts that are signed, encrypted or required if the message has them.
    fn of(&mut self, verb: Verb) -> &mut Vec<Part> {
        match verb {
            Verb::Sign => &mut self.signed,
            Verb::Encrypt => &mut self.encrypted,
            Verb::EncryptContent => &mut self.content,
            Verb::Require => &mut self.required,
        }
    }

    /// Completes the parts, after the last one was read.
    pub(crate) fn finish(&mut self) {
        of_either_version(self.inner.iter_mut().map(|(part, _)| part).collect());
        for parts in [&mut self.signed, &mut self.encrypted, &mut self.content, &mut self.required] {
            of_either_version(parts.iter_mut().collect());
            dedupe(parts);
        }
    }

    /// The children of the Security header that the policy names for encryption, and the places where it does.
    pub(crate) fn take_encrypted_children(&mut self) -> Vec<EncryptedChild> {
        std::mem::take(&mut self.encrypted_children)
    }

    /// Whether a part that is to be signed has become ciphertext by then.
    pub(crate) fn signed_as_ciphertext(&self) -> bool {
        let encrypted: HashSet<&Part> = self.encrypted.iter().collect();
        let is_of = |part: &Part, every: &[Option<String>]| {
            let Part::EveryHeaderBlock { namespace, .. } = part else { return false };
            every.iter().any(|of| of.as_ref().is_none_or(|of| of == namespace))
        };
        let is_ciphertext = |part: &Part| {
            let is_inside = matches!(part, Part::EveryElement(_)) && self.encrypted_body;
            is_inside || encrypted.contains(part) || is_of(part, &self.every_encrypted)
        };
        let is_in_both = |of: &Option<String>| of.is_none() || self.every_encrypted.contains(of);
        let signs_unnamed = !self.every_encrypted.is_empty() && self.every_signed.iter().any(is_in_both);
        let encrypts_named = self.encrypted.iter().any(|part| is_of(part, &self.every_signed));
        signs_unnamed || encrypts_named || self.signed.iter().any(is_ciphertext)
    }

    /// Whether something is encrypted that the message signature does not cover.
    pub(crate) fn encrypts_unsigned(&self) -> bool {
        let is_signed = |part: &&Part| match part {
            Part::EveryElement(path) if path.is_in_body() => self.signed_body,
            Part::EveryHeaderBlock { namespace, .. } => {
                let of_it = |of: &Option<String>| of.as_ref().is_none_or(|of| of == namespace);
                self.signed.contains(part) || self.every_signed.iter().any(of_it)
            }
            _ => self.signed.contains(part),
        };
        let mut parts = self.encrypted.iter().chain(&self.content);
        (self.encrypted_body && !self.signed_body)
            || !self.every_encrypted.is_empty()
            || parts.any(|part| !is_signed(&part))
    }

    /// The places of inner elements that it names for a signature and `others` does not.
    pub(crate) fn inner_besides<'s>(&'s self, others: &'s Self) -> impl Iterator<Item = &'s Location> {
        let others: HashSet<&Part> = others.signed.iter().collect();
        self.inner.iter().filter(move |(part, _)| !others.contains(part)).map(|(_, place)| place)
    }

    /// Refuses signatures as parts of the message signature: that one covers no signature, and endorsing ones do.
    pub(crate) fn refuse_signatures(&self, notes: &mut Notes) {
        for place in &self.signatures {
            let why = "a signature cannot cover itself: sp:EndorsingSupportingTokens have a token sign it";
            notes.at(place, Standing::Refused(why.into()));
        }
    }

    /// Refuses elements of `sp:SignedElements` that `sp:OnlySignEntireHeadersAndBody` forbids.
    pub(crate) fn refuse_inner_elements(&self, notes: &mut Notes) {
        for (_, place) in &self.inner {
            let why = "it is inside a part, and sp:OnlySignEntireHeadersAndBody admits whole parts alone";
            notes.at(place, Standing::Refused(why.into()));
        }
    }
}

/// What is done with a part that a policy names.
fn standing_of(part: &Part, verb: Verb, purpose: Purpose<'_>) -> Words {
    match purpose {
        Purpose::Listing => {
            let mut what = format!("{part} is {} where it is there", verb.words());
            what.shrink_to_fit();
            what.into()
        }
        Purpose::Side { .. } => verb.words().into(),
    }
}

/// Makes one path of two that differ in the version of SOAP alone, as IBM WebSphere writes them. Each by itself is for its
/// version, and no message has both.
fn of_either_version(parts: Vec<&mut Part>) {
    let mut of_version: [HashSet<ElementPath>; 2] = Default::default();
    let paths =
        || parts.iter().filter_map(|part| if let Part::EveryElement(path) = &**part { Some(path) } else { None });
    for (at, version) in [SoapVersion::V11, SoapVersion::V12].into_iter().enumerate() {
        if !paths().any(|path| path.version() == Some(version)) {
            return;
        }
        let of_it = paths().filter(|path| path.version() == Some(version));
        of_version[at] = of_it.map(ElementPath::in_either_version).collect();
    }
    let [first, second] = &of_version;
    for part in parts {
        if let Part::EveryElement(path) = part {
            let either = path.in_either_version();
            if first.contains(&either) && second.contains(&either) {
                *path = either;
            }
        }
    }
}

/// Keeps the first of each part.
fn dedupe(parts: &mut Vec<Part>) {
    let mut seen = HashSet::with_capacity(parts.len());
    let is_first: Vec<bool> = parts.iter().map(|part| seen.insert(part)).collect();
    let mut is_first = is_first.into_iter();
    parts.retain(|_| is_first.next().expect("one for each part"));
}

/// The header blocks of WS-Addressing, and those that the application named.
fn every_known_block(purpose: Purpose<'_>) -> impl Iterator<Item = Part> {
    let addressing = AddressingVersion::ALL.into_iter().flat_map(AddressingVersion::every_part);
    addressing.chain(purpose.blocks().iter().map(|(namespace, local)| Part::every_header_block(namespace, local)))
}

/// Whether `part` is one that a step can sign if the message has it.
pub(crate) fn is_in_body_or_header(part: &Part) -> bool {
    matches!(part, Part::EveryHeaderBlock { .. } | Part::EveryElement(_) | Part::Attachments)
}
