//! How to: a page for each task, and [an index by peer](peers). Every piece of code here runs as a test.
//!
//! | to | read |
//! |---|---|
//! | log a user in by password, or sign with one | [`username`] |
//! | sign with a certificate, and choose how it is referred to | [`x509`] |
//! | give a header the order, the references, the prefixes that a peer demands; WS-Addressing | [`layouts`] |
//! | protect both directions with one key (symmetric binding), derive keys, use a security context | [`symmetric`] |
//! | get a token from a security token service (WS-Trust), or start a conversation | [`sts`] |
//! | answer a request with its key, and confirm its signatures | [`replies`] |
//! | send, vouch for or accept SAML assertions | [`saml`] |
//! | use Kerberos tickets | [`kerberos`] |
//! | configure both sides by the security policy of a WSDL | [`policy`] |
//! | keep recipes and receivers in a file | [`profiles`] |
//! | accept licenses | [`licenses`] |
//! | answer with a fault | [`faults`] |
//! | accept each message once, with one process or with many | [`replay`] |
//! | forward messages as an intermediary | [`intermediaries`] |
//! | require parts if they are present, every block of a name, one of several tokens | [`requirements`] |
//! | sign, encrypt and read single elements inside the Body or a header block | [`elements`] |
//! | send signed and encrypted attachments beside the envelope, however large | [`attachments`] |
//! | talk to a network that has a preset: eDelivery, Peppol, DIAN, WCF … | [`networks`] |
//! | exchange AS4 messages, and receipts for them | [`as4`] |
//! | sign or decrypt with a key in an HSM or a key service | [`elsewhere`] |
//! | encrypt to elliptic-curve keys (key agreement) | [`agreement`] |
//! | choose algorithms, or admit old ones | [`algorithms`] |
//! | sign, verify, encrypt and canonicalise documents that are not SOAP | [`documents`] |
//! | change the limits on the cost of a message | [`limits`] |
//! | judge a message by BSP 1.1, enforce the profile, or break it for a peer | [`profile`] |
//! | log what is opened and refused, keep what was proven | [`evidence`] |
//! | find out why a signature or a digest does not fit | [`explain`] |
//! | know why it is fast | [`speed`] |
//! | come from another library, whose words you know | [`from_wss4j`], [`from_node_soap`], [`from_zeep`] |
//! | talk to WSS4J, CXF, phase4, zeep, xmlsec1, .NET or node-soap | [`peers`] |
//!
//! The examples share their parties: Alice sends, Bob receives, and a certification authority issued both certificates.
//! [`parties`] shows their keys and the functions that load them.

#[doc = include_str!("username.md")]
pub mod username {}

#[doc = include_str!("evidence.md")]
pub mod evidence {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[doc = include_str!("speed.md")]
pub mod speed {}

#[doc = include_str!("x509.md")]
pub mod x509 {}

#[doc = include_str!("layouts.md")]
pub mod layouts {}

#[doc = include_str!("from_wss4j.md")]
pub mod from_wss4j {}

#[doc = include_str!("from_node_soap.md")]
pub mod from_node_soap {}

#[doc = include_str!("from_zeep.md")]
pub mod from_zeep {}

#[doc = include_str!("sts.md")]
pub mod sts {}
#[doc = include_str!("symmetric.md")]
pub mod symmetric {}

#[doc = include_str!("replies.md")]
pub mod replies {}

#[doc = include_str!("saml.md")]
pub mod saml {}

#[doc = include_str!("kerberos.md")]
pub mod kerberos {}

#[doc = include_str!("policy.md")]
pub mod policy {}

#[doc = include_str!("profiles.md")]
pub mod profiles {}

#[doc = include_str!("licenses.md")]
pub mod licenses {}

#[doc = include_str!("faults.md")]
pub mod faults {}

#[doc = include_str!("intermediaries.md")]
pub mod intermediaries {}

#[doc = include_str!("profile.md")]
pub mod profile {}

#[doc = include_str!("requirements.md")]
pub mod requirements {}

#[doc = include_str!("elements.md")]
pub mod elements {}

#[doc = include_str!("attachments.md")]
pub mod attachments {}

#[doc = include_str!("networks/index.md")]
pub mod networks;

#[doc = include_str!("as4.md")]
pub mod as4 {}

#[doc = include_str!("elsewhere.md")]
pub mod elsewhere {}

#[doc = include_str!("agreement.md")]
pub mod agreement {}

#[doc = include_str!("algorithms.md")]
pub mod algorithms {}

#[doc = include_str!("documents.md")]
pub mod documents {}

#[doc = include_str!("explain.md")]
pub mod explain {}

#[doc = include_str!("replay.md")]
pub mod replay {}

#[doc = include_str!("peers.md")]
pub mod peers {}

#[doc = include_str!("parties.md")]
#[doc = "```rust"]
#[doc = include_str!("parties.rs")]
#[doc = "```"]
pub mod parties {}
