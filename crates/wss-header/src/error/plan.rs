//! Why a recipe cannot be planned.

use thiserror::Error;
use wss_bsp::Rule;
use wss_c14n::Exceeded;
use wss_text::WireText;

use super::plan_kinds::{AttachedDefect, LayoutDefect, PrefixDefect, Treatment, UsernameDefect};
use crate::key_uses::KeyUseError;
use crate::part::Part;

/// Why a recipe cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// *Misuse.* The message would break a MUST or MUST NOT of BSP 1.1.
    #[error("{what} breaks BSP {rule}: take another form, or name the rule with `waive` if the peer demands it")]
    Bsp {
        /// The requirement.
        rule: Rule,
        /// The part of the recipe that breaks it.
        what: &'static str,
    },
    /// *Refused.* A token or another element that the recipe gives is over a limit of
    /// [`Recipe::limits`](crate::Recipe::limits).
    #[error("{0}; the sender takes them with `Recipe::limits`")]
    Limit(#[from] Exceeded),
    /// *Misuse.* The recipe has no step.
    #[error("the recipe has no step: add a timestamp, a token, a signature or an encryption")]
    Empty,
    /// *Misuse.* A step has no parts.
    #[error("a step has no parts: name what it signs or encrypts")]
    NoParts,
    /// *Misuse.* A step names a part twice.
    #[error("the part {part} is named twice in one step: name it once")]
    TwiceInOneStep {
        /// The part.
        part: Part,
    },
    /// *Misuse.* No earlier step makes this part.
    #[error("the part {part} does not exist at this step: {}", part.how_to_have())]
    NotThere {
        /// The part.
        part: Part,
    },
    /// *Misuse.* A part that does not take what the recipe asks of it.
    #[error("the part {part} cannot be {treatment}")]
    CannotBe {
        /// The part.
        part: Part,
        /// The treatment that is impossible for the part.
        treatment: Treatment,
    },
    /// *Misuse.* The key cannot run the signature method.
    #[error("the key cannot run the signature method: choose one that fits the key")]
    KeyMismatch,
    /// *Misuse.* The certificate cannot be referred to in this form (BSP R5208).
    #[error("the certificate has no subject key identifier: refer to it in another form")]
    ReferenceForm,
    /// *Misuse.* The recipient's key cannot receive keys.
    #[error(
        "the recipient's certificate has no key that keys may be sent to: it needs an RSA key that may encipher keys, or an EC, X25519 or X448 key that may agree on them"
    )]
    Recipient,
    /// *Refused.* MD5 or RIPEMD-160. They are only read, and never in a header.
    #[error("MD5 and RIPEMD-160 are retired, and only read in old documents: choose SHA-2")]
    Retired,
    /// *Refused.* An algorithm of the legacy set, without the call that allows it.
    #[error("{uri} is legacy: call `allow_legacy_algorithms` if the peer cannot do better")]
    Legacy {
        /// The identifier.
        uri: &'static str,
    },
    /// *Misuse.* A clear-text password without protection (BSP R4201 and its security considerations).
    #[error("a password in the clear needs an encrypted UsernameToken, or `over_protected_transport`")]
    ClearTextPassword,
    /// *Misuse.* A username token whose children contradict each other, or prove nothing.
    #[error("{defect}")]
    Username {
        /// The defect.
        defect: UsernameDefect,
    },
    /// *Misuse.* A child of the Security header that cannot be added as it is.
    #[error("what is attached to the Security header cannot be: {defect}")]
    Attached {
        /// The defect.
        defect: AttachedDefect,
    },
    /// *Misuse.* An issued token that is no SAML assertion and no license, or has no Id.
    #[error(
        "the issued token is no SAML assertion, and no license with a wsu:Id: {why}; give the element that the issuer made, or add \
         any other element with `Recipe::attach`"
    )]
    Token {
        /// The content that was found in its place.
        why: WireText,
    },
    /// *Misuse.* A key derived from a password has 20 octets.
    #[error("a password makes a key of 20 octets, too few for the cipher: encrypt with AES-128, or derive keys")]
    PasswordTooShort,
    /// *Misuse.* The length of a secret is not that of its cipher's keys.
    #[error(
        "the secret has {found} octets where the cipher takes {wanted}: give that number to `key_octets`, or derive keys, or \
         choose another cipher"
    )]
    KeyLength {
        /// The number of octets of the secret.
        found: usize,
        /// The number of octets that the cipher takes.
        wanted: usize,
    },
    /// *Misuse.* A secret that is encrypted to its recipient has too many octets.
    #[error("a secret of {octets} octets is not sent: `key_octets` takes 16 to 64")]
    KeyOctets {
        /// The number of octets of the secret.
        octets: usize,
    },
    /// *Misuse.* One secret has two uses, or is too short (SOAP Message Security 1.1.1 §13).
    #[error(transparent)]
    KeyUse(#[from] KeyUseError),
    /// *Misuse.* A list of prefixes for a canonicalisation that takes none.
    #[error(
        "{uri} takes no list of prefixes: it signs every binding in scope; choose exclusive canonicalisation, or no list"
    )]
    PrefixList {
        /// The identifier.
        uri: &'static str,
    },
    /// *Misuse.* Two timestamps (BSP R3227).
    #[error("the recipe has two timestamps: keep one of them")]
    TwoTimestamps,
    /// *Misuse.* The timestamp is never valid.
    #[error("a timestamp needs a lifetime that its precision can show, or call `timestamp_without_expires`")]
    NoLifetime,
    /// *Misuse.* The timestamp expires so late that no receiver can read it.
    #[error("a timestamp expires after 36,500 days at most, or call `timestamp_without_expires`")]
    LongLifetime,
    /// *Misuse.* A prefix that cannot be written.
    #[error("the prefix {prefix:?}: {defect}")]
    Prefix {
        /// The prefix.
        prefix: WireText,
        /// The defect.
        defect: PrefixDefect,
    },
    /// *Misuse.* An Id that is no name, or is given twice.
    #[error("{id:?} cannot be an Id: give each element one of its own, a name without a colon")]
    Id {
        /// The Id.
        id: WireText,
    },
    /// *Misuse.* An Id for a part that the recipe neither makes nor signs.
    #[error(
        "the recipe does not give {part} an Id, so it has no use for one: leave it out, or add the part to the recipe"
    )]
    IdOfNothing {
        /// The part.
        part: Part,
    },
    /// *Misuse.* The recipe contradicts its layout of the Security header.
    #[error("{defect}")]
    Layout {
        /// The contradiction.
        defect: LayoutDefect,
    },
}
