//! Requirements: the facts that a message must prove. They always include the Body.

use std::collections::BTreeSet;
use std::sync::Arc;

use wss_crypto::{ContentEncryption, DigestMethod, SignatureMethod};
use wss_tokens::{ReferenceForm, SamlVersion};

use crate::error::RequirementError;
use crate::part::Part;
use crate::required_token::RequiredToken;
use crate::signer::Signer;

/// The facts that a message must prove.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// # let identity = |name: &str| wss_crypto::Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key")));
/// use wss_header::{DangerousNoReplayCache, OpenError, Part, Receiver, Recipe, RequirementError, Requirements, Signing};
/// use wss_tokens::Trust;
///
/// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay>1499.90</pay></s:Body></s:Envelope>";
/// # let signing = Signing::with(&identity("alice")?).parts([Part::Body]);
/// # let message = Recipe::new().sign(signing).plan()?.message(envelope).secure()?.message;
/// # let alice = identity("alice")?.certificate().clone();
/// // The message signs its Body, and nothing else.
/// let open = |requirements: Requirements| {
///     Receiver::new(Trust::pins([alice.clone()]), requirements, DangerousNoReplayCache).open(&message)
/// };
/// assert!(open(Requirements::signed([Part::Body])).is_ok());
/// assert!(open(Requirements::signed([Part::Body, Part::Timestamp])).is_err());
/// let encrypted = open(Requirements::signed([Part::Body]).encrypted([Part::Body]));
/// assert!(matches!(encrypted, Err(OpenError::Requirement(RequirementError::NotEncrypted { .. }))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    pub(crate) signed: Arc<BTreeSet<Part>>,
    pub(crate) encrypted: BTreeSet<Part>,
    pub(crate) username: bool,
    pub(crate) confirmation: bool,
    pub(crate) anonymous: bool,
    pub(crate) certificate: bool,
    pub(crate) kerberos: bool,
    pub(crate) assertions: BTreeSet<SamlVersion>,
    /// The parts that must be signed if the message has them.
    pub(crate) signed_if_present: BTreeSet<Part>,
    /// The parts that must be encrypted if the message has them.
    pub(crate) encrypted_if_present: BTreeSet<Part>,
    /// The parts that the message must have, whoever wrote them.
    pub(crate) present: BTreeSet<Part>,
    pub(crate) narrow: Narrow,
}

/// Demands on tokens, algorithms and references that a message has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Narrow {
    /// For each list: one of these tokens must authenticate the message.
    pub(crate) any_token: Vec<Vec<RequiredToken>>,
    /// For each list: one of these tokens must endorse the signature.
    pub(crate) endorsed_by: Vec<Vec<RequiredToken>>,
    /// Whether a secret must make the signature.
    pub(crate) by_secret: bool,
    /// Whether passwords must come as digests, or make keys.
    pub(crate) digest: bool,
    /// Whether signed attachments must be signed with their headers.
    pub(crate) complete_attachments: bool,
    /// Whether the timestamp must have an expiry.
    pub(crate) expires: bool,
    /// The methods that every signature of the header may have; empty for all that the policy admits.
    pub(crate) signature_methods: Vec<SignatureMethod>,
    /// The digest methods that references may have; empty for all that the policy admits.
    pub(crate) digest_methods: Vec<DigestMethod>,
    /// The forms in which it may refer to the certificate of the signer; empty for all forms.
    pub(crate) signer_references: Vec<ReferenceForm>,
    /// The ciphers that decrypted content may have; empty for all that the policy admits.
    pub(crate) content_ciphers: Vec<ContentEncryption>,
}

impl Requirements {
    /// One trusted signature covers all of `parts`, each at its own place. An empty list does not compile.
    ///
    /// [`Receiver::open`](crate::Receiver::open) always requires the Body as well.
    #[must_use]
    pub fn signed<const N: usize>(parts: [Part; N]) -> Self {
        const { assert!(N > 0, "require at least one part to be signed") };
        Self { signed: Arc::new(parts.into()), ..Self::default() }
    }

    /// As [`Requirements::signed`], for parts that are known only at run time.
    #[must_use]
    pub fn signed_body_and(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut signed: BTreeSet<Part> = parts.into_iter().collect();
        signed.insert(Part::Body);
        Self { signed: Arc::new(signed), ..Self::default() }
    }

    /// Nothing needs to be signed. Only
    /// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned) can open such a message.
    #[must_use]
    pub fn dangerous_unsigned() -> Self {
        Self::default()
    }

    /// One trusted signature must cover all of `parts` as well.
    #[must_use]
    pub fn also_signed(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        Arc::make_mut(&mut self.signed).extend(parts);
        self
    }

    /// The same signature must cover the parts among `parts` that the message has: header blocks,
    /// [elements](Part::element), attachments, a timestamp, tokens, confirmations. A part that the message does not
    /// have is not required. A signer whose part was removed notices, since the signature no longer verifies; nobody
    /// notices that a part was never there.
    #[must_use]
    pub fn signed_if_present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.signed_if_present.extend(parts);
        self
    }

    /// The parts among `parts` that the message has must be encrypted to this receiver.
    #[must_use]
    pub fn encrypted_if_present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.encrypted_if_present.extend(parts);
        self
    }

    /// The message must have `parts`, in clear text or encrypted to this receiver. This does not prove who wrote them:
    /// for that, use [`Requirements::also_signed`]. Header blocks are those for this receiver.
    ///
    /// # Specification
    /// WS-SecurityPolicy 1.3 §4.3, `sp:RequiredParts` and `sp:RequiredElements`.
    #[must_use]
    pub fn present(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.present.extend(parts);
        self
    }

    /// One of `tokens` must authenticate the message; with an empty list, no message is accepted. Each further call
    /// demands one of another list as well.
    #[must_use]
    pub fn any_token_of(mut self, tokens: impl IntoIterator<Item = RequiredToken>) -> Self {
        self.narrow.any_token.push(tokens.into_iter().collect());
        self
    }

    /// An endorsing signature must cover the signature over the required parts. Its key must be that of one of
    /// `tokens`: of a certificate, a password, a ticket, or an assertion that names it. A signature over the parts
    /// themselves endorses nothing. Each further call demands one of another list as well.
    #[must_use]
    pub fn endorsed_by(mut self, tokens: impl IntoIterator<Item = RequiredToken>) -> Self {
        self.narrow.endorsed_by.push(tokens.into_iter().collect());
        self
    }

    /// The required parts must be signed with a secret, as the symmetric binding does: a key that the message brings
    /// encrypted, or one of a security context, a ticket, a password or the request. Whoever signs with a private key may
    /// have signed for somebody else.
    #[must_use]
    pub fn signed_with_secret(mut self) -> Self {
        self.narrow.by_secret = true;
        self
    }

    /// No username token with a password as text is accepted, not even an encrypted one.
    #[must_use]
    pub fn digest_passwords(mut self) -> Self {
        self.narrow.digest = true;
        self
    }

    /// Each attachment that is signed must be signed with its header, so that its type and name are proven.
    #[must_use]
    pub fn complete_attachments(mut self) -> Self {
        self.narrow.complete_attachments = true;
        self
    }

    /// The message must have a timestamp with a `wsu:Expires`, under the signature that covers the required parts or over
    /// a protected transport.
    #[must_use]
    pub fn expires(mut self) -> Self {
        self.narrow.expires = true;
        self
    }

    /// Every signature of the Security header must use one of `methods`, an endorsing one too. This narrows the
    /// [`AlgorithmPolicy`](crate::AlgorithmPolicy), which must admit them, too. Signatures inside assertions are judged by
    /// that policy alone.
    #[must_use]
    pub fn signature_methods(mut self, methods: impl IntoIterator<Item = SignatureMethod>) -> Self {
        self.narrow.signature_methods.extend(methods);
        self
    }

    /// Each reference of every signature of the Security header must use one of `methods`. This narrows the
    /// [`AlgorithmPolicy`](crate::AlgorithmPolicy), which must admit them, too.
    #[must_use]
    pub fn digest_methods(mut self, methods: impl IntoIterator<Item = DigestMethod>) -> Self {
        self.narrow.digest_methods.extend(methods);
        self
    }

    /// The signature over the required parts must refer to its certificate in one of `forms`, for networks that allow no
    /// other. All spellings of an issuer's name are one form.
    #[must_use]
    pub fn signer_references(mut self, forms: impl IntoIterator<Item = ReferenceForm>) -> Self {
        self.narrow.signer_references.extend(forms);
        self
    }

    /// Everything that is decrypted must be encrypted with one of `ciphers`. This narrows the
    /// [`AlgorithmPolicy`](crate::AlgorithmPolicy), which must admit them, too.
    #[must_use]
    pub fn content_ciphers(mut self, ciphers: impl IntoIterator<Item = ContentEncryption>) -> Self {
        self.narrow.content_ciphers.extend(ciphers);
        self
    }

    /// All of `parts` must be encrypted to this receiver: of the Body all of its content, of an element that a path names the
    /// element or all of its content, of a header block the whole block.
    #[must_use]
    pub fn encrypted(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.encrypted.extend(parts);
        self
    }

    /// A username token must authenticate the user of the message; [`Opened::user`](crate::OpenedParts::user) describes
    /// what ties a token to a message. A password digest that was copied from another message is refused, even if it is
    /// covered by an anonymous signature or encrypted; but a known signer can present one, as a gateway does for its
    /// users, and nothing shows that the signer did not copy it. With
    /// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned), where nothing is tied to the Body, it only means
    /// that a password was checked: see [`UnsignedOpened::user`](crate::UnsignedOpened::user).
    #[must_use]
    pub fn username_token(mut self) -> Self {
        self.username = true;
        self
    }

    /// A SAML assertion of this version must be about the sender: its key signs the Body, or an attester vouches for
    /// it, or it is a bearer assertion that a known signer presents, or that came over a transport that is
    /// declared protected.
    #[must_use]
    pub fn saml_token(mut self, version: SamlVersion) -> Self {
        self.assertions.insert(version);
        self
    }

    /// The client of a Kerberos ticket must be the signer of the required parts.
    #[must_use]
    pub fn kerberos_token(mut self) -> Self {
        self.kerberos = true;
        self
    }

    /// The holder of a trusted certificate must sign the required parts, or endorse the signature that covers them.
    /// Users and holders of secrets do not count.
    #[must_use]
    pub fn x509_token(mut self) -> Self {
        self.certificate = true;
        self
    }

    /// The reply must confirm every signature of its request, under its own signature or over a protected transport: for
    /// [`Receiver::answering`](crate::Receiver::answering).
    #[must_use]
    pub fn signature_confirmation(mut self) -> Self {
        self.confirmation = true;
        self
    }

    /// The signer may be unknown: a key that was encrypted to the receiver, as anyone with its certificate can do,
    /// proves only that one sender made the signed parts.
    #[must_use]
    pub fn dangerous_anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// The token by which the signer must be known and is not, if there is one.
    pub(crate) fn token_lacked_by(&self, signer: &Signer) -> Option<RequiredToken> {
        let demanded = [(self.certificate, RequiredToken::X509), (self.kerberos, RequiredToken::Kerberos)];
        demanded.into_iter().find(|(is_demanded, token)| *is_demanded && !token.is_of(signer)).map(|(_, token)| token)
    }

    /// An Id proves no place, and a part that exists only while a message is made cannot be required.
    pub(crate) fn check(&self) -> Result<(), RequirementError> {
        let is_id = |part: &&Part| matches!(part, Part::Id(_));
        let is_no_element = |part: &&Part| matches!(part, Part::Id(_) | Part::SigningToken);
        let wrong = self.signed.iter().chain(&self.encrypted).find(is_id);
        if let Some(part) = wrong.or_else(|| self.present.iter().find(is_no_element)) {
            return Err(RequirementError::NotAPlace { part: part.clone() });
        }
        let mut optional = self.signed_if_present.iter().chain(&self.encrypted_if_present);
        match optional.find(|part| !part.may_be_absent()) {
            Some(part) => Err(RequirementError::NotOptional { part: part.clone() }),
            None => Ok(()),
        }
    }
}
