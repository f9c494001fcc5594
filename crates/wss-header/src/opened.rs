//! What a message proved, and the only door to what it says.

use std::time::SystemTime;

use wss_crypto::{ContentEncryption, SignatureMethod};
use wss_text::WireText;
use wss_tokens::{AuthenticatedUser, ConfirmationMethod, IssuedAssertion};

use crate::attachments::AuthenticatedAttachment;
use crate::correlation::Correlation;
use crate::open::{CoverageLost, RemainingCiphertext};
use crate::part::Part;
use crate::signer::Signer;
use crate::waiver::Waiver;
use wss_bsp::Report;

/// A message that proved what was required. Made by [`Receiver::open`](crate::Receiver::open) alone.
///
/// It hands out the octets that were authenticated and nothing else.
#[must_use]
pub struct Opened {
    pub(crate) body: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) signer: Signer,
    pub(crate) assertions: Vec<AuthenticatedAssertion>,
    pub(crate) attachments: Vec<AuthenticatedAttachment>,
    pub(crate) unauthenticated_attachments: Vec<Option<String>>,
    pub(crate) forwarded: Option<String>,
    pub(crate) correlation: Correlation,
    pub(crate) evidence: Evidence,
}

#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) namespace: String,
    pub(crate) local: String,
    pub(crate) xml: String,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// A SAML assertion whose issuer is trusted, that is meant for us and holds now, and whose sender was shown to be its
/// subject. Made by [`Receiver::open`](crate::Receiver::open) alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedAssertion {
    pub(crate) issued: IssuedAssertion,
    pub(crate) method: ConfirmationMethod,
}

impl AuthenticatedAssertion {
    /// What it says.
    #[must_use]
    pub fn assertion(&self) -> &IssuedAssertion {
        &self.issued
    }

    /// How the sender was shown to be its subject.
    #[must_use]
    pub fn confirmed_by(&self) -> ConfirmationMethod {
        self.method
    }
}

/// XML that was authenticated: octets that were digested, or plaintext that was decrypted inside them.
#[derive(Debug, Clone, Copy)]
pub struct Authenticated<'o> {
    xml: &'o str,
}

impl<'o> Authenticated<'o> {
    /// The authenticated octets, in exclusive canonical form.
    #[must_use]
    pub fn xml(&self) -> &'o str {
        self.xml
    }

    /// A tree over exactly those octets.
    ///
    /// # Errors
    /// [`roxmltree::Error`] for the few shapes that are well-formed and that parser does not take, such as elements
    /// with the prefix `xml`.
    pub fn tree(&self) -> Result<roxmltree::Document<'o>, roxmltree::Error> {
        roxmltree::Document::parse(self.xml)
    }
}

impl Opened {
    /// The Body element.
    #[must_use]
    pub fn body(&self) -> Authenticated<'_> {
        Authenticated { xml: &self.body }
    }

    /// The header block of this name that the same signature covers; `None` if none is covered, or two are.
    #[must_use]
    pub fn header_block(&self, namespace: &str, local: &str) -> Option<Authenticated<'_>> {
        let mut found = self.blocks.iter().filter(|block| block.namespace == namespace && block.local == local);
        let only = found.next().filter(|_| found.next().is_none());
        only.map(|block| Authenticated { xml: &block.xml })
    }

    /// Who signed the Body.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The assertions whose subject the sender was shown to be.
    #[must_use]
    pub fn assertions(&self) -> &[AuthenticatedAssertion] {
        &self.assertions
    }

    /// The attachments that the same signature covers, in the order of the package.
    #[must_use]
    pub fn attachments(&self) -> &[AuthenticatedAttachment] {
        &self.attachments
    }

    /// The Content-IDs of attachments that it does not cover, `None` for those that have none: anyone may have put them
    /// there.
    #[must_use]
    pub fn unauthenticated_attachments(&self) -> &[Option<String>] {
        &self.unauthenticated_attachments
    }

    /// The message to be sent on, if the receiver [forwards](crate::Receiver::forwards). What this node did not verify
    /// in it is for others to verify.
    #[must_use]
    pub fn forwarded(&self) -> Option<&str> {
        self.forwarded.as_deref()
    }

    /// What this request leaves behind for its reply: hand it to [`Outgoing::answering`](crate::Outgoing::answering).
    #[must_use]
    pub fn correlation(&self) -> &Correlation {
        &self.correlation
    }

    /// The user of the message, if a username token proves one: the user's password made the key of the signature over
    /// the Body, or of one that endorses it; or [`Opened::signer`], being someone, covers the token, and so presents it;
    /// or an anonymous signature covers it, and the password came as text that none but the receiver can read; or the
    /// transport is declared protected. A token that was checked and that nothing ties to the message is not given.
    #[must_use]
    pub fn user(&self) -> Option<&AuthenticatedUser> {
        self.evidence.user.as_ref()
    }

    /// Ciphertext in the Body, in the covered header blocks and in the Security header that nobody opened: empty unless
    /// [`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others) admits it.
    #[must_use]
    pub fn remaining_ciphertext(&self) -> &[RemainingCiphertext] {
        &self.evidence.remaining
    }

    /// Who signed what, how it was encrypted, which rules were waived.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// A message that need not prove who wrote its Body. Made by
/// [`Receiver::dangerous_open_unsigned`](crate::Receiver::dangerous_open_unsigned) alone.
#[derive(Debug)]
#[must_use]
pub struct UnsignedOpened {
    pub(crate) body: String,
    pub(crate) assertions: Vec<AuthenticatedAssertion>,
    pub(crate) forwarded: Option<String>,
    pub(crate) evidence: Evidence,
}

impl UnsignedOpened {
    /// The Body in exclusive canonical form. Anyone may have written it.
    #[must_use]
    pub fn unauthenticated_body(&self) -> &str {
        &self.body
    }

    /// A user whose password was checked, if the message carries a username token. It says that the token was made with
    /// the password, and that it comes for the first time; not that the user sent this message, or wrote its Body.
    /// Whoever saw the token on the way, and kept the genuine message back, can send it with another Body: only a
    /// protected transport or a signature prevents that.
    #[must_use]
    pub fn user(&self) -> Option<&AuthenticatedUser> {
        self.evidence.user.as_ref()
    }

    /// Ciphertext in the Body and in the Security header that nobody opened: empty unless
    /// [`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others) admits it.
    #[must_use]
    pub fn remaining_ciphertext(&self) -> &[RemainingCiphertext] {
        &self.evidence.remaining
    }

    /// The assertions whose subject the sender was shown to be.
    #[must_use]
    pub fn assertions(&self) -> &[AuthenticatedAssertion] {
        &self.assertions
    }

    /// The message to be sent on, if the receiver [forwards](crate::Receiver::forwards). What this node did not verify
    /// in it is for others to verify.
    #[must_use]
    pub fn forwarded(&self) -> Option<&str> {
        self.forwarded.as_deref()
    }

    /// What was found on the way.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// How a message came to be trusted: for the log, not for decisions.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Evidence {
    /// Signatures that verified, in order of processing.
    pub signatures: Vec<SignatureEvidence>,
    /// What was decrypted, in order of processing.
    pub decrypted: Vec<DecryptionEvidence>,
    /// Created and Expires of the timestamp.
    pub timestamp: Option<(SystemTime, Option<SystemTime>)>,
    /// The user of the message, as [`Opened::user`] and [`UnsignedOpened::user`] say.
    pub user: Option<AuthenticatedUser>,
    /// Children of the Security header that were not understood, and ignored.
    pub ignored: Vec<WireText>,
    /// Ciphertext in what is handed out that nobody opened, where the receiver was told to accept that
    /// ([`Receiver::accept_ciphertext_for_others`](crate::Receiver::accept_ciphertext_for_others)).
    pub remaining: Vec<RemainingCiphertext>,
    /// Safety rules that the receiver was told to waive, whether or not this message made use of it.
    pub waived: Vec<Waiver>,
    /// How the message stands to BSP 1.1, where the receiver was told to look ([`Receiver::bsp`](crate::Receiver::bsp)).
    pub bsp: Option<Report>,
}

/// A signature that verified.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignatureEvidence {
    /// Whose.
    pub signer: Signer,
    /// The signature method.
    pub method: SignatureMethod,
    /// The parts it covers.
    pub parts: Vec<Part>,
    /// The Content-IDs of the attachments it covers.
    pub attachments: Vec<String>,
    /// Parts, and Content-IDs of attachments, that it covers as ciphertext and does not prove, and why.
    pub lost: Vec<(String, CoverageLost)>,
}

/// A part that was decrypted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DecryptionEvidence {
    /// Where: `Body`, `Signature`, or the name of what came out.
    pub part: WireText,
    /// The content cipher.
    pub content: ContentEncryption,
    /// How the key came: identifier of the key transport, or `secret`, `security context`, `password`,
    /// `key of the request`.
    pub key: &'static str,
}
