//! The proof of a verified signature, in the current revision.

use std::collections::BTreeSet;
use std::ops::Range;

use wss_c14n::Moved;
use wss_crypto::{Certificate, DigestMethod, SignatureMethod};
use wss_text::WireText;
use wss_tokens::ReferenceForm;

use super::carry::Carry;
use super::coverage::Coverage;
use super::token_place::TokenPlace;
use crate::error::{CoverageLost, LostCoverage, LostPart};
use crate::key_uses::KeyId;
use crate::part::Part;
use crate::signer::Signer;

/// A verified signature, with its coverage in the current revision.
pub(super) struct ProvenSignature {
    pub(super) signer: Signer,
    pub(super) method: SignatureMethod,
    /// The digest method of each reference, if the requirements name digests.
    pub(super) digests: BTreeSet<DigestMethod>,
    /// The form of its reference to its certificate, if the requirements name forms.
    pub(super) reference: Option<ReferenceForm>,
    /// The `ds:Signature` itself.
    pub(super) span: Range<usize>,
    /// The elements it covers.
    pub(super) coverage: Coverage,
    pub(super) attachments: SignedAttachments,
    /// It covers its signing token by content (through the STR-Transform), not by position.
    pub(super) covers_token: bool,
    /// Its signing token in the header.
    pub(super) token: Option<TokenPlace>,
    /// The secret that made it, or that its key was derived from.
    pub(super) root: Option<KeyId>,
    /// The assertion whose subject made it.
    pub(super) held: Option<HeldAssertion>,
    /// The octets of its value.
    pub(super) value: Vec<u8>,
    /// Its SignedInfo in canonical form.
    pub(super) signed_info: String,
    /// Its replay key.
    pub(super) replay_key: [u8; 32],
}

/// An assertion with whose key a signature was made.
pub(super) struct HeldAssertion {
    /// The index of the assertion: another one may have its id.
    pub(super) at: usize,
    /// The certificate of the key, if the assertion has one.
    pub(super) certificate: Option<Certificate>,
}

/// The attachments that a signature covers.
#[derive(Default)]
pub(super) struct SignedAttachments {
    /// The Content-IDs of all its references to attachments.
    pub(super) named: Vec<String>,
    /// The attachments that it proves.
    pub(super) proven: Vec<SignedAttachment>,
    /// The Content-IDs of those that it covers as ciphertext without proving them, and why.
    pub(super) lost: Vec<(WireText, CoverageLost)>,
}

/// A reference to an attachment.
pub(super) struct SignedAttachment {
    pub(super) content_id: String,
    /// Whether the header of the attachment is covered, too.
    pub(super) complete: bool,
    /// Whether its type is covered: with the header, or by the EncryptedData of a ciphertext.
    pub(super) typed: bool,
    /// Whether it was ciphertext when it was verified.
    pub(super) as_ciphertext: bool,
}

impl SignedAttachments {
    /// Whether it proves the attachment with this Content-ID.
    pub(super) fn prove(&self, content_id: &str) -> bool {
        self.proven.iter().any(|attachment| attachment.content_id == content_id)
    }
}

impl ProvenSignature {
    /// The parts that it covers without proving them.
    pub(super) fn lost(&self) -> impl Iterator<Item = LostCoverage> {
        let parts = self
            .coverage
            .lost()
            .map(|(part, why)| LostCoverage { part: LostPart::Part(part.clone()), why: why.clone() });
        let attachments = self.attachments.lost.iter().cloned();
        parts.chain(attachments.map(|(content_id, why)| LostCoverage { part: LostPart::Attachment(content_id), why }))
    }

    /// Whether its key is the secret of the token at `span`, or was derived from that secret.
    pub(super) fn is_by_secret_of(&self, span: &Range<usize>) -> bool {
        self.token.as_ref().is_some_and(|token| token.source == *span)
    }

    /// Whether it covers the token that names its signer.
    pub(super) fn covers_own_token(&self) -> bool {
        self.covers_token || self.is_token_covered_by(self)
    }

    /// Whether another signature covers the token of its own key.
    pub(super) fn is_token_covered_by(&self, other: &Self) -> bool {
        self.token.as_ref().is_some_and(|token| other.coverage.names(&token.named))
    }

    /// Whether it covers a part. [`Part::SigningToken`] is the token of its own key.
    pub(super) fn covers(&self, part: &Part) -> bool {
        match part {
            Part::SigningToken if self.covers_token => true,
            // The attachments are not known here.
            Part::Attachments => false,
            Part::SigningToken => self.is_token_covered_by(self),
            part => self.coverage.parts().any(|(covered, _)| covered == part),
        }
    }
}

impl Carry for ProvenSignature {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.coverage.carry(moved)?;
        self.span.carry(moved)?;
        self.token.carry(moved)
    }
}
