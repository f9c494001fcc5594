//! The receiver: trust, requirements, and the calls that change what it accepts. The call that accepts a kind of token
//! is in the module of the kind, in `open/tokens`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use wss_bsp::Enforcement;
use wss_c14n::{CanonicalizationMethod, Element, Limits};
use wss_crypto::{Certificate, Identity, Secret};
use wss_replay::ReplayCache;
use wss_soap::Role;
use wss_tokens::{AssertionTrust, Trust};

use crate::addressing_version::AddressingVersion;
use crate::clock::{Clock, SystemClock};
use crate::key_sources::KeySources;
use crate::policy::AlgorithmPolicy;
use crate::requirements::Requirements;
use crate::waiver::Waiver;
use crate::window::Window;

/// Opens messages. The trust, the requirements, and the store that detects replays are arguments without defaults.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// # let identity = |name: &str| wss_crypto::Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key")));
/// use wss_header::{MemoryReplayCache, OpenError, Part, Receiver, Recipe, ReplayError, Requirements, Signing};
/// use wss_tokens::{SignerRule, Trust};
///
/// let trust = Trust::anchors_pem(&file("ca.pem"))?.signer(SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE")?);
/// let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
/// let receiver = Receiver::new(trust, requirements, MemoryReplayCache::default()).decrypt_with(identity("bob")?);
/// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay>1499.90</pay></s:Body></s:Envelope>";
/// # let signing = Signing::with(&identity("alice")?).parts([Part::Body, Part::Timestamp]);
/// # let recipe = Recipe::new().timestamp(std::time::Duration::from_secs(300)).sign(signing);
/// # let message = recipe.plan()?.message(envelope).secure()?.message;
///
/// let opened = receiver.open(&message)?;
/// assert!(opened.body().xml().contains("1499.90"));
/// // A second delivery and a changed message are refused.
/// assert!(matches!(receiver.open(&message), Err(OpenError::Replay(ReplayError::Seen))));
/// assert!(receiver.open(message.replace("1499.90", "9999.90")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Receiver {
    pub(crate) trust: Trust,
    pub(crate) requirements: Requirements,
    pub(crate) replay: Arc<dyn ReplayCache>,
    pub(crate) keys: KeySources,
    /// The departures from the strict default that it accepts because of a call.
    pub(crate) waived: BTreeSet<Waiver>,
    pub(crate) policy: AlgorithmPolicy,
    pub(crate) bsp: Enforcement,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) window: Window,
    pub(crate) role: Role,
    /// Header blocks that the application handles: namespace and local name.
    pub(crate) understood: HashSet<(String, String)>,
    /// Whether the message is kept for forwarding.
    pub(crate) forwards: bool,
    /// Whether the Body is kept as it was sent.
    pub(crate) keeps_body: bool,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("requirements", &self.requirements).finish_non_exhaustive()
    }
}

impl Receiver {
    /// A receiver for the ultimate receiver's header, with the modern algorithms, the default limits, a window of 300
    /// seconds and a clock skew of 60.
    #[must_use]
    pub fn new(trust: Trust, requirements: Requirements, replay: impl ReplayCache + 'static) -> Self {
        Self {
            trust,
            requirements,
            replay: Arc::new(replay),
            keys: KeySources::default(),
            waived: BTreeSet::new(),
            policy: AlgorithmPolicy::default(),
            bsp: Enforcement::Off,
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            window: Window::default(),
            role: Role::UltimateReceiver,
            understood: HashSet::new(),
            forwards: false,
            keeps_body: false,
        }
    }

    /// The store of messages seen, as given to [`Receiver::new`]: for a [`PendingReplay`](crate::PendingReplay).
    #[must_use]
    pub fn replay_cache(&self) -> &dyn ReplayCache {
        &*self.replay
    }

    /// Decrypts with the key of `identity`. Can be called for several.
    #[must_use]
    pub fn decrypt_with(mut self, identity: Identity) -> Self {
        self.keys.identities.push(identity);
        self
    }

    /// Decrypts with the key of `certificate`, which is in a key service or an HSM behind an asynchronous call. Can be called
    /// for several. Such a receiver opens with [`Deferred::keys_elsewhere`](crate::Deferred::keys_elsewhere).
    #[must_use]
    pub fn decrypt_elsewhere(mut self, certificate: Certificate) -> Self {
        self.keys.elsewhere.push(certificate);
        self
    }

    /// Decrypts, and verifies MACs, with a secret that both sides have. `name` is its `ds:KeyName`, or the identifier
    /// of its security context. Of two with one name the first counts.
    #[must_use]
    pub fn shared_secret(mut self, name: Option<String>, secret: Secret) -> Self {
        self.keys.secrets.push((name, secret));
        self
    }

    /// Messages may name `certificate` by this `ds:KeyName`, which has no other meaning here: as the certificate of a
    /// signer, whom the trust still judges, and as that of a key for decryption. The name selects a certificate and
    /// proves nothing. Can be called for several.
    #[must_use]
    pub fn key_name(mut self, name: impl Into<String>, certificate: Certificate) -> Self {
        self.keys.names.push((name.into(), certificate));
        self
    }

    /// Accepts one key that signs and encrypts, if it came in an `xenc:EncryptedKey` (of this message, of an assertion,
    /// or of the request of a reply) or with a Kerberos ticket: the symmetric binding without derived keys, as WSS4J,
    /// CXF, Metro and Rampart use it in the suites `Basic128` and `Basic256`. Shared secrets, secrets of security
    /// contexts and derived keys sign or encrypt, never both. A key that wraps others has no other use.
    #[must_use]
    pub fn accept_one_key_to_sign_and_encrypt(mut self) -> Self {
        self.waived.insert(Waiver::OneKeyToSignAndEncrypt);
        self
    }

    /// Accepts ciphertext for other receivers in the Body, in header blocks or in the Security header, which
    /// intermediaries and clients of token services receive. The Body is then returned with that ciphertext, and
    /// [`Opened::remaining_ciphertext`](crate::OpenedParts::remaining_ciphertext) lists it. Without this call a message
    /// with remaining ciphertext is refused: whoever removes an `xenc:EncryptedKey` leaves ciphertext where the sender
    /// meant plaintext.
    #[must_use]
    pub fn accept_ciphertext_for_others(mut self) -> Self {
        self.waived.insert(Waiver::CiphertextForOthers);
        self
    }

    /// If both sides sign with one key, accepts replies that confirm no signature of their request, and accepts replies
    /// in place of requests. Without this call such a reply is refused, since it may be one's own request sent back,
    /// and a message that confirms signatures opens only with [`Receiver::answering`].
    #[must_use]
    pub fn dangerous_accept_either_direction(mut self) -> Self {
        self.waived.insert(Waiver::EitherDirection);
        self
    }

    /// Accepts replies whose `wsa:RelatesTo` does not name the MessageID of their request, or whose signed ciphertext
    /// that no key opened may name what they answer: a reply to another request of the same client may come in their
    /// place.
    #[must_use]
    pub fn dangerous_accept_unrelated_replies(mut self) -> Self {
        self.waived.insert(Waiver::UnrelatedReplies);
        self
    }

    /// Accepts secrets of fewer than 16 octets, which can be guessed: shared secrets, those of security contexts,
    /// tickets and assertions, and keys that were encrypted to us.
    #[must_use]
    pub fn accept_short_secrets_for_legacy_use_only(mut self) -> Self {
        self.waived.insert(Waiver::ShortSecrets);
        self
    }

    /// Accepts references that precede their tokens, which BSP R5205 forbids and some peers send.
    #[must_use]
    pub fn accept_forward_references(mut self) -> Self {
        self.waived.insert(Waiver::ForwardReferences);
        self
    }

    /// Accepts inclusive canonicalisation 1.0 and 1.1, with comments or without, of `ds:SignedInfo`, of referenced
    /// elements and of tokens, against BSP R5404 and R5423. Whatever is in scope around a signed element is signed with
    /// it, so that gateways which add namespace declarations break such signatures. It is so for assertions whose issuer signed
    /// them where they are.
    #[must_use]
    pub fn accept_inclusive_canonicalization(mut self) -> Self {
        self.waived.insert(Waiver::InclusiveCanonicalization);
        self
    }

    /// Accepts references whose `ds:Transforms` is absent or empty, or has only an enveloped-signature that removes
    /// nothing, against BSP R5416 and R5412, as Metro's XWSS sends them. They
    /// imply inclusive canonicalisation 1.0 (XML Signature 1.1 §4.4.3.2). So does the signature of an assertion with an
    /// enveloped-signature alone.
    #[must_use]
    pub fn accept_absent_transforms(mut self) -> Self {
        self.waived.insert(Waiver::AbsentTransforms);
        self
    }

    /// Accepts timestamps, username tokens and assertions whose instants have an offset from UTC, as in `+01:00`, against BSP R3217
    /// and R3223, also without the colon, as Java's `SimpleDateFormat` writes `+0000`. Without this call they are in UTC: `Z` or
    /// `+00:00`. It accepts no instant without a zone.
    #[must_use]
    pub fn accept_local_times(mut self) -> Self {
        self.waived.insert(Waiver::LocalTimes);
        self
    }

    /// Accepts references to a `wsc:DerivedKeyToken` that have the type of the EncryptedKey that it was derived from,
    /// as the streaming clients of CXF and WSS4J send them. The type does not decide which element is meant.
    #[must_use]
    pub fn accept_derived_keys_typed_as_encrypted_keys(mut self) -> Self {
        self.waived.insert(Waiver::DerivedKeysTypedAsEncryptedKeys);
        self
    }

    /// Accepts secrets with more octets than the cipher takes, of which the peer uses the leading ones: CXF and Rampart
    /// do so in suites of 128 bits. It is for every kind of secret: keys that were encrypted to us, keys of the
    /// request, shared secrets and those of contexts, assertions and derivations. MACs take all octets.
    #[must_use]
    pub fn accept_longer_secrets(mut self) -> Self {
        self.waived.insert(Waiver::LongerSecrets);
        self
    }

    /// Accepts a key with fewer octets than its cipher takes, and runs the cipher of the same mode for keys of that
    /// length, if the algorithms of the receiver include it: Rampart's symmetric binding in suites of 256 bits makes a
    /// key of 16 octets and names AES-128 `aes256-cbc`. WSS4J reads it so, against XML Encryption 1.1 §5.2.2.
    #[must_use]
    pub fn accept_ciphers_by_key_length(mut self) -> Self {
        self.waived.insert(Waiver::CiphersByKeyLength);
        self
    }

    /// Accepts instants without a zone, against BSP R3217 and R3223, and reads them as UTC: the instants of a peer that
    /// writes its local time are then wrong by its offset, so that the window refuses them.
    #[must_use]
    pub fn accept_times_without_zone(mut self) -> Self {
        self.waived.insert(Waiver::TimesWithoutZone);
        self
    }

    /// Accepts a `wsse:Password` whose `Type` is a name in place of the identifier of the profile, as in
    /// `wsse:PasswordDigest`, or is empty, or in the namespace of its element: the meaning is the same. Also accepts
    /// such an `EncodingType` of a `wsse:Nonce`, and base64 of the nonce that ends within an octet.
    #[must_use]
    pub fn accept_password_types_by_name(mut self) -> Self {
        self.waived.insert(Waiver::PasswordTypesByName);
        self
    }

    /// Accepts a `wsse:BinarySecurityToken` with certificates whose `ValueType` or `EncodingType` is absent or a name in place of
    /// the identifier of the profile, as in `wsse:X509v3`, or whose `ValueType` is that of other certificates, as
    /// `#X509PKIPathv1` for one alone: it is what its octets are. And a reference that states such a type; and a
    /// `wsse:KeyIdentifier` whose types are absent or names, which without a type is a certificate, or the subject key
    /// identifier of one, or that is a thumbprint by another digest than SHA-1, as in `#ThumbprintSHA256`. A reference to an
    /// assertion may have a type of the other version of SAML, of a draft, or none.
    #[must_use]
    pub fn accept_token_types_by_name(mut self) -> Self {
        self.waived.insert(Waiver::TokenTypesByName);
        self
    }

    /// Accepts a signature by the holder of an assertion or a license that it does not cover. If several of these tokens name one
    /// key, as those do that a gateway gets for its users, anyone who saw messages under two of them can exchange the token
    /// of one for that of the other, and with it the name of the sender. A token whose secret signs is not meant.
    #[must_use]
    pub fn accept_uncovered_holder_tokens(mut self) -> Self {
        self.waived.insert(Waiver::UncoveredHolderTokens);
        self
    }

    /// Accepts `ds:Object` in a signature of the header, against BSP R3102, as signatures by XAdES have it. Its content
    /// proves nothing and is not judged; of its elements, the signature may cover those of XAdES and `ds:Object`
    /// itself.
    #[must_use]
    pub fn accept_objects_in_signatures(mut self) -> Self {
        self.waived.insert(Waiver::ObjectsInSignatures);
        self
    }

    /// Accepts a signature of the header over the whole document (`URI=""`, or an Id of the Envelope) without itself,
    /// by the enveloped-signature transform: it covers the Body, every header block and every other child of the
    /// Security header.
    #[must_use]
    pub fn accept_signatures_over_the_whole_document(mut self) -> Self {
        self.waived.insert(Waiver::WholeDocumentSignatures);
        self
    }

    /// Accepts the digest of a password without `wsse:Nonce`: over `wsu:Created` and the password alone. Only its
    /// instant shows how new it is, and each digest is accepted once, so that two tokens of one user need two instants.
    #[must_use]
    pub fn accept_digests_without_nonce(mut self) -> Self {
        self.waived.insert(Waiver::DigestsWithoutNonce);
        self
    }

    /// Accepts the digest of a password without `wsu:Created`: over `wsse:Nonce` and the password alone. Nothing shows
    /// how old it is: whoever saw any digest of this user, also one with an instant, can send it again once the replay
    /// store has forgotten it. A digest without both is always refused.
    #[must_use]
    pub fn dangerous_accept_digests_without_created(mut self) -> Self {
        self.waived.insert(Waiver::DigestsWithoutCreated);
        self
    }

    /// Accepts `xenc:EncryptedData` that no `xenc:ReferenceList` names before it, against BSP R3214 and R3231: its own
    /// KeyInfo leads to its key, which may be inside that KeyInfo. In our header it is decrypted where it is. Elsewhere
    /// it is decrypted where the digest of a verified signature needs the plaintext, and otherwise after the last
    /// signature.
    #[must_use]
    pub fn accept_unlisted_encrypted_data(mut self) -> Self {
        self.waived.insert(Waiver::UnlistedEncryptedData);
        self
    }

    /// Accepts an `xenc:EncryptedKey` that is not a child of our header, against BSP R5426 and SOAP Message Security
    /// 1.1.1 §9.2: inside the KeyInfo that it is the key of, or wherever a reference or a `ds:RetrievalMethod` of that
    /// KeyInfo names it by its Id.
    #[must_use]
    pub fn accept_encrypted_keys_outside_the_header(mut self) -> Self {
        self.waived.insert(Waiver::EncryptedKeysOutsideTheHeader);
        self
    }

    /// Accepts `xenc:EncryptedData` without `Type`, as content in the Body and as one element in the header. Content
    /// may be one element, so that nothing is guessed in the Body.
    #[must_use]
    pub fn accept_encrypted_data_without_type(mut self) -> Self {
        self.waived.insert(Waiver::EncryptedDataWithoutType);
        self
    }

    /// Accepts a `ds:Reference` with an empty URI and one intersection of XPath Filter 2.0, if its expression is a path
    /// of names and positions from the root that names one element, as in `/s:Envelope/s:Header/b:Order[2]` (BSP
    /// R3002). The place of that element is judged, as for an Id; every other filter is still refused.
    #[must_use]
    pub fn accept_element_paths_in_references(mut self) -> Self {
        self.waived.insert(Waiver::ElementPathsInReferences);
        self
    }

    /// Accepts `ds:Reference`, `wsse:Reference`, `xenc:DataReference`, `xenc:KeyReference` and `ds:RetrievalMethod`
    /// whose URI is the Id of an element without `#` before it (BSP R3001, R3006, R5608). A URI that is no Id of the
    /// message keeps its meaning.
    #[must_use]
    pub fn accept_references_without_hash(mut self) -> Self {
        self.waived.insert(Waiver::ReferencesWithoutHash);
        self
    }

    /// Accepts a `wsu:Timestamp` without `wsu:Created`, against BSP R3203. It must then have `wsu:Expires`, no further
    /// ahead than the window allows, so that the replay store knows how long to remember the message.
    #[must_use]
    pub fn accept_timestamps_without_created(mut self) -> Self {
        self.waived.insert(Waiver::TimestampsWithoutCreated);
        self
    }

    /// Accepts signatures over children of the Security header that are of unknown kinds, such as tokens of a product. They
    /// are ignored, and [`Evidence::ignored`](crate::Evidence::ignored) names them. Without this call such a message is
    /// refused: somebody may have moved a signed header block there, where the application does not find it. Blocks that
    /// the receiver requires or [understands](Receiver::understands), those of WS-Addressing, and elements with an attribute of
    /// SOAP, such as `mustUnderstand`, are refused there in any case.
    #[must_use]
    pub fn accept_signed_children_of_unknown_kinds(mut self) -> Self {
        self.waived.insert(Waiver::SignedChildrenOfUnknownKinds);
        self
    }

    /// Accepts elements of one name that are signed at several places which the receiver names, each without the
    /// element around it: `Body/order/street` and `Body/customer/street`, a header block and an element of that name,
    /// an assertion in the Security header and one in the Body. The signature does not distinguish the places, so
    /// somebody may have moved one element to the place of the other. It is never necessary if the signature covers the
    /// Body, or the elements around these.
    #[must_use]
    pub fn accept_interchangeable_elements(mut self) -> Self {
        self.waived.insert(Waiver::InterchangeableElements);
        self
    }

    /// Accepts envelopes whose XML declaration or Content-Type names an encoding other than UTF-8 and UTF-16, such as
    /// ISO-8859-1, ISO-8859-15 or windows-1252: any that contains ASCII. The declaration decides; without one, the octets
    /// are UTF-8 if they can be, and else what the [`Incoming::content_type`](crate::Incoming::content_type) states. Canonical forms are UTF-8 in any case, so that a signature
    /// proves that the text was read as its signer meant it. Positions in errors are those of the text in UTF-8. A declaration of
    /// UTF-16 that is written in UTF-8 is left out, and UTF-16 needs no byte order mark.
    #[must_use]
    pub fn accept_other_encodings(mut self) -> Self {
        self.waived.insert(Waiver::OtherEncodings);
        self
    }

    /// Accepts tokens with certificates of version 1, which do not say what they may be used for: pinned ones, and those
    /// below the anchors where [`Trust::accept_certificates_of_version_1`](wss_tokens::Trust::accept_certificates_of_version_1) was
    /// called, too.
    #[must_use]
    pub fn accept_x509_version_1_for_legacy_use_only(mut self) -> Self {
        self.waived.insert(Waiver::X509Version1);
        self
    }

    /// Accepts clear-text passwords, and lets a username token or a bearer assertion identify the sender: the caller
    /// states that the transport protected the message, so that nobody could copy the token. Without this call a
    /// password as text must be encrypted, and such tokens identify nobody by themselves.
    #[must_use]
    pub fn over_protected_transport(mut self) -> Self {
        self.waived.insert(Waiver::ProtectedTransport);
        self
    }

    /// Replaces the algorithms that may run. Retired ones never run here, whatever the policy admits: they are for
    /// documents.
    #[must_use]
    pub fn algorithms(mut self, policy: AlgorithmPolicy) -> Self {
        self.policy = policy.without_retired();
        self
    }

    /// How to apply BSP 1.1: refuse messages that break it, report on them in the evidence, or (by default) ignore it.
    /// It is only about the form of the header; safety does not depend on it.
    #[must_use]
    pub fn bsp(mut self, enforcement: Enforcement) -> Self {
        self.bsp = enforcement;
        self
    }

    /// Decrypts CBC ciphertext that no verified signature covers, as messages need that are signed and then encrypted.
    /// This opens a padding oracle: anyone who can distinguish failures can decrypt other people's messages.
    #[must_use]
    pub fn dangerous_decrypt_cbc_before_verification(mut self) -> Self {
        self.waived.insert(Waiver::CbcBeforeVerification);
        self
    }

    /// Accepts a signature over CBC ciphertext as one over its plaintext, even if it does not cover the elements that
    /// lead to the key, such as the `xenc:EncryptedKey`: peers that encrypt first and then sign send such messages.
    /// Whoever replaces those elements makes another plaintext of the signed ciphertext.
    #[must_use]
    pub fn dangerous_accept_cbc_under_unsigned_keys(mut self) -> Self {
        self.waived.insert(Waiver::CbcUnderUnsignedKeys);
        self
    }

    /// Accepts a signature over ciphertext as one over its plaintext, even if the plaintext takes namespaces from its
    /// context that the signature does not cover: peers that encrypt first and then sign send such messages. Whoever
    /// changes a namespace declaration, or adds or removes a default namespace, changes the meaning of the plaintext.
    #[must_use]
    pub fn dangerous_accept_unsigned_namespaces_of_plaintext(mut self) -> Self {
        self.waived.insert(Waiver::UnsignedNamespacesOfPlaintext);
        self
    }

    /// Assumes that the sender had no default namespace around signed ciphertext if none is in scope now, although the
    /// signature does not show it. Peers such as WSS4J and CXF that encrypt first and then sign send such messages if a
    /// plaintext has elements in no namespace. Whoever removes a default namespace that the sender left unsigned
    /// changes the meaning of the plaintext. A default namespace that was added is refused in any case.
    #[must_use]
    pub fn accept_untold_absence_of_default_namespace(mut self) -> Self {
        self.waived.insert(Waiver::UntoldAbsenceOfDefaultNamespace);
        self
    }

    /// The limits that hold for a message.
    #[must_use]
    pub fn current_limits(&self) -> &Limits {
        &self.limits
    }

    /// Replaces the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the Security header for this actor (SOAP 1.1) or role (SOAP 1.2). An empty one, and the URI that SOAP 1.2
    /// has for the ultimate receiver, mean the default: the header without such an attribute.
    #[must_use]
    pub fn actor(mut self, uri: impl AsRef<str>) -> Self {
        self.role = Role::named(uri.as_ref());
        self
    }

    /// Keeps the message for forwarding: without our Security header, with the parts that were encrypted to us in
    /// plaintext, and with every other octet unchanged. For intermediaries, with [`Receiver::actor`]; see
    /// [`Opened::forwarded`](crate::OpenedParts::forwarded).
    #[must_use]
    pub fn forwards(mut self) -> Self {
        self.forwards = true;
        self
    }

    /// Keeps the Body as it was sent beside the Body that was digested: for content that has a signature of its own, such as a
    /// token of a token service or a signed invoice. See [`Opened::body_as_sent`](crate::Opened::body_as_sent).
    #[must_use]
    pub fn keep_body_as_sent(mut self) -> Self {
        self.keeps_body = true;
        self
    }

    /// States that the application handles header blocks of this name, if they must be understood. Blocks that are
    /// required to be signed count as understood.
    #[must_use]
    pub fn understands(mut self, namespace: impl Into<String>, local: impl Into<String>) -> Self {
        self.understood.insert((namespace.into(), local.into()));
        self
    }

    /// Whether the application said that it handles header blocks of this name.
    pub(crate) fn has_understood(&self, block: Element<'_>) -> bool {
        let name = block.name();
        self.understood.contains(&(name.namespace.to_owned(), name.local.to_owned()))
    }

    /// States that the application handles every header of WS-Addressing, of 1.0 and of August 2004, as
    /// [`Receiver::understands`] does for one block.
    #[must_use]
    pub fn understands_addressing(self) -> Self {
        let of = |version: AddressingVersion| AddressingVersion::BLOCKS.map(|local| (version.namespace(), local));
        let blocks = AddressingVersion::ALL.into_iter().flat_map(of);
        blocks.fold(self, |receiver, (namespace, local)| receiver.understands(namespace, local))
    }

    /// The highest age of a message, and the largest difference between clocks that is accepted. Receivers that share a
    /// replay cache need the same window: a message is remembered for as long as the one that accepted it would accept
    /// it again, and for 420 seconds at least.
    #[must_use]
    pub fn window(mut self, max_age: Duration, clock_skew: Duration) -> Self {
        self.window = Window { max_age, clock_skew };
        self
    }

    /// Also accepts digests of complete attachments with an empty line after the header, as Metro makes them. One
    /// digest then fits two attachments: whether the content itself begins with an empty line is not proven, and
    /// somebody may have added or removed it on the way. That matters if an empty line has a meaning, as it ends the
    /// headers in `message/rfc822`.
    #[must_use]
    pub fn accept_empty_line_after_attachment_headers(mut self) -> Self {
        self.waived.insert(Waiver::EmptyLineAfterAttachmentHeaders);
        self
    }

    /// Accepts attachments that were encrypted before they were signed, if the signature covers only their ciphertext,
    /// as WSS4J's does, and not the `xenc:EncryptedData` that says how to read it. Whoever changes the
    /// `xenc:EncryptedData` can make the header of an attachment a part of its content, or the reverse; and under CBC,
    /// can make content that no one sent.
    #[must_use]
    pub fn dangerous_accept_unsigned_encrypted_data_of_attachments(mut self) -> Self {
        self.waived.insert(Waiver::UnsignedEncryptedDataOfAttachments);
        self
    }

    /// Whether a call waived this rule. Each check that is stricter by default asks only this.
    pub(crate) fn waives(&self, waiver: Waiver) -> bool {
        self.waived.contains(&waiver)
    }

    /// The algorithms that signatures of the header may use.
    pub(crate) fn signature_policy(&self) -> Cow<'_, wss_xmldsig::AlgorithmPolicy> {
        let mut policy = Cow::Borrowed(&self.policy.signature);
        if self.waives(Waiver::InclusiveCanonicalization) {
            let inclusive = CanonicalizationMethod::ALL.into_iter().filter(|method| !method.is_exclusive());
            let admitted = inclusive.fold(policy.into_owned(), wss_xmldsig::AlgorithmPolicy::admit_canonicalization);
            policy = Cow::Owned(admitted);
        }
        if self.waives(Waiver::ElementPathsInReferences) {
            policy = Cow::Owned(policy.into_owned().admit_transform(wss_xmldsig::FilterMethod::XPathFilter2));
        }
        policy
    }

    /// All its trusts in certificates: for signers, then for assertions.
    pub(crate) fn trusts(&self) -> impl Iterator<Item = &Trust> {
        std::iter::once(&self.trust).chain(self.keys.assertions.iter().flat_map(AssertionTrust::trusts))
    }
}
