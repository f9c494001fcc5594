//! Answers: `wst:RequestSecurityTokenResponse` in an opened Body.

use std::time::SystemTime;

use wss_c14n::xsd::collapsed;
use wss_c14n::{Document, Element, Limits, name};
use wss_crypto::{Secret, p_sha1};
use wss_header::ProtectionToken;
use wss_soap::UnauthenticatedFault;
use wss_text::shown;
use wss_tokens::{SecurityContextToken, parse_instant};

use crate::error::StsError;
use crate::request::{Cancel, Issue, Renew, Validate, WantedKey};
use crate::version::TrustVersion;

/// The smallest number of octets of a secret that the service chose: 128 bits.
const LEAST_OCTETS: usize = 16;
/// The largest number of octets of a secret.
const MOST_OCTETS: usize = 1_024;

/// A security context: its identifier, and the token that secures messages in it.
#[derive(Clone)]
struct Context {
    identifier: String,
    token: ProtectionToken,
}

/// A token that a service issued. It is opaque here: its receiver judges it.
#[derive(Clone)]
pub struct IssuedToken {
    xml: String,
    secret: Option<Secret>,
    context: Option<Context>,
    created: Option<SystemTime>,
    expires: Option<SystemTime>,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken")
            .field("octets", &self.xml.len())
            .field("has_secret", &self.secret.is_some())
            .field("created", &self.created)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl IssuedToken {
    /// The token, for [`Recipe::token`](wss_header::Recipe::token).
    #[must_use]
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// The secret of its holder, if it has one.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// The token that signs and encrypts messages with the secret: the security context; or the assertion, which the
    /// recipe must attach first. `None` for a token without a secret.
    #[must_use]
    pub fn protection_token(&self) -> Option<ProtectionToken> {
        let context = self.context.as_ref().map(|context| context.token.clone());
        context.or_else(|| self.secret.clone().map(ProtectionToken::of_assertion))
    }

    /// The name under which the receiver of replies under the security context knows its secret
    /// ([`Receiver::shared_secret`](wss_header::Receiver::shared_secret)). `None` for other tokens.
    #[must_use]
    pub fn context_identifier(&self) -> Option<&str> {
        self.context.as_ref().map(|context| context.identifier.as_str())
    }

    /// The time from which it is valid, as the service says.
    #[must_use]
    pub fn created(&self) -> Option<SystemTime> {
        self.created
    }

    /// The time until which it is valid, as the service says.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }
}

/// The answer of a service about the status of a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Status {
    /// Whether it is good. Every code except the one for "valid" means that it is not.
    pub is_valid: bool,
    /// The reason, in the words of the service.
    pub reason: Option<String>,
}

impl std::fmt::Debug for Status {
    /// Text of a message is escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reason = self.reason.as_deref().map(shown);
        f.debug_struct("Status").field("is_valid", &self.is_valid).field("reason", &reason).finish()
    }
}

/// The one answer in a Body, to the request with this context.
fn response<'d>(
    document: &'d Document<'d>,
    version: TrustVersion,
    context: Option<&str>,
) -> Result<Element<'d>, StsError> {
    let body = document.root();
    if let Some(fault) = UnauthenticatedFault::of_body(body) {
        return Err(StsError::Fault { code: fault.code().into(), reason: fault.reason().into() });
    }
    let response = only_response(body, version)?;
    match (context, response.attribute("", "Context")) {
        (Some(wanted), found) if found.as_deref().map(collapsed) != Some(wanted) => {
            let found = found.as_deref().unwrap_or_default().into();
            Err(StsError::Context { found, wanted: wanted.into() })
        }
        _ => Ok(response),
    }
}

fn only_response<'d>(body: Element<'d>, version: TrustVersion) -> Result<Element<'d>, StsError> {
    let wst = version.namespace();
    let mut content = body.children();
    let (first, second) = (content.next(), content.next());
    let none = |found: Option<Element<'_>>| StsError::NoResponse {
        found: found.map_or_else(|| "nothing".into(), |element| element.name().to_string().into()),
        namespace: wst,
    };
    match (first, second) {
        (Some(one), None) if one.is(wst, "RequestSecurityTokenResponse") => Ok(one),
        (Some(all), None) if all.is(wst, "RequestSecurityTokenResponseCollection") => {
            let mut responses = all.children_named(wst, "RequestSecurityTokenResponse");
            let one = responses.next().ok_or_else(|| none(Some(all)))?;
            match responses.count() {
                0 => Ok(one),
                more => Err(StsError::Several { count: more + 1 }),
            }
        }
        (_, Some(other)) => Err(none(Some(other))),
        (first, None) => Err(none(first)),
    }
}

impl Issue {
    /// Reads the answer from the Body of the reply [as it was sent](wss_header::Opened::body_as_sent): the issuer signed the
    /// token with all its namespaces. Demand that the Body is encrypted if the token has a secret.
    ///
    /// # Errors
    /// [`StsError`].
    ///
    /// # Specification
    /// WS-Trust 1.4 §4.2 to §4.4.
    pub fn answer(&self, body: &str, limits: &Limits) -> Result<IssuedToken, StsError> {
        let document = Document::parse(body, limits)?;
        let response = response(&document, self.version, self.context.as_deref())?;
        let wst = self.version.namespace();
        if let Some(found) = response.optional_child(wst, "TokenType")? {
            let (found, wanted) = (found.text()?, self.token_type.uri(self.version));
            if collapsed(&found) != wanted {
                return Err(StsError::TokenType { found: found.as_ref().into(), wanted: wanted.into() });
            }
        }
        let secret = self.secret_of(response)?;
        issued(response, self.version, secret)
    }

    /// The secret of the answer: sent as a whole, or computed from both halves.
    fn secret_of(&self, response: Element<'_>) -> Result<Option<Secret>, StsError> {
        let wst = self.version.namespace();
        let proof = response.optional_child(wst, "RequestedProofToken")?;
        let WantedKey::Secret(own) = &self.key else { return given_secret(response, self.version) };
        let lacks = |why| StsError::NoSecret { why };
        let Some(proof) = proof else {
            return Err(lacks("it has no wst:RequestedProofToken"));
        };
        let secret = if let Some(given) = proof.optional_child(wst, "BinarySecret")? {
            binary_secret(given)?
        } else if let Some(computed) = proof.optional_child(wst, "ComputedKey")? {
            if collapsed(&computed.text()?) != self.version.identifier("CK/PSHA1") {
                return Err(lacks("the key is computed by another function than P_SHA-1"));
            }
            let entropy = response.optional_child(wst, "Entropy")?;
            let theirs = entropy.map(|entropy| entropy.optional_child(wst, "BinarySecret")).transpose()?.flatten();
            let theirs = theirs.ok_or_else(|| lacks("the service gave no entropy of its own"))?;
            let octets = match response.optional_child(wst, "KeySize")? {
                Some(bits) => {
                    let bits = bits.unsigned().map_err(|_| lacks("its wst:KeySize is no number"))?;
                    usize::try_from(bits / 8).unwrap_or(usize::MAX)
                }
                None => own.len(),
            };
            if octets > MOST_OCTETS {
                return Err(lacks("its wst:KeySize is beyond every use"));
            }
            p_sha1(own, binary_secret(theirs)?.as_octets(), 0, octets)
        } else {
            return Err(lacks("it is encrypted by itself"));
        };
        if secret.len() < own.len() {
            return Err(StsError::ShortSecret { octets: secret.len(), wanted: own.len() });
        }
        Ok(Some(secret))
    }
}

/// A secret that the service chose by itself, without a request for one.
fn given_secret(response: Element<'_>, version: TrustVersion) -> Result<Option<Secret>, StsError> {
    let wst = version.namespace();
    let proof = response.optional_child(wst, "RequestedProofToken")?;
    let given = proof.map(|proof| proof.optional_child(wst, "BinarySecret")).transpose()?.flatten();
    let Some(secret) = given.map(|given| binary_secret(given)).transpose()? else { return Ok(None) };
    match secret.len() {
        octets @ 0..LEAST_OCTETS => Err(StsError::ShortSecret { octets, wanted: LEAST_OCTETS }),
        _ => Ok(Some(secret)),
    }
}

fn binary_secret(element: Element<'_>) -> Result<Secret, StsError> {
    Ok(Secret::new(element.base64(MOST_OCTETS)?))
}

fn issued(response: Element<'_>, version: TrustVersion, secret: Option<Secret>) -> Result<IssuedToken, StsError> {
    let wst = version.namespace();
    let requested = response.optional_child(wst, "RequestedSecurityToken")?.ok_or(StsError::NoToken)?;
    let mut tokens = requested.children();
    let (Some(token), None) = (tokens.next(), tokens.next()) else { return Err(StsError::NoToken) };
    let context = match (SecurityContextToken::is_one(token), &secret) {
        (true, Some(secret)) => {
            let context = SecurityContextToken::parse(token)?;
            let made = ProtectionToken::security_context(context.version(), context.identifier(), secret.clone());
            let token = context.instance().into_iter().fold(made, ProtectionToken::instance);
            Some(Context { identifier: context.identifier().to_owned(), token })
        }
        _ => None,
    };
    let times = response.optional_child(wst, "Lifetime")?;
    let time = |local| -> Result<Option<SystemTime>, StsError> {
        let Some(times) = times else { return Ok(None) };
        let Some(element) = times.optional_child(name::WSU.uri, local)? else { return Ok(None) };
        Ok(Some(parse_instant(&element.text()?)?))
    };
    let (created, expires) = (time("Created")?, time("Expires")?);
    Ok(IssuedToken { xml: token.standalone(), secret, context, created, expires })
}

impl Renew {
    /// A request about a token with a secret, which is that of the renewed token, too.
    ///
    /// # Errors
    /// No error for a token that was read from an answer; otherwise the errors of [`Renew::new`].
    pub fn of(version: TrustVersion, issued: &IssuedToken) -> Result<Self, StsError> {
        Ok(Self { secret: issued.secret().cloned(), ..Self::new(version, issued.xml())? })
    }

    /// Reads the answer from the Body of the reply, as [`Issue::answer`]. The secret of the token does not change
    /// ([`Renew::of`]), unless the answer has a new one. A security context keeps its identifier.
    ///
    /// # Errors
    /// [`StsError`].
    ///
    /// # Specification
    /// WS-Trust 1.4 §5, WS-SecureConversation 1.4 §5.
    pub fn answer(&self, body: &str, limits: &Limits) -> Result<IssuedToken, StsError> {
        let document = Document::parse(body, limits)?;
        let response = response(&document, self.version, self.context.as_deref())?;
        let given = given_secret(response, self.version)?;
        let renewed = issued(response, self.version, given.or_else(|| self.secret.clone()))?;
        let wanted = context_of(&self.target, limits)?;
        if let (Some(wanted), found) = (&wanted, context_of(&renewed.xml, limits)?)
            && found.as_ref() != Some(wanted)
        {
            let found = found.as_deref().unwrap_or("a token of another kind").into();
            return Err(StsError::OtherToken { found, wanted: wanted.as_str().into() });
        }
        Ok(renewed)
    }
}

/// The identifier of a token that is a security context.
fn context_of(token: &str, limits: &Limits) -> Result<Option<String>, StsError> {
    let document = Document::parse(token, limits)?;
    let token = document.root();
    match SecurityContextToken::is_one(token) {
        true => Ok(Some(SecurityContextToken::parse(token)?.identifier().to_owned())),
        false => Ok(None),
    }
}

impl Validate {
    /// Reads the answer from the Body of the reply.
    ///
    /// # Errors
    /// [`StsError`].
    pub fn answer(&self, body: &str, limits: &Limits) -> Result<Status, StsError> {
        let document = Document::parse(body, limits)?;
        let wst = self.version.namespace();
        let status = response(&document, self.version, self.context.as_deref())?
            .optional_child(wst, "Status")?
            .ok_or(StsError::NoStatus)?;
        let code = status.required_child(wst, "Code")?.text()?;
        let reason = status.optional_child(wst, "Reason")?.map(|reason| reason.text()).transpose()?;
        let is_valid = collapsed(&code) == self.version.identifier("status/valid");
        Ok(Status { is_valid, reason: reason.map(|reason| reason.into_owned()) })
    }
}

impl Cancel {
    /// Reads the answer from the Body of the reply: without an error, the token has ended.
    ///
    /// # Errors
    /// [`StsError`].
    pub fn answer(&self, body: &str, limits: &Limits) -> Result<(), StsError> {
        let document = Document::parse(body, limits)?;
        let wst = self.version.namespace();
        let cancelled = response(&document, self.version, self.context.as_deref())?
            .optional_child(wst, "RequestedTokenCancelled")?;
        cancelled.map(drop).ok_or(StsError::NotCancelled)
    }
}
