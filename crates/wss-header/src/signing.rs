//! A signature to make: a step of a recipe.

use std::collections::BTreeMap;
use std::sync::Arc;

use wss_c14n::Canonicalization;
use wss_crypto::{Certificate, DigestMethod, Identity, SignatureMethod, SigningKey};
use wss_tokens::ReferenceForm;

use crate::optional::Optional;
use crate::part::Part;
use crate::protection_token::ProtectionToken;
use crate::referencing::{Referencing, needs_context};

/// A signature to make.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Identity, SignatureMethod};
/// use wss_header::{Part, Recipe, Signing};
/// use wss_tokens::ReferenceForm;
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let signing = Signing::with(&alice)
///     .method(SignatureMethod::RsaPssSha256)
///     .reference(ReferenceForm::Thumbprint) // the receiver knows the certificate
///     .parts([Part::Body, Part::header_block("http://www.w3.org/2005/08/addressing", "To")]);
/// Recipe::new().sign(signing).plan()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signing {
    pub(crate) by: SignedBy,
    pub(crate) method: SignatureMethod,
    pub(crate) digest: DigestMethod,
    pub(crate) parts: Vec<Part>,
    /// Parts to sign if the message has them.
    pub(crate) optional: Optional,
    /// The form of references to parts that have no form of their own.
    pub(crate) referencing: Referencing,
    /// Parts with a form of reference of their own.
    pub(crate) own: BTreeMap<Part, Referencing>,
    /// The canonicalisation of `ds:SignedInfo`.
    pub(crate) canonicalization: Canonicalization,
    pub(crate) token_by_reference: bool,
    pub(crate) token_after_signature: bool,
    /// `None` if a certificate is referred to.
    pub(crate) holder: Option<HolderToken>,
    pub(crate) key_value_beside: bool,
    pub(crate) x509_data_beside: bool,
    pub(crate) complete_attachments: bool,
}

/// Whether a signature by the holder of a token covers that token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HolderToken {
    Covered,
    Uncovered,
}

/// The signing key.
#[derive(Clone)]
pub(crate) enum SignedBy {
    Certificate {
        /// `None` for a key outside this process.
        key: Option<Arc<dyn SigningKey>>,
        certificate: Box<Certificate>,
        path: Vec<Certificate>,
        reference: ReferenceForm,
    },
    Token(ProtectionToken),
}

impl Signing {
    /// Signs as `identity`, with SHA-256 (SHA-384 and SHA-512 on the larger curves). Its certificate is sent in a
    /// BinarySecurityToken.
    #[must_use]
    pub fn with(identity: &Identity) -> Self {
        let key = Some(Arc::clone(identity.signing_key()));
        Self::by(key, identity.certificate(), identity.intermediates().to_vec())
    }

    /// Signs with a key outside this process (HSM, key service) whose certificate is `certificate`: see
    /// [`Outgoing::prepare`](crate::Outgoing::prepare).
    #[must_use]
    pub fn elsewhere(certificate: &Certificate) -> Self {
        Self::by(None, certificate, Vec::new())
    }

    /// Signs with the key of a protection token, with HMAC over SHA-256.
    #[must_use]
    pub fn with_token(token: &ProtectionToken) -> Self {
        Self::new(SignedBy::Token(token.clone()), SignatureMethod::HmacSha256, DigestMethod::Sha256)
    }

    fn by(key: Option<Arc<dyn SigningKey>>, certificate: &Certificate, path: Vec<Certificate>) -> Self {
        // A key that signs nothing runs no method at all: planning the recipe reports that.
        let method = certificate.public_key().kind().default_signature().unwrap_or(SignatureMethod::RsaSha256);
        let digest = method.digest().unwrap_or(DigestMethod::Sha256);
        let certificate = Box::new(certificate.clone());
        Self::new(SignedBy::Certificate { key, certificate, path, reference: ReferenceForm::Direct }, method, digest)
    }

    fn new(by: SignedBy, method: SignatureMethod, digest: DigestMethod) -> Self {
        Self {
            by,
            method,
            digest,
            parts: Vec::new(),
            optional: Optional::default(),
            referencing: Referencing::default(),
            own: BTreeMap::new(),
            canonicalization: Canonicalization::default(),
            token_by_reference: false,
            token_after_signature: false,
            holder: None,
            key_value_beside: false,
            x509_data_beside: false,
            complete_attachments: false,
        }
    }

    /// Whether it signs the signatures of earlier steps.
    pub(crate) fn endorses(&self) -> bool {
        self.parts.contains(&Part::Signature)
    }

    /// The parts to sign.
    #[must_use]
    pub fn parts(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Header blocks, [elements](Part::element) and attachments to sign if the message has them. Beside them, the step
    /// must have [`Signing::parts`] that are signed in any case.
    #[must_use]
    pub fn parts_if_present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.optional.add(parts);
        self
    }

    /// Header blocks of a namespace to sign if the message has them, whatever their names; `None` is every namespace. Security
    /// headers and blocks for others are left out.
    #[must_use]
    pub fn blocks_if_present(mut self, namespace: Option<&str>) -> Self {
        self.optional.blocks.push(namespace.map(str::to_owned));
        self
    }

    /// The signature method.
    #[must_use]
    pub fn method(mut self, method: SignatureMethod) -> Self {
        self.method = method;
        self
    }

    /// The digest of each part.
    #[must_use]
    pub fn digest(mut self, digest: DigestMethod) -> Self {
        self.digest = digest;
        self
    }

    /// How to refer to the certificate; ignored for protection tokens.
    #[must_use]
    pub fn reference(mut self, form: ReferenceForm) -> Self {
        if let SignedBy::Certificate { reference, .. } = &mut self.by {
            *reference = form;
        }
        self
    }

    /// Signs `Part::SigningToken` through the reference to it, with the STR-Transform, so that a certificate that is
    /// not in the message can be signed as well (SOAP Message Security 1.1.1 §8.3). This is not possible for embedded
    /// tokens and protection tokens.
    #[must_use]
    pub fn token_by_reference(mut self) -> Self {
        self.token_by_reference = true;
        self
    }

    /// Places the BinarySecurityToken behind the signature instead of before it, for peers that look for it there. This
    /// breaks BSP R5205: [waive](crate::Recipe::waive) the rule. The receiver must call
    /// [`Receiver::accept_forward_references`](crate::Receiver::accept_forward_references).
    #[must_use]
    pub fn token_after_signature(mut self) -> Self {
        self.token_after_signature = true;
        self
    }

    /// Signs as the holder of the key that the first [issued token](crate::Recipe::token) of the recipe names: the subject of
    /// a SAML assertion, or the holder of a license. The signature refers to that token instead of a certificate, and covers
    /// it: another token for the same key cannot take its place.
    #[must_use]
    pub fn holder_of_key(mut self) -> Self {
        self.holder = Some(HolderToken::Covered);
        self
    }

    /// As [`Signing::holder_of_key`], but the signature covers only the named parts, for peers that expect no other. The
    /// receiver cannot tell whether the token was exchanged, and must call
    /// [`Receiver::accept_uncovered_holder_tokens`](crate::Receiver::accept_uncovered_holder_tokens).
    #[must_use]
    pub fn holder_of_key_uncovered(mut self) -> Self {
        self.holder = Some(HolderToken::Uncovered);
        self
    }

    /// Signs attachments complete: with their headers, so that their type and name cannot be changed. By default only
    /// their content is signed, since peers read the rules for headers differently (SwA Profile 1.1.1 §4.4).
    #[must_use]
    pub fn complete_attachments(mut self) -> Self {
        self.complete_attachments = true;
        self
    }

    /// Writes a `ds:KeyValue` beside the reference in `ds:KeyInfo`, which breaks BSP R5402; ignored for protection
    /// tokens.
    #[must_use]
    pub fn key_value_beside(mut self) -> Self {
        self.key_value_beside = true;
        self
    }

    /// Writes `ds:X509Data` with the certificate and its path beside the reference in `ds:KeyInfo`, which breaks BSP R5402;
    /// ignored for protection tokens.
    #[must_use]
    pub fn x509_data_beside(mut self) -> Self {
        self.x509_data_beside = true;
        self
    }

    /// Prefixes whose bindings are signed even if only values use them, as in `xsi:type="p:T"`. They are separated by
    /// white space; `#default` means the default namespace (BSP R5405). They are listed for every part that has no form of
    /// its own.
    #[must_use]
    pub fn inclusive_prefixes(mut self, prefix_list: impl AsRef<str>) -> Self {
        let canonicalization = self.referencing.canonicalization.unwrap_or_default();
        self.referencing.canonicalization = Some(canonicalization.inclusive_prefixes(prefix_list.as_ref()));
        self
    }

    /// The canonicalisation of `ds:SignedInfo`; exclusive without comments by default. An inclusive one breaks BSP R5404:
    /// [waive](crate::Recipe::waive) it. The receiver must call
    /// [`Receiver::accept_inclusive_canonicalization`](crate::Receiver::accept_inclusive_canonicalization).
    #[must_use]
    pub fn canonicalization(mut self, canonicalization: Canonicalization) -> Self {
        self.canonicalization = canonicalization;
        self
    }

    /// The form of references to parts that have no form of their own.
    #[must_use]
    pub fn referencing(mut self, referencing: Referencing) -> Self {
        self.referencing = referencing;
        self
    }

    /// Adds a part to sign, with a form of reference of its own.
    #[must_use]
    pub fn part_as(mut self, part: Part, referencing: Referencing) -> Self {
        self.own.insert(part.clone(), referencing);
        self.parts.push(part);
        self
    }

    /// The form of reference to a part.
    pub(crate) fn referencing_of(&self, part: &Part) -> &Referencing {
        self.own.get(part).unwrap_or(&self.referencing)
    }

    /// Every form of reference that it uses.
    pub(crate) fn all_referencing(&self) -> impl Iterator<Item = &Referencing> {
        std::iter::once(&self.referencing).chain(self.own.values())
    }

    /// Every canonicalisation that is named.
    pub(crate) fn canonicalizations(&self) -> impl Iterator<Item = &Canonicalization> {
        let of_parts = self.all_referencing().filter_map(|referencing| referencing.canonicalization.as_ref());
        std::iter::once(&self.canonicalization).chain(of_parts)
    }

    /// Whether the canonical form of some part depends on the elements around it.
    pub(crate) fn needs_context(&self) -> bool {
        needs_context(&self.canonicalization) || self.all_referencing().any(Referencing::needs_context)
    }
}
