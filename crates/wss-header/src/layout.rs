//! Layout: the order of the children of the Security header.

use std::collections::BTreeMap;
use std::time::Duration;

use wss_c14n::{Prefixes, name};
use wss_soap::Role;
use wss_tokens::Precision;

use crate::error::{PlanError, PrefixDefect, Treatment};
use crate::part::Part;

/// The order of the children of the Security header that a recipe makes, with the names of WS-SecurityPolicy.
///
/// In every layout, tokens precede what refers to them, and a receiver who processes signatures and ciphertext from the top
/// gets the right result (BSP R5205, R3212). So receivers need no setting for it.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use std::time::Duration;
/// use wss_crypto::Identity;
/// use wss_header::{Layout, Part, Recipe, Signing};
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let envelope = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>";
/// let secured = Recipe::new()
///     .layout(Layout::Strict)
///     .timestamp(Duration::from_secs(300))
///     .sign(Signing::with(&alice).parts([Part::Body, Part::Timestamp]))
///     .plan()?
///     .message(envelope)
///     .secure()?
///     .message;
/// let place = |name: &str| secured.find(name).unwrap();
/// assert!(place("<wsu:Timestamp") < place("<wsse:BinarySecurityToken"));
/// assert!(place("<wsse:BinarySecurityToken") < place("<ds:Signature "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Specification
/// WS-SecurityPolicy 1.3 §6.7 and §7.7; SOAP Message Security 1.1.1 §5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layout {
    /// An element that a step adds precedes those of earlier steps, and only tokens precede it. So a signature precedes
    /// the timestamp.
    #[default]
    Lax,
    /// As `Lax`, with the timestamp first of all.
    LaxTimestampFirst,
    /// As `Lax`, with the timestamp last of all.
    LaxTimestampLast,
    /// An element that is signed precedes the signature: the timestamp is first, then tokens and confirmations, then
    /// the signatures and what is encrypted. A signature over another signature follows it.
    Strict,
}

impl Layout {
    /// Whether the timestamp is the first child.
    pub(crate) fn starts_with_timestamp(self) -> bool {
        matches!(self, Self::Strict | Self::LaxTimestampFirst)
    }
}

/// The form of the Security header itself.
#[derive(Clone)]
pub(crate) struct HeaderForm {
    pub(crate) role: Role,
    pub(crate) must_understand: bool,
    pub(crate) layout: Layout,
    /// The lifetime of each timestamp; `None` for one without Expires.
    pub(crate) timestamps: Vec<Option<Duration>>,
    /// The precision with which instants are written.
    pub(crate) precision: Precision,
    /// The prefixes that the caller chose.
    pub(crate) prefixes: Prefixes,
    /// The Ids that the caller chose.
    pub(crate) ids: BTreeMap<Part, String>,
}

impl Default for HeaderForm {
    fn default() -> Self {
        Self {
            role: Role::UltimateReceiver,
            must_understand: true,
            layout: Layout::default(),
            timestamps: Vec::new(),
            precision: Precision::default(),
            prefixes: Prefixes::default(),
            ids: BTreeMap::new(),
        }
    }
}

impl HeaderForm {
    /// Whether the chosen prefixes and Ids are names, and each is given once.
    pub(crate) fn check(&self) -> Result<(), PlanError> {
        let all: Vec<_> = self.prefixes.iter().collect();
        for (index, (namespace, prefix)) in all.iter().enumerate() {
            let wrong = |defect| Err(PlanError::Prefix { prefix: (*prefix).into(), defect });
            // Elements of other namespaces have attributes of their own, which need a prefix.
            let may_be_default = [name::DS.uri, name::XENC.uri].contains(namespace);
            let is_taken = |(known, other): &(&str, &str)| known == namespace || other == prefix;
            if prefix.is_empty() && !may_be_default {
                return wrong(PrefixDefect::Empty);
            }
            if !prefix.is_empty() && (!name::is_ncname(prefix) || prefix.to_ascii_lowercase().starts_with("xml")) {
                return wrong(PrefixDefect::NoName);
            }
            if all.iter().skip(index + 1).any(is_taken) {
                return wrong(PrefixDefect::Twice);
            }
            let of_others = name::WRITTEN.iter().any(|known| known.prefix == *prefix && known.uri != *namespace);
            if of_others {
                return wrong(PrefixDefect::Taken);
            }
        }
        for (part, id) in &self.ids {
            let is_ours = matches!(part, Part::SigningToken | Part::Signature | Part::Timestamp | Part::UsernameToken);
            if !is_ours && !matches!(part, Part::Body | Part::HeaderBlock { .. }) {
                return Err(PlanError::CannotBe { part: part.clone(), treatment: Treatment::GivenAnId });
            }
            if !name::is_ncname(id) || self.ids.values().filter(|other| *other == id).count() > 1 {
                return Err(PlanError::Id { id: id.into() });
            }
        }
        Ok(())
    }
}
