//! Networks that demand WS-Security, each as a preset.
//!
//! **Data first.** A [`Network`] is a constant: the [`Shape`] of its requests and replies (what is signed and encrypted, in
//! which order, with which algorithms, tokens and references), the facts of [`Http`] and of the [`Partner`], the
//! [`Choice`]s that some of its peers need, the rules of BSP 1.1 that it breaks with their reasons ([`BrokenRule`]), and its
//! [`Source`]s with how sure they make the facts. A module has one network and names no library call.
//!
//! - [`Network::client`] makes a recipe for requests and a receiver for replies of that data; [`Network::service`]
//!   makes the other two. `pair.rs` is the only reader. The results are ordinary [`Recipe`](wss_header::Recipe)s and
//!   [`Receiver`](wss_header::Receiver)s: a program can make further calls on them.
//! - A receiver admits the algorithms of the shape and no other, demands each of its parts, tokens and references, and
//!   departs from the strict default only where the shape lists it ([`Leniency`]). The evidence shows this, as if the
//!   caller had made the calls.
//! - [`PartyKeys`] are the keys of a party. Trust is the caller's: a network describes the certificates of its partners
//!   ([`Partner`]), and the caller names the partners, by anchors with a rule or by pins.
//! - A peer that differs is a [`Choice`]: a constant of the module that changes the shape, with the reason.
//! - A fact whose source nobody has read is [`Reliability::Unverified`], and the network is as sure as its first source.
//!
//! The tests go over the same data: `tests/presets.rs` makes each network's request and reply, opens them, and breaks
//! every line of each shape once; `tests/outlines.rs` compares the headers with `vectors/networks` and the sources.

#![forbid(unsafe_code)]

mod keys;
mod messaging;
mod network;
mod outline;
mod pair;
mod presets;
mod sat_call;
mod sender;
mod shape;
mod shown;

pub use keys::PartyKeys;
pub use messaging::{Messaging, MessagingError};
pub use network::{Action, Choice, Http, Network, Partner, Reliability, Reply, Source};
pub use outline::outline;
pub use pair::{Client, NetworkError, Service};
pub use presets::*;
pub use shape::{
    BrokenRule, Credential, EncryptedTo, EncryptionShape, Endorsement, Leniency, MessagePart, Shape, SignatureShape,
    SignedBy, Taken, Transport,
};
#[doc(inline)]
pub use wss_header::Opening;

/// The network of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<Network> {
    ALL.iter().find(|network| network.name == name).cloned()
}
