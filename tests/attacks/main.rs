//! Attacks on whole messages through the front door: `Receiver::open` with nothing configured.
//!
//! The numbers are those of the threats in `SECURITY.md`, which lists the tests of each.

#[path = "../common/mod.rs"]
mod common;

mod ciphertext;
mod costs;
mod delivery;
mod paths;
mod signatures;
mod wrapping;

use ws_security::c14n::{Document, Element, Limits};
use ws_security::prelude::*;

use common::*;

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

fn encrypting(parts: &[Part]) -> Encrypting {
    Encrypting::to(&certificate("bob")).parts(parts.iter().cloned())
}

fn decrypting() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    Receiver::new(trust(), requirements, ws_security::DangerousNoReplayCache).decrypt_with(identity("bob"))
}
