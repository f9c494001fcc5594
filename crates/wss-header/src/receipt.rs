//! Receipts of AS4: the receiver returns the digests that it verified, under its own signature, so that neither side
//! can deny the message (AS4 Profile of ebMS 3.0 §5.1.8, ebBP Signals 2.0).

use thiserror::Error;
use wss_c14n::name::Namespace;
use wss_c14n::{Budget, Canonicalization, Document, Element, Limits, Subset, Writer, name};
use wss_text::WireText;

use crate::correlation::Correlation;
use crate::opened::Opened;

/// The namespace of ebMS 3.0.
pub(crate) const EBMS: &str = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";
const EBBP: Namespace = Namespace { prefix: "ebbp", uri: "http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0" };

/// The reason why a reply is not a receipt for a request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// *Failed.* There is no signed `eb:Messaging` with an `ebbp:NonRepudiationInformation`.
    #[error(
        "the reply has no receipt with digests under its signature: require the header block eb:Messaging to be signed, \
         and have the peer send receipts for non-repudiation"
    )]
    NoReceipt,
    /// *Failed.* The signal is more than a receipt: it reports a failure or pulls a message, or there are several signals.
    #[error("beside the receipt there is {beside}: read the whole signal, and do not count the message as received")]
    Beside {
        /// The element beside it.
        beside: WireText,
    },
    /// *Failed.* A digest of the receipt is not one of the request, or occurs twice.
    #[error("the receipt has a digest of {uri:?} that the request does not have: it is for another message")]
    Unknown {
        /// The `ds:Reference/@URI`.
        uri: WireText,
    },
    /// *Malformed.* A signature of the request has a reference that a receipt cannot repeat.
    #[error(
        "the request's reference to {uri:?} cannot be given back: it lacks its URI or digest, or is not canonical; refuse the \
         message"
    )]
    Unreadable {
        /// The `ds:Reference/@URI`.
        uri: WireText,
    },
    /// *Failed.* The receipt lacks a part of the request.
    #[error("the receipt does not name {uri:?}, which the request signs")]
    Missing {
        /// The `ds:Reference/@URI`.
        uri: WireText,
    },
}

/// The digest of one part.
#[derive(PartialEq, Eq)]
struct Digested {
    uri: String,
    method: String,
    value: Vec<u8>,
}

impl Digested {
    /// The digest of a reference of the request.
    fn sent(reference: Element<'_>) -> Result<Self, ReceiptError> {
        Self::of(reference).ok_or_else(|| unreadable(reference))
    }

    /// `None` if it is not a complete `ds:Reference`.
    fn of(reference: Element<'_>) -> Option<Self> {
        let child = |local: &'static str| reference.children_named(name::DS.uri, local).next();
        Some(Self {
            uri: reference.attribute("", "URI")?.into_owned(),
            method: child("DigestMethod")?.attribute("", "Algorithm")?.into_owned(),
            value: child("DigestValue")?.base64(64).ok()?,
        })
    }
}

impl Correlation {
    /// The `ebbp:NonRepudiationInformation` of a receipt for the request: the `ds:Reference` of everything that its
    /// signatures cover. It goes into `eb:Messaging/eb:SignalMessage/eb:Receipt` of the reply, which must sign that
    /// header block.
    ///
    /// # Errors
    /// [`ReceiptError::Unreadable`], also if the references repeat long namespaces: by default, the receipt has no more than
    /// four times the octets of the SignedInfo.
    pub fn non_repudiation_information(&self) -> Result<String, ReceiptError> {
        let octets = self.signatures.iter().map(|signature| signature.signed_info.len() as u64).sum();
        let budget = Budget::new(&Limits::default(), octets);
        let parts = self.of_references(|reference| {
            Digested::sent(reference)?;
            let form = Canonicalization::default();
            form.to_text(&Subset::subtree(reference), &budget).map_err(|_| unreadable(reference))
        })?;
        let mut writer = Writer::new();
        writer.start(EBBP, "NonRepudiationInformation");
        for part in parts {
            writer.start(EBBP, "MessagePartNRInformation");
            writer.raw(&part);
            writer.end();
        }
        writer.end();
        Ok(writer.finish())
    }

    /// Checks that a reply is a receipt for this request and nothing else: its authenticated `eb:Messaging` returns
    /// the digest of every part that the request signs, and no other digest, and its signal has nothing else but
    /// warnings. To which MessageId the signal says that it refers is for the caller to compare.
    /// [`Opened::signer`](crate::OpenedParts::signer) is the sender of the receipt.
    ///
    /// # Errors
    /// [`ReceiptError`].
    ///
    /// # Specification
    /// AS4 Profile of ebMS 3.0 §5.1.8.
    pub fn check_receipt(&self, reply: &Opened) -> Result<(), ReceiptError> {
        let messaging = reply.header_block(EBMS, "Messaging").ok_or(ReceiptError::NoReceipt)?;
        let document = Document::parse(messaging.xml(), &Limits::default()).map_err(|_| ReceiptError::NoReceipt)?;
        // If nothing was signed, a receipt proves nothing.
        let mut left = self.of_references(Digested::sent)?;
        if left.is_empty() {
            return Err(ReceiptError::NoReceipt);
        }
        let mut information = [(EBMS, "SignalMessage"), (EBMS, "Receipt"), (EBBP.uri, "NonRepudiationInformation")]
            .into_iter()
            .fold(vec![document.root()], |parents, (namespace, local)| {
                parents.into_iter().flat_map(|parent| parent.children_named(namespace, local)).collect()
            })
            .into_iter();
        let (Some(information), None) = (information.next(), information.next()) else {
            return Err(ReceiptError::NoReceipt);
        };
        let signals = || document.root().children_named(EBMS, "SignalMessage");
        let is_failure =
            |child: &Element<'_>| child.attribute("", "severity").is_none_or(|severity| severity != "warning");
        let is_of_receipt = |child: &Element<'_>| {
            child.is(EBMS, "MessageInfo")
                || child.is(EBMS, "Receipt")
                || (child.is(EBMS, "Error") && !is_failure(child))
        };
        let others = signals().flat_map(Element::children).filter(|child| !is_of_receipt(child));
        if let Some(beside) = others.chain(signals().skip(1)).next() {
            return Err(ReceiptError::Beside { beside: beside.path().into() });
        }
        for part in information.children_named(EBBP.uri, "MessagePartNRInformation") {
            for reference in part.children_named(name::DS.uri, "Reference") {
                let found = Digested::of(reference).ok_or(ReceiptError::NoReceipt)?;
                let at = left.iter().position(|sent| *sent == found);
                let at = at.ok_or(ReceiptError::Unknown { uri: found.uri.into() })?;
                left.swap_remove(at);
            }
        }
        match left.into_iter().next() {
            None => Ok(()),
            Some(missing) => Err(ReceiptError::Missing { uri: missing.uri.into() }),
        }
    }

    /// Applies `of` to each `ds:Reference` of the request. Each SignedInfo was verified or made here, within some
    /// limits, and is canonical; so it is read again whatever its size.
    fn of_references<T>(&self, of: impl Fn(Element<'_>) -> Result<T, ReceiptError>) -> Result<Vec<T>, ReceiptError> {
        let mut all = Vec::new();
        for signature in &self.signatures {
            let document = Document::parse(signature.signed_info.as_str(), &Limits::dangerous_unbounded());
            let document = document.map_err(|_| ReceiptError::Unreadable { uri: WireText::default() })?;
            for reference in document.root().children_named(name::DS.uri, "Reference") {
                all.push(of(reference)?);
            }
        }
        Ok(all)
    }
}

fn unreadable(reference: Element<'_>) -> ReceiptError {
    ReceiptError::Unreadable { uri: reference.attribute("", "URI").unwrap_or_default().into_owned().into() }
}
