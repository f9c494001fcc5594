//! WS-Addressing: the message addressing properties as header blocks.

use wss_c14n::name::Namespace;
use wss_c14n::xsd::collapsed;
use wss_c14n::{Budget, Document, Element, Splices, Writer};
use wss_crypto::{CryptoError, Random};
use wss_soap::{Envelope, EnvelopeError, SoapVersion};

use crate::addressing_version::AddressingVersion;
use crate::error::SecureError;
use crate::header_blocks::insert_blocks;
use crate::part::Part;

/// The `wsa:MessageID` of a message, if it has exactly one.
pub(crate) fn message_id(envelope: Envelope<'_>) -> Option<String> {
    let mut ids = AddressingVersion::ALL.into_iter().flat_map(|version| blocks_of(envelope, version, "MessageID"));
    let id = ids.next().filter(|_| ids.next().is_none())?;
    Some(collapsed(&id.text().ok()?).to_owned()).filter(|id| !id.is_empty())
}

/// Whether an element has the name of a header block of WS-Addressing. Such an element has a meaning only as a child of
/// the Header.
pub(crate) fn is_block(element: Element<'_>) -> bool {
    let name = element.name();
    AddressingVersion::BLOCKS.contains(&name.local) && AddressingVersion::of(name.namespace).is_some()
}

/// Whether an element is a `wsa:RelatesTo`, which names the message that is answered.
pub(crate) fn is_relation(element: Element<'_>) -> bool {
    is_block(element) && element.name().local == "RelatesTo"
}

/// The version of a part that is the `wsa:RelatesTo` of a message; `None` for any other.
pub(crate) fn version_of_relation(part: &Part) -> Option<AddressingVersion> {
    match part {
        Part::HeaderBlock { namespace, local } if local == "RelatesTo" => AddressingVersion::of(namespace),
        _ => None,
    }
}

/// The `wsa:RelatesTo` blocks that name the request of a reply, and their values. Other relations do not name it, nor
/// does the address for a message that has no MessageID.
pub(crate) fn relations<'d>(envelope: Envelope<'d>) -> impl Iterator<Item = (Element<'d>, String)> {
    let of_version = move |version| {
        let blocks = blocks_of(envelope, version, "RelatesTo").filter(move |block| is_reply(*block, version));
        // A block with more than text relates to no existing message.
        blocks.map(|block| (block, block.text().map_or_else(|_| String::new(), |id| collapsed(&id).to_owned())))
    };
    AddressingVersion::ALL.into_iter().flat_map(of_version).filter(|(_, id)| id != UNSPECIFIED)
}

/// WS-Addressing 1.0 SOAP Binding §6: a fault relates to this if the MessageID of the request could not be read.
const UNSPECIFIED: &str = "http://www.w3.org/2005/08/addressing/unspecified";

fn blocks_of<'d>(
    envelope: Envelope<'d>,
    version: AddressingVersion,
    local: &'static str,
) -> impl Iterator<Item = Element<'d>> {
    envelope.blocks().filter(move |block| block.is(version.namespace(), local))
}

/// Whether a `wsa:RelatesTo` is that of a reply, as it is without a type.
fn is_reply(block: Element<'_>, version: AddressingVersion) -> bool {
    let Some(kind) = block.attribute("", "RelationshipType") else { return true };
    match version {
        AddressingVersion::V1_0 => collapsed(&kind) == "http://www.w3.org/2005/08/addressing/reply",
        // A qualified name.
        AddressingVersion::V2004_08 => collapsed(&kind).rsplit(':').next() == Some("Reply"),
    }
}

/// The header blocks of WS-Addressing for one message: [`Outgoing::addressing`](crate::Outgoing::addressing) inserts them
/// before the recipe runs, so that it can sign them.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::Identity;
/// use wss_header::{Addressing, AddressingVersion, Part, Recipe, Signing};
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let signing = Signing::with(&alice).parts([Part::Body]).parts_if_present(AddressingVersion::V1_0.parts());
/// let plan = Recipe::new().sign(signing).plan()?;
///
/// let envelope = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>";
/// let addressing = Addressing::new(AddressingVersion::V1_0)
///     .to("urn:bank")
///     .action("urn:pay")
///     .new_message_id()
///     .reply_to(AddressingVersion::V1_0.anonymous());
/// let secured = plan.message(envelope).addressing(addressing).secure()?;
/// assert_eq!(secured.message.matches("<ds:Reference ").count(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Specification
/// WS-Addressing 1.0 Core §3.2 and SOAP Binding §3; WS-Addressing of August 2004 §3.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addressing {
    version: AddressingVersion,
    /// The blocks in the order of the calls.
    blocks: Vec<(&'static str, Value)>,
    must_understand: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    /// An endpoint reference with this address.
    Endpoint(String),
    /// `urn:uuid:` and a new UUID.
    NewUuid,
}

impl Addressing {
    /// No blocks yet.
    #[must_use]
    pub fn new(version: AddressingVersion) -> Self {
        Self { version, ..Self::default() }
    }

    /// `wsa:To`: the address of the receiver.
    #[must_use]
    pub fn to(self, address: impl Into<String>) -> Self {
        self.with("To", Value::Text(address.into()))
    }

    /// `wsa:Action`: the meaning of the message.
    #[must_use]
    pub fn action(self, action: impl Into<String>) -> Self {
        self.with("Action", Value::Text(action.into()))
    }

    /// `wsa:MessageID`: an absolute IRI that no other message has.
    #[must_use]
    pub fn message_id(self, id: impl Into<String>) -> Self {
        self.with("MessageID", Value::Text(id.into()))
    }

    /// As [`Addressing::message_id`], with `urn:uuid:` and a new random UUID for the message.
    #[must_use]
    pub fn new_message_id(self) -> Self {
        self.with("MessageID", Value::NewUuid)
    }

    /// `wsa:RelatesTo`: the MessageID of the request that the message answers.
    #[must_use]
    pub fn relates_to(self, id: impl Into<String>) -> Self {
        self.with("RelatesTo", Value::Text(id.into()))
    }

    /// `wsa:ReplyTo` with this address.
    #[must_use]
    pub fn reply_to(self, address: impl Into<String>) -> Self {
        self.with("ReplyTo", Value::Endpoint(address.into()))
    }

    /// `wsa:FaultTo` with this address.
    #[must_use]
    pub fn fault_to(self, address: impl Into<String>) -> Self {
        self.with("FaultTo", Value::Endpoint(address.into()))
    }

    /// `wsa:From` with this address.
    #[must_use]
    pub fn from(self, address: impl Into<String>) -> Self {
        self.with("From", Value::Endpoint(address.into()))
    }

    /// Marks To and Action with `mustUnderstand`, as WCF does and demands.
    #[must_use]
    pub fn must_understand(mut self) -> Self {
        self.must_understand = true;
        self
    }

    /// The last value of a block wins.
    fn with(mut self, local: &'static str, value: Value) -> Self {
        self.blocks.retain(|(known, _)| *known != local);
        self.blocks.push((local, value));
        self
    }

    /// The envelope with the blocks at the front of its Header. It makes the Header if the envelope lacks it.
    pub(crate) fn insert(
        &self,
        document: Document<'_>,
        random: &dyn Random,
        budget: &Budget,
    ) -> Result<Document<'static>, SecureError> {
        let located = Envelope::locate(&document)?;
        let is_there = |local: &str| located.blocks().any(|block| block.is(self.version.namespace(), local));
        if let Some((local, _)) = self.blocks.iter().find(|(local, _)| is_there(local)) {
            let part = Part::header_block(self.version.namespace(), *local);
            return Err(SecureError::AddressingThere { part });
        }
        let mut splices = Splices::new();
        insert_blocks(located, &self.written(located.version, random)?, &mut splices);
        let body = located.body.id();
        Ok(document.revised(splices, body, budget).map_err(EnvelopeError::from)?)
    }

    fn written(&self, version: SoapVersion, random: &dyn Random) -> Result<String, CryptoError> {
        let wsa = Namespace { prefix: "wsa", uri: self.version.namespace() };
        let soap = Namespace { prefix: "soap", uri: version.namespace() };
        let mut written = String::new();
        for (local, value) in &self.blocks {
            let mut writer = Writer::new();
            writer.start(wsa, local);
            if self.must_understand && ["To", "Action"].contains(local) {
                writer.attribute_in(soap, "mustUnderstand", version.true_value());
            }
            match value {
                Value::Text(text) => writer.text(text),
                Value::Endpoint(address) => writer.leaf(wsa, "Address", address),
                Value::NewUuid => writer.text(&format!("urn:uuid:{}", new_uuid(random)?)),
            }
            writer.end();
            written.push_str(&writer.finish());
        }
        Ok(written)
    }
}

/// A random UUID (RFC 9562 §5.4).
fn new_uuid(random: &dyn Random) -> Result<String, CryptoError> {
    let mut octets = [0; 16];
    random.fill(&mut octets)?;
    let number = u128::from_be_bytes(octets) & !(0xF << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let (high, low) = ((number >> 64) as u64, number as u64);
    let of_clock = [high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF];
    let [first, second, third] = of_clock;
    Ok(format!("{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}", low >> 48, low & 0xFFFF_FFFF_FFFF))
}
