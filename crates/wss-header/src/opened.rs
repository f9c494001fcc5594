//! The proven facts of a message, and the only access to its content.

use std::ops::Deref;
use std::time::SystemTime;

use wss_bsp::Report;
use wss_crypto::{ContentEncryption, SignatureMethod};
use wss_soap::mime::MimePart;
use wss_text::{WireText, octets, shown};
use wss_tokens::AuthenticatedUser;

use crate::attachments::AuthenticatedAttachment;
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::correlation::Correlation;
use crate::decryption_key::DecryptionKey;
use crate::element_path::ElementPath;
use crate::error::{LostCoverage, RemainingCiphertext};
use crate::part::Part;
use crate::signer::Signer;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;

/// A message that proved the requirements. Only [`Receiver::open`](crate::Receiver::open) makes it.
///
/// It returns only authenticated octets: the Body, and the parts of [`OpenedParts`].
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// # let identity = |name: &str| wss_crypto::Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key")));
/// use wss_header::{DangerousNoReplayCache, Part, Receiver, Recipe, Requirements, Signing, Waiver};
/// use wss_tokens::Trust;
///
/// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay>1499.90</pay></s:Body></s:Envelope>";
/// # let signing = Signing::with(&identity("alice")?).parts([Part::Body]);
/// # let message = Recipe::new().sign(signing).plan()?.message(envelope).secure()?.message;
/// # let alice = identity("alice")?.certificate().clone();
/// # let receiver = Receiver::new(Trust::pins([alice.clone()]), Requirements::signed([Part::Body]), DangerousNoReplayCache);
/// let opened = receiver.open(&message)?;
/// assert_eq!(opened.signer().certificate(), Some(&alice));
/// assert!(opened.body().xml().contains("1499.90"));
/// assert!(opened.header_block("urn:a", "Unsigned").is_none());
/// // For the log: this receiver forgets what it has seen.
/// assert!(opened.evidence().waived.contains(&Waiver::NoReplayCache));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Opened {
    pub(crate) body: String,
    pub(crate) as_sent: Option<String>,
    pub(crate) parts: OpenedParts,
}

/// The required parts of a message, without its Body. Only
/// [`Receiver::open_parts`](crate::Receiver::open_parts) makes it; an [`Opened`] derefs to its own.
///
/// It returns only authenticated octets, and never those of the Body.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// # let identity = |name: &str| wss_crypto::Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key")));
/// use wss_header::{DangerousNoReplayCache, ElementPath, Part, Receiver, Recipe, Requirements, Signing};
/// use wss_tokens::Trust;
///
/// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><order xmlns='urn:x'><card>4111</card>\
/// #     <note>any</note></order></s:Body></s:Envelope>";
/// # let alice = identity("alice")?;
/// // The signature covers the card, and nothing else of the order.
/// let card = ElementPath::in_body([("urn:x", "order"), ("urn:x", "card")]);
/// let signing = Signing::with(&alice).parts([Part::element(card.clone())]);
/// let message = Recipe::new().sign(signing).plan()?.message(envelope).secure()?.message;
///
/// let requirements = Requirements::signed([Part::element(card.clone())]);
/// let trust = Trust::pins([alice.certificate().clone()]);
/// let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache);
/// let opened = receiver.open_parts(&message)?;
/// assert_eq!(opened.element(&card).map(|card| card.xml().contains("4111")), Some(true));
/// // Nobody answers for the Body.
/// assert!(receiver.open(&message).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct OpenedParts {
    pub(crate) content: Content,
    pub(crate) signer: Signer,
    pub(crate) assertions: Vec<AuthenticatedAssertion>,
    pub(crate) forwarded: Option<String>,
    pub(crate) correlation: Correlation,
    pub(crate) evidence: Evidence,
}

/// The content of a message, as far as one signature proves it.
#[derive(Default)]
pub(crate) struct Content {
    /// The header blocks that the signature covers.
    pub(crate) blocks: Vec<Block>,
    /// The elements that the receiver requires by their paths.
    pub(crate) elements: Vec<(Part, String)>,
    /// The attachments that the signature covers.
    pub(crate) attachments: Vec<AuthenticatedAttachment>,
    /// The Content-IDs of the other attachments.
    pub(crate) unauthenticated_attachments: Vec<Option<String>>,
}

impl std::fmt::Debug for Content {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content")
            .field("blocks", &self.blocks)
            .field("elements", &self.elements.len())
            .field("attachments", &self.attachments)
            .field("unauthenticated_attachments", &self.unauthenticated_attachments.len())
            .finish()
    }
}

#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) namespace: String,
    pub(crate) local: String,
    pub(crate) xml: String,
}

impl std::fmt::Debug for Block {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Block")
            .field("namespace", &shown(&self.namespace))
            .field("local", &shown(&self.local))
            .field("xml", &octets(self.xml.as_bytes()))
            .finish()
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("signer", &self.signer).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OpenedParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedParts").field("signer", &self.signer).finish_non_exhaustive()
    }
}

impl Deref for Opened {
    type Target = OpenedParts;

    fn deref(&self) -> &OpenedParts {
        &self.parts
    }
}

/// The block of this name, if there is exactly one.
fn only_block<'o>(blocks: &'o [Block], namespace: &str, local: &str) -> Option<Authenticated<'o>> {
    let mut found = blocks.iter().filter(|block| block.namespace == namespace && block.local == local);
    let only = found.next().filter(|_| found.next().is_none());
    only.map(|block| Authenticated { xml: &block.xml })
}

/// The elements with this path, in document order.
fn elements_at<'o>(elements: &'o [(Part, String)], path: &ElementPath) -> impl Iterator<Item = Authenticated<'o>> {
    elements.iter().filter(move |(part, _)| part.path() == Some(path)).map(|(_, xml)| Authenticated { xml })
}

/// Authenticated XML: digested octets, or plaintext that was decrypted inside them.
#[derive(Clone, Copy)]
pub struct Authenticated<'o> {
    xml: &'o str,
}

impl std::fmt::Debug for Authenticated<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticated").field("xml", &octets(self.xml.as_bytes())).finish()
    }
}

impl<'o> Authenticated<'o> {
    /// The authenticated octets, in exclusive canonical form: a document of its own, for the parser of your choice.
    ///
    /// ```
    /// # fn amount(opened: &wss_header::Opened) -> Result<Option<String>, roxmltree::Error> {
    /// let tree = roxmltree::Document::parse(opened.body().xml())?;
    /// let amount = tree.descendants().find(|node| node.has_tag_name("amount"));
    /// # Ok(amount.and_then(|node| node.text()).map(str::to_owned))
    /// # }
    /// ```
    #[must_use]
    pub fn xml(&self) -> &'o str {
        self.xml
    }
}

impl Opened {
    /// The Body element.
    #[must_use]
    pub fn body(&self) -> Authenticated<'_> {
        Authenticated { xml: &self.body }
    }

    /// The Body element as it was sent, decrypted, with all namespaces in scope declared in its start tag; `None` unless the
    /// receiver [keeps it](crate::Receiver::keep_body_as_sent).
    ///
    /// Exclusive canonicalisation leaves out declarations that no name of an element or attribute uses, so
    /// [`Opened::body`] does not have them, and a signature inside the Body that covers them does not verify there.
    /// Such declarations are not authenticated: anyone may have changed the namespace of a prefix in a value
    /// (`xsi:type="p:Amount"`). Nor are comments, which a canonical form leaves out: anyone may have put one into a
    /// text. Take from it only elements that have a signature of their own, and verify that signature.
    #[must_use]
    pub fn body_as_sent(&self) -> Option<&str> {
        self.as_sent.as_deref()
    }
}

impl OpenedParts {
    /// The element with this path that the receiver [requires to be signed](crate::Part::element); `None` for any
    /// other. These are the octets of that element alone. The elements around it may be from anyone, unless they are
    /// signed as well.
    #[must_use]
    pub fn element(&self, path: &ElementPath) -> Option<Authenticated<'_>> {
        let mut found = self.elements(path);
        found.next().filter(|_| found.next().is_none())
    }

    /// Every element with this path, in the order of the message, if the receiver
    /// [requires all of them to be signed](crate::Part::every_element).
    pub fn elements(&self, path: &ElementPath) -> impl Iterator<Item = Authenticated<'_>> {
        elements_at(&self.content.elements, path)
    }

    /// The header block of this name that the same signature covers; `None` if none is covered, or two are. If that
    /// signature does not cover the Body, only blocks that the receiver requires are returned, here and by
    /// [`OpenedParts::header_blocks`]: another may be an element that was moved out of the Body.
    #[must_use]
    pub fn header_block(&self, namespace: &str, local: &str) -> Option<Authenticated<'_>> {
        only_block(&self.content.blocks, namespace, local)
    }

    /// Every header block of this name that the same signature covers, in the order of the references. Only
    /// [`Part::every_header_block`](crate::Part::every_header_block) demands that these are all blocks of the name in
    /// the message.
    pub fn header_blocks(&self, namespace: &str, local: &str) -> impl Iterator<Item = Authenticated<'_>> {
        let is_named = move |block: &&Block| block.namespace == namespace && block.local == local;
        self.content.blocks.iter().filter(is_named).map(|block| Authenticated { xml: &block.xml })
    }

    /// The signer of the required parts.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The assertions whose subject the sender proved to be.
    #[must_use]
    pub fn assertions(&self) -> &[AuthenticatedAssertion] {
        &self.assertions
    }

    /// The attachments that the same signature covers, in the order of the package.
    #[must_use]
    pub fn attachments(&self) -> &[AuthenticatedAttachment] {
        &self.content.attachments
    }

    /// The Content-IDs of attachments that it does not cover, `None` for one without an ID. Anyone may have added them.
    #[must_use]
    pub fn unauthenticated_attachments(&self) -> &[Option<String>] {
        &self.content.unauthenticated_attachments
    }

    /// The message for forwarding, if the receiver [forwards](crate::Receiver::forwards). This node did not verify all
    /// of it: its other parts are for other receivers.
    #[must_use]
    pub fn forwarded(&self) -> Option<&str> {
        self.forwarded.as_deref()
    }

    /// The state that a reply to this request needs: give it to [`Outgoing::answering`](crate::Outgoing::answering).
    #[must_use]
    pub fn correlation(&self) -> &Correlation {
        &self.correlation
    }

    /// The user of the message, if a username token proves one in one of these ways:
    ///
    /// - the key derived from the user's password signed the Body, or endorsed its signature;
    /// - a known [`Opened::signer`](crate::OpenedParts::signer) covers the token, or endorsed an anonymous signature that covers it,
    ///   and so presents it;
    /// - an anonymous signature covers it, and the password came as text that only the receiver can read;
    /// - the transport is declared protected.
    ///
    /// A token whose password was checked but that nothing ties to the message is not returned.
    #[must_use]
    pub fn user(&self) -> Option<&AuthenticatedUser> {
        self.evidence.user.as_ref()
    }

    /// Remaining ciphertext in the Body, in the covered header blocks and in the Security header: empty unless
    /// [`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others) admits it.
    #[must_use]
    pub fn remaining_ciphertext(&self) -> &[RemainingCiphertext] {
        &self.evidence.remaining
    }

    /// The signers of the parts, the encryption of the parts, and the waived rules.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// A message whose Body may be from anyone. Only
/// [`Receiver::open_unsigned`](crate::Receiver::open_unsigned) makes it.
#[must_use]
pub struct UnsignedOpened {
    pub(crate) body: String,
    pub(crate) content: Content,
    pub(crate) signer: Option<Signer>,
    pub(crate) assertions: Vec<AuthenticatedAssertion>,
    pub(crate) unauthenticated_attachments: Vec<MimePart<'static>>,
    pub(crate) forwarded: Option<String>,
    pub(crate) correlation: Correlation,
    pub(crate) transport: TransportFacts,
    pub(crate) evidence: Evidence,
}

impl std::fmt::Debug for UnsignedOpened {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnsignedOpened")
            .field("body", &octets(self.body.as_bytes()))
            .field("content", &self.content)
            .field("signer", &self.signer)
            .field("assertions", &self.assertions)
            .field("unauthenticated_attachments", &self.unauthenticated_attachments)
            .field("forwarded", &self.forwarded.as_deref().map(|text| octets(text.as_bytes())))
            .field("correlation", &self.correlation)
            .field("transport", &self.transport)
            .field("evidence", &self.evidence)
            .finish()
    }
}

impl UnsignedOpened {
    /// The Body in exclusive canonical form. Anyone may have written it.
    #[must_use]
    pub fn unauthenticated_body(&self) -> &str {
        &self.body
    }

    /// The attachments that no signature covers, decrypted where they were encrypted to the receiver: anyone may have
    /// written them.
    #[must_use]
    pub fn unauthenticated_attachments(&self) -> &[MimePart<'static>] {
        &self.unauthenticated_attachments
    }

    /// The signer of the parts that the requirements name, such as the Timestamp; `None` if they name no parts.
    #[must_use]
    pub fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }

    /// The header block of this name that [`UnsignedOpened::signer`] covers; `None` if none is covered, or two are. If that
    /// signature does not cover the Body, only blocks that the receiver requires are returned.
    #[must_use]
    pub fn header_block(&self, namespace: &str, local: &str) -> Option<Authenticated<'_>> {
        only_block(&self.content.blocks, namespace, local)
    }

    /// As [`OpenedParts::elements`]: the elements that [`UnsignedOpened::signer`] covers.
    pub fn elements(&self, path: &ElementPath) -> impl Iterator<Item = Authenticated<'_>> {
        elements_at(&self.content.elements, path)
    }

    /// The attachments that [`UnsignedOpened::signer`] covers, in the order of the package.
    #[must_use]
    pub fn attachments(&self) -> &[AuthenticatedAttachment] {
        &self.content.attachments
    }

    /// The state that this request leaves for its reply: hand it to
    /// [`Outgoing::answering`](crate::Outgoing::answering).
    #[must_use]
    pub fn correlation(&self) -> &Correlation {
        &self.correlation
    }

    /// The caller's statement about the transport.
    #[must_use]
    pub fn transport(&self) -> &TransportFacts {
        &self.transport
    }

    /// A user whose password was checked, if the message contains a username token. It means that the token was made
    /// with the password, and that it was not seen before. It does not mean that the user sent this message, or wrote
    /// its Body. Whoever saw the token and stopped the genuine message can send it with another Body: only a protected
    /// transport or a signature prevents that.
    #[must_use]
    pub fn user(&self) -> Option<&AuthenticatedUser> {
        self.evidence.user.as_ref()
    }

    /// Remaining ciphertext in the Body and in the Security header: empty unless
    /// [`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others) admits it.
    #[must_use]
    pub fn remaining_ciphertext(&self) -> &[RemainingCiphertext] {
        &self.evidence.remaining
    }

    /// The assertions whose subject the sender proved to be.
    #[must_use]
    pub fn assertions(&self) -> &[AuthenticatedAssertion] {
        &self.assertions
    }

    /// The message for forwarding, if the receiver [forwards](crate::Receiver::forwards). This node did not verify all
    /// of it: its other parts are for other receivers.
    #[must_use]
    pub fn forwarded(&self) -> Option<&str> {
        self.forwarded.as_deref()
    }

    /// The evidence.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// The reasons why a message is trusted: for the log, not for decisions.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Evidence {
    /// The verified signatures, in order of processing.
    pub signatures: Vec<SignatureEvidence>,
    /// The decrypted parts, in order of processing.
    pub decrypted: Vec<DecryptionEvidence>,
    /// The timestamp, if the signature that proves the message covers it, or the transport is protected, or nothing must be
    /// signed at all. Anyone can add another one.
    pub timestamp: Option<TimestampEvidence>,
    /// The user of the message, as [`Opened::user`](crate::OpenedParts::user) and [`UnsignedOpened::user`] say.
    pub user: Option<AuthenticatedUser>,
    /// Children of the Security header that are of unknown kinds and were ignored.
    pub ignored: Vec<WireText>,
    /// Remaining ciphertext in the returned parts, if the receiver accepts it
    /// ([`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others)).
    pub remaining: Vec<RemainingCiphertext>,
    /// Safety rules that the receiver was told to waive, even if this message did not need it.
    pub waived: Vec<Waiver>,
    /// The report on BSP 1.1, if the receiver was told to make one ([`Receiver::bsp`](crate::Receiver::bsp)).
    pub bsp: Option<Report>,
}

/// A verified signature.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignatureEvidence {
    /// The signer.
    pub signer: Signer,
    /// The signature method.
    pub method: SignatureMethod,
    /// The parts that it covers. A part that is several elements is listed once for each.
    pub parts: Vec<Part>,
    /// The Content-IDs of the attachments it covers.
    pub attachments: Vec<WireText>,
    /// The parts that it covers as ciphertext without proving them.
    pub lost: Vec<LostCoverage>,
    /// Whether it covers the signature that proves the message, the one of
    /// [`Opened::signer`](crate::OpenedParts::signer). A signature over another signature says nothing about the
    /// message itself.
    pub endorses: bool,
    /// Whether it covers the token that names its signer, so that no other token for the same key can take its place.
    pub covers_token: bool,
    /// Whether it is the signature that proves the message. Its signer is not that of the message if it is anonymous
    /// and another signer endorses it.
    pub proves: bool,
    /// Whether the signature that proves the message covers the token of its key, as it has to cover one that is signed and
    /// endorses.
    pub token_is_proven: bool,
}

/// The instants of the timestamp, of which one may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampEvidence {
    /// `wsu:Created`.
    pub created: Option<SystemTime>,
    /// `wsu:Expires`.
    pub expires: Option<SystemTime>,
}

/// A decrypted part.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DecryptionEvidence {
    /// `Body` if it is all that the Body holds, `part of the Body`, `Signature`, or the name of the decrypted element.
    pub part: WireText,
    /// The content cipher.
    pub content: ContentEncryption,
    /// What gave the key.
    pub key: DecryptionKey,
}
