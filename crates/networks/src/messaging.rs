//! The rules of a network for `eb:Messaging`: the agreement, the parties, the payload.
//!
//! The signer is judged in `sender`.

use wss_ebms::{EbmsError, Party, Typed, UserMessage};
use wss_text::{WireText, after_cid};

/// The properties that all user messages of a network have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Messaging {
    /// The agreement of all parties; `None` where each pair of them has its own.
    pub agreement: Option<&'static str>,
    /// The types that identifiers of parties may have; empty for any.
    pub party_types: &'static [&'static str],
    /// The roles of the sender and of the receiver; `None` for any.
    pub roles: Option<[&'static str; 2]>,
    /// Whether each part of the payload is an attachment that is compressed with gzip.
    pub compressed: bool,
    /// The properties that each message must have.
    pub properties: &'static [&'static str],
}

impl Messaging {
    /// Demands nothing.
    pub(crate) const ANY: Self =
        Self { agreement: None, party_types: &[], roles: None, compressed: false, properties: &[] };

    /// The default roles of ebMS 3.0 Core §5.2.2.5.
    pub(crate) const DEFAULT_ROLES: Option<[&'static str; 2]> = Some([
        "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/initiator",
        "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/responder",
    ]);
}

/// Why a user message breaks the rules of its network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessagingError {
    /// *Malformed.* The signed `eb:Messaging` cannot be read.
    #[error(transparent)]
    Unreadable(#[from] EbmsError),
    /// *Refused.* The agreement is another, or none.
    #[error("eb:AgreementRef is not {expected:?}: have the peer write the agreement of the network")]
    Agreement {
        /// The agreement of the network.
        expected: &'static str,
    },
    /// *Refused.* The identifier of a party is of another type, or there are several.
    #[error(
        "the identifier {party:?} is not one of a type of the network: have the peer write one eb:PartyId of such a type"
    )]
    PartyType {
        /// The identifier.
        party: WireText,
    },
    /// *Refused.* The role of a party is another.
    #[error("the role {found:?} is not {expected:?}: have the peer write the role of the network")]
    Role {
        /// The role.
        found: WireText,
        /// The role of the network.
        expected: &'static str,
    },
    /// *Refused.* A part of the payload is in the Body, or not compressed.
    #[error("the part {href:?} is no attachment that is compressed with gzip: have the peer compress it as AS4 says")]
    NotCompressed {
        /// The part.
        href: WireText,
    },
    /// *Refused.* A property is missing, or there more than once.
    #[error("the message has no property {name}, or several: have the peer write exactly one")]
    Property {
        /// Its name.
        name: &'static str,
    },
    /// *Refused.* The sender in the message is another party than the signer.
    #[error(
        "the sender {party:?} is not the one that the certificate of the signature names: have the peer sign with its own key"
    )]
    OtherSender {
        /// The sender.
        party: WireText,
    },
}

impl Messaging {
    /// Checks a user message against these rules.
    pub(crate) fn check(&self, message: &UserMessage) -> Result<(), MessagingError> {
        check_agreement(self, message)?;
        for (at, party) in [&message.from, &message.to].into_iter().enumerate() {
            check_party(self, party, at)?;
        }
        for name in self.properties {
            if message.properties.iter().filter(|property| property.name == *name).count() != 1 {
                return Err(MessagingError::Property { name });
            }
        }
        if self.compressed { check_compressed(message) } else { Ok(()) }
    }
}

pub(crate) fn shown(party: &Party) -> WireText {
    party.ids.first().map_or("", |id| id.value.as_str()).into()
}

fn check_agreement(rules: &Messaging, message: &UserMessage) -> Result<(), MessagingError> {
    let Some(expected) = rules.agreement else { return Ok(()) };
    match message.agreement.as_ref().is_some_and(|agreement| agreement.name.value == expected) {
        true => Ok(()),
        false => Err(MessagingError::Agreement { expected }),
    }
}

/// `at` is 0 for the sender and 1 for the receiver.
fn check_party(rules: &Messaging, party: &Party, at: usize) -> Result<(), MessagingError> {
    let is_typed = |id: &Typed| id.kind.as_deref().is_some_and(|kind| rules.party_types.contains(&kind));
    if !rules.party_types.is_empty() && !matches!(party.ids.as_slice(), [id] if is_typed(id)) {
        return Err(MessagingError::PartyType { party: shown(party) });
    }
    match rules.roles.and_then(|roles| roles.get(at).copied()).filter(|expected| party.role != *expected) {
        Some(expected) => Err(MessagingError::Role { found: party.role.as_str().into(), expected }),
        None => Ok(()),
    }
}

/// AS4 Profile §3.1.
fn check_compressed(message: &UserMessage) -> Result<(), MessagingError> {
    for part in &message.parts {
        let types = part.properties.iter().filter(|property| property.name == "CompressionType");
        let is_gzip =
            types.clone().count() == 1 && types.clone().all(|property| property.value.value == "application/gzip");
        let is_attachment = part.href.as_deref().and_then(after_cid).is_some();
        if !is_gzip || !is_attachment {
            return Err(MessagingError::NotCompressed { href: part.href.as_deref().unwrap_or_default().into() });
        }
    }
    Ok(())
}

impl std::fmt::Display for Messaging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut said = Vec::new();
        said.extend(self.agreement.map(|agreement| format!("the agreement `{agreement}`")));
        if !self.party_types.is_empty() {
            let types: Vec<_> = self.party_types.iter().map(|kind| format!("`{kind}`")).collect();
            said.push(format!("identifiers of parties of the type {}", types.join(" or ")));
        }
        said.extend(self.roles.map(|[from, to]| format!("the roles `{from}` and `{to}`")));
        if self.compressed {
            said.push("attachments compressed with gzip".to_owned());
        }
        if !self.properties.is_empty() {
            said.push(format!("the properties {}", self.properties.join(", ")));
        }
        f.write_str(&if said.is_empty() { "as the parties agree".to_owned() } else { said.join("; ") })
    }
}
