//! The evidence as a record that can be kept: plain data, which `serde` writes and reads (feature `serde`).
//!
//! The names of its values are those of `wss verify --format json`, where the identity of a signer is among the
//! values of its signature. A name is never given another meaning; a new `version` says that names were added or
//! removed, and a record of another version is not read.

use std::fmt;
use std::time::SystemTime;

use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wss_crypto::{Digest, DigestMethod};
use wss_soap::mime::MimePart;
use wss_text::hex;
use wss_tokens::{format_instant, parse_instant};

use crate::incoming::Incoming;
use crate::opened::{DecryptionEvidence, Evidence, SignatureEvidence};
use crate::signer_identity::{SignerIdentity, sha256};
use crate::waiver::Waiver;

/// The version of the form.
const VERSION: u32 = 2;

/// The facts that were proven of one message, as a record to keep.
///
/// A record is a note of the receiver, and proves nothing by itself: whoever can write it can write another. Only the
/// message proves something. [`EvidenceRecord::compare`] shows that a message which is opened again, at the instant of
/// the record, by a receiver with the same trust and keys, still proves the same. The record has the digests of the
/// envelope and of every other part of a package. Reading one whose lists have more than 16,384 texts fails.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// # let alice = wss_crypto::Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// # let signing = wss_header::Signing::with(&alice).parts([Part::Body]);
/// # let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay>1499.90</pay></s:Body></s:Envelope>";
/// # let message = wss_header::Recipe::new().sign(signing).plan()?.message(envelope).secure()?.message;
/// use std::sync::Arc;
/// use std::time::SystemTime;
/// use wss_header::{DangerousNoReplayCache, EvidenceRecord, FixedClock, Part, Receiver, Requirements};
/// use wss_tokens::Trust;
///
/// let requirements = Requirements::signed([Part::Body]);
/// let receiver = Receiver::new(Trust::pins([alice.certificate().clone()]), requirements, DangerousNoReplayCache);
/// let now = SystemTime::now();
/// let opened = receiver.clone().clock(Arc::new(FixedClock(now))).open(&message)?;
/// let kept = serde_json::to_string(&EvidenceRecord::of(opened.evidence(), &message, now))?;
///
/// // Years later, offline: at the instant of the record, without a replay store.
/// let record: EvidenceRecord = serde_json::from_str(&kept)?;
/// let then = Arc::new(FixedClock(record.opened_at()?));
/// let again = receiver.clock(then).open(&message)?;
/// record.compare(again.evidence(), &message)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceRecord {
    version: u32,
    opened_at: String,
    message_sha256: String,
    parts_sha256: Vec<PartRecord>,
    signatures: Vec<SignatureRecord>,
    decrypted: Vec<DecryptionRecord>,
    timestamp: Option<TimestampRecord>,
    user: Option<String>,
    #[serde(deserialize_with = "texts")]
    ignored: Vec<String>,
    #[serde(deserialize_with = "texts")]
    remaining: Vec<String>,
    waived: Vec<WaiverRecord>,
    bsp: Option<BspRecord>,
}

/// A part of a package beside the envelope: an attachment, or octets that the envelope includes (XOP).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PartRecord {
    content_id: Option<String>,
    /// `None` if the file in which it was kept could not be read: a record with such a part matches no message.
    sha256: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignatureRecord {
    /// For people.
    signer: String,
    identity: SignerIdentity,
    #[serde(deserialize_with = "texts")]
    path: Vec<String>,
    method: String,
    #[serde(deserialize_with = "texts")]
    parts: Vec<String>,
    #[serde(deserialize_with = "texts")]
    attachments: Vec<String>,
    #[serde(deserialize_with = "texts")]
    lost: Vec<String>,
    proves: bool,
    endorses: bool,
    covers_token: bool,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecryptionRecord {
    part: String,
    content: String,
    key: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimestampRecord {
    created: Option<String>,
    expires: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverRecord {
    waiver: String,
    why: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BspRecord {
    variant: String,
    conforms: bool,
    #[serde(deserialize_with = "texts")]
    broken: Vec<String>,
}

/// Why a record does not hold for a message that was opened again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// *Malformed.* The record is of another version.
    #[error("the record is of version {found}, and this is version {VERSION}: read it with the version that wrote it")]
    Version {
        /// The version of the record.
        found: u32,
    },
    /// *Malformed.* Its instant cannot be read.
    #[error("the instant of the record cannot be read: give a record that was written by this library")]
    Instant,
    /// *Failed.* It is about another message.
    #[error("the record is about another message: the SHA-256 of its envelope or of an attachment differs")]
    OtherMessage,
    /// *Failed.* The message proves something else now.
    #[error(
        "the message proves something else than the record says, in `{field}`: compare trust, keys and limits of the receivers"
    )]
    Differs {
        /// The name of the field.
        field: &'static str,
    },
}

impl EvidenceRecord {
    /// The record of a message that was opened at this instant.
    #[must_use]
    pub fn of<'m>(evidence: &Evidence, message: impl Into<Incoming<'m>>, opened_at: SystemTime) -> Self {
        let message = message.into();
        let parts = message.package().map_or(&[][..], |package| package.attachments());
        Self {
            version: VERSION,
            opened_at: format_instant(opened_at),
            message_sha256: sha256(message.envelope()),
            parts_sha256: parts.iter().map(PartRecord::of).collect(),
            signatures: evidence.signatures.iter().map(SignatureRecord::of).collect(),
            decrypted: evidence.decrypted.iter().map(DecryptionRecord::of).collect(),
            timestamp: evidence.timestamp.map(|timestamp| TimestampRecord {
                created: timestamp.created.map(format_instant),
                expires: timestamp.expires.map(format_instant),
            }),
            user: evidence.user.as_ref().map(|user| user.username().to_owned()),
            ignored: evidence.ignored.iter().map(ToString::to_string).collect(),
            remaining: evidence.remaining.iter().map(|remaining| remaining.path.clone()).collect(),
            waived: evidence.waived.iter().map(WaiverRecord::of).collect(),
            bsp: evidence.bsp.as_ref().map(BspRecord::of),
        }
    }

    /// The time at which the message was opened, to the millisecond.
    ///
    /// # Errors
    /// [`RecordError::Version`], [`RecordError::Instant`].
    pub fn opened_at(&self) -> Result<SystemTime, RecordError> {
        if self.version != VERSION {
            return Err(RecordError::Version { found: self.version });
        }
        parse_instant(&self.opened_at).map_err(|_| RecordError::Instant)
    }

    /// Whether `evidence` of `message`, which was opened again, agrees with the record. No replay store is asked the
    /// second time; that difference does not count.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn compare<'m>(&self, evidence: &Evidence, message: impl Into<Incoming<'m>>) -> Result<(), RecordError> {
        let again = Self::of(evidence, message, self.opened_at()?);
        let is_whole = self.parts_sha256.iter().all(|part| part.sha256.is_some());
        if again.message_sha256 != self.message_sha256 || again.parts_sha256 != self.parts_sha256 || !is_whole {
            return Err(RecordError::OtherMessage);
        }
        let waived = |record: &Self| {
            let counted = record.waived.iter().filter(|waived| waived.waiver != Waiver::NoReplayCache.word());
            counted.map(|waived| waived.waiver.clone()).collect::<Vec<_>>()
        };
        for (is_same, field) in [
            (again.signatures == self.signatures, "signatures"),
            (again.decrypted == self.decrypted, "decrypted"),
            (again.timestamp == self.timestamp, "timestamp"),
            (again.user == self.user, "user"),
            (again.ignored == self.ignored, "ignored"),
            (again.remaining == self.remaining, "remaining"),
            (waived(&again) == waived(self), "waived"),
            (again.bsp == self.bsp, "bsp"),
        ] {
            if !is_same {
                return Err(RecordError::Differs { field });
            }
        }
        Ok(())
    }
}

impl PartRecord {
    fn of(part: &MimePart<'_>) -> Self {
        let mut digest = Digest::new(DigestMethod::Sha256);
        let read = std::io::copy(&mut part.unauthenticated_reader(), &mut digest);
        Self {
            content_id: part.content_id().map(str::to_owned),
            sha256: read.ok().map(|_| hex(digest.finish().as_octets())),
        }
    }
}

impl SignatureRecord {
    fn of(signature: &SignatureEvidence) -> Self {
        let signer = &signature.signer;
        let path = signer.validated_certificate().map_or(&[][..], |validated| validated.path());
        Self {
            signer: signer.to_string(),
            identity: signer.identity(),
            path: path.iter().map(ToString::to_string).collect(),
            method: signature.method.uri().to_owned(),
            parts: signature.parts.iter().map(ToString::to_string).collect(),
            attachments: signature.attachments.iter().map(ToString::to_string).collect(),
            lost: signature.lost.iter().map(|lost| format!("{}: {}", lost.part, lost.why.word())).collect(),
            proves: signature.proves,
            endorses: signature.endorses,
            covers_token: signature.covers_token,
        }
    }
}

impl DecryptionRecord {
    fn of(decrypted: &DecryptionEvidence) -> Self {
        Self {
            part: decrypted.part.to_string(),
            content: decrypted.content.uri().to_owned(),
            key: decrypted.key.to_string(),
        }
    }
}

impl WaiverRecord {
    fn of(waiver: &Waiver) -> Self {
        Self { waiver: waiver.word().to_owned(), why: waiver.to_string() }
    }
}

impl BspRecord {
    fn of(report: &wss_bsp::Report) -> Self {
        Self {
            variant: report.variant().name().to_owned(),
            conforms: report.conforms(),
            broken: report.breaches().map(|verdict| verdict.rule().id().to_owned()).collect(),
        }
    }
}

/// The largest number of texts in one list of a record that is read.
const MOST_TEXTS: usize = 16_384;

/// Reads a list of texts. A text of three octets takes eight times as many, and a growing list three times that: its end is
/// known before a large record has taken much.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST_TEXTS} texts: give a record that was written by this library")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = list.next_element()? {
                if texts.len() == MOST_TEXTS {
                    return Err(A::Error::invalid_length(MOST_TEXTS + 1, &self));
                }
                texts.push(text);
            }
            texts.shrink_to_fit();
            Ok(texts)
        }
    }

    deserializer.deserialize_seq(Texts)
}

impl fmt::Debug for EvidenceRecord {
    /// Shows the number of its entries, since they contain names of a message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, signatures, decrypted, .. } = self;
        write!(f, "EvidenceRecord(version {version}, {} signatures, {} decrypted)", signatures.len(), decrypted.len())
    }
}
