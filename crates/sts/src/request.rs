//! Requests: `wst:RequestSecurityToken` in an envelope.

use std::time::{Duration, SystemTime};

use wss_c14n::name::{self, Namespace};
use wss_c14n::{Document, Limits, Writer, base64_encode};
use wss_crypto::{Certificate, CryptoError, Random, Secret, fresh_name};
use wss_soap::SoapVersion;
use wss_tokens::format_instant;

use crate::error::StsError;
use crate::version::{TokenType, TrustVersion};

const WSP: Namespace = Namespace { prefix: "wsp", uri: "http://schemas.xmlsoap.org/ws/2004/09/policy" };
const WSA: Namespace = Namespace { prefix: "wsa", uri: "http://www.w3.org/2005/08/addressing" };
/// The elements that WS-Trust 1.4 adds to 1.3.
const WST14: Namespace = Namespace { prefix: "wst14", uri: "http://docs.oasis-open.org/ws-sx/ws-trust/200802" };

/// The token `xml`, with a declaration of each of its namespaces.
fn token(xml: &str) -> Result<String, StsError> {
    Ok(Document::parse(xml, &Limits::default())?.root().standalone())
}

/// An envelope with a request of the kind `verb`.
fn envelope(
    soap: SoapVersion,
    trust: TrustVersion,
    verb: &str,
    context: Option<&str>,
    write: impl FnOnce(&mut Writer),
) -> String {
    let wst = trust.name();
    let soap = Namespace { prefix: name::SOAP11.prefix, uri: soap.namespace() };
    let mut writer = Writer::new();
    writer.start(soap, "Envelope");
    writer.start(soap, "Body");
    writer.start(wst, "RequestSecurityToken");
    if let Some(context) = context {
        writer.attribute("Context", context);
    }
    writer.leaf(wst, "RequestType", &trust.identifier(verb));
    write(&mut writer);
    writer.end();
    writer.end();
    writer.end();
    writer.finish()
}

/// An element of this version with a token inside.
fn around(writer: &mut Writer, namespace: Namespace, local: &'static str, token: &str) {
    writer.start(namespace, local);
    writer.raw(token);
    writer.end();
}

fn lifetime(writer: &mut Writer, wst: Namespace, (from, until): (SystemTime, SystemTime)) {
    writer.start(wst, "Lifetime");
    writer.leaf(name::WSU, "Created", &format_instant(from));
    writer.leaf(name::WSU, "Expires", &format_instant(until));
    writer.end();
}

/// The key that the requested token must have.
#[derive(Clone)]
pub(crate) enum WantedKey {
    /// The service chooses the key.
    Any,
    Bearer,
    /// A secret, of which this is our half.
    Secret(Secret),
    Certificate(Certificate),
}

/// The prefix of the context of a request, which is a URI.
const CONTEXT: &str = "context:";

/// A request for a token (WS-Trust 1.4 §4.1).
#[derive(Clone)]
#[must_use = "a request is sent with its `envelope`"]
pub struct Issue {
    pub(crate) version: TrustVersion,
    pub(crate) token_type: TokenType,
    pub(crate) key: WantedKey,
    applies_to: Option<String>,
    lifetime: Option<(SystemTime, SystemTime)>,
    on_behalf_of: Option<String>,
    act_as: Option<String>,
    is_renewable: bool,
    pub(crate) context: Option<String>,
}

impl std::fmt::Debug for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { version, token_type, .. } = self;
        f.debug_struct("Issue").field("version", version).field("token_type", token_type).finish_non_exhaustive()
    }
}

impl Issue {
    /// Asks for a token of this type. The service chooses its key and its lifetime.
    pub fn new(version: TrustVersion, token_type: TokenType) -> Self {
        let key = WantedKey::Any;
        let (applies_to, lifetime, on_behalf_of, act_as) = (None, None, None, None);
        let (is_renewable, context) = (false, None);
        Self { version, token_type, key, applies_to, lifetime, on_behalf_of, act_as, is_renewable, context }
    }

    /// Asks for a security context with a secret of 32 octets, whose other half is made here (WS-SecureConversation 1.4 §3).
    ///
    /// # Errors
    /// [`CryptoError::Provider`] if there is no randomness.
    pub fn security_context(version: TrustVersion, random: &dyn Random) -> Result<Self, CryptoError> {
        Self::new(version, TokenType::SecurityContext).secret(32, random)
    }

    /// Asks for a token for use at the service with this address.
    pub fn applies_to(self, address: impl Into<String>) -> Self {
        Self { applies_to: Some(address.into()), ..self }
    }

    /// Asks for a token without a key: whoever has the token can use it.
    pub fn bearer(self) -> Self {
        Self { key: WantedKey::Bearer, ..self }
    }

    /// Asks for a token whose holder shows a secret of this many octets. Half of the secret is made here; encrypt the
    /// Body of the request.
    ///
    /// # Errors
    /// [`CryptoError::Provider`] if there is no randomness.
    pub fn secret(self, octets: usize, random: &dyn Random) -> Result<Self, CryptoError> {
        Ok(Self { key: WantedKey::Secret(Secret::generate(random, octets)?), ..self })
    }

    /// Asks for a token whose holder signs with the key of this certificate. Sign the request with that key: most
    /// services demand the proof.
    pub fn certificate(self, certificate: Certificate) -> Self {
        Self { key: WantedKey::Certificate(certificate), ..self }
    }

    /// Asks for a token that is valid from `now` for `time`.
    pub fn lifetime(self, now: SystemTime, time: Duration) -> Self {
        Self { lifetime: Some((now, now + time)), ..self }
    }

    /// Asks for a token that can be [renewed](Renew) before it ends. Some services renew no other.
    pub fn renewable(self) -> Self {
        Self { is_renewable: true, ..self }
    }

    /// Gives the request a context that no other request has. The answer must have the same context. So an answer to
    /// another request is refused even if neither a signature confirmation nor a signed `wsa:RelatesTo` is demanded.
    ///
    /// # Errors
    /// [`CryptoError::Provider`] if there is no randomness.
    ///
    /// # Specification
    /// WS-Trust 1.4 §3.1: each answer carries the context of its request.
    pub fn context(self, random: &dyn Random) -> Result<Self, CryptoError> {
        Ok(Self { context: Some(fresh_name(random, CONTEXT)?), ..self })
    }

    /// The token of the party for whom the requester asks, and whose identity the new token has.
    ///
    /// # Errors
    /// [`StsError::Xml`] if it is not one element.
    pub fn on_behalf_of(self, xml: &str) -> Result<Self, StsError> {
        Ok(Self { on_behalf_of: Some(token(xml)?), ..self })
    }

    /// The token of the party for whom the requester asks. The new token names this party beside the requester
    /// (WS-Trust 1.4 §9.3).
    ///
    /// # Errors
    /// [`StsError::Xml`] if it is not one element.
    pub fn act_as(self, xml: &str) -> Result<Self, StsError> {
        Ok(Self { act_as: Some(token(xml)?), ..self })
    }

    /// The value of `wsa:Action` and of the HTTP action.
    #[must_use]
    pub fn action(&self) -> String {
        match self.token_type {
            TokenType::SecurityContext => self.version.identifier("RST/SCT"),
            _ => self.version.identifier("RST/Issue"),
        }
    }

    /// The request, to secure and to send.
    #[must_use]
    pub fn envelope(&self, soap: SoapVersion) -> String {
        let (trust, wst) = (self.version, self.version.name());
        envelope(soap, trust, "Issue", self.context.as_deref(), |writer| {
            writer.leaf(wst, "TokenType", self.token_type.uri(trust));
            self.write_key(writer);
            if let Some(address) = &self.applies_to {
                writer.start(WSP, "AppliesTo");
                writer.start(WSA, "EndpointReference");
                writer.leaf(WSA, "Address", address);
                writer.end();
                writer.end();
            }
            if let Some(token) = &self.on_behalf_of {
                around(writer, wst, "OnBehalfOf", token);
            }
            if let Some(token) = &self.act_as {
                around(writer, WST14, "ActAs", token);
            }
            if let Some(times) = self.lifetime {
                lifetime(writer, wst, times);
            }
            if self.is_renewable {
                writer.start(wst, "Renewing");
                writer.attribute("Allow", "true");
                writer.attribute("OK", "false");
                writer.end();
            }
        })
    }

    fn write_key(&self, writer: &mut Writer) {
        let (trust, wst) = (self.version, self.version.name());
        match &self.key {
            WantedKey::Any => {}
            WantedKey::Bearer => writer.leaf(wst, "KeyType", &trust.bearer()),
            WantedKey::Secret(entropy) => {
                writer.leaf(wst, "KeyType", &trust.identifier("SymmetricKey"));
                writer.leaf(wst, "KeySize", &(entropy.len() * 8).to_string());
                writer.start(wst, "Entropy");
                writer.start(wst, "BinarySecret");
                writer.attribute("Type", trust.identifier("Nonce"));
                writer.base64(entropy.as_octets());
                writer.end();
                writer.end();
                writer.leaf(wst, "ComputedKeyAlgorithm", &trust.identifier("CK/PSHA1"));
            }
            WantedKey::Certificate(certificate) => {
                writer.leaf(wst, "KeyType", &trust.identifier("PublicKey"));
                writer.start(wst, "UseKey");
                writer.start(name::DS, "KeyInfo");
                writer.start(name::DS, "X509Data");
                writer.leaf(name::DS, "X509Certificate", &base64_encode(certificate.der()));
                writer.end();
                writer.end();
                writer.end();
            }
        }
    }
}

macro_rules! about_a_token {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty)? }, $verb:literal, $target:literal, $type:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        #[must_use = "a request is sent with its `envelope`"]
        pub struct $name {
            pub(crate) version: TrustVersion,
            pub(crate) target: String,
            pub(crate) context: Option<String>,
            $(pub(crate) $field: $kind,)?
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("version", &self.version).finish_non_exhaustive()
            }
        }

        impl $name {
            /// A request about the token `xml`.
            ///
            /// # Errors
            /// [`StsError::Xml`] if it is not one element.
            pub fn new(version: TrustVersion, xml: &str) -> Result<Self, StsError> {
                Ok(Self { version, target: token(xml)?, context: None, $($field: Default::default())? })
            }

            /// As [`Issue::context`].
            ///
            /// # Errors
            /// [`CryptoError::Provider`] if there is no randomness.
            pub fn context(self, random: &dyn Random) -> Result<Self, CryptoError> {
                Ok(Self { context: Some(fresh_name(random, CONTEXT)?), ..self })
            }

            /// The value of `wsa:Action` and of the HTTP action.
            #[must_use]
            pub fn action(&self) -> String {
                self.version.identifier(concat!("RST/", $verb))
            }

            /// The request, to secure and to send.
            #[must_use]
            pub fn envelope(&self, soap: SoapVersion) -> String {
                let wst = self.version.name();
                envelope(soap, self.version, $verb, self.context.as_deref(), |writer| {
                    let wanted: Option<&str> = $type;
                    if let Some(kind) = wanted {
                        writer.leaf(wst, "TokenType", &self.version.identifier(kind));
                    }
                    around(writer, wst, $target, &self.target);
                })
            }
        }
    };
}

about_a_token!(
    /// Asks whether a token is good (WS-Trust 1.4 §7).
    Validate {}, "Validate", "ValidateTarget", Some("RSTR/Status")
);
about_a_token!(
    /// Asks for the same token with a later end (WS-Trust 1.4 §5).
    Renew { secret: Option<Secret> }, "Renew", "RenewTarget", None
);
about_a_token!(
    /// Ends a token (WS-Trust 1.4 §6).
    Cancel {}, "Cancel", "CancelTarget", None
);
