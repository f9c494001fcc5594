//! The words of `require`, and the requirements that they mean.

use wss_crypto::{ContentEncryption, DigestMethod, SignatureMethod};
use wss_header::{AddressingVersion, ElementPath, Opening, Part, RequiredToken, Requirements};
use wss_tokens::{ReferenceForm, SamlVersion};

use crate::algorithms;

use crate::error::{ProfileError, word, word_of_list};
use crate::sending::Form;

/// Requirements in words, to find the nearest one.
const REQUIREMENTS: [&str; 24] = [
    "signed:Body",
    "signed:Timestamp",
    "signed:Signature",
    "signed:UsernameToken",
    "signed:Assertion",
    "signed:Attachments",
    "signed:SigningToken",
    "signed:element:PATH",
    "encrypted:Body",
    "encrypted:Signature",
    "encrypted:UsernameToken",
    "encrypted:Assertion",
    "encrypted:Attachments",
    "token:username",
    "token:x509",
    "token:saml1",
    "token:saml2",
    "token:kerberos",
    "token:username-digest",
    "endorsed:x509",
    "by-secret",
    "signed-if-present:Attachments",
    "complete-attachments",
    "expires",
];

const ADVICE: &str = "give signed:PART, encrypted:PART, token:username, token:x509, token:saml1, token:saml2, token:kerberos, \
     token:username-digest, any-token:KIND,KIND, endorsed:KIND,KIND, by-secret, confirmation, expires, complete-attachments, signed-if-present:PART, \
     encrypted-if-present:PART, present:PART, signature-method:WORD, digest:WORD, content:WORD or reference:FORM, where PART is Body, Timestamp, Signature, \
     UsernameToken, Assertion, SigningToken, SignatureConfirmation, Attachments, {namespace}local, every:{namespace}local, element:PATH or \
     every:element:PATH";

/// The requirements of a table.
#[derive(Debug, Clone, Default)]
pub struct Required {
    /// The parts that must be signed.
    pub signed: Vec<Part>,
    encrypted: Vec<Part>,
    username: bool,
    x509: bool,
    confirmation: bool,
    saml: Vec<SamlVersion>,
    kerberos: bool,
    signed_if_present: Vec<Part>,
    encrypted_if_present: Vec<Part>,
    present: Vec<Part>,
    narrow: Narrow,
}

/// Demands on tokens, algorithms and references that the message has.
#[derive(Debug, Clone, Default)]
struct Narrow {
    /// One of these tokens, for each list.
    any_token: Vec<Vec<RequiredToken>>,
    /// One of these tokens endorses, for each list.
    endorsed_by: Vec<Vec<RequiredToken>>,
    by_secret: bool,
    digest: bool,
    complete_attachments: bool,
    expires: bool,
    signature_methods: Vec<SignatureMethod>,
    digests: Vec<DigestMethod>,
    content_ciphers: Vec<ContentEncryption>,
    references: Vec<ReferenceForm>,
}

impl Required {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, ProfileError> {
        let mut required = Self::default();
        for argument in arguments {
            let part = argument.split_once(':').map_or("", |(_, part)| part);
            let advice = || format!("{}{ADVICE}", named_block(part));
            let unknown = || word("require", argument, "not a requirement", REQUIREMENTS, advice());
            let place = |text: &str| part_of(text)?.filter(|part| !matches!(part, Part::Id(_))).ok_or_else(unknown);
            let tokens = |words: &str| -> Result<Vec<RequiredToken>, ProfileError> {
                let of_kind = |word| {
                    let advice = "the kinds of tokens are ";
                    token(word)
                        .ok_or_else(|| word_of_list("require", argument, word, "not a requirement", &KINDS, advice))
                };
                words.split(',').map(of_kind).collect()
            };
            match argument.split_once(':') {
                Some(("signed", part)) => required.signed.push(place(part)?),
                Some(("encrypted", part)) => required.encrypted.push(place(part)?),
                Some(("signed-if-present", part)) => required.signed_if_present.push(place(part)?),
                Some(("encrypted-if-present", part)) => required.encrypted_if_present.push(place(part)?),
                Some(("present", part)) => required.present.push(place(part)?),
                Some(("token", "username-digest")) => (required.username, required.narrow.digest) = (true, true),
                Some(("any-token", words)) => required.narrow.any_token.push(tokens(words)?),
                Some(("endorsed", words)) => required.narrow.endorsed_by.push(tokens(words)?),
                None if argument == "by-secret" => required.narrow.by_secret = true,
                Some(("signature-method", given)) => {
                    let method = algorithms::signature("require", given)?;
                    required.narrow.signature_methods.push(method);
                }
                Some(("digest", given)) => required.narrow.digests.push(algorithms::digest("require", given)?),
                Some(("reference", given)) => {
                    required.narrow.references.push(form_of(given, argument)?.reference());
                }
                Some(("content", given)) => {
                    required.narrow.content_ciphers.push(algorithms::content("require", given)?);
                }
                None if argument == "complete-attachments" => required.narrow.complete_attachments = true,
                None if argument == "expires" => required.narrow.expires = true,
                Some(("token", "username")) => required.username = true,
                Some(("token", "x509")) => required.x509 = true,
                Some(("token", "saml1")) => required.saml.push(SamlVersion::V1_1),
                Some(("token", "saml2")) => required.saml.push(SamlVersion::V2_0),
                Some(("token", "kerberos")) => required.kerberos = true,
                None if argument == "confirmation" => required.confirmation = true,
                _ => return Err(unknown()),
            }
        }
        // By default, the Body must be signed: a certificate authenticates by a signature, and a reply confirms by one.
        let narrow = &required.narrow;
        let needs_signature = required.x509 || required.confirmation || required.kerberos;
        let needs_signature = needs_signature || narrow.by_secret || !narrow.endorsed_by.is_empty();
        if needs_signature && required.signed.is_empty() {
            required.signed.push(Part::Body);
        }
        Ok(required)
    }

    /// Whether a Kerberos ticket must be read: it is demanded, or is one of several sufficient tokens.
    pub(crate) fn needs_kerberos(&self) -> bool {
        let Narrow { any_token, endorsed_by, .. } = &self.narrow;
        let mut tokens = any_token.iter().chain(endorsed_by).flatten();
        self.kerberos || tokens.any(|token| matches!(token, RequiredToken::Kerberos))
    }

    /// The call that opens the message. It returns authenticated parts, unless the caller asked otherwise: the Body, or
    /// the parts that are required without the Body. What is only about the signature or its time is required beside the Body.
    pub(crate) fn opening(&self, print_unauthenticated: bool) -> Opening {
        let has_body = self.signed.contains(&Part::Body);
        let is_content = |part: &Part| {
            !matches!(part, Part::Timestamp | Part::Signature | Part::SigningToken | Part::SignatureConfirmation)
        };
        match print_unauthenticated && !has_body {
            true => Opening::Unsigned,
            false if !has_body && self.signed.iter().any(is_content) => Opening::Parts,
            false => Opening::Body,
        }
    }

    /// Whether the message must confirm the signatures of a request.
    #[must_use]
    pub const fn asks_for_confirmation(&self) -> bool {
        self.confirmation
    }

    pub(crate) fn build(&self, opening: Opening, anyone: bool) -> Requirements {
        let requirements = match opening {
            Opening::Body => Requirements::signed_body_and(self.signed.iter().cloned()),
            _ => Requirements::dangerous_unsigned().also_signed(self.signed.iter().cloned()),
        };
        let mut requirements = requirements.encrypted(self.encrypted.iter().cloned());
        requirements = requirements
            .signed_if_present(self.signed_if_present.iter().cloned())
            .encrypted_if_present(self.encrypted_if_present.iter().cloned())
            .present(self.present.iter().cloned());
        requirements = self.narrow.apply(requirements);
        if self.username {
            requirements = requirements.username_token();
        }
        if self.x509 {
            requirements = requirements.x509_token();
        }
        if self.confirmation {
            requirements = requirements.signature_confirmation();
        }
        for version in &self.saml {
            requirements = requirements.saml_token(*version);
        }
        if self.kerberos {
            requirements = requirements.kerberos_token();
        }
        if anyone { requirements.dangerous_anonymous() } else { requirements }
    }
}

impl Narrow {
    fn apply(&self, requirements: Requirements) -> Requirements {
        let mut requirements = requirements
            .signature_methods(self.signature_methods.iter().copied())
            .digest_methods(self.digests.iter().copied())
            .signer_references(self.references.iter().copied())
            .content_ciphers(self.content_ciphers.iter().copied());
        for tokens in &self.any_token {
            requirements = requirements.any_token_of(tokens.iter().copied());
        }
        for tokens in &self.endorsed_by {
            requirements = requirements.endorsed_by(tokens.iter().copied());
        }
        if self.by_secret {
            requirements = requirements.signed_with_secret();
        }
        if self.digest {
            requirements = requirements.digest_passwords();
        }
        if self.complete_attachments {
            requirements = requirements.complete_attachments();
        }
        if self.expires { requirements.expires() } else { requirements }
    }
}

/// A token of `any-token:`.
/// The form of a reference.
fn form_of(given: &str, argument: &str) -> Result<Form, ProfileError> {
    serde_json::from_value::<Form>(given.into()).map_err(|_| {
        let words = Form::ALL.iter().filter_map(|form| serde_json::to_value(form).ok()?.as_str().map(str::to_owned));
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        word_of_list("require", argument, given, "not a requirement", &words, "the forms of references are ")
    })
}

/// The words for kinds of tokens.
const KINDS: [&str; 5] = ["username", "x509", "saml1", "saml2", "kerberos"];

fn token(word: &str) -> Option<RequiredToken> {
    Some(match word {
        "username" => RequiredToken::Username,
        "x509" => RequiredToken::X509,
        "kerberos" => RequiredToken::Kerberos,
        "saml1" => RequiredToken::Saml(SamlVersion::V1_1),
        "saml2" => RequiredToken::Saml(SamlVersion::V2_0),
        _ => return None,
    })
}

/// Advice for a header block that is named without its namespace, as `To` or `wsa:To`, to show before other advice;
/// empty for other words.
pub(crate) fn named_block(text: &str) -> String {
    let local = text.rsplit(':').next().unwrap_or(text);
    let version = AddressingVersion::V1_0;
    let is_addressing = version.parts().contains(&Part::header_block(version.namespace(), local));
    let has_prefix = text.split_once(':').is_some_and(|(prefix, local)| {
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
        is_word(prefix) && is_word(local) && !["element", "every"].contains(&prefix)
    });
    match (is_addressing, has_prefix) {
        (true, _) => format!("a header block is named with its namespace, as {{{}}}{local}; ", version.namespace()),
        (false, true) => format!("a header block is named with its namespace, as {{NAMESPACE}}{local}; "),
        (false, false) => String::new(),
    }
}

/// The part that a word names, if it names one.
///
/// # Errors
/// [`ProfileError::ElementPath`], which says more than that the word is not known.
pub(crate) fn part_of(text: &str) -> Result<Option<Part>, ProfileError> {
    if let Some(path) = text.strip_prefix("every:").unwrap_or(text).strip_prefix("element:") {
        ElementPath::parse(path)?;
    }
    Ok(Part::parse(text))
}
