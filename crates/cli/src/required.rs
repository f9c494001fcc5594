//! The words of `--require`, and what they demand of a message.

use ws_security::{
    ContentEncryption, ElementPath, ElementPathError, Part, RequiredToken, Requirements, SamlVersion, SignatureMethod,
};

use crate::algorithms;
use crate::args::VerifyArgs;
use crate::output::{Outcome, could_not};
use crate::words::nearest;

/// How to open a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The Body must be signed.
    Body,
    /// The required parts must be signed, and the Body is not printed.
    Parts,
    /// The Body is printed, whoever wrote it.
    Unsigned,
}

/// Requirements in words, to find the nearest one.
const REQUIREMENTS: [&str; 22] = [
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
    "signed-if-present:Attachments",
    "complete-attachments",
    "expires",
];

#[derive(Default)]
pub(crate) struct Required {
    pub(crate) signed: Vec<Part>,
    encrypted: Vec<Part>,
    username: bool,
    x509: bool,
    pub(crate) confirmation: bool,
    saml: Vec<SamlVersion>,
    kerberos: bool,
    signed_if_present: Vec<Part>,
    encrypted_if_present: Vec<Part>,
    narrow: Narrow,
}

/// What is demanded of the things that a message has.
#[derive(Default)]
struct Narrow {
    /// One of these tokens.
    any_token: Vec<RequiredToken>,
    digest: bool,
    complete_attachments: bool,
    expires: bool,
    signature_methods: Vec<SignatureMethod>,
    content_ciphers: Vec<ContentEncryption>,
}

impl Required {
    pub(crate) fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut required = Self::default();
        for argument in arguments {
            let unknown = || {
                could_not(format!(
                    "{argument:?} is not a requirement{}: give signed:PART, encrypted:PART, token:username, token:x509, token:saml1, token:saml2, token:kerberos, token:username-digest, any-token:KIND,KIND, confirmation, expires, complete-attachments, signed-if-present:PART, encrypted-if-present:PART, signature-method:WORD or content:WORD, where PART is Body, Timestamp, Signature, UsernameToken, Assertion, SigningToken, Attachments, {{namespace}}local, element:PATH or every:element:PATH",
                    nearest(argument, REQUIREMENTS.iter().copied())
                ))
            };
            let place = |text: &str| match element_path(text) {
                Some(Err(error)) => Err(could_not(error)),
                _ => Part::parse(text).filter(|part| !matches!(part, Part::Id(_))).ok_or_else(unknown),
            };
            match argument.split_once(':') {
                Some(("signed", part)) => required.signed.push(place(part)?),
                Some(("encrypted", part)) => required.encrypted.push(place(part)?),
                Some(("signed-if-present", part)) => required.signed_if_present.push(place(part)?),
                Some(("encrypted-if-present", part)) => required.encrypted_if_present.push(place(part)?),
                Some(("token", "username-digest")) => (required.username, required.narrow.digest) = (true, true),
                Some(("any-token", tokens)) => {
                    let tokens = tokens.split(',').map(|word| token(word).ok_or_else(unknown));
                    required.narrow.any_token.extend(tokens.collect::<Outcome<Vec<_>>>()?);
                }
                Some(("signature-method", given)) => {
                    let method = algorithms::signature("--require signature-method:", given)?;
                    required.narrow.signature_methods.push(method);
                }
                Some(("content", given)) => {
                    required.narrow.content_ciphers.push(algorithms::content("--require content:", given)?);
                }
                None if argument == "complete-attachments" => required.narrow.complete_attachments = true,
                None if argument == "expires" => required.narrow.expires = true,
                Some(("token", "username")) => required.username = true,
                Some(("token", "x509")) => required.x509 = true,
                Some(("token", "saml1")) => required.saml.push(SamlVersion::V1_1),
                Some(("token", "saml2")) => required.saml.push(SamlVersion::V2_0),
                Some(("token", "kerberos")) => required.kerberos = true,
                None if argument != "confirmation" => return Err(unknown()),
                None => required.confirmation = true,
                Some(_) => return Err(unknown()),
            }
        }
        // By default, the Body must be signed: a certificate authenticates by a signature, and a reply confirms by one.
        if (required.x509 || required.confirmation || required.kerberos) && required.signed.is_empty() {
            required.signed.push(Part::Body);
        }
        Ok(required)
    }

    /// Stdout is authenticated, unless the caller asked otherwise: the Body, or the elements that are required without
    /// it.
    pub(crate) fn opening(&self, arguments: &VerifyArgs) -> Opening {
        let has_body = self.signed.contains(&Part::Body);
        let has_element = self.signed.iter().any(|part| matches!(part, Part::Element(_) | Part::EveryElement(_)));
        match arguments.demands.print_unauthenticated && !has_body {
            true => Opening::Unsigned,
            false if has_element && !has_body => Opening::Parts,
            false => Opening::Body,
        }
    }

    pub(crate) fn build(&self, opening: Opening, anyone: bool) -> Requirements {
        let requirements = match opening {
            Opening::Body => Requirements::signed_body_and(self.signed.iter().cloned()),
            _ => Requirements::dangerous_unsigned().also_signed(self.signed.iter().cloned()),
        };
        let mut requirements = requirements.encrypted(self.encrypted.iter().cloned());
        requirements = requirements
            .signed_if_present(self.signed_if_present.iter().cloned())
            .encrypted_if_present(self.encrypted_if_present.iter().cloned());
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
            .content_ciphers(self.content_ciphers.iter().copied());
        if !self.any_token.is_empty() {
            requirements = requirements.any_token_of(self.any_token.iter().copied());
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

/// The path in `element:PATH` or `every:element:PATH`.
pub(crate) fn element_path(text: &str) -> Option<Result<ElementPath, ElementPathError>> {
    let path = text.strip_prefix("every:").unwrap_or(text).strip_prefix("element:")?;
    Some(ElementPath::parse(path))
}
