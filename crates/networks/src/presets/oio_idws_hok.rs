//! Denmark, OIO IDWS, holder of key: the key that a SAML 2.0 assertion names signs Body, Timestamp, WS-Addressing headers and the
//! assertion.

use super::oio_idws;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "oio_idws_hok",
    title: "OIO IDWS, holder of key",
    about: "Danish administrations: services that are called on behalf of a user.",
    request: oio_idws::request(SignedBy::HolderOfKey),
    reply: Reply::Secured(oio_idws::REPLY),
    http: oio_idws::HTTP,
    messaging: None,
    partner: oio_idws::PARTNER,
    choices: &[],
    sources: oio_idws::SOURCES,
};
