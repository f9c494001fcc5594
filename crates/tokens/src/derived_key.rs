//! `wsc:DerivedKeyToken`: a key for one use, derived from a secret that another token identifies (WS-SecureConversation
//! 1.3 §7, and its draft of February 2005).

use wss_c14n::name::Namespace;
use wss_c14n::{Budget, Element, LeafError, Writer, base64_encode, name};
use wss_crypto::Secret;
use wss_text::octets;

use crate::derivation::{LABEL, MAX_LENGTH, MAX_NONCE, MIN_NONCE, derive};
use crate::error::TokenError;
use crate::security_token_reference::SecurityTokenReference;

/// The version of WS-SecureConversation. Versions differ only in their namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SecureConversation {
    /// 1.3 and 1.4, of OASIS.
    #[default]
    V1_3,
    /// The draft of February 2005, which older WCF services use.
    V2005,
}

impl SecureConversation {
    const ALL: [Self; 2] = [Self::V1_3, Self::V2005];

    /// Its namespace.
    #[must_use]
    pub const fn namespace(self) -> Namespace {
        match self {
            Self::V1_3 => name::WSC13,
            Self::V2005 => name::WSC2005,
        }
    }

    /// The type of a `wsc:DerivedKeyToken` in references.
    #[must_use]
    pub const fn derived_key_type(self) -> &'static str {
        match self {
            Self::V1_3 => "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk",
            Self::V2005 => "http://schemas.xmlsoap.org/ws/2005/02/sc/dk",
        }
    }

    /// The type of a `wsc:SecurityContextToken` in references.
    #[must_use]
    pub const fn context_type(self) -> &'static str {
        match self {
            Self::V1_3 => "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/sct",
            Self::V2005 => "http://schemas.xmlsoap.org/ws/2005/02/sc/sct",
        }
    }

    const fn p_sha1(self) -> &'static str {
        match self {
            Self::V1_3 => "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk/p_sha1",
            Self::V2005 => "http://schemas.xmlsoap.org/ws/2005/02/sc/dk/p_sha1",
        }
    }

    /// The version of WS-SecureConversation to which `element` belongs, if it has this local name.
    #[must_use]
    pub fn of(element: Element<'_>, local: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| element.is(version.namespace().uri, local))
    }
}

const DEFAULT_LENGTH: u64 = 32;
const MAX_END: u64 = 1_024;

/// A derived key in a header: the parameters of the derivation, and the token it is derived from.
#[derive(Clone)]
pub struct DerivedKeyToken<'d> {
    element: Element<'d>,
    source: SecurityTokenReference<'d>,
    offset: usize,
    length: usize,
    nonce: Vec<u8>,
}

impl std::fmt::Debug for DerivedKeyToken<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DerivedKeyToken")
            .field("element", &self.element)
            .field("source", &self.source)
            .field("offset", &self.offset)
            .field("length", &self.length)
            .field("nonce", &octets(&self.nonce))
            .finish()
    }
}

impl<'d> DerivedKeyToken<'d> {
    /// Whether an element is a `wsc:DerivedKeyToken` of either version.
    #[must_use]
    pub fn is_one(element: Element<'_>) -> bool {
        SecureConversation::of(element, "DerivedKeyToken").is_some()
    }

    /// Reads a `wsc:DerivedKeyToken`: `P_SHA1` with the default label, a nonce of 16 to 64 octets, and a key of 16 to
    /// 64 octets that ends before octet 1 024 of the stream. Its children may be in any order, since peers write them
    /// in different orders.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::DerivedKey`] if a value is outside those bounds.
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, TokenError> {
        let version = SecureConversation::of(element, "DerivedKeyToken");
        let version = version.ok_or_else(|| TokenError::Unsupported { uri: element.name().to_string().into() })?;
        let wsc = version.namespace().uri;
        // The schema has it unqualified, WSS4J writes it qualified.
        for namespace in ["", wsc] {
            if element.attribute(namespace, "Algorithm").is_some_and(|uri| uri != version.p_sha1()) {
                return Err(TokenError::DerivedKey("only P_SHA1 is supported"));
            }
        }
        let known = ["Generation", "Offset", "Length", "Label", "Nonce"];
        let is_known = |child: &Element<'_>| {
            child.is(name::WSSE.uri, "SecurityTokenReference") || known.iter().any(|local| child.is(wsc, local))
        };
        if let Some(other) = element.children().find(|child| !is_known(child)) {
            return Err(element.unexpected(other).into());
        }
        let number = |local: &'static str| -> Result<Option<u64>, LeafError> {
            element.optional_child(wsc, local)?.map(Element::unsigned).transpose()
        };
        let length = number("Length")?.unwrap_or(DEFAULT_LENGTH);
        let offset = match (number("Offset")?, number("Generation")?) {
            (Some(_), Some(_)) => return Err(TokenError::DerivedKey("Offset and Generation exclude each other")),
            (Some(offset), None) => Some(offset),
            (None, Some(generation)) => generation.checked_mul(length),
            (None, None) => Some(0),
        };
        let end = offset.and_then(|offset| offset.checked_add(length));
        let offset = match (offset, end) {
            (Some(offset), Some(end)) if (16..=MAX_LENGTH).contains(&length) && end <= MAX_END => offset as usize,
            _ => return Err(TokenError::DerivedKey("16 to 64 octets of the first 1024 may be derived")),
        };
        if let Some(label) = element.optional_child(wsc, "Label")? {
            let label = label.text()?;
            if !label.is_empty() && label != LABEL {
                return Err(TokenError::DerivedKey("only the default label is supported"));
            }
        }
        let nonce = element.optional_child(wsc, "Nonce")?.ok_or_else(|| element.missing("wsc:Nonce"))?;
        let nonce = nonce.base64(MAX_NONCE)?;
        if nonce.len() < MIN_NONCE {
            return Err(TokenError::DerivedKey("its nonce has fewer than 16 octets"));
        }
        let source = element.required_child(name::WSSE.uri, "SecurityTokenReference")?;
        let source = SecurityTokenReference::parse(source, budget)?;
        Ok(Self { element, source, offset, length: length as usize, nonce })
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// The token with the secret that the key is derived from.
    #[must_use]
    pub fn source(&self) -> &SecurityTokenReference<'d> {
        &self.source
    }

    /// `wsc:Nonce`.
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// The offset of the key in the derived stream.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The number of octets of the derived key.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Derives the key.
    #[must_use]
    pub fn derive(&self, secret: &Secret) -> Secret {
        derive(secret, &self.nonce, self.offset, self.length)
    }
}

/// A token that was written, and the key that it derives.
#[derive(Clone)]
pub struct WrittenDerivedKey {
    /// The `wsc:DerivedKeyToken` in canonical form, as a document of its own.
    pub token: String,
    /// The derived key.
    pub secret: Secret,
}

impl std::fmt::Debug for WrittenDerivedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrittenDerivedKey").field("secret", &self.secret).finish_non_exhaustive()
    }
}

/// A token to write, which derives octets from the start of the stream.
#[derive(Clone, Copy)]
pub struct NewDerivedKey<'a> {
    /// The version of WS-SecureConversation.
    pub version: SecureConversation,
    /// `@wsu:Id`.
    pub id: &'a str,
    /// The canonical `wsse:SecurityTokenReference` to the token of the secret, as a document of its own.
    pub source: &'a str,
    /// `wsc:Nonce`.
    pub nonce: &'a [u8],
    /// The number of octets that are derived.
    pub length: usize,
}

impl std::fmt::Debug for NewDerivedKey<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("NewDerivedKey");
        debug.field("version", &self.version).field("length", &self.length).finish_non_exhaustive()
    }
}

impl NewDerivedKey<'_> {
    /// Writes the token in canonical form, as a document of its own, and derives the octets from `secret`.
    #[must_use]
    pub fn write(&self, secret: &Secret) -> WrittenDerivedKey {
        let wsc = self.version.namespace();
        let mut writer = Writer::new();
        writer.start(wsc, "DerivedKeyToken");
        writer.attribute_in(name::WSU, "Id", self.id);
        writer.raw(self.source);
        writer.leaf(wsc, "Offset", "0");
        writer.leaf(wsc, "Length", &self.length.to_string());
        writer.leaf(wsc, "Nonce", &base64_encode(self.nonce));
        writer.end();
        WrittenDerivedKey { token: writer.finish(), secret: derive(secret, self.nonce, 0, self.length) }
    }
}
