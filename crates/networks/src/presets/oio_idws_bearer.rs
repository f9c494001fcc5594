//! Denmark, OIO IDWS, bearer: the certificate of the calling system signs, and a SAML 2.0 bearer assertion is a signed supporting
//! token.

use super::oio_idws;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "oio_idws_bearer",
    title: "OIO IDWS, bearer",
    about: "Danish administrations: services that are called on behalf of a user.",
    request: oio_idws::request(SignedBy::Certificate(ReferenceForm::Direct)),
    reply: Reply::Secured(oio_idws::REPLY),
    http: oio_idws::HTTP,
    messaging: None,
    partner: oio_idws::PARTNER,
    choices: &[],
    sources: oio_idws::SOURCES,
};
