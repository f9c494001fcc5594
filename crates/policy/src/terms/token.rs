//! Token assertions (WS-SecurityPolicy 1.3 §5).

use std::sync::Arc;

use wss_tokens::{KerberosForm, ReferenceForm, SamlVersion, SecureConversation};

use super::other::{foreign, unexpected};
use crate::assertion::{Assertion, Written};
use crate::expression::flag;
use crate::names;
use crate::place::Location;
use crate::standing::{Notes, Standing};

/// The direction of a message: from the client to the service, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Reply,
}

impl Direction {
    pub(crate) const BOTH: [Self; 2] = [Self::Request, Self::Reply];
}

/// A token assertion.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) inclusion: Inclusion,
    /// The form of references that the policy demands.
    pub(crate) reference: Option<Reference>,
    /// The keys that are derived from its key.
    pub(crate) derived: Option<SecureConversation>,
    /// Its assertion.
    written: Arc<Written>,
}

/// The kind of a token.
#[derive(Debug, Clone)]
pub(crate) enum TokenKind {
    X509(X509Form),
    Username {
        password: PasswordForm,
        /// The children of the token that the policy demands.
        demanded: Vec<&'static str>,
    },
    Saml(SamlForm),
    /// Any token from a token service.
    Issued(Option<SamlVersion>),
    Kerberos(KerberosForm),
    SecurityContext(SecureConversation),
    /// TLS, which the caller vouches for.
    Transport,
    /// A token that is not supported here. It was refused.
    Refused,
}

impl TokenKind {
    /// Whether it is an assertion, or a token of a token service.
    pub(crate) fn is_assertion(&self) -> bool {
        matches!(self, Self::Saml(_) | Self::Issued(_))
    }

    /// Whether both sides have its key, if it has one.
    pub(super) fn has_no_pair(&self) -> bool {
        matches!(self, Self::Username { .. } | Self::Kerberos(_) | Self::SecurityContext(_) | Self::Transport)
    }
}

/// Why no nonce and no date are demanded of a user whose password makes a key. Of both, the standard says that they go with the
/// password as text alone (WS-SecurityPolicy 1.3 §5.4.1); a key is made of a salt (Username Token Profile 1.1.1 §4), and such a
/// token has no password.
pub(super) const OF_KEY: &str = "sp:Nonce and sp:Created go with a password that is sent as text (WS-SecurityPolicy 1.3 §5.4.1), and a user whose password makes a \
     key sends none: its token has a wsse11:Salt, a new one in each message, so leave them out";

/// The version of an assertion; `None` if the policy leaves it open.
pub(crate) type SamlForm = Option<SamlVersion>;

/// The form in which a certificate is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum X509Form {
    /// The form that fits the key.
    Any,
    V1,
    V3,
    PkiPath,
    Pkcs7,
}

/// The form in which a password is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordForm {
    Text,
    Hash,
    /// None is sent.
    No,
}

/// When a token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inclusion {
    Never,
    Once,
    ToRecipient,
    ToInitiator,
    Always,
}

/// The form of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    KeyIdentifier,
    IssuerSerial,
    Embedded,
    Thumbprint,
}

impl Reference {
    /// Its form in a message.
    pub(crate) fn form(self) -> ReferenceForm {
        match self {
            Self::KeyIdentifier => ReferenceForm::SubjectKeyIdentifier,
            Self::IssuerSerial => ReferenceForm::IssuerSerial,
            Self::Embedded => ReferenceForm::Embedded,
            Self::Thumbprint => ReferenceForm::Thumbprint,
        }
    }
}

impl Inclusion {
    /// Whether messages in this direction have the token.
    pub(crate) fn includes(self, direction: Direction) -> bool {
        match self {
            Self::Never => false,
            Self::Once | Self::ToRecipient => direction == Direction::Request,
            Self::ToInitiator => direction == Direction::Reply,
            Self::Always => true,
        }
    }

    fn read(value: &str) -> Option<Self> {
        let (namespace, word) = value.trim().rsplit_once("/IncludeToken/")?;
        if !names::is_security(namespace) {
            return None;
        }
        match word {
            "Never" => Some(Self::Never),
            "Once" => Some(Self::Once),
            "AlwaysToRecipient" => Some(Self::ToRecipient),
            "AlwaysToInitiator" => Some(Self::ToInitiator),
            "Always" => Some(Self::Always),
            _ => None,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Never => "never in a message",
            Self::Once => "in the first request",
            Self::ToRecipient => "in requests",
            Self::ToInitiator => "in replies",
            Self::Always => "in every message",
        }
    }
}

impl Token {
    /// Reads the only token inside an assertion such as `sp:InitiatorToken`.
    pub(crate) fn inside(assertion: &Assertion, what: &'static str, notes: &mut Notes) -> Option<Self> {
        let (tokens, others): (Vec<_>, Vec<_>) = assertion.nested.iter().partition(|inner| Self::is_one(inner));
        match tokens.as_slice() {
            [_] => notes.done(assertion, what),
            [] => notes.refused(assertion, "it has no token"),
            _ => notes.refused(assertion, "it has several tokens"),
        }
        others.iter().for_each(|other| foreign(other, notes));
        let mut read: Vec<_> = tokens.iter().map(|token| Self::read(token, notes)).collect();
        read.pop()
    }

    /// Whether `sp:ProtectTokens` applies to a token in messages of this direction: one that the messages contain. No peer
    /// signs a token outside the message through its reference.
    pub(crate) fn protects(token: Option<&Self>, is_mac: bool, direction: Direction) -> bool {
        token.is_some_and(|token| match token.kind {
            // The key that is encrypted to a certificate comes with the request, and replies refer to it.
            TokenKind::X509(_) if is_mac => direction == Direction::Request,
            TokenKind::X509(_) => token.inclusion.includes(direction) && token.reference != Some(Reference::Embedded),
            _ => direction == Direction::Request,
        })
    }

    /// The place of its assertion.
    pub(crate) fn place(&self) -> &Location {
        &self.written.place
    }

    /// Whether the name is that of a token assertion.
    pub(crate) fn is_one(assertion: &Assertion) -> bool {
        names::is_security(&assertion.written.namespace)
            && assertion.is_token()
            && !assertion.local().starts_with("Wss")
    }

    pub(crate) fn read(assertion: &Assertion, notes: &mut Notes) -> Self {
        let conversation = match names::is_security_2005(&assertion.written.namespace) {
            true => SecureConversation::V2005,
            false => SecureConversation::V1_3,
        };
        let local = assertion.local();
        let kind = match local {
            "X509Token" => TokenKind::X509(X509Form::Any),
            "UsernameToken" => TokenKind::Username { password: PasswordForm::Text, demanded: Vec::new() },
            "SamlToken" => TokenKind::Saml(None),
            "IssuedToken" => TokenKind::Issued(None),
            "KerberosToken" => TokenKind::Kerberos(KerberosForm::default()),
            "SecurityContextToken" | "SecureConversationToken" => TokenKind::SecurityContext(conversation),
            "HttpsToken" => TokenKind::Transport,
            _ => TokenKind::Refused,
        };
        let inclusion = assertion.attribute("IncludeToken").map(Inclusion::read);
        let mut token = Self {
            kind,
            inclusion: inclusion.flatten().unwrap_or(Inclusion::Always),
            reference: None,
            derived: None,
            written: Arc::clone(&assertion.written),
        };
        if matches!(inclusion, Some(None)) {
            let why = "sp:IncludeToken has no value of WS-SecurityPolicy: write the namespace of sp, /IncludeToken/ and one of \
                       Never, Once, AlwaysToRecipient, AlwaysToInitiator or Always";
            notes.refused(assertion, why);
        }
        match token.kind {
            TokenKind::Refused => return token.refuse(assertion, notes),
            TokenKind::Transport => transport(assertion, notes),
            _ => notes.done(assertion, format!("{}, {}", words(local), token.inclusion.words())),
        }
        for inner in &assertion.nested {
            token.property(inner, conversation, notes);
        }
        for parameter in &assertion.written.parameters {
            token.parameter(parameter, notes);
        }
        token
    }

    fn refuse(self, assertion: &Assertion, notes: &mut Notes) -> Self {
        notes.refused(
            assertion,
            match assertion.local() {
                "KeyValueToken" => "a key without a certificate says nothing of who has it",
                "SpnegoContextToken" => "SPNEGO negotiates in messages of its own",
                "RelToken" => "a license is attached with `Recipe::token`, and has no assertion that we use",
                _ => "no token assertion of WS-SecurityPolicy has this name",
            },
        );
        assertion.nested.iter().for_each(|inner| notes.all_not_ours(inner, "part of a token that is refused"));
        self
    }

    fn property(&mut self, inner: &Assertion, conversation: SecureConversation, notes: &mut Notes) {
        if !names::is_security(&inner.written.namespace) {
            return self.foreign_property(inner, notes);
        }
        match inner.local() {
            "RequireKeyIdentifierReference"
            | "RequireIssuerSerialReference"
            | "RequireThumbprintReference"
            | "RequireEmbeddedTokenReference" => self.reference = Some(required_reference(inner, notes)),
            "RequireDerivedKeys" | "RequireExplicitDerivedKeys" => {
                self.derived = Some(conversation);
                notes.done(inner, "each use has a derived key, in a wsc:DerivedKeyToken");
            }
            "RequireImpliedDerivedKeys" => {
                notes.refused(inner, "keys that a reference derives by its wsc:Nonce are not supported");
            }
            _ => self.kind.property(inner, notes),
        }
    }

    fn foreign_property(&self, inner: &Assertion, notes: &mut Notes) {
        let is_context = matches!(self.kind, TokenKind::SecurityContext(_));
        let is_about_end = is_context && ["MustNotSendCancel", "RequireCancel"].contains(&inner.local());
        match names::is_wcf_security(&inner.written.namespace) && is_about_end {
            true => notes.not_ours(inner, "WS-Trust: how the context ends"),
            false => foreign(inner, notes),
        }
    }

    fn parameter(&mut self, parameter: &crate::assertion::Parameter, notes: &mut Notes) {
        let mut note = |standing| notes.at(&parameter.place, standing);
        match parameter.local() {
            "Issuer" | "IssuerName" | "Claims" => {
                note(Standing::NotOurs("whom to trust, and for what, is said by the keys".into()));
            }
            "RequestSecurityTokenTemplate" => {
                let version = parameter.inside("TokenType").and_then(saml_of_token_type);
                if let TokenKind::Issued(known) = &mut self.kind {
                    *known = version;
                }
                note(Standing::NotOurs("WS-Trust: what the application asks the token service for".into()));
            }
            _ => note(Standing::Refused("no part of a token assertion has this name".into())),
        }
    }
}

/// The form of references that one of the `sp:Require…Reference` assertions demands.
fn required_reference(inner: &Assertion, notes: &mut Notes) -> Reference {
    let (reference, what) = match inner.local() {
        "RequireKeyIdentifierReference" => (Reference::KeyIdentifier, "key identifier"),
        "RequireIssuerSerialReference" => (Reference::IssuerSerial, "issuer and serial number"),
        "RequireThumbprintReference" => (Reference::Thumbprint, "thumbprint"),
        _ => {
            notes.done(inner, "the token is inside the reference to it");
            return Reference::Embedded;
        }
    };
    notes.done(inner, format!("references are by {what}, where the token is not in the message"));
    reference
}

/// The properties that tokens of one kind have.
impl TokenKind {
    fn property(&mut self, inner: &Assertion, notes: &mut Notes) {
        match self {
            Self::X509(form) => form.property(inner, notes),
            Self::Username { password, demanded } => property_of_user(password, demanded, inner, notes),
            Self::Saml(version) => property_of_saml(version, inner, notes),
            Self::Kerberos(form) => property_of_ticket(form, inner, notes),
            Self::SecurityContext(version) => property_of_context(version, inner, notes),
            Self::Issued(_) => property_of_issued(inner, notes),
            Self::Transport => property_of_transport(inner, notes),
            Self::Refused => unexpected(inner, notes),
        }
    }
}

fn property_of_user(
    password: &mut PasswordForm,
    demanded: &mut Vec<&'static str>,
    inner: &Assertion,
    notes: &mut Notes,
) {
    match inner.local() {
        "NoPassword" => {
            *password = PasswordForm::No;
            notes.done(inner, "no password is sent: it makes a key, or the user is named only");
        }
        "HashPassword" => {
            *password = PasswordForm::Hash;
            notes.done(inner, "the password is sent as a digest, and text is refused");
        }
        local @ ("Created" | "Nonce") => {
            demanded.push(if local == "Nonce" { "Nonce" } else { "Created" });
            notes.done(inner, "tokens that are sent have it, and one without it is refused");
        }
        "WssUsernameToken10" | "WssUsernameToken11" => {
            notes.done(inner, "the form of the token is the same in both versions");
        }
        _ => unexpected(inner, notes),
    }
}

fn property_of_saml(version: &mut SamlForm, inner: &Assertion, notes: &mut Notes) {
    match saml_version(inner.local()) {
        Some(read) => {
            *version = Some(read);
            notes.done(inner, format!("the assertion is of {}", saml_words(read)));
        }
        None if inner.local().starts_with("WssSaml") => {
            notes.refused(inner, "assertions of SAML 1.0 are not supported")
        }
        None => unexpected(inner, notes),
    }
}

fn property_of_ticket(form: &mut KerberosForm, inner: &Assertion, notes: &mut Notes) {
    match inner.local() {
        "WssKerberosV5ApReqToken11" => {
            *form = KerberosForm::ApReq;
            notes.done(inner, "the ticket is sent as an AP-REQ");
        }
        "WssGssKerberosV5ApReqToken11" => {
            *form = KerberosForm::Gss;
            notes.done(inner, "the ticket is sent as an AP-REQ in a GSS token");
        }
        _ => unexpected(inner, notes),
    }
}

fn property_of_context(version: &mut SecureConversation, inner: &Assertion, notes: &mut Notes) {
    match inner.local() {
        "SC10SecurityContextToken" => {
            *version = SecureConversation::V2005;
            notes.done(inner, "of WS-SecureConversation of February 2005");
        }
        "SC13SecurityContextToken" => {
            *version = SecureConversation::V1_3;
            notes.done(inner, "of WS-SecureConversation 1.3");
        }
        "BootstrapPolicy" => {
            notes.all_not_ours(inner, "WS-Trust: the application gets the context, and gives its secret");
        }
        "MustNotSendCancel" | "MustNotSendAmend" | "MustNotSendRenew" => {
            notes.not_ours(inner, "WS-Trust: how the context ends");
        }
        "RequireExternalUriReference" | "RequireExternalReference" => notes.refused(inner, NO_REFERENCE_OUTSIDE),
        _ => unexpected(inner, notes),
    }
}

fn property_of_issued(inner: &Assertion, notes: &mut Notes) {
    match inner.local() {
        "RequireExternalUriReference" | "RequireExternalReference" => notes.refused(inner, NO_REFERENCE_OUTSIDE),
        "RequireInternalReference" => notes.done(inner, "the reference is to the token in the message"),
        _ => unexpected(inner, notes),
    }
}

fn property_of_transport(inner: &Assertion, notes: &mut Notes) {
    match inner.local() {
        "RequireClientCertificate" => notes.not_ours(inner, "TLS: the client authenticates by its certificate"),
        "HttpBasicAuthentication" | "HttpDigestAuthentication" => {
            notes.not_ours(inner, "HTTP: the client authenticates by a password");
        }
        _ => unexpected(inner, notes),
    }
}

/// Why external references are refused.
const NO_REFERENCE_OUTSIDE: &str = "references to a token outside the message are not written";

impl X509Form {
    fn property(&mut self, inner: &Assertion, notes: &mut Notes) {
        match Self::read(inner.local()) {
            Some(read) => {
                *self = read;
                notes.done(inner, read.words());
            }
            None => unexpected(inner, notes),
        }
    }

    fn read(local: &str) -> Option<Self> {
        match local {
            "WssX509V3Token10" | "WssX509V3Token11" => Some(Self::V3),
            "WssX509V1Token10" | "WssX509V1Token11" => Some(Self::V1),
            "WssX509PkiPathV1Token10" | "WssX509PkiPathV1Token11" => Some(Self::PkiPath),
            "WssX509Pkcs7Token10" | "WssX509Pkcs7Token11" => Some(Self::Pkcs7),
            _ => None,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Any | Self::V3 => "the certificate is of version 3",
            Self::V1 => "the certificate is of version 1",
            Self::PkiPath => "the certificate is sent with its path",
            Self::Pkcs7 => "the certificate is sent with its path, in PKCS#7",
        }
    }
}

/// Whether an `sp:HttpsToken` has the client authenticate by its certificate.
pub(super) fn demands_client_certificate(https: &Assertion) -> bool {
    let is_so =
        |inner: &Assertion| names::is_security(&inner.written.namespace) && inner.local() == "RequireClientCertificate";
    https.attribute("RequireClientCertificate").and_then(flag) == Some(true)
        || https.nested.iter().any(|inner| is_so(inner))
}

/// WS-SecurityPolicy 1.1 has an attribute where 1.2 has an assertion.
fn transport(assertion: &Assertion, notes: &mut Notes) {
    match assertion.attribute("RequireClientCertificate").map(flag) {
        Some(Some(true)) => notes.not_ours(
            assertion,
            "TLS: the caller vouches for the transport, where the client authenticates by its certificate",
        ),
        None | Some(Some(false)) => notes.not_ours(assertion, "TLS: the caller vouches for the transport"),
        Some(None) => notes.refused(assertion, "RequireClientCertificate is neither true nor false"),
    }
}

fn words(local: &str) -> &'static str {
    match local {
        "X509Token" => "a certificate",
        "UsernameToken" => "a user with a password",
        "SamlToken" => "a SAML assertion",
        "IssuedToken" => "a token that the application got from a token service",
        "KerberosToken" => "a Kerberos ticket",
        _ => "a security context whose secret both sides have",
    }
}

fn saml_version(local: &str) -> Option<SamlVersion> {
    match local {
        "WssSamlV11Token10" | "WssSamlV11Token11" => Some(SamlVersion::V1_1),
        "WssSamlV20Token11" => Some(SamlVersion::V2_0),
        _ => None,
    }
}

pub(crate) fn saml_words(version: SamlVersion) -> &'static str {
    match version {
        SamlVersion::V1_1 => "SAML 1.1",
        SamlVersion::V2_0 => "SAML 2.0",
    }
}

fn saml_of_token_type(uri: &str) -> Option<SamlVersion> {
    let is = |end: &str| uri.ends_with(end);
    match () {
        () if is("#SAMLV2.0") || is("SAML:2.0:assertion") => Some(SamlVersion::V2_0),
        () if is("#SAMLV1.1") || is("SAML:1.0:assertion") => Some(SamlVersion::V1_1),
        () => None,
    }
}
